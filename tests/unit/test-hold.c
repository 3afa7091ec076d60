/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `hold` covers, and what it does not, as stories. */
#include <check.h>
#include <stdlib.h>

#include "base/macros.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char held[] =
    "  p: { kind: fake }\n"
    "  x: { kind: fake, requires: p, hold: 30s, start: auto }\n";

static const char chain[] =
    "  q: { kind: fake }\n"
    "  p: { kind: fake, requires: q }\n"
    "  x: { kind: fake, requires: p, hold: 30s, start: auto }\n";

static const char two[] =
    "  p: { kind: fake }\n"
    "  q: { kind: fake }\n"
    "  x: { kind: fake, requires: [p, q], hold: 30s, start: auto }\n";

static const char either[] =
    "  a: { kind: fake }\n"
    "  b: { kind: fake }\n"
    "  g: { kind: any, of: [a, b] }\n"
    "  x: { kind: fake, over: g, hold: 30s, start: auto }\n";

static const char both[] =
    "  a: { kind: fake }\n"
    "  b: { kind: fake }\n"
    "  g: { kind: all, of: [a, b] }\n"
    "  x: { kind: fake, requires: g, hold: 30s, start: auto }\n";

static const char tunnel[] =
    "  wired: { kind: link, match: { type: ethernet } }\n"
    "  lan: { kind: fake, over: wired }\n"
    "  uplink: { kind: any, of: [lan] }\n"
    "  x: { kind: fake, over: uplink, hold: 30s, start: auto }\n";

static const struct fake_outcome endless = { .never = true };

/* What is lost comes back only when the test says so. */
static void lose(struct story *story, const char *name)
{
	story_set(story, name, &endless);
	story_report(story, name, REPORT_FAILED);
}

static void begin(struct story *story, const char *nodes)
{
	story_begin(story, nodes, NULL);
	story_expect(story, "x up");
	fake_clear_trace(story->fake);
}

START_TEST(held_node_rides_out_a_loss_and_is_told_when_it_is_over)
{
	struct story story;

	begin(&story, held);
	story_set(&story, "p", &(struct fake_outcome){ .takes_ms = 500 });
	story_report(&story, "p", REPORT_FAILED);
	story_expect(&story, "p failed, x up");
	story_advance(&story, 1000);
	story_expect(&story, "p starting, x up");
	story_expect_trace(&story, "start p");
	story_advance(&story, 500);
	story_expect(&story, "p up, x up");
	story_expect_trace(&story, "rebind x");
	story_advance(&story, 100000);
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(held_node_stops_when_the_time_is_over)
{
	struct story story;

	begin(&story, held);
	lose(&story, "p");
	story_advance(&story, 29999);
	story_expect(&story, "x up");
	story_expect_trace(&story, "start p");
	story_advance(&story, 1);
	story_expect(&story, "x waiting");
	story_expect_trace(&story, "stop x");
	story_report(&story, "p", REPORT_UP);
	story_expect_trace(&story, "start x");
	story_end(&story);
}
END_TEST

START_TEST(until_when_it_is_held_can_be_asked)
{
	struct story story;
	struct node *x;

	begin(&story, held);
	x = resolver_find(fake_resolver(story.fake), "x");
	ck_assert_uint_eq(node_held_until_ms(x), 0);
	story_advance(&story, 5000);
	lose(&story, "p");
	ck_assert_uint_eq(node_held_until_ms(x), 35000);
	story_advance(&story, 1000);
	story_report(&story, "p", REPORT_UP);
	ck_assert_uint_eq(node_held_until_ms(x), 0);
	story_end(&story);
}
END_TEST

START_TEST(hold_forever_has_no_end)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, hold: forever,"
	    " start: auto }\n");
	lose(&story, "p");
	story_advance(&story, 1000000000);
	story_expect(&story, "p starting, x up");
	story_expect_trace(&story, "start p");
	story_report(&story, "p", REPORT_UP);
	story_expect_trace(&story, "rebind x");
	story_end(&story);
}
END_TEST

START_TEST(node_without_hold_stops_at_once)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, start: auto }\n");
	lose(&story, "p");
	story_expect(&story, "p failed, x waiting");
	story_expect_trace(&story, "stop x");
	story_end(&story);
}
END_TEST

START_TEST(carrier_that_flaps_is_one_rebind_each_time)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired, hold: 30s, start: auto }\n",
	    NULL);
	story_plug(&story, "eth0");
	fake_clear_trace(story.fake);
	for (int i = 0; i < 3; i++) {
		fake_carrier(story.fake, "eth0", false);
		story_expect(&story, "wired@eth0 waiting, lan@eth0 up");
		story_advance(&story, 20000);
		fake_carrier(story.fake, "eth0", true);
		story_expect(&story, "wired@eth0 up, lan@eth0 up");
		story_expect_trace(&story, "rebind lan@eth0");
	}
	fake_carrier(story.fake, "eth0", false);
	story_advance(&story, 30000);
	story_expect(&story, "wired@eth0 waiting, lan@eth0 waiting");
	story_end(&story);
}
END_TEST

START_TEST(only_what_is_up_is_held)
{
	struct story story;

	story_begin(&story, held, NULL);
	story_down(&story, "x");
	story_set(&story, "x", &endless);
	story_up(&story, "x");
	story_expect(&story, "p up, x starting");
	fake_clear_trace(story.fake);
	lose(&story, "p");
	story_expect(&story, "p failed, x waiting");
	story_expect_trace(&story, "stop x");
	story_end(&story);
}
END_TEST

