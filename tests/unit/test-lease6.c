/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCPv6 leases as dhclient writes them, and what is not taken of them. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "providers/dhcp/client-id.h"
#include "providers/dhcp/dhcp6-message.h"
#include "providers/dhcp/info6.h"
#include "providers/dhcp/lease6.h"
#include "providers/support/child.h"
#include "tests/unit/run.h"

#define DUID "default-duid \"\\000\\004ab;{}\";\n"
#define TIMES \
	" { starts 1000; preferred-life 60; max-life 120; } "
#define ADDRESS \
	"ia-na 32:05:72:5b { starts 1000; renew 30; rebind 50;" \
	" iaaddr 2001:db8:1::1e7" TIMES "} "
#define PREFIX \
	"ia-pd 32:05:72:5b { starts 1000; renew 30; rebind 50;" \
	" iaprefix 2001:db8:100:ab00::/56" TIMES "} "
#define NAMES \
	"option dhcp6.name-servers 2001:db8::53,2001:db8::54;\n" \
	"option dhcp6.domain-search \"corp.example.\", \"lab.example.\";\n" \
	"option dhcp6.netconf-ntp " \
	"0:1:0:10:20:1:d:b8:0:0:0:0:0:0:0:0:0:0:0:7b," \
	"0:3:0:5:3:6e:74:70:0;\n" \
	"option dhcp6.sntp-servers 2001:db8::7c;\n" \
	"option dhcp6.server-id 0:2:0:0:7e:d9:aa;\n"

static struct lease6 lease;

static int parse(const char *text)
{
	/* Exactly as long, so that AddressSanitizer sees one too far. */
	size_t n = strlen(text);
	char *copy = malloc(n ? n : 1);
	int r;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, n);
	r = lease6_parse(copy, n, &lease);
	free(copy);
	return r;
}

START_TEST(an_address_a_prefix_and_names_are_read)
{
	char text[IP_PREFIX_TEXT_SIZE];

	ck_assert_int_eq(parse(DUID "lease6 { interface \"c0\"; " ADDRESS PREFIX
			       NAMES "}\n"),
	    0);
	ck_assert(lease.has_address && lease.has_prefix);
	ck_assert_str_eq(ip_print(&lease.address, text), "2001:db8:1::1e7");
	ck_assert_uint_eq(lease.address_times.starts_s, 1000);
	ck_assert_uint_eq(lease.address_times.preferred_s, 60);
	ck_assert_uint_eq(lease.address_times.valid_s, 120);
	ck_assert_str_eq(ip_print_prefix(&lease.prefix, text),
	    "2001:db8:100:ab00::/56");
	ck_assert_uint_eq(lease.prefix_times.valid_s, 120);
	ck_assert_uint_eq(lease.n_servers, 2);
	ck_assert_str_eq(lease.servers[1], "2001:db8::54");
	ck_assert_uint_eq(lease.n_domains, 2);
	ck_assert_str_eq(lease.domains[0], "corp.example");
	ck_assert_uint_eq(lease.n_ntp, 3);
	ck_assert_str_eq(lease.ntp[0], "2001:db8::7b");
	ck_assert_str_eq(lease.ntp[1], "ntp");
	ck_assert_str_eq(lease.ntp[2], "2001:db8::7c");
	ck_assert_uint_eq(lease.n_server_id, 7);
	ck_assert_mem_eq(lease.server_id, "\0\2\0\0\176\331\252", 7);
	ck_assert_mem_eq(lease.iaid, "\x32\x05\x72\x5b", 4);
}
END_TEST

