/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/apply.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/netlink.h>

#include "base/macros.h"
#include "providers/provider.h"

/* ---- the routes of a lease ---- */

/* In an order in which the kernel accepts them. */
struct routes {
	unsigned n;
	struct ip_object items[APPLY_ROUTES_MAX]; /* zeroed at first */
};

static uint32_t route_mtu(
    const struct apply *a, const struct dhcp_lease *lease)
{
	const struct rtnl_link *link = rtnl_find_link(a->rtnl, a->ifindex);

	return link && lease->mtu < link->mtu ? lease->mtu : 0;
}

static void add_route(struct routes *routes, const struct apply *a,
    const struct apply_way *way, const struct dhcp_lease *lease,
    const struct dhcp_route *route)
{
	struct ip_object *object = &routes->items[routes->n++];
	struct rtnl_route_change *r = &object->route;

	object->type = IP_ROUTE;
	r->metric = way->metric;
	r->table = way->table;
	r->to.ip = ip_of_in(route->to);
	r->to.length = route->prefix_length;
	r->source = ip_of_in(lease->address);
	r->mtu = route_mtu(a, lease);
	r->n_hops = 1;
	r->hops[0].ifindex = a->ifindex;
	if (route->via.s_addr != INADDR_ANY)
		r->hops[0].via = ip_of_in(route->via);
}

static void list_routes(struct routes *routes, const struct apply *a,
    const struct apply_way *way, const struct dhcp_lease *lease)
{
	struct dhcp_route by_default = {.via = lease->router};
	struct dhcp_route to_router = {
		.to = lease->router, .prefix_length = 32};

	memset(routes, 0, sizeof(*routes));
	/* No subnet for the router to be in: it is on the link. */
	if (lease->prefix_length == 32 && lease->has_default &&
	    lease->router.s_addr)
		add_route(routes, a, way, lease, &to_router);
	if (lease->has_default)
		add_route(routes, a, way, lease, &by_default);
	for (uint32_t i = 0; way->all_routes && i < lease->n_routes; i++)
		add_route(routes, a, way, lease, &lease->routes[i]);
}

/* ---- the kernel's answers ---- */

bool apply_is_pending(const struct apply *a)
{
	return a->n_pending || a->routes.n_pending;
}

static void note_error(struct apply *a, int error, const char *text)
{
	if (!error || a->error)
		return;
	a->error = error;
	snprintf(a->text, sizeof(a->text), "%s", text);
}

static void settle(struct apply *a)
{
	int error = a->error;

	if (apply_is_pending(a))
		return;
	a->error = 0;
	a->done(a, error, a->text);
}

static void on_routes_done(
    struct ip_objects *objects, int error, const char *text)
{
	struct apply *a = container_of(objects, struct apply, routes);

	if (!ip_repair_done(&a->repair))
		return;
	note_error(a, error, text);
	settle(a);
}

static void on_given_up(struct ip_repair *repair)
{
	struct apply *a = container_of(repair, struct apply, repair);

	a->given_up(a);
}

void apply_init(struct apply *a, struct job *job,
    void (*done)(struct apply *, int error, const char *text),
    void (*given_up)(struct apply *))
{
	*a = (struct apply){ .rtnl = job->host->rtnl, .done = done,
		.given_up = given_up };
	ip_objects_init(&a->routes, job, on_routes_done);
	ip_repair_init(&a->repair, job, &a->routes, on_given_up);
}

/* ---- the address ---- */

static void on_added(
    struct rtnl_request *request, int error, const char *message)
{
	struct apply *a = request->ctx;
	char text[sizeof(a->text)];

	a->n_pending--;
	snprintf(text, sizeof(text), "%s%s%s", strerror(-error),
	    *message ? ": " : "", message);
	note_error(a, error, text);
	settle(a);
}

/* What is not there any more needs no removing: that is not an error. */
static void on_removed(
    struct rtnl_request *request, int error, const char *message)
{
	struct apply *a = request->ctx;

	(void)error, (void)message;
	a->n_pending--;
	settle(a);
}

static struct rtnl_address address_of(
    const struct apply *a, const struct dhcp_lease *lease)
{
	return (struct rtnl_address){
		.ifindex = a->ifindex,
		.address = { ip_of_in(lease->address), lease->prefix_length },
	};
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
	a->text[0] = '\0';
}

static void remove_address(struct apply *a, const struct rtnl_address *address)
{
	rtnl_delete_address(a->rtnl, next_request(a, on_removed), address);
}

/* ---- another lease, or none ---- */

/*
 * What is new is there before what is old goes: between the two, nothing is
 * without an address or a way. (In the same subnet the kernel then has the new
 * address as a secondary of the old one: rtnl-promote.c sees that it stays.)
 * Routes do not take the place of others with the same metric, such as those of
 * another card.
 */
void apply_set(struct apply *a, const struct dhcp_lease *lease,
    const struct apply_way *way, uint32_t remaining_s)
{
	struct rtnl_address address = address_of(a, lease);
	struct rtnl_address old = address_of(a, &a->lease);
	bool is_other = a->is_applied &&
	    (a->lease.address.s_addr != lease->address.s_addr ||
		a->lease.prefix_length != lease->prefix_length);
	struct routes routes;
	int r;

	overtake(a);
	a->lease = *lease;
	a->is_applied = true;
	address.valid_s = address.preferred_s = remaining_s;
	rtnl_add_address(
	    a->rtnl, next_request(a, on_added), &address, NLM_F_REPLACE);
	list_routes(&routes, a, way, lease);
	ip_repair_begin(&a->repair, a->ifindex, false);
	r = ip_objects_set(&a->routes, routes.items, routes.n);
	if (r < 0)
		note_error(a, r, strerror(-r));
	(void)ip_objects_again(&a->routes);
	if (is_other)
		remove_address(a, &old);
}

bool apply_clear(struct apply *a)
{
	struct rtnl_address address = address_of(a, &a->lease);

	overtake(a);
	ip_repair_end(&a->repair);
	if (!a->is_applied)
		return false;
	a->is_applied = false;
	(void)ip_objects_set(&a->routes, NULL, 0);
	remove_address(a, &address);
	return true;
}

void apply_forget(struct apply *a)
{
	overtake(a);
	ip_repair_end(&a->repair);
	ip_objects_forget(&a->routes);
	a->is_applied = false;
}
