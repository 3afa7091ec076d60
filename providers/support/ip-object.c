/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/ip-item.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <linux/rtnetlink.h>

enum {
	IPV6_METRIC = 1024, /* IP6_RT_PRIO_USER, of one without */
};

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

static const char *address_difference(
    const struct rtnl_address *a, const struct rtnl_address *b)
{
	if (a->address.length != b->address.length)
		return "prefix length";
	if (a->peer.family != b->peer.family || !ip_equal(&a->peer, &b->peer))
		return "peer";
	if (a->scope != b->scope)
		return "scope";
	if (a->valid_s != b->valid_s)
		return "valid-lifetime";
	return a->preferred_s != b->preferred_s ? "preferred-lifetime" : NULL;
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

void ip_object_describe(
    const struct ip_object *object, char text[IP_OBJECT_TEXT_SIZE])
{
	char buffer[IP_PREFIX_TEXT_SIZE];

	switch (object->type) {
	case IP_ADDRESS:
		snprintf(text, IP_OBJECT_TEXT_SIZE, "%s",
		    ip_print_prefix(&object->address.address, buffer));
		return;
	case IP_ROUTE:
		snprintf(text, IP_OBJECT_TEXT_SIZE, "the route to %s",
		    object->route.to.length
			? ip_print_prefix(&object->route.to, buffer)
			: "default");
		return;
	case IP_RULE:
		snprintf(text, IP_OBJECT_TEXT_SIZE, "the rule of priority %u",
		    object->rule.priority);
		return;
	}
}

void ip_object_complete(struct ip_object *object)
{
	struct rtnl_route_change *route = &object->route;

	if (object->type != IP_ROUTE)
		return;
	if (!route->table)
		route->table = RT_TABLE_MAIN;
	if (!route->metric && route->to.ip.family == AF_INET6)
		route->metric = IPV6_METRIC;
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

bool ip_object_is_removed(
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
