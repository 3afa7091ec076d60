/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packet sockets of a card, which netconfd opens for netconf-dhcp4. Each
 * lets through only what is meant for this client, by a filter that nobody
 * can change any more, and so wakes nobody for other hosts' packets.
 *
 * They are opened without a protocol and bound once: the kernel makes the
 * bind() of a socket that already listens wait 10 to 15 ms, and the close()
 * of one that has listened always (so let its last owner be netconf-dhcp4).
 */
#pragma once

#include <netinet/in.h>
#include <stdint.h>

/* DHCP replies (UDP to port 68) for that MAC address. A descriptor, or
 * -errno. */
int socket_open_dhcp(uint32_t ifindex, const uint8_t mac[6]);

/* ARP packets in which somebody else claims the address, or probes for it. A
 * descriptor, or -errno. */
int socket_open_arp(
    uint32_t ifindex, const uint8_t mac[6], struct in_addr address);
