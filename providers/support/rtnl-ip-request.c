/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages that make and remove addresses, routes and rules. */
#include "providers/support/rtnl-internal.h"

#include <string.h>

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"

static void msg_free(struct nl_msg **msg)
{
	nlmsg_free(*msg);
}

static int put_ip(struct nl_msg *msg, int attribute, const struct ip *ip)
{
	return nla_put(msg, attribute, (int)ip_size(ip), ip->bytes);
}

/* ---- addresses ---- */

static int put_broadcast(struct nl_msg *msg, const struct ip_prefix *address)
{
	uint32_t local = ntohl(address->ip.in.s_addr);
	in_addr_t broadcast;

	/* A /31 (RFC 3021) or /32 has no broadcast address. */
	if (address->ip.family != AF_INET || address->length >= 31)
		return 0;
	broadcast = htonl(local | UINT32_MAX >> address->length);
	return nla_put(msg, IFA_BROADCAST, sizeof(broadcast), &broadcast);
}

static struct nl_msg *address_msg(
    int type, int flags, const struct rtnl_address *a)
{
	struct ifaddrmsg info = {
		.ifa_family = (uint8_t)a->address.ip.family,
		.ifa_prefixlen = (uint8_t)a->address.length,
		.ifa_scope = a->scope,
		.ifa_index = a->ifindex,
	};
	struct ifa_cacheinfo lifetimes = {
		.ifa_valid = a->valid_s,
		.ifa_prefered = a->preferred_s,
	};
	const struct ip *far = a->peer.family ? &a->peer : &a->address.ip;
	_cleanup_(msg_free) struct nl_msg *msg =
	    rtnl_new_msg(type, flags, &info, sizeof(info));

	if (!msg || put_ip(msg, IFA_LOCAL, &a->address.ip) ||
	    put_ip(msg, IFA_ADDRESS, far))
		return NULL;
	if (type == RTM_DELADDR)
		return steal_ptr(msg);
	/* A kernel before 5.18 does not look at the mark. */
	if (nla_put(msg, IFA_CACHEINFO, sizeof(lifetimes), &lifetimes) ||
	    nla_put_u8(msg, IFA_PROTO, RTNL_PROTOCOL) ||
	    (a->flags && nla_put_u32(msg, IFA_FLAGS, a->flags)))
		return NULL;
	if (!a->peer.family && put_broadcast(msg, &a->address))
		return NULL;
	return steal_ptr(msg);
}

void rtnl_add_address(struct rtnl *rtnl, struct rtnl_request *request,
    const struct rtnl_address *address, int flags)
{
	struct rtnl_link_entry *link =
	    rtnl_find_link_entry(rtnl, address->ifindex);

	if (link && address->address.ip.family == AF_INET)
		link->ipv4_asked = address->address.ip.in;
	rtnl_send(rtnl, request,
	    address_msg(RTM_NEWADDR, NLM_F_CREATE | flags, address));
}

/* Of an IPv6 address that has an end the kernel leaves the route to its prefix
 * until then: so it has none when it is removed. It may have been given one a
 * moment ago, which no event has told yet. */
static void make_endless(struct rtnl *rtnl, const struct rtnl_address *address)
{
	struct rtnl_address endless = *address;
	struct rtnl_request nobody = { 0 };
	struct rtnl_lifetimes told = { .valid_s = UINT32_MAX };

	(void)rtnl_find_lifetimes(
	    rtnl, address->ifindex, &address->address, &told);
	if (address->address.ip.family != AF_INET6 ||
	    (address->valid_s == UINT32_MAX && told.valid_s == UINT32_MAX))
		return;
	endless.valid_s = endless.preferred_s = UINT32_MAX;
	rtnl_send(rtnl, &nobody,
	    address_msg(RTM_NEWADDR, NLM_F_REPLACE, &endless));
	rtnl_cancel(&nobody);
}

