/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Out of memory while a profile is loaded: for every n, the n-th allocation
 * fails, and loading says so, leaks nothing and breaks nothing.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/profile.h"
#include "tests/unit/failing-arena.h"
#include "tests/unit/failing-malloc.h"
#include "tests/unit/kinds.h"
#include "tests/unit/run.h"

static long fail_at, n_allocations; /* of load() */

int __real_yaml_parser_initialize(yaml_parser_t *parser);
int __real_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);
int __wrap_yaml_parser_initialize(yaml_parser_t *parser);
int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);

int __wrap_yaml_parser_initialize(yaml_parser_t *parser)
{
	return failing_malloc_is_next()
		   ? 0
		   : __real_yaml_parser_initialize(parser);
}

int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event)
{
	if (!failing_malloc_is_next())
		return __real_yaml_parser_parse(parser, event);
	parser->error = YAML_MEMORY_ERROR;
	return 0;
}

static const char good[] =
    "version: 1\n"
    "nodes:\n"
    "  wired: { kind: link, match: { type: [ethernet, veth] },\n"
    "    description: a card }\n"
    "  lan: { kind: dhcp, over: wired, retry: { delay: 2s },\n"
    "    allow: [joe] }\n"
    "  uplink: { kind: any, of: [lan, lan@eth0] }\n"
    "  vpn:\n"
    "    kind: tunnel\n"
    "    when: not lan@eth1 and uplink\n"
    "    over: uplink\n"
    "    remote: 192.0.2.1\n"
    "    networks: [a, b]\n"
    "    auth: { psk: secret }\n"
    "    peers: [{ name: x }, { name: y }]\n"
    "  t: { kind: task, run: [/x, y], on-event: lan failed,\n"
    "    when: from startup until lan@eth2 up and not from go until end }\n"
    "  s: { kind: state, from: go, until: lan@eth0 down, hold: 3s }\n"
    "  b: { kind: bridge, ports: [lan, wired, s], prefix-from: vpn,\n"
    "    domains: { corp.example: vpn, lab.example: lan } }\n"
    "  p: { kind: location, over: uplink, match: { ssid: [x, y] } }\n"
    "  w: { kind: way, over: uplink, table: '${ifindex}', key: abcd,\n"
    "    peers: [{ name: '${device}' }, { name: y }] }\n"
    "  q:\n"
    "    kind: tunnel\n"
    "    over: uplink\n"
    "    remote: '${lease-colour}'\n"
    "    networks: ['${lease-colour}.1', b]\n"
    "    marks: ['1${lease-colour}', 2]\n"
    "    peers: [{ name: x }, { name: y, every: '${lease-colour}s' }]\n";

static const char bad[] =
    "version: 1\n"
    "nodes:\n"
    "  wired: { kind: link, device: a, require: x }\n"
    "  wired: { kind: fake }\n"
    "  lan: { kind: dhpc, over: *wired }\n"
    "  uplink: { kind: any, of: [wierd, wired@x] }\n"
    "  vpn: { kind: tunnel, when: a b, marks: [1, x], auth: { psk: [] } }\n"
    "  vpn2: { kind: tunnel, when: (wired and lann), hold: 3, }\n"
    "  vpn3: { kind: tunnel, networks: ['${x}', '${lease-colour'],\n"
    "    remote: '${lease-colour}', peers: { nam: '${device}' } }\n"
    "  s: { kind: state, from: a, until: a }\n"
    "  t: { kind: task, run: a b, on-event: s, when: from s up until x/y }\n"
    "  p: { kind: location, over: s, match: { mak: x } }\n"
    "  w: { kind: way, hops: [1, 13], peers: [{ name: bad }] }\n"
    "  x: { kind: way, type: odd, via: 7 }\n"
    "  cut: [\n";

/* Many nodes: arenas, the hash of names, and what in-order members pull
 * grow. */
static char *write_many(void)
{
	struct text text = {0};

	text_append(&text, "version: 1\nnodes:\n");
	for (int i = 0; i < 100; i++)
		text_printf(&text, "  n%d: { kind: fake, requires: n%d }\n",
		    i, i + 100);
	for (int i = 100; i < 400; i++)
		text_printf(&text, "  n%d: { kind: fake }\n", i);
	text_append(&text, "  h: { kind: any, of: g }\n"
			   "  g: { kind: any, try: in-order, of: [n0");
	for (int i = 1; i < 100; i++)
		text_printf(&text, ", n%d", i);
	text_append(&text, "] }\n");
	return text_steal(&text);
}

/* In-order members that share what they stand on, so that it has to be found
 * out what each pulls alone; ending: of the last of them. */
static char *write_shared(const char *ending)
{
	enum { N_LEAVES = 40, N_MEMBERS = 70 };
	struct text text = {0};

	text_append(&text, "version: 1\nnodes:\n"
			   "  w: { kind: link, match: { type: ethernet } }\n"
			   "  y: { kind: fake }\n"
			   "  hub: { kind: fake, requires: [w");
	for (int i = 0; i < N_LEAVES; i++)
		text_printf(&text, ", l%d", i);
	text_append(&text, "] }\n");
	for (int i = 0; i < N_LEAVES; i++)
		text_printf(&text, "  l%d: { kind: fake }\n", i);
	for (int i = 0; i < N_MEMBERS; i++)
		text_printf(&text,
		    "  x%d: { kind: fake }\n"
		    "  m%d: { kind: fake, requires: [hub, x%d, x%d, w@e%d]%s "
		    "}\n", i, i, i, i ? i - 1 : 0, i,
		    i == 0 ? ", after: y" :
			i == N_MEMBERS - 1 ? ending : "");
	text_append(&text, "  g: { kind: any, try: in-order, of: [m0");
	for (int i = 1; i < N_MEMBERS; i++)
		text_printf(&text, ", m%d", i);
	text_append(&text, "] }\n");
	return text_steal(&text);
}

