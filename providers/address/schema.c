/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/ip.h"
#include "providers/address/lifetime.h"
#include "providers/schemas.h"
#include "providers/support/value-check.h"

static const char *const scopes[] = { "global", "link", "host", NULL };
static const char *const detections[] = { "wait", "optimistic", "off", NULL };

static const char *check_interface_id(const char *text)
{
	static const uint8_t zero[8];
	struct ip ip;

	if (!ip_parse(text, &ip) && ip.family == AF_INET6 &&
	    !memcmp(ip.bytes, zero, 8) && memcmp(ip.bytes + 8, zero, 8) != 0)
		return NULL;
	return "64 bits that are not all 0, such as ::1";
}

static const char *check_preferred(const char *text)
{
	uint32_t s;

	return lifetime_parse(text, &s)
	    ? NULL
	    : "a duration in whole seconds, such as 10s, 5m or 1h, or forever";
}

static const char *check_valid(const char *text)
{
	uint32_t s;

	return lifetime_parse(text, &s) && s
	    ? NULL
	    : "a duration in whole seconds, from 1s, such as 5m or 1h, or "
	      "forever";
}

static const struct schema_key keys[] = {
	{
	    .name = "addresses",
	    .type = VALUE_TEXT,
	    .flags = KEY_LIST,
	    .check = value_check_address,
	    .doc = "The addresses, of either family, with the lengths of "
		   "their prefixes.",
	},
	{
	    .name = "prefix-from",
	    .type = VALUE_NODE,
	    .relation = KEY_FOLLOWS,
	    .doc = "The node to which an IPv6 prefix is delegated (dhcp with "
		   "'request-prefix'). One of its /64 subnets is this "
		   "link's: an address in it comes and goes with the prefix. "
		   "The node itself is up without.",
	},
	{
	    .name = "subnet",
	    .type = VALUE_INTEGER,
	    .min = 0,
	    .max = 65535,
	    .fallback = "0",
	    .doc = "Which subnet of the prefix, from 0: a /56 has 256.",
	},
	{
	    .name = "interface-id",
	    .type = VALUE_TEXT,
	    .fallback = "::1",
	    .check = check_interface_id,
	    .doc = "The last 64 bits of the address in that subnet.",
	},
	{
	    .name = "peer",
	    .type = VALUE_TEXT,
	    .check = value_check_ip,
	    .doc = "The other end of a point-to-point link, of the one "
		   "address there is then.",
	},
	{
	    .name = "gateway",
	    .type = VALUE_TEXT,
	    .flags = KEY_LIST,
	    .check = value_check_ip,
	    .doc = "Routers for all that is not near: one for each family.",
	},
	{
	    .name = "metric",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .doc = "Metric of the gateway's route. Without it, 1000 and the "
		   "place in the order of preference, as with dhcp.",
	},
	{
	    .name = "dns",
	    .type = VALUE_TEXT,
	    .flags = KEY_LIST,
	    .check = value_check_ip,
	    .doc = "Name servers, for those who ask for the fact.",
	},
	{
	    .name = "domain",
	    .type = VALUE_TEXT,
	    .doc = "The domain, for those who ask for the fact.",
	},
	{
	    .name = "scope",
	    .type = VALUE_TEXT,
	    .fallback = "global",
	    .choices = scopes,
	    .doc = "Where IPv4 addresses are good: everywhere, on the link, "
		   "or on this host alone.",
	},
	{
	    .name = "preferred-lifetime",
	    .type = VALUE_TEXT,
	    .check = check_preferred,
	    .doc = "So long new connections use the addresses, or forever; "
		   "then they are deprecated: what runs goes on, the rest "
		   "prefers another address if there is one (IPv6; to IPv4 "
		   "it is a flag that nothing heeds). 0s: from the start. "
		   "Without it, as long as they are valid.",
	},
	{
	    .name = "valid-lifetime",
	    .type = VALUE_TEXT,
	    .check = check_valid,
	    .doc = "So long there are the addresses, or forever, which is "
		   "also without it; then the node has failed, until "
		   "'netconf restart' gives it another. It counts from the "
		   "start, and anew when a reload changes one of the "
		   "lifetimes.",
	},
	{
	    .name = "duplicates",
	    .type = VALUE_TEXT,
	    .fallback = "wait",
	    .choices = detections,
	    .doc = "Whether the kernel looks for another host with an IPv6 "
		   "address (RFC 4862). wait: the node is up when it has "
		   "found none. optimistic: the address is used meanwhile "
		   "(RFC 4429), for which the device's sysctls optimistic_dad "
		   "and use_optimistic are 1 as long as the node is up. off: "
		   "it does not look.",
	},
	{ 0 },
};

