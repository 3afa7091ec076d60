/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/client.h"

#include <errno.h>
#include <string.h>

#include "base/macros.h"

enum {
	RETRANSMIT_FIRST_MS = 250,
	RETRANSMIT_MAX_MS = 64000, /* the first one doubled 8 times */
	/* The last one is sent after some 4 s; after 8 s another server gets
	 * a chance. */
	REQUESTS = 5,
	/* With five DISCOVERs unanswered somebody should be told. */
	NO_LEASE_MS = 5000,
	RENEW_WAIT_MIN_MS = 60000,

	/* Two of them, at 0 and some 250 ms; after 750 ms all servers. */
	REBOOT_REQUESTS = 2,
	/* RFC 2131 section 3.1, 5: after a DECLINE */
	CONFLICT_PAUSE_MS = 10000,
	/* After the second setback in a row; doubled with each further one. */
	SETBACK_PAUSE_MS = 1000,
};

static const uint8_t everyone[MAC_SIZE] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static bool has_lease(const struct dhcp_client *c)
{
	switch (c->state) {
	case DHCP_BOUND:
	case DHCP_VERIFYING:
	case DHCP_RENEWING:
	case DHCP_REBINDING:
		return true;
	case DHCP_STOPPED:
	case DHCP_PAUSED:
	case DHCP_SELECTING:
	case DHCP_REQUESTING:
	case DHCP_REBOOTING:
	case DHCP_CHECKING:
		break;
	}
	return false;
}

static void tell(struct dhcp_client *c, enum dhcp_output_type output)
{
	c->pending |= 1U << output;
}

/* ---- sending ---- */

static void send_query(struct dhcp_client *c, uint64_t now_ms,
    struct dhcp_query query, struct in_addr to, const uint8_t to_mac[MAC_SIZE])
{
	uint64_t secs = (now_ms - c->began_ms) / 1000;
	size_t n;

	query.xid = c->xid;
	query.secs = secs > UINT16_MAX ? UINT16_MAX : (uint16_t)secs;
	n = dhcp_query_build(c->packet + FRAME_HEADERS, FRAME_PAYLOAD_MAX,
	    &c->identity, &query);
	/* ciaddr is ours exactly when we can be reached under it. */
	c->n_packet = frame_build(c->packet, n, query.ciaddr, to);
	memcpy(c->packet_to, to_mac, MAC_SIZE);
	tell(c, DHCP_OUTPUT_PACKET);
}

static void broadcast_query(
    struct dhcp_client *c, uint64_t now_ms, struct dhcp_query query)
{
	struct in_addr to = {INADDR_BROADCAST};

	send_query(c, now_ms, query, to, everyone);
}

/*
 * To the server that gave the lease. The card is a packet socket, without
 * routing and ARP: the frame goes to the MAC address that the last ACK came
 * from, which is the server's, or that of the relay or router on the way to
 * it. Should that be wrong, REBINDING asks everyone.
 */
static void unicast_query(
    struct dhcp_client *c, uint64_t now_ms, struct dhcp_query query)
{
	send_query(c, now_ms, query, c->lease.server, c->server_mac);
}

static uint64_t doubled(uint64_t ms, unsigned times)
{
	if (times > 8 || ms << times > RETRANSMIT_MAX_MS)
		return RETRANSMIT_MAX_MS;
	return ms << times;
}

/* When to send again what has been sent `tries` times. */
static uint64_t retransmit_at(
    const struct dhcp_client *c, uint64_t now_ms, uint64_t random)
{
	uint64_t wait = doubled(RETRANSMIT_FIRST_MS, c->tries - 1);
	uint64_t spread = wait / 4 > 1000 ? 1000 : wait / 4;

	return now_ms + wait - spread + (random >> 32) % (2 * spread + 1);
}

static void discover(struct dhcp_client *c, uint64_t now_ms, uint64_t random)
{
	struct dhcp_query query = {
		.message = DHCP_DISCOVER, .requested = c->hint};

	c->tries++;
	broadcast_query(c, now_ms, query);
	c->due_ms = retransmit_at(c, now_ms, random);
}

