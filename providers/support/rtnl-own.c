/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes and rules with netconf's mark. Of one that is gone, or in whose place
 * someone has put another, those who made it are told, and look whether they
 * meant it. Of the routes there is a table: so that it is noticed, too, when
 * that happened while events were lost.
 *
 * Routes to the same, with one metric, may stand beside each other: those of
 * two cards. They are told from each other by their devices.
 *
 * The kernel removes routes without a word with their link or their source
 * address. Such entries stay until a dump: whoever made the route knows of
 * that anyway, and makes it again or not.
 *
 * What is not unicast (a blackhole) is in no dump: of it only events tell. Who
 * made it asks for it again when some were lost.
 */
#include "providers/support/rtnl-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

static void call(struct rtnl_watch *watch, const void *what)
{
	if (watch->calls->on_removed)
		watch->calls->on_removed(watch, what);
}

static void tell_removed(struct rtnl *rtnl,
    const struct rtnl_own_key *key, uint32_t ifindex, bool is_replaced)
{
	struct rtnl_removed removed = {
		.is_replaced = is_replaced,
		.ifindex = ifindex,
		.table = key->table,
		.number = key->metric,
		.to = key->to,
	};

	rtnl_tell(rtnl, ifindex, NULL, call, &removed);
}

/* ---- the table ---- */

static struct rtnl_own_entry *find(
    const struct rtnl *rtnl, const struct rtnl_own_key *key)
{
	struct rtnl_own_entry *entry;

	HASH_FIND(hh, rtnl->own, key, sizeof(*key), entry);
	return entry;
}

static struct rtnl_own_entry *add(
    struct rtnl *rtnl, const struct rtnl_own_key *key)
{
	struct rtnl_own_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->key = *key;
	HASH_ADD(hh, rtnl->own, key, sizeof(*key), entry);
	if (entry->hh.tbl)
		return entry;
	free(entry);
	return NULL;
}

static void drop_if_empty(struct rtnl *rtnl, struct rtnl_own_entry *entry)
{
	if (entry->ways)
		return;
	HASH_DEL(rtnl->own, entry);
	free(entry);
}

/* Where the one by that device is, or would be. */
static struct rtnl_own_way **place_of(
    struct rtnl_own_entry *entry, uint32_t ifindex)
{
	struct rtnl_own_way **at = &entry->ways;

	while (*at && (*at)->ifindex != ifindex)
		at = &(*at)->next;
	return at;
}

static void drop_way(struct rtnl_own_way **at)
{
	struct rtnl_own_way *way = *at;

	*at = way->next;
	free(way);
}

/* ---- routes ---- */

static int parse(const struct nlmsghdr *header, struct rtnl_own_key *key,
    struct nlattr **tb)
{
	static const struct nla_policy policy[RTA_MAX + 1] = {
		[RTA_TABLE] = { .type = NLA_U32 },
		[RTA_PRIORITY] = { .type = NLA_U32 },
		[RTA_OIF] = { .type = NLA_U32 },
	};
	const struct rtmsg *route = nlmsg_data(header);
	struct ip *ip = &key->to.ip;

	memset(key, 0, sizeof(*key));
	/* Ours are of no type of service. */
	if ((route->rtm_family != AF_INET && route->rtm_family != AF_INET6) ||
	    route->rtm_tos ||
	    nlmsg_parse((struct nlmsghdr *)header, sizeof(*route), tb, RTA_MAX,
		policy) < 0)
		return -EINVAL;
	ip->family = route->rtm_family;
	key->to.length = route->rtm_dst_len;
	if (tb[RTA_DST] && nla_len(tb[RTA_DST]) == (int)ip_size(ip))
		memcpy(ip->bytes, nla_data(tb[RTA_DST]), ip_size(ip));
	key->table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE])
				   : route->rtm_table;
	if (tb[RTA_PRIORITY])
		key->metric = nla_get_u32(tb[RTA_PRIORITY]);
	return 0;
}

static int add_way(struct rtnl *rtnl, const struct rtnl_own_key *key,
    uint32_t ifindex, bool is_hidden)
{
	struct rtnl_own_entry *entry = find(rtnl, key);
	struct rtnl_own_way **at;

	if (!entry)
		entry = add(rtnl, key);
	if (!entry)
		return -ENOMEM;
	at = place_of(entry, ifindex);
	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at) {
			drop_if_empty(rtnl, entry);
			return -ENOMEM;
		}
		(*at)->ifindex = ifindex;
	}
	(*at)->dump = rtnl->dump;
	(*at)->is_hidden = is_hidden;
	return 0;
}

static int seen(struct rtnl *rtnl, const struct rtnl_own_key *key,
    uint32_t ifindex)
{
	return add_way(rtnl, key, ifindex, false);
}

static int seen_hidden(struct rtnl *rtnl, const struct rtnl_own_key *key,
    uint32_t ifindex)
{
	return add_way(rtnl, key, ifindex, true);
}

static int gone(struct rtnl *rtnl, const struct rtnl_own_key *key,
    uint32_t ifindex)
{
	struct rtnl_own_entry *entry = find(rtnl, key);
	struct rtnl_own_way **at = entry ? place_of(entry, ifindex) : NULL;

	if (at && *at) {
		drop_way(at);
		drop_if_empty(rtnl, entry);
	}
	tell_removed(rtnl, key, ifindex, false);
	return 0;
}

/* The devices of the message, one after the other, or 0 if it has none. The
 * kernel tells IPv6 routes by several gateways as one. */
