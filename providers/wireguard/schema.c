/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/ip.h"
#include "base/macros.h"
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"
#include "providers/wireguard/words.h"

static const struct schema_key peer_keys[] = {
	{
	    .name = "public-key",
	    .type = VALUE_TEXT,
	    .flags = KEY_REQUIRED,
	    .check = words_check_key,
	    .doc = "Who the peer is: its public key, in base64.",
	},
	{
	    .name = "preshared-key",
	    .type = VALUE_SECRET,
	    .check = words_check_secret,
	    .doc = "Another key, which both ends know and nobody else.",
	},
	{
	    .name = "endpoint",
	    .type = VALUE_TEXT,
	    .flags = KEY_ENDPOINT,
	    .check = words_check_endpoint,
	    .doc = "Where the peer is: HOST:PORT. A name is looked up when "
		   "the node starts, when what it stands on changes, and "
		   "when the peer no longer answers. Without it, the peer "
		   "has to come to us.",
	},
	{
	    .name = "allowed-ips",
	    .type = VALUE_TEXT,
	    .flags = KEY_LIST,
	    .check = value_check_network,
	    .suggest = value_suggest_network,
	    .doc = "What is behind the peer: only from there may come what "
		   "it sends, and what is for there is sent to it.",
	},
	{
	    .name = "persistent-keepalive",
	    .type = VALUE_DURATION,
	    .doc = "Send something every so often (whole seconds, up to "
		   "65535s), so that NAT and firewalls on the way let the "
		   "peer's answers through. Without it, or with 0s: never.",
	},
	{ 0 },
};

static const struct schema_key keys[] = {
	{
	    .name = "private-key",
	    .type = VALUE_SECRET,
	    .flags = KEY_REQUIRED,
	    .check = words_check_secret,
	    .doc = "Who we are, in base64, as 'wg genkey' prints it.",
	},
	{
	    .name = "listen-port",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = 65535,
	    .doc = "The UDP port; without it, a random one.",
	},
	{
	    .name = "addresses",
	    .type = VALUE_TEXT,
	    .flags = KEY_LIST,
	    .check = value_check_address,
	    .doc = "Its own addresses in the tunnel.",
	},
	{
	    .name = "peers",
	    .type = VALUE_SECTION,
	    .flags = KEY_LIST,
	    .keys = peer_keys,
	    .doc = "Who else there is.",
	},
	{
	    .name = "routes",
	    .type = VALUE_BOOL,
	    .fallback = "true",
	    .doc = "Whether there is a route to all that peers are allowed. "
		   "Where one would take WireGuard's own packets into the "
		   "tunnel, as a default route would, they have a table of "
		   "their own, which all but these packets ask.",
	},
	{
	    .name = "table",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .doc = "The number of the table that the routes are put into. "
		   "Who asks it, and that WireGuard's own packets do not, "
		   "is then for nodes of kind rule.",
	},
	{
	    .name = "mark",
	    .type = VALUE_INTEGER,
	    .min = 1,
	    .max = UINT32_MAX,
	    .doc = "The firewall mark of WireGuard's own packets; of two "
		   "nodes with a default route each its own.",
	},
	{
	    .name = "up-after-handshake",
	    .type = VALUE_BOOL,
	    .flags = KEY_PLAIN,
	    .fallback = "false",
	    .doc = "Up, and routes there, only after a peer has answered; "
		   "and waiting again when one with persistent-keepalive "
		   "no longer does (after three to six minutes).",
	},
	MADE_LINK_KEYS,
	{ 0 },
};

static const struct key_rule rules[] = {
	{ RULE_SOME, { "peers" }, "up-after-handshake", { "true" } },
	{ 0 },
};

/* ---- what two peers cannot both have ---- */

/* A public key, or an allowed network, as bytes that compare. */
struct claim {
	uint8_t what[WORDS_KEY_SIZE];
	uint32_t peer, i; /* the i-th of its networks */
};

