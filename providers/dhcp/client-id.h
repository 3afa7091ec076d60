/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who this machine is to DHCP servers (RFC 4361): a DUID of the machine, made
 * once at random (DUID-UUID, RFC 6355) and kept in the state directory, and
 * an IAID of the card, made from its permanent MAC address. Neither changes
 * with a card's name or number, so a machine gets its address back.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "providers/dhcp/packet.h"

enum { DUID_SIZE = 18 };

/*
 * Reads the DUID from the file `duid` in the state directory, or makes one
 * and writes it there. The DUID is good in every case. 0; or -errno: it could
 * not be kept and will be another one next time; *ret_was_bad: there was a
 * file, but not of ours.
 */
int duid_open(
    const char *state_dir, uint8_t ret[DUID_SIZE], bool *ret_was_bad);

/* The identity of a card. */
void identity_make(struct dhcp_identity *ret, const uint8_t duid[DUID_SIZE],
    const uint8_t mac[6], const uint8_t permanent_mac[6]);