static void select_server(
    struct dhcp_client *c, uint64_t now_ms, uint64_t random)
{
	c->state = DHCP_SELECTING;
	c->xid = (uint32_t)random;
	c->tries = 0;
	discover(c, now_ms, random);
}

/* What was offered; while REBOOTING or VERIFYING without a server, as of RFC
 * 2131 section 4.3.2. */
static void request_offer(
    struct dhcp_client *c, uint64_t now_ms, uint64_t random)
{
	struct dhcp_query query = {
		.message = DHCP_REQUEST,
		.requested = c->lease.address,
	};

	if (c->state == DHCP_REQUESTING)
		query.server = c->lease.server;
	/* All tries have one xid, so an ACK may answer the first of them:
	 * the lease is counted from that. */
	if (!c->tries++)
		c->sent_ms = now_ms;
	broadcast_query(c, now_ms, query);
	c->due_ms = retransmit_at(c, now_ms, random);
}

/*
 * RFC 2131 section 4.4.5. Each try has an xid of its own: they are far
 * apart, and an ACK then tells which of them the lease is counted from.
 */
static void request_renewal(
    struct dhcp_client *c, uint64_t now_ms, uint64_t random)
{
	struct dhcp_query query = {
		.message = DHCP_REQUEST, .ciaddr = c->lease.address};
	bool renewing = c->state == DHCP_RENEWING;
	uint64_t until = renewing ? c->t2_ms : c->expires_ms;
	uint64_t wait = (until - now_ms) / 2;
	uint64_t wait_min = (uint64_t)c->lease.lifetime_s * 1000 / 8;

	if (!c->tries++)
		c->began_ms = now_ms;
	c->xid = (uint32_t)random;
	c->sent_ms = now_ms;
	if (renewing)
		unicast_query(c, now_ms, query);
	else
		broadcast_query(c, now_ms, query);
	if (wait_min > RENEW_WAIT_MIN_MS)
		wait_min = RENEW_WAIT_MIN_MS;
	c->due_ms = now_ms + (wait < wait_min ? wait_min : wait);
	if (c->due_ms > until)
		c->due_ms = until;
}

/* ---- having and losing a lease ---- */

/* T1 and T2 as the server wants them if they make sense (0 < T1 < T2 <
 * lifetime), else RFC 2131's 1/2 and 7/8. */
static void set_times(struct dhcp_client *c)
{
	uint64_t life = (uint64_t)c->lease.lifetime_s * 1000;
	uint64_t t1 = (uint64_t)c->lease.t1_s * 1000;
	uint64_t t2 = (uint64_t)c->lease.t2_s * 1000;

	if (c->lease.lifetime_s == DHCP_FOREVER) {
		c->t1_ms = c->t2_ms = c->expires_ms = DHCP_NEVER;
		return;
	}
	if (!t2 || t2 >= life)
		t2 = life / 8 * 7;
	if (!t1 || t1 >= t2)
		t1 = t2 > life / 2 ? life / 2 : t2 / 2;
	c->t1_ms = c->sent_ms + t1;
	c->t2_ms = c->sent_ms + t2;
	c->expires_ms = c->sent_ms + life;
}

static void bind_lease(struct dhcp_client *c)
{
	c->hint = c->lease.address;
	c->state = DHCP_BOUND;
	c->tries = 0;
	c->setbacks = 0;
	c->flaws_told = 0;
	c->flaw = DHCP_FLAW_NONE;
	c->no_lease_told = false;
	c->due_ms = c->t1_ms;
	tell(c, DHCP_OUTPUT_LEASE);
}

/* Starts from the beginning: at once the first time, after a growing pause
 * when that keeps failing. */
static void start_over(struct dhcp_client *c, uint64_t now_ms, uint64_t random)
{
	if (!c->setbacks++) {
		select_server(c, now_ms, random);
		return;
	}
	c->state = DHCP_PAUSED;
	c->due_ms = now_ms + doubled(SETBACK_PAUSE_MS, c->setbacks - 2);
}