static int compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = memcmp(x->what, y->what, sizeof(x->what));

	if (order)
		return order;
	if (x->peer != y->peer)
		return x->peer < y->peer ? -1 : 1;
	return (x->i > y->i) - (x->i < y->i);
}

static void claim_key(struct claim *claim, const char *text)
{
	(void)words_parse_key(text, strlen(text), claim->what);
}

static void claim_network(struct claim *claim, const char *text)
{
	struct ip_prefix prefix;

	_Static_assert(sizeof(claim->what) >= sizeof(prefix), "it has room");
	memset(&prefix, 0, sizeof(prefix));
	(void)ip_parse_prefix(text, &prefix);
	memcpy(claim->what, &prefix, sizeof(prefix));
}

/* What is wrong, of the later one. */
static void report_claim(const struct config *config, const struct claim *claim,
    const char *key, bool is_list, struct config_check *check)
{
	const struct config *peer =
	    config_section_at(config, "peers", claim->peer);

	if (is_list)
		config_wrong(check, peer, key, claim->i,
		    "two peers are allowed %s: it can be behind one of them "
		    "only", config_text_at(peer, key, claim->i));
	else
		config_wrong(check, peer, key, 0,
		    "two peers have this public key");
}

/* The kernel would give what two are allowed to the last one, without a
 * word. */
static void check_claims(const struct config *config, const char *key,
    bool is_list, struct config_check *check)
{
	const uint32_t n_peers = config_count(config, "peers");
	_cleanup_(free_ptr) struct claim *claims = NULL;
	size_t n = 0;

	for (uint32_t i = 0; i < n_peers; i++)
		n += config_count(config_section_at(config, "peers", i), key);
	claims = calloc(n + 1, sizeof(*claims));
	if (!claims) {
		config_wrong(check, config, "peers", 0,
		    "out of memory: cannot compare the peers");
		return;
	}
	n = 0;
	for (uint32_t i = 0; i < n_peers; i++) {
		const struct config *peer =
		    config_section_at(config, "peers", i);

		for (uint32_t k = 0; k < config_count(peer, key); k++) {
			claims[n].peer = i;
			claims[n].i = k;
			if (is_list)
				claim_network(&claims[n++],
				    config_text_at(peer, key, k));
			else
				claim_key(&claims[n++],
				    config_text(peer, key));
		}
	}
	qsort(claims, n, sizeof(*claims), compare_claims);
	for (size_t i = 1; i < n; i++)
		if (claims[i].peer != claims[i - 1].peer &&
		    !memcmp(claims[i].what, claims[i - 1].what,
			sizeof(claims[i].what)))
			report_claim(config, &claims[i], key, is_list, check);
}

static void check(const struct config *config, struct config_check *check)
{
	for (uint32_t i = 0; i < config_count(config, "peers"); i++) {
		const struct config *peer =
		    config_section_at(config, "peers", i);

		if (config_duration_ms(peer, "persistent-keepalive") >
		    UINT16_MAX * 1000)
			config_wrong(check, peer, "persistent-keepalive", 0,
			    "'persistent-keepalive' can be up to %us",
			    UINT16_MAX);
	}
	check_claims(config, "public-key", false, check);
	check_claims(config, "allowed-ips", true, check);
}

static const struct schema_fact facts[] = {
	LINK_FACTS,
	{ .name = "public-key", .doc = "Our own, for the other end." },
	{ .name = "listen-port", .doc = "The UDP port in use." },
	{ .name = "endpoint",
	    .doc = "The address and port of the first peer that has an "
		   "endpoint, when it is known." },
	{ .name = "handshake",
	    .doc = "Of peers with persistent-keepalive, or with "
		   "up-after-handshake: none yet, recent, or old (the last "
		   "one is more than three minutes ago)." },
	{ 0 },
};

const struct schema schema_wireguard = {
	.kind = "wireguard",
	.doc = "A WireGuard tunnel.",
	.flags = SCHEMA_MAKES | SCHEMA_TUNNEL,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
	.rules = rules,
	.check = check,
};
