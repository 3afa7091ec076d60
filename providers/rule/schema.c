/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/ip.h"
#include "providers/schemas.h"
#include "providers/support/value-check.h"

static const char *const actions[] = { "lookup", "blackhole", "unreachable",
	"prohibit", NULL };
static const char *const families[] = { "ipv4", "ipv6", NULL };

static const struct schema_key keys[] = {
	{
	    .name = "priority",
	    .type = VALUE_INTEGER,
	    .flags = KEY_REQUIRED,
	    .min = 1,
	    .max = 32765, /* before that of the main table */
	    .doc = "Rules are asked in this order, the least first.",
	},
	{
	    .name = "from",
	    .type = VALUE_TEXT,
	    .check = value_check_selector,
	    .doc = "Only what comes from there: a network, or an address. "
		   "A fact that is an address with the length of its prefix, "
		   "as that of a lease, is that one address.",
	},
	{
	    .name = "to",
	    .type = VALUE_TEXT,
	    .check = value_check_selector,
	    .doc = "Only what goes there, in the same way.",
	},
	{
	    .name = "iif",
	    .type = VALUE_TEXT,
	    .check = device_name_check,
	    .doc = "Only what came in by this device (lo: what was sent from "
		   "here).",
	},
	{
	    .name = "oif",
	    .type = VALUE_TEXT,
	    .check = device_name_check,
	    .doc = "Only what is bound to this device.",
	},
	{
	    .name = "mark",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .doc = "Only what the firewall, or a socket, has marked so.",
	},
	{
	    .name = "family",
	    .type = VALUE_TEXT,
	    .choices = families,
	    .doc = "ipv4 or ipv6. Without it, that of from or to; without "
		   "these, a rule for each.",
	},
	{
	    .name = "action",
	    .type = VALUE_TEXT,
	    .flags = KEY_PLAIN,
	    .fallback = "lookup",
	    .choices = actions,
	    .doc = "Which table is asked: table; or the traffic is dropped, "
		   "with or without a word.",
	},
	{
	    .name = "table",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .doc = "The routing table's number, of lookup.",
	},
	{ 0 },
};

static const struct key_rule rules[] = {
	{ RULE_SOME, { "table" }, "action", { "lookup" } },
	{ RULE_NONE, { "table" }, "action",
	    { "blackhole", "unreachable", "prohibit" } },
	{ 0 },
};

/* Of no family: it is not there. */
static struct ip_prefix read_selector(
    const struct config *config, const char *key)
{
	const char *text = config_text(config, key);
	struct ip_prefix prefix = { 0 };

	if (text)
		(void)ip_parse_prefix(text, &prefix);
	return prefix;
}

/* Written so, one cannot tell which of the two is meant. */
static void check_selector(const struct config *config, const char *key,
    struct config_check *check)
{
	struct ip_prefix prefix = read_selector(config, key);
	char address[IP_TEXT_SIZE], network[SUGGESTION_SIZE];
	const char *text = config_text(config, key);

	if (!text || config_is_expanded(config, key) ||
	    !value_check_network(text))
		return;
	(void)value_suggest_network(text, network);
	config_wrong(check, config, key, 0,
	    "'%s' is neither a network nor an address; write %s for the one, "
	    "or %s for the other", key, network,
	    ip_print(&prefix.ip, address));
}

static void check(const struct config *config, struct config_check *check)
{
	const char *word = config_text(config, "family");
	uint32_t family = !word ? AF_UNSPEC
	    : !strcmp(word, "ipv6") ? AF_INET6
				    : AF_INET;
	uint32_t from = read_selector(config, "from").ip.family;
	uint32_t to = read_selector(config, "to").ip.family;

	check_selector(config, "from", check);
	check_selector(config, "to", check);
	if (from && to && from != to)
		config_wrong(check, config, "to", 0,
		    "'from' and 'to' are of different families");
	else if (family && (from || to) && family != (from ? from : to))
		config_wrong(check, config, "family", 0,
		    "'%s' is of another family", from ? "from" : "to");
}

const struct schema schema_rule = {
	.kind = "rule",
	.doc = "A policy rule: which routing table decides where traffic "
	       "goes.",
	.timeout_ms = 30000,
	.keys = keys,
	.rules = rules,
	.check = check,
};
