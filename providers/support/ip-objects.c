/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/ip-objects.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/provider.h"
#include "providers/support/ip-item.h"

void ip_objects_init(struct ip_objects *o, const struct job *job,
    void (*done)(struct ip_objects *, int error, const char *text))
{
	*o = (struct ip_objects){
		.job = job, .rtnl = job->host->rtnl, .done = done };
	list_init(&o->items);
	list_init(&o->leaving);
}

static void free_all(struct list *list)
{
	struct ip_item *item;

	list_for_each(item, list, struct ip_item, link)
		ip_item_free(item);
}

void ip_objects_forget(struct ip_objects *o)
{
	free_all(&o->items);
	free_all(&o->leaving);
	free(steal_ptr(o->text));
	free(steal_ptr(o->restored));
	o->n_pending = 0;
}

static bool is_among(
    const struct ip_object *object, const struct ip_object *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ip_object_is_equal(object, &wanted[i]))
			return true;
	return false;
}

static struct ip_item *find(
    struct ip_objects *o, const struct ip_object *object)
{
	struct ip_item *item;

	list_for_each(item, &o->items, struct ip_item, link)
		if (ip_object_is_equal(&item->object, object))
			return item;
	/* Its removal waits for an answer. */
	list_for_each(item, &o->leaving, struct ip_item, link) {
		if (!item->must_leave ||
		    !ip_object_is_equal(&item->object, object))
			continue;
		item->must_leave = false;
		list_remove(&item->link);
		list_append(&o->items, &item->link);
		return item;
	}
	return NULL;
}

/* An address of which the kernel has to change nothing but the lifetimes; and
 * which is ours alone, so that it may. */
static struct ip_item *find_to_renew(
    struct ip_objects *o, const struct ip_object *wanted)
{
	struct ip_object as_it_is;
	struct ip_item *item;

	if (wanted->type != IP_ADDRESS)
		return NULL;
	memcpy(&as_it_is, wanted, sizeof(as_it_is));
	list_for_each(item, &o->items, struct ip_item, link) {
		const struct rtnl_address *address = &item->object.address;

		if (item->object.type != IP_ADDRESS || item->is_foreign)
			continue;
		as_it_is.address.valid_s = address->valid_s;
		as_it_is.address.preferred_s = address->preferred_s;
		if (ip_object_is_equal(&item->object, &as_it_is) &&
		    !ip_item_next_same(item, NULL))
			return item;
	}
	return NULL;
}

static void renew(
    struct ip_objects *o, const struct ip_object *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct ip_item *item = find(o, &wanted[i])
		    ? NULL
		    : find_to_renew(o, &wanted[i]);

		if (!item)
			continue;
		item->object.address.valid_s = wanted[i].address.valid_s;
		item->object.address.preferred_s =
		    wanted[i].address.preferred_s;
		ip_item_renew(item);
	}
}

