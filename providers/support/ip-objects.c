/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/ip-objects.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "base/macros.h"

struct item {
	struct list link;
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

/* Two routes that cannot be there both. */
static bool is_in_place_of(const struct ip_object *a, const struct ip_object *b)
{
	return a->type == IP_ROUTE && b->type == IP_ROUTE &&
	    a->route.table == b->route.table &&
	    a->route.metric == b->route.metric &&
	    a->route.to.length == b->route.to.length &&
	    ip_equal(&a->route.to.ip, &b->route.to.ip);
}

static void item_free(struct item *item)
{
	rtnl_cancel(&item->request);
	list_remove(&item->link);
	free(item);
}

static void free_all(struct list *list)
{
	struct item *item;

	list_for_each(item, list, struct item, link)
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

static void note_error(struct ip_objects *o, const struct item *item,
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
	struct item *item = container_of(request, struct item, request);
	struct ip_objects *o = item->of;

	(void)error, (void)message;
	item_free(item);
	answered(o);
}

static void leave(struct item *item)
{
	struct ip_objects *o = item->of;
	const struct ip_object *object = &item->object;

	list_remove(&item->link);
	list_append(&o->leaving, &item->link);
	item->must_leave = true;
	if (rtnl_request_is_active(&item->request))
		return;
	if (item->is_foreign) {
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
	struct item *item = container_of(request, struct item, request);
	struct ip_objects *o = item->of;
	char what[96];

	if (error == -EEXIST) {
		item->is_foreign = !item->is_there && !o->is_beside;
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

/* Those that are not to be in the place of another. */
static int add_flags(const struct ip_objects *o)
{
	return o->is_beside ? NLM_F_APPEND : NLM_F_EXCL;
}

static void add(struct item *item, int flags)
{
	struct ip_objects *o = item->of;
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

static struct item *find(
    struct ip_objects *o, const struct ip_object *object)
{
	struct item *item;

	list_for_each(item, &o->items, struct item, link)
		if (is_equal(&item->object, object))
			return item;
	/* Not yet removed, as it was not known whether it is ours. */
	list_for_each(item, &o->leaving, struct item, link) {
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
		struct item *item;

		if (find(o, &wanted[i]))
			continue;
		item = calloc(
		    1, offsetof(struct item, object) + size_of(&wanted[i]));
		if (!item)
			return -ENOMEM;
		item->of = o;
		memcpy(&item->object, &wanted[i], size_of(&wanted[i]));
		list_init(&item->link);
		list_append(fresh, &item->link);
	}
	return 0;
}

/* Ours, which is not wanted any more, is replaced by the new one, and need not
 * be removed. */
static bool drop_replaced(struct ip_objects *o, const struct item *by,
    const struct ip_object *wanted, size_t n)
{
	struct item *item;

	if (o->is_beside)
		return false;
	list_for_each(item, &o->items, struct item, link) {
		if (item->is_foreign ||
		    !is_in_place_of(&item->object, &by->object) ||
		    is_among(&item->object, wanted, n))
			continue;
		if (rtnl_request_is_active(&item->request))
			o->n_pending--;
		item_free(item);
		return true;
	}
	return false;
}

/* Another route to the same is to be there before this one goes. */
static bool is_succeeded(const struct item *item, const struct list *fresh)
{
	const struct rtnl_route_change *old = &item->object.route;
	const struct item *by;

	list_for_each(by, fresh, struct item, link)
		if (item->object.type == IP_ROUTE &&
		    by->object.type == IP_ROUTE &&
		    by->object.route.table == old->table &&
		    by->object.route.to.length == old->to.length &&
		    ip_equal(&by->object.route.to.ip, &old->to.ip))
			return true;
	return false;
}

/* Those that are not wanted. The last first: a route before the address that
 * it needs. */
static void leave_unwanted(struct ip_objects *o,
    const struct ip_object *wanted, size_t n, const struct list *fresh)
{
	for (struct list *at = o->items.prev, *next; at != &o->items;
	    at = next) {
		struct item *item = list_entry(at, struct item, link);

		next = at->prev;
		if (!is_among(&item->object, wanted, n) &&
		    !is_succeeded(item, fresh))
			leave(item);
	}
}

int ip_objects_set(
    struct ip_objects *o, const struct ip_object *wanted, size_t n)
{
	struct list fresh = LIST_INIT(fresh), replacing = LIST_INIT(replacing);
	struct item *item;

	if (prepare(o, wanted, n, &fresh) < 0) {
		free_all(&fresh);
		return -ENOMEM;
	}
	list_for_each(item, &fresh, struct item, link) {
		if (!drop_replaced(o, item, wanted, n))
			continue;
		list_remove(&item->link);
		list_append(&replacing, &item->link);
	}
	leave_unwanted(o, wanted, n, &fresh);
	while ((item = list_pop(&fresh, struct item, link))) {
		list_append(&o->items, &item->link);
		add(item, add_flags(o));
	}
	while ((item = list_pop(&replacing, struct item, link))) {
		list_append(&o->items, &item->link);
		add(item, NLM_F_REPLACE);
	}
	leave_unwanted(o, wanted, n, &fresh);
	return (int)o->n_pending;
}

int ip_objects_again(struct ip_objects *o)
{
	struct item *item;

	list_for_each(item, &o->items, struct item, link)
		if (!item->is_foreign &&
		    !rtnl_request_is_active(&item->request))
			add(item, item->is_replaced ? NLM_F_REPLACE
						    : add_flags(o));
	return (int)o->n_pending;
}

const struct ip_object *ip_objects_next(
    const struct ip_objects *o, const struct ip_object *after)
{
	const struct list *at = after
	    ? container_of((struct ip_object *)after, struct item, object)
		  ->link.next
	    : o->items.next;

	return at != &o->items
	    ? &list_entry((struct list *)at, struct item, link)->object
	    : NULL;
}

bool ip_objects_has_address(const struct ip_objects *o, uint32_t ifindex,
    const struct ip_prefix *address)
{
	const struct item *item;

	list_for_each(item, &o->items, struct item, link)
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
	struct item *item;

	list_for_each(item, &o->items, struct item, link) {
		if (item->is_foreign || !is_of(&item->object, removed))
			continue;
		item->is_replaced |= removed->is_replaced;
		is_ours = true;
	}
	return is_ours;
}
