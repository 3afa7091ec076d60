/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"

static const struct schema_key keys[] = {
	{
	    .name = "local",
	    .type = VALUE_TEXT,
	    .flags = KEY_REQUIRED,
	    .check = value_check_ip,
	    .doc = "The address to send from.",
	},
	{
	    .name = "remote",
	    .type = VALUE_TEXT,
	    .flags = KEY_REQUIRED,
	    .check = value_check_ip,
	    .doc = "The other end.",
	},
	{
	    .name = "ethernet",
	    .type = VALUE_BOOL,
	    .flags = KEY_FIXED,
	    .fallback = "false",
	    .doc = "Whether it carries whole Ethernet frames "
		   "(gretap), as a bridge's port must, or IP "
		   "packets.",
	},
	{
	    .name = "key",
	    .type = VALUE_INTEGER,
	    .max = UINT32_MAX,
	    .doc = "Tells this tunnel from others between the same "
		   "ends (RFC 2890); the same at both.",
	},
	{
	    .name = "ttl",
	    .type = VALUE_INTEGER,
	    .max = 255,
	    .fallback = "64",
	    .doc = "How many routers may be on the way; 0: as the "
		   "packet inside says.",
	},
	MADE_LINK_KEYS,
	{ 0 },
};

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

static void check(const struct config *config, struct config_check *check)
{
	value_check_family(config, check, "local", "remote");
}

const struct schema schema_gre = {
	.kind = "gre",
	.doc = "Makes a GRE tunnel (RFC 2784), between IPv4 or IPv6 addresses. "
	       "Over a node, it leaves by that node's device.",
	.flags = SCHEMA_MAKES,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
	.check = check,
};
