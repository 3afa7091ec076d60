/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"

static const struct schema_key keys[] = {
	{
	    .name = "ports",
	    .type = VALUE_NODE,
	    .flags = KEY_LIST,
	    .relation = KEY_PULLS,
	    .doc = "The nodes whose devices are its ports, while they are up. "
		   "Of a template, all instances: a new card joins when it "
		   "appears.",
	},
	{
	    .name = "stp",
	    .type = VALUE_BOOL,
	    .fallback = "false",
	    .doc = "The spanning tree protocol, in the kernel's own version.",
	},
	{
	    .name = "forward-delay",
	    .type = VALUE_DURATION,
	    .fallback = "15s",
	    .doc = "How long a port listens and learns before it forwards, "
		   "with stp.",
	},
	{
	    .name = "ageing-time",
	    .type = VALUE_DURATION,
	    .fallback = "300s",
	    .doc = "How long the bridge knows at which port an address is.",
	},
	{
	    .name = "vlan-filtering",
	    .type = VALUE_BOOL,
	    .flags = KEY_FIXED,
	    .fallback = "false",
	    .doc = "Ports carry only the VLANs that they are in.",
	},
	MADE_LINK_KEYS,
	MADE_LINK_MAC,
	{ 0 },
};

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

const struct schema schema_bridge = {
	.kind = "bridge",
	.doc = "Makes a bridge. It is up when it is made, with ports or "
	       "without.",
	.flags = SCHEMA_MAKES,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
};
