/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"

static const char *const modes[] = { "tun", "tap", NULL };

static const struct schema_key keys[] = {
	{
	    .name = "mode",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED | KEY_PLAIN,
	    .fallback = "tun",
	    .choices = modes,
	    .doc = "tun: its program reads and writes IP packets; tap: whole "
		   "Ethernet frames, as a bridge's port must carry.",
	},
	{
	    .name = "owner",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .check = value_check_user,
	    .doc = "The user, by name (of /etc/passwd) or number, who may "
		   "open it besides root.",
	},
	{
	    .name = "group",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .check = value_check_user,
	    .doc = "The group, by name (of /etc/group) or number, whose "
		   "members may open it; with 'owner', who opens it must be "
		   "both.",
	},
	{
	    .name = "multi-queue",
	    .type = VALUE_BOOL,
	    .flags = KEY_FIXED,
	    .fallback = "false",
	    .doc = "Whether its program may open it several times, for more "
		   "than one processor; then it must ask for that, too "
		   "(IFF_MULTI_QUEUE).",
	},
	MADE_LINK_KEYS,
	MADE_LINK_MAC,
	{ 0 },
};

static const struct key_rule rules[] = {
	{ RULE_NONE, { "mac" }, "mode", { "tun" } },
	{ 0 },
};

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

const struct schema schema_tun = {
	.kind = "tun",
	.doc = "Makes a TUN or TAP device: what is sent to it is read by a "
	       "program, such as a virtual machine. It has a carrier while "
	       "one has opened it.",
	.flags = SCHEMA_MAKES,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
	.rules = rules,
};
