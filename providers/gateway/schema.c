/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>

#include "providers/schemas.h"

static const char *const families[] = { "any", "ipv4", "ipv6", NULL };

static const struct schema_key keys[] = {
	{
	    .name = "family",
	    .type = VALUE_TEXT,
	    .fallback = "any",
	    .choices = families,
	    .doc = "Which routes count: ipv4, ipv6, or any.",
	},
	{
	    .name = "device",
	    .type = VALUE_TEXT,
	    .doc = "Only routes over the device of that name count.",
	},
	{
	    .name = "table",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .fallback = "254",
	    .doc = "The routing table's number; 254 is the main one.",
	},
	{ 0 },
};

static const struct schema_fact facts[] = {
	{ .name = "gateway", .doc = "The router's address; none when the "
				    "route leads onto the link itself." },
	{ .name = "device", .doc = "The device the route leads over." },
	{ .name = "ifindex", .doc = "That device's number." },
	{ 0 },
};

const struct schema schema_gateway = {
	.kind = "gateway",
	.doc = "Observes a routing table, the main one unless it is told "
	       "otherwise, and is up while there is a default route. Changes "
	       "nothing.",
	.flags = SCHEMA_OBSERVES,
	.keys = keys,
	.facts = facts,
};
