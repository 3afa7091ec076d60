/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks, with an event that they wait for and without, as stories. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char task[] =
    "  p: { kind: fake }\n"
    "  t: { kind: task, run: [/bin/true], on-event: ring,"
    " requires: p, start: auto }\n";

START_TEST(task_waits_between_occurrences_and_is_never_up)
{
	struct story story;

	story_begin(&story, task, NULL);
	story_set(&story, "t", &(struct fake_outcome){ .takes_ms = 100 });
	story_expect(&story, "p up, t waiting");
	story_expect_trace(&story, "start p");
	for (int i = 0; i < 2; i++) {
		story_emit(&story, "ring");
		story_expect(&story, "t starting");
		story_expect_trace(&story, "start t");
		story_advance(&story, 100);
		story_expect(&story, "t waiting");
		story_expect_trace(&story, "");
	}
	ck_assert_ptr_null(strstr(story.moves.data, "t starting up"));
	story_end(&story);
}
END_TEST

START_TEST(occurrence_is_dropped_when_the_task_is_not_desired)
{
	struct story story;

	story_begin(&story, task, NULL);
	story_set(&story, "p", &(struct fake_outcome){ .takes_ms = 100 });
	story_report(&story, "p", REPORT_FAILED);
	story_emit(&story, "ring");
	story_expect(&story, "t waiting");
	story_advance(&story, 10000);
	story_expect(&story, "p up, t waiting");
	story_expect_trace(&story, "start p, start p");
	story_end(&story);
}
END_TEST

START_TEST(occurrences_during_a_run_are_one_more_run)
{
	struct story story;

	story_begin(&story, task, NULL);
	story_set(&story, "t", &(struct fake_outcome){ .takes_ms = 100 });
	story_emit(&story, "ring");
	story_emit(&story, "ring");
	story_emit(&story, "ring");
	story_expect(&story, "t starting");
	story_expect_trace(&story, "start p, start t");
	story_advance(&story, 100);
	story_expect(&story, "t starting");
	story_expect_trace(&story, "start t");
	story_advance(&story, 100);
	story_expect(&story, "t waiting");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

/* While one that is after it stops, the task's run ends. */
START_TEST(run_that_ends_when_no_longer_wanted_waits_before_it_is_idle)
{
	struct story story;

	story_begin(&story,
	    "  t: { kind: task, run: [/bin/true], on-event: ring }\n"
	    "  x: { kind: fake, after: t }\n",
	    NULL);
	story_set(&story, "t", &(struct fake_outcome){ .takes_ms = 100 });
	story_set(&story, "x", &(struct fake_outcome){ .stop_takes_ms = 500 });
	story_up(&story, "t x");
	story_emit(&story, "ring");
	story_down(&story, "t x");
	story_expect(&story, "t starting, x stopping");
	story_advance(&story, 100);
	story_expect(&story, "t idle, x stopping");
	ck_assert_ptr_nonnull(
	    strstr(story.moves.data, "t starting waiting\nt waiting idle"));
	story_end(&story);
}
END_TEST

START_TEST(task_that_failed_is_retried_and_drops_what_occurs_meanwhile)
{
	struct story story;

	story_begin(&story, task, NULL);
	story_set(&story, "t",
	    &(struct fake_outcome){ .fails = 1, .error = "exit status 1" });
	story_emit(&story, "ring");
	story_expect(&story, "t failed");
	story_emit(&story, "ring");
	story_expect(&story, "t failed");
	fake_clear_trace(story.fake);
	story_advance(&story, 1000);
	story_expect(&story, "t waiting");
	story_expect_trace(&story, "start t");
	story_advance(&story, 100000);
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(task_at_rest_keeps_nothing_and_in_a_run_it_does)
{
	struct story story;

	story_begin(&story, task, NULL);
	story_set(&story, "t",
	    &(struct fake_outcome){ .takes_ms = 100, .stop_takes_ms = 50 });
	story_force_down(&story, "p");
	story_expect(&story, "p idle, t waiting");
	story_up(&story, "p");
	story_emit(&story, "ring");
	fake_clear_trace(story.fake);
	story_force_down(&story, "p");
	story_expect(&story, "p up, t stopping");
	story_advance(&story, 50);
	story_expect(&story, "p idle, t waiting");
	story_expect_trace(&story, "stop t, stop p");
	story_up(&story, "p");
	story_expect(&story, "p up, t waiting");
	story_expect_trace(&story, "start p");
	story_end(&story);
}
END_TEST

START_TEST(task_with_on_event_startup_runs_once_at_first)
{
	struct story story;

	story_begin(&story,
	    "  t: { kind: task, run: [/bin/true], on-event: startup,"
	    " start: auto }\n"
	    "  never: { kind: task, run: [/bin/true], on-event: startup }\n",
	    NULL);
	story_expect(&story, "t waiting, never idle");
	story_expect_trace(&story, "start t");
	story_up(&story, "never");
	story_advance(&story, 1000000);
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(startup_is_looked_at_when_the_first_devices_are_worked_in)
{
	struct story story;
	const struct device eth0 = { .key = "eth0", .name = "eth0",
		.ifindex = 3, .type = "ethernet" };

	story.profile = story_load(
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: auto }\n"
	    "  t: { kind: task, run: [/bin/true], on-event: startup,"
	    " start: auto }\n"
	    "  u: { kind: task, run: [/bin/true], on-event: startup,"
	    " over: wired, start: auto }\n");
	ck_assert_int_eq(fake_prepare(story.profile, NULL, &story.fake), 0);
	ck_assert_int_eq(fake_begin(story.fake, &eth0, 1), 0);
	/* wired@eth0 is not up yet at that instant: u's is dropped. */
	story_expect(&story, "wired@eth0 up, t waiting, u@eth0 waiting");
	story_expect_trace(&story, "start wired@eth0, start t");
	story.fake = fake_free(story.fake);
	story.profile = profile_free(story.profile);
}
END_TEST

START_TEST(task_runs_when_another_node_comes_up)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake }\n"
	    "  t: { kind: task, run: [/bin/true], on-event: a up,"
	    " start: auto }\n"
	    "  u: { kind: task, run: [/bin/true], on-event: a down,"
	    " start: auto }\n",
	    NULL);
	story_up(&story, "a");
	story_expect_trace(&story, "start a, start t");
	story_down(&story, "a");
	story_expect_trace(&story, "stop a, start u");
	story_expect(&story, "t waiting, u waiting");
	story_end(&story);
}
END_TEST

