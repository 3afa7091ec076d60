/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in the place of an IPv6 route: looked for in a dump of all of them,
 * since the kernel has no question that means just this one.
 */
#include "providers/support/rtnl-internal.h"

#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

void rtnl_route_query_begin(struct rtnl *rtnl, struct rtnl_route_query *query)
{
	list_init(&query->link);
	if (rtnl->is_closing)
		return;
	query->is_asked = query->is_found = false;
	list_append(&rtnl->queries, &query->link);
	rtnl_need_dump(rtnl, 1u << RTNL_ROUTES_IPV6);
	rtnl_next_dump(rtnl);
}

void rtnl_route_query_end(struct rtnl_route_query *query)
{
	if (query->link.next)
		list_remove(&query->link);
}

void rtnl_queries_ask(struct rtnl *rtnl)
{
	struct rtnl_route_query *query;

	list_for_each(query, &rtnl->queries, struct rtnl_route_query, link) {
		query->is_asked = true;
		query->is_found = false;
	}
}

/* ---- what a message shows ---- */

static bool is_via(const struct ip *via, const struct nlattr *gateway)
{
	if (!gateway || !via->family)
		return !gateway && !via->family;
	return nla_len(gateway) == (int)ip_size(via) &&
	    !memcmp(nla_data(gateway), via->bytes, ip_size(via));
}

static bool is_hop(const struct rtnl_route_change *route, uint32_t ifindex,
    const struct nlattr *gateway)
{
	static const struct ip none;

	return is_via(route->n_hops ? &route->hops[0].via : &none, gateway) &&
	    (!route->n_hops || !route->hops[0].ifindex ||
		route->hops[0].ifindex == ifindex);
}

/* The kernel shows those by several gateways as one. */
static bool is_among_hops(
    const struct rtnl_route_change *route, struct nlattr *hops)
{
	const struct rtnexthop *hop = nla_data(hops);
	int left = nla_len(hops);
	struct nlattr *tb[RTA_MAX + 1];

	for (; left >= (int)sizeof(*hop) && RTNH_OK(hop, left);
	    left -= (int)RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop))
		if (nla_parse(tb, RTA_MAX, (struct nlattr *)RTNH_DATA(hop),
			hop->rtnh_len - (int)sizeof(*hop), NULL) == 0 &&
		    is_hop(route, (uint32_t)hop->rtnh_ifindex,
			tb[RTA_GATEWAY]))
			return true;
	return false;
}

static bool is_same(const struct rtnl_route_change *route,
    const struct rtmsg *shown, struct nlattr **tb)
{
	uint32_t table =
	    tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : shown->rtm_table;
	uint32_t metric =
	    tb[RTA_PRIORITY] ? nla_get_u32(tb[RTA_PRIORITY]) : 0;
	size_t size = ip_size(&route->to.ip);

	if (table != route->table || metric != route->metric ||
	    shown->rtm_src_len || shown->rtm_dst_len != route->to.length)
		return false;
	if (tb[RTA_DST] &&
	    (nla_len(tb[RTA_DST]) != (int)size ||
		memcmp(nla_data(tb[RTA_DST]), route->to.ip.bytes, size) != 0))
		return false;
	return tb[RTA_MULTIPATH]
	    ? is_among_hops(route, tb[RTA_MULTIPATH])
	    : is_hop(route, tb[RTA_OIF] ? nla_get_u32(tb[RTA_OIF]) : 0,
		  tb[RTA_GATEWAY]);
}

static void note(struct rtnl_route_query *query, const struct rtmsg *shown,
    struct nlattr **tb)
{
	struct rtnl_route_change *found = &query->found;
	struct nlattr *mtu = NULL;

	memset(found, 0, sizeof(*found));
	query->is_found = true;
	query->protocol = shown->rtm_protocol;
	found->type = shown->rtm_type;
	/* It shows what is said of the first of them, and not of the others;
	 * but it removes only one with our mark. */
	if (tb[RTA_MULTIPATH]) {
		query->protocol = RTNL_PROTOCOL;
		found->mtu = query->route->mtu;
		found->source = query->route->source;
		return;
	}
	if (tb[RTA_METRICS])
		mtu = nla_find(nla_data(tb[RTA_METRICS]),
		    nla_len(tb[RTA_METRICS]), RTAX_MTU);
	if (mtu && nla_len(mtu) == sizeof(uint32_t))
		found->mtu = nla_get_u32(mtu);
	if (tb[RTA_PREFSRC] && nla_len(tb[RTA_PREFSRC]) == 16) {
		found->source.family = AF_INET6;
		memcpy(found->source.bytes, nla_data(tb[RTA_PREFSRC]), 16);
	}
}

void rtnl_queries_message(struct rtnl *rtnl, const struct nlmsghdr *header)
{
	static const struct nla_policy policy[RTA_MAX + 1] = {
		[RTA_TABLE] = { .type = NLA_U32 },
		[RTA_PRIORITY] = { .type = NLA_U32 },
		[RTA_OIF] = { .type = NLA_U32 },
	};
	const struct rtmsg *shown = nlmsg_data(header);
	struct rtnl_route_query *query;
	struct nlattr *tb[RTA_MAX + 1];

	if (list_is_empty(&rtnl->queries) ||
	    nlmsg_datalen(header) < (int)sizeof(*shown) ||
	    shown->rtm_family != AF_INET6 ||
	    shown->rtm_flags & RTM_F_CLONED ||
	    nlmsg_parse((struct nlmsghdr *)header, sizeof(*shown), tb, RTA_MAX,
		policy) < 0)
		return;
	list_for_each(query, &rtnl->queries, struct rtnl_route_query, link)
		if (query->is_asked && is_same(query->route, shown, tb))
			note(query, shown, tb);
}

/* Those told may ask anew, or end others. */
void rtnl_queries_answer(struct rtnl *rtnl)
{
	struct list now = LIST_INIT(now), *at, *next;
	struct rtnl_route_query *query;

	for (at = rtnl->queries.next; at != &rtnl->queries; at = next) {
		next = at->next;
		query = list_entry(at, struct rtnl_route_query, link);
		if (!query->is_asked)
			continue;
		list_remove(at);
		list_append(&now, at);
	}
	while ((query = list_pop(&now, struct rtnl_route_query, link))) {
		query->done(query);
		if (rtnl->is_closing)
			break;
	}
	while ((query = list_pop(&now, struct rtnl_route_query, link)))
		;
}