static void lose_lease(
    struct dhcp_client *c, uint64_t now_ms, enum dhcp_loss loss)
{
	acd_stop(&c->acd);
	c->began_ms = now_ms;
	c->loss = loss;
	c->pending &= ~(1U << DHCP_OUTPUT_LEASE);
	/* The owner is told by the loss that there is none. */
	c->no_lease_told = true;
	tell(c, DHCP_OUTPUT_LOST);
}

static void note_flaw(struct dhcp_client *c, enum dhcp_flaw flaw,
    struct in_addr server)
{
	c->flaw = flaw;
	c->flaw_from = server;
	if (c->flaws_told & 1U << flaw)
		return;
	c->flaws_told |= 1U << flaw;
	tell(c, DHCP_OUTPUT_IGNORED);
}

/* ---- inputs ---- */

void dhcp_client_init(
    struct dhcp_client *c, const struct dhcp_identity *identity)
{
	*c = (struct dhcp_client){
		.identity = *identity,
		.due_ms = DHCP_NEVER,
	};
	memcpy(c->acd.mac, identity->mac, MAC_SIZE);
}

void dhcp_client_start(struct dhcp_client *c, uint64_t now_ms,
    uint64_t random, struct in_addr former)
{
	if (c->state != DHCP_STOPPED)
		return;
	c->began_ms = now_ms;
	if (!former.s_addr) {
		select_server(c, now_ms, random);
		return;
	}
	c->state = DHCP_REBOOTING;
	c->hint = former;
	c->lease = (struct dhcp_lease){.address = former};
	c->xid = (uint32_t)random;
	c->tries = 0;
	request_offer(c, now_ms, random);
}

void dhcp_client_verify(
    struct dhcp_client *c, uint64_t now_ms, uint64_t random)
{
	if (!has_lease(c))
		return;
	c->state = DHCP_VERIFYING;
	c->began_ms = now_ms;
	c->xid = (uint32_t)random;
	c->tries = 0;
	request_offer(c, now_ms, random);
}

static void take_offer(struct dhcp_client *c, uint64_t now_ms,
    uint64_t random, const struct dhcp_reply *reply)
{
	if (reply->flaw) {
		note_flaw(c, reply->flaw, reply->lease.server);
		return;
	}
	c->lease = reply->lease;
	c->state = DHCP_REQUESTING;
	c->tries = 0;
	request_offer(c, now_ms, random);
}

static void take_ack(struct dhcp_client *c, const struct dhcp_reply *reply,
    const uint8_t from[MAC_SIZE])
{
	enum dhcp_flaw flaw = reply->flaw;

	if (!flaw && reply->lease.address.s_addr != c->lease.address.s_addr)
		flaw = DHCP_FLAW_OTHER;
	if (flaw) {
		note_flaw(c, flaw, reply->lease.server);
		return;
	}
	c->lease = reply->lease;
	memcpy(c->server_mac, from, MAC_SIZE);
	set_times(c);
	if (!c->checks || has_lease(c)) {
		bind_lease(c);
		return;
	}
	c->state = DHCP_CHECKING;
	c->due_ms = c->expires_ms;
	tell(c, DHCP_OUTPUT_CHECK);
}

/* In these everyone was asked, and anyone may answer. */
static bool is_from_our_server(
    const struct dhcp_client *c, const struct dhcp_reply *reply)
{
	return c->state == DHCP_REBOOTING || c->state == DHCP_VERIFYING ||
	    c->state == DHCP_REBINDING ||
	    reply->lease.server.s_addr == c->lease.server.s_addr;
}

static void take_reply(struct dhcp_client *c, uint64_t now_ms, uint64_t random,
    const struct dhcp_reply *reply, const uint8_t from[MAC_SIZE])
{
	switch (reply->message) {
	case DHCP_OFFER:
		if (c->state == DHCP_SELECTING)
			take_offer(c, now_ms, random, reply);
		return;
	case DHCP_ACK:
		if (c->state != DHCP_SELECTING && is_from_our_server(c, reply))
			take_ack(c, reply, from);
		return;
	case DHCP_NAK:
		if (c->state == DHCP_SELECTING || !is_from_our_server(c, reply))
			return;
		if (has_lease(c))
			lose_lease(c, now_ms, DHCP_LOSS_NAK);
		c->hint.s_addr = 0;
		start_over(c, now_ms, random);
		return;
	case DHCP_DISCOVER:
	case DHCP_REQUEST:
	case DHCP_DECLINE:
	case DHCP_RELEASE:
		return;
	}
}

