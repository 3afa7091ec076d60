/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client's state machine, in simulated time. */
#include <check.h>
#include <string.h>

#include "base/macros.h"
#include "providers/dhcp/client.h"
#include "tests/unit/dhcp4-server.h"
#include "tests/unit/run.h"

enum { SECOND = 1000, START = 5000 * SECOND };

static const struct dhcp_identity identity = {
	.mac = {2, 0, 0, 0, 0, 1},
	.n_client_id = 4,
	.client_id = {255, 1, 2, 3},
};
static const uint8_t server_mac[6] = {2, 0, 0, 0, 0, 9};
static const uint8_t other_mac[6] = {2, 0, 0, 0, 0, 7};
static const uint8_t everyone[6] = {255, 255, 255, 255, 255, 255};

static const struct in_addr nothing;

/* One client and what came out of it last. */
static struct dhcp_client client;
static uint64_t now;
static uint64_t random_bits;
static unsigned events; /* bits of enum dhcp_output_type */
static struct dhcp_output notice;
static struct query query;
static uint8_t query_to[6];

static uint64_t next_random(void)
{
	/* Any sequence will do: xorshift. */
	random_bits ^= random_bits << 13;
	random_bits ^= random_bits >> 7;
	random_bits ^= random_bits << 17;
	return random_bits;
}

static void drain(void)
{
	struct dhcp_output output;

	events = 0;
	while (dhcp_client_next(&client, &output)) {
		ck_assert(!(events & 1U << output.type));
		events |= 1U << output.type;
		if (output.type == DHCP_OUTPUT_PACKET) {
			query_read(&query, output.data, output.n);
			memcpy(query_to, output.to, 6);
		} else if (output.type != DHCP_OUTPUT_ARP &&
		    output.type != DHCP_OUTPUT_LEASE) {
			notice = output;
		}
	}
}

static bool has(enum dhcp_output_type type)
{
	return events & 1U << type;
}

static void begin(void)
{
	now = START;
	random_bits = 88172645463325252;
	dhcp_client_init(&client, &identity);
	dhcp_client_start(&client, now, next_random(), nothing);
	drain();
}

/* Time goes on until something happens, at most to `until`. */
static void step(uint64_t until)
{
	uint64_t at = dhcp_client_deadline(&client);

	events = 0;
	ck_assert_uint_ge(until, now);
	if (at > until) {
		now = until;
		return;
	}
	if (at > now)
		now = at;
	dhcp_client_time(&client, now, next_random());
	drain();
}

static void receive(struct reply *r, const char *server)
{
	size_t n = reply_end(r, server);
	struct dhcp_input input = {
		.data = r->data, .n = n, .checksum_is_ready = true};

	memcpy(input.from, server_mac, 6);
	dhcp_client_packet(&client, now, next_random(), &input);
	drain();
}

static void answer(struct reply *r, uint8_t message, const char *address,
    const char *server, uint32_t lease_s)
{
	reply_begin(r, client.xid, identity.mac, address);
	reply_u8(r, 53, message);
	reply_ip(r, 54, server);
	if (message == DHCP_NAK)
		return;
	reply_ip(r, 1, "255.255.255.0");
	reply_ip(r, 3, "192.0.2.1");
	reply_u32(r, 51, lease_s);
}

static void reply(uint8_t message, uint32_t lease_s)
{
	struct reply r;

	answer(&r, message, message == DHCP_NAK ? "0.0.0.0" : "192.0.2.105",
	    "192.0.2.1", lease_s);
	receive(&r, "192.0.2.1");
}

static void get_lease(uint32_t lease_s)
{
	begin();
	reply(DHCP_OFFER, lease_s);
	reply(DHCP_ACK, lease_s);
	ck_assert_int_eq(client.state, DHCP_BOUND);
	ck_assert(has(DHCP_OUTPUT_LEASE));
}

START_TEST(the_discover_leaves_at_once)
{
	begin();
	ck_assert_int_eq(client.state, DHCP_SELECTING);
	ck_assert(has(DHCP_OUTPUT_PACKET));
	ck_assert_uint_eq(query.message, DHCP_DISCOVER);
	ck_assert_mem_eq(query_to, everyone, 6);
	ck_assert_uint_eq(query.from.s_addr, 0);
	ck_assert_uint_eq(query.to.s_addr, INADDR_BROADCAST);
	ck_assert_uint_eq(query.requested.s_addr, 0);
	ck_assert_mem_eq(query.client_id, identity.client_id, 4);
}
END_TEST

