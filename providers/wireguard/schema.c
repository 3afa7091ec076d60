/* SPDX-License-Identifier: GPL-2.0-or-later */
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
	    .fallback = "false",
	    .doc = "Up, and routes there, only after a peer has answered; "
		   "and waiting again when one with persistent-keepalive "
		   "no longer does (after three to six minutes).",
	},
	MADE_LINK_KEYS,
	{ 0 },
};

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
};
