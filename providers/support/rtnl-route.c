/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Only default routes are kept, of all tables, and of the others no more is
 * read than their prefix length. Where a message does not say for certain
 * what the kernel's table has become (several next hops, several routes that
 * a replacement could mean), the table is dumped again rather than guessed.
 */
#include "providers/support/rtnl-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

/* What a message says. */
struct parsed {
	struct rtnl_route_key key;
	bool is_usable;    /* unicast, and its next hop is alive */
	bool is_ambiguous; /* more than a key can tell */
	bool is_multipath;
	bool has_gateway;
	uint8_t protocol;
	uint32_t nexthop;
};

/* *i is the address of the entry last given; 0: none yet. */
const struct rtnl_route *rtnl_each_default(const struct rtnl *rtnl, size_t *i)
{
	struct rtnl_route_entry *entry = (struct rtnl_route_entry *)*i;

	do
		entry = entry ? entry->hh.next : rtnl->routes;
	while (entry && entry->seen.is_gone);
	*i = (size_t)entry;
	return entry ? &entry->route : NULL;
}

static enum rtnl_table table_of(int family)
{
	return family == AF_INET ? RTNL_ROUTES_IPV4 : RTNL_ROUTES_IPV6;
}

/* ---- parsing ---- */

/* RTA_GATEWAY, or of another family RTA_VIA (IPv4 over IPv6, RFC 5549). */
static void parse_gateway(struct parsed *p, struct nlattr **tb)
{
	int size = p->key.family == AF_INET ? 4 : 16;
	struct nlattr *gateway = tb[RTA_GATEWAY];

	if (!gateway || nla_len(gateway) != size)
		return;
	p->has_gateway = true;
	memcpy(&p->key.gateway, nla_data(gateway), (size_t)size);
}

/* The first next hop that is alive stands for all. */
static void parse_multipath(struct parsed *p, struct nlattr *multipath)
{
	struct rtnexthop *hop = nla_data(multipath);
	int left = nla_len(multipath);
	struct nlattr *tb[RTA_MAX + 1];

	p->is_multipath = p->is_ambiguous = true;
	p->is_usable = false;
	/* RTNH_OK() alone reads before it looks at what is left. */
	for (; left >= (int)sizeof(*hop) && RTNH_OK(hop, left);
	    left -= (int)RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
		if (hop->rtnh_flags & RTNH_F_DEAD)
			continue;
		if (nla_parse(tb, RTA_MAX, (struct nlattr *)RTNH_DATA(hop),
			hop->rtnh_len - (int)sizeof(*hop), NULL) < 0)
			return;
		p->key.ifindex = (uint32_t)hop->rtnh_ifindex;
		p->is_usable = true;
		parse_gateway(p, tb);
		return;
	}
}

/* 0, or -EINVAL for a route that is none of ours. */
static int parse(const struct nlmsghdr *header, struct parsed *p)
{
	static const struct nla_policy policy[RTA_MAX + 1] = {
		[RTA_TABLE] = { .type = NLA_U32 },
		[RTA_PRIORITY] = { .type = NLA_U32 },
		[RTA_OIF] = { .type = NLA_U32 },
		[RTA_NH_ID] = { .type = NLA_U32 },
	};
	const struct rtmsg *route = nlmsg_data(header);
	struct nlattr *tb[RTA_MAX + 1];

	/* Before anything else: there may be a million of them. */
	if (nlmsg_datalen(header) < (int)sizeof(*route) ||
	    route->rtm_dst_len != 0 || route->rtm_tos != 0 ||
	    route->rtm_flags & RTM_F_CLONED)
		return -EINVAL;
	if (route->rtm_family != AF_INET && route->rtm_family != AF_INET6)
		return -EINVAL;
	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*route), tb, RTA_MAX,
		policy) < 0)
		return -EINVAL;
	memset(p, 0, sizeof(*p));
	p->key.family = route->rtm_family;
	p->key.table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE])
				     : route->rtm_table;
	p->protocol = route->rtm_protocol;
	/* Several may differ in nothing but the source that they are for. */
	p->is_ambiguous = route->rtm_src_len != 0;
	p->is_usable = route->rtm_type == RTN_UNICAST &&
	    !(route->rtm_flags & RTNH_F_DEAD);
	if (tb[RTA_PRIORITY])
		p->key.metric = nla_get_u32(tb[RTA_PRIORITY]);
	if (tb[RTA_OIF])
		p->key.ifindex = nla_get_u32(tb[RTA_OIF]);
	if (tb[RTA_NH_ID])
		p->nexthop = nla_get_u32(tb[RTA_NH_ID]);
	parse_gateway(p, tb);
	if (tb[RTA_MULTIPATH])
		parse_multipath(p, tb[RTA_MULTIPATH]);
	return 0;
}