START_TEST(the_first_good_offer_is_taken_and_bound_without_delay)
{
	uint32_t xid;

	begin();
	xid = query.xid;
	reply(DHCP_OFFER, 3600);
	ck_assert_int_eq(client.state, DHCP_REQUESTING);
	ck_assert_uint_eq(query.message, DHCP_REQUEST);
	ck_assert_uint_eq(query.xid, xid);
	ck_assert_uint_eq(query.requested.s_addr, ip("192.0.2.105").s_addr);
	ck_assert_uint_eq(query.server.s_addr, ip("192.0.2.1").s_addr);
	ck_assert_uint_eq(query.ciaddr.s_addr, 0);
	reply(DHCP_ACK, 3600);
	ck_assert_int_eq(client.state, DHCP_BOUND);
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_LEASE);
	ck_assert_uint_eq(
	    client.lease.address.s_addr, ip("192.0.2.105").s_addr);
	ck_assert_uint_eq(client.t1_ms, START + 1800 * SECOND);
	ck_assert_uint_eq(client.t2_ms, START + 3150 * SECOND);
	ck_assert_uint_eq(client.expires_ms, START + 3600 * SECOND);
}
END_TEST

START_TEST(discovers_come_again_after_250_ms_up_to_64_s_and_are_told_once)
{
	uint64_t wait = SECOND / 4;
	unsigned told = 0;

	begin();
	for (int i = 0; i < 40; i++) {
		uint64_t before = now, spread = wait / 4 > 1000 ? 1000
								: wait / 4;

		step(UINT64_MAX - 1);
		if (has(DHCP_OUTPUT_NO_LEASE)) {
			told++;
			ck_assert_uint_eq(now, START + 5 * SECOND);
			ck_assert_int_eq(notice.flaw, DHCP_FLAW_NONE);
			ck_assert(!has(DHCP_OUTPUT_PACKET));
			step(UINT64_MAX - 1);
		}
		ck_assert(has(DHCP_OUTPUT_PACKET));
		ck_assert_uint_eq(query.message, DHCP_DISCOVER);
		ck_assert_uint_ge(now - before, wait - spread);
		ck_assert_uint_le(now - before, wait + spread);
		ck_assert_uint_eq(query.secs, (now - START) / 1000);
		wait = wait * 2 > 64 * SECOND ? 64 * SECOND : wait * 2;
	}
	ck_assert_uint_eq(told, 1);
	/* and then a server comes */
	reply(DHCP_OFFER, 60);
	reply(DHCP_ACK, 60);
	ck_assert_int_eq(client.state, DHCP_BOUND);
}
END_TEST

START_TEST(retransmissions_are_spread_by_chance)
{
	uint64_t seen[8];

	for (size_t i = 0; i < ARRAY_SIZE(seen); i++) {
		dhcp_client_init(&client, &identity);
		dhcp_client_start(&client, START, i << 32 << 5, nothing);
		drain();
		seen[i] = dhcp_client_deadline(&client);
		for (size_t k = 0; k < i; k++)
			ck_assert_uint_ne(seen[i], seen[k]);
	}
}
END_TEST

START_TEST(an_unanswered_request_gives_another_server_a_chance)
{
	begin();
	reply(DHCP_OFFER, 3600);
	for (int i = 0; i < 4; i++) {
		step(UINT64_MAX - 1);
		ck_assert_uint_eq(query.message, DHCP_REQUEST);
	}
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_NO_LEASE);
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(query.message, DHCP_DISCOVER);
	ck_assert_uint_le(now - START, 10 * SECOND);
	/* An offer that is never made good does not keep the line busy. */
	for (int i = 0; i < 5; i++) {
		reply(DHCP_OFFER, 3600);
		while (client.state == DHCP_REQUESTING)
			step(UINT64_MAX - 1);
		ck_assert_int_eq(client.state, DHCP_PAUSED);
		ck_assert_uint_eq(client.due_ms - now, (uint64_t)SECOND << i);
		step(UINT64_MAX - 1);
		ck_assert_int_eq(client.state, DHCP_SELECTING);
		ck_assert(!has(DHCP_OUTPUT_NO_LEASE));
	}
}
END_TEST

START_TEST(the_lease_counts_from_the_request_not_the_ack)
{
	begin();
	now += SECOND / 2;
	reply(DHCP_OFFER, 8);
	now += SECOND / 2;
	reply(DHCP_ACK, 8);
	ck_assert_uint_eq(client.expires_ms, START + SECOND / 2 + 8 * SECOND);
}
END_TEST

START_TEST(nak_while_requesting_starts_over_at_once_then_with_pauses)
{
	begin();
	reply(DHCP_OFFER, 3600);
	reply(DHCP_NAK, 0);
	ck_assert_int_eq(client.state, DHCP_SELECTING);
	ck_assert_uint_eq(query.message, DHCP_DISCOVER);
	ck_assert(!has(DHCP_OUTPUT_LOST));
	for (int i = 0; i < 9; i++) {
		uint64_t pause = (uint64_t)SECOND << i;

		reply(DHCP_OFFER, 3600);
		reply(DHCP_NAK, 0);
		ck_assert_int_eq(client.state, DHCP_PAUSED);
		ck_assert_uint_eq(client.due_ms - now,
		    pause > 64 * SECOND ? 64 * SECOND : pause);
		while (client.state == DHCP_PAUSED)
			step(UINT64_MAX - 1);
	}
}
END_TEST

