/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices and prerequisites that a reload gives to others, as stories. */
#include <check.h>

#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char cards[] =
    "  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  lan: { kind: fake, over: wired, start: hotplug }\n";

static const char renamed[] =
    "  ether: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  lan: { kind: fake, over: ether, start: hotplug }\n";

static const char bound[] =
    "  first: { kind: link, device: eth0, start: hotplug }\n"
    "  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  lan: { kind: fake, over: wired, start: hotplug }\n";

static const struct fake_outcome slow = {
    .stop_takes_ms = 100, .is_rigid = true};

/* Up on eth0; the link takes 10 ms to stop, what is over it 100 ms. */
static void begin(struct story *story)
{
	story_begin(story, cards, NULL);
	story_set(
	    story, "wired", &(struct fake_outcome){ .stop_takes_ms = 10 });
	story_set(story, "lan", &slow);
	story_plug(story, "eth0");
	fake_clear_trace(story->fake);
}

START_TEST(template_of_another_name_waits_until_the_former_lets_go)
{
	struct story story;

	begin(&story);
	story_reload(&story, renamed);
	story_expect(&story, "ether@eth0 waiting, lan@eth0 stopping");
	story_expect_trace(&story, "stop lan@eth0");
	story_expect_why(&story, "ether@eth0",
	    "waits until wired@eth0, whose device it has taken over by a "
	    "reload, is down");
	story_advance(&story, 100);
	story_expect(&story, "ether@eth0 waiting, lan@eth0 idle");
	story_expect_trace(&story, "stop wired@eth0");
	story_advance(&story, 10);
	story_expect(&story, "ether@eth0 up, lan@eth0 up");
	story_expect_trace(&story, "start ether@eth0, start lan@eth0");
	story_end(&story);
}
END_TEST

START_TEST(node_that_is_bound_to_the_device_now_waits_too)
{
	struct story story;

	begin(&story);
	story_reload(&story, bound);
	story_expect(&story, "first waiting, wired@eth0 up");
	story_expect_trace(&story, "stop lan@eth0");
	story_advance(&story, 110);
	story_expect(&story, "first up, wired@eth0 absent");
	story_expect_trace(&story, "stop wired@eth0, start first");
	/* And back. */
	story_reload(&story, cards);
	story_expect(&story, "wired@eth0 up, lan@eth0 up");
	story_expect_trace(
	    &story, "stop first, start wired@eth0, start lan@eth0");
	story_end(&story);
}
END_TEST

START_TEST(device_is_given_on_by_the_next_reload)
{
	struct story story;

	begin(&story);
	story_reload(&story, bound);
	story_reload(&story,
	    "  last: { kind: link, device: eth0, start: hotplug }\n");
	story_expect(&story, "last waiting");
	story_advance(&story, 99);
	story_expect_trace(&story, "stop lan@eth0");
	story_advance(&story, 11);
	story_expect(&story, "last up");
	story_expect_trace(&story, "stop wired@eth0, start last");
	story_end(&story);
}
END_TEST

START_TEST(device_is_given_back_before_it_was_let_go)
{
	struct story story;

	begin(&story);
	story_reload(&story, bound);
	story_reload(&story, cards);
	story_expect(&story, "wired@eth0 up, lan@eth0 stopping");
	story_advance(&story, 100);
	story_expect(&story, "wired@eth0 up, lan@eth0 up");
	story_expect_trace(&story, "stop lan@eth0, start lan@eth0");
	story_end(&story);
}
END_TEST

START_TEST(device_goes_while_its_new_owner_waits)
{
	struct story story;

	begin(&story);
	story_reload(&story, renamed);
	story_unplug(&story, "eth0");
	story_expect(&story, "ether@eth0 absent");
	story_plug(&story, "eth0");
	story_expect(&story, "ether@eth0 up");
	story_advance(&story, 110);
	story_expect(&story, "ether@eth0 up, lan@eth0 up");
	story_end(&story);
}
END_TEST

START_TEST(device_goes_and_the_profile_changes_while_one_waits_for_it)
{
	struct story story;

	begin(&story);
	story_reload(&story, bound);
	story_unplug(&story, "eth0");
	story_reload(&story, renamed);
	story_plug(&story, "eth0");
	story_advance(&story, 110);
	story_expect(&story, "ether@eth0 up, lan@eth0 up");
	story_end(&story);
}
END_TEST

