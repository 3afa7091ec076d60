/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/ip-item.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <linux/rtnetlink.h>

size_t ip_object_size(const struct ip_object *object)
{
	switch (object->type) {
	case IP_ADDRESS:
		return offsetof(struct ip_object, address) +
		    sizeof(object->address);
	case IP_ROUTE:
		return offsetof(struct ip_object,
		    route.hops[object->route.n_hops]);
	case IP_RULE:
		break;
	}
	return offsetof(struct ip_object, rule) + sizeof(object->rule);
}

bool ip_object_is_equal(const struct ip_object *a, const struct ip_object *b)
{
	size_t n = ip_object_size(a);

	return n == ip_object_size(b) && !memcmp(a, b, n);
}

/* ---- what differs ---- */

static const char *address_difference(
    const struct rtnl_address *a, const struct rtnl_address *b)
{
	if (a->address.length != b->address.length)
		return "prefix length";
	if (a->peer.family != b->peer.family || !ip_equal(&a->peer, &b->peer))
		return "peer";
	return a->scope != b->scope ? "scope" : NULL;
}

static const char *route_difference(
    const struct rtnl_route_change *a, const struct rtnl_route_change *b)
{
	if ((a->type ? a->type : RTN_UNICAST) !=
	    (b->type ? b->type : RTN_UNICAST))
		return "type";
	if (a->mtu != b->mtu)
		return "mtu";
	if (a->source.family != b->source.family ||
	    !ip_equal(&a->source, &b->source))
		return "source";
	return NULL;
}

const char *ip_object_difference(
    const struct ip_object *a, const struct ip_object *b)
{
	switch (a->type) {
	case IP_ADDRESS:
		return address_difference(&a->address, &b->address);
	case IP_ROUTE:
		return route_difference(&a->route, &b->route);
	case IP_RULE:
		break;
	}
	return NULL;
}

/* ---- which are the same ---- */

struct key {
	const void *bytes;
	size_t size;
};

/* From field to field of an object. */
#define KEY(object, first, end)                                        \
	((struct key){ &(object)->first,                               \
		offsetof(struct ip_object, end) -                      \
		    offsetof(struct ip_object, first) })

/*
 * Of an IPv6 address its length does not count, of an IPv6 route nothing but
 * where it leads and by which way. (Those by several are one for each here:
 * see the kinds.)
 */
static struct key key_of(const struct ip_object *object)
{
	switch (object->type) {
	case IP_ADDRESS:
		if (object->address.address.ip.family == AF_INET6)
			return KEY(object, type, address.address.length);
		return KEY(object, type, address.scope);
	case IP_ROUTE:
		if (object->route.to.ip.family != AF_INET6)
			break;
		if (object->route.n_hops)
			return KEY(object, route.table,
			    route.hops[0].ifindex);
		return KEY(object, route.table, route.hops);
	case IP_RULE:
		break;
	}
	return (struct key){ object, ip_object_size(object) };
}

int ip_item_hold(struct ip_item *item)
{
	struct ip_item **all = &item->of->rtnl->items;
	struct key key = key_of(&item->object);

	HASH_ADD_KEYPTR(hh, *all, key.bytes, key.size, item);
	return item->hh.tbl ? 0 : -ENOMEM;
}

void ip_item_let_go(struct ip_item *item)
{
	struct ip_item **all = &item->of->rtnl->items;

	if (!item->hh.tbl)
		return;
	HASH_DEL(*all, item);
	item->hh.tbl = NULL;
}

/* By one device, as far as it is said. */
static bool may_be_same(const struct ip_item *a, const struct ip_item *b)
{
	uint32_t one, other;

	if (a->object.type != IP_ROUTE || !a->object.route.n_hops)
		return true;
	one = a->object.route.hops[0].ifindex;
	other = b->object.route.hops[0].ifindex;
	return !one || !other || one == other;
}

/* Those with one key are all in one bucket. */
struct ip_item *ip_item_next_same(
    const struct ip_item *item, const struct ip_item *after)
{
	struct ip_item *all = item->of->rtnl->items, *found = NULL;
	struct key key = key_of(&item->object);
	const UT_hash_handle *hh;

	if (after) {
		hh = after->hh.hh_next;
	} else {
		HASH_FIND(hh, all, key.bytes, key.size, found);
		hh = found ? &found->hh : NULL;
	}
	for (; hh; hh = hh->hh_next) {
		found = ELMT_FROM_HH(all->hh.tbl, hh);
		if (found != item && hh->keylen == key.size &&
		    !memcmp(hh->key, key.bytes, key.size) &&
		    may_be_same(found, item))
			return found;
	}
	return NULL;
}

bool ip_item_has_heir(const struct ip_item *item)
{
	struct ip_item *other = NULL;

	while ((other = ip_item_next_same(item, other)))
		if (other->of != item->of &&
		    !ip_object_difference(&other->object, &item->object))
			return true;
	return false;
}