START_TEST(nak_while_selecting_or_bound_is_ignored)
{
	begin();
	reply(DHCP_NAK, 0);
	ck_assert_uint_eq(events, 0);
	ck_assert_int_eq(client.state, DHCP_SELECTING);
	get_lease(3600);
	reply(DHCP_NAK, 0);
	ck_assert_uint_eq(events, 0);
	ck_assert_int_eq(client.state, DHCP_BOUND);
}
END_TEST

START_TEST(nak_while_renewing_or_rebinding_loses_the_lease)
{
	for (int rebinding = 0; rebinding < 2; rebinding++) {
		get_lease(3600);
		while (client.state !=
		    (rebinding ? DHCP_REBINDING : DHCP_RENEWING))
			step(UINT64_MAX - 1);
		reply(DHCP_NAK, 0);
		ck_assert(has(DHCP_OUTPUT_LOST));
		ck_assert_int_eq(notice.loss, DHCP_LOSS_NAK);
		ck_assert_int_eq(client.state, DHCP_SELECTING);
		ck_assert_uint_eq(query.message, DHCP_DISCOVER);
		ck_assert_uint_eq(query.requested.s_addr, 0);
		ck_assert_uint_eq(query.secs, 0);
	}
}
END_TEST

START_TEST(t1_renews_by_unicast_with_the_mac_of_the_last_ack)
{
	uint32_t xid;

	get_lease(3600);
	xid = client.xid;
	step(START + 1800 * SECOND - 1);
	ck_assert_uint_eq(events, 0);
	step(START + 1800 * SECOND);
	ck_assert_int_eq(client.state, DHCP_RENEWING);
	ck_assert_uint_eq(query.message, DHCP_REQUEST);
	ck_assert_mem_eq(query_to, server_mac, 6);
	ck_assert_uint_eq(query.to.s_addr, ip("192.0.2.1").s_addr);
	ck_assert_uint_eq(query.from.s_addr, ip("192.0.2.105").s_addr);
	ck_assert_uint_eq(query.ciaddr.s_addr, ip("192.0.2.105").s_addr);
	ck_assert_uint_eq(query.requested.s_addr, 0);
	ck_assert_uint_eq(query.server.s_addr, 0);
	ck_assert_uint_ne(query.xid, xid);
	now += 100;
	reply(DHCP_ACK, 3600);
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_LEASE);
	ck_assert_int_eq(client.state, DHCP_BOUND);
	ck_assert_uint_eq(client.expires_ms, START + (1800 + 3600) * SECOND);
}
END_TEST

START_TEST(renewing_waits_half_of_the_rest_but_60_s)
{
	get_lease(3600); /* T1 1800, T2 3150 */
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(client.due_ms - now, 675 * SECOND);
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(client.due_ms - now, 337500);
	for (int i = 0; client.state == DHCP_RENEWING; i++) {
		uint64_t before = now;

		ck_assert_int_lt(i, 10);
		step(UINT64_MAX - 1);
		ck_assert(now - before >= 60 * SECOND ||
		    now == START + 3150 * SECOND);
	}
	ck_assert_uint_eq(now, START + 3150 * SECOND);
	ck_assert_int_eq(client.state, DHCP_REBINDING);
	ck_assert_mem_eq(query_to, everyone, 6);
	ck_assert_uint_eq(query.to.s_addr, INADDR_BROADCAST);
	ck_assert_uint_eq(query.ciaddr.s_addr, ip("192.0.2.105").s_addr);
}
END_TEST

START_TEST(a_lease_of_8_s_is_exact)
{
	unsigned requests = 0;

	get_lease(8);
	ck_assert_uint_eq(client.t1_ms, START + 4000);
	ck_assert_uint_eq(client.t2_ms, START + 7000);
	while (client.state != DHCP_SELECTING) {
		step(START + 8000);
		requests += has(DHCP_OUTPUT_PACKET);
	}
	ck_assert_uint_eq(now, START + 8000);
	ck_assert(has(DHCP_OUTPUT_LOST));
	ck_assert_int_eq(notice.loss, DHCP_LOSS_EXPIRED);
	ck_assert_uint_ge(requests, 4);
	ck_assert_uint_le(requests, 8);
	/* It asks for its old address, and gets it. */
	ck_assert_uint_eq(query.message, DHCP_DISCOVER);
	ck_assert_uint_eq(query.requested.s_addr, ip("192.0.2.105").s_addr);
	reply(DHCP_OFFER, 8);
	reply(DHCP_ACK, 8);
	ck_assert_int_eq(client.state, DHCP_BOUND);
}
END_TEST