START_TEST(kind_that_cannot_follow_is_restarted_when_all_is_back)
{
	struct story story;

	begin(&story, held);
	story_set(&story, "x", &(struct fake_outcome){ .is_rigid = true });
	lose(&story, "p");
	story_advance(&story, 1000);
	story_expect_trace(&story, "start p");
	story_report(&story, "p", REPORT_UP);
	story_expect(&story, "x up");
	story_expect_trace(&story, "stop x, start x");
	story_end(&story);
}
END_TEST

START_TEST(dependents_of_a_held_node_stay_too)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, hold: 30s }\n"
	    "  y: { kind: fake, requires: x, start: auto }\n");
	lose(&story, "p");
	story_expect(&story, "x up, y up");
	story_advance(&story, 1000);
	story_report(&story, "p", REPORT_UP);
	story_expect_trace(&story, "start p, rebind x");
	lose(&story, "p");
	story_advance(&story, 30000);
	story_expect(&story, "x waiting, y waiting");
	story_expect_trace(&story, "start p, stop y, stop x");
	story_end(&story);
}
END_TEST

START_TEST(held_node_does_not_keep_its_prerequisite_from_stopping)
{
	struct story story;

	begin(&story, chain);
	lose(&story, "q");
	story_expect(&story, "q failed, p waiting, x up");
	story_expect_trace(&story, "stop p");
	story_advance(&story, 1000);
	story_report(&story, "q", REPORT_UP);
	story_expect(&story, "q up, p up, x up");
	story_expect_trace(&story, "start q, start p, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(hold_of_what_is_held_begins_when_the_lower_hold_ends)
{
	struct story story;

	begin(&story,
	    "  q: { kind: fake }\n"
	    "  p: { kind: fake, requires: q, hold: 10s }\n"
	    "  x: { kind: fake, requires: p, hold: 30s, start: auto }\n");
	lose(&story, "q");
	story_advance(&story, 10000);
	story_expect(&story, "p waiting, x up");
	story_expect_trace(&story, "start q, stop p");
	story_advance(&story, 29999);
	story_expect(&story, "x up");
	story_advance(&story, 1);
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

/* ---- the second loss ---- */

START_TEST(second_loss_does_not_begin_anew)
{
	struct story story;

	begin(&story, two);
	lose(&story, "p");
	story_advance(&story, 20000);
	lose(&story, "q");
	story_report(&story, "p", REPORT_UP);
	story_expect(&story, "p up, q failed, x up");
	story_advance(&story, 9999);
	story_expect(&story, "x up");
	story_advance(&story, 1);
	story_expect(&story, "x waiting");
	story_expect_trace(&story, "start p, start q, stop x");
	story_end(&story);
}
END_TEST

START_TEST(hold_ends_once_when_the_last_is_back)
{
	struct story story;

	begin(&story, two);
	lose(&story, "p");
	lose(&story, "q");
	story_advance(&story, 1000);
	story_report(&story, "p", REPORT_UP);
	story_expect_trace(&story, "start p, start q");
	story_report(&story, "q", REPORT_UP);
	story_expect_trace(&story, "rebind x");
	story_end(&story);
}
END_TEST

START_TEST(loss_after_all_were_back_begins_anew)
{
	struct story story;

	begin(&story, held);
	lose(&story, "p");
	story_advance(&story, 20000);
	story_report(&story, "p", REPORT_UP);
	story_advance(&story, 5000);
	lose(&story, "p");
	story_advance(&story, 29999);
	story_expect(&story, "x up");
	story_advance(&story, 1);
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

START_TEST(loss_of_what_a_held_node_wants_is_nothing_to_it)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake }\n"
	    "  w: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, wants: w, hold: 30s,"
	    " start: auto }\n");
	lose(&story, "w");
	story_advance(&story, 1000000);
	story_expect(&story, "x up");
	lose(&story, "p");
	story_report(&story, "w", REPORT_UP);
	story_advance(&story, 29999);
	story_expect(&story, "x up");
	story_advance(&story, 1);
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

START_TEST(what_is_taken_away_and_comes_back_is_held_at_the_next_loss)
{
	struct story story;

	begin(&story, held);
	lose(&story, "p");
	story_force_down(&story, "p");
	story_expect(&story, "x waiting");
	story_set(&story, "p", &(struct fake_outcome){ 0 });
	story_up(&story, "p");
	story_expect(&story, "p up, x up");
	lose(&story, "p");
	story_advance(&story, 29999);
	story_expect(&story, "x up");
	story_advance(&story, 1);
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

START_TEST(two_held_nodes_over_the_same_have_their_own_time)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, hold: 10s, start: auto }\n"
	    "  y: { kind: fake, requires: p, hold: 20s, start: auto }\n"
	    "  z: { kind: fake, requires: p, start: auto }\n");
	lose(&story, "p");
	story_expect(&story, "x up, y up, z waiting");
	story_advance(&story, 10000);
	story_expect(&story, "x waiting, y up");
	story_advance(&story, 10000);
	story_expect(&story, "x waiting, y waiting");
	story_expect_trace(&story, "stop z, start p, stop x, stop y");
	story_end(&story);
}
END_TEST

/* ---- taken away ---- */

START_TEST(mask_on_the_prerequisite_is_no_loss)
{
	struct story story;

	begin(&story, held);
	story_force_down(&story, "p");
	story_expect(&story, "p idle, x waiting");
	story_expect_trace(&story, "stop x, stop p");
	story_end(&story);
}
END_TEST

START_TEST(mask_further_down_is_no_loss)
{
	struct story story;

	begin(&story, chain);
	story_force_down(&story, "q");
	story_expect(&story, "q idle, p waiting, x waiting");
	story_expect_trace(&story, "stop x, stop p, stop q");
	story_end(&story);
}
END_TEST

