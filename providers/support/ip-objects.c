/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/ip-objects.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "base/macros.h"
#include "providers/provider.h"
#include "providers/support/ip-item.h"

enum {
	WHAT_SIZE = 96,
	IPV6_METRIC = 1024, /* IP6_RT_PRIO_USER, of one without */
};

/* What the kernel has in the place of an IPv6 route. */
struct ip_question {
	struct ip_item *item;
	struct rtnl_route_query query;
};


void ip_objects_init(struct ip_objects *o, const struct job *job,
    void (*done)(struct ip_objects *, int error, const char *text))
{
	*o = (struct ip_objects){
		.job = job, .rtnl = job->host->rtnl, .done = done };
	list_init(&o->items);
	list_init(&o->leaving);
}

static void question_end(struct ip_item *item)
{
	if (item->question)
		rtnl_route_query_end(&item->question->query);
	free(steal_ptr(item->question));
}

static void item_free(struct ip_item *item)
{
	rtnl_cancel(&item->request);
	question_end(item);
	ip_item_let_go(item);
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

static void describe(const struct ip_object *object, char text[WHAT_SIZE])
{
	char buffer[IP_PREFIX_TEXT_SIZE];

	switch (object->type) {
	case IP_ADDRESS:
		snprintf(text, WHAT_SIZE, "%s",
		    ip_print_prefix(&object->address.address, buffer));
		return;
	case IP_ROUTE:
		snprintf(text, WHAT_SIZE, "the route to %s",
		    object->route.to.length
			? ip_print_prefix(&object->route.to, buffer)
			: "default");
		return;
	case IP_RULE:
		snprintf(text, WHAT_SIZE, "the rule of priority %u",
		    object->rule.priority);
		return;
	}
}

static void note_error(struct ip_objects *o, const struct ip_item *item,
    int error, const char *message)
{
	char what[WHAT_SIZE];

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

/* It has not been answered yet whose it is. */
static bool is_under_way(const struct ip_item *item)
{
	return item->question || rtnl_request_is_active(&item->request);
}

static void leave(struct ip_item *item)
{
	struct ip_objects *o = item->of;
	const struct ip_object *object = &item->object;

	list_remove(&item->link);
	list_append(&o->leaving, &item->link);
	item->must_leave = true;
	if (is_under_way(item))
		return;
	ip_item_let_go(item);
	if (ip_item_has_heir(item) || item->is_foreign) {
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
    struct rtnl_request *request, int error, const char *message);

static void add_with(struct ip_item *item, int flags)
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

/* Routes to the same stand beside each other. */
static void add(struct ip_item *item)
{
	add_with(item, item->is_replaced	  ? NLM_F_REPLACE
		: item->object.type == IP_ROUTE ? NLM_F_APPEND
						: NLM_F_EXCL);
}

/* ---- what is in its place ---- */

static void added(struct ip_item *item, int error, const char *message)
{
	struct ip_objects *o = item->of;

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

static void add_again(struct ip_item *item, int flags)
{
	item->is_retried = true;
	item->of->n_pending--;
	add_with(item, flags);
}

/* It is ours, from before a crash, and nobody's now. */
static void take_place(
    struct ip_item *item, const struct rtnl_address *of_address)
{
	struct rtnl *rtnl = item->of->rtnl;
	struct rtnl_request removal = { 0 };

	if (of_address)
		rtnl_delete_address(rtnl, &removal, of_address);
	else
		rtnl_delete_route(rtnl, &removal, &item->object.route);
	rtnl_cancel(&removal);
	add_again(item, of_address ? NLM_F_EXCL : NLM_F_APPEND);
}

static void refuse(
    struct ip_item *item, const char *whose, const char *difference)
{
	bool is_route = item->object.type == IP_ROUTE;
	char text[256];

	snprintf(text, sizeof(text), "that of %s%s has another %s; %s", whose,
	    is_route ? " by the same way" : "", difference,
	    is_route ? "give one of them another metric"
		     : "one of them has to go");
	added(item, -EEXIST, text);
}

static void take_for_foreign(struct ip_item *item, const char *difference,
    unsigned protocol)
{
	char whose[32];

	item->is_foreign = !difference;
	snprintf(whose, sizeof(whose), "others (proto %u)", protocol);
	if (difference)
		refuse(item, whose, difference);
	else
		added(item, 0, "");
}

/* Another job's that is there, and the same to the kernel. */
static bool found_of_others(struct ip_item *item)
{
	struct ip_item *other = NULL;
	const char *difference;

	do
		other = ip_item_next_same(item, other);
	while (other && !other->is_there);
	if (!other)
		return false;
	difference = ip_object_difference(&other->object, &item->object);
	item->is_foreign = other->is_foreign;
	if (difference)
		refuse(item, other->of->job->name, difference);
	else
		added(item, 0, "");
	return true;
}

static void found_address(struct ip_item *item)
{
	struct ip_object there = { .type = IP_ADDRESS };
	const char *difference = NULL;
	bool is_former = false;

	/* Else its event is on the way. */
	if (rtnl_find_same_address(item->of->rtnl, &item->object.address,
		&there.address)) {
		difference = ip_object_difference(&there, &item->object);
		is_former = there.address.is_former && !item->is_retried;
	}
	if (!is_former)
		take_for_foreign(item, difference, there.address.protocol);
	else if (difference)
		take_place(item, &there.address);
	else
		add_again(item, NLM_F_REPLACE); /* with our lifetimes */
}

/* One whose device the kernel finds may be another job's. */
static bool has_device(const struct ip_item *item)
{
	const struct rtnl_route_change *route = &item->object.route;

	return !route->n_hops || route->hops[0].ifindex;
}

static void on_found(struct rtnl_route_query *query)
{
	struct ip_question *question =
	    container_of(query, struct ip_question, query);
	struct ip_item *item = question->item;
	bool is_found = query->is_found;
	unsigned protocol = query->protocol;
	struct ip_object there = {
		.type = IP_ROUTE, .route = query->found };
	const char *difference = ip_object_difference(&there, &item->object);

	question_end(item);
	if (found_of_others(item))
		return;
	if (!is_found && !item->is_retried)
		add_again(item, NLM_F_APPEND); /* it is gone */
	else if (!is_found)
		added(item, -EEXIST, "");
	else if (protocol != RTNL_PROTOCOL ||
	    (difference && (item->is_retried || !has_device(item))))
		take_for_foreign(item, difference, protocol);
	else if (difference)
		take_place(item, NULL);
	else
		added(item, 0, "");
}

static void ask(struct ip_item *item)
{
	struct ip_question *question = calloc(1, sizeof(*question));

	if (!question) {
		added(item, -ENOMEM, "");
		return;
	}
	item->question = question;
	question->item = item;
	question->query.route = &item->object.route;
	question->query.done = on_found;
	rtnl_route_query_begin(item->of->rtnl, &question->query);
}

/*
 * Rules, and IPv4 routes, the kernel takes for the same only with our mark, or
 * where nothing but that differs: it is ours, from before a crash. (And does
 * not remove it for us if it is not.)
 */
static void found(struct ip_item *item)
{
	if (found_of_others(item))
		return;
	if (item->object.type == IP_ADDRESS)
		found_address(item);
	else if (item->object.type == IP_ROUTE &&
	    item->object.route.to.ip.family == AF_INET6)
		ask(item);
	else
		added(item, 0, "");
}

static void on_added(
    struct rtnl_request *request, int error, const char *message)
{
	struct ip_item *item = container_of(request, struct ip_item, request);
	struct ip_objects *o = item->of;
	char what[WHAT_SIZE];

	if (error == -EEXIST && !item->is_there) {
		found(item);
		return;
	}
	if (!error && item->is_there && !item->must_leave && !o->restored) {
		describe(&item->object, what);
		o->restored = strdup(what);
	}
	added(item, error == -EEXIST ? 0 : error, message);
}

/* ---- another set ---- */

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
	/* Not yet removed, as it was not known whether it is ours. */
	list_for_each(item, &o->leaving, struct ip_item, link) {
		if (!ip_object_is_equal(&item->object, object) ||
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
		size_t size = ip_object_size(&wanted[i]);

		if (find(o, &wanted[i]))
			continue;
		item = calloc(1, offsetof(struct ip_item, object) + size);
		if (!item)
			return -ENOMEM;
		item->of = o;
		memcpy(&item->object, &wanted[i], size);
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

/* As the kernel does with what is not said. */
static void complete(struct ip_object *object)
{
	struct rtnl_route_change *route = &object->route;

	if (object->type != IP_ROUTE)
		return;
	if (!route->table)
		route->table = RT_TABLE_MAIN;
	if (!route->metric && route->to.ip.family == AF_INET6)
		route->metric = IPV6_METRIC;
}

int ip_objects_set(struct ip_objects *o, struct ip_object *wanted, size_t n)
{
	struct list fresh = LIST_INIT(fresh);
	struct ip_item *item;

	for (size_t i = 0; i < n; i++)
		complete(&wanted[i]);
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
		    !is_under_way(item))
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
	return object->type == IP_ROUTE && route->table == removed->table &&
	    route->metric == removed->number &&
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
