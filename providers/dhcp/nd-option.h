/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of router advertisements that the kernel passes on as they came
 * from the network: recursive DNS servers and the DNS search list (RFC 8106).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "providers/dhcp/option6.h"

enum {
	ND_RDNSS = 25,
	ND_DNSSL = 31,
	ND_ITEMS_MAX = OPTION6_ITEMS_MAX,
	ND_ITEM_SIZE = OPTION6_ITEM_SIZE,
	ND_OPTION_MAX = 255 * 8, /* bytes: its length is in units of 8 */
};

/* A lifetime that never ends. */
#define ND_FOREVER UINT32_MAX

struct nd_option {
	uint8_t type; /* ND_RDNSS, ND_DNSSL */
	uint32_t lifetime_s; /* 0: not to be used any more */
	unsigned n;
	char items[ND_ITEMS_MAX][ND_ITEM_SIZE]; /* 2001:db8::53; corp.example */
};

/*
 * Reads one option, with its type and length, of at most size bytes. Servers
 * that nobody can ask and names that are none are left out. 0; -EINVAL: it is
 * malformed, or of another type, or nothing of it is left.
 */
int nd_option_parse(
    const uint8_t *bytes, size_t size, struct nd_option *ret);
