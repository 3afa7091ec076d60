/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/: accounts, arena, list, addresses, text. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/account.h"
#include "base/arena.h"
#include "base/ip.h"
#include "base/list.h"
#include "base/macros.h"
#include "base/numset.h"
#include "base/text.h"
#include "tests/unit/run.h"

/* ---- arena ---- */

START_TEST(arena_memory_is_zeroed_aligned_and_apart)
{
	struct arena *arena = arena_new();
	unsigned char *last = NULL;

	ck_assert_ptr_nonnull(arena);
	for (size_t size = 0; size < 3000; size += 7) {
		unsigned char *p = arena_alloc(arena, size);

		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq((uintptr_t)p % _Alignof(max_align_t), 0);
		size_t n_set = 0;
		for (size_t i = 0; i < size; i++)
			n_set += p[i] != 0;
		ck_assert_uint_eq(n_set, 0);
		memset(p, 0xff, size);
		if (last)
			ck_assert_uint_eq(*last, 0xff);
		last = size ? p + size - 1 : last;
	}
	ck_assert_uint_ge(arena_size(arena), 3000 / 7 * 1500);
	ck_assert_ptr_null(arena_free(arena));
	ck_assert_ptr_null(arena_free(NULL));
}
END_TEST

START_TEST(arena_refuses_what_overflows_and_stays_usable)
{
	struct arena *arena = arena_new();

	ck_assert_ptr_null(arena_array(arena, SIZE_MAX / 2, 3));
	ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX));
	ck_assert_ptr_null(arena_strndup(arena, "", SIZE_MAX));
	ck_assert_str_eq(arena_strdup(arena, "a text"), "a text");
	ck_assert_str_eq(arena_strndup(arena, "a text", 3), "a t");
	ck_assert_ptr_nonnull(arena_alloc(arena, 5 << 20));
	arena_free(arena);
}
END_TEST

/* ---- list ---- */

struct thing {
	int number;
	struct list link;
};

START_TEST(list_keeps_order_and_lets_go)
{
	struct thing a = {.number = 1}, b = {.number = 2}, c = {.number = 3};
	struct list head = LIST_INIT(head);
	struct thing *thing;
	int sum = 0;

	list_init(&a.link);
	ck_assert(list_is_empty(&a.link));
	list_remove(&a.link);
	ck_assert(list_is_empty(&head));
	ck_assert_ptr_null(list_pop(&head, struct thing, link));
	list_append(&head, &a.link);
	list_append(&head, &b.link);
	list_append(&head, &c.link);
	list_for_each(thing, &head, struct thing, link)
	{
		sum = sum * 10 + thing->number;
		if (thing->number == 2)
			list_remove(&thing->link);
	}
	ck_assert_int_eq(sum, 123);
	ck_assert(list_is_empty(&b.link));
	ck_assert_ptr_eq(list_pop(&head, struct thing, link), &a);
	ck_assert_ptr_eq(list_pop(&head, struct thing, link), &c);
	ck_assert(list_is_empty(&head));
}
END_TEST

/* ---- text ---- */

START_TEST(text_grows)
{
	_cleanup_(text_clear) struct text text = {0};

	text_append(&text, "");
	ck_assert_str_eq(text.data, "");
	for (int i = 0; i < 1000; i++)
		text_printf(&text, "%d,", i);
	ck_assert(!text.failed);
	ck_assert_uint_eq(text.n, 3890);
	ck_assert_uint_eq(strlen(text.data), 3890);
	ck_assert_str_eq(text.data + text.n - 8, "998,999,");
	text_append_n(&text, "a\0b", 3);
	ck_assert_mem_eq(text.data + text.n - 3, "a\0b", 4);
}
END_TEST

START_TEST(text_is_stolen_once)
{
	struct text text = {0};
	char *s = text_steal(&text);

	ck_assert_str_eq(s, "");
	free(s);
	text_append_char(&text, 'x');
	s = text_steal(&text);
	ck_assert_str_eq(s, "x");
	free(s);
	ck_assert_ptr_null(text.data);
	text_append(&text, "y");
	text.failed = true;
	text_append(&text, "z");
	ck_assert_str_eq(text.data, "y");
	ck_assert_ptr_null(text_steal(&text));
	ck_assert(!text.failed);
}
END_TEST