START_TEST(any_server_may_answer_while_rebinding_only_ours_while_renewing)
{
	struct reply r;

	get_lease(3600);
	step(UINT64_MAX - 1);
	answer(&r, DHCP_ACK, "192.0.2.105", "192.0.2.2", 3600);
	receive(&r, "192.0.2.2");
	ck_assert_int_eq(client.state, DHCP_RENEWING);
	while (client.state == DHCP_RENEWING)
		step(UINT64_MAX - 1);
	answer(&r, DHCP_ACK, "192.0.2.105", "192.0.2.2", 3600);
	receive(&r, "192.0.2.2");
	ck_assert_int_eq(client.state, DHCP_BOUND);
	ck_assert_uint_eq(client.lease.server.s_addr, ip("192.0.2.2").s_addr);
}
END_TEST

START_TEST(an_answer_to_an_earlier_renewal_is_ignored)
{
	struct reply r;

	get_lease(3600);
	step(UINT64_MAX - 1);
	answer(&r, DHCP_ACK, "192.0.2.105", "192.0.2.1", 3600);
	step(UINT64_MAX - 1);
	receive(&r, "192.0.2.1");
	ck_assert_int_eq(client.state, DHCP_RENEWING);
}
END_TEST

START_TEST(an_infinite_lease_never_ends)
{
	get_lease(DHCP_FOREVER);
	ck_assert_uint_eq(dhcp_client_deadline(&client), DHCP_NEVER);
}
END_TEST

START_TEST(t1_and_t2_that_make_no_sense_are_replaced)
{
	static const struct {
		uint32_t t1, t2, want_t1, want_t2;
	} times[] = {
		{0, 0, 400, 700},
		{5, 0, 5, 700},
		{5, 10, 5, 10},
		{0, 100, 50, 100},
		{700, 600, 400, 600},
		{600, 600, 400, 600},
		{900, 950, 400, 700},
		{100, 800, 100, 700},
		{UINT32_MAX, UINT32_MAX, 400, 700},
	};

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		struct reply r;

		begin();
		reply(DHCP_OFFER, 800);
		answer(&r, DHCP_ACK, "192.0.2.105", "192.0.2.1", 800);
		reply_u32(&r, 58, times[i].t1);
		reply_u32(&r, 59, times[i].t2);
		receive(&r, "192.0.2.1");
		ck_assert_uint_eq(
		    client.t1_ms, START + times[i].want_t1 * SECOND);
		ck_assert_uint_eq(
		    client.t2_ms, START + times[i].want_t2 * SECOND);
	}
}
END_TEST

START_TEST(a_sleep_past_the_end_loses_the_lease)
{
	get_lease(3600);
	now += 7200 * SECOND;
	dhcp_client_time(&client, now, next_random());
	drain();
	ck_assert(has(DHCP_OUTPUT_LOST));
	ck_assert_int_eq(notice.loss, DHCP_LOSS_EXPIRED);
	ck_assert_uint_eq(query.message, DHCP_DISCOVER);
}
END_TEST

START_TEST(an_ack_after_the_end_does_not_save_the_lease)
{
	struct reply r;

	get_lease(8);
	step(UINT64_MAX - 1);
	answer(&r, DHCP_ACK, "192.0.2.105", "192.0.2.1", 8);
	now = START + 9000;
	receive(&r, "192.0.2.1");
	ck_assert(has(DHCP_OUTPUT_LOST));
	ck_assert(!has(DHCP_OUTPUT_LEASE));
	ck_assert_int_eq(client.state, DHCP_SELECTING);
}
END_TEST

START_TEST(a_liar_is_ignored_and_the_next_server_is_taken)
{
	struct reply r;

	begin();
	answer(&r, DHCP_OFFER, "0.0.0.0", "192.0.2.66", 3600);
	receive(&r, "192.0.2.66");
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_IGNORED);
	ck_assert_int_eq(notice.flaw, DHCP_FLAW_ADDRESS);
	ck_assert_uint_eq(notice.server.s_addr, ip("192.0.2.66").s_addr);
	ck_assert_int_eq(client.state, DHCP_SELECTING);
	/* It says so once, however often it lies. */
	answer(&r, DHCP_OFFER, "0.0.0.0", "192.0.2.66", 3600);
	receive(&r, "192.0.2.66");
	ck_assert_uint_eq(events, 0);
	answer(&r, DHCP_OFFER, "192.0.2.7", "192.0.2.66", 3600);
	reply_raw(&r, "\6\377\1", 3);
	receive(&r, "192.0.2.66");
	ck_assert(has(DHCP_OUTPUT_IGNORED));
	ck_assert_int_eq(notice.flaw, DHCP_FLAW_MALFORMED);
	/* and with nobody else, that is the reason given */
	do
		step(UINT64_MAX - 1);
	while (!has(DHCP_OUTPUT_NO_LEASE));
	ck_assert_uint_eq(now, START + 5 * SECOND);
	ck_assert_int_eq(notice.flaw, DHCP_FLAW_MALFORMED);
	reply(DHCP_OFFER, 60);
	reply(DHCP_ACK, 60);
	ck_assert_int_eq(client.state, DHCP_BOUND);
}
END_TEST