START_TEST(mask_ends_a_hold_that_is_running)
{
	struct story story;

	begin(&story, held);
	lose(&story, "p");
	story_expect(&story, "x up");
	story_force_down(&story, "p");
	story_expect(&story, "p idle, x waiting");
	story_expect_trace(&story, "stop x");
	story_end(&story);
}
END_TEST

/* Also when the hold of the loss before was over, and it only waits for what
 * stands on it. */
START_TEST(what_is_lost_after_a_mask_is_held_anew)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, hold: 10s, start: auto }\n"
	    "  y: { kind: fake, requires: x }\n");
	story_set(
	    &story, "y", &(struct fake_outcome){ .stop_takes_ms = 1000 });
	story_up(&story, "y");
	lose(&story, "p");
	story_advance(&story, 10000);
	story_expect(&story, "p starting, x up, y stopping");
	story_force_down(&story, "p");
	story_expect(&story, "p starting, x up, y stopping");
	story_up(&story, "p");
	story_advance(&story, 1000);
	story_expect(&story, "p starting, x up, y up");
	story_advance(&story, 8999);
	story_expect(&story, "p starting, x up, y up");
	story_advance(&story, 1);
	story_expect(&story, "p starting, x up, y stopping");
	story_end(&story);
}
END_TEST

START_TEST(mask_further_down_ends_a_hold_that_is_running)
{
	struct story story;

	begin(&story, chain);
	lose(&story, "p");
	story_expect(&story, "q up, p failed, x up");
	story_force_down(&story, "q");
	story_expect(&story, "q idle, p waiting, x waiting");
	story_expect_trace(&story, "stop x, stop q");
	story_end(&story);
}
END_TEST

START_TEST(false_condition_of_the_prerequisite_is_no_loss)
{
	struct story story;

	begin(&story,
	    "  flag: { kind: state, from: startup, until: off }\n"
	    "  p: { kind: fake, when: flag }\n"
	    "  x: { kind: fake, requires: p, hold: 30s, start: auto }\n");
	story_emit(&story, "off");
	story_expect(&story, "p waiting, x waiting");
	story_expect_trace(&story, "stop x, stop p");
	story_end(&story);
}
END_TEST

START_TEST(prerequisite_that_nobody_pulls_is_no_loss)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, hold: 30s,"
	    " start: hotplug }\n",
	    NULL);
	story_up(&story, "p");
	story_expect(&story, "x up");
	fake_clear_trace(story.fake);
	story_down(&story, "p");
	story_expect(&story, "p idle, x idle");
	story_expect_trace(&story, "stop x, stop p");
	story_end(&story);
}
END_TEST

START_TEST(hotplug_node_is_held_when_its_prerequisite_is_lost)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, hold: 30s,"
	    " start: hotplug }\n",
	    NULL);
	story_up(&story, "p");
	lose(&story, "p");
	story_expect(&story, "p failed, x up");
	story_advance(&story, 30000);
	story_expect(&story, "x idle");
	story_end(&story);
}
END_TEST

START_TEST(own_condition_mask_and_goal_are_not_covered)
{
	struct story story;

	story_begin(&story,
	    "  flag: { kind: state, from: on, until: off }\n"
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, hold: 30s, when: flag }\n",
	    NULL);
	story_up(&story, "x");
	story_emit(&story, "on");
	story_expect(&story, "x up");
	story_emit(&story, "off");
	story_expect(&story, "x waiting, p up");
	story_emit(&story, "on");
	story_down(&story, "x");
	story_expect(&story, "x idle, p idle");
	story_up(&story, "x");
	lose(&story, "p");
	story_expect(&story, "x up");
	story_emit(&story, "off");
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

START_TEST(own_goal_ends_a_hold_that_is_running)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, hold: 30s }\n",
	    NULL);
	story_up(&story, "x");
	lose(&story, "p");
	story_expect(&story, "x up");
	story_down(&story, "x");
	story_expect(&story, "x idle, p idle");
	story_end(&story);
}
END_TEST

START_TEST(own_failure_is_not_covered)
{
	struct story story;

	begin(&story, held);
	story_report(&story, "x", REPORT_FAILED);
	story_expect(&story, "x failed, p up");
	story_advance(&story, 1000);
	story_expect(&story, "x up");
	lose(&story, "p");
	story_report(&story, "x", REPORT_FAILED);
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

/* ---- groups and templates ---- */

START_TEST(another_member_takes_over_without_a_hold)
{
	struct story story;
	struct node *x;

	begin(&story, either);
	x = resolver_find(fake_resolver(story.fake), "x");
	lose(&story, "a");
	story_expect(&story, "a failed, b up, x up");
	story_expect_trace(&story, "rebind x");
	ck_assert_uint_eq(node_held_until_ms(x), 0);
	story_end(&story);
}
END_TEST

START_TEST(node_is_held_when_no_member_is_left)
{
	struct story story;

	begin(&story, either);
	lose(&story, "a");
	lose(&story, "b");
	story_expect(&story, "g waiting, x up");
	fake_clear_trace(story.fake);
	story_advance(&story, 1000);
	story_expect_trace(&story, "start a, start b");
	story_report(&story, "b", REPORT_UP);
	story_expect(&story, "g up, x up");
	story_expect_trace(&story, "rebind x");
	story_end(&story);
}
END_TEST

START_TEST(any_is_taken_away_when_all_members_are)
{
	struct story story;

	begin(&story, either);
	lose(&story, "b");
	story_force_down(&story, "a");
	/* b is lost, not taken away. */
	story_expect(&story, "a idle, b failed, g waiting, x up");
	story_force_down(&story, "b");
	story_expect(&story, "g waiting, x waiting");
	story_end(&story);
}
END_TEST

START_TEST(all_is_taken_away_when_one_member_is)
{
	struct story story;

	begin(&story, both);
	lose(&story, "a");
	story_expect(&story, "g waiting, x up");
	story_advance(&story, 1000);
	story_report(&story, "a", REPORT_UP);
	story_expect(&story, "g up, x up");
	story_expect_trace(&story, "start a, rebind x");
	story_force_down(&story, "b");
	story_expect(&story, "g waiting, x waiting");
	story_expect_trace(&story, "stop x, stop b");
	story_end(&story);
}
END_TEST

START_TEST(in_order_group_fails_over_under_a_held_node)
{
	struct story story;

	begin(&story,
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], try: in-order }\n"
	    "  x: { kind: fake, over: g, hold: 30s, start: auto }\n");
	story_set(&story, "b", &(struct fake_outcome){ .takes_ms = 5000 });
	lose(&story, "a");
	story_expect(&story, "a failed, b starting, x up");
	story_advance(&story, 5000);
	story_expect(&story, "b up, g up, x up");
	story_expect_trace(&story, "start b, start a, rebind x");
	story_end(&story);
}
END_TEST

