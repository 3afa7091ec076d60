/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/value-check.h"

static const char *const actions[] = { "lookup", "blackhole", "unreachable",
	"prohibit", NULL };
static const char *const families[] = { "ipv4", "ipv6", NULL };

static const struct schema_key keys[] = {
	{
	    .name = "priority",
	    .type = VALUE_INTEGER,
	    .flags = KEY_REQUIRED,
	    .min = 1,
	    .max = 32765, /* before that of the main table */
	    .doc = "Rules are asked in this order, the least first.",
	},
	{
	    .name = "from",
	    .type = VALUE_TEXT,
	    .check = value_check_selector,
	    .doc = "Only what comes from there: a network, or an address. "
		   "An address with the length of its prefix, such as that of "
		   "a lease, is that one address.",
	},
	{
	    .name = "to",
	    .type = VALUE_TEXT,
	    .check = value_check_selector,
	    .doc = "Only what goes there, in the same way.",
	},
	{
	    .name = "iif",
	    .type = VALUE_TEXT,
	    .check = device_name_check,
	    .doc = "Only what came in by this device (lo: what was sent from "
		   "here).",
	},
	{
	    .name = "oif",
	    .type = VALUE_TEXT,
	    .check = device_name_check,
	    .doc = "Only what is bound to this device.",
	},
	{
	    .name = "mark",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .doc = "Only what the firewall, or a socket, has marked so.",
	},
	{
	    .name = "family",
	    .type = VALUE_TEXT,
	    .choices = families,
	    .doc = "ipv4 or ipv6. Without it, that of from or to; without "
		   "these, a rule for each.",
	},
	{
	    .name = "action",
	    .type = VALUE_TEXT,
	    .fallback = "lookup",
	    .choices = actions,
	    .doc = "Which table is asked: table; or the traffic is dropped, "
		   "with or without a word.",
	},
	{
	    .name = "table",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .doc = "The routing table's number, of lookup.",
	},
	{ 0 },
};

const struct schema schema_rule = {
	.kind = "rule",
	.doc = "A policy rule: which routing table decides where traffic "
	       "goes.",
	.timeout_ms = 30000,
	.keys = keys,
};
