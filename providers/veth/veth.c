/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"

struct veth {
	/* The peer's namespace, -1: ours. The kernel looks at it when it
	 * carries the message out, so it stays open as long as the job. */
	int netns;
};

static void release(struct job *job)
{
	struct veth *veth = made_link_own(job);

	if (veth->netns >= 0)
		close(veth->netns);
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

static int put_data(struct nl_msg *msg, const struct job *job)
{
	const struct veth *veth = made_link_own(job);
	uint32_t mtu = (uint32_t)config_integer(job->config, "mtu");
	/* Not set up: whose namespace it is does that, and the kernel refuses
	 * it anyway, as the pair is not yet one then. */
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	struct nlattr *peer = nla_nest_start(msg, VETH_INFO_PEER);

	if (!peer || nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO) ||
	    nla_put_string(msg, IFLA_IFNAME,
		config_text(job->config, "peer")) ||
	    (mtu && nla_put_u32(msg, IFLA_MTU, mtu)))
		return -1;
	if (veth->netns >= 0 &&
	    nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)veth->netns))
		return -1;
	return nla_nest_end(msg, peer);
}

static const struct made_link_kind veth = {
	.name = "veth",
	.exists = "there is already a device with the peer's name",
	.own_size = sizeof(struct veth),
	.release = release,
	.prepare = prepare,
	.put_data = put_data,
};

/* No update: the kernel can change neither end by the other. */
const struct provider provider_veth = {
	.schema = &schema_veth,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.own = &veth,
};
