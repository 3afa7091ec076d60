/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"

/* In the order of the kernel's numbers (linux/if_bonding.h). */
static const char *const modes[] = { "balance-rr", "active-backup",
	"balance-xor", "broadcast", "802.3ad", "balance-tlb",
	"balance-alb", NULL };
static const char *const hashes[] = { "layer2", "layer3+4", "layer2+3",
	"encap2+3", "encap3+4", NULL };
static const char *const rates[] = { "slow", "fast", NULL };

static const struct schema_key keys[] = {
	{
	    .name = "ports",
	    .type = VALUE_NODE,
	    .flags = KEY_LIST,
	    .relation = KEY_PULLS,
	    .doc = "The nodes whose devices are its ports, while "
		   "they are up; of a template, all instances.",
	},
	{
	    .name = "mode",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED | KEY_PLAIN,
	    .fallback = "balance-rr",
	    .choices = modes,
	    .doc = "How the ports share the traffic.",
	},
	{
	    .name = "primary",
	    .type = VALUE_NODE,
	    .relation = KEY_FOLLOWS,
	    .doc = "The one of its ports that is used whenever it has a "
		   "carrier, in the modes that use one at a time.",
	},
	{
	    .name = "miimon",
	    .type = VALUE_DURATION,
	    .fallback = "100ms",
	    .doc = "How often the carriers of the ports are looked "
		   "at.",
	},
	{
	    .name = "min-links",
	    .type = VALUE_INTEGER,
	    .max = 65535,
	    .fallback = "0",
	    .doc = "With fewer ports that have a carrier the bond "
		   "has none; with 802.3ad.",
	},
	{
	    .name = "hash",
	    .type = VALUE_TEXT,
	    .fallback = "layer2",
	    .choices = hashes,
	    .doc = "Which port a packet takes, in the modes that "
		   "decide by its addresses.",
	},
	{
	    .name = "lacp-rate",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .fallback = "slow",
	    .choices = rates,
	    .doc = "How often the other end is to say something, "
		   "with 802.3ad: every 30 s or every second.",
	},
	MADE_LINK_KEYS,
	MADE_LINK_MAC,
	{ 0 },
};

static const struct key_rule rules[] = {
	{ RULE_WITH, { "primary", "ports" } },
	{ RULE_NONE, { "primary" }, "mode",
	    { "balance-rr", "balance-xor", "broadcast", "802.3ad" } },
	{ RULE_NONE, { "hash" }, "mode",
	    { "balance-rr", "active-backup", "broadcast", "balance-alb" } },
	{ RULE_NONE, { "lacp-rate", "min-links" }, "mode",
	    { "balance-rr", "active-backup", "balance-xor", "broadcast" } },
	{ RULE_NONE, { "lacp-rate", "min-links" }, "mode",
	    { "balance-tlb", "balance-alb" } },
	{ 0 },
};

static void check(const struct config *config, struct config_check *check)
{
	value_check_port(config, check, config, "primary");
}

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

const struct schema schema_bond = {
	.kind = "bond",
	.doc = "Makes one device of several. It is up while it has a carrier.",
	.flags = SCHEMA_MAKES,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
	.rules = rules,
	.check = check,
};
