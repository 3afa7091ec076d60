/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/text.h"
#include "providers/schemas.h"
#include "providers/support/link-facts.h"

static const char *check_carrier(const char *text)
{
	uint64_t ms;

	if (!strcmp(text, "follow") || !strcmp(text, "ignore") ||
	    text_parse_duration(text, &ms) == 0)
		return NULL;
	return "follow, ignore, or a duration, such as 5s";
}

static const struct schema_key keys[] = {
	{
	    .name = "mtu",
	    .type = VALUE_INTEGER,
	    .min = 68, /* RFC 791: what every IPv4 link must carry */
	    .max = 65535,
	    .doc = "Largest packet in bytes; without it, as it is. When the "
		   "node stops, the former one is put back.",
	},
	{
	    .name = "carrier",
	    .type = VALUE_TEXT,
	    .fallback = "follow",
	    .check = check_carrier,
	    .doc = "What the carrier means. follow: the node is up while "
		   "there is a carrier. ignore: it is up without one. A "
		   "duration: once up, it is lost only after so long without "
		   "a carrier.",
	},
	{ 0 },
};

static const struct schema_fact facts[] = { LINK_FACTS, { 0 } };

const struct schema schema_link = {
	.kind = "link",
	.doc = "Sets a network device up, and is up while the device is "
	       "present, up, and has a carrier.",
	.flags = SCHEMA_DEVICE,
	/* For drivers that load firmware when they are set up. Waiting for a
	 * carrier is not starting, and has no limit. */
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
};
