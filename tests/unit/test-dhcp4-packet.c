/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/dhcp/frame.h"
#include "providers/dhcp/packet.h"
#include "tests/unit/dhcp4-server.h"
#include "tests/unit/run.h"

enum { XID = 0x12345678 };

static const struct dhcp_identity identity = {
	.mac = {2, 0, 0, 0, 0, 1},
	.n_client_id = 4,
	.client_id = {255, 1, 2, 3},
};

/* Reads back what is in the reply so far. */
static int parse(struct reply *reply, struct dhcp_reply *ret)
{
	size_t n = reply_end(reply, "192.0.2.1"), n_payload;
	const uint8_t *payload;

	ck_assert_int_eq(
	    frame_parse(reply->data, n, true, &payload, &n_payload), 0);
	return dhcp_reply_parse(payload, n_payload, &identity, XID, ret);
}

static void begin(struct reply *reply, uint8_t message)
{
	reply_begin(reply, XID, identity.mac, "192.0.2.105");
	reply_u8(reply, 53, message);
	reply_ip(reply, 54, "192.0.2.1");
}

static void begin_good(struct reply *reply)
{
	begin(reply, DHCP_ACK);
	reply_ip(reply, 1, "255.255.255.0");
	reply_u32(reply, 51, 3600);
}

static enum dhcp_flaw flaw_of(struct reply *reply)
{
	struct dhcp_reply parsed;
	int r = parse(reply, &parsed);

	ck_assert(r == 0 || r == -EBADMSG);
	return r ? DHCP_FLAW_MALFORMED : parsed.flaw;
}

START_TEST(a_good_ack_gives_all_its_fields)
{
	static const uint8_t dns[] = {192, 0, 2, 53, 127, 0, 0, 1, 192, 0, 2,
		54};
	static const uint8_t mtu[] = {1400 >> 8, 1400 & 0xff};
	struct dhcp_reply parsed;
	struct reply r;

	begin_good(&r);
	reply_ip(&r, 3, "192.0.2.1");
	reply_option(&r, 6, dns, sizeof(dns));
	reply_option(&r, 15, "corp.example", 13); /* with its NUL */
	reply_option(&r, 26, mtu, sizeof(mtu));
	reply_u32(&r, 58, 100);
	reply_u32(&r, 59, 200);
	ck_assert_int_eq(parse(&r, &parsed), 0);
	ck_assert_int_eq(parsed.message, DHCP_ACK);
	ck_assert_int_eq(parsed.flaw, DHCP_FLAW_NONE);
	ck_assert_uint_eq(
	    parsed.lease.address.s_addr, ip("192.0.2.105").s_addr);
	ck_assert_uint_eq(parsed.lease.prefix_length, 24);
	ck_assert_uint_eq(parsed.lease.router.s_addr, ip("192.0.2.1").s_addr);
	ck_assert_uint_eq(parsed.lease.has_default, 1);
	ck_assert_uint_eq(parsed.lease.n_dns, 2);
	ck_assert_uint_eq(parsed.lease.dns[1].s_addr, ip("192.0.2.54").s_addr);
	ck_assert_str_eq(parsed.lease.domain, "corp.example");
	ck_assert_uint_eq(parsed.lease.mtu, 1400);
	ck_assert_uint_eq(parsed.lease.lifetime_s, 3600);
	ck_assert_uint_eq(parsed.lease.t1_s, 100);
	ck_assert_uint_eq(parsed.lease.t2_s, 200);
}
END_TEST