START_TEST(an_ack_with_another_address_is_ignored)
{
	struct reply r;

	begin();
	reply(DHCP_OFFER, 3600);
	answer(&r, DHCP_ACK, "192.0.2.106", "192.0.2.1", 3600);
	receive(&r, "192.0.2.1");
	ck_assert_int_eq(client.state, DHCP_REQUESTING);
	ck_assert(has(DHCP_OUTPUT_IGNORED));
	ck_assert_int_eq(notice.flaw, DHCP_FLAW_OTHER);
	get_lease(3600);
	step(UINT64_MAX - 1);
	answer(&r, DHCP_ACK, "192.0.2.106", "192.0.2.1", 3600);
	receive(&r, "192.0.2.1");
	ck_assert_int_eq(client.state, DHCP_RENEWING);
}
END_TEST

START_TEST(duplicates_late_offers_and_second_servers_change_nothing)
{
	struct reply r;

	begin();
	reply(DHCP_OFFER, 3600);
	answer(&r, DHCP_OFFER, "192.0.2.9", "192.0.2.2", 3600);
	receive(&r, "192.0.2.2");
	ck_assert_uint_eq(events, 0);
	answer(&r, DHCP_ACK, "192.0.2.105", "192.0.2.2", 3600);
	receive(&r, "192.0.2.2");
	ck_assert_int_eq(client.state, DHCP_REQUESTING);
	answer(&r, DHCP_NAK, "0.0.0.0", "192.0.2.2", 0);
	receive(&r, "192.0.2.2");
	ck_assert_int_eq(client.state, DHCP_REQUESTING);
	reply(DHCP_ACK, 3600);
	ck_assert_int_eq(client.state, DHCP_BOUND);
	for (int i = 0; i < 3; i++) {
		reply(DHCP_ACK, 7200);
		ck_assert_uint_eq(events, 0);
		reply(DHCP_OFFER, 7200);
		ck_assert_uint_eq(events, 0);
		reply(9, 7200); /* FORCERENEW */
		ck_assert_uint_eq(events, 0);
	}
	ck_assert_uint_eq(client.expires_ms, START + 3600 * SECOND);
}
END_TEST

/* ---- ARP ---- */

static void arp_from(const uint8_t mac[6], const char *address)
{
	uint8_t arp[ARP_SIZE];

	arp_build_announcement(arp, mac, ip(address));
	dhcp_client_arp(&client, now, arp, sizeof(arp));
	drain();
}

START_TEST(the_address_is_announced_twice_2_s_apart)
{
	get_lease(3600);
	ck_assert(!has(DHCP_OUTPUT_ARP)); /* not before it is configured */
	dhcp_client_announce(&client, now, ip("192.0.2.104"));
	drain();
	ck_assert_uint_eq(events, 0);
	dhcp_client_announce(&client, now, ip("192.0.2.105"));
	drain();
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_ARP);
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_ARP);
	ck_assert_uint_eq(now, START + 2000);
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_PACKET); /* T1 */
}
END_TEST

START_TEST(a_conflict_is_defended_once_in_10_s)
{
	get_lease(3600);
	arp_from(other_mac, "192.0.2.105");
	ck_assert_uint_eq(events, 0); /* it is not configured yet */
	dhcp_client_announce(&client, now, ip("192.0.2.105"));
	drain();
	arp_from(identity.mac, "192.0.2.105");
	arp_from(other_mac, "192.0.2.104");
	arp_from(other_mac, "0.0.0.0");
	ck_assert_uint_eq(events, 0);
	for (int i = 0; i < 5; i++) {
		arp_from(other_mac, "192.0.2.105");
		ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_ARP);
		now += 10 * SECOND;
	}
	arp_from(other_mac, "192.0.2.105");
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_ARP);
	now += 10 * SECOND - 1;
	arp_from(other_mac, "192.0.2.105");
	ck_assert(has(DHCP_OUTPUT_LOST));
	ck_assert_int_eq(notice.loss, DHCP_LOSS_CONFLICT);
	ck_assert_uint_eq(query.message, DHCP_DECLINE);
	ck_assert_uint_eq(query.requested.s_addr, ip("192.0.2.105").s_addr);
	ck_assert_uint_eq(query.ciaddr.s_addr, 0);
	ck_assert_int_eq(client.state, DHCP_PAUSED);
	arp_from(other_mac, "192.0.2.105");
	ck_assert_uint_eq(events, 0);
	/* RFC 2131: ten seconds before it asks again */
	ck_assert_uint_eq(dhcp_client_deadline(&client) - now, 10 * SECOND);
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(query.message, DHCP_DISCOVER);
	ck_assert_uint_eq(query.requested.s_addr, 0);
}
END_TEST

