/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What packet sockets carry: IPv4 with UDP around a DHCP message, and ARP.
 * Bytes to structures and back; nothing is read or sent here.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FRAME_HEADERS = 28, /* IPv4 without options, and UDP */
	FRAME_PAYLOAD_MAX = 548,
	FRAME_MAX = FRAME_HEADERS + FRAME_PAYLOAD_MAX,
	ARP_SIZE = 28,
	MAC_SIZE = 6,
};

/*
 * Finds the UDP payload in the n bytes of an IPv4 packet to UDP port 68:
 * lengths, the header's checksum and, unless the kernel said that it is not
 * filled in yet (offloading), UDP's. 0, or -EBADMSG.
 */
int frame_parse(const uint8_t *data, size_t n, bool checksum_is_ready,
    const uint8_t **ret_payload, size_t *ret_n);

/* Writes the headers in front of the payload that is already there, at
 * data + FRAME_HEADERS, from port 68 to port 67. Returns the packet's size. */
size_t frame_build(uint8_t data[FRAME_MAX], size_t n_payload,
    struct in_addr from, struct in_addr to);

/* Who says in an ARP packet that an address is his, or is to be. */
struct arp_claim {
	uint8_t mac[MAC_SIZE];
	struct in_addr address; /* 0.0.0.0: a probe, which claims nothing */
	struct in_addr probed;	/* of a probe: what it is about, or 0.0.0.0 */
};

/* 0, or -EBADMSG for what is not ARP for IPv4 over Ethernet. */
int arp_parse(const uint8_t *data, size_t n, struct arp_claim *ret);

/* An ARP probe, which asks who has the address: RFC 5227 section 2.1.1. */
void arp_build_probe(uint8_t data[ARP_SIZE], const uint8_t mac[MAC_SIZE],
    struct in_addr address);

/* An ARP announcement: RFC 5227 section 2.3. */
void arp_build_announcement(uint8_t data[ARP_SIZE],
    const uint8_t mac[MAC_SIZE], struct in_addr address);