START_TEST(the_last_one_that_is_whole_counts)
{
	ck_assert_int_eq(parse(DUID), -ENOENT);
	ck_assert_int_eq(parse(""), -ENOENT);
	ck_assert_int_eq(parse("lease6 { " ADDRESS), -ENOENT);
	ck_assert_int_eq(
	    parse("lease6 { " ADDRESS "} lease6 { " PREFIX "}"), 0);
	ck_assert(!lease.has_address && lease.has_prefix);
	ck_assert_int_eq(
	    parse("lease6 { " ADDRESS "} lease6 { " PREFIX), 0);
	ck_assert(lease.has_address && !lease.has_prefix);
	ck_assert_int_eq(parse("lease6 { " ADDRESS "released; }"), 0);
	ck_assert(!lease.has_address);
}
END_TEST

START_TEST(every_truncation_is_survived)
{
	static const char text[] = DUID "lease6 { interface \"c0\"; " ADDRESS
	    PREFIX NAMES "}\n";

	for (size_t n = 0; n < sizeof(text) - 3; n++) {
		char cut[sizeof(text)];

		memcpy(cut, text, n);
		cut[n] = '\0';
		ck_assert_int_eq(parse(cut), -ENOENT);
	}
}
END_TEST

START_TEST(what_cannot_be_used_is_left_out)
{
	static const char *const addresses[] = { "ff02::1", "::1", "fe80::1",
		"::", "192.0.2.1", "::ffff:192.0.2.1", "x" };
	static const char *const prefixes[] = { "2000::/3", "::/0",
		"2001:db8::/65", "fe80::/56", "2001:db8::", "192.0.2.0/24" };
	char text[512];

	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		snprintf(text, sizeof(text),
		    "lease6 { ia-na 1 { iaaddr %s" TIMES "} }", addresses[i]);
		ck_assert_int_eq(parse(text), 0);
		ck_assert(!lease.has_address);
	}
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		snprintf(text, sizeof(text),
		    "lease6 { ia-pd 1 { iaprefix %s" TIMES "} }", prefixes[i]);
		ck_assert_int_eq(parse(text), 0);
		ck_assert(!lease.has_prefix);
	}
	/* No time, more preferred than valid, names that are none. */
	ck_assert_int_eq(
	    parse("lease6 { ia-na 1 { iaaddr 2001:db8::1 { starts 1; } } }"),
	    0);
	ck_assert(!lease.has_address);
	ck_assert_int_eq(parse("lease6 { ia-na 1 { iaaddr 2001:db8::1 { "
			       "preferred-life 9; max-life 5; } } }"),
	    0);
	ck_assert_uint_eq(lease.address_times.preferred_s, 5);
	ck_assert_int_eq(parse("lease6 { option dhcp6.domain-search \"a b\", "
			       "\"\\033[\", \".\", \"good.example\";"
			       "option dhcp6.name-servers ff02::1, x, ::1; }"),
	    0);
	ck_assert_uint_eq(lease.n_domains, 1);
	ck_assert_uint_eq(lease.n_servers, 1); /* ::1 is a host */
}
END_TEST

/* ---- information without a lease ---- */

static bool read_lines(struct info6 *info, const char *const lines[])
{
	bool is_whole = false;

	for (; *lines; lines++)
		is_whole = info6_line(info, *lines, &lease) || is_whole;
	return is_whole;
}

START_TEST(a_reply_that_is_logged_is_read)
{
	static const char *const lines[] = { "RCV: Reply message on c0",
		"netconf begin",
		"netconf 23 20:1:d:b8:0:0:0:0:0:0:0:0:0:0:0:53",
		"netconf 24 4:63:6f:72:70:7:65:78:61", /* in two parts */
		"netconf 24 6d:70:6c:65:0", "netconf 24 ",
		"netconf 31 20:1:d:b8:0:0:0:0:0:0:0:0:0:0:0:7c",
		"netconf 56 0:1:0:10:20:1:d:b8:0:0:0:0:0:0:0:0:0:0:0:7b",
		"PRC: Done.", "netconf end", NULL };
	struct info6 info = { 0 };

	ck_assert(read_lines(&info, lines));
	ck_assert(!lease.has_address && !lease.has_prefix);
	ck_assert_uint_eq(lease.n_servers, 1);
	ck_assert_str_eq(lease.servers[0], "2001:db8::53");
	ck_assert_uint_eq(lease.n_domains, 1);
	ck_assert_str_eq(lease.domains[0], "corp.example");
	ck_assert_uint_eq(lease.n_ntp, 2);
	ck_assert_str_eq(lease.ntp[0], "2001:db8::7b");
	ck_assert_str_eq(lease.ntp[1], "2001:db8::7c");
}
END_TEST

