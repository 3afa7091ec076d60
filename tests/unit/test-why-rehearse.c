/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What why names is made sure of: what that takes, as stories. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/why.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char doubt[] = "no way was found that is sure";
static const struct fake_outcome dark = { .unmet = true, .error = "dark" };

static void expect(struct story *story, const char *name, const char *text)
{
	story_expect_why(story, name, text);
}

/* u stops when a comes, and starts when b does: it is unmet then as before,
 * until its line. */
START_TEST(what_is_unmet_and_starts_anew_stays_unmet_until_its_line)
{
	static const char *const orders[] = { "a, b, u", "a, u, b" };
	_cleanup_(text_clear) struct text nodes = { 0 };
	struct story story;

	text_printf(&nodes,
	    "  a: { kind: link, device: a }\n"
	    "  b: { kind: link, device: b }\n"
	    "  u: { kind: fake, when: not a or b, start: hotplug }\n"
	    "  top: { kind: fake, requires: [%s], start: auto }\n"
	    "  other: { kind: fake, requires: [a, b], start: auto }\n",
	    orders[_i]);
	story_begin(&story, nodes.data, NULL);
	story_set(&story, "u", &dark);
	story_restart(&story, "u");
	story_expect(&story, "u waiting, top waiting");
	expect(&story, "top", "dark");
	expect(&story, "other", "no device b is present");
	story_end(&story);
}
END_TEST

/* A task that waits for its event is never up. */
START_TEST(a_task_is_no_way_out_of_a_contradiction)
{
	struct story story;

	story_begin(&story,
	    "  low: { kind: fake }\n"
	    "  bad: { kind: fake, requires: low, when: not low }\n"
	    "  job: { kind: task, run: /bin/true, on-event: go }\n"
	    "  eve: { kind: fake, requires: job }\n"
	    "  g: { kind: any, of: [bad, eve], start: auto }\n",
	    NULL);
	expect(&story, "g", "would have to be up and down at once");
	story_end(&story);
}
END_TEST

/* More pigeons than holes: it would take too long to try all. */
START_TEST(what_would_take_too_long_is_not_sure)
{
	enum { PIGEONS = 9 };
	_cleanup_(text_clear) struct text nodes = { 0 };
	struct story story;

	for (int i = 0; i < PIGEONS; i++) {
		for (int k = 0; k < PIGEONS - 1; k++) {
			text_printf(&nodes, "  p%d-%d: { kind: fake", i, k);
			for (int j = 0; j < i; j++)
				text_printf(&nodes, "%s not p%d-%d",
				    j ? " and" : ", when:", j, k);
			text_append(&nodes, " }\n");
		}
		text_printf(&nodes, "  g%d: { kind: any, of: [", i);
		for (int k = 0; k < PIGEONS - 1; k++)
			text_printf(&nodes, "%sp%d-%d", k ? ", " : "", i, k);
		text_append(&nodes, "], try: in-order }\n");
	}
	text_append(&nodes, "  top: { kind: all, start: auto, of: [");
	for (int i = 0; i < PIGEONS; i++)
		text_printf(&nodes, "%sg%d", i ? ", " : "", i);
	text_append(&nodes, "] }\n");
	story_begin(&story, nodes.data, NULL);
	expect(&story, "top", doubt);
	story_end(&story);
}
END_TEST

START_TEST(what_is_too_big_to_be_tried_is_not_sure)
{
	enum { MEMBERS = 200, GROUPS = 340 };
	_cleanup_(text_clear) struct text nodes = { 0 };
	struct story story;

	text_append(&nodes,
	    "  x: { kind: fake }\n"
	    "  w: { kind: fake, wants: x }\n");
	for (int i = 0; i < MEMBERS; i++)
		text_printf(&nodes, "  m%d: { kind: fake }\n", i);
	for (int i = 0; i < GROUPS; i++) {
		text_printf(&nodes, "  g%d: { kind: any, of: [", i);
		for (int k = 0; k < MEMBERS; k++)
			text_printf(&nodes, "%sm%d", k ? ", " : "", k);
		text_append(&nodes, "] }\n");
	}
	text_append(&nodes, "  z: { kind: fake, when: not x, start: auto,"
	    " requires: [w");
	for (int i = 0; i < GROUPS; i++)
		text_printf(&nodes, ", g%d", i);
	text_append(&nodes, "] }\n");
	story_begin(&story, nodes.data, NULL);
	expect(&story, "z", doubt);
	story_end(&story);
}
END_TEST