/* It ends when nothing is lost any more, also when that is by a reload. */
static void end_by_reload(const char *nodes)
{
	struct story story;

	begin(&story, held);
	lose(&story, "p");
	story_expect(&story, "p failed, x up");
	story_reload(&story, nodes);
	story_expect(&story, "x up");
	story_expect_trace(&story, "rebind x");
	story_advance(&story, 30000);
	story_expect(&story, "x up");
	story_end(&story);
}

START_TEST(reload_that_ends_a_hold_tells)
{
	end_by_reload("  x: { kind: fake, hold: 30s, start: auto }\n");
	end_by_reload("  x: { kind: fake, start: auto }\n");
}
END_TEST

static const char from_elsewhere[] =
    "  wired: { kind: link, match: { type: ethernet } }\n"
    "  lan: { kind: fake, over: wired }\n"
    "  x: { kind: fake, requires: lan, hold: 30s, start: auto }\n";

START_TEST(template_from_elsewhere_is_lost_with_its_last_instance)
{
	struct story story;

	story_begin(&story, from_elsewhere, NULL);
	story_plug(&story, "eth0");
	story_expect(&story, "x up");
	lose(&story, "lan@eth0");
	story_expect(&story, "lan@eth0 failed, x up");
	fake_clear_trace(story.fake);
	story_plug(&story, "eth1");
	story_report(&story, "lan@eth1", REPORT_UP);
	story_expect(&story, "lan@eth1 up, x up");
	story_end(&story);
}
END_TEST

START_TEST(same_facts_of_another_member_are_no_news_either)
{
	static const struct fact fact = { "domain", "home.example" };
	const struct fake_outcome outcome = { .facts = &fact, .n_facts = 1 };
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b] }\n"
	    "  x: { kind: fake, over: g, hold: 30s }\n"
	    "  y: { kind: fake, requires: x }\n",
	    NULL);
	story_set(&story, "a", &outcome);
	story_set(&story, "b", &endless);
	story_up(&story, "y");
	story_expect(&story, "b starting, y up");
	lose(&story, "a");
	story_expect(&story, "g waiting, x up, y up");
	fake_clear_trace(story.fake);
	story_set(&story, "b", &outcome);
	story_restart(&story, "b");
	story_expect(&story, "b up, g up, x up, y up");
	story_expect_trace(&story, "stop b, start b, rebind x");
	story_end(&story);
}
END_TEST

/* What it has to be told does not stop what is to stop anyway: it may be held
 * anew before it has. */
START_TEST(one_that_cannot_follow_is_held_after_a_mask)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  q: { kind: fake }\n"
	    "  x: { kind: task, run: [/bin/true], requires: [p, q],"
	    " hold: 30s, start: auto }\n"
	    "  y: { kind: fake, requires: x }\n",
	    "task");
	story_set(&story, "y", &(struct fake_outcome){ .stop_takes_ms = 500 });
	story_up(&story, "y");
	lose(&story, "p");
	story_facts(&story, "q", "address=192.0.2.7");
	story_force_down(&story, "p");
	story_expect(&story, "x up, y stopping");
	story_up(&story, "p");
	story_advance(&story, 500);
	story_expect(&story, "x up, y up");
	fake_clear_trace(story.fake);
	story_report(&story, "p", REPORT_UP);
	story_expect(&story, "x up, y stopping");
	story_advance(&story, 500);
	story_expect(&story, "x up, y up");
	story_expect_trace(&story, "stop y, stop x, start x, start y");
	story_end(&story);
}
END_TEST

/* At once, not when its turn to be told comes after all stops. */
START_TEST(one_that_cannot_follow_is_to_restart_as_soon_as_all_is_back)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  q: { kind: fake }\n"
	    "  g: { kind: any, of: [p, q] }\n"
	    "  y: { kind: task, run: [/bin/true], over: g, start: auto }\n"
	    "  u: { kind: fake }\n"
	    "  v: { kind: fake, requires: u }\n"
	    "  w: { kind: fake, requires: v }\n"
	    "  x: { kind: task, run: [/bin/true], requires: [p, w],"
	    " hold: 30s, start: auto }\n",
	    "task");
	lose(&story, "p");
	story_expect(&story, "p failed, g up, y up, x up");
	story_reset(&story, "p");
	fake_clear_trace(story.fake);
	story_report(&story, "p", REPORT_UP);
	story_expect_trace(
	    &story, "stop x, stop y, start x, start y");
	story_end(&story);
}
END_TEST