START_TEST(each_reply_stands_alone)
{
	static const char *const half[] = { "netconf begin",
		"netconf 23 20:1:d:b8:0:0:0:0:0:0:0:0:0:0:0:53", NULL };
	static const char *const next[] = { "netconf begin", "netconf end",
		"netconf 23 20:1:d:b8:0:0:0:0:0:0:0:0:0:0:0:53", "netconf end",
		NULL };
	struct info6 info = { 0 };

	ck_assert(!read_lines(&info, half));
	ck_assert(read_lines(&info, next));
	ck_assert_uint_eq(lease.n_servers, 0);
}
END_TEST

START_TEST(what_is_logged_wrongly_is_left_out)
{
	static const char *const lines[] = { "netconf begin", "netconf ",
		"netconf x", "netconf 23", "netconf 999 20",
		"netconf 23 ff:2:0:0:0:0:0:0:0:0:0:0:0:0:0:1",
		"netconf 23 20:1:d:b8", "netconf 24 3f:61", "netconf 24 1:2f:0",
		"netconf 56 0:1:ff:ff:20", "netconf 56 0:2:0:1:1",
		"netconf end", NULL };
	struct info6 info = { 0 };

	ck_assert(read_lines(&info, lines));
	ck_assert_uint_eq(
	    lease.n_servers + lease.n_domains + lease.n_ntp, 0);
}
END_TEST

START_TEST(more_of_an_option_than_there_is_room_for_is_dropped)
{
	struct info6 info = { 0 };
	char line[CHILD_LINE_MAX] = "netconf 23 20";

	while (strlen(line) + 3 < sizeof(line))
		strcat(line, ":1");
	ck_assert(!info6_line(&info, "netconf begin", &lease));
	for (int i = 0; i < 100; i++)
		ck_assert(!info6_line(&info, line, &lease));
	ck_assert(info6_line(&info, "netconf end", &lease));
	ck_assert_uint_eq(lease.n_servers, LEASE6_NAMES_MAX);
}
END_TEST

/* ---- an address that another host has ---- */

/* The option at *at, which moves on. */
static unsigned next_option(
    const uint8_t *bytes, size_t n, size_t *at, size_t *ret_size)
{
	unsigned code;

	ck_assert_uint_le(*at + 4, n);
	code = (unsigned)bytes[*at] << 8 | bytes[*at + 1];
	*ret_size = (size_t)bytes[*at + 2] << 8 | bytes[*at + 3];
	*at += 4 + *ret_size;
	ck_assert_uint_le(*at, n);
	return code;
}

START_TEST(a_decline_names_client_server_and_address)
{
	static const uint8_t duid[DUID_SIZE] = { 0, 4, 1, 2, 3 };
	uint8_t message[DHCP6_DECLINE_MAX];
	size_t at = 4, size, n;

	ck_assert_int_eq(parse("lease6 { " ADDRESS NAMES "}"), 0);
	n = dhcp6_decline_build(message, duid, &lease, 0x12345678);
	ck_assert_mem_eq(message, "\x09\x12\x34\x56", 4);
	ck_assert_uint_eq(next_option(message, n, &at, &size), 1);
	ck_assert_uint_eq(size, DUID_SIZE);
	ck_assert_mem_eq(message + at - size, duid, size);
	ck_assert_uint_eq(next_option(message, n, &at, &size), 2);
	ck_assert_uint_eq(size, 7);
	ck_assert_mem_eq(message + at - size, lease.server_id, size);
	ck_assert_uint_eq(next_option(message, n, &at, &size), 8);
	ck_assert_uint_eq(next_option(message, n, &at, &size), 3);
	ck_assert_mem_eq(message + at - size, "\x32\x05\x72\x5b", 4);
	ck_assert_uint_eq(at, n);
	at -= size - 12;
	ck_assert_uint_eq(next_option(message, n, &at, &size), 5);
	ck_assert_mem_eq(message + at - size, lease.address.bytes, 16);
	ck_assert_uint_eq(at, n);
}
END_TEST

