/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 leases as dhclient keeps them in its file (dhclient.leases(5)). What
 * is in them came from a server: it is checked here, and what cannot be used
 * is left out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "providers/dhcp/option6.h"

/* The name that dhclient gets for option 56, which has none there. */
#define LEASE6_NTP "netconf-ntp"

enum {
	LEASE6_FILE_MAX = 256 * 1024, /* dhclient begins anew at 20 leases */
	LEASE6_NAMES_MAX = OPTION6_ITEMS_MAX,
	LEASE6_NAME_SIZE = OPTION6_ITEM_SIZE,
	/* The shortest prefix that anybody delegates: a route to more would
	 * take the way to half of the world. */
	LEASE6_PREFIX_MIN = 32,
	LEASE6_PREFIX_MAX = 64,
	/* Of who a server is; longer ones are left out. */
	LEASE6_DUID_MAX = 80,
};

/* A lifetime that never ends. */
#define LEASE6_FOREVER UINT32_MAX

struct lease6_times {
	uint64_t starts_s; /* since 1970 */
	uint32_t preferred_s, valid_s; /* from then on; 0 < valid */
};

/* No text of names is longer than its list can be. */
struct lease6 {
	bool has_address, has_prefix;
	struct ip address;
	struct lease6_times address_times;
	struct ip_prefix prefix; /* no bits after its length */
	struct lease6_times prefix_times;
	uint8_t iaid[4]; /* of the address */
	unsigned n_server_id;
	uint8_t server_id[LEASE6_DUID_MAX];
	unsigned n_servers, n_domains, n_ntp;
	char servers[LEASE6_NAMES_MAX][LEASE6_NAME_SIZE];
	char domains[LEASE6_NAMES_MAX][LEASE6_NAME_SIZE];
	char ntp[LEASE6_NAMES_MAX][LEASE6_NAME_SIZE]; /* addresses, names */
};

/* The last lease of the file's n bytes that is there as a whole. One that was
 * given back is an empty one. 0; -ENOENT: there is none. */
int lease6_parse(const char *text, size_t n, struct lease6 *ret);
