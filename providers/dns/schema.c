/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"

/* The order is that of dns.c. */
static const char *const backends[] = { "resolved", "resolvconf", "file",
	NULL };

static const struct schema_key keys[] = {
	{
	    .name = "from",
	    .type = VALUE_NODE,
	    .flags = KEY_REQUIRED | KEY_LIST,
	    .relation = KEY_FOLLOWS,
	    .doc = "Whose name servers are asked: those of the first node in "
		   "the list that is up and tells some (the fact dns), with "
		   "the domains that it tells (the fact domain) for short "
		   "names. It pulls none of them.",
	},
	{
	    .name = "domains",
	    .type = VALUE_NODE,
	    .flags = KEY_LIST | KEY_BY_DOMAIN,
	    .relation = KEY_FOLLOWS,
	    .doc = "Which node's name servers are asked for names in a "
		   "domain, while it is up. They are asked for nothing else, "
		   "also where the node stands in from. It takes "
		   "systemd-resolved, and nodes with a device each.",
	},
	{
	    .name = "backend",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .choices = backends,
	    .doc = "Who is told: systemd-resolved, resolvconf, or the file "
		   "/etc/resolv.conf itself. Without it, whoever cares for "
		   "that file when the node starts.",
	},
	{ 0 },
};

static const struct schema_fact facts[] = {
	{ .name = "backend", .doc = "Who is told." },
	{ .name = "dns", .doc = "Who is asked for what no node in domains is; "
				"separated by spaces." },
	{ .name = "domain", .doc = "Where short names are looked for." },
	{ 0 },
};

const struct schema schema_dns = {
	.kind = "dns",
	.doc = "Configures who answers for names: the name servers that other "
	       "nodes tell, the best first, and others for some domains. What "
	       "was there before comes back when it stops.",
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
};
