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

enum {
	LEASE6_FILE_MAX = 256 * 1024, /* dhclient begins anew at 20 leases */
	LEASE6_NAMES_MAX = 8,	      /* of each list; more are dropped */
	LEASE6_NAME_SIZE = 256,
	/* The shortest prefix that anybody delegates: a route to more would
	 * take the way to half of the world. */
	LEASE6_PREFIX_MIN = 32,
	LEASE6_PREFIX_MAX = 64,
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
	unsigned n_servers, n_domains;
	char servers[LEASE6_NAMES_MAX][LEASE6_NAME_SIZE];
	char domains[LEASE6_NAMES_MAX][LEASE6_NAME_SIZE];
};

/* The last lease of the file's n bytes that is there as a whole. One that was
 * given back is an empty one. 0; -ENOENT: there is none. */
int lease6_parse(const char *text, size_t n, struct lease6 *ret);