/* The Reply to it, with its two options; another byte is another's. */
START_TEST(only_the_servers_reply_answers_a_decline)
{
	static const uint8_t duid[DUID_SIZE] = { 0, 4, 1, 2, 3 };
	uint8_t message[DHCP6_DECLINE_MAX], reply[DHCP6_DECLINE_MAX];
	size_t n, used = 4 + 4 + DUID_SIZE + 4 + 7;

	ck_assert_int_eq(parse("lease6 { " ADDRESS NAMES "}"), 0);
	n = dhcp6_decline_build(message, duid, &lease, 0x12345678);
	memcpy(reply, message, n);
	reply[0] = 7;
	for (size_t i = 0; i < used; i++) {
		ck_assert(!dhcp6_decline_is_answer(message, n, reply, i));
		reply[i] ^= 1;
		ck_assert(!dhcp6_decline_is_answer(message, n, reply, used));
		reply[i] ^= 1;
	}
	ck_assert(dhcp6_decline_is_answer(message, n, reply, used));
	ck_assert(dhcp6_decline_is_answer(message, n, reply, n));
}
END_TEST

START_TEST(a_decline_says_since_when_it_is_said)
{
	static const uint8_t duid[DUID_SIZE];
	uint8_t message[DHCP6_DECLINE_MAX];
	size_t n, at = 4 + 4 + DUID_SIZE + 4 + 7 + 4;

	ck_assert_int_eq(parse("lease6 { " ADDRESS NAMES "}"), 0);
	n = dhcp6_decline_build(message, duid, &lease, 1);
	dhcp6_decline_set_elapsed(message, n, 5129);
	ck_assert_mem_eq(message + at - 4, "\0\10\0\2\2\0", 6);
	dhcp6_decline_set_elapsed(message, n, 655350);
	ck_assert_mem_eq(message + at, "\377\377", 2);
}
END_TEST

START_TEST(nothing_is_declined_that_nobody_gave)
{
	static const uint8_t duid[DUID_SIZE];
	uint8_t message[DHCP6_DECLINE_MAX];

	ck_assert_int_eq(parse("lease6 { " ADDRESS "}"), 0); /* no server */
	ck_assert_uint_eq(dhcp6_decline_build(message, duid, &lease, 1), 0);
	ck_assert_int_eq(parse("lease6 { " NAMES "}"), 0);
	ck_assert_uint_eq(dhcp6_decline_build(message, duid, &lease, 1), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lease6");
	TCase *tcase = tcase_create("lease6");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, an_address_a_prefix_and_names_are_read);
	tcase_add_test(tcase, the_last_one_that_is_whole_counts);
	tcase_add_test(tcase, every_truncation_is_survived);
	tcase_add_test(tcase, what_cannot_be_used_is_left_out);
	tcase_add_test(tcase, a_reply_that_is_logged_is_read);
	tcase_add_test(tcase, each_reply_stands_alone);
	tcase_add_test(tcase, what_is_logged_wrongly_is_left_out);
	tcase_add_test(
	    tcase, more_of_an_option_than_there_is_room_for_is_dropped);
	tcase_add_test(tcase, a_decline_names_client_server_and_address);
	tcase_add_test(tcase, only_the_servers_reply_answers_a_decline);
	tcase_add_test(tcase, a_decline_says_since_when_it_is_said);
	tcase_add_test(tcase, nothing_is_declined_that_nobody_gave);
	return run_suite(suite);
}
