/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/ip.h"
#include "providers/schemas.h"
#include "providers/support/value-check.h"

static const char *const types[] = { "unicast", "blackhole", "unreachable",
	"prohibit", "throw", "local", NULL };

static const struct schema_key hop_keys[] = {
	{
	    .name = "via",
	    .type = VALUE_TEXT,
	    .flags = KEY_REQUIRED,
	    .check = value_check_ip,
	    .doc = "The router.",
	},
	{
	    .name = "weight",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = 256,
	    .fallback = "1",
	    .doc = "Its share of the traffic, beside the others'.",
	},
	{ 0 },
};

static const struct schema_key keys[] = {
	{
	    .name = "to",
	    .type = VALUE_TEXT,
	    .flags = KEY_REQUIRED | KEY_LIST,
	    .check = value_check_destination,
	    .suggest = value_suggest_network,
	    .doc = "Where it leads: networks, or default.",
	},
	{
	    .name = "via",
	    .type = VALUE_TEXT,
	    .check = value_check_ip,
	    .doc = "The router, of any family for IPv4. Without it, the "
		   "gateway that the node below knows; if there is none, all "
		   "is on the link.",
	},
	{
	    .name = "hops",
	    .type = VALUE_SECTION,
	    .flags = KEY_LIST,
	    .keys = hop_keys,
	    .doc = "Up to 16 routers that share the traffic, instead of via.",
	},
	{
	    .name = "on-link",
	    .type = VALUE_BOOL,
	    .fallback = "false",
	    .doc = "The router is on the link, whatever its address.",
	},
	{
	    .name = "type",
	    .type = VALUE_TEXT,
	    .flags = KEY_PLAIN,
	    .fallback = "unicast",
	    .choices = types,
	    .doc = "What happens to what takes this way: it is sent on, or "
		   "dropped (with or without a word), or the next rule is "
		   "asked, or it is for this host.",
	},
	{
	    .name = "table",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .fallback = "254",
	    .doc = "The routing table's number; 254 is the main one.",
	},
	{
	    .name = "metric",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .doc = "Of several ways, the one with the least is taken. Without "
		   "it, default routes have 1000 and their place in the order "
		   "of preference, as with dhcp, others 0 (IPv6: 1024).",
	},
	{
	    .name = "source",
	    .type = VALUE_TEXT,
	    .check = value_check_ip,
	    .doc = "The address that is sent from, if nothing else says so.",
	},
	{
	    .name = "mtu",
	    .type = VALUE_INTEGER,
	    .min = 68, /* RFC 791 */
	    .max = 65535,
	    .doc = "Largest packet on this way, in bytes.",
	},
	{ 0 },
};

static const struct key_rule rules[] = {
	{ RULE_APART, { "via", "hops" } },
	{ RULE_SOME, { "via", "hops", "over" }, "type",
	    { "unicast", "local" } },
	{ RULE_NONE, { "via", "hops", "on-link" }, "type",
	    { "blackhole", "unreachable", "prohibit", "throw" } },
	{ 0 },
};

enum { HOPS_MAX = 16 }; /* as rtnl.h has it */

/* The first destination of that family; NULL: none. That of `default` is its
 * router's. */
static const char *find_to(const struct config *config, uint32_t family)
{
	for (uint32_t i = 0; i < config_count(config, "to"); i++) {
		const char *to = config_text_at(config, "to", i);
		struct ip_prefix prefix;

		if (!ip_parse_prefix(to, &prefix) &&
		    prefix.ip.family == family)
			return to;
	}
	return NULL;
}

/* An IPv4 router leads to nothing of IPv6. (The other way round it may.) */
static void check_via(const struct config *config,
    const struct config *section, struct config_check *check)
{
	const char *via = config_text(section, "via");
	const char *to = find_to(config, AF_INET6);
	struct ip ip;

	if (via && to && !ip_parse(via, &ip) && ip.family == AF_INET)
		config_wrong(check, section, "via", 0,
		    "an IPv4 router leads to no IPv6 network such as %s", to);
}

static void check(const struct config *config, struct config_check *check)
{
	const char *source = config_text(config, "source");
	uint32_t n = config_count(config, "hops");
	const char *to;
	struct ip ip;

	check_via(config, config, check);
	if (n > HOPS_MAX)
		config_wrong(check, config, "hops", HOPS_MAX,
		    "'hops' has %u routers, and can have %d", n, HOPS_MAX);
	for (uint32_t i = 0; i < n; i++)
		check_via(config, config_section_at(config, "hops", i), check);
	if (!source || ip_parse(source, &ip))
		return;
	to = find_to(config, ip.family == AF_INET ? AF_INET6 : AF_INET);
	if (to)
		config_wrong(check, config, "source", 0,
		    "'source' is of another family than %s", to);
}

const struct schema schema_route = {
	.kind = "route",
	.doc = "Routes that are known beforehand. Over a node, its device and "
	       "gateway are used, so that a route over an uplink follows the "
	       "member that it has selected.",
	.flags = SCHEMA_ROUTES,
	.timeout_ms = 30000,
	.keys = keys,
	.rules = rules,
	.check = check,
};
