/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "providers/dhcp/prefix-length.h"
#include "providers/schemas.h"

/* In this order: see config_choice(). */
static const char *const checks[] = {"after", "before", NULL};

static const char *const uses[] = {
	"address", "routes", "dns", "ntp", "mtu", "hostname", NULL};

static const char *check_client(const char *text)
{
	return !strcmp(text, "dhclient")
	    ? NULL
	    : "dhclient, the one DHCPv6 client that leaves addresses and "
	      "routes to netconf";
}

static const char *check_prefix_length(const char *text)
{
	return dhcp_prefix_length(text) ? NULL
					: "a prefix length from /48 to /64";
}

static const struct schema_key keys[] = {
	{
	    .name = "use",
	    .type = VALUE_TEXT,
	    .flags = KEY_LIST,
	    .choices = uses,
	    .doc = "What of a lease is used: address, its default route and "
		   "its MTU (of its routes) are applied, dns (with domain and "
		   "search), ntp and hostname are told as facts. So it is "
		   "with addresses, default routes and names of IPv6. Without "
		   "it, all but hostname.",
	},
	{
	    .name = "check-conflict",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .fallback = "after",
	    .choices = checks,
	    .doc = "When to find out whether another host has the address. "
		   "after: it is used at once, and given up if another host "
		   "insists on it. before: it is probed for first, which "
		   "takes about a second; if it is taken, the server is told "
		   "and asked for another after 10 s.",
	},
	{
	    .name = "metric",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .doc = "Metric of the lease's routes. Without it, 1000 and 100 "
		   "times the place of the lease, or of what stands on it, in "
		   "the any that lists it, from 0, and of an instance how many "
		   "come before it: the kernel takes the way that the group "
		   "selects, and the others are there already.",
	},
	{
	    .name = "routes",
	    .type = VALUE_BOOL,
	    .fallback = "false",
	    .doc = "Whether to add all routes that the server sends (options "
		   "121 and 33), and those of routers (RFC 4191). Without it, "
		   "only the default routes: a server could otherwise lead "
		   "traffic past a tunnel.",
	},
	{
	    .name = "ipv4",
	    .type = VALUE_BOOL,
	    .flags = KEY_FIXED,
	    .fallback = "true",
	    .doc = "Whether to ask for an IPv4 lease. Without it, the node is "
		   "up with an IPv6 address and a default route.",
	},
	{
	    .name = "request-prefix",
	    .type = VALUE_TEXT,
	    .check = check_prefix_length,
	    .doc = "Asks for an IPv6 prefix of that length, /48 to /64, by "
		   "DHCPv6, to be handed to other links by address nodes with "
		   "'prefix-from'.",
	},
	{
	    .name = "ipv6",
	    .type = VALUE_BOOL,
	    .fallback = "true",
	    .doc = "Whether to take router advertisements: IPv6 addresses, a "
		   "default route, DNS servers; and addresses, or name and "
		   "time servers, from a DHCPv6 server where they tell so. "
		   "Without it, the kernel's settings stay as they are.",
	},
	{
	    .name = "client",
	    .type = VALUE_TEXT,
	    .fallback = "dhclient",
	    .check = check_client,
	    .doc = "The program that speaks DHCPv6: dhclient, of the package "
		   "isc-dhcp-client. Other packaged ones configure the "
		   "device themselves, and are refused.",
	},
	{0},
};

static const struct schema_fact facts[] = {
	{.name = "address", .doc = "The address with its prefix length."},
	{.name = "subnet", .doc = "The subnet with its prefix length."},
	{.name = "gateway", .doc = "The router of the default route, if any."},
	{
	    .name = "gateway-mac",
	    .later = true,
	    .doc = "The MAC address of that router, when it has answered.",
	},
	{.name = "server", .doc = "The DHCP server."},
	{
	    .name = "dns",
	    .doc = "The name servers, separated by spaces; after those of the "
		   "lease those of IPv6.",
	},
	{
	    .name = "domain",
	    .doc = "The domain of the lease, or the first one to search.",
	},
	{
	    .name = "ntp",
	    .doc = "The time servers, separated by spaces; after those of the "
		   "lease those of IPv6, which may be names.",
	},
	{
	    .name = "hostname",
	    .doc = "The name that the server has for this host, if use asks "
		   "for it.",
	},
	{
	    .name = "search",
	    .doc = "The domains to search that routers advertise and DHCPv6 "
		   "servers tell, separated by spaces.",
	},
	{
	    .name = "prefix",
	    .doc = "The IPv6 prefix that was delegated, with its length.",
	},
	{
	    .name = "address6",
	    .doc = "An IPv6 address with its prefix length.",
	},
	{
	    .name = "subnet6",
	    .doc = "The IPv6 subnet with its prefix length.",
	},
	{
	    .name = "gateway6",
	    .doc = "The router of the IPv6 default route.",
	},
	{
	    .name = "prefixes6",
	    .doc = "The subnets of the link that routers advertise, separated "
		   "by spaces.",
	},
	{
	    .name = "routes6",
	    .doc = "The other routes that the kernel has from routers, with "
		   "'routes': 2001:db8:9::/48 via fe80::1, separated by "
		   "commas.",
	},
	{
	    .name = "lease-expires",
	    .doc = "When the lease ends, in seconds since 1970, or never.",
	},
	{0},
};

const struct schema schema_dhcp = {
	.kind = "dhcp",
	.doc = "Addresses, default routes and name servers as the network "
	       "gives them: of IPv4 from a DHCP server, of IPv6 from routers.",
	.flags = SCHEMA_OVER | SCHEMA_ROUTES,
	/* It says after 5 s that no server answers, and waits on. */
	.timeout_ms = 60000,
	.keys = keys,
	.facts = facts,
};