/* In BOUND nothing was asked: an OFFER, ACK, NAK or FORCERENEW that comes by
 * itself is nobody's answer. */
static bool listens(const struct dhcp_client *c)
{
	switch (c->state) {
	case DHCP_SELECTING:
	case DHCP_REQUESTING:
	case DHCP_REBOOTING:
	case DHCP_VERIFYING:
	case DHCP_RENEWING:
	case DHCP_REBINDING:
		return true;
	case DHCP_STOPPED:
	case DHCP_PAUSED:
	case DHCP_CHECKING:
	case DHCP_BOUND:
		break;
	}
	return false;
}

void dhcp_client_packet(struct dhcp_client *c, uint64_t now_ms,
    uint64_t random, const struct dhcp_input *input)
{
	struct dhcp_reply reply;
	const uint8_t *payload;
	size_t n;
	int r;

	/* A packet that comes after the end of the lease does not save it. */
	if (now_ms >= dhcp_client_deadline(c))
		dhcp_client_time(c, now_ms, random);
	if (!listens(c) ||
	    frame_parse(input->data, input->n, input->checksum_is_ready,
		&payload, &n))
		return;
	r = dhcp_reply_parse(payload, n, &c->identity, c->xid, &reply);
	if (r == -EBADMSG)
		note_flaw(c, DHCP_FLAW_MALFORMED, reply.lease.server);
	if (!r)
		take_reply(c, now_ms, random, &reply, input->from);
}

/* Another host has the address: RFC 2131 section 3.1, 5. */
static void decline(struct dhcp_client *c, uint64_t now_ms)
{
	struct dhcp_query query = {
		.message = DHCP_DECLINE,
		.requested = c->lease.address,
		.server = c->lease.server,
	};

	lose_lease(c, now_ms, DHCP_LOSS_CONFLICT);
	c->hint.s_addr = 0;
	broadcast_query(c, now_ms, query);
	c->state = DHCP_PAUSED;
	c->due_ms = now_ms + CONFLICT_PAUSE_MS;
}

static void take_verdict(
    struct dhcp_client *c, uint64_t now_ms, enum acd_verdict verdict)
{
	switch (verdict) {
	case ACD_NOTHING:
		break;
	case ACD_SEND:
		tell(c, DHCP_OUTPUT_ARP);
		break;
	case ACD_FREE:
		bind_lease(c);
		break;
	case ACD_CONFLICT:
		decline(c, now_ms);
		break;
	}
}

void dhcp_client_arp(struct dhcp_client *c, uint64_t now_ms,
    const uint8_t *data, size_t n)
{
	take_verdict(c, now_ms, acd_packet(&c->acd, now_ms, data, n));
}

void dhcp_client_probe(struct dhcp_client *c, uint64_t now_ms,
    uint64_t random, struct in_addr address, bool can_listen)
{
	if (c->state != DHCP_CHECKING ||
	    address.s_addr != c->lease.address.s_addr)
		return; /* lost in the meantime */
	if (can_listen)
		acd_probe(&c->acd, now_ms, random, address);
	else
		bind_lease(c);
}

void dhcp_client_announce(
    struct dhcp_client *c, uint64_t now_ms, struct in_addr address)
{
	if (!has_lease(c) || address.s_addr != c->lease.address.s_addr)
		return; /* lost in the meantime */
	take_verdict(c, now_ms, acd_announce(&c->acd, now_ms, address));
}

/* A held lease grows older: several steps may be due after a sleep. */
static void age_lease(struct dhcp_client *c, uint64_t now_ms, uint64_t random)
{
	if (now_ms >= c->expires_ms) {
		lose_lease(c, now_ms, DHCP_LOSS_EXPIRED);
		c->setbacks = 0;
		select_server(c, now_ms, random);
		return;
	}
	if (now_ms >= c->t2_ms && c->state != DHCP_REBINDING) {
		c->state = DHCP_REBINDING;
		c->tries = 0;
	} else if (c->state == DHCP_BOUND) {
		c->state = DHCP_RENEWING;
		c->tries = 0;
	}
	request_renewal(c, now_ms, random);
}