START_TEST(task_is_desired_when_what_the_same_move_brings_is_there)
{
	struct story story;

	/* Its condition becomes true by the very event. */
	story_begin(&story,
	    "  a: { kind: fake }\n"
	    "  t: { kind: task, run: [/bin/true], on-event: a up,"
	    " start: auto, when: from a up until a down }\n"
	    "  u: { kind: task, run: [/bin/true], on-event: a down,"
	    " start: auto, requires: a }\n",
	    NULL);
	story_up(&story, "a");
	story_expect_trace(&story, "start a, start t");
	story_report(&story, "a", REPORT_FAILED);
	/* By then u's prerequisite is gone. */
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(task_on_an_event_of_its_card_runs_there_only)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: auto }\n"
	    "  t: { kind: task, run: [/bin/true], over: wired,"
	    " on-event: wired up, start: auto }\n"
	    "  all: { kind: task, run: [/bin/true], over: wired,"
	    " on-event: ring, start: auto }\n",
	    NULL);
	story_plug(&story, "eth0 eth1");
	story_expect_trace(&story, "start wired@eth0, start t@eth0, "
				   "start wired@eth1, start t@eth1");
	fake_carrier(story.fake, "eth0", false);
	fake_carrier(story.fake, "eth0", true);
	story_expect_trace(&story, "start t@eth0");
	story_emit(&story, "ring");
	story_expect_trace(&story, "start all@eth0, start all@eth1");
	story_end(&story);
}
END_TEST

START_TEST(task_without_event_runs_once_each_time_and_stays_up)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  t: { kind: task, run: [/bin/true], requires: p,"
	    " start: auto }\n",
	    NULL);
	story_expect(&story, "t up");
	story_expect_trace(&story, "start p, start t");
	story_report(&story, "p", REPORT_FAILED);
	story_advance(&story, 1000);
	story_expect(&story, "t up");
	story_expect_trace(&story, "stop t, start p, start t");
	story_end(&story);
}
END_TEST

START_TEST(task_that_waits_for_its_event_holds_nobody_up)
{
	struct story story;

	/* `after` looks at what is coming; a task at rest is not. */
	story_begin(&story,
	    "  t: { kind: task, run: [/bin/true], on-event: ring,"
	    " start: auto }\n"
	    "  x: { kind: fake, after: t, start: auto }\n",
	    NULL);
	story_expect(&story, "t waiting, x up");
	story_set(&story, "t", &(struct fake_outcome){ .takes_ms = 100 });
	story_down(&story, "x");
	story_emit(&story, "ring");
	story_up(&story, "x");
	story_expect(&story, "t starting, x waiting");
	story_advance(&story, 100);
	story_expect(&story, "t waiting, x up");
	story_end(&story);
}
END_TEST

