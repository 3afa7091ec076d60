/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/rtnl-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

/* IPv4 says the address itself where there is no peer. */
static void parse_peer(
    struct rtnl_address_entry *said, const struct nlattr *peer)
{
	const struct ip *ip = &said->key.address.ip;

	if (!peer || nla_len(peer) != (int)ip_size(ip) ||
	    !memcmp(nla_data(peer), ip->bytes, ip_size(ip)))
		return;
	said->peer.family = ip->family;
	memcpy(said->peer.bytes, nla_data(peer), ip_size(ip));
}

static uint32_t end_of(uint32_t lifetime_s, uint32_t now_s)
{
	return lifetime_s > UINT32_MAX - now_s ? UINT32_MAX
					       : now_s + lifetime_s;
}

/* A kernel that cannot tell, tells the flag. */
static void parse_lifetimes(struct rtnl_address_entry *said,
    const struct nlattr *attribute, uint64_t now_ms)
{
	uint32_t now_s = (uint32_t)(now_ms / 1000);
	struct ifa_cacheinfo info = {
		.ifa_valid = UINT32_MAX, .ifa_prefered = UINT32_MAX };

	if (attribute && nla_len(attribute) >= (int)sizeof(info))
		memcpy(&info, nla_data(attribute), sizeof(info));
	if (said->flags & IFA_F_DEPRECATED)
		info.ifa_prefered = 0;
	said->valid_until_s = end_of(info.ifa_valid, now_s);
	said->preferred_until_s =
	    info.ifa_prefered ? end_of(info.ifa_prefered, now_s) : 0;
	said->set_cs = info.tstamp;
	said->made_cs = info.cstamp;
}

/* What a message says of an address; 0 or -EINVAL. */
static int parse(const struct nlmsghdr *header, uint64_t now_ms,
    struct rtnl_address_entry *said)
{
	static const struct nla_policy policy[IFA_MAX + 1] = {
		[IFA_FLAGS] = { .type = NLA_U32 },
		[IFA_PROTO] = { .type = NLA_U8 },
	};
	struct nlattr *tb[IFA_MAX + 1], *address;
	const struct ifaddrmsg *info = nlmsg_data(header);
	struct rtnl_address_key *key = &said->key;
	struct ip *ip = &key->address.ip;

	memset(said, 0, sizeof(*said));
	if (nlmsg_datalen(header) < (int)sizeof(*info) ||
	    (info->ifa_family != AF_INET && info->ifa_family != AF_INET6))
		return -EINVAL;
	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*info), tb, IFA_MAX,
		policy) < 0)
		return -EINVAL;
	/* IPv6 has it only where there is a peer, which is IFA_ADDRESS. */
	address = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	key->ifindex = info->ifa_index;
	ip->family = info->ifa_family;
	key->address.length = info->ifa_prefixlen;
	if (!address || nla_len(address) != (int)ip_size(ip))
		return -EINVAL;
	memcpy(ip->bytes, nla_data(address), ip_size(ip));
	parse_peer(said, tb[IFA_LOCAL] ? tb[IFA_ADDRESS] : NULL);
	said->scope = ip->family == AF_INET ? info->ifa_scope : 0;
	said->flags = tb[IFA_FLAGS] ? nla_get_u32(tb[IFA_FLAGS])
				    : info->ifa_flags;
	said->protocol =
	    tb[IFA_PROTO] ? nla_get_u8(tb[IFA_PROTO]) : IFAPROT_UNSPEC;
	parse_lifetimes(said, tb[IFA_CACHEINFO], now_ms);
	return 0;
}

static struct rtnl_address_entry *find(
    const struct rtnl *rtnl, const struct rtnl_address_key *key)
{
	struct rtnl_address_entry *entry;

	HASH_FIND(hh, rtnl->addresses, key, sizeof(*key), entry);
	return entry;
}

bool rtnl_find_address(const struct rtnl *rtnl, uint32_t ifindex,
    const struct ip_prefix *address, uint32_t *ret_flags)
{
	struct rtnl_address_key key = { ifindex, *address };
	const struct rtnl_address_entry *entry = find(rtnl, &key);

	if (!entry || entry->seen.is_gone)
		return false;
	*ret_flags = entry->flags;
	return true;
}

