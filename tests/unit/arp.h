/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARP for tests: a host that says that an address is his. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* In the other namespace, the host with the MAC address announces the IPv4
 * address on the device (RFC 5227 section 2.3). Fails the test if it cannot. */
void arp_announce(pid_t other, const char *device, const uint8_t mac[6],
    const char *address);