static const struct {
	const char *raw;
	size_t n;
	const char *escaped;
} escapes[] = {
    {"plain \"text\"", 12, "plain \"text\""},
    {"gr\xc3\xbc\xc3\x9f\xe2\x82\xac\xf0\x9f\x90\x8c", 13,
	"gr\xc3\xbc\xc3\x9f\xe2\x82\xac\xf0\x9f\x90\x8c"},
    {"a\0b", 3, "a\\x00b"},
    {"\x1b[2J\n\t", 6, "\\x1b[2J\\x0a\\x09"},
    {"back\\slash", 10, "back\\x5cslash"},
    {"\x7f", 1, "\\x7f"},
    {"\xc2\x9b", 2, "\\xc2\\x9b"},             /* C1: CSI */
    {"\xe2\x80\xae", 3, "\\xe2\\x80\\xae"},     /* override */
    {"\xe2\x81\xa6", 3, "\\xe2\\x81\\xa6"},     /* isolate */
    {"\xe2\x80\xa6", 3, "\xe2\x80\xa6"},        /* an ellipsis */
    {"\xc3", 1, "\\xc3"},                       /* cut short */
    {"\xc3(", 2, "\\xc3("},                     /* not continued */
    {"\xc0\x80", 2, "\\xc0\\x80"},              /* overlong */
    {"\xe0\x80\x80", 3, "\\xe0\\x80\\x80"},     /* overlong */
    {"\xed\xa0\x80", 3, "\\xed\\xa0\\x80"},     /* a surrogate */
    {"\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80"}, /* past U+10FFFF */
    {"\xff\xfe", 2, "\\xff\\xfe"},
};

START_TEST(what_comes_from_outside_is_harmless)
{
	_cleanup_(text_clear) struct text text = {0};
	_cleanup_(free_ptr) char *exact = malloc(escapes[_i].n);

	memcpy(exact, escapes[_i].raw, escapes[_i].n);
	text_append_escaped(&text, exact, escapes[_i].n);
	ck_assert_str_eq(text.data, escapes[_i].escaped);
}
END_TEST

START_TEST(names_are_ordered_piece_by_piece)
{
	/* Each before all that follow; byte order decides between 01 and 1. */
	static const char *const ordered[] = {"", "0", "01", "1", "2", "10",
	    "18446744073709551616", "18446744073709551617", "-", "a", "a0",
	    "a00", "a1", "a1b", "a1b2", "a1b10", "a2", "aa1", "b", "eth01",
	    "eth1", "eth2", "eth10", "eth10.5", "ethx", "\xc3\xbc"};

	for (size_t i = 0; i < ARRAY_SIZE(ordered); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(ordered); j++) {
			int order = text_compare_names(ordered[i], ordered[j]);
			int want = (i > j) - (i < j);

			ck_assert_msg((order > 0) - (order < 0) == want,
			    "%s %s: %d", ordered[i], ordered[j], order);
		}
	}
}
END_TEST

static const char *nearest(const char *name)
{
	static const char *const candidates[] = {
	    "requires", "over", "wants", "after", "when", "ssid"};

	return text_nearest(name, candidates, ARRAY_SIZE(candidates));
}

START_TEST(the_nearest_name_is_found)
{
	char longest[200];

	ck_assert_str_eq(nearest("require"), "requires");
	ck_assert_str_eq(nearest("reqiures"), "requires");
	ck_assert_str_eq(nearest("wnats"), "wants");
	ck_assert_str_eq(nearest("afterr"), "after");
	ck_assert_str_eq(nearest("sid"), "ssid");
	ck_assert_str_eq(nearest("ovre"), "over");
	ck_assert_ptr_null(nearest("xyz"));
	ck_assert_ptr_null(nearest("re"));
	ck_assert_ptr_null(nearest(""));
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ck_assert_ptr_null(nearest(longest));
}
END_TEST

