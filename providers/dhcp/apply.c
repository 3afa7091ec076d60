/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/apply.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/netlink.h>

#include "base/macros.h"

/* The routes of a lease, in an order in which the kernel accepts them. */
struct routes {
	unsigned n;
	struct rtnl_route_change items[APPLY_ROUTES_MAX];
};

static void add_route(struct routes *routes, const struct apply *a,
    const struct dhcp_lease *lease, const struct dhcp_route *route)
{
	routes->items[routes->n++] = (struct rtnl_route_change){
		.metric = a->way.metric,
		.table = a->way.table,
		.to = { ip_of_in(route->to), route->prefix_length },
		.source = ip_of_in(lease->address),
		.mtu = a->mtu,
		.n_hops = 1,
		.hops[0].ifindex = a->ifindex,
	};
	if (route->via.s_addr != INADDR_ANY)
		routes->items[routes->n - 1].hops[0].via =
		    ip_of_in(route->via);
}

/* Those of the lease, in the way and with the MTU of `a`. */
static void list_routes(struct routes *routes, const struct apply *a,
    const struct dhcp_lease *lease)
{
	struct dhcp_route by_default = {.via = lease->router};
	struct dhcp_route to_router = {
		.to = lease->router, .prefix_length = 32};

	routes->n = 0;
	/* No subnet for the router to be in: it is on the link. */
	if (lease->prefix_length == 32 && lease->has_default &&
	    lease->router.s_addr)
		add_route(routes, a, lease, &to_router);
	if (lease->has_default)
		add_route(routes, a, lease, &by_default);
	for (uint32_t i = 0; a->way.all_routes && i < lease->n_routes; i++)
		add_route(routes, a, lease, &lease->routes[i]);
}

static bool is_same(
    const struct rtnl_route_change *a, const struct rtnl_route_change *b)
{
	return ip_equal(&a->to.ip, &b->to.ip) &&
	    a->to.length == b->to.length && a->metric == b->metric &&
	    ip_equal(&a->source, &b->source) && a->mtu == b->mtu &&
	    ip_equal(&a->hops[0].via, &b->hops[0].via);
}

static bool has_route(
    const struct routes *routes, const struct rtnl_route_change *wanted)
{
	for (unsigned i = 0; i < routes->n; i++)
		if (is_same(&routes->items[i], wanted))
			return true;
	return false;
}

static struct rtnl_address address_of(
    const struct apply *a, const struct dhcp_lease *lease)
{
	return (struct rtnl_address){
		.ifindex = a->ifindex,
		.address = { ip_of_in(lease->address), lease->prefix_length },
	};
}

static void answered(struct apply *a)
{
	if (!--a->n_pending)
		a->done(a, a->error, a->message);
}

static void added(struct rtnl_request *request, int error, const char *message)
{
	struct apply *a = request->ctx;

	/* Ours is there already, the same in all. */
	if (error == -EEXIST)
		error = 0;
	if (error && !a->error) {
		a->error = error;
		snprintf(a->message, sizeof(a->message), "%s", message);
	}
	answered(a);
}

/* What is not there any more needs no removing: that is not an error. */
static void removed(
    struct rtnl_request *request, int error, const char *message)
{
	(void)error;
	(void)message;
	answered(request->ctx);
}

static struct rtnl_request *next_request(struct apply *a,
    void (*done)(struct rtnl_request *, int, const char *))
{
	struct rtnl_request *request = &a->requests[a->n_pending++];

	assert(a->n_pending <= APPLY_REQUESTS_MAX);
	*request = (struct rtnl_request){.done = done, .ctx = a};
	return request;
}

/* Requests under way are no longer waited for; the kernel still carries them
 * out, before those that follow. */
static void overtake(struct apply *a)
{
	for (size_t i = 0; i < APPLY_REQUESTS_MAX; i++)
		if (rtnl_request_is_active(&a->requests[i]))
			rtnl_cancel(&a->requests[i]);
	a->n_pending = 0;
	a->error = 0;
	a->message[0] = '\0';
}

/* Removes those of the routes `old` that are not among `keep`. */
static void remove_routes(struct apply *a, const struct routes *old,
    const struct routes *keep)
{
	for (unsigned i = 0; i < old->n; i++)
		if (!has_route(keep, &old->items[i]))
			rtnl_delete_route(a->rtnl, next_request(a, removed),
			    &old->items[i]);
}

static void remove_address(struct apply *a)
{
	struct rtnl_address address = address_of(a, &a->lease);

	rtnl_delete_address(a->rtnl, next_request(a, removed), &address);
}

static uint32_t route_mtu(
    const struct apply *a, const struct dhcp_lease *lease)
{
	const struct rtnl_link *link = rtnl_find_link(a->rtnl, a->ifindex);

	return link && lease->mtu < link->mtu ? lease->mtu : 0;
}

/*
 * The new routes are there before the old ones go: between the two, nothing is
 * without a way. They do not take the place of others with the same metric,
 * such as those of another card.
 */
void apply_set(struct apply *a, const struct dhcp_lease *lease,
    const struct apply_way *way, uint32_t remaining_s)
{
	struct rtnl_address address = address_of(a, lease);
	bool is_other = a->lease.address.s_addr != lease->address.s_addr ||
	    a->lease.prefix_length != lease->prefix_length;
	struct routes old = {0}, routes;

	overtake(a);
	if (a->is_applied)
		list_routes(&old, a, &a->lease);
	/* The old address goes before the new one is there: in the same subnet
	 * that would be its secondary, and vanish with it. */
	if (a->is_applied && is_other)
		remove_address(a);
	a->way = *way;
	a->mtu = route_mtu(a, lease);
	a->lease = *lease;
	a->is_applied = true;
	list_routes(&routes, a, lease);
	address.valid_s = address.preferred_s = remaining_s;
	rtnl_add_address(
	    a->rtnl, next_request(a, added), &address, NLM_F_REPLACE);
	for (unsigned i = 0; i < routes.n; i++)
		rtnl_add_route(a->rtnl, next_request(a, added),
		    &routes.items[i], NLM_F_APPEND);
	remove_routes(a, &old, &routes);
}

bool apply_clear(struct apply *a)
{
	static const struct routes none;
	struct routes old;

	overtake(a);
	if (!a->is_applied)
		return false;
	a->is_applied = false;
	list_routes(&old, a, &a->lease);
	remove_routes(a, &old, &none);
	remove_address(a);
	return true;
}

void apply_forget(struct apply *a)
{
	overtake(a);
	a->is_applied = false;
}