START_TEST(reset_and_up_of_a_task_do_not_run_it)
{
	struct story story;

	story_begin(&story, task, NULL);
	fake_clear_trace(story.fake);
	story_up(&story, "t");
	story_reset(&story, "t");
	story_expect(&story, "t waiting");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

/* ---- what a run is told ---- */

static void note_fact(void *ctx, const struct fact *fact)
{
	text_printf(ctx, "%s=%s ", fact->key, fact->value);
}

static void expect_facts(
    struct story *story, const char *name, const char *want)
{
	const struct node *node =
	    resolver_find(fake_resolver(story->fake), name);
	struct text got = { 0 };

	ck_assert_ptr_nonnull(node);
	text_append(&got, "");
	node_each_fact_below(node, note_fact, &got);
	ck_assert_str_eq(got.data, want);
	text_clear(&got);
}

START_TEST(run_is_told_each_fact_once_the_nearest)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: hotplug }\n"
	    "  p: { kind: fake, over: wired, start: hotplug }\n"
	    "  t: { kind: task, over: p, run: [/bin/true],"
	    " start: hotplug, hold: 10s }\n",
	    NULL);
	story_plug(&story, "eth0");
	expect_facts(&story, "t@eth0",
	    "device=eth0 ifindex=7 mac=02:00:00:00:00:01 ");
	story_facts(&story, "p@eth0", "device=tun0 domain=d");
	story_facts(&story, "wired@eth0", "domain=e server=s");
	expect_facts(&story, "t@eth0",
	    "device=tun0 domain=d server=s ifindex=7 "
	    "mac=02:00:00:00:00:01 ");
	/* It is held: what it stood on, it keeps. */
	story_report(&story, "p@eth0", REPORT_FAILED);
	expect_facts(&story, "t@eth0",
	    "device=tun0 domain=d server=s ifindex=7 "
	    "mac=02:00:00:00:00:01 ");
	story_end(&story);
}
END_TEST

static void emit(struct story *story, const char *value)
{
	const struct fact values[] = { { "v", value } };
	uint32_t n;

	ck_assert_int_eq(resolver_emit(fake_resolver(story->fake),
			     fake_now_ms(story->fake), "ring", values,
			     value ? 1 : 0, &n),
	    0);
	ck_assert_uint_eq(n, 1);
	/* Something, so that what follows is carried out. */
	story_emit(story, "nothing");
}

static const char *value(struct story *story, const char *name)
{
	size_t n;
	const struct fact *values = node_event_values(
	    resolver_find(fake_resolver(story->fake), name), &n);

	return n ? values[0].value : "none";
}

START_TEST(run_has_the_values_of_the_last_occurrence)
{
	struct story story;

	story_begin(&story, task, NULL);
	story_set(&story, "t", &(struct fake_outcome){ .takes_ms = 100 });
	emit(&story, "a");
	story_expect(&story, "t starting");
	ck_assert_str_eq(value(&story, "t"), "a");
	emit(&story, "b");
	emit(&story, "c");
	story_advance(&story, 100);
	story_expect(&story, "t starting");
	ck_assert_str_eq(value(&story, "t"), "c");
	emit(&story, NULL);
	story_advance(&story, 100);
	story_expect(&story, "t starting");
	ck_assert_str_eq(value(&story, "t"), "none");
	story_end(&story);
}
END_TEST

START_TEST(what_is_dropped_takes_its_values_along_and_a_retry_keeps_them)
{
	struct story story;

	story_begin(&story, task, NULL);
	story_set(&story, "t",
	    &(struct fake_outcome){ .takes_ms = 100, .fails = 1 });
	emit(&story, "a");
	story_advance(&story, 100);
	story_expect(&story, "t failed");
	emit(&story, "b");
	story_advance(&story, 1000);
	story_expect(&story, "t starting");
	ck_assert_str_eq(value(&story, "t"), "a");
	story_end(&story);
}
END_TEST

START_TEST(values_go_to_each_card_and_over_a_reload_with_the_event)
{
	static const char cards[] =
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: hotplug }\n"
	    "  t: { kind: task, over: wired, run: [/bin/true],"
	    " on-event: ring, start: hotplug }\n";
	static const char other[] =
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: hotplug }\n"
	    "  t: { kind: task, over: wired, run: [/bin/true],"
	    " on-event: rang, start: hotplug }\n";
	struct story story;

	story_begin(&story, cards, NULL);
	story_set(&story, "t", &(struct fake_outcome){ .takes_ms = 100 });
	story_plug(&story, "eth0 eth1");
	emit(&story, "a");
	story_expect(&story, "t@eth0 starting, t@eth1 starting");
	ck_assert_str_eq(value(&story, "t@eth0"), "a");
	ck_assert_str_eq(value(&story, "t@eth1"), "a");
	story_unplug(&story, "eth1");
	story_reload(&story, cards);
	ck_assert_str_eq(value(&story, "t@eth0"), "a");
	story_reload(&story, other);
	ck_assert_str_eq(value(&story, "t@eth0"), "none");
	story_end(&story);
}
END_TEST

