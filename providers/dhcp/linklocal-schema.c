/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"

static const char *const families[] = {"ipv4", "ipv6", NULL};

static const struct schema_key keys[] = {
	{
	    .name = "family",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .fallback = "ipv4",
	    .choices = families,
	    .doc = "ipv4: an address of 169.254.0.0/16 is looked for that "
		   "nobody has. ipv6: the kernel makes one; the node is up "
		   "while it is there.",
	},
	{0},
};

static const struct schema_fact facts[] = {
	{.name = "address", .doc = "The address with its prefix length."},
	{.name = "subnet", .doc = "Of IPv4: 169.254.0.0/16."},
	{0},
};

const struct schema schema_linklocal = {
	.kind = "linklocal",
	.doc = "An address that is good on the link alone, and that no server "
	       "gives.",
	.flags = SCHEMA_OVER,
	.timeout_ms = 60000,
	.keys = keys,
	.facts = facts,
};
