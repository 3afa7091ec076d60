/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"

/* In the order of the kernel's numbers. */
static const char *const modes[] = { "private", "vepa", "bridge", "passthru",
	NULL };

static const struct schema_key keys[] = {
	{
	    .name = "mode",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .fallback = "bridge",
	    .choices = modes,
	    .doc = "What its kind may hear of each other on the same "
		   "device: nothing, through a switch outside, all; "
		   "or passthru, the only one.",
	},
	MADE_LINK_KEYS,
	MADE_LINK_MAC,
	{ 0 },
};

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

const struct schema schema_macvlan = {
	.kind = "macvlan",
	.doc = "Makes a device with a link-layer address of its own on the one "
	       "that it is over.",
	.flags = SCHEMA_MAKES | SCHEMA_OVER,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
};
