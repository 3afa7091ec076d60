/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"

static const struct schema_key keys[] = {
	{
	    .name = "table",
	    .type = VALUE_INTEGER,
	    .flags = KEY_REQUIRED | KEY_FIXED,
	    .min = 1,
	    .max = UINT32_MAX,
	    .doc = "The routing table of all that comes and goes by "
		   "its ports.",
	},
	{
	    .name = "ports",
	    .type = VALUE_NODE,
	    .flags = KEY_LIST,
	    .relation = KEY_PULLS,
	    .doc = "The nodes whose devices are its ports, while "
		   "they are up; of a template, all instances.",
	},
	MADE_LINK_KEYS,
	MADE_LINK_MAC,
	{ 0 },
};

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

const struct schema schema_vrf = {
	.kind = "vrf",
	.doc = "Makes a virtual router (VRF): what comes and goes by its ports "
	       "is routed by a table of its own.",
	.flags = SCHEMA_MAKES,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
};
