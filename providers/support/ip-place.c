/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/ip-item.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/rtnetlink.h>

#include "base/macros.h"
#include "providers/provider.h"

/* What the kernel has in the place of an IPv6 route. */
struct ip_question {
	struct ip_item *item;
	struct rtnl_route_query query;
};

void ip_place_forget(struct ip_item *item)
{
	if (item->question)
		rtnl_route_query_end(&item->question->query);
	free(steal_ptr(item->question));
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
	ip_item_add_again(item, of_address ? NLM_F_EXCL : NLM_F_APPEND);
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
	ip_item_added(item, -EEXIST, text);
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
		ip_item_added(item, 0, "");
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
	item->since_ms = other->since_ms;
	if (difference)
		refuse(item, other->of->job->name, difference);
	else
		ip_item_added(item, 0, "");
	return true;
}

/* One of others may have some where ours is to have none. */
static const char *lifetime_difference(const struct ip_item *item)
{
	const struct rtnl_address *address = &item->object.address;

	if (address->valid_s != UINT32_MAX)
		return "valid-lifetime";
	return address->preferred_s != UINT32_MAX ? "preferred-lifetime"
						  : NULL;
}

static void found_address(struct ip_item *item)
{
	const struct rtnl_address *wanted = &item->object.address;
	struct ip_object there = { .type = IP_ADDRESS };
	const char *difference = NULL;
	bool is_former = false, continues = false;

	/* Else its event is on the way. */
	if (rtnl_find_same_address(item->of->rtnl, wanted, &there.address)) {
		there.address.valid_s = wanted->valid_s;
		there.address.preferred_s = wanted->preferred_s;
		difference = ip_object_difference(&there, &item->object);
		is_former = there.address.is_former && !item->is_retried;
		continues = !difference && ip_lifetime_continues(item);
	}
	if (!difference && !is_former && !continues)
		difference = lifetime_difference(item);
	if (!is_former)
		take_for_foreign(item, difference, there.address.protocol);
	else if (difference)
		take_place(item, &there.address);
	else if (continues)
		ip_item_added(item, 0, "");
	else
		ip_item_add_again(item, NLM_F_REPLACE); /* with our lifetimes */
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

	ip_place_forget(item);
	if (found_of_others(item))
		return;
	if (!is_found && !item->is_retried)
		ip_item_add_again(item, NLM_F_APPEND); /* it is gone */
	else if (!is_found)
		ip_item_added(item, -EEXIST, "");
	else if (protocol != RTNL_PROTOCOL ||
	    (difference && (item->is_retried || !has_device(item))))
		take_for_foreign(item, difference, protocol);
	else if (difference)
		take_place(item, NULL);
	else
		ip_item_added(item, 0, "");
}

static void ask(struct ip_item *item)
{
	struct ip_question *question = calloc(1, sizeof(*question));

	if (!question) {
		ip_item_added(item, -ENOMEM, "");
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
void ip_place_examine(struct ip_item *item)
{
	if (found_of_others(item))
		return;
	if (item->object.type == IP_ADDRESS)
		found_address(item);
	else if (item->object.type == IP_ROUTE &&
	    item->object.route.to.ip.family == AF_INET6)
		ask(item);
	else
		ip_item_added(item, 0, "");
}