START_TEST(instance_that_is_back_is_no_other_one)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  x: { kind: fake, requires: lan, hold: 30s }\n"
	    "  y: { kind: fake, over: x, start: auto }\n"
	    "  z: { kind: fake, over: x, start: auto }\n",
	    NULL);
	story_plug(&story, "eth0");
	story_set(&story, "z", &endless);
	story_report(&story, "z", REPORT_FAILED);
	lose(&story, "lan@eth0");
	fake_clear_trace(story.fake);
	story_reset(&story, "lan");
	story_expect(&story, "lan@eth0 starting, x up, z failed");
	story_report(&story, "lan@eth0", REPORT_UP);
	story_expect(&story, "x up, y up, z failed");
	story_expect_trace(&story, "start lan@eth0, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(template_is_taken_away_when_all_instances_are)
{
	struct story story;

	story_begin(&story, from_elsewhere, NULL);
	story_plug(&story, "eth0 eth1");
	fake_clear_trace(story.fake);
	story_force_down(&story, "lan@eth0");
	story_expect(&story, "lan@eth0 idle, lan@eth1 up, x up");
	fake_clear_trace(story.fake);
	story_force_down(&story, "lan@eth1");
	story_expect(&story, "lan@eth1 idle, x waiting");
	story_expect_trace(&story, "stop x, stop lan@eth1");
	story_end(&story);
}
END_TEST

START_TEST(template_with_one_instance_lost_is_not_taken_away)
{
	struct story story;

	story_begin(&story, from_elsewhere, NULL);
	story_plug(&story, "eth0 eth1");
	lose(&story, "lan@eth0");
	story_force_down(&story, "lan@eth1");
	story_expect(&story, "lan@eth0 failed, lan@eth1 idle, x up");
	story_force_down(&story, "lan@eth0");
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

/* ---- devices ---- */

START_TEST(removal_of_the_device_it_stands_on_is_not_covered)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired, hold: forever,"
	    " start: auto }\n",
	    NULL);
	story_plug(&story, "eth0");
	fake_clear_trace(story.fake);
	story_unplug(&story, "eth0");
	story_expect(&story, "lan@eth0 absent, wired@eth0 absent");
	story_expect_trace(&story, "stop lan@eth0, stop wired@eth0");
	story_end(&story);
}
END_TEST

START_TEST(removal_below_a_single_group_is_a_loss_like_any_other)
{
	struct story story;

	story_begin(&story, tunnel, NULL);
	story_plug(&story, "eth0");
	story_expect(&story, "x up");
	fake_clear_trace(story.fake);
	story_unplug(&story, "eth0");
	story_expect(&story, "lan@eth0 absent, uplink waiting, x up");
	story_expect_trace(&story, "stop lan@eth0, stop wired@eth0");
	story_advance(&story, 10000);
	story_plug(&story, "eth1");
	story_expect(&story, "lan@eth1 up, uplink up, x up");
	story_expect_trace(
	    &story, "start wired@eth1, start lan@eth1, rebind x");
	story_unplug(&story, "eth1");
	story_advance(&story, 30000);
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

START_TEST(held_node_keeps_the_device_that_it_stood_on)
{
	struct story story;
	const struct device *device;
	struct node *x;

	story_begin(&story, tunnel, NULL);
	story_plug(&story, "eth0");
	x = resolver_find(fake_resolver(story.fake), "x");
	fake_carrier(story.fake, "eth0", false);
	story_expect(&story, "wired@eth0 waiting, uplink waiting, x up");
	story_expect_fact(&story, "x", "device", "eth0");
	device = node_device(x);
	ck_assert_ptr_nonnull(device);
	ck_assert_str_eq(device->key, "eth0");
	story_end(&story);
}
END_TEST

/* ---- facts ---- */

static const char with_facts[] =
    "  p: { kind: fake }\n"
    "  x: { kind: fake, over: p, hold: 30s }\n"
    "  y: { kind: fake, over: x, start: auto }\n";

static void begin_with_facts(struct story *story)
{
	story_begin(story, with_facts, NULL);
	story_facts(story, "p", "address=192.0.2.7/24 domain=corp.example");
	story_expect_fact(story, "y", "domain", "corp.example");
	lose(story, "p");
	fake_clear_trace(story->fake);
	story_expect_fact(story, "p", "domain", NULL);
}

START_TEST(held_node_keeps_the_facts_from_before)
{
	struct story story;

	begin_with_facts(&story);
	story_expect_fact(&story, "x", "domain", "corp.example");
	story_expect_fact(&story, "y", "address", "192.0.2.7/24");
	story_advance(&story, 29999);
	story_expect_fact(&story, "y", "domain", "corp.example");
	story_advance(&story, 1);
	story_expect_fact(&story, "x", "domain", NULL);
	story_end(&story);
}
END_TEST

START_TEST(new_facts_reach_it_and_its_dependents_at_the_end_of_the_hold)
{
	struct story story;
	const struct fact fact = { "domain", "home.example" };

	begin_with_facts(&story);
	story_set(&story, "p",
	    &(struct fake_outcome){ .facts = &fact, .n_facts = 1 });
	story_advance(&story, 1000);
	story_expect(&story, "p up, x up, y up");
	story_expect_trace(&story, "start p, rebind x, rebind y");
	story_expect_fact(&story, "y", "domain", "home.example");
	story_expect_fact(&story, "y", "address", NULL);
	story_end(&story);
}
END_TEST

START_TEST(same_facts_are_no_news_to_its_dependents)
{
	struct story story;
	const struct fact facts[] = { { "address", "192.0.2.7/24" },
		{ "domain", "corp.example" } };

	begin_with_facts(&story);
	story_set(&story, "p",
	    &(struct fake_outcome){ .facts = facts, .n_facts = 2 });
	story_advance(&story, 1000);
	story_expect(&story, "p up, x up, y up");
	story_expect_trace(&story, "start p, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(location_over_a_held_node_stays_what_it_was)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, over: p, hold: 30s, start: auto }\n"
	    "  office: { kind: location, over: x,"
	    " match: { domain: corp.example } }\n",
	    NULL);
	story_expect(&story, "office waiting");
	story_facts(&story, "p", "domain=corp.example");
	story_expect(&story, "office up");
	lose(&story, "p");
	story_advance(&story, 20000);
	story_expect(&story, "x up, office up");
	story_report(&story, "p", REPORT_UP);
	story_expect(&story, "x up, office waiting");
	story_end(&story);
}
END_TEST

/* What was still to come is so while it is held, and no sign of elsewhere. */
START_TEST(fact_that_was_to_come_is_to_come_while_it_is_held)
{
	static const struct fact mac[] = { { "gateway-mac", "m1" } };
	const struct fake_outcome slow = { .later_facts = mac, .n_later = 1,
		.later_ms = 60000 };
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  x: { kind: fake, over: p, hold: forever, start: auto }\n"
	    "  office: { kind: location, over: x,"
	    " match: { gateway-mac: m1 } }\n",
	    NULL);
	story_set(&story, "p", &slow);
	story_restart(&story, "x p");
	story_expect(&story, "p up, x up, office starting");
	lose(&story, "p");
	story_restart(&story, "office");
	story_expect(&story, "p failed, x up, office starting");
	story_advance(&story, 1999);
	story_expect(&story, "x up, office starting");
	story_advance(&story, 1);
	story_expect(&story, "x up, office waiting");
	story_end(&story);
}
END_TEST

