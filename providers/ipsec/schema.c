/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "providers/schemas.h"
#include "providers/support/value-check.h"

/* A host as charon takes it; not the ranges and lists it takes besides. */
static const char *check_remote(const char *text)
{
	size_t n = strlen(text);

	if (n > 0 && n <= 253 &&
	    strspn(text,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789.:_-") == n)
		return NULL;
	return "a name or an address, such as vpn.example.net or 192.0.2.1";
}

static const char *check_id(const char *text)
{
	size_t n = strlen(text);

	if (n > 0 && n <= 1024)
		return NULL;
	return "an identity, such as alice@example.net";
}

static const char *check_socket(const char *text)
{
	if (text[0] == '/' && strlen(text) < 108)
		return NULL;
	return "the absolute path of a socket, at most 107 bytes";
}

static const struct schema_key auth_keys[] = {
	{ "psk", VALUE_SECRET, .flags = KEY_REQUIRED,
	    .doc = "The pre-shared key that both ends know." },
	{ 0 },
};

static const struct schema_key keys[] = {
	{ "remote", VALUE_TEXT, .flags = KEY_REQUIRED | KEY_ENDPOINT,
	    .check = check_remote,
	    .doc = "The gateway: a name or an address." },
	{ "remote-id", VALUE_TEXT, .check = check_id,
	    .doc = "Who the gateway must prove to be. Default: what remote "
		   "says." },
	{ "local-id", VALUE_TEXT, .check = check_id,
	    .doc = "Who we say we are. Default: the address we happen to "
		   "have. Needed where several tunnels to one gateway have "
		   "keys of their own." },
	{ "auth", VALUE_SECTION, .flags = KEY_REQUIRED, .keys = auth_keys,
	    .doc = "How both ends prove who they are." },
	{ "virtual-ip", VALUE_BOOL, .fallback = "false",
	    .doc = "Ask the gateway for an address to use in the tunnel." },
	{ "networks", VALUE_TEXT, .flags = KEY_REQUIRED | KEY_LIST,
	    .check = value_check_network, .suggest = value_suggest_network,
	    .doc = "What is to be reached through the tunnel; 0.0.0.0/0 and "
		   "::/0: everything." },
	{ "dns", VALUE_TEXT, .flags = KEY_LIST, .check = value_check_ip,
	    .doc = "Name servers in the tunnel, for those who ask for the "
		   "fact. (charon does not tell which ones the gateway "
		   "offers.)" },
	{ "domain", VALUE_TEXT,
	    .doc = "The domain there, for those who ask for the fact." },
	{ "dpd", VALUE_DURATION, .fallback = "30s",
	    .doc = "Ask whether the gateway is still there after so long "
		   "without a sign of it (whole seconds); 0s: never." },
	{ "vici", VALUE_TEXT, .fallback = "/var/run/charon.vici",
	    .check = check_socket,
	    .doc = "The socket on which charon takes orders." },
	{ 0 },
};

static const struct schema_fact facts[] = {
	{ "remote", .doc = "The gateway's address." },
	{ "virtual-ip",
	    .doc = "The address in the tunnel that the gateway gave us; "
		   "several are separated by a blank." },
	{ "dns", .doc = "The name servers, separated by spaces." },
	{ "domain", .doc = "The domain." },
	{ 0 },
};

const struct schema schema_ipsec = {
	.kind = "ipsec",
	.doc = "An IPsec tunnel (IKEv2) by strongSwan's charon, which must "
	       "run in the same network namespace.",
	.flags = SCHEMA_TUNNEL,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
};
