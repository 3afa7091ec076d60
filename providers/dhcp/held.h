/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses that cards have leases of, in the file `leases` of the state
 * directory: after a crash, a boot or a moment without carrier a card asks
 * for its former one first. A lease that has been given back or lost is
 * forgotten. What the file says is no more than a wish: the server decides.
 *
 * A line each, after the first one: MAC ADDRESS EXPIRES NETWORK. EXPIRES is in
 * seconds since 1970, or 0: never; NETWORK in hexadecimal digits, or "-".
 */
#pragma once

#include <netinet/in.h>
#include <stdint.h>

#include "providers/provider.h"

enum { HELD_MAX = 1024, HELD_NETWORK_MAX = 64 };

struct held;

/* A card, by its permanent MAC address, in a network, as far as that is known
 * before there is a lease (an SSID; "": not). */
struct held_key {
	uint8_t mac[6];
	char network[HELD_NETWORK_MAX + 1];
};

/* Reads the file; what is wrong with it is logged. 0 or -ENOMEM. */
int held_open(struct host *host, struct held **ret);

/* What is to be stored is stored, then all is freed. Accepts NULL. */
void held_close(struct held *held);

/* The address that it may still have a lease of; 0.0.0.0: none. */
struct in_addr held_find(
    const struct held *held, const struct held_key *key);

/* It has that one now, until then (in seconds since 1970; UINT64_MAX: for
 * ever). Stored soon, on another thread. */
void held_keep(struct held *held, const struct held_key *key,
    struct in_addr address, uint64_t expires_s);
void held_drop(struct held *held, const struct held_key *key);