START_TEST(what_is_for_others_is_no_reply)
{
	static const uint8_t other[6] = {2, 0, 0, 0, 0, 2};
	struct dhcp_reply parsed;
	struct reply r;

	reply_begin(&r, XID + 1, identity.mac, "192.0.2.105");
	reply_u8(&r, 53, DHCP_OFFER);
	ck_assert_int_eq(parse(&r, &parsed), -ENOMSG);
	reply_begin(&r, XID, other, "192.0.2.105");
	reply_u8(&r, 53, DHCP_OFFER);
	ck_assert_int_eq(parse(&r, &parsed), -ENOMSG);
	/* RFC 6842: another client's id */
	begin_good(&r);
	reply_option(&r, 61, "\377\1\2\4", 4);
	ck_assert_int_eq(parse(&r, &parsed), -ENOMSG);
	begin_good(&r);
	reply_option(&r, 61, "\377\1\2\3", 4);
	ck_assert_int_eq(parse(&r, &parsed), 0);
	/* BOOTP; a query; no cookie */
	reply_begin(&r, XID, identity.mac, "192.0.2.105");
	ck_assert_int_eq(parse(&r, &parsed), -ENOMSG);
	begin(&r, DHCP_REQUEST);
	ck_assert_int_eq(parse(&r, &parsed), -ENOMSG);
	begin_good(&r);
	r.data[28 + 236] = 0;
	ck_assert_int_eq(parse(&r, &parsed), -ENOMSG);
	begin_good(&r);
	r.data[28] = 1; /* BOOTREQUEST */
	ck_assert_int_eq(parse(&r, &parsed), -ENOMSG);
}
END_TEST

START_TEST(lies_about_addresses_are_flaws)
{
	static const struct {
		const char *address, *mask, *router;
		enum dhcp_flaw flaw;
	} lies[] = {
		{"0.0.0.0", "255.255.255.0", NULL, DHCP_FLAW_ADDRESS},
		{"127.0.0.2", "255.0.0.0", NULL, DHCP_FLAW_ADDRESS},
		{"224.0.0.5", "255.255.255.0", NULL, DHCP_FLAW_ADDRESS},
		{"255.255.255.255", "255.255.255.0", NULL, DHCP_FLAW_ADDRESS},
		{"192.0.2.5", "255.0.255.0", NULL, DHCP_FLAW_MASK},
		{"192.0.2.5", "254.0.0.0", NULL, DHCP_FLAW_MASK},
		{"192.0.2.5", "0.0.0.0", NULL, DHCP_FLAW_MASK},
		{"192.0.2.0", "255.255.255.0", NULL, DHCP_FLAW_NETWORK},
		{"192.0.2.255", "255.255.255.0", NULL, DHCP_FLAW_NETWORK},
		{"192.0.2.5", "255.255.255.0", "192.0.3.1", DHCP_FLAW_ROUTER},
		{"192.0.2.5", "255.255.255.0", "192.0.2.5", DHCP_FLAW_ROUTER},
		{"192.0.2.5", "255.255.255.0", "192.0.2.255",
		    DHCP_FLAW_ROUTER},
		{"192.0.2.5", "255.255.255.0", "127.0.0.1", DHCP_FLAW_ROUTER},
		{"192.0.2.5", "255.255.255.255", "192.0.2.5",
		    DHCP_FLAW_ROUTER},
		{"192.0.2.5", "255.255.255.0", "0.0.0.0", DHCP_FLAW_MALFORMED},
		/* and what is right */
		{"192.0.2.5", "255.255.255.0", "192.0.2.1", DHCP_FLAW_NONE},
		{"192.0.2.4", "255.255.255.254", "192.0.2.5", DHCP_FLAW_NONE},
		{"192.0.2.5", "255.255.255.255", "198.51.100.1",
		    DHCP_FLAW_NONE},
		{"192.0.2.5", "255.255.255.0", NULL, DHCP_FLAW_NONE},
	};
	struct reply r;

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		reply_begin(&r, XID, identity.mac, lies[i].address);
		reply_u8(&r, 53, DHCP_OFFER);
		reply_ip(&r, 54, "192.0.2.1");
		reply_u32(&r, 51, 60);
		reply_ip(&r, 1, lies[i].mask);
		if (lies[i].router)
			reply_ip(&r, 3, lies[i].router);
		ck_assert_msg(flaw_of(&r) == lies[i].flaw, "%s %s %s",
		    lies[i].address, lies[i].mask,
		    lies[i].router ? lies[i].router : "");
	}
}
END_TEST

