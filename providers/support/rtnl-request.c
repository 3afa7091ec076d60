/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/rtnl.h"

#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"

static void msg_free(struct nl_msg **msg)
{
	nlmsg_free(*msg);
}

struct nl_msg *rtnl_new_msg(
    int type, int flags, const void *header, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

	/* NLMSG_ALIGNTO: what follows starts aligned. */
	if (msg && nlmsg_append(msg, (void *)header, size, NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int put_change(
    struct nl_msg *msg, const struct rtnl_link_change *change)
{
	if (change->mac &&
	    nla_put(msg, IFLA_ADDRESS, change->mac_length, change->mac) < 0)
		return -1;
	if (change->name &&
	    nla_put_string(msg, IFLA_IFNAME, change->name) < 0)
		return -1;
	if (change->mtu && nla_put_u32(msg, IFLA_MTU, change->mtu) < 0)
		return -1;
	return change->set_tx_queue_length
	    ? nla_put_u32(msg, IFLA_TXQLEN, change->tx_queue_length)
	    : 0;
}

void rtnl_change_link(struct rtnl *rtnl, struct rtnl_request *request,
    uint32_t ifindex, const struct rtnl_link_change *change)
{
	struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)ifindex,
		.ifi_change = change->set_up ? IFF_UP : 0,
		.ifi_flags = change->set_up && change->up ? IFF_UP : 0,
	};
	_cleanup_(msg_free) struct nl_msg *msg =
	    rtnl_new_msg(RTM_NEWLINK, 0, &info, sizeof(info));

	if (msg && put_change(msg, change) < 0) {
		nlmsg_free(msg);
		msg = NULL;
	}
	/* Without a message, rtnl_send() says that memory is out. */
	rtnl_send(rtnl, request, steal_ptr(msg));
}