START_TEST(run_is_told_its_event_as_it_is_written)
{
	struct story story;
	const struct resolver *resolver;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  t: { kind: task, run: [/bin/true], on-event: p  up,"
	    " start: auto }\n"
	    "  u: { kind: task, run: [/bin/true], start: auto }\n",
	    NULL);
	resolver = fake_resolver(story.fake);
	ck_assert_ptr_null(node_event(resolver_find(resolver, "t")));
	story_up(&story, "p");
	ck_assert_str_eq(
	    node_event(resolver_find(resolver, "t")), "p  up");
	ck_assert_ptr_null(node_event(resolver_find(resolver, "u")));
	story_end(&story);
}
END_TEST

/* Between events a task comes from nowhere; with one, it is on its way. */
START_TEST(run_that_has_to_wait_is_waited_for)
{
	struct story story;

	story_begin(&story,
	    "  slow: { kind: fake }\n"
	    "  t: { kind: task, run: /bin/true, on-event: ring,"
	    " after: slow, start: auto }\n"
	    "  x: { kind: fake, after: t }\n",
	    NULL);
	story_set(&story, "slow", &(struct fake_outcome){ .takes_ms = 100 });
	story_up(&story, "slow");
	story_emit(&story, "ring");
	story_up(&story, "x");
	story_expect(&story, "slow starting, t waiting, x waiting");
	story_advance(&story, 100);
	story_expect(&story, "slow up, t waiting, x up");
	story_expect_trace(&story, "start slow, start t, start x");
	story_end(&story);
}
END_TEST

START_TEST(event_before_the_condition_is_false_is_not_run_for_later)
{
	struct story story;

	story_begin(&story,
	    "  s: { kind: fake }\n"
	    "  off: { kind: fake }\n"
	    "  t: { kind: task, run: /x, on-event: ring, after: s,"
	    " when: not off, start: auto }\n", NULL);
	story_set(&story, "s", &(struct fake_outcome){ .takes_ms = 1000 });
	story_up(&story, "s");
	story_emit(&story, "ring");
	story_expect(&story, "s starting, t waiting");
	story_up(&story, "off");
	story_advance(&story, 1000);
	story_expect(&story, "s up, off up, t waiting");
	story_down(&story, "off");
	story_expect_trace(&story, "start s, start off, stop off");
	story_emit(&story, "ring");
	story_expect_trace(&story, "start t");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tasks");
	TCase *tc = tcase_create("tasks");

	tcase_add_test(tc, task_waits_between_occurrences_and_is_never_up);
	tcase_add_test(tc, occurrence_is_dropped_when_the_task_is_not_desired);
	tcase_add_test(tc, occurrences_during_a_run_are_one_more_run);
	tcase_add_test(
	    tc, task_that_failed_is_retried_and_drops_what_occurs_meanwhile);
	tcase_add_test(
	    tc, run_that_ends_when_no_longer_wanted_waits_before_it_is_idle);
	tcase_add_test(tc, task_at_rest_keeps_nothing_and_in_a_run_it_does);
	tcase_add_test(tc, task_with_on_event_startup_runs_once_at_first);
	tcase_add_test(
	    tc, startup_is_looked_at_when_the_first_devices_are_worked_in);
	tcase_add_test(tc, task_runs_when_another_node_comes_up);
	tcase_add_test(
	    tc, task_is_desired_when_what_the_same_move_brings_is_there);
	tcase_add_test(tc, task_on_an_event_of_its_card_runs_there_only);
	tcase_add_test(tc, task_without_event_runs_once_each_time_and_stays_up);
	tcase_add_test(tc, task_that_waits_for_its_event_holds_nobody_up);
	tcase_add_test(tc, reset_and_up_of_a_task_do_not_run_it);
	tcase_add_test(tc, run_is_told_each_fact_once_the_nearest);
	tcase_add_test(tc, run_is_told_its_event_as_it_is_written);
	tcase_add_test(tc, run_that_has_to_wait_is_waited_for);
	tcase_add_test(tc, run_has_the_values_of_the_last_occurrence);
	tcase_add_test(
	    tc, what_is_dropped_takes_its_values_along_and_a_retry_keeps_them);
	tcase_add_test(
	    tc, values_go_to_each_card_and_over_a_reload_with_the_event);
	tcase_add_test(
	    tc, event_before_the_condition_is_false_is_not_run_for_later);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