START_TEST(who_pulls_a_template_that_has_to_be_down_is_told)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  w: { kind: fake, wants: lan }\n"
	    "  z: { kind: fake, when: not lan, start: auto }\n",
	    NULL);
	story_plug(&story, "eth0 eth1");
	story_up(&story, "w");
	story_expect(&story, "lan@eth0 up, lan@eth1 up, z waiting");
	expect(&story, "z", "is pulled by w ('netconf down w')");
	story_down(&story, "w");
	story_expect(&story, "z up");
	story_end(&story);
}
END_TEST

START_TEST(a_mask_of_a_template_is_told_of_each_instance)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  pair: { kind: fake, requires: [lan@eth0, lan@eth1],"
	    " start: auto }\n",
	    NULL);
	story_plug(&story, "eth0 eth1");
	story_force_down(&story, "lan");
	story_expect(&story, "pair waiting");
	expect(&story, "pair", "lan@eth0 (idle)");
	story_end(&story);
}
END_TEST

/* It comes up, or it fails: in one case only g would be up. */
START_TEST(what_is_starting_and_not_named_may_end_well_or_not)
{
	struct story story;

	story_begin(&story,
	    "  s: { kind: fake }\n"
	    "  a: { kind: link, device: a }\n"
	    "  g: { kind: fake, requires: a, when: not s, start: auto }\n",
	    NULL);
	story_set(&story, "s", &(struct fake_outcome){ .never = true });
	story_up(&story, "s");
	story_expect(&story, "s starting, g waiting");
	expect(&story, "g",
	    "no device a is present|would come up, too; it has to be down");
	story_end(&story);
}
END_TEST

/* Its stop ends in a failure, which is retried. */
START_TEST(what_timed_out_is_under_way)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake, timeout: 1s, retry: { delay: 10s } }\n"
	    "  y: { kind: fake, requires: x, start: auto }\n", NULL);
	story_set(&story, "x", &(struct fake_outcome){ .never = true,
	    .stop_takes_ms = 5000 });
	story_restart(&story, "x");
	story_advance(&story, 1000);
	story_expect(&story, "x stopping");
	_cleanup_(free_ptr) char *why = story_why(&story, "y");
	ck_assert_str_eq(why,
	    "y (waiting): needs x\n"
	    "  x (stopping): is stopping, for 0s\n");
	story_end(&story);
}
END_TEST

/* ---- within so many steps ---- */

static void say_line(void *ctx, const struct why_line *line)
{
	text_printf(ctx, "%u %s %s\n", line->depth,
	    line->node ? line->node : "", line->text);
}

/* A choice, a condition, a template, what is up and would have to be down;
 * and what contradicts itself, so that another way is searched for. */
static const char manifold[] =
    "  wired: { kind: link, match: { type: ethernet } }\n"
    "  lan: { kind: fake, over: wired }\n"
    "  low: { kind: fake }\n"
    "  w: { kind: fake, wants: low }\n"
    "  free: { kind: fake, when: not low }\n"
    "  bad: { kind: all, of: [free, low] }\n"
    "  far: { kind: link, device: d }\n"
    "  more: { kind: fake, requires: [far, lan], when: not w }\n"
    "  g: { kind: any, of: [bad, more], try: in-order }\n"
    "  top: { kind: fake, requires: g, start: auto }\n";

START_TEST(however_few_steps_it_may_take_it_ends_and_says_if_it_is_not_sure)
{
	static const char *const names[] = { "top", "bad", "more", "low" };
	_cleanup_(text_clear) struct text whole = { 0 };
	struct why_steps steps = { .max = WHY_STEPS_MAX };
	uint64_t max = 0, n_whole;
	struct story story;
	int r;

	story_begin(&story, manifold, NULL);
	story_plug(&story, "eth0 eth1");
	story_up(&story, "w");
	ck_assert_int_eq(why_within(fake_resolver(story.fake), 0, names[_i],
			     &steps, say_line, &whole), 0);
	n_whole = steps.n;
	do {
		_cleanup_(text_clear) struct text text = { 0 };

		steps = (struct why_steps){ .max = max };
		r = why_within(fake_resolver(story.fake), 0, names[_i],
		    &steps, say_line, &text);
		ck_assert_uint_lt(steps.n, max + 1000);
		if (r)
			ck_assert_ptr_nonnull(strstr(text.data, doubt));
		else
			ck_assert_ptr_null(strstr(text.data, doubt));
		max += 1 + max / 50;
	} while (max < 5 * n_whole);
	ck_assert_int_eq(r, 0);
	story_end(&story);
}
END_TEST