static uint32_t left_s(uint32_t until_s, uint32_t now_s)
{
	if (until_s == UINT32_MAX)
		return until_s;
	return until_s > now_s ? until_s - now_s : 0;
}

/* The kernel's count begins anew every 497 days; our clock may be a little
 * behind. */
static uint64_t age_ms(uint32_t since_cs, uint64_t now_ms)
{
	int32_t age_cs = (int32_t)((uint32_t)(now_ms / 10) - since_cs);

	return age_cs > 0 ? 10ULL * (uint32_t)age_cs : 0;
}

bool rtnl_find_lifetimes(const struct rtnl *rtnl, uint32_t ifindex,
    const struct ip_prefix *address, struct rtnl_lifetimes *ret)
{
	struct rtnl_address_key key = { ifindex, *address };
	const struct rtnl_address_entry *entry = find(rtnl, &key);
	uint64_t now_ms = uv_now(rtnl->loop);
	uint32_t now_s = (uint32_t)(now_ms / 1000);

	if (!entry || entry->seen.is_gone)
		return false;
	ret->age_ms = age_ms(entry->set_cs, now_ms);
	ret->made_ms = age_ms(entry->made_cs, now_ms);
	ret->valid_s = left_s(entry->valid_until_s, now_s);
	ret->preferred_s = left_s(entry->preferred_until_s, now_s);
	return true;
}

static struct rtnl_address shown(const struct rtnl_address_entry *entry)
{
	return (struct rtnl_address){
		.ifindex = entry->key.ifindex,
		.address = entry->key.address,
		.peer = entry->peer,
		.scope = entry->scope,
		.flags = entry->flags,
		.protocol = entry->protocol,
		.is_former = entry->is_former,
		.is_leaving = entry->is_leaving,
	};
}

/* To the kernel, the length of an IPv6 address is nothing of its own. */
bool rtnl_find_same_address(const struct rtnl *rtnl,
    const struct rtnl_address *address, struct rtnl_address *ret)
{
	struct rtnl_address_key key = { address->ifindex, address->address };
	const struct rtnl_address_entry *entry = find(rtnl, &key);

	if ((!entry || entry->seen.is_gone) &&
	    key.address.ip.family == AF_INET6)
		for (entry = rtnl->addresses; entry; entry = entry->hh.next)
			if (!entry->seen.is_gone &&
			    entry->key.ifindex == key.ifindex &&
			    ip_equal(&entry->key.address.ip, &key.address.ip))
				break;
	if (!entry || entry->seen.is_gone)
		return false;
	*ret = shown(entry);
	return true;
}

/* *i is the address of the entry last given; 0: none yet. */
bool rtnl_each_address(
    const struct rtnl *rtnl, size_t *i, struct rtnl_address *ret)
{
	struct rtnl_address_entry *entry = (struct rtnl_address_entry *)*i;

	do
		entry = entry ? entry->hh.next : rtnl->addresses;
	while (entry && entry->seen.is_gone);
	*i = (size_t)entry;
	if (!entry)
		return false;
	*ret = shown(entry);
	return true;
}

void rtnl_address_leaves(
    struct rtnl *rtnl, const struct rtnl_address *address)
{
	struct rtnl_address_key key = { address->ifindex, address->address };
	struct rtnl_address_entry *entry = find(rtnl, &key);

	if (entry)
		entry->is_leaving = true;
}

static void drop(struct rtnl *rtnl, struct rtnl_address_entry *entry)
{
	HASH_DEL(rtnl->addresses, entry);
	free(entry);
}

static struct rtnl_address_entry *add(
    struct rtnl *rtnl, const struct rtnl_address_key *key)
{
	struct rtnl_address_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->key = *key;
	entry->seen.is_gone = true;
	HASH_ADD(hh, rtnl->addresses, key, sizeof(*key), entry);
	if (!entry->hh.tbl) {
		free(entry);
		return NULL;
	}
	return entry;
}

static void call_gone(struct rtnl_watch *watch, const void *what)
{
	const struct rtnl_address_key *key = what;

	if (watch->calls->on_address_gone)
		watch->calls->on_address_gone(
		    watch, key->ifindex, &key->address);
}

/* One more address of the link, or one less (by: -1). */
static void count(
    struct rtnl *rtnl, const struct rtnl_address_key *key, int by)
{
	struct rtnl_link_entry *link =
	    rtnl_find_link_entry(rtnl, key->ifindex);
	const struct ip *ip = &key->address.ip;
	unsigned *n;

