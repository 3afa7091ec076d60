/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/rtnl-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

enum {
	/* What is done to a port as it is released follows at once; but we may
	 * have to wait for the kernel. */
	RELEASED_MS = 100,
};

struct rtnl_link_entry *rtnl_find_link_entry(
    const struct rtnl *rtnl, uint32_t ifindex)
{
	struct rtnl_link_entry *entry;

	HASH_FIND(hh, rtnl->links, &ifindex, sizeof(ifindex), entry);
	return entry;
}

const struct rtnl_link *rtnl_find_link(
    const struct rtnl *rtnl, uint32_t ifindex)
{
	struct rtnl_link_entry *entry = rtnl_find_link_entry(rtnl, ifindex);

	return entry && !entry->seen.is_gone ? &entry->link : NULL;
}

/* *i is the address of the entry last given; 0: none yet. */
const struct rtnl_link *rtnl_each_link(const struct rtnl *rtnl, size_t *i)
{
	struct rtnl_link_entry *entry = (struct rtnl_link_entry *)*i;

	do
		entry = entry ? entry->hh.next : rtnl->links;
	while (entry && entry->seen.is_gone);
	*i = (size_t)entry;
	return entry ? &entry->link : NULL;
}

bool rtnl_is_port(const struct rtnl_link *link)
{
	return link->master || link->flags & IFF_SLAVE;
}

bool rtnl_is_released(const struct rtnl *rtnl, uint32_t ifindex)
{
	const struct rtnl_link_entry *entry =
	    rtnl_find_link_entry(rtnl, ifindex);

	return entry && !rtnl_is_port(&entry->link) && entry->released_ms &&
	    uv_now(rtnl->loop) - entry->released_ms < RELEASED_MS;
}

struct change {
	const struct rtnl_link *link, *before;
};

static void call_changed(struct rtnl_watch *watch, const void *what)
{
	const struct change *change = what;

	if (watch->calls->on_link)
		watch->calls->on_link(watch, change->link, change->before);
}

static void tell(struct rtnl *rtnl, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	struct change change = { link, before };

	rtnl_tell(rtnl, link->ifindex, link->name, call_changed, &change);
}

static void call_message(struct rtnl_watch *watch, const void *message)
{
	if (watch->calls->on_message)
		watch->calls->on_message(watch, message);
}

static void call_gone(struct rtnl_watch *watch, const void *link)
{
	if (watch->calls->on_link_gone)
		watch->calls->on_link_gone(watch, link);
}

static void tell_gone(struct rtnl *rtnl, const struct rtnl_link *link)
{
	rtnl_tell(rtnl, link->ifindex, link->name, call_gone, link);
}

/* ---- parsing ---- */

static void parse_mac(
    struct rtnl_link *link, struct nlattr *current, struct nlattr *permanent)
{
	int n = current ? nla_len(current) : 0;

	if (n <= 0 || n > (int)sizeof(link->mac))
		return;
	link->mac_length = (uint8_t)n;
	memcpy(link->mac, nla_data(current), (size_t)n);
	if (!permanent || nla_len(permanent) != n)
		permanent = current;
	memcpy(link->permanent_mac, nla_data(permanent), (size_t)n);
}

/* A port of a VRF has its table told with it. */
static void parse_port(struct rtnl_link *link, struct nlattr **info)
{
	static const struct nla_policy policy[IFLA_VRF_PORT_MAX + 1] = {
		[IFLA_VRF_PORT_TABLE] = { .type = NLA_U32 },
	};
	struct nlattr *tb[IFLA_VRF_PORT_MAX + 1];
	char kind[sizeof(link->kind)] = "";

	if (!info[IFLA_INFO_SLAVE_KIND] || !info[IFLA_INFO_SLAVE_DATA])
		return;
	nla_strlcpy(kind, info[IFLA_INFO_SLAVE_KIND], sizeof(kind));
	if (!strcmp(kind, "vrf") &&
	    nla_parse_nested(tb, IFLA_VRF_PORT_MAX,
		info[IFLA_INFO_SLAVE_DATA], policy) == 0 &&
	    tb[IFLA_VRF_PORT_TABLE])
		link->vrf_table = nla_get_u32(tb[IFLA_VRF_PORT_TABLE]);
}

