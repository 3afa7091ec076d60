/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The word to a DHCPv6 server that another host has the address which it gave
 * (RFC 8415 section 18.2.8). dhclient says it only where a script tells it
 * to, and runs none here (AppArmor's profile for it lets it run no other than
 * its own), so it is said here. It is one datagram, and no answer is waited
 * for: a server that has not heard it gives the same address again, and is
 * told again.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "providers/dhcp/lease6.h"

enum { DHCP6_DECLINE_MAX = 256 };

/* The message, of the address of that lease, by who has that DUID (DUID_SIZE
 * bytes). Its size; 0: the lease does not say whom to tell, or of what. */
size_t dhcp6_decline_build(uint8_t message[DHCP6_DECLINE_MAX],
    const uint8_t *duid, const struct lease6 *lease, uint32_t random);

/* Sends it to all servers. 0, or -errno: -ENODATA, as above. */
int dhcp6_decline_send(
    uint32_t ifindex, const uint8_t *duid, const struct lease6 *lease);
