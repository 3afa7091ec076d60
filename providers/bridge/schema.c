/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/macros.h"
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"

enum { VLAN_MAX = 4094 };

static const struct schema_key port_options[] = {
	{
	    .name = "port",
	    .type = VALUE_NODE,
	    .flags = KEY_REQUIRED,
	    .relation = KEY_FOLLOWS,
	    .doc = "Of which of its ports, as the list has it.",
	},
	{
	    .name = "cost",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = 65535,
	    .doc = "Of a way over it, to the spanning tree (with stp); "
		   "without it, by its speed.",
	},
	{
	    .name = "priority",
	    .type = VALUE_INTEGER,
	    .max = 63,
	    .doc = "To the spanning tree (with stp): of equal ways that "
		   "of the lower number; the kernel's default is 32.",
	},
	{
	    .name = "isolated",
	    .type = VALUE_BOOL,
	    .fallback = "false",
	    .doc = "It reaches no other port that is isolated.",
	},
	{
	    .name = "learning",
	    .type = VALUE_BOOL,
	    .fallback = "true",
	    .doc = "The bridge learns which addresses are there.",
	},
	{
	    .name = "vlan",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = VLAN_MAX,
	    .doc = "The VLAN of packets without a tag, in and out; with "
		   "vlan-filtering.",
	},
	{
	    .name = "tagged",
	    .type = VALUE_INTEGER,
	    .flags = KEY_LIST,
	    .min = 1,
	    .max = VLAN_MAX,
	    .doc = "The VLANs whose packets have a tag there; with "
		   "vlan-filtering.",
	},
	{ 0 },
};

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
	    .flags = KEY_PLAIN,
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
	{
	    .name = "port-options",
	    .type = VALUE_SECTION,
	    .flags = KEY_LIST,
	    .keys = port_options,
	    .doc = "What is different at some ports.",
	},
	MADE_LINK_KEYS,
	MADE_LINK_MAC,
	{ 0 },
};

static const struct key_rule rules[] = {
	{ RULE_WITH, { "port-options", "ports" } },
	{ RULE_NONE, { "forward-delay" }, "stp", { "false" } },
	{ 0 },
};

/* Of a port the kernel keeps these, and does not look at them. */
static void check_meaning(const struct config *config,
    const struct config *options, struct config_check *check)
{
	static const struct {
		const char *key, *needs;
	} rows[] = {
		{ "cost", "stp" },
		{ "priority", "stp" },
		{ "vlan", "vlan-filtering" },
		{ "tagged", "vlan-filtering" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (config_count(options, rows[i].key) &&
		    config_count(config, rows[i].needs) &&
		    !config_bool(config, rows[i].needs))
			config_wrong(check, options, rows[i].key, 0,
			    "'%s' means nothing without '%s: true' of the "
			    "bridge", rows[i].key, rows[i].needs);
}

/* The bridge keeps one of the two for each VLAN of a port. */
static void check_tagged(
    const struct config *options, struct config_check *check)
{
	int64_t own = config_integer(options, "vlan");

	for (uint32_t i = 0; own && i < config_count(options, "tagged"); i++)
		if (config_integer_at(options, "tagged", i) == own)
			config_wrong(check, options, "tagged", i,
			    "VLAN %d is the port's 'vlan', whose packets have "
			    "no tag; it cannot be in 'tagged', too: take it "
			    "out of one of the two", (int)own);
}

static void check(const struct config *config, struct config_check *check)
{
	for (uint32_t i = 0; i < config_count(config, "port-options"); i++) {
		const struct config *options =
		    config_section_at(config, "port-options", i);

		value_check_port(config, check, options, "port");
		check_meaning(config, options, check);
		check_tagged(options, check);
	}
}

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

const struct schema schema_bridge = {
	.kind = "bridge",
	.doc = "Makes a bridge. It is up when it is made, with ports or "
	       "without.",
	.flags = SCHEMA_MAKES,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
	.rules = rules,
	.check = check,
};
