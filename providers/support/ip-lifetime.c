/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel counts the lifetimes of an address in seconds from when it was
 * told them, and tells what is left. So do we: what is put there again is to
 * end when it would have ended.
 *
 * An IPv4 address without an end it does not deprecate by itself, but when it
 * is told to.
 */
#include "providers/support/ip-item.h"

#include "base/macros.h"

enum { SLACK_S = 2 }; /* of the kernel's rounding, and of ours */

static uint64_t now_ms(const struct ip_objects *o)
{
	return uv_now(o->rtnl->loop);
}

void ip_lifetime_begin(struct ip_item *item)
{
	item->since_ms = now_ms(item->of);
}

static uint64_t end_of(const struct ip_item *item, uint32_t lifetime_s)
{
	return lifetime_s == UINT32_MAX ? UINT64_MAX
					: item->since_ms + 1000ULL * lifetime_s;
}

uint64_t ip_lifetime_end(const struct ip_item *item)
{
	return item->object.type == IP_ADDRESS
	    ? end_of(item, item->object.address.valid_s)
	    : UINT64_MAX;
}

/* In the kernel's seconds, rounded up: our clock is to be the first. */
static uint32_t left_s(const struct ip_item *item, uint32_t lifetime_s)
{
	uint64_t now = now_ms(item->of), end = end_of(item, lifetime_s);

	if (end == UINT64_MAX)
		return UINT32_MAX;
	return end > now ? (uint32_t)((end - now + 999) / 1000) : 0;
}

/* We have to tell the kernel when it is not preferred any more. */
static bool is_ours_to_deprecate(const struct rtnl_address *address)
{
	return address->address.ip.family == AF_INET &&
	    address->valid_s == UINT32_MAX &&
	    address->preferred_s != UINT32_MAX;
}

struct rtnl_address ip_lifetime_left(const struct ip_item *item)
{
	struct rtnl_address address = item->object.address;

	address.valid_s = left_s(item, address.valid_s);
	if (!address.valid_s)
		address.valid_s = 1; /* it has none without */
	address.preferred_s = left_s(item, address.preferred_s);
	if (address.preferred_s && is_ours_to_deprecate(&item->object.address))
		address.preferred_s = UINT32_MAX;
	return address;
}

static bool is_about(uint32_t a_s, uint32_t b_s)
{
	return a_s > b_s ? a_s - b_s <= SLACK_S : b_s - a_s <= SLACK_S;
}

static bool find(const struct ip_item *item, struct rtnl_lifetimes *ret)
{
	const struct rtnl_address *address = &item->object.address;

	return item->object.type == IP_ADDRESS &&
	    rtnl_find_lifetimes(item->of->rtnl, address->ifindex,
		&address->address, ret);
}

static bool is_so(const struct ip_item *item, const struct rtnl_lifetimes *is)
{
	struct rtnl_address wanted = ip_lifetime_left(item);

	return is_about(is->valid_s, wanted.valid_s) &&
	    is_about(is->preferred_s, wanted.preferred_s);
}

bool ip_lifetime_differs(const struct ip_item *item)
{
	struct rtnl_lifetimes is;

	return find(item, &is) && !is_so(item, &is);
}

/* When we have deprecated it ourselves, the kernel was told that later than
 * its lifetimes. */
static uint64_t age_ms(
    const struct ip_item *item, const struct rtnl_lifetimes *is)
{
	return is_ours_to_deprecate(&item->object.address) && !is->preferred_s
	    ? is->made_ms
	    : is->age_ms;
}

bool ip_lifetime_continues(struct ip_item *item)
{
	const struct rtnl_address *address = &item->object.address;
	uint64_t since_ms = item->since_ms, age;
	struct rtnl_lifetimes is;

	if (!find(item, &is))
		return false;
	age = age_ms(item, &is);
	item->since_ms -= age < since_ms ? age : since_ms;
	if (is_so(item, &is))
		return true;
	/* Nobody was there to deprecate it: the kernel is to hear it now. */
	if (is_ours_to_deprecate(address) && is.valid_s == UINT32_MAX &&
	    !left_s(item, address->preferred_s))
		return false;
	item->since_ms = since_ms;
	return false;
}

const struct ip_object *ip_objects_over(
    const struct ip_objects *o, unsigned within_ms)
{
	const struct ip_item *item;

	list_for_each(item, &o->items, struct ip_item, link)
		if (ip_lifetime_end(item) <= now_ms(o) + within_ms)
			return &item->object;
	return NULL;
}

uint64_t ip_objects_deadline(const struct ip_objects *o)
{
	uint64_t first = UINT64_MAX;
	const struct ip_item *item;

	list_for_each(item, &o->items, struct ip_item, link) {
		const struct rtnl_address *address = &item->object.address;
		uint64_t end = ip_lifetime_end(item);

		if (item->object.type == IP_ADDRESS &&
		    is_ours_to_deprecate(address) &&
		    end_of(item, address->preferred_s) > now_ms(o))
			end = end_of(item, address->preferred_s);
		first = end < first ? end : first;
	}
	return first;
}