void rtnl_delete_address(struct rtnl *rtnl, struct rtnl_request *request,
    const struct rtnl_address *address)
{
	bool is_promoted = rtnl_promotion_begin(
	    rtnl, address->ifindex, &address->address);

	make_endless(rtnl, address);
	rtnl_address_leaves(rtnl, address);
	rtnl_send(rtnl, request, address_msg(RTM_DELADDR, 0, address));
	if (is_promoted)
		rtnl_promotion_end(rtnl, address->ifindex);
}

/* ---- routes ---- */

static int put_mtu(struct nl_msg *msg, uint32_t mtu)
{
	struct nlattr *metrics = nla_nest_start(msg, RTA_METRICS);

	if (!metrics || nla_put_u32(msg, RTAX_MTU, mtu))
		return -1;
	return nla_nest_end(msg, metrics);
}

/* RTA_GATEWAY, or RTA_VIA (struct rtvia) if it is of the other family. */
static int put_gateway(
    struct nl_msg *msg, uint32_t family, const struct ip *via)
{
	struct {
		uint16_t family;
		uint8_t bytes[16];
	} other = { .family = (uint16_t)via->family };

	if (!via->family)
		return 0;
	if (via->family == family)
		return put_ip(msg, RTA_GATEWAY, via);
	memcpy(other.bytes, via->bytes, ip_size(via));
	return nla_put(
	    msg, RTA_VIA, (int)(sizeof(other.family) + ip_size(via)), &other);
}

static int put_hops(struct nl_msg *msg, const struct rtnl_route_change *r)
{
	struct nlattr *list = nla_nest_start(msg, RTA_MULTIPATH);

	if (!list)
		return -1;
	for (uint32_t i = 0; i < r->n_hops; i++) {
		const struct rtnl_hop *h = &r->hops[i];
		struct rtnexthop *hop =
		    nlmsg_reserve(msg, sizeof(*hop), NLMSG_ALIGNTO);

		if (!hop)
			return -1;
		memset(hop, 0, sizeof(*hop));
		hop->rtnh_ifindex = (int)h->ifindex;
		hop->rtnh_hops = (uint8_t)(h->weight ? h->weight - 1 : 0);
		hop->rtnh_flags = h->is_on_link ? RTNH_F_ONLINK : 0;
		if (put_gateway(msg, r->to.ip.family, &h->via))
			return -1;
		hop->rtnh_len = (uint16_t)((char *)nlmsg_tail(nlmsg_hdr(msg)) -
					   (char *)hop);
	}
	return nla_nest_end(msg, list);
}

static int put_hop(struct nl_msg *msg, const struct rtnl_route_change *r)
{
	const struct rtnl_hop *hop = &r->hops[0];

	/* Where an IPv6 route has several hops, it is a route for each. */
	if (r->n_hops > 1 || (r->n_hops && hop->weight > 1))
		return put_hops(msg, r);
	if (!r->n_hops)
		return 0;
	if (hop->ifindex && nla_put_u32(msg, RTA_OIF, hop->ifindex))
		return -1;
	return put_gateway(msg, r->to.ip.family, &hop->via);
}

/* IPv4: how far what the route leads to is away. */
static uint8_t scope_of(const struct rtnl_route_change *r, uint8_t type)
{
	if (r->to.ip.family == AF_INET6 || type == RTN_BLACKHOLE ||
	    type == RTN_UNREACHABLE || type == RTN_PROHIBIT ||
	    type == RTN_THROW)
		return RT_SCOPE_UNIVERSE;
	if (type == RTN_LOCAL)
		return RT_SCOPE_HOST;
	return r->n_hops && r->hops[0].via.family ? RT_SCOPE_UNIVERSE
						  : RT_SCOPE_LINK;
}

