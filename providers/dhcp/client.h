/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DHCPv4 client of one card: RFC 2131's state machine, and RFC 5227's
 * announcing and defending of the address it got.
 *
 * Pure: packets, time and random numbers come in as arguments, packets and
 * events go out through dhcp_client_next(). Time is CLOCK_BOOTTIME in
 * milliseconds, so that a lease runs out while the machine sleeps. It never
 * goes back.
 *
 * (With CHECKING, where the address is probed for, between REQUESTING or
 * REBOOTING and BOUND: if `checks`. Somebody has it: DECLINE, and PAUSED.)
 *
 *            start                  OFFER                   ACK
 *     STOPPED ---> SELECTING ----------------> REQUESTING -------> BOUND
 *                  ^  ^    ^                    |   |             |  ^
 *        pause over|  |    |  unanswered; NAK   |   |           T1|  |ACK
 *                  |  |    `--------------------'   |             v  |
 *                PAUSED                             |       RENEWING-'
 *                  ^  again and again: NAK,         |             |  ^
 *                  |  unanswered                    |           T2|  |ACK
 *                  |<-------------------------------'             v  |
 *                  |<-------- conflict ---- BOUND..REBINDING   REBINDING
 *                  `-- SELECTING <-- NAK, expired -- RENEWING, REBINDING
 *
 * With an address that it held before, and perhaps still does, the client
 * starts in REBOOTING instead (RFC 2131's INIT-REBOOT and REBOOTING): it asks
 * for that one. ACK: BOUND; NAK, or no answer: SELECTING.
 *
 * Where the card has been without carrier, and may be in another network now,
 * it asks in the same way while it holds the lease: VERIFYING. ACK: BOUND; NAK:
 * SELECTING; no answer: as before (section 3.7).
 *
 * RFC 2131's INIT takes no time here: the DISCOVER leaves at once, without
 * the 1 to 10 s of section 4.4.1, which were meant for a building full of
 * machines getting their power back at once; a lost DISCOVER costs less than
 * that wait. PAUSED is INIT when it has to wait.
 *
 * How it differs from RFC 2131 in numbers, and why:
 * - The first retransmission comes after 1/4 s, not 4 (doubled up to 64 s,
 *   with up to 1/4, at most 1 s, more or less by chance). A switch port that
 *   forwards late or a lost packet is far more common today than a server
 *   that needs seconds; the doubling keeps the total load the same.
 * - An answer to REBOOTING or VERIFYING is waited for 3/4 s only, not a
 *   minute: a server that does not know the address of another network says
 *   nothing.
 * - While renewing, half of the remaining time is waited, at least 60 s, but
 *   not more than 1/8 of the lease: so leases of seconds work.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "providers/dhcp/acd.h"
#include "providers/dhcp/frame.h"
#include "providers/dhcp/packet.h"

#define DHCP_NEVER UINT64_MAX

enum dhcp_state {
	DHCP_STOPPED,
	DHCP_PAUSED,
	DHCP_SELECTING,
	DHCP_REQUESTING,
	DHCP_REBOOTING,
	DHCP_CHECKING,
	DHCP_BOUND,
	DHCP_VERIFYING,
	DHCP_RENEWING,
	DHCP_REBINDING,
};

enum dhcp_loss {
	DHCP_LOSS_EXPIRED = 1, /* nobody renewed it in time */
	DHCP_LOSS_NAK,	       /* the server took it back */
	DHCP_LOSS_CONFLICT,    /* another host insists on the address */
	DHCP_LOSSES,
};

enum dhcp_output_type {
	DHCP_OUTPUT_LOST,     /* the lease: loss says why */
	DHCP_OUTPUT_IGNORED,  /* server's offer: flaw says why */
	DHCP_OUTPUT_LEASE,    /* client->lease is new or renewed */
	DHCP_OUTPUT_CHECK,    /* probe for client->lease's address */
	DHCP_OUTPUT_NO_LEASE, /* none for 5 s; only offers with flaw, if any */
	DHCP_OUTPUT_PACKET,   /* IPv4, to the MAC address `to` */
	DHCP_OUTPUT_ARP,      /* to the MAC address `to` */
};

struct dhcp_output {
	enum dhcp_output_type type;
	enum dhcp_loss loss;
	enum dhcp_flaw flaw;
	struct in_addr server; /* of IGNORED, NO_LEASE; 0.0.0.0: none */
	const uint8_t *data;   /* valid until the next input */
	size_t n;
	uint8_t to[MAC_SIZE];
};

/* A packet from the card, from the IPv4 header on. */
struct dhcp_input {
	const uint8_t *data;
	size_t n;
	uint8_t from[MAC_SIZE];
	bool checksum_is_ready; /* false: UDP's is not filled in yet */
};

/* Embedded by its owner; the fields are the client's own, but for lease and
 * checks. */
struct dhcp_client {
	struct dhcp_identity identity;
	/* Whether an address is probed for before it is used; to be set before
	 * the start. */
	bool checks;
	enum dhcp_state state;
	struct dhcp_lease lease; /* held from BOUND on */

	uint32_t xid;
	uint64_t began_ms; /* the acquisition; for `secs` */
	uint64_t sent_ms;  /* the REQUEST that an ACK would answer */
	uint64_t due_ms;   /* next retransmission, or the end of a pause */
	unsigned tries;	   /* messages sent in this state */
	unsigned setbacks; /* NAKs and silences since the last lease */
	uint64_t t1_ms, t2_ms, expires_ms; /* points in time, or NEVER */
	uint8_t server_mac[MAC_SIZE];	   /* who sent the last ACK */
	struct in_addr hint; /* the address to ask for, once it was ours */

	struct acd acd; /* of the lease's address */

	unsigned pending; /* bits: 1 << enum dhcp_output_type */
	enum dhcp_loss loss;
	enum dhcp_flaw flaw;	  /* of the last offer ignored */
	struct in_addr flaw_from; /* its server */
	unsigned flaws_told;	  /* bits */
	bool no_lease_told;

	size_t n_packet;
	uint8_t packet_to[MAC_SIZE];
	uint8_t packet[FRAME_MAX];
};

/* Makes it STOPPED. */
void dhcp_client_init(
    struct dhcp_client *client, const struct dhcp_identity *identity);

/*
 * The inputs. After each, take all outputs with dhcp_client_next(). random
 * is 64 fresh random bits.
 */
/* former: an address that it may still hold a lease of, or 0.0.0.0. */
void dhcp_client_start(struct dhcp_client *client, uint64_t now_ms,
    uint64_t random, struct in_addr former);
void dhcp_client_packet(struct dhcp_client *client, uint64_t now_ms,
    uint64_t random, const struct dhcp_input *input);
/* An ARP packet of n bytes, from its hardware type on. */
void dhcp_client_arp(struct dhcp_client *client, uint64_t now_ms,
    const uint8_t *data, size_t n);
/* After CHECK: ARP packets about the address can be sent and come in now, so
 * it is probed for; can_listen false: they cannot, and it is used unprobed. */
void dhcp_client_probe(struct dhcp_client *client, uint64_t now_ms,
    uint64_t random, struct in_addr address, bool can_listen);
/* The card may be in another network now: asks whether a lease that it holds is
 * good there. */
void dhcp_client_verify(
    struct dhcp_client *client, uint64_t now_ms, uint64_t random);
/* Time has passed; to be called at dhcp_client_deadline() at the latest. */
void dhcp_client_time(
    struct dhcp_client *client, uint64_t now_ms, uint64_t random);
/* The address is configured: announce it, and defend it from now on. */
void dhcp_client_announce(struct dhcp_client *client, uint64_t now_ms,
    struct in_addr address);
/* Stops; gives the lease back to its server if release is true. */
void dhcp_client_stop(
    struct dhcp_client *client, uint64_t now_ms, uint64_t random, bool release);

/* The next output; false: there is none. */
bool dhcp_client_next(struct dhcp_client *client, struct dhcp_output *ret);

/* When dhcp_client_time() is to be called; DHCP_NEVER: not at all. */
uint64_t dhcp_client_deadline(const struct dhcp_client *client);