static const struct key_rule rules[] = {
	{ RULE_SOME, { "addresses", "prefix-from" } },
	{ RULE_WITH, { "subnet", "prefix-from" } },
	{ RULE_WITH, { "interface-id", "prefix-from" } },
	{ RULE_WITH, { "peer", "addresses" } },
	{ RULE_WITH, { "metric", "gateway" } },
	{ 0 },
};

static void check_peer(const struct config *config, struct config_check *check)
{
	const char *text = config_text(config, "peer");
	uint32_t n = config_count(config, "addresses");
	struct ip_prefix address;
	struct ip peer;

	if (!text || !n)
		return;
	(void)ip_parse(text, &peer);
	(void)ip_parse_prefix(
	    config_text_at(config, "addresses", 0), &address);
	if (n > 1)
		config_wrong(check, config, "addresses", 1,
		    "'peer' is of one address, and 'addresses' has %u; give "
		    "the others to another address node", n);
	else if (peer.family != address.ip.family)
		config_wrong(check, config, "peer", 0,
		    "'peer' and the address are of different families");
}

/* Of each family its first is meant. */
static void check_gateways(
    const struct config *config, struct config_check *check)
{
	bool has_family[2] = { false };

	for (uint32_t i = 0; i < config_count(config, "gateway"); i++) {
		struct ip ip;
		bool *has;

		(void)ip_parse(config_text_at(config, "gateway", i), &ip);
		has = &has_family[ip.family == AF_INET6];
		if (*has)
			config_wrong(check, config, "gateway", i,
			    "a second router of IPv%c; a route node with "
			    "'hops' shares traffic between them",
			    ip.family == AF_INET6 ? '6' : '4');
		*has = true;
	}
}

static void check_lifetimes(
    const struct config *config, struct config_check *check)
{
	const char *preferred = config_text(config, "preferred-lifetime");
	const char *valid = config_text(config, "valid-lifetime");
	uint32_t preferred_s, valid_s;

	if (preferred && valid && lifetime_parse(preferred, &preferred_s) &&
	    lifetime_parse(valid, &valid_s) && preferred_s > valid_s)
		config_wrong(check, config, "preferred-lifetime", 0,
		    "'preferred-lifetime' is longer than 'valid-lifetime' "
		    "(%s); an address is preferred only while it is valid",
		    valid);
}

static void check(const struct config *config, struct config_check *check)
{
	check_lifetimes(config, check);
	check_peer(config, check);
	check_gateways(config, check);
}

static const struct schema_fact facts[] = {
	{ .name = "address",
	    .doc = "The first address with its prefix length; of "
		   "'prefix-from', while there is a prefix." },
	{ .name = "subnet", .doc = "Its subnet with the prefix length." },
	{ .name = "gateway", .doc = "The first router, if any." },
	{ .name = "dns", .doc = "The name servers, separated by spaces." },
	{ .name = "domain", .doc = "The domain." },
	{ 0 },
};

const struct schema schema_address = {
	.kind = "address",
	.doc = "Addresses that are known beforehand, or lie in a prefix that "
	       "another node gets, and perhaps the way to everywhere else.",
	.flags = SCHEMA_OVER | SCHEMA_ROUTES,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
	.rules = rules,
	.check = check,
};