static const char two[] =
    "  a: { kind: fake }\n"
    "  b: { kind: fake }\n"
    "  x: { kind: fake, over: a, start: auto }\n";

static const char two_moved[] =
    "  a: { kind: fake }\n"
    "  b: { kind: fake }\n"
    "  x: { kind: fake, over: b, start: auto }\n";

static void begin_two(struct story *story)
{
	story_begin(story, two, NULL);
	story_set(story, "x", &slow);
	story_restart(story, "x");
	fake_clear_trace(story->fake);
}

START_TEST(what_a_node_stood_on_stops_after_it)
{
	struct story story;

	begin_two(&story);
	story_reload(&story, two_moved);
	story_expect(&story, "a up, b up, x stopping");
	story_advance(&story, 100);
	story_expect(&story, "a idle, b up, x up");
	story_expect_trace(&story, "stop x, start b, stop a, start x");
	story_end(&story);
}
END_TEST

START_TEST(also_when_a_reload_comes_in_between)
{
	struct story story;

	begin_two(&story);
	story_reload(&story, two_moved);
	story_reload(&story,
	    "  b: { kind: fake }\n"
	    "  x: { kind: fake, over: b, start: auto }\n");
	story_expect(&story, "b up, x stopping");
	story_advance(&story, 99);
	story_expect_trace(&story, "stop x, start b");
	story_advance(&story, 1);
	story_expect(&story, "b up, x up");
	story_expect_trace(&story, "stop a, start x");
	story_end(&story);
}
END_TEST

START_TEST(what_is_lost_meanwhile_is_not_waited_for)
{
	struct story story;
	struct node *a;

	begin_two(&story);
	story_reload(&story,
	    "  b: { kind: fake }\n"
	    "  x: { kind: fake, over: b, start: auto }\n");
	a = (struct node *)fake_leaving(story.fake);
	ck_assert_str_eq(node_name(a), "a");
	ck_assert_int_eq(
	    resolver_report(fake_resolver(story.fake), 0, a, node_run(a),
		&(struct report){ .type = REPORT_FAILED }),
	    0);
	story_advance(&story, 100);
	story_expect(&story, "b up, x up");
	story_end(&story);
}
END_TEST

START_TEST(what_stands_on_the_node_now_does_not_wait_for_it)
{
	struct story story;

	begin_two(&story);
	story_reload(&story,
	    "  x: { kind: fake, start: auto }\n"
	    "  a: { kind: fake, requires: x, start: auto }\n");
	story_advance(&story, 100);
	story_expect(&story, "a up, x up");
	story_end(&story);
}
END_TEST

/* The orphan stands on what is above the node that stood on the orphan. */
START_TEST(what_has_left_does_not_wait_while_it_is_waited_for)
{
	struct story story;

	story_begin(&story,
	    "  low: { kind: fake }\n"
	    "  old: { kind: fake, requires: low }\n"
	    "  high: { kind: fake, requires: old, start: auto }\n",
	    NULL);
	story_reload(&story,
	    "  high: { kind: fake }\n"
	    "  low: { kind: fake, requires: high }\n");
	story_expect(&story, "high idle, low idle");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("handover");
	TCase *tc = tcase_create("all");

	tcase_add_test(
	    tc, template_of_another_name_waits_until_the_former_lets_go);
	tcase_add_test(tc, node_that_is_bound_to_the_device_now_waits_too);
	tcase_add_test(tc, device_is_given_on_by_the_next_reload);
	tcase_add_test(tc, device_is_given_back_before_it_was_let_go);
	tcase_add_test(tc, device_goes_while_its_new_owner_waits);
	tcase_add_test(
	    tc, device_goes_and_the_profile_changes_while_one_waits_for_it);
	tcase_add_test(tc, what_a_node_stood_on_stops_after_it);
	tcase_add_test(tc, also_when_a_reload_comes_in_between);
	tcase_add_test(tc, what_is_lost_meanwhile_is_not_waited_for);
	tcase_add_test(tc, what_stands_on_the_node_now_does_not_wait_for_it);
	tcase_add_test(
	    tc, what_has_left_does_not_wait_while_it_is_waited_for);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