/* Takes what is new into the list, unasked. */
static int prepare(struct ip_objects *o, const struct ip_object *wanted,
    size_t n, struct list *fresh)
{
	for (size_t i = 0; i < n; i++) {
		struct ip_item *item;
		size_t size = ip_object_size(&wanted[i]);

		if (find(o, &wanted[i]) || find_to_renew(o, &wanted[i]))
			continue;
		item = calloc(1, offsetof(struct ip_item, object) + size);
		if (!item)
			return -ENOMEM;
		item->of = o;
		memcpy(&item->object, &wanted[i], size);
		ip_lifetime_begin(item);
		list_init(&item->link);
		list_append(fresh, &item->link);
		if (ip_item_hold(item) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* IPv6 routes by the same way are one to the kernel, whatever else they
 * say. */
static bool is_same_way(
    const struct rtnl_route_change *a, const struct rtnl_route_change *b)
{
	return a->to.ip.family == AF_INET6 && a->metric == b->metric &&
	    a->n_hops == b->n_hops &&
	    (!a->n_hops ||
		(a->hops[0].ifindex == b->hops[0].ifindex &&
		    ip_equal(&a->hops[0].via, &b->hops[0].via)));
}

static bool is_other_route(const struct rtnl_route_change *a,
    const struct rtnl_route_change *b, bool *is_same)
{
	if (a->table != b->table || a->to.length != b->to.length ||
	    !ip_equal(&a->to.ip, &b->to.ip))
		return false;
	*is_same |= is_same_way(a, b);
	return true;
}

static bool is_other_address(const struct rtnl_address *a,
    const struct rtnl_address *b, bool *is_same)
{
	const struct ip *ip = &a->address.ip;

	if (a->ifindex != b->ifindex || ip->family != b->address.ip.family)
		return false;
	*is_same |= ip_equal(ip, &b->address.ip) &&
	    (ip->family == AF_INET6 || a->address.length == b->address.length);
	return true;
}

/*
 * What takes its place is to be there before this one goes: another route to
 * the same, or another address, as with its last one a device loses all routes,
 * also those that others have made. Not what would be the same to the kernel:
 * there is one of it.
 */
static bool is_succeeded(const struct ip_item *item, const struct list *fresh)
{
	const struct ip_object *old = &item->object;
	bool is_found = false, is_same = false;
	const struct ip_item *by;

	list_for_each(by, fresh, struct ip_item, link) {
		if (by->object.type != old->type)
			continue;
		if (old->type == IP_ROUTE)
			is_found |= is_other_route(
			    &by->object.route, &old->route, &is_same);
		else if (old->type == IP_ADDRESS)
			is_found |= is_other_address(
			    &by->object.address, &old->address, &is_same);
	}
	return is_found && !is_same;
}

/* Those that are not wanted. The last first: a route before the address that
 * it needs. */
static void leave_unwanted(struct ip_objects *o,
    const struct ip_object *wanted, size_t n, const struct list *fresh)
{
	for (struct list *at = o->items.prev, *next; at != &o->items;
	    at = next) {
		struct ip_item *item = list_entry(at, struct ip_item, link);

		next = at->prev;
		if (!is_among(&item->object, wanted, n) &&
		    !is_succeeded(item, fresh))
			ip_item_leave(item);
	}
}

int ip_objects_set(struct ip_objects *o, struct ip_object *wanted, size_t n)
{
	struct list fresh = LIST_INIT(fresh);
	struct ip_item *item;

	for (size_t i = 0; i < n; i++)
		ip_object_complete(&wanted[i]);
	if (prepare(o, wanted, n, &fresh) < 0) {
		free_all(&fresh);
		return -ENOMEM;
	}
	renew(o, wanted, n);
	leave_unwanted(o, wanted, n, &fresh);
	while ((item = list_pop(&fresh, struct ip_item, link))) {
		list_append(&o->items, &item->link);
		ip_item_add(item);
	}
	leave_unwanted(o, wanted, n, &fresh);
	return (int)o->n_pending;
}

int ip_objects_again(struct ip_objects *o)
{
	struct ip_item *item;

	list_for_each(item, &o->items, struct ip_item, link) {
		if (item->is_foreign || ip_item_is_under_way(item))
			continue;
		item->is_replaced |= ip_lifetime_differs(item);
		ip_item_add(item);
	}
	return (int)o->n_pending;
}

const struct ip_object *ip_objects_next(
    const struct ip_objects *o, const struct ip_object *after)
{
	const struct list *at = after
	    ? container_of((struct ip_object *)after, struct ip_item, object)
		  ->link.next
	    : o->items.next;

	return at != &o->items
	    ? &list_entry((struct list *)at, struct ip_item, link)->object
	    : NULL;
}

static const struct ip_item *find_address(const struct ip_objects *o,
    uint32_t ifindex, const struct ip_prefix *address)
{
	const struct ip_item *item;

	list_for_each(item, &o->items, struct ip_item, link)
		if (item->object.type == IP_ADDRESS &&
		    item->object.address.ifindex == ifindex &&
		    item->object.address.address.length == address->length &&
		    ip_equal(&item->object.address.address.ip, &address->ip))
			return item;
	return NULL;
}

bool ip_objects_has_address(const struct ip_objects *o, uint32_t ifindex,
    const struct ip_prefix *address)
{
	return find_address(o, ifindex, address);
}

bool ip_objects_is_other_address(const struct ip_objects *o,
    uint32_t ifindex, const struct ip_prefix *address)
{
	const struct ip_item *item = find_address(o, ifindex, address);

	return item && !item->is_foreign && ip_lifetime_differs(item);
}

bool ip_objects_note_removed(
    struct ip_objects *o, const struct rtnl_removed *removed)
{
	bool is_ours = false;
	struct ip_item *item;

	list_for_each(item, &o->items, struct ip_item, link) {
		if (item->is_foreign ||
		    !ip_object_is_removed(&item->object, removed))
			continue;
		item->is_replaced |= removed->is_replaced;
		is_ours = true;
	}
	return is_ours;
}
