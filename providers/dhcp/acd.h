/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address conflict detection (RFC 5227) for one IPv4 address of a card: asks
 * whether somebody has it, announces it once it is configured, and defends it.
 *
 *                acd_probe                       acd_announce
 *          OFF ------------> PROBING --> (FREE) -------------> IN_USE
 *           |                   |                                 ^
 *           |                   `--> (CONFLICT)                   |
 *           `------------------------ acd_announce ---------------'
 *
 * Pure: packets, time and random numbers come in, an ARP packet to be sent to
 * everyone, or a verdict, comes out.
 *
 * The probes are a fifth of RFC 5227's times apart (200 to 400 ms, the first
 * after up to 200 ms, and 400 ms are waited after the last). These were chosen
 * for links on which a host may take seconds to hear of it; on an Ethernet
 * one answers within a few milliseconds, and somebody waits for the address.
 */
#pragma once

#include "providers/dhcp/frame.h"

#define ACD_NEVER UINT64_MAX

enum acd_state { ACD_OFF, ACD_PROBING, ACD_IN_USE };

enum acd_verdict {
	ACD_NOTHING,
	ACD_SEND,     /* acd->packet, to everyone */
	ACD_FREE,     /* PROBING has ended: nobody has it */
	ACD_CONFLICT, /* somebody has it, or insists on it; OFF from now on */
};

/* Embedded by its owner; starts as {0}, with the card's MAC address. */
struct acd {
	uint8_t mac[MAC_SIZE];
	enum acd_state state;
	struct in_addr address;
	unsigned left;        /* packets still to be sent */
	uint64_t due_ms;      /* for the next, or the verdict; NEVER */
	uint64_t conflict_ms; /* the last one defended; 0: none */
	uint8_t packet[ARP_SIZE];
};

/* Time is in milliseconds and never goes back; random is fresh bits. */
void acd_probe(struct acd *acd, uint64_t now_ms, uint64_t random,
    struct in_addr address);
/* The address is configured. SEND. */
enum acd_verdict acd_announce(
    struct acd *acd, uint64_t now_ms, struct in_addr address);
/* An ARP packet of n bytes, from its hardware type on. */
enum acd_verdict acd_packet(
    struct acd *acd, uint64_t now_ms, const uint8_t *data, size_t n);
/* Time has passed; to be called at acd_deadline() at the latest. */
enum acd_verdict acd_time(struct acd *acd, uint64_t now_ms, uint64_t random);
void acd_stop(struct acd *acd);

/* When acd_time() is to be called; ACD_NEVER: not at all. */
uint64_t acd_deadline(const struct acd *acd);