START_TEST(a_lease_without_time_or_server_is_a_flaw)
{
	struct reply r;

	begin(&r, DHCP_OFFER);
	reply_ip(&r, 1, "255.255.255.0");
	ck_assert_int_eq(flaw_of(&r), DHCP_FLAW_LIFETIME);
	begin(&r, DHCP_OFFER);
	reply_ip(&r, 1, "255.255.255.0");
	reply_u32(&r, 51, 0);
	ck_assert_int_eq(flaw_of(&r), DHCP_FLAW_LIFETIME);
	reply_begin(&r, XID, identity.mac, "192.0.2.105");
	reply_u8(&r, 53, DHCP_OFFER);
	reply_u32(&r, 51, 60);
	ck_assert_int_eq(flaw_of(&r), DHCP_FLAW_SERVER);
}
END_TEST

START_TEST(without_a_mask_the_class_decides)
{
	static const struct {
		const char *address;
		uint32_t length;
	} classes[] = {
		{"10.1.2.3", 8}, {"172.16.2.3", 16}, {"192.0.2.3", 24}};

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		struct dhcp_reply parsed;
		struct reply r;

		reply_begin(&r, XID, identity.mac, classes[i].address);
		reply_u8(&r, 53, DHCP_OFFER);
		reply_ip(&r, 54, "192.0.2.1");
		reply_u32(&r, 51, 60);
		ck_assert_int_eq(parse(&r, &parsed), 0);
		ck_assert_int_eq(parsed.flaw, DHCP_FLAW_NONE);
		ck_assert_uint_eq(
		    parsed.lease.prefix_length, classes[i].length);
	}
}
END_TEST

START_TEST(options_of_a_wrong_size_are_malformed)
{
	static const struct {
		uint8_t code, n;
	} sizes[] = {{1, 0}, {3, 0}, {121, 0}, {51, 0}, {1, 3}, {1, 5},
		{1, 8}, {3, 5}, {51, 2}, {51, 8}, {53, 2}, {54, 3}, {52, 2},
		{121, 4}};
	static const uint8_t bytes[8] = {1, 1, 1, 1, 1, 1, 1, 1};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct reply r;

		reply_begin(&r, XID, identity.mac, "192.0.2.105");
		if (sizes[i].code != 53)
			reply_u8(&r, 53, DHCP_ACK);
		reply_option(&r, sizes[i].code, bytes, sizes[i].n);
		ck_assert_msg(flaw_of(&r) == DHCP_FLAW_MALFORMED,
		    "option %u of %u bytes", sizes[i].code, sizes[i].n);
	}
}
END_TEST

START_TEST(options_that_overrun_are_malformed)
{
	struct dhcp_reply parsed;
	struct reply r;

	begin_good(&r);
	reply_raw(&r, "\006\377\1\2\3", 5); /* 255 bytes said, 4 there */
	ck_assert_int_eq(parse(&r, &parsed), -EBADMSG);
	begin_good(&r);
	r.data[28 + r.n - 5] = 250; /* the last one's length */
	ck_assert_int_eq(parse(&r, &parsed), -EBADMSG);
	/* in the overloaded file field */
	begin_good(&r);
	reply_u8(&r, 52, 1);
	memset(r.data + 28 + 108, 7, 128); /* the last one is cut */
	ck_assert_int_eq(parse(&r, &parsed), -EBADMSG);
}
END_TEST

START_TEST(every_truncation_is_survived)
{
	struct dhcp_reply parsed;
	struct reply r;
	size_t n;

	begin_good(&r);
	reply_ip(&r, 3, "192.0.2.1");
	reply_option(&r, 121, "\30\300\0\2\300\0\2\1", 8);
	n = reply_end(&r, "192.0.2.1");
	for (size_t i = 0; i <= n - 28; i++) {
		/* A copy of that size, so that ASan sees what lies beyond. */
		uint8_t *copy = malloc(i ? i : 1);

		memcpy(copy, r.data + 28, i);
		dhcp_reply_parse(copy, i, &identity, XID, &parsed);
		free(copy);
	}
}
END_TEST

