/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <net/if.h>

#include <linux/if_link.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/text.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"
#include "providers/support/rtnl.h"

struct veth {
	/* The peer's namespace, -1: ours. The kernel looks at it when it
	 * carries the message out; open for longer, it would be kept. */
	int netns;
};

static void release(struct job *job)
{
	struct veth *veth = made_link_own(job);

	if (veth->netns >= 0)
		close(veth->netns);
	veth->netns = -1;
}

static void begin(struct job *job, uint32_t ifindex)
{
	(void)ifindex;
	release(job);
	made_link_evaluate(job, false);
}

static void change(struct job *job)
{
	(void)job;
}

static bool end(struct job *job)
{
	(void)job;
	return true;
}

/* Non-blocking: opening a FIFO must not hang. A namespace that is just being
 * added is an empty file for a moment. */
static int open_netns(
    const char *netns, char said[MADE_LINK_SAID_SIZE])
{
	char path[PATH_MAX];
	int fd, r;

	snprintf(path, sizeof(path), "%s%s", *netns == '/' ? "" : "/run/netns/",
	    netns);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	r = fd < 0 ? -errno : 0;
	if (r == -ENOENT) {
		snprintf(said, MADE_LINK_SAID_SIZE,
		    "there is no network namespace %s", netns);
	} else if (r < 0) {
		snprintf(said, MADE_LINK_SAID_SIZE,
		    "cannot open network namespace %s: %s", netns,
		    strerror(-r));
	} else if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET) {
		snprintf(said, MADE_LINK_SAID_SIZE,
		    "%s is not a network namespace", netns);
		close(fd);
		r = -ENOENT; /* it may become one */
	}
	return r < 0 ? r : fd;
}

static int prepare(struct job *job, char said[MADE_LINK_SAID_SIZE])
{
	const char *netns = config_text(job->config, "peer-netns");
	struct veth *veth = made_link_own(job);

	veth->netns = -1;
	if (!netns)
		return 0;
	veth->netns = open_netns(netns, said);
	return veth->netns < 0 ? veth->netns : 0;
}

/* An end of the cable: name, address, and the MTU of both. */
static int put_end(struct nl_msg *msg, const struct config *config,
    const char *name, const char *mac)
{
	uint32_t mtu = (uint32_t)config_integer(config, "mtu");
	uint8_t address[TEXT_MAC_SIZE];

	if (nla_put_string(msg, IFLA_IFNAME, name) ||
	    (mtu && nla_put_u32(msg, IFLA_MTU, mtu)))
		return -1;
	if (!mac)
		return 0;
	(void)text_parse_mac(mac, address);
	return nla_put(msg, IFLA_ADDRESS, sizeof(address), address);
}

static int put_far_end(struct nl_msg *msg, const struct job *job)
{
	const struct veth *veth = made_link_own(job);

	if (put_end(msg, job->config, config_text(job->config, "peer"),
		config_text(job->config, "peer-mac")))
		return -1;
	return veth->netns < 0
	    ? 0
	    : nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)veth->netns);
}

static struct nlattr *begin_peer(struct nl_msg *msg)
{
	/* Not set up: the kernel refuses that (ENOTCONN), as the pair is not
	 * yet one then. */
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	struct nlattr *peer = nla_nest_start(msg, VETH_INFO_PEER);

	if (!peer || nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO))
		return NULL;
	return peer;
}

static int put_data(struct nl_msg *msg, const struct job *job)
{
	struct nlattr *peer = begin_peer(msg);

	if (!peer || put_far_end(msg, job))
		return -1;
	return nla_nest_end(msg, peer);
}

/* The near end, as the peer of the far one. */
static int put_near_end(
    struct nl_msg *msg, const struct job *job, const char *name)
{
	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO), *data, *peer;

	if (!info || nla_put_string(msg, IFLA_INFO_KIND, "veth"))
		return -1;
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	peer = data ? begin_peer(msg) : NULL;
	if (!peer ||
	    put_end(msg, job->config, name, config_text(job->config, "mac")))
		return -1;
	nla_nest_end(msg, peer);
	nla_nest_end(msg, data);
	return nla_nest_end(msg, info);
}

/* Some kernels (6.1) look for the name of what is made elsewhere among the
 * devices that are here, unless they are given a number to look for. */
static int number_for(const char *name)
{
	uint32_t n;

	if (!if_nametoindex(name) || getrandom(&n, sizeof(n), 0) < 0)
		return 0;
	return 1 << 20 | (int)(n >> 12);
}

static bool has_far_end_up(const struct job *job)
{
	return config_bool(job->config, "peer-up");
}

/*
 * Only one of the two can be set up when they are made, the one that is not
 * the peer of the other: so the far end is made, there, and the near one is
 * its peer. (There is no other way: who is here cannot configure a device
 * there without entering its namespace, which takes CAP_SYS_ADMIN.)
 */
static struct nl_msg *creation_msg(const struct job *job, const char *name)
{
	const struct veth *veth = made_link_own(job);
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC,
		.ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct nl_msg *msg;

	if (veth->netns >= 0)
		info.ifi_index =
		    number_for(config_text(job->config, "peer"));
	msg = rtnl_new_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info,
	    sizeof(info));
	if (msg && (put_far_end(msg, job) || put_near_end(msg, job, name))) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static const struct made_link_kind veth = {
	.name = "veth",
	.exists = "there is already a device with the peer's name",
	.own_size = sizeof(struct veth),
	.release = release,
	.prepare = prepare,
	.put_data = put_data,
	.is_created_apart = has_far_end_up,
	.creation_msg = creation_msg,
	.begin = begin,
	.change = change,
	.end = end,
};

/* No update: the kernel can change neither end by the other. */
const struct provider provider_veth = {
	.schema = &schema_veth,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.own = &veth,
};
