/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/kinds.h"

#include <string.h>

static const char *check_address(const char *text)
{
	return strchr(text, '.') ? NULL
				 : "an IPv4 address, such as 192.0.2.1";
}

static const char *const carrier_choices[] = {"follow", "ignore", NULL};

static const struct schema_key link_keys[] = {
    {"mtu", VALUE_INTEGER, .min = 68, .max = 65535},
    {"carrier", VALUE_TEXT, .choices = carrier_choices, .fallback = "follow"},
    {"up", VALUE_BOOL, .fallback = "yes"},
    {0},
};

static const struct schema_key auth_keys[] = {
    {"psk", VALUE_SECRET, KEY_REQUIRED},
    {"identity", VALUE_TEXT, .fallback = "me"},
    {0},
};

static const struct schema_key peer_keys[] = {
    {"name", VALUE_TEXT, KEY_REQUIRED},
    {"every", VALUE_DURATION, .fallback = "25s"},
    {0},
};

static const struct schema_key bridge_peer_keys[] = {
    {"follow", VALUE_NODE, KEY_LIST | KEY_REQUIRED, .relation = KEY_FOLLOWS},
    {0},
};

static const struct schema_key tunnel_keys[] = {
    {"remote", VALUE_TEXT, KEY_REQUIRED, .check = check_address},
    {"networks", VALUE_TEXT, KEY_REQUIRED | KEY_LIST},
    {"marks", VALUE_INTEGER, KEY_LIST},
    {"auth", VALUE_SECTION, .keys = auth_keys},
    {"peers", VALUE_SECTION, KEY_LIST, .keys = peer_keys},
    {0},
};

static const struct schema schema_link = {
    .kind = "link",
    .flags = SCHEMA_DEVICE,
    .timeout_ms = 5000,
    .keys = link_keys,
};

static const struct schema_fact dhcp_facts[] = {
    {"lease-colour", .doc = "No other kind gives it."},
    {0},
};

static const struct schema schema_dhcp = {
    .kind = "dhcp",
    .flags = SCHEMA_OVER,
    .timeout_ms = 30000,
    .facts = dhcp_facts,
};

static const struct schema schema_gateway = {
    .kind = "gateway", .flags = SCHEMA_OBSERVES};

static const struct schema schema_tunnel = {
    .kind = "tunnel", .keys = tunnel_keys};

static const struct schema schema_fake = {
    .kind = "fake", .flags = SCHEMA_SIMULATED};

static const struct schema_key bridge_keys[] = {
    {"master", VALUE_NODE, .relation = KEY_PREREQUISITE},
    {"ports", VALUE_NODE, KEY_LIST, .relation = KEY_PULLS},
    {"prefix-from", VALUE_NODE, .relation = KEY_FOLLOWS},
    {"domains", VALUE_NODE, KEY_LIST | KEY_BY_DOMAIN,
	.relation = KEY_FOLLOWS},
    {"peers", VALUE_SECTION, KEY_LIST, .keys = bridge_peer_keys},
    {0},
};

static const struct schema schema_bridge = {
    .kind = "bridge", .keys = bridge_keys};

static const struct schema_key task_keys[] = {
    {"run", VALUE_TEXT, KEY_REQUIRED | KEY_LIST | KEY_PROGRAM},
    {0},
};

static const struct schema schema_task = {
    .kind = "task", .flags = SCHEMA_TASK, .keys = task_keys};

static const char *const way_types[] = {"plain", "odd", "none", NULL};

static const char *check_key(const char *text)
{
	return strlen(text) == 4 ? NULL : "a key of 4 letters";
}

static bool suggest_address(const char *text, char ret[SUGGESTION_SIZE])
{
	ret[0] = text[0];
	strcpy(ret + 1, ".0");
	return text[0] == '7';
}

static const struct schema_key way_peer_keys[] = {
    {"name", VALUE_TEXT},
    {"inner", VALUE_SECTION, KEY_LIST, .keys = peer_keys},
    {0},
};

static const struct schema_key way_keys[] = {
    {"type", VALUE_TEXT, KEY_PLAIN, .choices = way_types, .fallback = "plain"},
    {"via", VALUE_TEXT, .check = check_address, .suggest = suggest_address},
    {"hops", VALUE_INTEGER, KEY_LIST},
    {"table", VALUE_INTEGER, .fallback = "254"},
    {"peers", VALUE_SECTION, KEY_LIST, .keys = way_peer_keys},
    {"key", VALUE_SECRET, .check = check_key},
    {0},
};

static const struct key_rule way_rules[] = {
    {RULE_SOME, {"via", "hops", "over"}, "type", {"plain", "odd"}},
    {RULE_SOME, {"table"}, "type", {"odd"}},
    {RULE_APART, {"via", "hops"}},
    {RULE_NONE, {"via", "table"}, "type", {"none"}},
    {RULE_WITH, {"key", "peers"}},
    {0},
};

/* Nobody is called "bad", and 13 is no hop. */
static void check_way(const struct config *config, struct config_check *check)
{
	for (uint32_t i = 0; i < config_count(config, "hops"); i++)
		if (config_integer_at(config, "hops", i) == 13)
			config_wrong(
			    check, config, "hops", i, "hop %u is 13", i);
	if (config_integer(config, "table") == 13)
		config_wrong(check, config, "table", 0, "table is 13");
	for (uint32_t i = 0; i < config_count(config, "peers"); i++) {
		const struct config *peer = config_section_at(
		    config, "peers", i);

		if (config_count(peer, "name") &&
		    strcmp(config_text(peer, "name"), "bad") == 0)
			config_wrong(
			    check, peer, "name", 0, "peer %u is bad", i);
		for (uint32_t k = 0; k < config_count(peer, "inner"); k++)
			config_wrong(check,
			    config_section_at(peer, "inner", k), "every", 0,
			    "there is a peer in peer %u", i);
	}
}

static const struct schema schema_way = {.kind = "way",
    .keys = way_keys, .rules = way_rules, .check = check_way};

const struct schema *const test_kinds[] = {&schema_all, &schema_any,
    &schema_bridge, &schema_dhcp, &schema_fake, &schema_gateway, &schema_link,
    &schema_location, &schema_state, &schema_task, &schema_tunnel, &schema_way,
    NULL};