static const struct {
	const char *text;
	int result;
	uint64_t ms;
} durations[] = {
    {"250ms", 0, 250}, {"10s", 0, 10000}, {"5m", 0, 300000},
    {"1h", 0, 3600000}, {"0", 0, 0}, {"00s", 0, 0}, {"007s", 0, 7000},
    {"", -EINVAL, 0}, {"s", -EINVAL, 0}, {"5", -EINVAL, 0},
    {"-5s", -EINVAL, 0}, {"+5s", -EINVAL, 0}, {" 5s", -EINVAL, 0},
    {"5 s", -EINVAL, 0}, {"5s ", -EINVAL, 0}, {"5sec", -EINVAL, 0},
    {"1.5s", -EINVAL, 0}, {"5S", -EINVAL, 0}, {"1d", -EINVAL, 0},
    {"9223372036854775807ms", 0, INT64_MAX},
    {"9223372036854775808ms", -ERANGE, 0},
    {"9223372036854776s", -ERANGE, 0},
    {"99999999999999999999999999h", -ERANGE, 0},
    {"99999999999999999999999999", -EINVAL, 0},
};

START_TEST(durations_are_read)
{
	uint64_t ms = 0;

	ck_assert_int_eq(text_parse_duration(durations[_i].text, &ms),
	    durations[_i].result);
	ck_assert_uint_eq(ms, durations[_i].ms);
}
END_TEST

static const struct {
	uint64_t ms;
	const char *text;
} written[] = {{0, "0s"}, {1, "1ms"}, {250, "250ms"}, {1000, "1s"},
    {1500, "1.5s"}, {1050, "1.05s"}, {1005, "1.005s"}, {90000, "90s"},
    {60000, "1m"}, {300000, "5m"}, {3600000, "1h"}, {5400000, "90m"},
    {3601000, "3601s"}, {86400000, "24h"}};

START_TEST(durations_are_written_as_people_do)
{
	_cleanup_(text_clear) struct text text = {0};

	text_append_duration(&text, written[_i].ms);
	ck_assert_str_eq(text.data, written[_i].text);
}
END_TEST

