/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv4 messages (RFC 2131 section 2, options of RFC 2132): bytes to a
 * structure and back. Every byte of a received message may be hostile.
 */
#pragma once

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "providers/dhcp/lease.h"

enum { DHCP_CLIENT_ID_MAX = 32 };

enum dhcp_message {
	DHCP_DISCOVER = 1,
	DHCP_OFFER = 2,
	DHCP_REQUEST = 3,
	DHCP_DECLINE = 4,
	DHCP_ACK = 5,
	DHCP_NAK = 6,
	DHCP_RELEASE = 7,
};

/* Who asks, for whom: the same in all messages of one card. */
struct dhcp_identity {
	uint8_t mac[6];
	uint8_t n_client_id;
	uint8_t client_id[DHCP_CLIENT_ID_MAX]; /* RFC 4361, type byte first */
};

struct dhcp_reply {
	enum dhcp_message message; /* OFFER, ACK or NAK */
	enum dhcp_flaw flaw;	   /* of lease; NONE for a NAK */
	/* Of OFFER and ACK, checked; of NAK only its server. */
	struct dhcp_lease lease;
};

/*
 * Reads a reply that answers xid for that identity. 0; -ENOMSG: it is for
 * somebody else, or not a DHCP reply; -EBADMSG: for us, but malformed, with
 * ret->lease.server when that could be read.
 */
int dhcp_reply_parse(const uint8_t *data, size_t n,
    const struct dhcp_identity *identity, uint32_t xid,
    struct dhcp_reply *ret);

/* A message to a server. Addresses of 0.0.0.0 are left out. */
struct dhcp_query {
	enum dhcp_message message;
	uint32_t xid;
	uint16_t secs;
	struct in_addr ciaddr;
	struct in_addr requested; /* option 50 */
	struct in_addr server;	  /* option 54 */
};

/* Writes it; returns its size. Sizes are bounded by construction: 240 bytes,
 * and options of at most 80 bytes; at least 300 in all (RFC 1542). */
size_t dhcp_query_build(uint8_t *data, size_t capacity,
    const struct dhcp_identity *identity, const struct dhcp_query *query);
