/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of a link, as all kinds tell them whose nodes are one. */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fact; /* resolver/resolver.h */
struct rtnl_link;

enum { LINK_FACTS_MAX = 5 };

/* Their rows, for schemas. */
#define LINK_FACTS                                                        \
	{ .name = "device", .doc = "The device's name now." },            \
	{ .name = "ifindex", .doc = "The device's number." },             \
	{ .name = "mac",                                                  \
	    .doc = "Its present link-layer address, if any." },           \
	{ .name = "carrier", .doc = "true or false." },                   \
	{ .name = "mtu", .doc = "Largest packet, in bytes." }

/* What they are of; compared as a whole (memcmp) to see whether anything
 * changed. */
struct link_facts {
	char device[IFNAMSIZ];
	uint8_t mac[32], mac_length;
	bool carrier;
	uint32_t ifindex, mtu;
};

/* Their texts, of what is no text. */
struct link_fact_texts {
	char ifindex[12], mac[32 * 3], mtu[12];
};

/* All of it is written, what is left over with zeros. */
void link_facts_read(const struct rtnl_link *link, struct link_facts *ret);

/* device, ifindex, mac (if it has one), carrier, mtu: returns how many, up to
 * LINK_FACTS_MAX. They point to the texts, and to the facts. */
size_t link_facts_list(const struct link_facts *facts,
    struct link_fact_texts *texts, struct fact *ret);
