/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"

static const struct schema_key keys[] = {
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
	    .doc = "Whether to add all routes that the server sends (option "
		   "121). Without it, only the default route: a server could "
		   "otherwise lead traffic past a tunnel.",
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
	{.name = "dns", .doc = "The name servers, separated by spaces."},
	{.name = "domain", .doc = "The domain."},
	{
	    .name = "lease-expires",
	    .doc = "When the lease ends, in seconds since 1970, or never.",
	},
	{0},
};

const struct schema schema_dhcp = {
	.kind = "dhcp",
	.doc = "An IPv4 address with its default route, from a DHCP server.",
	.flags = SCHEMA_OVER | SCHEMA_ROUTES,
	/* It says after 5 s that no server answers, and waits on. */
	.timeout_ms = 60000,
	.keys = keys,
	.facts = facts,
};
