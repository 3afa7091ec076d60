/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one message of DHCPv6 that dhclient does not send for us: Decline, the
 * word to a server that another host has the address which it gave (RFC 8415
 * section 18.2.8); and whether something is the answer to it. No I/O.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "providers/dhcp/lease6.h"

enum { DHCP6_DECLINE_MAX = 256 };

/* The message, of the address of that lease, by who has that DUID (DUID_SIZE
 * bytes). Its size; 0: the lease does not say whom to tell, or of what. */
size_t dhcp6_decline_build(uint8_t message[DHCP6_DECLINE_MAX],
    const uint8_t *duid, const struct lease6 *lease, uint32_t random);

/* Writes into it how long ago it was sent for the first time. */
void dhcp6_decline_set_elapsed(
    uint8_t *message, size_t n, uint64_t elapsed_ms);

/* Whether these n bytes, from anybody, are the server's Reply to that
 * message. What it says of it does not matter. */
bool dhcp6_decline_is_answer(const uint8_t *message, size_t n_message,
    const uint8_t *bytes, size_t n);