/* Nobody has said that it is not good here: it goes on. */
static void end_verifying(struct dhcp_client *c)
{
	c->state = DHCP_BOUND;
	c->due_ms = c->t1_ms;
}

/* When it is to be said that there is no lease yet; or NEVER. */
static uint64_t no_lease_at(const struct dhcp_client *c)
{
	if (c->no_lease_told || has_lease(c) || c->state == DHCP_STOPPED)
		return DHCP_NEVER;
	return c->began_ms + NO_LEASE_MS;
}

void dhcp_client_time(
    struct dhcp_client *c, uint64_t now_ms, uint64_t random)
{
	take_verdict(c, now_ms, acd_time(&c->acd, now_ms, random));
	if (now_ms >= no_lease_at(c)) {
		c->no_lease_told = true;
		tell(c, DHCP_OUTPUT_NO_LEASE);
	}
	if (now_ms < c->due_ms)
		return;
	switch (c->state) {
	case DHCP_STOPPED:
		break;
	case DHCP_PAUSED:
		select_server(c, now_ms, random);
		break;
	case DHCP_SELECTING:
		discover(c, now_ms, random);
		break;
	case DHCP_REQUESTING:
		if (c->tries < REQUESTS) {
			request_offer(c, now_ms, random);
			break;
		}
		start_over(c, now_ms, random);
		break;
	case DHCP_REBOOTING:
		if (c->tries < REBOOT_REQUESTS)
			request_offer(c, now_ms, random);
		else
			select_server(c, now_ms, random);
		break;
	case DHCP_VERIFYING:
		if (now_ms >= c->expires_ms)
			age_lease(c, now_ms, random);
		else if (c->tries < REBOOT_REQUESTS)
			request_offer(c, now_ms, random);
		else
			end_verifying(c);
		break;
	case DHCP_CHECKING:
	case DHCP_BOUND:
	case DHCP_RENEWING:
	case DHCP_REBINDING:
		age_lease(c, now_ms, random);
		break;
	}
}

void dhcp_client_stop(
    struct dhcp_client *c, uint64_t now_ms, uint64_t random, bool release)
{
	struct dhcp_query query = {
		.message = DHCP_RELEASE,
		.ciaddr = c->lease.address,
		.server = c->lease.server,
	};

	c->pending = 0;
	if (release && has_lease(c)) {
		c->xid = (uint32_t)random;
		c->began_ms = now_ms;
		unicast_query(c, now_ms, query);
	}
	acd_stop(&c->acd);
	c->state = DHCP_STOPPED;
	c->due_ms = DHCP_NEVER;
}

/* ---- outputs ---- */

bool dhcp_client_next(struct dhcp_client *c, struct dhcp_output *ret)
{
	if (!c->pending)
		return false;
	*ret = (struct dhcp_output){
		.type = (enum dhcp_output_type)__builtin_ctz(c->pending)};
	c->pending &= c->pending - 1;
	switch (ret->type) {
	case DHCP_OUTPUT_LOST:
		ret->loss = c->loss;
		break;
	case DHCP_OUTPUT_IGNORED:
	case DHCP_OUTPUT_NO_LEASE:
		ret->flaw = c->flaw;
		ret->server = c->flaw_from;
		break;
	case DHCP_OUTPUT_LEASE:
	case DHCP_OUTPUT_CHECK:
		break;
	case DHCP_OUTPUT_PACKET:
		ret->data = c->packet;
		ret->n = c->n_packet;
		memcpy(ret->to, c->packet_to, MAC_SIZE);
		break;
	case DHCP_OUTPUT_ARP:
		ret->data = c->acd.packet;
		ret->n = ARP_SIZE;
		memcpy(ret->to, everyone, MAC_SIZE);
		break;
	}
	return true;
}

uint64_t dhcp_client_deadline(const struct dhcp_client *c)
{
	uint64_t at = no_lease_at(c), acd = acd_deadline(&c->acd);

	if (acd < at)
		at = acd;
	return c->due_ms < at ? c->due_ms : at;
}