/* Not those that this one has by now. */
START_TEST(location_that_is_held_decides_when_all_is_back)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  office: { kind: location, over: p, hold: 30s, start: auto,"
	    " match: { domain: corp.example } }\n",
	    NULL);
	story_facts(&story, "p", "domain=corp.example");
	story_expect(&story, "office up");
	lose(&story, "p");
	story_advance(&story, 20000);
	story_expect(&story, "office up");
	story_report(&story, "p", REPORT_UP);
	story_expect(&story, "office waiting");
	story_end(&story);
}
END_TEST

START_TEST(what_is_kept_are_the_facts_of_when_it_was_lost)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  q: { kind: fake, over: p, start: auto }\n"
	    "  x: { kind: fake, over: p, start: auto, hold: 10s }\n",
	    NULL);
	story_set(&story, "q", &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_restart(&story, "q");
	story_advance(&story, 100);
	story_facts(&story, "p", "address=192.0.2.1");
	story_restart(&story, "p");
	story_expect(&story, "p up, q stopping, x up");
	story_facts(&story, "p", "address=192.0.2.1 domain=home");
	story_expect_fact(&story, "x", "address", "192.0.2.1");
	story_expect_fact(&story, "x", "domain", NULL);
	story_end(&story);
}
END_TEST

/* One that cannot follow is restarted when all is back, not before. */
static void add_fact(void *ctx, const struct fact *fact)
{
	text_printf(ctx, "%s=%s ", fact->key, fact->value);
}

START_TEST(location_whose_facts_go_with_what_it_is_over_is_held)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  office: { kind: location, over: p, match: { domain: d } }\n"
	    "  desk: { kind: location, over: office, hold: 30s,"
	    " match: { domain: d }, start: auto }\n",
	    NULL);
	story_facts(&story, "p", "domain=d");
	story_expect(&story, "office up, desk up");
	/* The first in the profile moves first: that one is lost. */
	story_facts(&story, "p", "domain=e");
	story_expect(&story, "office waiting, desk up");
	story_facts(&story, "p", "domain=d");
	story_expect(&story, "office up, desk up");
	story_facts(&story, "p", "domain=e");
	story_advance(&story, 30000);
	story_expect(&story, "office waiting, desk waiting");
	story_end(&story);
}
END_TEST

/* And of what that keeps, who is held in turn, or only stands on it. */
START_TEST(what_a_held_node_keeps_is_seen_above)
{
	_cleanup_(text_clear) struct text seen = { 0 };
	struct story story;

	begin(&story,
	    "  low: { kind: fake }\n"
	    "  mid: { kind: fake, over: low, hold: 10s }\n"
	    "  top: { kind: fake, over: mid }\n"
	    "  x: { kind: fake, over: top, hold: 30s, start: auto }\n");
	story_facts(&story, "low", "domain=old");
	lose(&story, "low");
	story_expect(&story, "low failed, mid up, top up, x up");
	story_expect_fact(&story, "top", "domain", "old");
	node_each_fact_below(
	    resolver_find(fake_resolver(story.fake), "x"), add_fact, &seen);
	ck_assert_str_eq(seen.data, "domain=old ");
	lose(&story, "top");
	story_expect(&story, "mid up, x up");
	story_expect_fact(&story, "x", "domain", "old");
	story_advance(&story, 10000);
	story_expect(&story, "mid waiting, x up");
	story_expect_fact(&story, "x", "domain", "old");
	story_end(&story);
}
END_TEST

