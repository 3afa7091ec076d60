/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of a link, as all kinds tell them whose nodes are one. */
#pragma once

#include <net/if.h>
#include <stddef.h>

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

/* Texts; compared as a whole (memcmp) to see whether anything changed. */
struct link_facts {
	char device[IFNAMSIZ], ifindex[12], mac[32 * 3], carrier[6], mtu[12];
};

/* All of it is written, what is left over with zeros. */
void link_facts_read(const struct rtnl_link *link, struct link_facts *ret);

/* device, ifindex, mac (if it has one), carrier, mtu: returns how many, up to
 * LINK_FACTS_MAX. They point to the texts. */
size_t link_facts_list(const struct link_facts *texts, struct fact *ret);
