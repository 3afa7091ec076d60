/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCPv6 leases as dhclient writes them, and what is not taken of them. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "providers/dhcp/lease6.h"

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
	"option dhcp6.domain-search \"corp.example.\", \"lab.example.\";\n"

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

int main(void)
{
	Suite *suite = suite_create("lease6");
	TCase *tcase = tcase_create("lease6");
	SRunner *sr = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, an_address_a_prefix_and_names_are_read);
	tcase_add_test(tcase, the_last_one_that_is_whole_counts);
	tcase_add_test(tcase, every_truncation_is_survived);
	tcase_add_test(tcase, what_cannot_be_used_is_left_out);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
