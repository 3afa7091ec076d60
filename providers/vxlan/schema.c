/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"

static const struct schema_key keys[] = {
	{
	    .name = "id",
	    .type = VALUE_INTEGER,
	    .flags = KEY_REQUIRED | KEY_FIXED,
	    .min = 1,
	    .max = 16777215,
	    .doc = "The network's number (VNI).",
	},
	{
	    .name = "remote",
	    .type = VALUE_TEXT,
	    .check = value_check_ip,
	    .doc = "Where to send what is for an address not yet "
		   "learnt: another host, or a multicast group.",
	},
	{
	    .name = "local",
	    .type = VALUE_TEXT,
	    .check = value_check_ip,
	    .doc = "The address to send from; without it, that of "
		   "the way there.",
	},
	{
	    .name = "port",
	    .type = VALUE_INTEGER,
	    .flags = KEY_FIXED,
	    .min = 1,
	    .max = 65535,
	    .fallback = "4789",
	    .doc = "The UDP port (RFC 7348).",
	},
	{
	    .name = "learning",
	    .type = VALUE_BOOL,
	    .fallback = "true",
	    .doc = "Whether it learns from what comes in where an "
		   "address is.",
	},
	{
	    .name = "ttl",
	    .type = VALUE_INTEGER,
	    .max = 255,
	    .doc = "How many routers may be on the way; 0: the "
		   "kernel's choice.",
	},
	{
	    .name = "ageing-time",
	    .type = VALUE_DURATION,
	    .fallback = "300s",
	    .doc = "How long it is known where an address is.",
	},
	MADE_LINK_KEYS,
	MADE_LINK_MAC,
	{ 0 },
};

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

static void check(const struct config *config, struct config_check *check)
{
	value_check_family(config, check, "local", "remote");
}

const struct schema schema_vxlan = {
	.kind = "vxlan",
	.doc = "Makes an Ethernet device whose packets travel in UDP (RFC "
	       "7348). Over a node, they leave by that node's device.",
	.flags = SCHEMA_MAKES,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
	.check = check,
};