START_TEST(options_in_file_and_sname_count_when_overloaded)
{
	struct dhcp_reply parsed;
	struct reply r;

	begin(&r, DHCP_ACK);
	reply_ip(&r, 1, "255.255.255.0");
	reply_u8(&r, 52, 3);
	memcpy(r.data + 28 + 108, "\63\4\0\0\0\74\377", 7);	 /* file */
	memcpy(r.data + 28 + 44, "\3\4\300\0\2\1\377", 7);	 /* sname */
	ck_assert_int_eq(parse(&r, &parsed), 0);
	ck_assert_uint_eq(parsed.lease.lifetime_s, 60);
	ck_assert_uint_eq(parsed.lease.router.s_addr, ip("192.0.2.1").s_addr);
	/* and not otherwise */
	begin_good(&r);
	memcpy(r.data + 28 + 44, "\3\4\300\0\2\1\377", 7);
	ck_assert_int_eq(parse(&r, &parsed), 0);
	ck_assert_uint_eq(parsed.lease.has_default, 0);
}
END_TEST

START_TEST(pieces_of_an_option_are_joined)
{
	struct dhcp_reply parsed;
	struct reply r;

	begin_good(&r);
	reply_option(&r, 15, "corp.", 5);
	reply_option(&r, 3, "\300\0", 2);
	reply_option(&r, 15, "example", 7);
	reply_option(&r, 3, "\2\1", 2);
	ck_assert_int_eq(parse(&r, &parsed), 0);
	ck_assert_str_eq(parsed.lease.domain, "corp.example");
	ck_assert_uint_eq(parsed.lease.router.s_addr, ip("192.0.2.1").s_addr);
}
END_TEST

START_TEST(classless_routes_replace_the_router)
{
	/* default via .2; 10.4/16 via .3; 10.5/16 via elsewhere: left out;
	 * 198.51.100.7/32 on the link */
	static const uint8_t routes[] = {0, 192, 0, 2, 2, 16, 10, 4, 192, 0,
		2, 3, 16, 10, 5, 203, 0, 113, 1, 32, 198, 51, 100, 7, 0, 0, 0,
		0};
	struct dhcp_reply parsed;
	struct reply r;

	begin_good(&r);
	reply_ip(&r, 3, "192.0.2.1");
	reply_option(&r, 121, routes, sizeof(routes));
	ck_assert_int_eq(parse(&r, &parsed), 0);
	ck_assert_int_eq(parsed.flaw, DHCP_FLAW_NONE);
	ck_assert_uint_eq(parsed.lease.router.s_addr, ip("192.0.2.2").s_addr);
	ck_assert_uint_eq(parsed.lease.n_routes, 2);
	ck_assert_uint_eq(parsed.lease.routes[0].prefix_length, 16);
	ck_assert_uint_eq(parsed.lease.routes[1].via.s_addr, 0);

	/* RFC 3442: the router counts no more, even without a default */
	begin_good(&r);
	reply_ip(&r, 3, "192.0.2.1");
	reply_option(&r, 121, routes + 5, 7);
	ck_assert_int_eq(parse(&r, &parsed), 0);
	ck_assert_uint_eq(parsed.lease.has_default, 0);
	ck_assert_uint_eq(parsed.lease.router.s_addr, 0);

	begin_good(&r);
	reply_option(&r, 121, "\41\1\2\3\4\5\6\7\10\11", 10); /* /33 */
	ck_assert_int_eq(parse(&r, &parsed), -EBADMSG);
}
END_TEST

START_TEST(more_routes_and_servers_than_fit_are_dropped)
{
	struct dhcp_reply parsed;
	struct reply r;

	begin_good(&r);
	for (uint8_t i = 0; i < 60; i++) {
		uint8_t route[] = {24, 10, 0, i, 192, 0, 2, 1};
		uint8_t dns[] = {10, 0, 0, i};

		reply_option(&r, 121, route, sizeof(route));
		reply_option(&r, 6, dns, sizeof(dns));
	}
	ck_assert_int_eq(parse(&r, &parsed), 0);
	ck_assert_int_eq(parsed.flaw, DHCP_FLAW_NONE);
	ck_assert_uint_eq(parsed.lease.n_routes, DHCP_ROUTES_MAX);
	ck_assert_uint_eq(parsed.lease.n_dns, DHCP_DNS_MAX);
}
END_TEST

