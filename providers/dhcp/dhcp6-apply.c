/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/dhcp6-apply.h"

#include <assert.h>
#include <string.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "base/macros.h"

/* Behind every other. */
enum { UNREACHABLE_METRIC = 1 << 30 };

/* ---- requests ---- */

static void answered(struct dhcp6_apply *a, int error, const char *message)
{
	if (!--a->n_pending || error)
		a->done(a, error, message);
}

static void on_address(
    struct rtnl_request *request, int error, const char *message)
{
	answered(request->ctx, error, message);
}

/* What is gone needs no removing; the route may be there already. */
static void on_other(
    struct rtnl_request *request, int error, const char *message)
{
	(void)error;
	answered(request->ctx, 0, message);
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
		    a->rtnl, next_request(a, on_other), &address);
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
	uint32_t table = link ? link->vrf_table : 0;
	struct rtnl_route_change route = { .type = RTN_UNREACHABLE,
		.table = a->table, .metric = UNREACHABLE_METRIC,
		.to = a->prefix };
	bool wants = lease && lease->lease.has_prefix;

	if (wants && a->has_prefix && a->table == table &&
	    is_equal(&a->prefix, &lease->lease.prefix))
		return;
	if (a->has_prefix)
		rtnl_delete_route(a->rtnl, next_request(a, on_other), &route);
	a->has_prefix = wants;
	if (!wants)
		return;
	a->prefix = route.to = lease->lease.prefix;
	a->table = route.table = table;
	rtnl_add_route(
	    a->rtnl, next_request(a, on_other), &route, NLM_F_EXCL);
}

bool dhcp6_apply_set(struct dhcp6_apply *a, const struct dhcp6_lease *lease,
    uint64_t now_ms)
{
	overtake(a);
	set_address(a, lease, now_ms);
	set_prefix(a, lease);
	return a->n_pending;
}

void dhcp6_apply_forget(struct dhcp6_apply *a)
{
	overtake(a);
	a->has_address = false;
	set_prefix(a, NULL);
	overtake(a);
}
