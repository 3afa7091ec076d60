/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/lease.h"

#include <string.h>

#include "base/macros.h"

const char *dhcp_flaw_text(enum dhcp_flaw flaw)
{
	static const char *const texts[] = {
		[DHCP_FLAW_NONE] = "is good",
		[DHCP_FLAW_MALFORMED] = "is malformed",
		[DHCP_FLAW_SERVER] = "does not name its server",
		[DHCP_FLAW_ADDRESS] = "has an address no host can have",
		[DHCP_FLAW_MASK] = "has a subnet mask that makes no sense",
		[DHCP_FLAW_NETWORK] =
		    "has the subnet's network or broadcast address",
		[DHCP_FLAW_ROUTER] =
		    "has a router that its subnet cannot reach",
		[DHCP_FLAW_LIFETIME] = "has no lease time",
		[DHCP_FLAW_OTHER] = "has another address than agreed",
		[DHCP_FLAW_LIST] = "has a list or a text out of bounds",
	};

	if ((unsigned)flaw >= ARRAY_SIZE(texts))
		return "is no use";
	return texts[flaw];
}

struct in_addr dhcp_mask(uint32_t prefix_length)
{
	uint32_t mask = prefix_length ? UINT32_MAX << (32 - prefix_length) : 0;

	return (struct in_addr){htonl(mask)};
}

bool dhcp_same_subnet(
    struct in_addr a, struct in_addr b, uint32_t prefix_length)
{
	return !((a.s_addr ^ b.s_addr) & dhcp_mask(prefix_length).s_addr);
}

bool dhcp_address_is_usable(struct in_addr address)
{
	uint32_t first = ntohl(address.s_addr) >> 24;

	return first > 0 && first != 127 && first < 224;
}

bool dhcp_domain_is_valid(const char *domain, size_t n)
{
	size_t label = 0;

	if (n < 1 || n > DHCP_DOMAIN_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = domain[i];

		if (c == '.') {
			if (!label)
				return false;
			label = 0;
			continue;
		}
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '-')
			return false;
		if (++label > 63)
			return false;
	}
	return label > 0;
}

/* A /31 (RFC 3021) has neither a network nor a broadcast address, and a /32
 * has no neighbours at all. */
static enum dhcp_flaw check_address(const struct dhcp_lease *l)
{
	uint32_t host;

	if (!dhcp_address_is_usable(l->address))
		return DHCP_FLAW_ADDRESS;
	if (l->prefix_length < 8 || l->prefix_length > 32)
		return DHCP_FLAW_MASK;
	if (l->prefix_length > 30)
		return DHCP_FLAW_NONE;
	host = ntohl(l->address.s_addr & ~dhcp_mask(l->prefix_length).s_addr);
	if (!host || host == UINT32_MAX >> l->prefix_length)
		return DHCP_FLAW_NETWORK;
	return DHCP_FLAW_NONE;
}

/*
 * Is it a neighbour? Clouds lease a /32 and a router that is reached on the
 * link all the same: then any other host's address will do.
 */
static bool is_neighbour(const struct dhcp_lease *l, struct in_addr router)
{
	uint32_t host;

	if (!dhcp_address_is_usable(router) ||
	    router.s_addr == l->address.s_addr)
		return false;
	if (l->prefix_length == 32)
		return true;
	if (!dhcp_same_subnet(router, l->address, l->prefix_length))
		return false;
	if (l->prefix_length == 31)
		return true;
	host = ntohl(router.s_addr & ~dhcp_mask(l->prefix_length).s_addr);
	return host && host != UINT32_MAX >> l->prefix_length;
}

static bool check_route(const struct dhcp_lease *l, const struct dhcp_route *r)
{
	if (r->prefix_length < 1 || r->prefix_length > 32)
		return false;
	if (r->to.s_addr & ~dhcp_mask(r->prefix_length).s_addr)
		return false;
	if (!dhcp_address_is_usable(r->to))
		return false;
	return !r->via.s_addr || is_neighbour(l, r->via);
}

static bool check_addresses(
    const struct in_addr *addresses, uint32_t n, uint32_t max)
{
	for (uint32_t i = 0; n <= max && i < n; i++)
		if (!dhcp_address_is_usable(addresses[i]))
			return false;
	return n <= max;
}

/* "", or a name that ends in the space for it. */
static bool check_name(const char name[DHCP_DOMAIN_MAX + 3])
{
	size_t n = strnlen(name, DHCP_DOMAIN_MAX + 3);

	return !n || dhcp_domain_is_valid(name, n);
}

static bool check_lists(const struct dhcp_lease *l)
{
	if (!check_addresses(l->dns, l->n_dns, DHCP_DNS_MAX) ||
	    !check_addresses(l->ntp, l->n_ntp, DHCP_NTP_MAX) ||
	    l->n_routes > DHCP_ROUTES_MAX)
		return false;
	for (uint32_t i = 0; i < l->n_routes; i++)
		if (!check_route(l, &l->routes[i]))
			return false;
	if (l->mtu && (l->mtu < DHCP_MTU_MIN || l->mtu > DHCP_MTU_MAX))
		return false;
	return check_name(l->domain) && check_name(l->hostname);
}

enum dhcp_flaw dhcp_lease_check(const struct dhcp_lease *l)
{
	enum dhcp_flaw flaw = check_address(l);

	if (flaw)
		return flaw;
	if (!dhcp_address_is_usable(l->server))
		return DHCP_FLAW_SERVER;
	if (!l->lifetime_s)
		return DHCP_FLAW_LIFETIME;
	if (l->has_default > 1 || (!l->has_default && l->router.s_addr))
		return DHCP_FLAW_ROUTER;
	if (l->router.s_addr && !is_neighbour(l, l->router))
		return DHCP_FLAW_ROUTER;
	return check_lists(l) ? DHCP_FLAW_NONE : DHCP_FLAW_LIST;
}