START_TEST(held_node_is_told_when_all_is_back)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, start: auto }\n"
	    "  b: { kind: fake, start: auto }\n"
	    "  x: { kind: fake, requires: [a, b], start: auto,"
	    " hold: 10s }\n",
	    NULL);
	story_set(&story, "x", &(struct fake_outcome){ .is_rigid = true });
	story_set(&story, "b", &(struct fake_outcome){ .takes_ms = 500 });
	story_report(&story, "a", REPORT_FAILED);
	story_report(&story, "b", REPORT_FAILED);
	fake_clear_trace(story.fake);
	story_advance(&story, 1000);
	story_expect(&story, "a up, b starting, x up");
	story_expect_trace(&story, "start a, start b");
	story_advance(&story, 500);
	story_expect(&story, "a up, b up, x up");
	story_expect_trace(&story, "stop x, start x");
	story_end(&story);
}
END_TEST

START_TEST(those_above_are_told_when_what_is_back_has_another_address)
{
	static const struct fact other[] = { { "address", "192.0.2.2" } };
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  x: { kind: fake, over: p, start: auto, hold: 10s }\n"
	    "  y: { kind: fake, over: x, start: auto }\n",
	    NULL);
	story_facts(&story, "p", "address=192.0.2.1");
	story_set(&story, "p",
	    &(struct fake_outcome){ .facts = other, .n_facts = 1 });
	story_report(&story, "p", REPORT_FAILED);
	fake_clear_trace(story.fake);
	story_advance(&story, 1000);
	story_expect(&story, "p up, x up, y up");
	story_expect_trace(&story, "start p, rebind x, rebind y");
	story_end(&story);
}
END_TEST

/* What failed above a held node is tried again over another member. */
START_TEST(failure_over_a_held_node_is_forgotten_when_its_group_is_back)
{
	static const struct fake_outcome wrong = { .permanent = true };
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, start: auto }\n"
	    "  b: { kind: fake, start: auto }\n"
	    "  g: { kind: any, of: [a, b] }\n"
	    "  x: { kind: fake, over: g, start: auto, hold: forever }\n"
	    "  y: { kind: fake, requires: x }\n",
	    NULL);
	story_set(&story, "y", &wrong);
	story_up(&story, "y");
	lose(&story, "b");
	lose(&story, "a");
	story_set(&story, "y", &(struct fake_outcome){ 0 });
	story_advance(&story, 5000);
	story_expect(&story, "g waiting, x up, y failed");
	story_report(&story, "b", REPORT_UP);
	story_expect(&story, "g up, x up, y up");
	story_end(&story);
}
END_TEST

/* It had to wait with its stop, and is desired again. */
START_TEST(failures_are_counted_anew_after_a_stop_that_has_not_begun)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake, when: not from go until back }\n"
	    "  y: { kind: fake, requires: p, start: auto }\n",
	    NULL);
	story_report(&story, "p", REPORT_FAILED);
	story_advance(&story, 1000);
	story_set(
	    &story, "y", &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_restart(&story, "y");
	story_emit(&story, "go");
	story_expect(&story, "p up, y stopping");
	story_emit(&story, "back");
	story_expect(&story, "p up, y stopping");
	story_report(&story, "p", REPORT_FAILED);
	story_expect(&story, "p failed, y stopping");
	story_advance(&story, 1000);
	story_expect(&story, "p up, y up");
	story_end(&story);
}
END_TEST

/* The hold was over, but another stood on it until all was back. */
START_TEST(node_that_was_held_long_enough_is_held_again)
{
	struct story story;
	struct node *x;

	story_begin(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  x: { kind: fake, over: p, start: auto, hold: 3s }\n"
	    "  y: { kind: fake, requires: x, start: auto }\n",
	    NULL);
	x = resolver_find(fake_resolver(story.fake), "x");
	story_set(
	    &story, "y", &(struct fake_outcome){ .stop_takes_ms = 20000 });
	story_restart(&story, "y");
	story_advance(&story, 20000);
	story_set(&story, "p", &(struct fake_outcome){ .takes_ms = 5000 });
	story_report(&story, "p", REPORT_FAILED);
	ck_assert_uint_gt(node_held_until_ms(x), 0);
	story_advance(&story, 3000);
	story_expect(&story, "p starting, x up, y stopping");
	ck_assert_uint_eq(node_held_until_ms(x), 0);
	story_advance(&story, 3000);
	story_expect(&story, "p up, x up, y stopping");
	story_report(&story, "p", REPORT_FAILED);
	story_expect(&story, "p failed, x up, y stopping");
	ck_assert_uint_gt(node_held_until_ms(x), 0);
	story_end(&story);
}
END_TEST

START_TEST(held_any_has_the_facts_of_its_member)
{
	struct story story;

	begin(&story,
	    "  q: { kind: fake }\n"
	    "  a: { kind: fake }\n"
	    "  g: { kind: any, of: a, over: q, hold: 30s }\n"
	    "  x: { kind: fake, over: g, start: auto }\n");
	story_facts(&story, "a", "domain=one");
	fake_clear_trace(story.fake);
	lose(&story, "q");
	story_expect(&story, "g up, x up");
	story_facts(&story, "a", "domain=two");
	story_expect_trace(&story, "rebind x");
	story_expect_fact(&story, "x", "domain", "two");
	story_end(&story);
}
END_TEST

START_TEST(facts_of_what_an_any_is_over_are_not_told_above_it)
{
	struct story story;

	begin(&story,
	    "  q: { kind: fake }\n"
	    "  a: { kind: fake }\n"
	    "  g: { kind: any, of: a, over: q }\n"
	    "  x: { kind: fake, over: g, start: auto }\n");
	story_facts(&story, "q", "domain=one");
	story_expect_trace(&story, "");
	story_expect_fact(&story, "x", "domain", NULL);
	story_end(&story);
}
END_TEST

