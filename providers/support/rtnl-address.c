/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/rtnl-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

static int parse(const struct nlmsghdr *header, struct rtnl_address_key *key)
{
	static const struct nla_policy policy[IFA_MAX + 1] = {
		[IFA_LOCAL] = { .type = NLA_U32 },
	};
	struct nlattr *tb[IFA_MAX + 1];
	const struct ifaddrmsg *info = nlmsg_data(header);

	if (nlmsg_datalen(header) < (int)sizeof(*info) ||
	    info->ifa_family != AF_INET)
		return -EINVAL;
	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*info), tb, IFA_MAX,
		policy) < 0 ||
	    !tb[IFA_LOCAL])
		return -EINVAL;
	*key = (struct rtnl_address_key){
		.ifindex = info->ifa_index,
		.address.s_addr = nla_get_u32(tb[IFA_LOCAL]),
		.prefix_length = info->ifa_prefixlen,
	};
	return 0;
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

static void bury(struct rtnl *rtnl, struct rtnl_address_entry *entry)
{
	struct rtnl_address_key key = entry->key;
	bool was_here = !entry->seen.is_gone;

	entry->seen.is_gone = true;
	if (!rtnl_keeps_tombstones(rtnl, RTNL_ADDRESSES))
		drop(rtnl, entry);
	if (!was_here)
		return;
	rtnl_routes_address_gone(rtnl, key.ifindex);
	RTNL_TELL(rtnl, watch, {
		if (watch->on_address_gone)
			watch->on_address_gone(watch, key.ifindex,
			    key.address, key.prefix_length);
	});
}

int rtnl_address_message(
    struct rtnl *rtnl, const struct nlmsghdr *header, bool is_event)
{
	bool is_new = header->nlmsg_type == RTM_NEWADDR;
	struct rtnl_address_entry *entry;
	struct rtnl_address_key key;

	if (parse(header, &key) < 0)
		return 0;
	HASH_FIND(hh, rtnl->addresses, &key, sizeof(key), entry);
	if (!entry && !is_new &&
	    !rtnl_keeps_tombstones(rtnl, RTNL_ADDRESSES))
		return 0;
	if (!entry)
		entry = add(rtnl, &key);
	if (!entry)
		return -ENOMEM;
	if (!rtnl_seen(rtnl, &entry->seen, RTNL_ADDRESSES, is_event))
		return 0;
	if (is_new)
		entry->seen.is_gone = false;
	else
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