START_TEST(static_routes_are_of_a_class_and_yield_to_classless_ones)
{
	/* a class A, a host, the default, one through nobody, half a one */
	static const uint8_t routes[] = {10, 0, 0, 0, 192, 0, 2, 9,
		198, 51, 100, 7, 192, 0, 2, 9, 0, 0, 0, 0, 192, 0, 2, 9,
		172, 16, 0, 0, 203, 0, 113, 1, 11, 0, 0, 0};
	static const uint8_t classless[] = {8, 12, 192, 0, 2, 9};
	const struct dhcp_route *got;
	struct dhcp_reply parsed;
	struct reply r;

	begin_good(&r);
	reply_option(&r, 33, routes, sizeof(routes));
	ck_assert_int_eq(parse(&r, &parsed), 0);
	ck_assert_int_eq(parsed.flaw, DHCP_FLAW_NONE);
	got = parsed.lease.routes;
	ck_assert_uint_eq(parsed.lease.n_routes, 2);
	ck_assert_uint_eq(got[0].to.s_addr, ip("10.0.0.0").s_addr);
	ck_assert_uint_eq(got[0].prefix_length, 8);
	ck_assert_uint_eq(got[0].via.s_addr, ip("192.0.2.9").s_addr);
	ck_assert_uint_eq(got[1].to.s_addr, ip("198.51.100.7").s_addr);
	ck_assert_uint_eq(got[1].prefix_length, 32);
	ck_assert_uint_eq(parsed.lease.has_default, 0);

	begin_good(&r);
	reply_option(&r, 33, routes, sizeof(routes));
	reply_option(&r, 121, classless, sizeof(classless));
	ck_assert_int_eq(parse(&r, &parsed), 0);
	ck_assert_uint_eq(parsed.lease.n_routes, 1);
	ck_assert_uint_eq(
	    parsed.lease.routes[0].to.s_addr, ip("12.0.0.0").s_addr);
}
END_TEST

START_TEST(time_servers_and_a_host_name_are_read)
{
	static const uint8_t servers[] = {192, 0, 2, 5, 127, 0, 0, 1, 192, 0,
		2, 6};
	struct dhcp_reply parsed;
	struct reply r;

	begin_good(&r);
	reply_option(&r, 42, servers, sizeof(servers));
	reply_option(&r, 12, "host7", 5);
	ck_assert_int_eq(parse(&r, &parsed), 0);
	ck_assert_uint_eq(parsed.lease.n_ntp, 2);
	ck_assert_uint_eq(
	    parsed.lease.ntp[1].s_addr, ip("192.0.2.6").s_addr);
	ck_assert_str_eq(parsed.lease.hostname, "host7");
}
END_TEST

START_TEST(a_name_that_is_none_is_left_out)
{
	static const char *const bad[] = {"$(touch /x)", "a b", "a..b", ".a",
		"\033[31m", "() { :;}", "a\nb", "caf\303\251", ";reboot", ""};
	char label[80];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct dhcp_reply parsed;
		struct reply r;

		begin_good(&r);
		reply_option(&r, 15, bad[i], (uint8_t)strlen(bad[i]));
		reply_option(&r, 12, bad[i], (uint8_t)strlen(bad[i]));
		ck_assert_int_eq(parse(&r, &parsed), 0);
		ck_assert_int_eq(parsed.flaw, DHCP_FLAW_NONE);
		ck_assert_str_eq(parsed.lease.domain, "");
		ck_assert_str_eq(parsed.lease.hostname, "");
	}
	memset(label, 'a', sizeof(label));
	ck_assert(dhcp_domain_is_valid(label, 63));
	ck_assert(!dhcp_domain_is_valid(label, 64));
	ck_assert(dhcp_domain_is_valid("x-1.example", 11));
}
END_TEST

