/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/ip-objects.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "base/macros.h"
#include "providers/support/rtnl-internal.h"

struct ip_item {
	struct list link;
	UT_hash_handle hh; /* by object, among those of all jobs */
	struct ip_objects *of;
	struct rtnl_request request;
	bool is_there;   /* the kernel has said so */
	bool is_foreign; /* and that it was before us */
	bool must_leave; /* as soon as it is known whose it is */
	bool is_replaced; /* by someone else's, maybe */
	/* Last, as only what it takes of it is there: an address has a tenth
	 * of a route with all its hops, and there are thousands. */
	struct ip_object object;
};

/* Where the kernel tells from which mark it is: of all but addresses, what is
 * there the same already is ours, from before a crash or by another job. */
static bool has_mark(const struct ip_object *object)
{
	return object->type != IP_ADDRESS;
}

static size_t size_of(const struct ip_object *object)
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

void ip_objects_init(struct ip_objects *o, struct rtnl *rtnl,
    void (*done)(struct ip_objects *, int error, const char *text))
{
	*o = (struct ip_objects){ .rtnl = rtnl, .done = done };
	list_init(&o->items);
	list_init(&o->leaving);
}

static bool is_equal(const struct ip_object *a, const struct ip_object *b)
{
	size_t n = size_of(a);

	return n == size_of(b) && !memcmp(a, b, n);
}

/* ---- the same of several jobs ---- */

/* What tells it from others: of an address, that itself. */
static size_t key_size(const struct ip_object *object)
{
	return object->type == IP_ADDRESS
	    ? offsetof(struct ip_object, address.peer)
	    : size_of(object);
}

static int hold(struct ip_item *item)
{
	struct ip_item **all = &item->of->rtnl->items;

	HASH_ADD_KEYPTR(
	    hh, *all, &item->object, key_size(&item->object), item);
	return item->hh.tbl ? 0 : -ENOMEM;
}

/* Another job's, just like it, that does not hold it any more. */
static struct ip_item *let_go(struct ip_item *item)
{
	struct ip_item **all = &item->of->rtnl->items, *other;

	if (!item->hh.tbl)
		return NULL;
	HASH_DEL(*all, item);
	item->hh.tbl = NULL;
	HASH_FIND(hh, *all, &item->object, key_size(&item->object), other);
	return other;
}

/* It was there before us: before any job of ours that has it, too. Without
 * memory it is held no more, and taken for nobody else's. */
static bool was_there(struct ip_item *item)
{
	const struct ip_item *other = let_go(item);

	(void)hold(item);
	return !has_mark(&item->object) && (!other || other->is_foreign);
}

static void item_free(struct ip_item *item)
{
	rtnl_cancel(&item->request);
	(void)let_go(item);
	list_remove(&item->link);
	free(item);
}

static void free_all(struct list *list)
{
	struct ip_item *item;

	list_for_each(item, list, struct ip_item, link)
		item_free(item);
}

void ip_objects_forget(struct ip_objects *o)
{
	free_all(&o->items);
	free_all(&o->leaving);
	free(steal_ptr(o->text));
	free(steal_ptr(o->restored));
	o->n_pending = 0;
}

/* ---- words ---- */

static void describe(const struct ip_object *object, char text[96])
{
	char buffer[IP_PREFIX_TEXT_SIZE];

	switch (object->type) {
	case IP_ADDRESS:
		snprintf(text, 96, "%s",
		    ip_print_prefix(&object->address.address, buffer));
		return;
	case IP_ROUTE:
		snprintf(text, 96, "the route to %s",
		    object->route.to.length
			? ip_print_prefix(&object->route.to, buffer)
			: "default");
		return;
	case IP_RULE:
		snprintf(text, 96, "the rule of priority %u",
		    object->rule.priority);
		return;
	}
}