/* ---- probing before ---- */

static void arp_probe_from(const uint8_t mac[6], const char *address)
{
	uint8_t arp[ARP_SIZE];

	arp_build_probe(arp, mac, ip(address));
	dhcp_client_arp(&client, now, arp, sizeof(arp));
	drain();
}

/* Until the ACK, and the probes have begun. */
static void get_checked(void)
{
	begin();
	client.checks = true;
	reply(DHCP_OFFER, 3600);
	reply(DHCP_ACK, 3600);
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_CHECK);
	ck_assert_int_eq(client.state, DHCP_CHECKING);
	dhcp_client_probe(
	    &client, now, next_random(), client.lease.address, true);
	drain();
}

START_TEST(three_probes_without_an_answer_make_the_address_free)
{
	get_checked();
	for (int i = 0; i < 3; i++) {
		uint64_t before = now;

		step(UINT64_MAX - 1);
		ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_ARP);
		ck_assert_uint_le(now - before, i ? 400 : 200);
		ck_assert_uint_ge(now - before, i ? 200 : 0);
	}
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_LEASE);
	ck_assert_int_eq(client.state, DHCP_BOUND);
	ck_assert_uint_le(now, START + 1400);
	/* The lease is counted from the request, not from here. */
	ck_assert_uint_eq(client.expires_ms, START + 3600 * SECOND);
	/* A renewal is no reason to probe again. */
	while (!has(DHCP_OUTPUT_PACKET))
		step(UINT64_MAX - 1);
	reply(DHCP_ACK, 3600);
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_LEASE);
}
END_TEST

static void expect_decline(void)
{
	ck_assert(has(DHCP_OUTPUT_LOST));
	ck_assert(!has(DHCP_OUTPUT_LEASE));
	ck_assert_int_eq(notice.loss, DHCP_LOSS_CONFLICT);
	ck_assert_uint_eq(query.message, DHCP_DECLINE);
	ck_assert_uint_eq(query.requested.s_addr, ip("192.0.2.105").s_addr);
	ck_assert_uint_eq(query.server.s_addr, ip("192.0.2.1").s_addr);
	ck_assert_uint_eq(dhcp_client_deadline(&client) - now, 10 * SECOND);
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(query.message, DHCP_DISCOVER);
	ck_assert_uint_eq(query.requested.s_addr, 0);
}

START_TEST(an_address_that_answers_a_probe_is_declined)
{
	get_checked();
	step(UINT64_MAX - 1);
	arp_from(other_mac, "192.0.2.104");
	arp_probe_from(other_mac, "192.0.2.104");
	arp_probe_from(identity.mac, "192.0.2.105"); /* our own, come back */
	ck_assert_uint_eq(events, 0);
	arp_from(other_mac, "192.0.2.105");
	expect_decline();
	/* Who is about to take it, too, is as good as one who has it. */
	get_checked();
	arp_probe_from(other_mac, "192.0.2.105");
	expect_decline();
}
END_TEST

START_TEST(where_nothing_can_be_probed_the_lease_is_used)
{
	begin();
	client.checks = true;
	reply(DHCP_OFFER, 3600);
	reply(DHCP_ACK, 3600);
	dhcp_client_probe(
	    &client, now, next_random(), ip("192.0.2.104"), false);
	drain();
	ck_assert_uint_eq(events, 0);
	dhcp_client_probe(
	    &client, now, next_random(), ip("192.0.2.105"), false);
	drain();
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_LEASE);
}
END_TEST

/* ---- the address it had before ---- */

/* RFC 2131 section 4.3.2: the address alone, and to everyone. */
static void expect_reboot_request(void)
{
	ck_assert_uint_eq(query.message, DHCP_REQUEST);
	ck_assert_uint_eq(query.requested.s_addr, ip("192.0.2.105").s_addr);
	ck_assert_uint_eq(query.server.s_addr, 0);
	ck_assert_uint_eq(query.ciaddr.s_addr, 0);
	ck_assert_mem_eq(query_to, everyone, 6);
}

static void begin_with_former(void)
{
	now = START;
	random_bits = 88172645463325252;
	dhcp_client_init(&client, &identity);
	dhcp_client_start(&client, now, next_random(), ip("192.0.2.105"));
	drain();
	expect_reboot_request();
}

START_TEST(a_former_address_is_asked_for_at_once)
{
	begin_with_former();
	reply(DHCP_OFFER, 3600); /* nobody asked for one */
	ck_assert_uint_eq(events, 0);
	reply(DHCP_ACK, 3600);
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_LEASE);
	ck_assert_int_eq(client.state, DHCP_BOUND);
	ck_assert_uint_eq(client.lease.server.s_addr, ip("192.0.2.1").s_addr);
}
END_TEST