/* Loads it; with graph_build()'s cycle check and all. */
static int load(const char *text, struct profile **ret)
{
	struct source sources[] = {{"a.yaml", text, strlen(text)},
	    {"b.yaml", "version: 1\nnodes: { zzz: { kind: fake } }\n", 42}};
	struct diagnostics diagnostics = {0};
	int r;

	*ret = NULL;
	failing_malloc_begin(fail_at);
	r = profile_load(sources, 2, test_kinds, &diagnostics, ret);
	n_allocations = failing_malloc_end();
	diagnostics_clear(&diagnostics);
	return r;
}

static void fail_each(const char *text, int result)
{
	struct profile *profile;
	long n_needed;

	fail_at = 0;
	ck_assert_int_eq(load(text, &profile), result);
	profile_free(profile);
	n_needed = n_allocations;
	ck_assert_int_gt(n_needed, 20);
	for (fail_at = 1; fail_at <= n_needed; fail_at++) {
		int r = load(text, &profile);

		/* A message may go without its source line. */
		if (r != -ENOMEM)
			ck_assert_int_eq(r, result);
		ck_assert_msg(r == -ENOMEM || result, "%ld of %ld: %d",
		    fail_at, n_needed, r);
		ck_assert(!r == (profile != NULL));
		profile_free(profile);
	}
	fail_at = 0;
	ck_assert_int_eq(load(text, &profile), result);
	profile_free(profile);
}

START_TEST(a_good_profile_is_refused)
{
	failing_arena_by_piece = _i;
	fail_each(good, 0);
}
END_TEST

/* Instances have ranks of their own. */
START_TEST(a_profile_of_cards_tried_in_order_is_refused)
{
	failing_arena_by_piece = _i;
	fail_each(
	    "version: 1\nnodes:\n"
	    "  w: { kind: link, match: { type: ethernet } }\n"
	    "  a: { kind: fake, over: w }\n"
	    "  b: { kind: fake, over: w }\n"
	    "  g: { kind: any, over: w, try: in-order, of: [a, b] }\n"
	    "  h: { kind: any, try: in-order, of: [g@e0, g@e1] }\n", 0);
}
END_TEST

/* Its order is looked for without devices, too. */
START_TEST(a_profile_whose_cards_share_a_node_is_refused)
{
	failing_arena_by_piece = _i;
	fail_each(
	    "version: 1\nnodes:\n"
	    "  fw: { kind: fake }\n"
	    "  w: { kind: link, match: { type: ethernet }, requires: fw }\n"
	    "  v: { kind: link, match: { type: wlan }, requires: fw }\n"
	    "  a: { kind: fake, over: w }\n"
	    "  b: { kind: fake, over: v }\n"
	    "  g: { kind: any, try: in-order, of: [a, b] }\n", 0);
}
END_TEST

START_TEST(a_large_profile_is_refused)
{
	char *many = write_many(), *shared = write_shared("");

	fail_each(many, 0);
	fail_each(shared, 0);
	free(many);
	free(shared);
}
END_TEST

START_TEST(a_profile_with_errors_is_refused)
{
	failing_arena_by_piece = _i;
	fail_each(bad, -EINVAL);
}
END_TEST

START_TEST(a_large_cycle_is_refused)
{
	char *round = write_shared(", wants: y");

	fail_each(round, -EINVAL);
	free(round);
}
END_TEST

/* Whoever prints one looks at the text's `failed`. */
START_TEST(a_message_that_cannot_be_printed_says_so)
{
	struct source source = {"a.yaml", bad, strlen(bad)};
	struct diagnostics diagnostics = {0};
	struct profile *profile;
	long needed = 1;

	ck_assert_int_eq(profile_load(&source, 1, test_kinds, &diagnostics,
			     &profile), -EINVAL);
	for (long nth = 1; nth <= needed + 1; nth++) {
		_cleanup_(text_clear) struct text text = {0};

		failing_malloc_begin(nth);
		for (uint32_t i = 0; i < diagnostics.n; i++)
			diagnostic_print(&diagnostics.items[i], &text);
		needed = failing_malloc_end();
		ck_assert_int_eq(text.failed, nth <= needed);
	}
	ck_assert_int_gt(needed, 5);
	diagnostics_clear(&diagnostics);
}
END_TEST

START_TEST(text_fails_at_its_end_only)
{
	struct text text = {0};

	failing_malloc_begin(2);
	for (int i = 0; i < 100; i++)
		text_append(&text, "some text");
	failing_malloc_end();
	ck_assert(text.failed);
	ck_assert_str_eq(text.data, "some textsome textsome text");
	ck_assert_ptr_null(text_steal(&text));
	ck_assert_ptr_null(text.data);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("profile-memory");
	TCase *tcase = tcase_create("profile-memory");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_good_profile_is_refused, 0, 2);
	tcase_add_loop_test(
	    tcase, a_profile_of_cards_tried_in_order_is_refused, 0, 2);
	tcase_add_loop_test(
	    tcase, a_profile_whose_cards_share_a_node_is_refused, 0, 2);
	tcase_add_test(tcase, a_large_profile_is_refused);
	tcase_add_loop_test(tcase, a_profile_with_errors_is_refused, 0, 2);
	tcase_add_test(tcase, a_large_cycle_is_refused);
	tcase_add_test(tcase, a_message_that_cannot_be_printed_says_so);
	tcase_add_test(tcase, text_fails_at_its_end_only);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
