/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which nodes lie on the way of others. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/way.h"
#include "resolver/profile.h"
#include "tests/unit/failing-malloc.h"
#include "tests/unit/kinds.h"
#include "tests/unit/run.h"

static const char text[] =
    "version: 1\n"
    "nodes:\n"
    "  wired: { kind: link, match: { type: ethernet } }\n"
    "  lan: { kind: dhcp, over: wired }\n"
    "  other: { kind: link, device: eth9 }\n"
    "  uplink: { kind: any, of: [lan, other] }\n"
    "  inet: { kind: gateway, requires: [uplink], wants: [time],\n"
    "          after: [alone], when: not alone }\n"
    "  vpn: { kind: tunnel, over: uplink, requires: [inet],\n"
    "         remote: 192.0.2.1, networks: [a] }\n"
    "  time: { kind: fake }\n"
    "  alone: { kind: fake }\n";

static struct profile *profile;
static struct way way;

static void load(const char *yaml)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = { 0 };

	profile_load(&(struct source){ "p", yaml, strlen(yaml) }, 1,
	    test_kinds, &diagnostics, &profile);
	ck_assert_msg(profile, "%s",
	    diagnostics.n ? diagnostics.items[0].text : "?");
}

static void set_up(void)
{
	load(text);
}

static void tear_down(void)
{
	way_clear(&way);
	profile = profile_free(profile);
}

static int add(const char *name)
{
	return way_add(&way, profile, profile_find(profile, name));
}

static void assert_way(const char *want)
{
	_cleanup_(text_clear) struct text got = { 0 };

	text_append(&got, "");
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		if (way_has(&way, &profile->decls[i]))
			text_printf(&got, "%s%s", got.n ? " " : "",
			    profile->decls[i].name);
	}
	ck_assert_str_eq(got.data, want);
}

START_TEST(an_empty_way_has_nothing)
{
	assert_way("");
	way_clear(&way);
}
END_TEST

START_TEST(a_nodes_way_is_what_it_depends_on)
{
	ck_assert_int_eq(add("vpn"), 0);
	/* Not what it only wants, comes after, or whose state it looks at. */
	assert_way("wired lan other uplink inet vpn");
	way_clear(&way);
	ck_assert_int_eq(add("lan"), 0);
	assert_way("wired lan");
	way_clear(&way);
	ck_assert_int_eq(add("alone"), 0);
	assert_way("alone");
}
END_TEST

START_TEST(ways_add_up)
{
	ck_assert_int_eq(add("lan"), 0);
	ck_assert_int_eq(add("time"), 0);
	ck_assert_int_eq(add("lan"), 0);
	assert_way("wired lan time");
}
END_TEST

START_TEST(dependents_are_found_however_far)
{
	ck_assert_int_eq(add("other"), 0);
	ck_assert_int_eq(way_add_dependents(&way, profile), 0);
	assert_way("other uplink inet vpn");
	way_clear(&way);
	ck_assert_int_eq(add("lan"), 0);
	ck_assert_int_eq(way_add_dependents(&way, profile), 0);
	assert_way("wired lan uplink inet vpn");
	way_clear(&way);
	ck_assert_int_eq(add("time"), 0);
	ck_assert_int_eq(way_add_dependents(&way, profile), 0);
	assert_way("time");
}
END_TEST

START_TEST(depth_is_no_matter)
{
	enum { DEEP = 20000 };
	_cleanup_(text_clear) struct text deep = { 0 };

	profile = profile_free(profile);
	text_append(&deep, "version: 1\nnodes:\n  n0: { kind: fake }\n");
	for (int i = 1; i < DEEP; i++)
		text_printf(&deep, "  n%d: { kind: fake, requires: n%d }\n", i,
		    i - 1);
	load(deep.data);
	ck_assert_int_eq(add("n19999"), 0);
	for (uint32_t i = 0; i < DEEP; i++)
		ck_assert(way_has(&way, &profile->decls[i]));
	way_clear(&way);
	ck_assert_int_eq(add("n0"), 0);
	ck_assert_int_eq(way_add_dependents(&way, profile), 0);
	for (uint32_t i = 0; i < DEEP; i++)
		ck_assert(way_has(&way, &profile->decls[i]));
}
END_TEST

START_TEST(without_memory_it_says_so)
{
	long nth, n;

	for (nth = 1;; nth++) {
		int r;

		failing_malloc_begin(nth);
		r = way_add(&way, profile, &profile->decls[3]);
		if (r == 0)
			r = way_add_dependents(&way, profile);
		n = failing_malloc_end();
		ck_assert_int_eq(r, n < nth ? 0 : -ENOMEM);
		if (r == 0)
			break;
		way_clear(&way);
	}
	ck_assert_int_eq(nth, 6);
	assert_way("wired lan other uplink inet vpn");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("way");
	TCase *tcase = tcase_create("way");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, an_empty_way_has_nothing);
	tcase_add_test(tcase, a_nodes_way_is_what_it_depends_on);
	tcase_add_test(tcase, ways_add_up);
	tcase_add_test(tcase, dependents_are_found_however_far);
	tcase_add_test(tcase, depth_is_no_matter);
	tcase_add_test(tcase, without_memory_it_says_so);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