static struct nl_msg *route_msg(
    int message_type, int flags, const struct rtnl_route_change *r)
{
	uint8_t type = r->type ? r->type : RTN_UNICAST;
	uint32_t table = r->table ? r->table : RT_TABLE_MAIN;
	bool is_on_link = r->n_hops == 1 && r->hops[0].is_on_link;
	struct rtmsg info = {
		.rtm_family = (uint8_t)r->to.ip.family,
		.rtm_dst_len = (uint8_t)r->to.length,
		.rtm_table = RT_TABLE_UNSPEC,
		.rtm_protocol = RTNL_PROTOCOL,
		.rtm_scope = scope_of(r, type),
		.rtm_type = type,
		.rtm_flags = is_on_link ? RTNH_F_ONLINK : 0,
	};
	_cleanup_(msg_free) struct nl_msg *msg =
	    rtnl_new_msg(message_type, flags, &info, sizeof(info));

	if (!msg || nla_put_u32(msg, RTA_TABLE, table))
		return NULL;
	if (r->to.length && put_ip(msg, RTA_DST, &r->to.ip))
		return NULL;
	if (nla_put_u32(msg, RTA_PRIORITY, r->metric) || put_hop(msg, r))
		return NULL;
	if (r->source.family && put_ip(msg, RTA_PREFSRC, &r->source))
		return NULL;
	if (r->mtu && put_mtu(msg, r->mtu))
		return NULL;
	return steal_ptr(msg);
}

void rtnl_add_route(struct rtnl *rtnl, struct rtnl_request *request,
    const struct rtnl_route_change *route, int flags)
{
	rtnl_send(rtnl, request,
	    route_msg(
		RTM_NEWROUTE, NLM_F_CREATE | NLM_F_ECHO | flags, route));
}

void rtnl_delete_route(struct rtnl *rtnl, struct rtnl_request *request,
    const struct rtnl_route_change *route)
{
	rtnl_send(rtnl, request, route_msg(RTM_DELROUTE, 0, route));
}

/* ---- rules ---- */

static int put_selectors(struct nl_msg *msg, const struct rtnl_rule *r)
{
	if ((r->from.ip.family && put_ip(msg, FRA_SRC, &r->from.ip)) ||
	    (r->to.ip.family && put_ip(msg, FRA_DST, &r->to.ip)))
		return -1;
	if ((*r->iif && nla_put_string(msg, FRA_IIFNAME, r->iif)) ||
	    (*r->oif && nla_put_string(msg, FRA_OIFNAME, r->oif)))
		return -1;
	if (r->mask && (nla_put_u32(msg, FRA_FWMARK, r->mark) ||
			   nla_put_u32(msg, FRA_FWMASK, r->mask)))
		return -1;
	return 0;
}

static struct nl_msg *rule_msg(int type, int flags, const struct rtnl_rule *r)
{
	struct fib_rule_hdr info = {
		.family = (uint8_t)r->family,
		.src_len = (uint8_t)r->from.length,
		.dst_len = (uint8_t)r->to.length,
		.action = r->action,
		.flags = r->is_not ? FIB_RULE_INVERT : 0,
	};
	_cleanup_(msg_free) struct nl_msg *msg =
	    rtnl_new_msg(type, flags, &info, sizeof(info));

	if (!msg || put_selectors(msg, r) ||
	    nla_put_u32(msg, FRA_PRIORITY, r->priority) ||
	    nla_put_u8(msg, FRA_PROTOCOL, RTNL_PROTOCOL))
		return NULL;
	if (r->table && nla_put_u32(msg, FRA_TABLE, r->table))
		return NULL;
	if (r->skips_default && nla_put_u32(msg, FRA_SUPPRESS_PREFIXLEN, 0))
		return NULL;
	return steal_ptr(msg);
}

void rtnl_add_rule(struct rtnl *rtnl, struct rtnl_request *request,
    const struct rtnl_rule *rule)
{
	rtnl_send(rtnl, request,
	    rule_msg(RTM_NEWRULE,
		NLM_F_CREATE | NLM_F_EXCL | NLM_F_ECHO, rule));
}

void rtnl_delete_rule(struct rtnl *rtnl, struct rtnl_request *request,
    const struct rtnl_rule *rule)
{
	rtnl_send(rtnl, request, rule_msg(RTM_DELRULE, 0, rule));
}
