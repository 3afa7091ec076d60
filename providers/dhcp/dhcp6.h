/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 on one link by dhclient: an address and, if wanted, a delegated
 * prefix. Who delegates one mostly has an address for us, too. Or information
 * alone: names and servers.
 *
 * dhclient speaks with the servers and keeps what it gets in a file, or logs
 * it where it is information alone (info6.h); nothing else of it is used, no
 * script is run. It runs as the user that
 * netconf-dhcp4 does, with the rights to open its sockets. The names of its
 * files are those that its AppArmor profile in Debian allows. When it dies it
 * is started again, and goes on with the lease of its file.
 *
 *     dhcp6_start() ... changed() ... dhcp6_stop() ... stopped()
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "providers/dhcp/lease6.h"

struct dhcp6;
struct job;

struct dhcp6_options {
	struct job *job;
	uint32_t ifindex;
	const uint8_t *duid; /* DUID_SIZE bytes, as long as it runs */
	bool is_information;    /* nothing else is asked for */
	unsigned prefix_length; /* to be asked for; 0: none is */
	/* Another lease, or none any more; also one with other times. */
	void (*changed)(void *ctx);
	/* After dhcp6_stop(): it is over, and freed when this returns. */
	void (*stopped)(void *ctx);
	void *ctx;
};

/* Times are of CLOCK_BOOTTIME; UINT64_MAX: never. */
struct dhcp6_lease {
	struct lease6 lease; /* has_address, has_prefix: as long as they last */
	uint64_t address_preferred_ms, address_until_ms;
	uint64_t prefix_until_ms;
};

/* The link has an address to ask with. 0, or -errno: it cannot be started. */
int dhcp6_start(const struct dhcp6_options *options, struct dhcp6 **ret);

/* Asks whether the lease is still good, or for information anew: at once, as
 * the link has been away, or within some seconds. */
void dhcp6_again(struct dhcp6 *dhcp6, bool at_once);

/* Another host has the address: tells the server, until it answers, gives the
 * address up and asks for another, in a second, and then after twice the time
 * each. */
void dhcp6_decline(struct dhcp6 *dhcp6);

/* Nothing but information is asked for. */
bool dhcp6_is_information(const struct dhcp6 *dhcp6);

/* Valid until the loop's next turn. */
const struct dhcp6_lease *dhcp6_lease(const struct dhcp6 *dhcp6);

/* Ends it; the lease, if any, is given back first, which takes a second at
 * most. stopped() comes later. */
void dhcp6_stop(struct dhcp6 *dhcp6);

/* Ends it at once, without a word to anybody: the link is gone. NULL:
 * nothing. */
void dhcp6_abandon(struct dhcp6 *dhcp6);