/* Whoever listens to it hears that it comes up, not only who needs it to. */
START_TEST(what_is_up_comes_up_again_by_a_restart)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, start: auto }\n"
	    "  b: { kind: fake, start: auto,"
	    " when: from a up until x and not from a up until y }\n"
	    "  c: { kind: fake, start: auto, when: from a up until x }\n",
	    NULL);
	story_expect(&story, "a up, b waiting, c up");
	story_emit(&story, "x");
	story_emit(&story, "y");
	story_expect_lines(&story, "c",
	    "c (waiting): waits for a to come up; its condition is not true: "
	    "from a up until x ('from a up until x' is false)\n");
	expect(&story, "b", "waits for a to come up|netconf emit y");
	story_restart(&story, "a");
	story_expect(&story, "b waiting, c up");
	story_emit(&story, "y");
	story_expect(&story, "b up");
	story_end(&story);
}
END_TEST

/* Of what may bring it about, an event leaves nodes what they are. */
START_TEST(an_event_is_a_way_out_of_a_contradiction)
{
	struct story story;

	story_begin(&story,
	    "  low: { kind: fake, start: auto }\n"
	    "  x: { kind: fake, over: low }\n"
	    "  s: { kind: state, from: x up, until: out }\n"
	    "  a: { kind: fake, when: s or from go until out }\n"
	    "  b: { kind: fake, when: not low }\n"
	    "  both: { kind: all, of: [a, b] }\n",
	    NULL);
	expect(&story, "both", "netconf up both|netconf emit go|"
			       "netconf down low");
	story_up(&story, "both");
	story_emit(&story, "go");
	story_down(&story, "low");
	story_expect(&story, "both up");
	story_end(&story);
}
END_TEST

/* If the card is reset, too, `card up` occurs, and then `e` is needed. */
START_TEST(what_undid_only_what_was_dropped_is_dropped_too)
{
	static const struct fake_outcome broken = {
		.fails = 9, .permanent = true, .error = "broken"
	};
	_cleanup_(free_ptr) char *why = NULL;
	struct story story;

	story_begin(&story,
	    "  card: { kind: link, device: eth0, start: hotplug }\n"
	    "  net: { kind: fake }\n"
	    "  side: { kind: state, from: e, until: f }\n"
	    "  g: { kind: any, of: [card, net], start: hotplug,"
	    " when: net and not (from card up) or side }\n"
	    "  x: { kind: any, of: [g], start: auto }\n", NULL);
	story_set(&story, "card", &broken);
	story_plug(&story, "eth0");
	story_force_down(&story, "net");
	story_advance(&story, 1000);
	expect(&story, "x", "net (idle): was taken down by the admin");
	why = story_why(&story, "x");
	ck_assert_ptr_null(strstr(why, "event e "));
	story_up(&story, "net");
	story_expect(&story, "card failed, x up");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("why-rehearse");
	TCase *tc = tcase_create("why-rehearse");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc,
	    what_is_unmet_and_starts_anew_stays_unmet_until_its_line, 0, 2);
	tcase_add_test(tc, a_task_is_no_way_out_of_a_contradiction);
	tcase_add_test(tc, what_would_take_too_long_is_not_sure);
	tcase_add_test(tc, what_is_too_big_to_be_tried_is_not_sure);
	tcase_add_test(tc, who_pulls_a_template_that_has_to_be_down_is_told);
	tcase_add_test(tc, a_mask_of_a_template_is_told_of_each_instance);
	tcase_add_test(
	    tc, what_is_starting_and_not_named_may_end_well_or_not);
	tcase_add_test(tc, what_timed_out_is_under_way);
	tcase_add_test(tc, what_is_up_comes_up_again_by_a_restart);
	tcase_add_test(tc, an_event_is_a_way_out_of_a_contradiction);
	tcase_add_loop_test(tc,
	    however_few_steps_it_may_take_it_ends_and_says_if_it_is_not_sure,
	    0, 4);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, what_undid_only_what_was_dropped_is_dropped_too);
	return run_suite(suite);
}
