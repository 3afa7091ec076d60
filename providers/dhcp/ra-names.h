/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DNS servers and search domains that routers have advertised on one
 * link, each until its lifetime is over (RFC 8106 section 5.3). Bounded: when
 * there is no room, what ends soonest makes way, if it ends sooner than what
 * comes.
 */
#pragma once

#include <stdbool.h>

#include "providers/dhcp/nd-option.h"

enum { RA_NAMES_MAX = 8 };

struct ra_name {
	char text[ND_ITEM_SIZE];
	uint64_t until_ms; /* UINT64_MAX: never ends */
};

/* Of one type of option, in the order in which they came. Starts as {0}. */
struct ra_names {
	unsigned n;
	struct ra_name items[RA_NAMES_MAX];
};

/* Takes what an option says at that time. True: the names are others now. */
bool ra_names_add(struct ra_names *names, const struct nd_option *option,
    uint64_t now_ms);

/* Drops what has ended. True: there was something. */
bool ra_names_expire(struct ra_names *names, uint64_t now_ms);

/* When the next one ends; UINT64_MAX: none does. */
uint64_t ra_names_next(const struct ra_names *names);
