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

const struct schema *const test_kinds[] = {&schema_all, &schema_any,
    &schema_bridge, &schema_dhcp, &schema_fake, &schema_gateway, &schema_link,
    &schema_location, &schema_state, &schema_task, &schema_tunnel, NULL};