/* ---- the table ---- */

static struct rtnl_route_entry *find(
    struct rtnl *rtnl, const struct rtnl_route_key *key)
{
	struct rtnl_route_entry *entry;

	HASH_FIND(hh, rtnl->routes, key, sizeof(*key), entry);
	return entry;
}

static void drop(struct rtnl *rtnl, struct rtnl_route_entry *entry)
{
	HASH_DEL(rtnl->routes, entry);
	free(entry);
}

static struct rtnl_route_entry *add(
    struct rtnl *rtnl, const struct rtnl_route_key *key)
{
	struct rtnl_route_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->key = *key;
	entry->seen.is_gone = true;
	HASH_ADD(hh, rtnl->routes, key, sizeof(*key), entry);
	if (!entry->hh.tbl) {
		free(entry);
		return NULL;
	}
	return entry;
}

static void bury(struct rtnl *rtnl, struct rtnl_route_entry *entry)
{
	if (!entry->seen.is_gone)
		rtnl->defaults_changed = true;
	entry->seen.is_gone = true;
	if (!rtnl_keeps_tombstones(rtnl, table_of(entry->key.family)))
		drop(rtnl, entry);
}

static void fill(struct rtnl *rtnl, struct rtnl_route_entry *entry,
    const struct parsed *p)
{
	struct rtnl_route route;

	memset(&route, 0, sizeof(route));
	route.family = p->key.family;
	route.ifindex = p->key.ifindex;
	route.metric = p->key.metric;
	route.table = p->key.table;
	route.protocol = p->protocol;
	route.has_gateway = p->has_gateway;
	memcpy(&route.gateway, &p->key.gateway, sizeof(route.gateway));
	if (entry->seen.is_gone ||
	    memcmp(&route, &entry->route, sizeof(route)) != 0)
		rtnl->defaults_changed = true;
	memcpy(&entry->route, &route, sizeof(route));
	entry->seen.is_gone = false;
	entry->is_multipath = p->is_multipath;
	entry->nexthop = p->nexthop;
}

/* True when some route of the family has several next hops. */
static bool has_multipath(const struct rtnl *rtnl, int family)
{
	const struct rtnl_route_entry *entry;

	for (entry = rtnl->routes; entry; entry = entry->hh.next)
		if (entry->key.family == family && entry->is_multipath &&
		    !entry->seen.is_gone)
			return true;
	return false;
}

/*
 * The kernel has put the route in the place of another with its metric, of
 * which it does not say more. -EAGAIN when there are several.
 */
static int bury_replaced(struct rtnl *rtnl, const struct rtnl_route_key *key)
{
	struct rtnl_route_entry *entry, *found = NULL;

	for (entry = rtnl->routes; entry; entry = entry->hh.next) {
		if (entry->seen.is_gone || entry->key.family != key->family ||
		    entry->key.table != key->table ||
		    entry->key.metric != key->metric)
			continue;
		if (found)
			return -EAGAIN;
		found = entry;
	}
	if (found && memcmp(&found->key, key, sizeof(*key)) != 0) {
		rtnl_seen(rtnl, &found->seen, table_of(key->family), true);
		bury(rtnl, found);
	}
	return 0;
}

static int set(struct rtnl *rtnl, const struct parsed *p, bool is_new,
    bool is_event)
{
	enum rtnl_table table = table_of(p->key.family);
	struct rtnl_route_entry *entry = find(rtnl, &p->key);

	if (!entry && !is_new && !rtnl_keeps_tombstones(rtnl, table))
		return 0;
	if (!entry)
		entry = add(rtnl, &p->key);
	if (!entry)
		return -ENOMEM;
	if (!rtnl_seen(rtnl, &entry->seen, table, is_event))
		return 0;
	if (is_new)
		fill(rtnl, entry, p);
	else
		bury(rtnl, entry);
	return 0;
}