static void parse_kind(struct rtnl_link *link, struct nlattr *info)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1];

	if (!info || nla_parse_nested(tb, IFLA_INFO_MAX, info, NULL) < 0)
		return;
	if (tb[IFLA_INFO_KIND])
		nla_strlcpy(
		    link->kind, tb[IFLA_INFO_KIND], sizeof(link->kind));
	parse_port(link, tb);
}

/* 0, or -EINVAL for a message that is not about a link as a whole. */
static int parse(const struct nlmsghdr *header, struct rtnl_link *link)
{
	static const struct nla_policy policy[IFLA_MAX + 1] = {
		[IFLA_IFNAME] = { .type = NLA_STRING, .maxlen = IFNAMSIZ },
		[IFLA_MTU] = { .type = NLA_U32 },
		[IFLA_MASTER] = { .type = NLA_U32 },
		[IFLA_GROUP] = { .type = NLA_U32 },
		[IFLA_TXQLEN] = { .type = NLA_U32 },
	};
	struct nlattr *tb[IFLA_MAX + 1];
	const struct ifinfomsg *info = nlmsg_data(header);

	memset(link, 0, sizeof(*link));
	/* Bridges announce their ports, and IPv6 its settings, with the same
	 * message types and families of their own. */
	if (nlmsg_datalen(header) < (int)sizeof(*info) ||
	    info->ifi_family != AF_UNSPEC || info->ifi_index <= 0)
		return -EINVAL;
	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*info), tb, IFLA_MAX,
		policy) < 0)
		return -EINVAL;
	/* Wireless extensions' events: a name and nothing else. */
	if (tb[IFLA_WIRELESS] || !tb[IFLA_IFNAME])
		return -EINVAL;
	link->ifindex = (uint32_t)info->ifi_index;
	link->arp_type = info->ifi_type;
	link->flags = info->ifi_flags;
	link->carrier = info->ifi_flags & IFF_LOWER_UP;
	nla_strlcpy(link->name, tb[IFLA_IFNAME], sizeof(link->name));
	if (tb[IFLA_MTU])
		link->mtu = nla_get_u32(tb[IFLA_MTU]);
	if (tb[IFLA_TXQLEN])
		link->tx_queue_length = nla_get_u32(tb[IFLA_TXQLEN]);
	parse_mac(link, tb[IFLA_ADDRESS], tb[IFLA_PERM_ADDRESS]);
	parse_kind(link, tb[IFLA_LINKINFO]);
	link->has_link = tb[IFLA_LINK] && nla_get_u32(tb[IFLA_LINK]);
	link->has_link_netns = tb[IFLA_LINK_NETNSID];
	if (tb[IFLA_GROUP])
		link->group = nla_get_u32(tb[IFLA_GROUP]);
	if (tb[IFLA_MASTER])
		link->master = nla_get_u32(tb[IFLA_MASTER]);
	return 0;
}

/* ---- the table ---- */

static void drop(struct rtnl *rtnl, struct rtnl_link_entry *entry)
{
	HASH_DEL(rtnl->links, entry);
	free(entry);
}

static struct rtnl_link_entry *add(struct rtnl *rtnl, uint32_t ifindex)
{
	struct rtnl_link_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->link.ifindex = ifindex;
	entry->seen.is_gone = true;
	HASH_ADD(hh, rtnl->links, link.ifindex, sizeof(ifindex), entry);
	if (!entry->hh.tbl) {
		free(entry);
		return NULL;
	}
	return entry;
}

/* The link has gone; the entry becomes a tombstone or goes too. */
static void bury(struct rtnl *rtnl, struct rtnl_link_entry *entry)
{
	struct rtnl_link link = entry->link;
	bool was_here = !entry->seen.is_gone;

	entry->seen.is_gone = true;
	entry->is_late = entry->has_waited = false;
	if (!rtnl_keeps_tombstones(rtnl, RTNL_LINKS))
		drop(rtnl, entry);
	if (!was_here)
		return;
	rtnl_routes_link_down(rtnl, link.ifindex);
	rtnl_advertised_link_down(rtnl, link.ifindex);
	tell_gone(rtnl, &link);
}