static void note_error(struct ip_objects *o, const struct ip_item *item,
    int error, const char *message)
{
	char what[96];

	if (o->error)
		return;
	describe(&item->object, what);
	o->error = error;
	if (asprintf(&o->text, "%s: %s%s%s", what, strerror(-error),
		*message ? ": " : "", message) < 0)
		o->text = NULL;
}

/* ---- requests ---- */

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
	item_free(item);
	answered(o);
}

static void leave(struct ip_item *item)
{
	struct ip_objects *o = item->of;
	const struct ip_object *object = &item->object;

	list_remove(&item->link);
	list_append(&o->leaving, &item->link);
	item->must_leave = true;
	if (rtnl_request_is_active(&item->request))
		return;
	if (let_go(item) || item->is_foreign) {
		item_free(item);
		return;
	}
	o->n_pending++;
	item->request.done = on_removed;
	switch (object->type) {
	case IP_ADDRESS:
		rtnl_delete_address(o->rtnl, &item->request, &object->address);
		return;
	case IP_ROUTE:
		rtnl_delete_route(o->rtnl, &item->request, &object->route);
		return;
	case IP_RULE:
		rtnl_delete_rule(o->rtnl, &item->request, &object->rule);
		return;
	}
}

static void on_added(
    struct rtnl_request *request, int error, const char *message)
{
	struct ip_item *item = container_of(request, struct ip_item, request);
	struct ip_objects *o = item->of;
	char what[96];

	if (error == -EEXIST) {
		item->is_foreign = !item->is_there && was_there(item);
		error = 0;
	} else if (!error && item->is_there && !item->must_leave &&
	    !o->restored) {
		describe(&item->object, what);
		o->restored = strdup(what);
	}
	if (error && !item->must_leave)
		note_error(o, item, error, message);
	item->is_there = !error;
	item->is_replaced = false;
	if (error)
		item_free(item);
	else if (item->must_leave)
		leave(item);
	answered(o);
}

/* Routes to the same stand beside each other. */
static int add_flags(const struct ip_item *item)
{
	if (item->is_replaced)
		return NLM_F_REPLACE;
	return item->object.type == IP_ROUTE ? NLM_F_APPEND : NLM_F_EXCL;
}

static void add(struct ip_item *item)
{
	struct ip_objects *o = item->of;
	int flags = add_flags(item);
	const struct ip_object *object = &item->object;

	o->n_pending++;
	item->request.done = on_added;
	switch (object->type) {
	case IP_ADDRESS:
		rtnl_add_address(
		    o->rtnl, &item->request, &object->address, flags);
		return;
	case IP_ROUTE:
		rtnl_add_route(o->rtnl, &item->request, &object->route, flags);
		return;
	case IP_RULE:
		rtnl_add_rule(o->rtnl, &item->request, &object->rule);
		return;
	}
}

/* ---- another set ---- */

static bool is_among(
    const struct ip_object *object, const struct ip_object *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_equal(object, &wanted[i]))
			return true;
	return false;
}

static struct ip_item *find(
    struct ip_objects *o, const struct ip_object *object)
{
	struct ip_item *item;

	list_for_each(item, &o->items, struct ip_item, link)
		if (is_equal(&item->object, object))
			return item;
	/* Not yet removed, as it was not known whether it is ours. */
	list_for_each(item, &o->leaving, struct ip_item, link) {
		if (!is_equal(&item->object, object) ||
		    item->request.done != on_added)
			continue;
		item->must_leave = false;
		list_remove(&item->link);
		list_append(&o->items, &item->link);
		return item;
	}
	return NULL;
}