START_TEST(a_nak_to_it_begins_anew_without_it)
{
	begin_with_former();
	reply(DHCP_NAK, 0);
	ck_assert(!has(DHCP_OUTPUT_LOST));
	ck_assert_int_eq(client.state, DHCP_SELECTING);
	ck_assert_uint_eq(query.message, DHCP_DISCOVER);
	ck_assert_uint_eq(query.requested.s_addr, 0);
}
END_TEST

START_TEST(unanswered_every_server_is_asked_within_a_second)
{
	begin_with_former();
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(query.message, DHCP_REQUEST);
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(query.message, DHCP_DISCOVER);
	ck_assert_uint_eq(query.requested.s_addr, ip("192.0.2.105").s_addr);
	ck_assert_uint_lt(now, START + SECOND);
	reply(DHCP_OFFER, 3600);
	reply(DHCP_ACK, 3600);
	ck_assert_int_eq(client.state, DHCP_BOUND);
}
END_TEST

/* ---- maybe in another network ---- */

static void verify(void)
{
	now += 100 * SECOND;
	dhcp_client_verify(&client, now, next_random());
	drain();
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_PACKET);
	expect_reboot_request();
}

START_TEST(a_lease_that_is_good_there_too_is_renewed)
{
	get_lease(3600);
	client.checks = true; /* it has been probed for */
	verify();
	reply(DHCP_ACK, 1800);
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_LEASE);
	ck_assert_int_eq(client.state, DHCP_BOUND);
	ck_assert_uint_eq(client.expires_ms, now + 1800 * SECOND);
}
END_TEST

START_TEST(one_that_is_not_is_lost_at_once)
{
	get_lease(3600);
	verify();
	reply(DHCP_NAK, 0);
	ck_assert(has(DHCP_OUTPUT_LOST));
	ck_assert_int_eq(notice.loss, DHCP_LOSS_NAK);
	ck_assert_int_eq(client.state, DHCP_SELECTING);
	ck_assert_uint_eq(query.message, DHCP_DISCOVER);
	ck_assert_uint_eq(query.requested.s_addr, 0);
}
END_TEST

/* It is renewed when it was to be. */
START_TEST(of_which_nobody_says_anything_goes_on)
{
	uint64_t t1, asked;

	get_lease(3600);
	t1 = client.t1_ms;
	verify();
	asked = now;
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(query.message, DHCP_REQUEST);
	ck_assert(has(DHCP_OUTPUT_PACKET));
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(events, 0);
	ck_assert_uint_lt(now, asked + SECOND);
	ck_assert_int_eq(client.state, DHCP_BOUND);
	step(UINT64_MAX - 1);
	ck_assert_uint_eq(now, t1);
	ck_assert_int_eq(client.state, DHCP_RENEWING);
	ck_assert_uint_eq(query.ciaddr.s_addr, ip("192.0.2.105").s_addr);
	/* Also from then on. */
	verify();
	step(UINT64_MAX - 1);
	step(UINT64_MAX - 1);
	step(UINT64_MAX - 1);
	ck_assert_int_eq(client.state, DHCP_RENEWING);
	ck_assert(has(DHCP_OUTPUT_PACKET));
}
END_TEST

START_TEST(its_end_comes_meanwhile_as_well)
{
	get_lease(101);
	verify();
	now = client.expires_ms;
	dhcp_client_time(&client, now, next_random());
	drain();
	ck_assert(has(DHCP_OUTPUT_LOST));
	ck_assert_int_eq(notice.loss, DHCP_LOSS_EXPIRED);
	/* Without a lease there is nothing to ask. */
	dhcp_client_verify(&client, now, next_random());
	drain();
	ck_assert_uint_eq(events, 0);
	ck_assert_int_eq(client.state, DHCP_SELECTING);
}
END_TEST

/* ---- the end ---- */

START_TEST(stop_releases_a_lease_and_nothing_else)
{
	get_lease(3600);
	dhcp_client_stop(&client, now, next_random(), true);
	drain();
	ck_assert_uint_eq(events, 1U << DHCP_OUTPUT_PACKET);
	ck_assert_uint_eq(query.message, DHCP_RELEASE);
	ck_assert_mem_eq(query_to, server_mac, 6);
	ck_assert_uint_eq(query.ciaddr.s_addr, ip("192.0.2.105").s_addr);
	ck_assert_uint_eq(query.server.s_addr, ip("192.0.2.1").s_addr);
	ck_assert_uint_eq(dhcp_client_deadline(&client), DHCP_NEVER);
	reply(DHCP_ACK, 3600);
	ck_assert_uint_eq(events, 0);

	get_lease(3600);
	dhcp_client_stop(&client, now, next_random(), false);
	drain();
	ck_assert_uint_eq(events, 0);
	begin();
	dhcp_client_stop(&client, now, next_random(), true);
	drain();
	ck_assert_uint_eq(events, 0);
	begin();
	reply(DHCP_OFFER, 3600);
	dhcp_client_stop(&client, now, next_random(), true);
	drain();
	ck_assert_uint_eq(events, 0);
}
END_TEST