	if (!link ||
	    (ip->family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&ip->in6)))
		return;
	n = ip->family == AF_INET ? &link->n_ipv4 : &link->n_ipv6;
	if (by > 0 || *n)
		*n += (unsigned)by;
}

static void bury(struct rtnl *rtnl, struct rtnl_address_entry *entry)
{
	struct rtnl_address_key key = entry->key;
	bool was_here = !entry->seen.is_gone;

	entry->seen.is_gone = true;
	if (!rtnl_keeps_tombstones(rtnl, RTNL_ADDRESSES))
		drop(rtnl, entry);
	if (!was_here)
		return;
	count(rtnl, &key, -1);
	if (key.address.ip.family == AF_INET)
		rtnl_routes_address_gone(rtnl, key.ifindex);
	rtnl_tell(rtnl, key.ifindex, NULL, call_gone, &key);
}

struct change {
	struct rtnl_address_key key;
	uint32_t flags;
};

static void call_changed(struct rtnl_watch *watch, const void *what)
{
	const struct change *change = what;

	if (watch->calls->on_address)
		watch->calls->on_address(watch, change->key.ifindex,
		    &change->key.address, change->flags);
}

/* The kernel tells what is left of it in seconds. */
static bool is_about(uint32_t until_s, uint32_t other_s)
{
	return until_s > other_s ? until_s - other_s < 3
				 : other_s - until_s < 3;
}

/* New, or with other flags or lifetimes. */
static void set(struct rtnl *rtnl, struct rtnl_address_entry *entry,
    const struct rtnl_address_entry *said)
{
	struct change change = { entry->key, said->flags };
	bool is_same = !entry->seen.is_gone && entry->flags == said->flags &&
	    is_about(entry->valid_until_s, said->valid_until_s) &&
	    is_about(entry->preferred_until_s, said->preferred_until_s);

	if (entry->seen.is_gone) {
		count(rtnl, &entry->key, 1);
		entry->is_leaving = false;
	}
	entry->seen.is_gone = false;
	entry->flags = said->flags;
	entry->valid_until_s = said->valid_until_s;
	entry->preferred_until_s = said->preferred_until_s;
	entry->set_cs = said->set_cs;
	entry->made_cs = said->made_cs;
	if (!is_same)
		rtnl_tell(rtnl, change.key.ifindex, NULL, call_changed,
		    &change);
}

int rtnl_address_message(
    struct rtnl *rtnl, const struct nlmsghdr *header, bool is_event)
{
	bool is_new = header->nlmsg_type == RTM_NEWADDR;
	struct rtnl_address_entry *entry, said;

	if (parse(header, uv_now(rtnl->loop), &said) < 0)
		return 0;
	entry = find(rtnl, &said.key);
	if (!entry && !is_new &&
	    !rtnl_keeps_tombstones(rtnl, RTNL_ADDRESSES))
		return 0;
	if (!entry)
		entry = add(rtnl, &said.key);
	if (!entry)
		return -ENOMEM;
	if (!rtnl_seen(rtnl, &entry->seen, RTNL_ADDRESSES, is_event))
		return 0;
	entry->peer = said.peer;
	entry->scope = said.scope;
	entry->protocol = said.protocol;
	if (entry->seen.is_gone)
		entry->is_former =
		    !rtnl->is_ready && said.protocol == RTNL_PROTOCOL;
	/* One with a lifetime the kernel removes when it finds another host
	 * that has it, and says so with that alone. */
	if (is_new || (said.flags & IFA_F_DADFAILED && !entry->seen.is_gone))
		set(rtnl, entry, &said);
	if (!is_new)
		bury(rtnl, entry);
	return 0;
}

void rtnl_addresses_sweep(struct rtnl *rtnl)
{
	struct rtnl_address_entry *entry, *next;

	HASH_ITER(hh, rtnl->addresses, entry, next)
		if (entry->seen.is_gone || entry->seen.dump != rtnl->dump)
			bury(rtnl, entry);
}

void rtnl_addresses_clear(struct rtnl *rtnl)
{
	struct rtnl_address_entry *entry, *next;

	HASH_ITER(hh, rtnl->addresses, entry, next)
		drop(rtnl, entry);
}
