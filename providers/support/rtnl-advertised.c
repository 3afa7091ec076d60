/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv6 routes that the kernel has made of router advertisements (RFC 4191),
 * other than default ones. Such routes are one each, whatever their number of
 * routers: the kernel makes none by several.
 */
#include "providers/support/rtnl-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

/* *i is the address of the entry last given; 0: none yet. */
const struct rtnl_advertised *rtnl_each_advertised(
    const struct rtnl *rtnl, size_t *i)
{
	struct rtnl_advertised_entry *entry =
	    (struct rtnl_advertised_entry *)*i;

	do
		entry = entry ? entry->hh.next : rtnl->advertised;
	while (entry && entry->seen.is_gone);
	*i = (size_t)entry;
	return entry ? &entry->route : NULL;
}

static bool take_ip(const struct nlattr *attribute, struct ip *ret)
{
	ret->family = AF_INET6;
	if (!attribute || nla_len(attribute) != (int)ip_size(ret))
		return false;
	memcpy(ret->bytes, nla_data(attribute), ip_size(ret));
	return true;
}

/* 0, or -EINVAL for a route that is no such one. */
static int parse(
    const struct nlmsghdr *header, struct rtnl_advertised *ret)
{
	static const struct nla_policy policy[RTA_MAX + 1] = {
		[RTA_OIF] = { .type = NLA_U32 },
	};
	const struct rtmsg *route = nlmsg_data(header);
	struct nlattr *tb[RTA_MAX + 1];

	/* Before anything else: there may be a million of others. */
	if (nlmsg_datalen(header) < (int)sizeof(*route) ||
	    route->rtm_protocol != RTPROT_RA || !route->rtm_dst_len ||
	    route->rtm_family != AF_INET6 || route->rtm_type != RTN_UNICAST ||
	    route->rtm_flags & RTM_F_CLONED)
		return -EINVAL;
	memset(ret, 0, sizeof(*ret));
	ret->to.length = route->rtm_dst_len;
	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*route), tb,
		RTA_MAX, policy) < 0 ||
	    !tb[RTA_OIF] || !take_ip(tb[RTA_DST], &ret->to.ip) ||
	    !take_ip(tb[RTA_GATEWAY], &ret->via))
		return -EINVAL;
	ret->ifindex = nla_get_u32(tb[RTA_OIF]);
	return 0;
}

static void drop(struct rtnl *rtnl, struct rtnl_advertised_entry *entry)
{
	HASH_DEL(rtnl->advertised, entry);
	free(entry);
}

static struct rtnl_advertised_entry *add(
    struct rtnl *rtnl, const struct rtnl_advertised *route)
{
	struct rtnl_advertised_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->route = *route;
	entry->seen.is_gone = true;
	HASH_ADD(hh, rtnl->advertised, route, sizeof(*route), entry);
	if (entry->hh.tbl)
		return entry;
	free(entry);
	return NULL;
}

static void call(struct rtnl_watch *watch, const void *nothing)
{
	(void)nothing;
	if (watch->calls->on_advertised)
		watch->calls->on_advertised(watch);
}

/* It is there now, or not. */
static void set(
    struct rtnl *rtnl, struct rtnl_advertised_entry *entry, bool is_there)
{
	uint32_t ifindex = entry->route.ifindex;
	bool was_there = !entry->seen.is_gone;

	entry->seen.is_gone = !is_there;
	if (!is_there && !rtnl_keeps_tombstones(rtnl, RTNL_ROUTES_IPV6))
		drop(rtnl, entry);
	if (was_there != is_there && !rtnl->is_closing)
		rtnl_tell(rtnl, ifindex, NULL, call, NULL);
}

int rtnl_advertised_message(
    struct rtnl *rtnl, const struct nlmsghdr *header, bool is_event)
{
	bool is_new = header->nlmsg_type == RTM_NEWROUTE;
	struct rtnl_advertised_entry *entry;
	struct rtnl_advertised route;
	const struct rtnl_link *link;

	if (parse(header, &route) < 0)
		return 0;
	/* A dump may be older than the event that told of its link's end. */
	link = rtnl_find_link(rtnl, route.ifindex);
	if (!is_event && (!link || !(link->flags & IFF_UP)))
		return 0;
	HASH_FIND(hh, rtnl->advertised, &route, sizeof(route), entry);
	if (!entry && !is_new &&
	    !rtnl_keeps_tombstones(rtnl, RTNL_ROUTES_IPV6))
		return 0;
	if (!entry)
		entry = add(rtnl, &route);
	if (!entry)
		return -ENOMEM;
	if (rtnl_seen(rtnl, &entry->seen, RTNL_ROUTES_IPV6, is_event))
		set(rtnl, entry, is_new);
	return 0;
}

void rtnl_advertised_sweep(struct rtnl *rtnl)
{
	struct rtnl_advertised_entry *entry, *next;

	HASH_ITER(hh, rtnl->advertised, entry, next)
		if (entry->seen.is_gone || entry->seen.dump != rtnl->dump)
			set(rtnl, entry, false);
}

/* The kernel may be told not to say that they went with it. */
void rtnl_advertised_link_down(struct rtnl *rtnl, uint32_t ifindex)
{
	struct rtnl_advertised_entry *entry, *next;

	HASH_ITER(hh, rtnl->advertised, entry, next) {
		if (entry->route.ifindex != ifindex)
			continue;
		(void)rtnl_seen(
		    rtnl, &entry->seen, RTNL_ROUTES_IPV6, true);
		set(rtnl, entry, false);
	}
}

void rtnl_advertised_clear(struct rtnl *rtnl)
{
	struct rtnl_advertised_entry *entry, *next;

	HASH_ITER(hh, rtnl->advertised, entry, next)
		drop(rtnl, entry);
}