START_TEST(held_state_follows_its_interval)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: state, from: on, until: off, over: p, hold: 30s,"
	    " start: auto }\n",
	    NULL);
	story_emit(&story, "on");
	lose(&story, "p");
	story_expect(&story, "x up");
	story_emit(&story, "off");
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("hold");
	TCase *tc = tcase_create("hold");

	tcase_add_test(
	    tc, held_node_rides_out_a_loss_and_is_told_when_it_is_over);
	tcase_add_test(tc, held_node_stops_when_the_time_is_over);
	tcase_add_test(tc, until_when_it_is_held_can_be_asked);
	tcase_add_test(tc, hold_forever_has_no_end);
	tcase_add_test(tc, node_without_hold_stops_at_once);
	tcase_add_test(tc, carrier_that_flaps_is_one_rebind_each_time);
	tcase_add_test(tc, only_what_is_up_is_held);
	tcase_add_test(
	    tc, kind_that_cannot_follow_is_restarted_when_all_is_back);
	tcase_add_test(tc, dependents_of_a_held_node_stay_too);
	tcase_add_test(
	    tc, held_node_does_not_keep_its_prerequisite_from_stopping);
	tcase_add_test(
	    tc, hold_of_what_is_held_begins_when_the_lower_hold_ends);
	tcase_add_test(tc, second_loss_does_not_begin_anew);
	tcase_add_test(tc, hold_ends_once_when_the_last_is_back);
	tcase_add_test(tc, loss_after_all_were_back_begins_anew);
	tcase_add_test(tc, loss_of_what_a_held_node_wants_is_nothing_to_it);
	tcase_add_test(
	    tc, what_is_taken_away_and_comes_back_is_held_at_the_next_loss);
	tcase_add_test(tc, two_held_nodes_over_the_same_have_their_own_time);
	tcase_add_test(tc, mask_on_the_prerequisite_is_no_loss);
	tcase_add_test(tc, mask_further_down_is_no_loss);
	tcase_add_test(tc, mask_ends_a_hold_that_is_running);
	tcase_add_test(tc, what_is_lost_after_a_mask_is_held_anew);
	tcase_add_test(tc, mask_further_down_ends_a_hold_that_is_running);
	tcase_add_test(tc, false_condition_of_the_prerequisite_is_no_loss);
	tcase_add_test(tc, prerequisite_that_nobody_pulls_is_no_loss);
	tcase_add_test(tc, hotplug_node_is_held_when_its_prerequisite_is_lost);
	tcase_add_test(tc, own_condition_mask_and_goal_are_not_covered);
	tcase_add_test(tc, own_goal_ends_a_hold_that_is_running);
	tcase_add_test(tc, own_failure_is_not_covered);
	tcase_add_test(tc, another_member_takes_over_without_a_hold);
	tcase_add_test(tc, node_is_held_when_no_member_is_left);
	tcase_add_test(tc, any_is_taken_away_when_all_members_are);
	tcase_add_test(tc, all_is_taken_away_when_one_member_is);
	tcase_add_test(tc, in_order_group_fails_over_under_a_held_node);
	tcase_add_test(
	    tc, template_from_elsewhere_is_lost_with_its_last_instance);
	tcase_add_test(tc,
	    one_that_cannot_follow_is_to_restart_as_soon_as_all_is_back);
	tcase_add_test(tc, instance_that_is_back_is_no_other_one);
	tcase_add_test(tc, template_is_taken_away_when_all_instances_are);
	tcase_add_test(tc, template_with_one_instance_lost_is_not_taken_away);
	tcase_add_test(tc, removal_of_the_device_it_stands_on_is_not_covered);
	tcase_add_test(
	    tc, removal_below_a_single_group_is_a_loss_like_any_other);
	tcase_add_test(tc, held_node_keeps_the_device_that_it_stood_on);
	tcase_add_test(tc, held_node_keeps_the_facts_from_before);
	tcase_add_test(
	    tc, new_facts_reach_it_and_its_dependents_at_the_end_of_the_hold);
	tcase_add_test(tc, same_facts_are_no_news_to_its_dependents);
	tcase_add_test(tc, same_facts_of_another_member_are_no_news_either);
	tcase_add_test(tc, location_over_a_held_node_stays_what_it_was);
	tcase_add_test(
	    tc, location_that_is_held_decides_when_all_is_back);
	tcase_add_test(
	    tc, fact_that_was_to_come_is_to_come_while_it_is_held);
	tcase_add_test(
	    tc, what_is_kept_are_the_facts_of_when_it_was_lost);
	tcase_add_test(
	    tc, location_whose_facts_go_with_what_it_is_over_is_held);
	tcase_add_test(tc, what_a_held_node_keeps_is_seen_above);
	tcase_add_test(tc, held_node_is_told_when_all_is_back);
	tcase_add_test(
	    tc, those_above_are_told_when_what_is_back_has_another_address);
	tcase_add_test(
	    tc, failure_over_a_held_node_is_forgotten_when_its_group_is_back);
	tcase_add_test(
	    tc, failures_are_counted_anew_after_a_stop_that_has_not_begun);
	tcase_add_test(tc, node_that_was_held_long_enough_is_held_again);
	tcase_add_test(tc, held_any_has_the_facts_of_its_member);
	tcase_add_test(tc, facts_of_what_an_any_is_over_are_not_told_above_it);
	tcase_add_test(tc, held_state_follows_its_interval);
	tcase_add_test(tc, reload_that_ends_a_hold_tells);
	tcase_add_test(tc, one_that_cannot_follow_is_held_after_a_mask);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