START_TEST(frames_with_wrong_lengths_or_sums_are_dropped)
{
	const uint8_t *payload;
	struct reply good, r;
	size_t n, n_payload;

	begin_good(&good);
	n = reply_end(&good, "192.0.2.1");
	ck_assert_int_eq(
	    frame_parse(good.data, n + 7, true, &payload, &n_payload), 0);
	ck_assert_uint_eq(n_payload, n - 28); /* padding is not payload */
	/* any one bit of the IPv4 header */
	for (size_t i = 0; i < 20 * 8; i++) {
		r = good;
		r.data[i / 8] ^= (uint8_t)(1 << i % 8);
		ck_assert_int_ne(
		    frame_parse(r.data, n, true, &payload, &n_payload), 0);
	}
	/* a broken sum is broken, one that is still to come is not */
	r = good;
	r.data[27] ^= 1;
	ck_assert_int_ne(
	    frame_parse(r.data, n, true, &payload, &n_payload), 0);
	ck_assert_int_eq(
	    frame_parse(r.data, n, false, &payload, &n_payload), 0);
	r = good;
	r.data[26] = r.data[27] = 0; /* none */
	ck_assert_int_eq(
	    frame_parse(r.data, n, true, &payload, &n_payload), 0);
	r = good;
	r.data[24] = 255; /* UDP longer than IPv4 */
	ck_assert_int_ne(
	    frame_parse(r.data, n, false, &payload, &n_payload), 0);
	r = good;
	r.data[24] = 0;
	r.data[25] = 7; /* shorter than its own header */
	ck_assert_int_ne(
	    frame_parse(r.data, n, false, &payload, &n_payload), 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_ne(
		    frame_parse(good.data, i, true, &payload, &n_payload), 0);
}
END_TEST

START_TEST(a_query_is_what_the_rfc_says)
{
	uint8_t frame[FRAME_MAX];
	struct dhcp_query query = {
		.message = DHCP_REQUEST,
		.xid = XID,
		.secs = 7,
		.requested = ip("192.0.2.105"),
		.server = ip("192.0.2.1"),
	};
	struct query q;
	size_t n;

	n = dhcp_query_build(
	    frame + FRAME_HEADERS, FRAME_PAYLOAD_MAX, &identity, &query);
	n = frame_build(frame, n, ip("0.0.0.0"), ip("255.255.255.255"));
	query_read(&q, frame, n);
	ck_assert_uint_eq(q.message, DHCP_REQUEST);
	ck_assert_uint_eq(q.xid, XID);
	ck_assert_uint_eq(q.secs, 7);
	ck_assert_uint_eq(q.requested.s_addr, query.requested.s_addr);
	ck_assert_uint_eq(q.server.s_addr, query.server.s_addr);
	ck_assert_mem_eq(q.mac, identity.mac, 6);
	ck_assert_uint_eq(q.n_client_id, 4);
	ck_assert_mem_eq(q.client_id, identity.client_id, 4);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dhcp4-packet");
	TCase *tcase = tcase_create("packet");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, a_good_ack_gives_all_its_fields);
	tcase_add_test(tcase, what_is_for_others_is_no_reply);
	tcase_add_test(tcase, lies_about_addresses_are_flaws);
	tcase_add_test(tcase, a_lease_without_time_or_server_is_a_flaw);
	tcase_add_test(tcase, without_a_mask_the_class_decides);
	tcase_add_test(tcase, options_of_a_wrong_size_are_malformed);
	tcase_add_test(tcase, options_that_overrun_are_malformed);
	tcase_add_test(tcase, every_truncation_is_survived);
	tcase_add_test(tcase, options_in_file_and_sname_count_when_overloaded);
	tcase_add_test(tcase, pieces_of_an_option_are_joined);
	tcase_add_test(tcase, classless_routes_replace_the_router);
	tcase_add_test(tcase, more_routes_and_servers_than_fit_are_dropped);
	tcase_add_test(
	    tcase, static_routes_are_of_a_class_and_yield_to_classless_ones);
	tcase_add_test(tcase, time_servers_and_a_host_name_are_read);
	tcase_add_test(tcase, a_name_that_is_none_is_left_out);
	tcase_add_test(tcase, frames_with_wrong_lengths_or_sums_are_dropped);
	tcase_add_test(tcase, a_query_is_what_the_rfc_says);
	return run_suite(suite);
}
