/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS options of router advertisements, and how long what they say lasts. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "providers/dhcp/ra-names.h"
#include "tests/unit/run.h"

/* An option as it is on the wire. */
struct wire {
	size_t n;
	uint8_t bytes[ND_OPTION_MAX];
};

static void begin(struct wire *w, uint8_t type, uint32_t lifetime_s)
{
	const uint8_t header[8] = { type, 1, 0, 0,
		(uint8_t)(lifetime_s >> 24), (uint8_t)(lifetime_s >> 16),
		(uint8_t)(lifetime_s >> 8), (uint8_t)lifetime_s };

	memset(w, 0, sizeof(*w));
	memcpy(w->bytes, header, sizeof(header));
	w->n = sizeof(header);
}

/* Padded to a multiple of 8. */
static void add(struct wire *w, const void *bytes, size_t n)
{
	memcpy(w->bytes + w->n, bytes, n);
	w->n += n;
	w->bytes[1] = (uint8_t)((w->n + 7) / 8);
}

static void add_server(struct wire *w, uint8_t last)
{
	uint8_t server[16] = { 0x20, 1, 0xd, 0xb8, [15] = last };

	add(w, server, sizeof(server));
}

static int parse(const struct wire *w, struct nd_option *ret)
{
	/* Exactly as long, so that AddressSanitizer sees one too far. */
	size_t n = (size_t)w->bytes[1] * 8;
	uint8_t *copy = malloc(n);
	int r;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, w->bytes, n);
	r = nd_option_parse(copy, n, ret);
	free(copy);
	return r;
}

START_TEST(servers_are_read)
{
	struct nd_option option;
	struct wire w;

	begin(&w, ND_RDNSS, 600);
	add_server(&w, 0x53);
	add_server(&w, 0x54);
	ck_assert_int_eq(parse(&w, &option), 0);
	ck_assert_uint_eq(option.lifetime_s, 600);
	ck_assert_uint_eq(option.n, 2);
	ck_assert_str_eq(option.items[0], "2001:db8::53");
	ck_assert_str_eq(option.items[1], "2001:db8::54");
}
END_TEST

START_TEST(what_is_no_server_is_left_out)
{
	static const uint8_t none[16], group[16] = { 0xff, 2, [15] = 1 },
				 itself[16] = { [15] = 1 };
	struct nd_option option;
	struct wire w;

	begin(&w, ND_RDNSS, 600);
	add(&w, none, 16);
	add(&w, group, 16);
	add(&w, itself, 16);
	ck_assert_int_eq(parse(&w, &option), -EINVAL);
	add_server(&w, 1);
	ck_assert_int_eq(parse(&w, &option), 0);
	ck_assert_uint_eq(option.n, 1);
}
END_TEST

START_TEST(domains_are_read_in_lower_case)
{
	struct nd_option option;
	struct wire w;

	begin(&w, ND_DNSSL, 600);
	add(&w, "\4Corp\7example\0\3lab\0", 19);
	ck_assert_int_eq(parse(&w, &option), 0);
	ck_assert_uint_eq(option.n, 2);
	ck_assert_str_eq(option.items[0], "corp.example");
	ck_assert_str_eq(option.items[1], "lab");
}
END_TEST

START_TEST(what_is_no_domain_is_left_out)
{
	static const struct {
		const char *bytes;
		size_t n;
	} bad[] = { { "\3a\0b", 5 }, { "\3a.b", 5 }, { "\3a b", 5 },
		{ "\2\033[", 4 }, { "\300\14", 2 }, { "\77abc", 4 },
		{ "\1", 1 } };
	struct nd_option option;
	struct wire w;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(&w, ND_DNSSL, 600);
		add(&w, bad[i].bytes, bad[i].n);
		ck_assert_int_eq(parse(&w, &option), -EINVAL);
	}
	/* One that is too long does not hide the next. */
	begin(&w, ND_DNSSL, 600);
	for (int i = 0; i < 5; i++)
		add(&w, "\77aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaaaaaaaa", 64);
	add(&w, "\0\3lab", 6);
	ck_assert_int_eq(parse(&w, &option), 0);
	ck_assert_uint_eq(option.n, 1);
	ck_assert_str_eq(option.items[0], "lab");
}
END_TEST

START_TEST(lengths_that_lie_are_refused)
{
	struct nd_option option;
	struct wire w;

	begin(&w, ND_RDNSS, 600);
	add_server(&w, 1);
	ck_assert_int_eq(nd_option_parse(w.bytes, 7, &option), -EINVAL);
	ck_assert_int_eq(nd_option_parse(w.bytes, w.n - 1, &option), -EINVAL);
	w.bytes[1] = 0;
	ck_assert_int_eq(nd_option_parse(w.bytes, w.n, &option), -EINVAL);
	w.bytes[1] = 1;
	ck_assert_int_eq(nd_option_parse(w.bytes, w.n, &option), -EINVAL);
}
END_TEST

/* As an option with this one server says. */
static bool hear(struct ra_names *names, uint8_t last, uint32_t lifetime_s,
    uint64_t now_ms)
{
	struct nd_option option;
	struct wire w;

	begin(&w, ND_RDNSS, lifetime_s);
	add_server(&w, last);
	ck_assert_int_eq(parse(&w, &option), 0);
	return ra_names_add(names, &option, now_ms);
}

START_TEST(a_name_lasts_until_its_time_is_over)
{
	struct ra_names names = { 0 };

	ck_assert(hear(&names, 1, 10, 1000));
	ck_assert(hear(&names, 2, ND_FOREVER, 1000));
	ck_assert(!hear(&names, 1, 20, 2000));
	ck_assert_uint_eq(ra_names_next(&names), 22000);
	ck_assert(!ra_names_expire(&names, 21999));
	ck_assert(ra_names_expire(&names, 22000));
	ck_assert_uint_eq(names.n, 1);
	ck_assert_str_eq(names.items[0].text, "2001:db8::2");
	ck_assert_uint_eq(ra_names_next(&names), UINT64_MAX);
	ck_assert(hear(&names, 2, 0, 30000));
	ck_assert_uint_eq(names.n, 0);
	ck_assert(!hear(&names, 2, 0, 30000));
}
END_TEST

START_TEST(of_too_many_those_that_last_longest_are_kept)
{
	struct ra_names names = { 0 };

	for (uint8_t i = 1; i <= 20; i++)
		hear(&names, i, 100u + i, 1000);
	ck_assert_uint_eq(names.n, RA_NAMES_MAX);
	ck_assert_str_eq(names.items[0].text, "2001:db8::d");
	ck_assert_str_eq(names.items[7].text, "2001:db8::14");
	ck_assert(!hear(&names, 21, 1, 1000));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("nd-option");
	TCase *tcase = tcase_create("option");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, servers_are_read);
	tcase_add_test(tcase, what_is_no_server_is_left_out);
	tcase_add_test(tcase, domains_are_read_in_lower_case);
	tcase_add_test(tcase, what_is_no_domain_is_left_out);
	tcase_add_test(tcase, lengths_that_lie_are_refused);
	tcase_add_test(tcase, a_name_lasts_until_its_time_is_over);
	tcase_add_test(tcase, of_too_many_those_that_last_longest_are_kept);
	return run_suite(suite);
}