/* Takes what is new into the list, unasked. */
static int prepare(struct ip_objects *o, const struct ip_object *wanted,
    size_t n, struct list *fresh)
{
	for (size_t i = 0; i < n; i++) {
		struct ip_item *item;

		if (find(o, &wanted[i]))
			continue;
		item = calloc(
		    1, offsetof(struct ip_item, object) + size_of(&wanted[i]));
		if (!item)
			return -ENOMEM;
		item->of = o;
		memcpy(&item->object, &wanted[i], size_of(&wanted[i]));
		list_init(&item->link);
		list_append(fresh, &item->link);
		if (hold(item) < 0)
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

/* Another route to the same is to be there before this one goes. */
static bool is_succeeded(const struct ip_item *item, const struct list *fresh)
{
	const struct rtnl_route_change *old = &item->object.route;
	const struct ip_item *by;
	bool is_found = false;

	list_for_each(by, fresh, struct ip_item, link) {
		const struct rtnl_route_change *new = &by->object.route;

		if (item->object.type != IP_ROUTE ||
		    by->object.type != IP_ROUTE || new->table != old->table ||
		    new->to.length != old->to.length ||
		    !ip_equal(&new->to.ip, &old->to.ip))
			continue;
		if (is_same_way(new, old))
			return false;
		is_found = true;
	}
	return is_found;
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
			leave(item);
	}
}

int ip_objects_set(
    struct ip_objects *o, const struct ip_object *wanted, size_t n)
{
	struct list fresh = LIST_INIT(fresh);
	struct ip_item *item;

	if (prepare(o, wanted, n, &fresh) < 0) {
		free_all(&fresh);
		return -ENOMEM;
	}
	leave_unwanted(o, wanted, n, &fresh);
	while ((item = list_pop(&fresh, struct ip_item, link))) {
		list_append(&o->items, &item->link);
		add(item);
	}
	leave_unwanted(o, wanted, n, &fresh);
	return (int)o->n_pending;
}

int ip_objects_again(struct ip_objects *o)
{
	struct ip_item *item;

	list_for_each(item, &o->items, struct ip_item, link)
		if (!item->is_foreign &&
		    !rtnl_request_is_active(&item->request))
			add(item);
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

bool ip_objects_has_address(const struct ip_objects *o, uint32_t ifindex,
    const struct ip_prefix *address)
{
	const struct ip_item *item;

	list_for_each(item, &o->items, struct ip_item, link)
		if (item->object.type == IP_ADDRESS &&
		    item->object.address.ifindex == ifindex &&
		    item->object.address.address.length == address->length &&
		    ip_equal(&item->object.address.address.ip, &address->ip))
			return true;
	return false;
}

/* What is without a device, or whose device the kernel finds, is by any. */
static bool is_by(const struct rtnl_route_change *route, uint32_t ifindex)
{
	for (uint32_t i = 0; i < route->n_hops; i++)
		if (!route->hops[i].ifindex ||
		    route->hops[i].ifindex == ifindex)
			return true;
	return !route->n_hops || !ifindex;
}

static bool is_of(
    const struct ip_object *object, const struct rtnl_removed *removed)
{
	const struct rtnl_route_change *route = &object->route;

	if (removed->is_rule)
		return object->type == IP_RULE &&
		    object->rule.family == (uint32_t)removed->to.ip.family &&
		    object->rule.priority == removed->number;
	/* An IPv6 route without metric gets one of the kernel's. */
	return object->type == IP_ROUTE &&
	    (route->table ? route->table : RT_TABLE_MAIN) == removed->table &&
	    (route->metric == removed->number ||
		(!route->metric && route->to.ip.family == AF_INET6)) &&
	    route->to.length == removed->to.length &&
	    ip_equal(&route->to.ip, &removed->to.ip) &&
	    is_by(route, removed->ifindex);
}

bool ip_objects_note_removed(
    struct ip_objects *o, const struct rtnl_removed *removed)
{
	bool is_ours = false;
	struct ip_item *item;

	list_for_each(item, &o->items, struct ip_item, link) {
		if (item->is_foreign || !is_of(&item->object, removed))
			continue;
		item->is_replaced |= removed->is_replaced;
		is_ours = true;
	}
	return is_ours;
}