static const struct {
	const char *pattern, *text;
	bool matches;
} globs[] = {
    {"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "abc", true},
    {"a*", "abc", true}, {"*c", "abc", true}, {"*b", "abc", false},
    {"a*c", "abxc", true}, {"a**c", "ac", true}, {"*a*b*", "xxaxxbxx", true},
    {"?", "", false}, {"?", "a", true}, {"e??1", "eth1", true},
    {"[a-c]x", "bx", true}, {"[a-c]x", "dx", false}, {"[!a-c]", "d", true},
    {"[^a-c]", "b", false}, {"[]a]", "]", true}, {"[!]a]", "b", true},
    {"[a-]", "-", true}, {"[a", "[a", true}, {"[a", "a", false},
    {"[\\]]", "]", true}, {"\\*", "*", true}, {"\\*", "a", false},
    {"\\", "\\", true}, {"a\\", "a\\", true}, {"*[0-9]", "eth12", true},
    {"eth[0-9]*", "ethx", false}, {"[z-a]", "m", false},
    {"02:00:5E:*", "02:00:5e:10:00:01", false}, {"a.b", "axb", false},
    {"*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	false},
};

START_TEST(globs_match_as_fnmatch)
{
	ck_assert_int_eq(
	    text_match_glob(globs[_i].pattern, globs[_i].text, false),
	    globs[_i].matches);
}
END_TEST

START_TEST(globs_can_ignore_case)
{
	ck_assert(text_match_glob("02:00:5E:*", "02:00:5e:10:00:01", true));
	ck_assert(text_match_glob("02:00:5e:*", "02:00:5E:10:00:01", true));
	ck_assert(text_match_glob("[A-F]*", "f", true));
	ck_assert(text_match_glob("[a-f]*", "F", true));
	ck_assert(!text_match_glob("[!a-f]*", "F", true));
}
END_TEST

START_TEST(link_layer_addresses_are_six_pairs)
{
	static const char *const bad[] = { "", "02", "02:00:5e:10:00",
		"02:00:5e:10:00:01:", "02:00:5e:10:00:01:02",
		"2:00:5e:10:00:01", "02-00-5e-10-00-01", "02:00:5e:10:00:0g",
		" 02:00:5e:10:00:01", "02:00:5e:10:00:0" };
	uint8_t mac[TEXT_MAC_SIZE];

	ck_assert_int_eq(text_parse_mac("02:00:5E:1a:00:Ff", mac), 0);
	ck_assert_mem_eq(mac, "\x02\x00\x5e\x1a\x00\xff", sizeof(mac));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(text_parse_mac(bad[i], mac), -EINVAL);
}
END_TEST

START_TEST(link_layer_addresses_are_printed_in_lower_case)
{
	static const uint8_t mac[] = { 0x02, 0x00, 0x5E, 0x1a, 0x00, 0xff };
	char text[3 * sizeof(mac)];

	text_print_mac(text, mac, sizeof(mac));
	ck_assert_str_eq(text, "02:00:5e:1a:00:ff");
	text_print_mac(text, mac, 1);
	ck_assert_str_eq(text, "02");
	text_print_mac(text, mac, 0);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(domains_are_labels_of_letters_digits_and_hyphens)
{
	static const char *const good[] = { "example", "corp.example",
		"a-b.1.EXAMPLE", "_tcp.example", "x" };
	static const char *const bad[] = { "", ".", "example.", ".example",
		"a..b", "-a.b", "a-.b", "a b", "a\nb", "a.b\n", "*.b", "~b",
		"b\xc3\xbc.example", "a/b", "\x1b[2J" };
	char longest[300];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		ck_assert_msg(text_is_domain(good[i]), "%s", good[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(!text_is_domain(bad[i]), "%s", bad[i]);
	memset(longest, 'a', sizeof(longest));
	for (int i = 63; i < 253; i += 64)
		longest[i] = '.';
	longest[253] = '\0';
	ck_assert(text_is_domain(longest));
	longest[253] = 'a';
	longest[254] = '\0';
	ck_assert(!text_is_domain(longest));
	longest[63] = 'a';
	longest[100] = '\0';
	ck_assert(!text_is_domain(longest));
}
END_TEST

START_TEST(names_are_in_a_domain_by_whole_labels)
{
	ck_assert(text_is_in_domain("corp.example", "corp.example"));
	ck_assert(text_is_in_domain("a.Corp.example", "corp.EXAMPLE"));
	ck_assert(!text_is_in_domain("acorp.example", "corp.example"));
	ck_assert(!text_is_in_domain("example", "corp.example"));
	ck_assert(!text_is_in_domain("corp.example.net", "corp.example"));
}
END_TEST

static const struct {
	const char *text, *network; /* NULL: none */
} prefixes[] = {
	{ "192.0.2.7/24", "192.0.2.0/24" },
	{ "192.0.2.7/32", "192.0.2.7/32" },
	{ "192.0.2.7", "192.0.2.7/32" },
	{ "192.0.2.255/25", "192.0.2.128/25" },
	{ "255.255.255.255/0", "0.0.0.0/0" },
	{ "10.255.0.1/9", "10.128.0.0/9" },
	{ "2001:db8:ffff::7/33", "2001:db8:8000::/33" },
	{ "2001:db8::7/128", "2001:db8::7/128" },
	{ "::/0", "::/0" },
	{ "192.0.2.7/33", NULL },
	{ "192.0.2.7/", NULL },
	{ "192.0.2.7/024", NULL },
	{ "192.0.2.7/-1", NULL },
	{ "192.0.2.7/4294967320", NULL },
	{ "192.0.2.7/24 ", NULL },
	{ "192.0.2/24", NULL },
	{ "2001:db8::7/129", NULL },
	{ "2001:db8::7::1/64", NULL },
	{ "", NULL },
	{ "/24", NULL },
};

START_TEST(prefixes_are_read_and_have_a_network)
{
	char text[IP_PREFIX_TEXT_SIZE];
	struct ip_prefix prefix;
	int r = ip_parse_prefix(prefixes[_i].text, &prefix);

	if (!prefixes[_i].network) {
		ck_assert_int_eq(r, -EINVAL);
		return;
	}
	ck_assert_int_eq(r, 0);
	prefix.ip = ip_network(&prefix);
	ck_assert_str_eq(
	    ip_print_prefix(&prefix, text), prefixes[_i].network);
}
END_TEST

/* ---- accounts ---- */

START_TEST(users_and_groups_are_found_by_name)
{
	gid_t group = 1;
	uid_t user = 1;

	ck_assert_int_eq(account_user("root", &user), 0);
	ck_assert_uint_eq(user, 0);
	ck_assert_int_eq(account_group("root", &group), 0);
	ck_assert_uint_eq(group, 0);
	/* As a whole, and not by number. */
	ck_assert_int_eq(account_user("roo", &user), -ENOENT);
	ck_assert_int_eq(account_user("0", &user), -ENOENT);
	ck_assert_int_eq(account_group("", &group), -ENOENT);
}
END_TEST

/* ---- sets of numbers ---- */

static const uint32_t sizes[] = { 1, 2, 63, 64, 65, 4096, 4097, 300000 };

/* What is put in and taken out at random, beside a plain array. */
START_TEST(the_first_number_of_a_set_is_found)
{
	uint32_t n = sizes[_i], seed = 1;
	_cleanup_(free_ptr) uint64_t *words =
	    calloc(numset_words(n), sizeof(*words));
	_cleanup_(free_ptr) bool *is_in = calloc(n, 1);

	ck_assert_uint_eq(numset_first(words, n), UINT32_MAX);
	for (uint32_t i = 0; i < 2000; i++) {
		uint32_t number, first = 0;

		seed = seed * 1103515245 + 12345;
		number = (uint32_t)((uint64_t)(seed >> 8) * n >> 24);
		is_in[number] = !is_in[number];
		numset_put(words, n, number, is_in[number]);
		while (first < n && !is_in[first])
			first++;
		ck_assert_uint_eq(numset_first(words, n),
		    first < n ? first : UINT32_MAX);
	}
	while (numset_first(words, n) != UINT32_MAX)
		numset_put(words, n, numset_first(words, n), false);
	for (size_t i = 0; i < numset_words(n); i++)
		ck_assert_uint_eq(words[i], 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base");
	TCase *tcase = tcase_create("base");

	tcase_add_test(
	    tcase, domains_are_labels_of_letters_digits_and_hyphens);
	tcase_add_test(tcase, names_are_in_a_domain_by_whole_labels);
	tcase_add_loop_test(tcase, prefixes_are_read_and_have_a_network, 0,
	    ARRAY_SIZE(prefixes));
	tcase_add_test(tcase, link_layer_addresses_are_six_pairs);
	tcase_add_test(tcase, link_layer_addresses_are_printed_in_lower_case);
	tcase_add_test(tcase, users_and_groups_are_found_by_name);
	tcase_add_loop_test(tcase, the_first_number_of_a_set_is_found, 0,
	    ARRAY_SIZE(sizes));
	tcase_add_test(tcase, arena_memory_is_zeroed_aligned_and_apart);
	tcase_add_test(tcase, arena_refuses_what_overflows_and_stays_usable);
	tcase_add_test(tcase, list_keeps_order_and_lets_go);
	tcase_add_test(tcase, text_grows);
	tcase_add_test(tcase, text_is_stolen_once);
	tcase_add_loop_test(tcase, what_comes_from_outside_is_harmless, 0,
	    ARRAY_SIZE(escapes));
	tcase_add_test(tcase, names_are_ordered_piece_by_piece);
	tcase_add_test(tcase, the_nearest_name_is_found);
	tcase_add_loop_test(
	    tcase, durations_are_read, 0, ARRAY_SIZE(durations));
	tcase_add_loop_test(tcase, durations_are_written_as_people_do, 0,
	    ARRAY_SIZE(written));
	tcase_add_loop_test(
	    tcase, globs_match_as_fnmatch, 0, ARRAY_SIZE(globs));
	tcase_add_test(tcase, globs_can_ignore_case);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
