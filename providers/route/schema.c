/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/value-check.h"

static const char *const types[] = { "unicast", "blackhole", "unreachable",
	"prohibit", "throw", "local", NULL };

static const struct schema_key hop_keys[] = {
	{
	    .name = "via",
	    .type = VALUE_TEXT,
	    .flags = KEY_REQUIRED,
	    .check = value_check_ip,
	    .doc = "The router.",
	},
	{
	    .name = "weight",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = 256,
	    .fallback = "1",
	    .doc = "Its share of the traffic, beside the others'.",
	},
	{ 0 },
};

static const struct schema_key keys[] = {
	{
	    .name = "to",
	    .type = VALUE_TEXT,
	    .flags = KEY_REQUIRED | KEY_LIST,
	    .check = value_check_destination,
	    .doc = "Where it leads: networks, or default.",
	},
	{
	    .name = "via",
	    .type = VALUE_TEXT,
	    .check = value_check_ip,
	    .doc = "The router. Without it, the gateway that the node below "
		   "knows; if there is none, all is on the link.",
	},
	{
	    .name = "hops",
	    .type = VALUE_SECTION,
	    .flags = KEY_LIST,
	    .keys = hop_keys,
	    .doc = "Several routers that share the traffic, instead of via.",
	},
	{
	    .name = "on-link",
	    .type = VALUE_BOOL,
	    .fallback = "false",
	    .doc = "The router is on the link, whatever its address.",
	},
	{
	    .name = "type",
	    .type = VALUE_TEXT,
	    .fallback = "unicast",
	    .choices = types,
	    .doc = "What happens to what takes this way: it is sent on, or "
		   "dropped (with or without a word), or the next rule is "
		   "asked, or it is for this host.",
	},
	{
	    .name = "table",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .fallback = "254",
	    .doc = "The routing table's number; 254 is the main one.",
	},
	{
	    .name = "metric",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .doc = "Of several ways, the one with the least is taken. Without "
		   "it, default routes have 1000 and their place in the order "
		   "of preference, as with dhcp, others 0 (IPv6: 1024).",
	},
	{
	    .name = "source",
	    .type = VALUE_TEXT,
	    .check = value_check_ip,
	    .doc = "The address that is sent from, if nothing else says so.",
	},
	{
	    .name = "mtu",
	    .type = VALUE_INTEGER,
	    .min = 68, /* RFC 791 */
	    .max = 65535,
	    .doc = "Largest packet on this way, in bytes.",
	},
	{ 0 },
};

const struct schema schema_route = {
	.kind = "route",
	.doc = "Routes that are known beforehand. Over a node, its device and "
	       "gateway are used, so that a route over an uplink follows the "
	       "member that it has selected.",
	.flags = SCHEMA_ROUTES,
	.timeout_ms = 30000,
	.keys = keys,
};
