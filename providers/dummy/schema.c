/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"

static const struct schema_key keys[] = {
	MADE_LINK_KEYS,
	MADE_LINK_MAC,
	{ 0 },
};

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

const struct schema schema_dummy = {
	.kind = "dummy",
	.doc = "Makes a dummy device: one that is always there and drops what "
	       "is sent to it; a place for addresses that belong to no card.",
	.flags = SCHEMA_MAKES,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
};
