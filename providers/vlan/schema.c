/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"

static const char *const protocols[] = { "802.1q", "802.1ad", NULL };

static const struct schema_key keys[] = {
	{
	    .name = "id",
	    .type = VALUE_INTEGER,
	    .flags = KEY_REQUIRED | KEY_FIXED,
	    .min = 1, /* IEEE 802.1Q: 0 and 4095 are no VLANs */
	    .max = 4094,
	    .doc = "The VLAN's number.",
	},
	{
	    .name = "protocol",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .fallback = "802.1q",
	    .choices = protocols,
	    .doc = "Which tag it is: 802.1q, or 802.1ad for the outer one of "
		   "two.",
	},
	MADE_LINK_KEYS,
	MADE_LINK_MAC,
	{ 0 },
};

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

const struct schema schema_vlan = {
	.kind = "vlan",
	.doc = "Makes a VLAN on the device that it is over.",
	.flags = SCHEMA_MAKES | SCHEMA_OVER,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
};