static int for_each_device(struct rtnl *rtnl, const struct rtnl_own_key *key,
    struct nlattr **tb, int (*f)(struct rtnl *, const struct rtnl_own_key *,
	uint32_t ifindex))
{
	const struct rtnexthop *hop;
	int left, r = 0;

	if (tb[RTA_OIF] || !tb[RTA_MULTIPATH])
		return f(rtnl, key,
		    tb[RTA_OIF] ? nla_get_u32(tb[RTA_OIF]) : 0);
	hop = nla_data(tb[RTA_MULTIPATH]);
	left = nla_len(tb[RTA_MULTIPATH]);
	while (r == 0 && left >= (int)sizeof(*hop) && RTNH_OK(hop, left)) {
		r = f(rtnl, key, (uint32_t)hop->rtnh_ifindex);
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return r;
}

/*
 * By which device it was, the kernel does not say. One of IPv4: of those that
 * ask for its place the kernel lets only that one have it. Of IPv6 maybe all:
 * if the first takes the place again, the others are beside it. Some are there
 * yet, so that all stay in the table: the next dump will tell.
 */
static void replaced(struct rtnl *rtnl, const struct rtnl_own_key *key)
{
	const struct rtnl_own_entry *entry = find(rtnl, key);
	const struct rtnl_own_way *way = entry ? entry->ways : NULL;
	bool is_ipv4 = key->to.ip.family == AF_INET;

	for (; way; way = way->next)
		tell_removed(rtnl, key, way->ifindex,
		    is_ipv4 || way == entry->ways);
}

int rtnl_own_route_message(
    struct rtnl *rtnl, const struct nlmsghdr *header, bool is_event)
{
	const struct rtmsg *route = nlmsg_data(header);
	bool is_new = header->nlmsg_type == RTM_NEWROUTE, is_own;
	struct nlattr *tb[RTA_MAX + 1];
	struct rtnl_own_key key;

	/* Before anything else: there may be a million of others. */
	if (nlmsg_datalen(header) < (int)sizeof(*route) ||
	    route->rtm_flags & RTM_F_CLONED)
		return 0;
	is_own = route->rtm_protocol == RTNL_PROTOCOL;
	if ((!is_own &&
		!(is_event && is_new && header->nlmsg_flags & NLM_F_REPLACE)) ||
	    parse(header, &key, tb) < 0)
		return 0;
	if (is_own)
		return for_each_device(rtnl, &key, tb,
		    !is_new				? gone
			: route->rtm_type != RTN_UNICAST ? seen_hidden
							 : seen);
	replaced(rtnl, &key);
	return 0;
}

static bool is_missing(
    const struct rtnl *rtnl, const struct rtnl_own_way *way)
{
	return way->dump != rtnl->dump && !way->is_hidden;
}

/* Whether any is there yet. */
static bool has_seen(const struct rtnl *rtnl,
    const struct rtnl_own_entry *entry)
{
	const struct rtnl_own_way *way = entry->ways;

	while (way && is_missing(rtnl, way))
		way = way->next;
	return way;
}

static void sweep_entry(struct rtnl *rtnl, struct rtnl_own_entry *entry)
{
	struct rtnl_own_way **at = &entry->ways;
	bool is_replaced = !has_seen(rtnl, entry);

	while (*at) {
		uint32_t ifindex = (*at)->ifindex;

		if (!is_missing(rtnl, *at)) {
			at = &(*at)->next;
			continue;
		}
		drop_way(at);
		if (!rtnl->is_closing)
			tell_removed(
			    rtnl, &entry->key, ifindex, is_replaced);
		is_replaced = false;
	}
	drop_if_empty(rtnl, entry);
}

/* What took its place, if anything did, nobody has looked at; but it is not to
 * be taken from another of ours. A dump may be older than an event that
 * removed a route, and bring it back into the table: nobody who made it will
 * miss it at the next one. Those told may ask for something; the table changes
 * only by what the kernel answers. */
void rtnl_own_routes_sweep(struct rtnl *rtnl, int family)
{
	struct rtnl_own_entry *entry, *next;

	HASH_ITER(hh, rtnl->own, entry, next)
		if (entry->key.to.ip.family == (uint32_t)family)
			sweep_entry(rtnl, entry);
}

void rtnl_own_clear(struct rtnl *rtnl)
{
	struct rtnl_own_entry *entry, *next;

	HASH_ITER(hh, rtnl->own, entry, next) {
		while (entry->ways)
			drop_way(&entry->ways);
		drop_if_empty(rtnl, entry);
	}
}

/* ---- rules ---- */

void rtnl_rule_removed(struct rtnl *rtnl, const struct nlmsghdr *header)
{
	static const struct nla_policy policy[FRA_MAX + 1] = {
		[FRA_PRIORITY] = { .type = NLA_U32 },
		[FRA_PROTOCOL] = { .type = NLA_U8 },
	};
	const struct fib_rule_hdr *rule = nlmsg_data(header);
	struct rtnl_removed removed = { .is_rule = true };
	struct nlattr *tb[FRA_MAX + 1];

	if (nlmsg_datalen(header) < (int)sizeof(*rule) ||
	    nlmsg_parse((struct nlmsghdr *)header, sizeof(*rule), tb, FRA_MAX,
		policy) < 0 ||
	    !tb[FRA_PROTOCOL] || nla_get_u8(tb[FRA_PROTOCOL]) != RTNL_PROTOCOL)
		return;
	removed.to.ip.family = rule->family;
	if (tb[FRA_PRIORITY])
		removed.number = nla_get_u32(tb[FRA_PRIORITY]);
	rtnl_tell(rtnl, 0, NULL, call, &removed);
}
