/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/text.h"
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/value-check.h"

static const char *check_carrier(const char *text)
{
	uint64_t ms;

	if (!strcmp(text, "follow") || !strcmp(text, "ignore") ||
	    text_parse_duration(text, &ms) == 0)
		return NULL;
	return "follow, ignore, or a duration, such as 5s";
}

static const char *check_mac(const char *text)
{
	if (!strcmp(text, "stable") || !strcmp(text, "random") ||
	    !value_check_mac(text))
		return NULL;
	return "stable, random, or an Ethernet address of one device, such "
	       "as 02:00:5e:10:00:01";
}

/* ---- ipv6 ---- */

static const char *const accept_ra[] = { "no", "yes", "always", NULL };
static const char *const privacy[] = { "no", "prefer-public",
	"prefer-temporary", NULL };
static const char *const generation[] = { "eui64", "random", "none", NULL };

static const struct schema_key ipv6[] = {
	{
	    .name = "enabled",
	    .type = VALUE_BOOL,
	    .doc = "Whether there is IPv6 on it at all (disable_ipv6).",
	},
	{
	    .name = "accept-ra",
	    .type = VALUE_TEXT,
	    .choices = accept_ra,
	    .doc = "Whether the kernel takes addresses and routes from router "
		   "advertisements: no; yes, unless it forwards; always "
		   "(accept_ra).",
	},
	{
	    .name = "privacy",
	    .type = VALUE_TEXT,
	    .choices = privacy,
	    .doc = "Temporary addresses beside those made from "
		   "advertisements: no; prefer-public: there are some, but "
		   "are not preferred; prefer-temporary (use_tempaddr).",
	},
	{
	    .name = "address-generation",
	    .type = VALUE_TEXT,
	    .choices = generation,
	    .doc = "What the kernel makes the second half of addresses from: "
		   "eui64: the link-layer address; random: a number drawn "
		   "once; none: it makes no link-local address "
		   "(addr_gen_mode).",
	},
	{
	    .name = "dad-transmits",
	    .type = VALUE_INTEGER,
	    .max = 100,
	    .doc = "How often it asks whether an address is taken before it "
		   "uses it; 0: not at all (dad_transmits).",
	},
	{
	    .name = "forwarding",
	    .type = VALUE_BOOL,
	    .doc = "Whether packets that come in here may be forwarded "
		   "(forwarding).",
	},
	{
	    .name = "proxy-ndp",
	    .type = VALUE_BOOL,
	    .doc = "Whether it answers for neighbours elsewhere (proxy_ndp).",
	},
	{ 0 },
};

/* ---- arp ---- */

static const char *const announce[] = { "any", "subnet", "best", NULL };
static const char *const ignore[] = { "no", "interface", "subnet", "all",
	NULL };

static const struct schema_key arp[] = {
	{
	    .name = "announce",
	    .type = VALUE_TEXT,
	    .choices = announce,
	    .doc = "Which of the machine's addresses it asks from: any; "
		   "subnet: one of the target's subnet, if possible; best: "
		   "only one that belongs to this interface (arp_announce).",
	},
	{
	    .name = "ignore",
	    .type = VALUE_TEXT,
	    .choices = ignore,
	    .doc = "Which questions it leaves unanswered: no: none that is "
		   "about an address of the machine; interface: those about "
		   "an address of another interface; subnet: also those from "
		   "another subnet; all (arp_ignore).",
	},
	{
	    .name = "notify",
	    .type = VALUE_BOOL,
	    .doc = "Whether it announces its addresses when it comes up or "
		   "its link-layer address changes (arp_notify).",
	},
	{
	    .name = "accept",
	    .type = VALUE_BOOL,
	    .doc = "Whether it learns new neighbours from announcements "
		   "(arp_accept).",
	},
	{
	    .name = "filter",
	    .type = VALUE_BOOL,
	    .doc = "Whether it answers only where it would also send the "
		   "packets (arp_filter).",
	},
	{
	    .name = "proxy",
	    .type = VALUE_BOOL,
	    .doc = "Whether it answers for hosts that it has a route to "
		   "(proxy_arp).",
	},
	{ 0 },
};

/* ---- the card ---- */

#define OFFLOAD(key, what) { .name = key, .type = VALUE_BOOL, .doc = what }

static const struct schema_key offload[] = {
	OFFLOAD("rx", "Checksums of what is received."),
	OFFLOAD("tx", "Checksums of what is sent."),
	OFFLOAD("sg", "Packets in several pieces (scatter-gather)."),
	OFFLOAD("tso", "Cutting TCP into packets."),
	OFFLOAD("gso", "Cutting into packets as late as possible."),
	OFFLOAD("gro", "Joining received packets."),
	OFFLOAD("lro", "Joining received packets in the card."),
	OFFLOAD("rxvlan", "Taking VLAN tags off."),
	OFFLOAD("txvlan", "Putting VLAN tags on."),
	{ 0 },
};

static const char *const wake[] = { "off", "phy", "unicast", "multicast",
	"broadcast", "arp", "magic", NULL };

static const struct schema_key keys[] = {
	{
	    .name = "name",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .check = device_name_check,
	    .doc = "The name that the device gets; without it, it keeps its "
		   "own. A device that has this name already when netconfd "
		   "starts is the node's, too.",
	},
	{
	    .name = "mac",
	    .type = VALUE_TEXT,
	    .flags = KEY_FIXED,
	    .check = check_mac,
	    .doc = "The link-layer address that it gets: one as written; "
		   "random: another at each start; stable: one that is "
		   "always the same for this node on this machine, made from "
		   "/etc/machine-id and the node's name. Without it, it "
		   "keeps its own.",
	},
	{
	    .name = "mtu",
	    .type = VALUE_INTEGER,
	    .min = 68, /* RFC 791: what every IPv4 link must carry */
	    .max = 65535,
	    .doc = "Largest packet in bytes; without it, as it is.",
	},
	{
	    .name = "transmit-queue-length",
	    .type = VALUE_INTEGER,
	    .max = 1000000,
	    .doc = "How many packets wait to be sent, at most; without it, "
		   "as it is.",
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
	{
	    .name = "ipv6",
	    .type = VALUE_SECTION,
	    .keys = ipv6,
	    .doc = "Sysctls of the interface, for IPv6.",
	},
	{
	    .name = "arp",
	    .type = VALUE_SECTION,
	    .keys = arp,
	    .doc = "Sysctls of the interface, for ARP.",
	},
	{
	    .name = "offload",
	    .type = VALUE_SECTION,
	    .keys = offload,
	    .doc = "What the card does instead of the kernel, or the kernel "
		   "at once for several packets, by the words of ethtool -K.",
	},
	{
	    .name = "wake-on-lan",
	    .type = VALUE_TEXT,
	    .flags = KEY_LIST,
	    .choices = wake,
	    .doc = "What wakes the machine when it is off. Stays when the "
		   "node stops.",
	},
	{ 0 },
};

static const struct schema_fact facts[] = {
	LINK_FACTS,
	{ .name = "speed", .doc = "In Mbit/s, while there is a carrier." },
	{ .name = "duplex", .doc = "full or half, the same." },
	{ 0 },
};

const struct schema schema_link = {
	.kind = "link",
	.doc = "Sets a network device up, and is up while the device is "
	       "present, up, and has a carrier. What else it sets is put "
	       "back as it was when the node stops.",
	.flags = SCHEMA_DEVICE,
	/* For drivers that load firmware when they are set up. Waiting for a
	 * carrier is not starting, and has no limit. */
	.timeout_ms = 30000,
	.keys = keys,
	.facts = facts,
};
