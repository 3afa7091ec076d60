/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <string.h>

#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/value-check.h"

/* A name is that of a file in /run/netns: it must not lead elsewhere. */
static const char *check_netns(const char *text)
{
	size_t n = strlen(text);

	if (*text == '/' ? n < PATH_MAX
			 : n > 0 && n <= NAME_MAX && !strchr(text, '/') &&
		    strcmp(text, ".") != 0 && strcmp(text, "..") != 0)
		return NULL;
	return "the name of a network namespace, as of 'ip netns add', or "
	       "the whole path of its file, such as /proc/1/ns/net";
}

static const struct schema_key keys[] = {
	{
	    .name = "peer",
	    .type = VALUE_TEXT,
	    .flags = KEY_REQUIRED | KEY_FIXED,
	    .check = device_name_check,
	    .doc = "The name of the other end.",
	},
	{
	    .name = "peer-netns",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .check = check_netns,
	    .doc = "The network namespace that the other end is made in: a "
		   "name, as of 'ip netns add', or the whole path of its "
		   "file. Without it, the one netconfd is in.",
	},
	{
	    .name = "peer-mac",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .check = value_check_mac,
	    .doc = "The other end's link-layer address; without it, what the "
		   "kernel chooses.",
	},
	{
	    .name = "peer-up",
	    .type = VALUE_BOOL,
	    .flags = KEY_FIXED,
	    .fallback = "false",
	    .doc = "Whether the other end is set up when it is made. Else it "
		   "is for those who configure the namespace that it is in.",
	},
	MADE_LINK_KEYS,
	MADE_LINK_MAC,
	{ 0 },
};

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

const struct schema schema_veth = {
	.kind = "veth",
	.doc = "Makes a pair of devices with a cable between them: what is "
	       "sent to one comes in by the other, which may be in another "
	       "network namespace.",
	.flags = SCHEMA_MAKES,
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
};