static void change(struct rtnl *rtnl, struct rtnl_link_entry *entry,
    const struct rtnl_link *link)
{
	struct rtnl_link before;
	bool is_new = entry->seen.is_gone;

	if (!is_new && !memcmp(&entry->link, link, sizeof(*link)))
		return;
	memcpy(&before, &entry->link, sizeof(before));
	memcpy(&entry->link, link, sizeof(*link));
	entry->seen.is_gone = false;
	if (is_new)
		entry->released_ms = 0;
	else if (rtnl_is_port(&before) && !rtnl_is_port(link))
		entry->released_ms = uv_now(rtnl->loop);
	if (!(link->flags & IFF_UP)) {
		rtnl_routes_link_down(rtnl, link->ifindex);
		rtnl_advertised_link_down(rtnl, link->ifindex);
	}
	tell(rtnl, &entry->link, is_new ? NULL : &before);
}

/* Events were lost and the number now belongs to another link? A new name
 * alone is no sign of it. */
static bool is_another(
    const struct rtnl_link *a, const struct rtnl_link *b)
{
	return a->arp_type != b->arp_type || strcmp(a->kind, b->kind) != 0;
}

/*
 * After events were lost, that the link that had this name has gone, or has
 * another, is known when the links have been dumped: this one is told of after
 * that.
 */
static bool must_wait(const struct rtnl *rtnl,
    const struct rtnl_link_entry *entry, const struct rtnl_link *link)
{
	bool is_to_be_dumped = rtnl->dumping == RTNL_LINKS ||
	    rtnl->needed & 1u << RTNL_LINKS;
	const struct rtnl_link_entry *other;

	if (!rtnl->is_ready || !is_to_be_dumped || entry->has_waited ||
	    (!entry->seen.is_gone && !strcmp(entry->link.name, link->name)))
		return false;
	for (other = rtnl->links; other; other = other->hh.next)
		if (other != entry && !other->seen.is_gone &&
		    !strcmp(other->link.name, link->name))
			return true;
	return false;
}

/* What a bridge tells of a port. */
static bool is_of_bridge(const struct nlmsghdr *header)
{
	const struct ifinfomsg *info = nlmsg_data(header);

	return nlmsg_datalen(header) >= (int)sizeof(*info) &&
	    info->ifi_family == AF_BRIDGE && info->ifi_index > 0;
}

int rtnl_link_message(
    struct rtnl *rtnl, const struct nlmsghdr *header, bool is_event)
{
	bool is_new = header->nlmsg_type == RTM_NEWLINK;
	struct rtnl_link_entry *entry;
	struct rtnl_link link;

	if (is_new && is_event && is_of_bridge(header)) {
		const struct ifinfomsg *info = nlmsg_data(header);

		rtnl_tell(rtnl, (uint32_t)info->ifi_index, NULL, call_message,
		    header);
		return 0;
	}
	if (parse(header, &link) < 0)
		return 0;
	entry = rtnl_find_link_entry(rtnl, link.ifindex);
	if (!entry && !is_new && !rtnl_keeps_tombstones(rtnl, RTNL_LINKS))
		return 0;
	if (!entry)
		entry = add(rtnl, link.ifindex);
	if (!entry)
		return -ENOMEM;
	if (!rtnl_seen(rtnl, &entry->seen, RTNL_LINKS, is_event))
		return 0;
	if (!is_new) {
		bury(rtnl, entry);
		return 0;
	}
	if (!is_event && !entry->seen.is_gone &&
	    is_another(&entry->link, &link))
		bury(rtnl, entry); /* during a dump the entry stays */
	if (must_wait(rtnl, entry, &link)) {
		entry->is_late = true;
		return 0;
	}
	entry->is_late = entry->has_waited = false;
	rtnl_tell(rtnl, link.ifindex, link.name, call_message, header);
	if (!rtnl->is_closing)
		change(rtnl, entry, &link);
	return 0;
}

void rtnl_links_sweep(struct rtnl *rtnl)
{
	struct rtnl_link_entry *entry, *next;

	/* Nobody but us removes entries: next stays valid. */
	HASH_ITER(hh, rtnl->links, entry, next)
		if (entry->seen.dump != rtnl->dump ||
		    (entry->seen.is_gone && !entry->is_late))
			bury(rtnl, entry);
		else if (entry->is_late) {
			entry->is_late = false;
			entry->has_waited = true;
			rtnl_need_dump(rtnl, 1u << RTNL_LINKS);
		}
}

void rtnl_links_clear(struct rtnl *rtnl)
{
	struct rtnl_link_entry *entry, *next;

	HASH_ITER(hh, rtnl->links, entry, next)
		drop(rtnl, entry);
}
