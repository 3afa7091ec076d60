/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An IPv4 address is removed alone. The first of its subnet on a link is
 * primary to the kernel, and goes with all others of it, whosever they are,
 * unless the link's promote_secondaries is 1: then the next of them is primary,
 * and routes stay. So it is 1 while an address is removed. The three requests
 * leave together: the kernel carries them out even if netconfd is killed then.
 */
#include "providers/support/rtnl-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"

static void msg_free(struct nl_msg **msg)
{
	nlmsg_free(*msg);
}

/* Also a /proc/sys that is read-only does not hinder this. */
static struct nl_msg *promote_msg(uint32_t ifindex, uint32_t value)
{
	struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)ifindex,
	};
	_cleanup_(msg_free) struct nl_msg *msg =
	    rtnl_new_msg(RTM_SETLINK, 0, &info, sizeof(info));
	struct nlattr *families, *family, *settings;

	if (!msg || !(families = nla_nest_start(msg, IFLA_AF_SPEC)) ||
	    !(family = nla_nest_start(msg, AF_INET)) ||
	    !(settings = nla_nest_start(msg, IFLA_INET_CONF)) ||
	    nla_put_u32(msg, IPV4_DEVCONF_PROMOTE_SECONDARIES, value) < 0)
		return NULL;
	nla_nest_end(msg, settings);
	nla_nest_end(msg, family);
	nla_nest_end(msg, families);
	return steal_ptr(msg);
}

/* If that fails, the address is removed all the same. */
static void promote(struct rtnl *rtnl, uint32_t ifindex, uint32_t value)
{
	struct rtnl_request nobody = { 0 };

	rtnl_send(rtnl, &nobody, promote_msg(ifindex, value));
	rtnl_cancel(&nobody);
}

/*
 * '0', '1', or '?'. Read now, and here, as no event tells when others change
 * it; the kernel waits for nothing to tell it.
 */
static char setting_of(const struct rtnl_link *link)
{
	char path[64 + IFNAMSIZ], value = '?';
	int fd;

	snprintf(path, sizeof(path),
	    "/proc/sys/net/ipv4/conf/%s/promote_secondaries", link->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return '?';
	if (read(fd, &value, 1) != 1)
		value = '?';
	close(fd);
	return value;
}

/* Nothing that the kernel has said is unread: the tables are as it is. */
static bool is_told_all(const struct rtnl *rtnl)
{
	char byte;

	return !rtnl->needed && rtnl->dumping < 0 && !rtnl->is_overrun &&
	    recv(rtnl->event_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	    errno == EAGAIN;
}

/*
 * As far as is known: then the kernel is spared two changes of the link, each
 * of which makes it send reports of multicast groups. What has been asked for
 * may not have left yet.
 */
static bool is_alone(const struct rtnl *rtnl,
    const struct rtnl_link_entry *entry, const struct ip_prefix *address)
{
	in_addr_t asked = entry->ipv4_asked.s_addr;

	return entry->n_ipv4 <= 1 &&
	    (!asked || asked == address->ip.in.s_addr) && is_told_all(rtnl);
}

bool rtnl_promotion_begin(
    struct rtnl *rtnl, uint32_t ifindex, const struct ip_prefix *address)
{
	const struct rtnl_link_entry *entry =
	    rtnl_find_link_entry(rtnl, ifindex);
	char setting;

	if (address->ip.family != AF_INET || address->length == 32 ||
	    !entry || is_alone(rtnl, entry, address))
		return false;
	setting = setting_of(&entry->link);
	if (setting == '1')
		return false;
	promote(rtnl, ifindex, 1);
	/* Where it is not known it stays so: that harms nobody. */
	return setting == '0';
}

void rtnl_promotion_end(struct rtnl *rtnl, uint32_t ifindex)
{
	promote(rtnl, ifindex, 0);
}
