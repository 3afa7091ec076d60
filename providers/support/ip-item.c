/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/ip-item.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "base/macros.h"

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

/* Another job has it as well: so it stays when this one's leaves. */
static bool has_heir(const struct ip_item *item)
{
	struct ip_item *other = NULL;

	while ((other = ip_item_next_same(item, other)))
		if (other->of != item->of &&
		    !ip_object_difference(&other->object, &item->object))
			return true;
	return false;
}

/* ---- put there and removed ---- */

void ip_item_free(struct ip_item *item)
{
	rtnl_cancel(&item->request);
	ip_place_forget(item);
	ip_item_let_go(item);
	list_remove(&item->link);
	free(item);
}

static void note_error(struct ip_objects *o, const struct ip_item *item,
    int error, const char *message)
{
	char what[IP_OBJECT_TEXT_SIZE];

	if (o->error)
		return;
	ip_object_describe(&item->object, what);
	o->error = error;
	if (asprintf(&o->text, "%s: %s%s%s", what,
		item->is_otherwise ? "" : strerror(-error),
		*message && !item->is_otherwise ? ": " : "", message) < 0)
		o->text = NULL;
}

static void answered(struct ip_objects *o)
{
	_cleanup_(free_ptr) char *text = NULL;
	int error = o->error;

	if (--o->n_pending)
		return;
	text = steal_ptr(o->text);
	o->error = 0;
	o->done(o, error, text ? text : error ? strerror(-error) : "");
}

static void on_removed(
    struct rtnl_request *request, int error, const char *message)
{
	struct ip_item *item = container_of(request, struct ip_item, request);
	struct ip_objects *o = item->of;

	(void)error, (void)message;
	ip_item_free(item);
	answered(o);
}

bool ip_item_is_under_way(const struct ip_item *item)
{
	return item->question || rtnl_request_is_active(&item->request);
}

/* One that was asked for with an mtu the kernel finds by that; it is not asked
 * for again. */
static void delete_route(struct ip_item *item)
{
	struct rtnl_route_change *route = &item->object.route;

	if (item->is_otherwise)
		route->mtu = 0;
	rtnl_delete_route(item->of->rtnl, &item->request, route);
}

void ip_item_leave(struct ip_item *item)
{
	struct ip_objects *o = item->of;
	const struct ip_object *object = &item->object;

	list_remove(&item->link);
	list_append(&o->leaving, &item->link);
	item->must_leave = ip_item_is_under_way(item);
	if (item->must_leave)
		return;
	ip_item_let_go(item);
	if (has_heir(item) || item->is_foreign) {
		ip_item_free(item);
		return;
	}
	o->n_pending++;
	item->request.done = on_removed;
	switch (object->type) {
	case IP_ADDRESS:
		rtnl_delete_address(o->rtnl, &item->request, &object->address);
		return;
	case IP_ROUTE:
		delete_route(item);
		return;
	case IP_RULE:
		rtnl_delete_rule(o->rtnl, &item->request, &object->rule);
		return;
	}
}

void ip_item_added(struct ip_item *item, int error, const char *message)
{
	struct ip_objects *o = item->of;

	if (error && !item->must_leave)
		note_error(o, item, error, message);
	item->is_there = !error;
	item->is_replaced = item->is_renewed = false;
	if (error)
		ip_item_free(item);
	else if (item->must_leave)
		ip_item_leave(item);
	else if (item->must_renew)
		ip_item_renew(item);
	answered(o);
}

/* It was missing, or something was put in its place. */
static void note_restored(struct ip_objects *o, const struct ip_item *item)
{
	bool is_changed =
	    item->is_replaced && item->object.type == IP_ADDRESS;
	char what[IP_OBJECT_TEXT_SIZE];

	if (o->restored)
		return;
	ip_object_describe(&item->object, what);
	if (asprintf(&o->restored,
		is_changed ? "the lifetimes of %s were changed by others; "
			     "they have been put right"
			   : "%s was removed by others; it has been put back",
		what) < 0)
		o->restored = NULL;
}

static void on_added(
    struct rtnl_request *request, int error, const char *message)
{
	struct ip_item *item = container_of(request, struct ip_item, request);

	if (error == -EEXIST && !item->is_there) {
		ip_place_examine(item);
		return;
	}
	item->is_otherwise = error == -RTNL_OTHERWISE;
	if (item->is_otherwise && !item->must_leave)
		note_error(item->of, item, error, message);
	if (!error && item->is_there && !item->must_leave && !item->is_renewed)
		note_restored(item->of, item);
	ip_item_added(item,
	    error == -EEXIST || item->is_otherwise ? 0 : error, message);
}

static void add_with(struct ip_item *item, int flags)
{
	struct ip_objects *o = item->of;
	const struct ip_object *object = &item->object;
	struct rtnl_address address;

	o->n_pending++;
	item->request.done = on_added;
	switch (object->type) {
	case IP_ADDRESS:
		address = ip_lifetime_left(item);
		rtnl_add_address(o->rtnl, &item->request, &address, flags);
		return;
	case IP_ROUTE:
		rtnl_add_route(o->rtnl, &item->request, &object->route, flags);
		return;
	case IP_RULE:
		rtnl_add_rule(o->rtnl, &item->request, &object->rule);
		return;
	}
}

/* Routes to the same stand beside each other. */
void ip_item_add(struct ip_item *item)
{
	if (item->is_replaced)
		add_with(item, NLM_F_REPLACE);
	else if (item->object.type == IP_ROUTE)
		add_with(item, NLM_F_APPEND);
	else
		add_with(item, NLM_F_EXCL);
}

void ip_item_renew(struct ip_item *item)
{
	ip_lifetime_begin(item);
	item->must_renew = ip_item_is_under_way(item);
	if (item->must_renew)
		return;
	item->is_renewed = true;
	add_with(item, NLM_F_REPLACE);
}

void ip_item_add_again(struct ip_item *item, int flags)
{
	item->is_retried = true;
	item->of->n_pending--;
	add_with(item, flags);
}
