/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"

/* In the order of the kernel's numbers. */
static const char *const modes[] = { "l2", "l3", "l3s", NULL };

static const struct schema_key keys[] = {
	{
	    .name = "mode",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .fallback = "l2",
	    .choices = modes,
	    .doc = "How it tells what is for it: by link-layer, as a "
		   "bridge; by address, as a router; as that, with "
		   "the filters of this host.",
	},
	MADE_LINK_KEYS,
	{ 0 },
};

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

const struct schema schema_ipvlan = {
	.kind = "ipvlan",
	.doc = "Makes a device that shares the link-layer address of the one "
	       "that it is over.",
	.flags = SCHEMA_MAKES | SCHEMA_OVER,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
};
