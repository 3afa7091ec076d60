/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/rtnl.h"

#include <string.h>

#include <linux/if_addr.h>
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

	if (msg && change->mtu && nla_put_u32(msg, IFLA_MTU, change->mtu) < 0) {
		nlmsg_free(msg);
		msg = NULL;
	}
	/* Without a message, rtnl_send() says that memory is out. */
	rtnl_send(rtnl, request, steal_ptr(msg));
}

/* ---- addresses ---- */

static struct nl_msg *address_msg(
    int type, int flags, const struct rtnl_address *a)
{
	struct ifaddrmsg info = {
		.ifa_family = AF_INET,
		.ifa_prefixlen = (uint8_t)a->prefix_length,
		.ifa_index = a->ifindex,
	};
	struct ifa_cacheinfo lifetimes = {
		.ifa_valid = a->valid_s,
		.ifa_prefered = a->preferred_s,
	};
	uint32_t local = ntohl(a->address.s_addr);
	in_addr_t broadcast;
	_cleanup_(msg_free) struct nl_msg *msg =
	    rtnl_new_msg(type, flags, &info, sizeof(info));

	if (!msg || nla_put(msg, IFA_LOCAL, sizeof(a->address), &a->address))
		return NULL;
	if (type == RTM_DELADDR)
		return steal_ptr(msg);
	if (nla_put(msg, IFA_CACHEINFO, sizeof(lifetimes), &lifetimes))
		return NULL;
	/* A /31 (RFC 3021) or /32 has no broadcast address. */
	if (a->prefix_length < 31) {
		broadcast = htonl(local | UINT32_MAX >> a->prefix_length);
		if (nla_put(msg, IFA_BROADCAST, sizeof(broadcast), &broadcast))
			return NULL;
	}
	return steal_ptr(msg);
}

void rtnl_add_address(struct rtnl *rtnl, struct rtnl_request *request,
    const struct rtnl_address *address)
{
	rtnl_send(rtnl, request,
	    address_msg(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, address));
}

void rtnl_delete_address(struct rtnl *rtnl, struct rtnl_request *request,
    const struct rtnl_address *address)
{
	rtnl_send(rtnl, request, address_msg(RTM_DELADDR, 0, address));
}

/* ---- routes ---- */

static int put_mtu(struct nl_msg *msg, uint32_t mtu)
{
	struct nlattr *metrics = nla_nest_start(msg, RTA_METRICS);

	if (!metrics || nla_put_u32(msg, RTAX_MTU, mtu))
		return -1;
	return nla_nest_end(msg, metrics);
}

static struct nl_msg *route_msg(
    int type, int flags, const struct rtnl_ipv4_route *r)
{
	bool has_gateway = r->via.s_addr != INADDR_ANY;
	struct rtmsg info = {
		.rtm_family = AF_INET,
		.rtm_dst_len = (uint8_t)r->prefix_length,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTNL_PROTOCOL,
		.rtm_scope = has_gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
	};
	_cleanup_(msg_free) struct nl_msg *msg =
	    rtnl_new_msg(type, flags, &info, sizeof(info));

	if (!msg)
		return NULL;
	if (r->prefix_length && nla_put(msg, RTA_DST, sizeof(r->to), &r->to))
		return NULL;
	if (nla_put_u32(msg, RTA_OIF, r->ifindex) ||
	    nla_put_u32(msg, RTA_PRIORITY, r->metric))
		return NULL;
	if (has_gateway && nla_put(msg, RTA_GATEWAY, sizeof(r->via), &r->via))
		return NULL;
	if (r->source.s_addr != INADDR_ANY &&
	    nla_put(msg, RTA_PREFSRC, sizeof(r->source), &r->source))
		return NULL;
	if (r->mtu && put_mtu(msg, r->mtu))
		return NULL;
	return steal_ptr(msg);
}

void rtnl_add_route(struct rtnl *rtnl, struct rtnl_request *request,
    const struct rtnl_ipv4_route *route)
{
	rtnl_send(rtnl, request,
	    route_msg(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route));
}

void rtnl_delete_route(struct rtnl *rtnl, struct rtnl_request *request,
    const struct rtnl_ipv4_route *route)
{
	rtnl_send(rtnl, request, route_msg(RTM_DELROUTE, 0, route));
}
