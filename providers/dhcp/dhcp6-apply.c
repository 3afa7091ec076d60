/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/dhcp6-apply.h"

#include <assert.h>
#include <string.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "base/macros.h"
#include "providers/provider.h"

/* Behind every other. */
enum { UNREACHABLE_METRIC = 1 << 30 };

/* ---- requests ---- */

bool dhcp6_apply_is_pending(const struct dhcp6_apply *a)
{
	return a->n_pending || a->routes.n_pending;
}

static void answered(struct dhcp6_apply *a, int error, const char *message)
{
	if (error || !dhcp6_apply_is_pending(a))
		a->done(a, error, message);
}

static void on_address(
    struct rtnl_request *request, int error, const char *message)
{
	struct dhcp6_apply *a = request->ctx;

	a->n_pending--;
	answered(a, error, message);
}

/* What is gone needs no removing. */
static void on_removed(
    struct rtnl_request *request, int error, const char *message)
{
	(void)error;
	on_address(request, 0, message);
}

/* Without the route the prefix is good all the same. */
static void on_routes_done(
    struct ip_objects *objects, int error, const char *text)
{
	struct dhcp6_apply *a =
	    container_of(objects, struct dhcp6_apply, routes);

	if (error)
		job_log(a->repair.job, LOG_LEVEL_WARNING,
		    "the kernel refuses %s", text);
	(void)ip_repair_done(&a->repair);
	answered(a, 0, text);
}

static void on_given_up(struct ip_repair *repair)
{
	ip_repair_end(repair);
	job_log(repair->job, LOG_LEVEL_WARNING,
	    "the route of its prefix is removed by others again and again; "
	    "it is not put back once more before the lease is renewed");
}

void dhcp6_apply_init(struct dhcp6_apply *a, struct job *job,
    uint32_t ifindex,
    void (*done)(struct dhcp6_apply *, int error, const char *message))
{
	*a = (struct dhcp6_apply){ .rtnl = job->host->rtnl,
		.ifindex = ifindex, .done = done };
	ip_objects_init(&a->routes, job, on_routes_done);
	ip_repair_init(&a->repair, job, &a->routes, on_given_up);
}

static struct rtnl_request *next_request(struct dhcp6_apply *a,
    void (*done)(struct rtnl_request *, int, const char *))
{
	struct rtnl_request *request = &a->requests[a->n_pending++];

	assert(a->n_pending <= ARRAY_SIZE(a->requests));
	*request = (struct rtnl_request){ .done = done, .ctx = a };
	return request;
}

static void overtake(struct dhcp6_apply *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(a->requests); i++)
		if (rtnl_request_is_active(&a->requests[i]))
			rtnl_cancel(&a->requests[i]);
	a->n_pending = 0;
}

/* ---- what there should be ---- */

static bool is_equal(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->length == b->length && ip_equal(&a->ip, &b->ip);
}

static uint32_t left_s(uint64_t until_ms, uint64_t now_ms)
{
	return until_ms == UINT64_MAX ? UINT32_MAX
	    : until_ms > now_ms	      ? (uint32_t)((until_ms - now_ms) / 1000)
				      : 0;
}

static void set_address(struct dhcp6_apply *a,
    const struct dhcp6_lease *lease, uint64_t now_ms)
{
	struct rtnl_address address = { .ifindex = a->ifindex,
		.address = a->address };
	struct ip_prefix wanted = { .length = 128 };
	bool wants = lease && lease->lease.has_address &&
	    left_s(lease->address_until_ms, now_ms);

	if (wants)
		wanted.ip = lease->lease.address;
	if (a->has_address && (!wants || !is_equal(&a->address, &wanted)))
		rtnl_delete_address(
		    a->rtnl, next_request(a, on_removed), &address);
	a->has_address = wants;
	if (!wants)
		return;
	a->address = address.address = wanted;
	address.valid_s = left_s(lease->address_until_ms, now_ms);
	address.preferred_s = left_s(lease->address_preferred_ms, now_ms);
	rtnl_add_address(
	    a->rtnl, next_request(a, on_address), &address, NLM_F_REPLACE);
}

static void set_prefix(
    struct dhcp6_apply *a, const struct dhcp6_lease *lease)
{
	const struct rtnl_link *link = rtnl_find_link(a->rtnl, a->ifindex);
	struct ip_object object;

	memset(&object, 0, sizeof(object));
	a->has_prefix = lease && lease->lease.has_prefix;
	if (!a->has_prefix) {
		ip_repair_end(&a->repair);
		(void)ip_objects_set(&a->routes, NULL, 0);
		return;
	}
	a->prefix = lease->lease.prefix;
	object.type = IP_ROUTE;
	object.route.type = RTN_UNREACHABLE;
	object.route.table = link ? link->vrf_table : 0;
	object.route.metric = UNREACHABLE_METRIC;
	object.route.to = a->prefix;
	ip_repair_begin(&a->repair, 0, false);
	(void)ip_objects_set(&a->routes, &object, 1);
	(void)ip_objects_again(&a->routes);
}

bool dhcp6_apply_set(struct dhcp6_apply *a, const struct dhcp6_lease *lease,
    uint64_t now_ms)
{
	overtake(a);
	set_address(a, lease, now_ms);
	set_prefix(a, lease);
	return dhcp6_apply_is_pending(a);
}
