/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/fake/schema.h"
#include "providers/schemas.h"
#include "resolver/graph.h"

static const struct schema *const kinds[] = { &schema_fake, &schema_link,
	&schema_any, &schema_all, NULL };

/* Loads the nodes; what is wrong with them, "" if nothing is. */
static char *load(const char *nodes, struct profile **ret)
{
	_cleanup_(text_clear) struct text text = { 0 };
	struct text errors = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct profile *profile = NULL;

	text_append(&text, "version: 1\nnodes:\n");
	text_append(&text, nodes);
	profile_load(&(struct source){ "p.yaml", text.data, text.n }, 1, kinds,
	    &diagnostics, &profile);
	text_append(&errors, "");
	for (uint32_t i = 0; i < diagnostics.n; i++)
		diagnostic_print(&diagnostics.items[i], &errors);
	diagnostics_clear(&diagnostics);
	if (ret)
		*ret = profile;
	else
		profile_free(profile);
	return text_steal(&errors);
}

static void expect_error(const char *nodes, const char *want)
{
	_cleanup_(free_ptr) char *got = load(nodes, NULL);

	ck_assert_msg(strstr(got, want), "no '%s' in: %s", want, got);
}

START_TEST(cycle_names_its_nodes_whatever_keys_make_it)
{
	static const char *const keys[] = { "requires: b", "over: b",
		"wants: b", "after: b", "when: b", "when: not b" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		_cleanup_(text_clear) struct text text = { 0 };

		text_printf(&text,
		    "  a: { kind: fake, %s }\n"
		    "  b: { kind: fake, requires: c }\n"
		    "  c: { kind: any, of: [a] }\n",
		    keys[i]);
		expect_error(text.data,
		    "nodes that wait for each other: a -> b -> c -> a");
		expect_error(text.data,
		    "drop one of these: a at p.yaml:3, b at p.yaml:4, "
		    "c at p.yaml:5");
	}
}
END_TEST

START_TEST(node_that_refers_to_itself_is_a_cycle)
{
	expect_error("  a: { kind: fake, requires: a }\n", "a -> a");
}
END_TEST

START_TEST(every_cycle_is_reported)
{
	_cleanup_(free_ptr) char *got =
	    load("  a: { kind: fake, requires: b }\n"
		 "  b: { kind: fake, requires: a }\n"
		 "  c: { kind: fake, after: d }\n"
		 "  d: { kind: fake, wants: c }\n",
		NULL);

	ck_assert_ptr_nonnull(strstr(got, "a -> b -> a"));
	ck_assert_ptr_nonnull(strstr(got, "c -> d -> c"));
}
END_TEST

START_TEST(long_chain_is_no_cycle_and_needs_no_stack)
{
	_cleanup_(text_clear) struct text text = { 0 };
	_cleanup_(free_ptr) char *errors = NULL;
	struct profile *profile = NULL;

	text_append(&text, "  n0: { kind: fake }\n");
	for (int i = 1; i < 50000; i++)
		text_printf(
		    &text, "  n%d: { kind: fake, requires: n%d }\n", i, i - 1);
	errors = load(text.data, &profile);
	ck_assert_str_eq(errors, "");
	ck_assert_uint_eq(profile_find(profile, "n49999")->level, 49999);
	profile_free(profile);
}
END_TEST

START_TEST(device_belongs_to_one_node)
{
	expect_error("  a: { kind: link, device: eth0 }\n"
		     "  b: { kind: link, device: eth1 }\n"
		     "  c: { kind: link, device: eth0 }\n",
	    "p.yaml:5:3: error: 'c' and 'a' (p.yaml:3) are both bound to "
	    "device eth0");
}
END_TEST

START_TEST(only_templates_have_instances)
{
	expect_error("  a: { kind: fake }\n"
		     "  b: { kind: fake, requires: a@eth0 }\n",
	    "'a' is a single node, not a template");
}
END_TEST

START_TEST(roots_follow_over_to_the_template)
{
	_cleanup_(free_ptr) char *errors = NULL;
	struct profile *profile = NULL;

	errors = load("  d: { kind: fake, over: c }\n"
		      "  c: { kind: fake, over: w }\n"
		      "  w: { kind: link, match: { type: ethernet } }\n"
		      "  s: { kind: fake, over: w@eth0 }\n"
		      "  t: { kind: fake, requires: [d], over: s }\n",
	    &profile);
	ck_assert_str_eq(errors, "");
	const struct decl *w = profile_find(profile, "w");
	const struct decl *d = profile_find(profile, "d");
	ck_assert_ptr_eq(d->root, w);
	ck_assert_ptr_eq(w->root, w);
	ck_assert_ptr_null(profile_find(profile, "s")->root);
	ck_assert_ptr_null(profile_find(profile, "t")->root);
	ck_assert_uint_eq(w->edges->n_slots, 3);
	ck_assert_uint_eq(d->level, 2);
	ck_assert(d->edges->down[0].is_same_card);
	ck_assert(!profile_find(profile, "t")->edges->down[0].is_same_card);
	ck_assert_uint_lt(w->edges->rank, d->edges->rank);
	profile_free(profile);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("graph");
	TCase *tc = tcase_create("graph");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, cycle_names_its_nodes_whatever_keys_make_it);
	tcase_add_test(tc, node_that_refers_to_itself_is_a_cycle);
	tcase_add_test(tc, every_cycle_is_reported);
	tcase_add_test(tc, long_chain_is_no_cycle_and_needs_no_stack);
	tcase_add_test(tc, device_belongs_to_one_node);
	tcase_add_test(tc, only_templates_have_instances);
	tcase_add_test(tc, roots_follow_over_to_the_template);
	suite_add_tcase(suite, tc);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