static int event(struct rtnl *rtnl, const struct nlmsghdr *header,
    const struct parsed *p)
{
	bool is_new = header->nlmsg_type == RTM_NEWROUTE;

	if (p->is_ambiguous || has_multipath(rtnl, p->key.family))
		return -EAGAIN;
	if (is_new && header->nlmsg_flags & NLM_F_REPLACE &&
	    bury_replaced(rtnl, &p->key) < 0)
		return -EAGAIN;
	if (!p->is_usable)
		return 0;
	return set(rtnl, p, is_new, true);
}

int rtnl_route_message(
    struct rtnl *rtnl, const struct nlmsghdr *header, bool is_event)
{
	const struct rtnl_link *link;
	struct parsed p;

	if (parse(header, &p) < 0)
		return 0;
	if (is_event)
		return event(rtnl, header, &p);
	if (!p.is_usable || (int)table_of(p.key.family) != rtnl->dumping)
		return 0;
	/* A dump may be older than the event that told of its link's end, of
	 * which the kernel says no more than that. */
	link = rtnl_find_link(rtnl, p.key.ifindex);
	if (!link || !(link->flags & IFF_UP))
		return 0;
	return set(rtnl, &p, true, false);
}

void rtnl_routes_sweep(struct rtnl *rtnl, int family)
{
	struct rtnl_route_entry *entry, *next;

	HASH_ITER(hh, rtnl->routes, entry, next)
		if (entry->key.family == family &&
		    (entry->seen.is_gone || entry->seen.dump != rtnl->dump))
			bury(rtnl, entry);
}

void rtnl_routes_link_down(struct rtnl *rtnl, uint32_t ifindex)
{
	struct rtnl_route_entry *entry, *next;

	HASH_ITER(hh, rtnl->routes, entry, next) {
		enum rtnl_table table = table_of(entry->key.family);

		if (entry->is_multipath)
			rtnl_need_dump(rtnl, 1u << table);
		else if (entry->key.ifindex == ifindex) {
			rtnl_seen(rtnl, &entry->seen, table, true);
			bury(rtnl, entry);
		}
	}
}

void rtnl_routes_address_gone(struct rtnl *rtnl, uint32_t ifindex)
{
	struct rtnl_route_entry *entry;

	for (entry = rtnl->routes; entry; entry = entry->hh.next)
		if (entry->key.family == AF_INET && !entry->seen.is_gone &&
		    (entry->is_multipath || entry->key.ifindex == ifindex))
			rtnl_need_dump(rtnl, 1u << RTNL_ROUTES_IPV4);
}

/* What one that is changed means for its routes, the dump shows; those of one
 * that is deleted go with it, but maybe only after the kernel has said so. */
void rtnl_routes_nexthop(struct rtnl *rtnl, const struct nlmsghdr *header)
{
	static const struct nla_policy policy[NHA_MAX + 1] = {
		[NHA_ID] = { .type = NLA_U32 },
	};
	bool is_gone = header->nlmsg_type == RTM_DELNEXTHOP;
	struct nlattr *tb[NHA_MAX + 1];
	struct rtnl_route_entry *entry, *next;

	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(struct nhmsg), tb,
		NHA_MAX, policy) < 0 ||
	    !tb[NHA_ID])
		return;
	HASH_ITER(hh, rtnl->routes, entry, next) {
		enum rtnl_table table = table_of(entry->key.family);

		if (entry->nexthop != nla_get_u32(tb[NHA_ID]))
			continue;
		if (is_gone) {
			rtnl_seen(rtnl, &entry->seen, table, true);
			bury(rtnl, entry);
		} else {
			rtnl_need_dump(rtnl, 1u << table);
		}
	}
}

void rtnl_routes_clear(struct rtnl *rtnl)
{
	struct rtnl_route_entry *entry, *next;

	HASH_ITER(hh, rtnl->routes, entry, next)
		drop(rtnl, entry);
}