/* Whatever happens, time goes on: between two packets sent there is time, or
 * an input; and every state is left some day. */
START_TEST(random_inputs_never_make_it_spin)
{
	uint64_t seed = 1;

	begin();
	for (int i = 0; i < 20000; i++) {
		uint64_t before = now, pick;

		seed = seed * 6364136223846793005 + 1442695040888963407;
		pick = seed >> 33;
		if (pick % 8 == 0)
			reply(DHCP_OFFER, 1 + (uint32_t)(pick >> 8) % 100);
		else if (pick % 8 == 1)
			reply(DHCP_ACK, 1 + (uint32_t)(pick >> 8) % 100);
		else if (pick % 64 == 2)
			reply(DHCP_NAK, 0);
		else if (pick % 64 == 3)
			arp_from(other_mac, "192.0.2.105");
		else if (pick % 8 == 4)
			dhcp_client_announce(
			    &client, now, ip("192.0.2.105"));
		else if (pick % 64 == 5)
			dhcp_client_verify(&client, now, next_random());
		else
			step(UINT64_MAX - 1);
		drain();
		ck_assert_uint_ge(now, before);
		ck_assert_int_ne(client.state, DHCP_STOPPED);
		ck_assert_uint_ne(dhcp_client_deadline(&client), DHCP_NEVER);
		ck_assert_uint_le(
		    dhcp_client_deadline(&client), now + 100 * SECOND);
	}
	ck_assert_uint_ge(now, START + 500 * SECOND);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dhcp4-client");
	TCase *t = tcase_create("client");

	suite_add_tcase(suite, t);
	tcase_add_test(t, the_discover_leaves_at_once);
	tcase_add_test(
	    t, the_first_good_offer_is_taken_and_bound_without_delay);
	tcase_add_test(t,
	    discovers_come_again_after_250_ms_up_to_64_s_and_are_told_once);
	tcase_add_test(t, retransmissions_are_spread_by_chance);
	tcase_add_test(t, an_unanswered_request_gives_another_server_a_chance);
	tcase_add_test(t, the_lease_counts_from_the_request_not_the_ack);
	tcase_add_test(
	    t, nak_while_requesting_starts_over_at_once_then_with_pauses);
	tcase_add_test(t, nak_while_selecting_or_bound_is_ignored);
	tcase_add_test(t, nak_while_renewing_or_rebinding_loses_the_lease);
	tcase_add_test(t, t1_renews_by_unicast_with_the_mac_of_the_last_ack);
	tcase_add_test(t, renewing_waits_half_of_the_rest_but_60_s);
	tcase_add_test(t, a_lease_of_8_s_is_exact);
	tcase_add_test(
	    t, any_server_may_answer_while_rebinding_only_ours_while_renewing);
	tcase_add_test(t, an_answer_to_an_earlier_renewal_is_ignored);
	tcase_add_test(t, an_infinite_lease_never_ends);
	tcase_add_test(t, t1_and_t2_that_make_no_sense_are_replaced);
	tcase_add_test(t, a_sleep_past_the_end_loses_the_lease);
	tcase_add_test(t, an_ack_after_the_end_does_not_save_the_lease);
	tcase_add_test(t, a_liar_is_ignored_and_the_next_server_is_taken);
	tcase_add_test(t, an_ack_with_another_address_is_ignored);
	tcase_add_test(
	    t, duplicates_late_offers_and_second_servers_change_nothing);
	tcase_add_test(t, three_probes_without_an_answer_make_the_address_free);
	tcase_add_test(t, an_address_that_answers_a_probe_is_declined);
	tcase_add_test(t, where_nothing_can_be_probed_the_lease_is_used);
	tcase_add_test(t, a_lease_that_is_good_there_too_is_renewed);
	tcase_add_test(t, one_that_is_not_is_lost_at_once);
	tcase_add_test(t, of_which_nobody_says_anything_goes_on);
	tcase_add_test(t, its_end_comes_meanwhile_as_well);
	tcase_add_test(t, a_former_address_is_asked_for_at_once);
	tcase_add_test(t, a_nak_to_it_begins_anew_without_it);
	tcase_add_test(t, unanswered_every_server_is_asked_within_a_second);
	tcase_add_test(t, the_address_is_announced_twice_2_s_apart);
	tcase_add_test(t, a_conflict_is_defended_once_in_10_s);
	tcase_add_test(t, stop_releases_a_lease_and_nothing_else);
	tcase_add_test(t, random_inputs_never_make_it_spin);
	return run_suite(suite);
}
