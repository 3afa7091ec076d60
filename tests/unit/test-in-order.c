/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups with `try: in-order`, as stories; the nodes are simulated. */
#include <check.h>

#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char pair[] =
    "  a: { kind: fake }\n"
    "  b: { kind: fake }\n"
    "  g: { kind: any, of: [a, b], try: in-order }\n"
    "  x: { kind: fake, requires: g }\n";

/* Both are bound to a card; neither is there at first. */
static const char cards[] =
    "  a: { kind: link, device: eth0 }\n"
    "  b: { kind: link, device: eth1 }\n"
    "  g: { kind: any, of: [a, b], try: in-order }\n"
    "  x: { kind: fake, requires: g }\n";

static const struct fake_outcome slow = { .takes_ms = 500 };
static const struct fake_outcome endless = { .never = true };
static const struct fake_outcome broken = {
	.permanent = true, .error = "broken" };
static const struct fake_outcome second_time = {
	.fails = 1, .takes_ms = 500, .error = "no luck" };

/* Two members both pull `shared`, and are let go at one instant. */
START_TEST(fallbacks_that_share_what_they_pull_are_let_go_one_by_one)
{
	struct story story;

	story_begin(&story,
	    "  first: { kind: fake }\n"
	    "  shared: { kind: fake }\n"
	    "  all: { kind: all, of: first, wants: shared }\n"
	    "  x: { kind: any, of: [first, all, shared], try: in-order }\n",
	    NULL);
	story_set(&story, "first", &(struct fake_outcome){ .fails = 1 });
	story_set(&story, "shared", &(struct fake_outcome){ .never = true });
	story_up(&story, "x");
	story_expect(&story, "first failed, shared starting");
	story_set(&story, "first", &(struct fake_outcome){ .never = true });
	story_advance(&story, 1000);
	story_expect(&story, "first starting, shared starting, all waiting");
	story_report(&story, "first", REPORT_UP);
	story_expect(&story, "first up, shared idle, all up, x up");
	story_end(&story);
}
END_TEST

/* Neither is active or failed: not at one instant after the other. */
START_TEST(all_fallbacks_at_rest_are_let_go_when_an_earlier_one_is_coming)
{
	struct story story;

	story_begin(&story,
	    "  never: { kind: fake }\n"
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake, when: never }\n"
	    "  c: { kind: fake, when: never }\n"
	    "  g: { kind: any, of: [a, b, c], try: in-order }\n",
	    NULL);
	story_set(&story, "a", &broken);
	story_up(&story, "g");
	story_expect(&story, "a failed, b waiting, c waiting");
	story_set(&story, "a", &endless);
	story_reset(&story, "a");
	story_expect(&story, "a starting, b idle, c idle");
	story_end(&story);
}
END_TEST

/* What was coming has come, and gone: it is not coming any more. */
START_TEST(the_last_is_tried_when_the_one_between_was_up_and_failed)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  c: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b, c], try: in-order }\n",
	    NULL);
	story_set(&story, "a", &endless);
	story_set(&story, "b", &endless);
	story_up(&story, "g");
	story_up(&story, "b");
	story_report(&story, "a", REPORT_FAILED);
	story_expect(&story, "a failed, b starting, c idle");
	story_report(&story, "b", REPORT_UP);
	story_report(&story, "b", REPORT_FAILED);
	story_expect(&story, "a failed, b failed, c up, g up");
	story_end(&story);
}
END_TEST

START_TEST(first_member_that_comes_up_is_the_only_one)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_up(&story, "x");
	story_expect(&story, "a up, b idle, g up, x up");
	story_expect_trace(&story, "start a, start x");
	story_end(&story);
}
END_TEST

START_TEST(next_waits_while_the_one_before_is_coming)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_set(&story, "a", &slow);
	story_up(&story, "x");
	story_expect(&story, "a starting, b idle, g waiting, x waiting");
	story_advance(&story, 500);
	story_expect(&story, "a up, b idle, x up");
	story_end(&story);
}
END_TEST

START_TEST(next_waits_while_a_prerequisite_of_the_one_before_is_coming)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  a: { kind: fake, requires: p }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], try: in-order, start: auto }\n",
	    NULL);
	story_expect(&story, "p up, a up, b idle");
	story_down(&story, "g");
	story_set(&story, "p", &slow);
	story_up(&story, "g");
	story_expect(&story, "p starting, a waiting, b idle");
	story_advance(&story, 500);
	story_expect(&story, "p up, a up, b idle, g up");
	story_end(&story);
}
END_TEST

START_TEST(next_is_pulled_when_the_one_before_fails)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_set(&story, "a", &broken);
	story_up(&story, "x");
	story_expect(&story, "a failed, b up, g up, x up");
	story_expect_trace(&story, "start a, start b, start x");
	story_end(&story);
}
END_TEST

START_TEST(next_is_pulled_when_the_one_before_is_unmet)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_set(&story, "a", &(struct fake_outcome){ .unmet = true });
	story_up(&story, "x");
	story_expect(&story, "a waiting, b up, x up");
	story_expect_trace(&story, "start a, start b, start x");
	story_report(&story, "a", REPORT_UP);
	story_expect(&story, "a up, b idle, x up");
	story_expect_trace(&story, "stop b, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(next_is_pulled_at_once_when_the_one_before_has_no_device)
{
	struct story story;

	story_begin(&story, cards, NULL);
	story_plug(&story, "eth1");
	story_up(&story, "x");
	story_expect(&story, "a waiting, b up, x up");
	story_expect_trace(&story, "start b, start x");
	story_end(&story);
}
END_TEST

START_TEST(earlier_one_is_retried_and_made_before_the_later_is_broken)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_set(&story, "a", &second_time);
	story_up(&story, "x");
	story_expect(&story, "a starting, b idle");
	story_advance(&story, 500);
	story_expect(&story, "a failed, b up, x up");
	story_expect_trace(&story, "start a, start b, start x");
	story_advance(&story, 1000);
	story_expect(&story, "a starting, b up, x up");
	story_expect_trace(&story, "start a");
	story_advance(&story, 500);
	story_expect(&story, "a up, b idle, x up");
	story_expect_trace(&story, "stop b, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(earlier_one_that_fails_again_leaves_the_later_alone)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_set(&story, "a",
	    &(struct fake_outcome){ .fails = 3, .takes_ms = 100 });
	story_up(&story, "x");
	story_advance(&story, 3500);
	story_expect(&story, "a failed, b up, x up");
	story_expect_trace(
	    &story, "start a, start b, start x, start a, start a");
	story_advance(&story, 60000);
	story_expect(&story, "a up, b idle, x up");
	story_expect_trace(&story, "start a, stop b, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(loss_of_the_first_brings_the_second)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_up(&story, "x");
	fake_clear_trace(story.fake);
	story_set(&story, "a", &endless);
	story_report(&story, "a", REPORT_FAILED);
	story_expect(&story, "a failed, b up, x up");
	story_expect_trace(&story, "stop x, start b, start x");
	story_advance(&story, 1000);
	story_expect(&story, "a starting, b up, x up");
	story_end(&story);
}
END_TEST

START_TEST(later_one_that_does_nothing_is_let_go_when_an_earlier_comes)
{
	struct story story;

	story_begin(&story, cards, NULL);
	story_up(&story, "x");
	story_expect(&story, "a waiting, b waiting");
	story_set(&story, "a", &slow);
	story_plug(&story, "eth0");
	story_expect(&story, "a starting, b idle");
	story_plug(&story, "eth1");
	story_advance(&story, 500);
	story_expect_trace(&story, "start a, start x");
	story_end(&story);
}
END_TEST

START_TEST(several_later_ones_are_let_go_from_the_last)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: link, device: eth0 }\n"
	    "  b: { kind: link, device: eth1 }\n"
	    "  c: { kind: link, device: eth2 }\n"
	    "  g: { kind: any, of: [a, b, c], try: in-order, start: auto }\n",
	    NULL);
	story_expect(&story, "a waiting, b waiting, c waiting");
	story_set(&story, "b", &slow);
	story_plug(&story, "eth1");
	story_expect(&story, "a waiting, b starting, c idle");
	story_set(&story, "a", &slow);
	story_plug(&story, "eth0");
	story_expect(&story, "a starting, b starting, c idle");
	story_advance(&story, 500);
	story_expect(&story, "a up, b idle, c idle");
	story_end(&story);
}
END_TEST

START_TEST(later_one_that_is_starting_is_kept_until_an_earlier_is_there)
{
	struct story story;

	story_begin(&story, cards, NULL);
	story_set(&story, "a", &slow);
	story_set(&story, "b", &endless);
	story_plug(&story, "eth1");
	story_up(&story, "x");
	story_expect(&story, "a waiting, b starting");
	story_plug(&story, "eth0");
	story_expect(&story, "a starting, b starting");
	story_advance(&story, 500);
	story_expect(&story, "a up, b idle, x up");
	story_expect_trace(&story, "start b, start a, stop b, start x");
	story_end(&story);
}
END_TEST

START_TEST(later_one_that_has_failed_is_kept_while_an_earlier_comes)
{
	struct story story;

	story_begin(&story, cards, NULL);
	story_set(&story, "a", &endless);
	story_set(&story, "b", &(struct fake_outcome){ .fails = 1 });
	story_plug(&story, "eth1");
	story_up(&story, "x");
	story_expect(&story, "a waiting, b failed");
	story_plug(&story, "eth0");
	story_expect(&story, "a starting, b failed");
	story_advance(&story, 1000);
	story_expect(&story, "a starting, b up, x up");
	story_end(&story);
}
END_TEST

static const char with_prerequisite[] =
    "  q: { kind: fake }\n"
    "  a: { kind: link, device: eth0 }\n"
    "  b: { kind: link, device: eth1, requires: q }\n"
    "  g: { kind: any, of: [a, b], try: in-order, start: auto }\n";

START_TEST(later_one_is_kept_while_what_only_it_pulls_is_active)
{
	struct story story;

	story_begin(&story, with_prerequisite, NULL);
	story_expect(&story, "a waiting, b waiting, q up");
	story_set(&story, "a", &slow);
	story_plug(&story, "eth0");
	story_expect(&story, "a starting, b waiting, q up");
	story_advance(&story, 500);
	story_expect(&story, "a up, b idle, q idle");
	story_end(&story);
}
END_TEST

START_TEST(what_others_pull_too_does_not_keep_the_later_one)
{
	struct story story;

	story_begin(&story, with_prerequisite, NULL);
	story_up(&story, "q");
	story_set(&story, "a", &slow);
	story_plug(&story, "eth0");
	story_expect(&story, "a starting, b idle, q up");
	story_advance(&story, 500);
	story_expect(&story, "a up, b idle, q up");
	story_expect_trace(&story, "start q, start a");
	story_end(&story);
}
END_TEST

START_TEST(what_ends_while_an_earlier_is_coming_lets_the_later_go)
{
	struct story story;

	story_begin(&story, with_prerequisite, NULL);
	story_set(&story, "a", &endless);
	story_plug(&story, "eth0");
	story_expect(&story, "a starting, b waiting, q up");
	/* q may not start again: nothing of b's is active or failed now. */
	story_force_down(&story, "q");
	story_expect(&story, "a starting, b idle, q idle");
	story_end(&story);
}
END_TEST

START_TEST(shared_prerequisite_stays_whichever_member_is_used)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  a: { kind: fake, requires: p }\n"
	    "  b: { kind: fake, requires: p }\n"
	    "  g: { kind: any, of: [a, b], try: in-order, start: auto }\n",
	    NULL);
	story_expect_trace(&story, "start p, start a");
	story_set(&story, "a", &second_time);
	story_report(&story, "a", REPORT_FAILED);
	story_expect(&story, "p up, a failed, b up, g up");
	story_advance(&story, 10000);
	story_expect(&story, "p up, a up, b idle");
	story_expect_trace(&story, "start b, start a, stop b");
	story_down(&story, "g");
	story_expect_trace(&story, "stop a, stop p");
	story_end(&story);
}
END_TEST

static const char nested[] =
    "  a: { kind: fake }\n"
    "  b: { kind: fake }\n"
    "  c: { kind: fake }\n"
    "  inner: { kind: any, of: [b, c], try: in-order }\n"
    "  outer: { kind: any, of: [a, inner], try: in-order, start: auto }\n"
    "  x: { kind: fake, requires: outer, start: auto }\n";

START_TEST(nested_groups_try_one_after_the_other)
{
	struct story story;

	story_begin(&story, nested, NULL);
	story_expect(&story, "a up, b idle, c idle, inner waiting, outer up");
	fake_clear_trace(story.fake);
	story_set(&story, "a", &slow);
	story_set(&story, "b", &broken);
	story_report(&story, "a", REPORT_FAILED);
	story_expect(&story,
	    "a failed, b failed, c up, inner up, outer up, x up");
	story_expect_trace(&story, "stop x, start b, start c, start x");
	story_advance(&story, 1500);
	story_expect(&story, "a up, b idle, c idle, outer up, x up");
	story_expect_trace(&story, "start a, stop c, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(change_in_the_inner_group_does_not_touch_the_outer)
{
	struct story story;

	story_begin(&story, nested, NULL);
	story_set(&story, "a", &broken);
	story_set(&story, "b", &second_time);
	story_report(&story, "a", REPORT_FAILED);
	story_expect(&story, "b starting, c idle, x waiting");
	story_advance(&story, 1000);
	story_expect(&story, "a failed, b failed, c up, outer up, x up");
	fake_clear_trace(story.fake);
	story_advance(&story, 1000);
	story_expect(&story, "b up, c idle, outer up, x up");
	story_expect_trace(&story, "start b, stop c, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(dhcp_with_link_local_fallback_per_card)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: dhcp, over: wired }\n"
	    "  ll: { kind: fake, over: wired }\n"
	    "  addr: { kind: any, over: wired, of: [lan, ll],"
	    " try: in-order, start: auto }\n",
	    NULL);
	story_set(&story, "lan@eth0",
	    &(struct fake_outcome){ .fails = 1, .takes_ms = 2000 });
	story_plug(&story, "eth0 eth1");
	story_expect(&story, "lan@eth0 starting, ll@eth0 idle, lan@eth1 up, "
			     "ll@eth1 idle, addr@eth1 up");
	story_advance(&story, 2000);
	story_expect(&story, "lan@eth0 failed, ll@eth0 up, addr@eth0 up, "
			     "lan@eth1 up, ll@eth1 idle");
	fake_clear_trace(story.fake);
	story_advance(&story, 3000);
	story_expect(&story, "lan@eth0 up, ll@eth0 idle, addr@eth0 up");
	story_expect_trace(&story, "start lan@eth0, stop ll@eth0");
	story_unplug(&story, "eth0");
	story_expect(&story, "addr@eth0 absent, addr@eth1 up");
	story_end(&story);
}
END_TEST

START_TEST(hotplug_group_rides_on_what_others_pull)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_expect(&story, "g waiting, a idle, b idle");
	story_up(&story, "b");
	story_expect(&story, "g up, a idle, b up");
	story_up(&story, "a");
	story_expect(&story, "g up, a up, b up");
	ck_assert_str_eq(node_name(node_selected(resolver_find(
			     fake_resolver(story.fake), "g"))),
	    "a");
	story_down(&story, "a b");
	story_expect(&story, "g waiting, a idle, b idle");
	story_end(&story);
}
END_TEST

START_TEST(masked_member_is_passed_over)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_up(&story, "x");
	fake_clear_trace(story.fake);
	story_force_down(&story, "a");
	story_expect(&story, "a idle, b up, x up");
	fake_clear_trace(story.fake);
	story_up(&story, "a");
	story_expect(&story, "a up, b idle, x up");
	story_expect_trace(&story, "start a, stop b, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(mask_on_every_member_leaves_the_group_waiting)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_up(&story, "x");
	story_force_down(&story, "a");
	story_force_down(&story, "b");
	story_expect(&story, "a idle, b idle, g waiting, x waiting");
	story_up(&story, "b");
	story_expect(&story, "a idle, b up, g up, x up");
	story_end(&story);
}
END_TEST

START_TEST(member_whose_condition_is_false_is_passed_over)
{
	struct story story;

	story_begin(&story,
	    "  flag: { kind: state, from: on, until: off }\n"
	    "  a: { kind: fake, when: flag }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], try: in-order, start: auto }\n",
	    NULL);
	story_expect(&story, "a waiting, b up, g up");
	story_set(&story, "a", &slow);
	story_emit(&story, "on");
	story_expect(&story, "a starting, b up");
	story_advance(&story, 500);
	story_expect(&story, "a up, b idle, g up");
	fake_clear_trace(story.fake);
	story_emit(&story, "off");
	story_expect(&story, "a waiting, b up, g up");
	story_end(&story);
}
END_TEST

START_TEST(permanent_failure_is_passed_over_until_reset)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_set(&story, "a",
	    &(struct fake_outcome){
		.fails = 1, .permanent = true, .takes_ms = 100 });
	story_up(&story, "x");
	story_advance(&story, 1000000);
	story_expect(&story, "a failed, b up, x up");
	fake_clear_trace(story.fake);
	story_reset(&story, "a");
	story_expect(&story, "a starting, b up, x up");
	story_advance(&story, 100);
	story_expect(&story, "a up, b idle, x up");
	story_expect_trace(&story, "start a, stop b, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(group_that_was_let_go_begins_with_the_first_again)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_set(&story, "a", &(struct fake_outcome){ .fails = 1 });
	story_up(&story, "x");
	story_expect(&story, "a failed, b up");
	story_down(&story, "x");
	story_expect(&story, "a idle, b idle, g waiting, x idle");
	fake_clear_trace(story.fake);
	story_up(&story, "x");
	story_expect(&story, "a up, b idle, x up");
	story_expect_trace(&story, "start a, start x");
	story_end(&story);
}
END_TEST

START_TEST(group_of_a_card_that_comes_again_begins_with_the_first_again)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  a: { kind: fake, over: wired }\n"
	    "  p: { kind: fake }\n"
	    "  b: { kind: fake, over: wired, requires: p }\n"
	    "  g: { kind: any, over: wired, of: [a, b], try: in-order,"
	    " start: auto }\n"
	    "  keeps-the-card: { kind: fake, after: g@eth0 }\n",
	    NULL);
	story_set(&story, "p", &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_set(&story, "a", &broken);
	story_plug(&story, "eth0");
	story_expect(&story, "a@eth0 failed, b@eth0 up, p up");
	story_unplug(&story, "eth0");
	story_expect(&story, "g@eth0 absent, p stopping");
	story_set(&story, "a", &endless);
	story_plug(&story, "eth0");
	story_expect(&story, "a@eth0 starting, b@eth0 idle, p stopping");
	story_advance(&story, 100);
	story_expect(&story, "a@eth0 starting, b@eth0 idle, p idle");
	story_end(&story);
}
END_TEST

START_TEST(tunnels_tried_in_order_stand_on_an_uplink_tried_in_order)
{
	struct story story;

	story_begin(&story,
	    "  lan: { kind: fake }\n"
	    "  lte: { kind: fake }\n"
	    "  uplink: { kind: any, of: [lan, lte], try: in-order }\n"
	    "  t1: { kind: fake, over: uplink }\n"
	    "  t2: { kind: fake, over: uplink }\n"
	    "  vpn: { kind: any, of: [t1, t2], try: in-order,"
	    " start: auto }\n",
	    NULL);
	story_expect(&story, "lan up, lte idle, t1 up, t2 idle, vpn up");
	story_set(&story, "lan", &endless);
	story_report(&story, "lan", REPORT_FAILED);
	story_expect(&story, "lan failed, lte up, t1 up, t2 idle, vpn up");
	story_set(&story, "t1", &broken);
	story_report(&story, "t1", REPORT_FAILED);
	story_expect(&story, "lte up, t1 failed, t2 up, vpn up");
	story_advance(&story, 1000);
	story_expect(&story, "lan starting, lte up, t1 failed, t2 up");
	fake_clear_trace(story.fake);
	story_report(&story, "lan", REPORT_UP);
	/* Another uplink: t1's failure is forgotten, and it fails again. */
	story_expect(&story, "lan up, lte idle, t1 failed, t2 up, vpn up");
	story_expect_trace(&story, "stop lte, rebind t2, start t1");
	story_end(&story);
}
END_TEST

START_TEST(member_that_stops_slowly_does_not_hold_the_next)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_set(&story, "a",
	    &(struct fake_outcome){ .stop_takes_ms = 1000 });
	story_up(&story, "x");
	story_force_down(&story, "a");
	story_expect(&story, "b up, x up");
	story_advance(&story, 1000);
	story_expect(&story, "a idle, b up, x up");
	story_end(&story);
}
END_TEST

START_TEST(member_pulled_in_vain_is_dropped_when_an_earlier_one_is_coming)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, retry: { delay: 10s } }\n"
	    "  b: { kind: fake, retry: { delay: 1m } }\n"
	    "  c: { kind: link, device: eth9 }\n"
	    "  g: { kind: any, of: [a, b, c], try: in-order }\n", NULL);
	story_set(&story, "a",
	    &(struct fake_outcome){ .fails = 1, .takes_ms = 100 });
	story_set(&story, "b", &(struct fake_outcome){ .fails = 1 });
	story_up(&story, "g");
	story_expect(&story, "a starting, b idle, c idle");
	story_advance(&story, 100);
	story_expect(&story, "a failed, b failed, c waiting");
	story_advance(&story, 10000);
	story_expect(&story, "a starting, b failed, c idle");
	story_advance(&story, 100);
	story_expect(&story, "a up, b idle, c idle, g up");
	story_end(&story);
}
END_TEST

/* What is let go by the one and asked for by the next. */
START_TEST(several_that_go_down_at_once_let_go_of_nothing_in_between)
{
	struct story story;

	story_begin(&story,
	    "  m1: { kind: fake }\n"
	    "  m2: { kind: fake }\n"
	    "  g: { kind: any, of: [m1, m2], try: in-order }\n"
	    "  a: { kind: fake, requires: g, start: auto }\n"
	    "  b: { kind: fake, start: auto }\n"
	    "  o: { kind: any, of: [b, g], try: in-order, start: auto }\n",
	    NULL);
	story_report(&story, "m1", REPORT_FAILED);
	story_expect(&story, "m1 failed, m2 up, g up, a up, b up, o up");
	story_set(&story, "m1", &endless);
	story_advance(&story, 1000);
	story_expect(&story, "m1 starting, m2 up, g up, a up, b up, o up");
	story_force_down(&story, "a b");
	story_expect(&story, "m1 starting, m2 up, g up, a idle, b idle, o up");
	story_end(&story);
}
END_TEST

/* Until it is down it is on its way to the former one. */
START_TEST(one_whose_device_is_gone_is_not_coming_until_it_is_down)
{
	static const struct fake_outcome slow_stop = { .stop_takes_ms = 500 };
	struct story story;

	story_begin(&story,
	    "  a: { kind: link, device: eth0, start: auto }\n"
	    "  b: { kind: fake }\n",
	    NULL);
	story_set(&story, "a", &slow_stop);
	story_plug(&story, "eth0 eth1");
	story_expect(&story, "a up");
	story_unplug(&story, "eth0");
	story_expect(&story, "a stopping");
	story_reload(&story,
	    "  a: { kind: link, device: eth1 }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], try: in-order, start: auto }\n");
	story_expect(&story, "a stopping, b up, g up");
	story_advance(&story, 500);
	story_expect(&story, "a up, b idle, g up");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("in-order");
	TCase *tc = tcase_create("in-order");

	tcase_add_test(tc,
	    fallbacks_that_share_what_they_pull_are_let_go_one_by_one);
	tcase_add_test(tc,
	    all_fallbacks_at_rest_are_let_go_when_an_earlier_one_is_coming);
	tcase_add_test(
	    tc, the_last_is_tried_when_the_one_between_was_up_and_failed);
	tcase_add_test(tc, first_member_that_comes_up_is_the_only_one);
	tcase_add_test(tc, next_waits_while_the_one_before_is_coming);
	tcase_add_test(
	    tc, next_waits_while_a_prerequisite_of_the_one_before_is_coming);
	tcase_add_test(tc, next_is_pulled_when_the_one_before_fails);
	tcase_add_test(tc, next_is_pulled_when_the_one_before_is_unmet);
	tcase_add_test(
	    tc, next_is_pulled_at_once_when_the_one_before_has_no_device);
	tcase_add_test(
	    tc, earlier_one_is_retried_and_made_before_the_later_is_broken);
	tcase_add_test(tc, earlier_one_that_fails_again_leaves_the_later_alone);
	tcase_add_test(tc, loss_of_the_first_brings_the_second);
	tcase_add_test(
	    tc, later_one_that_does_nothing_is_let_go_when_an_earlier_comes);
	tcase_add_test(tc, several_later_ones_are_let_go_from_the_last);
	tcase_add_test(tc,
	    several_that_go_down_at_once_let_go_of_nothing_in_between);
	tcase_add_test(
	    tc, later_one_that_is_starting_is_kept_until_an_earlier_is_there);
	tcase_add_test(
	    tc, later_one_that_has_failed_is_kept_while_an_earlier_comes);
	tcase_add_test(
	    tc, later_one_is_kept_while_what_only_it_pulls_is_active);
	tcase_add_test(tc, what_others_pull_too_does_not_keep_the_later_one);
	tcase_add_test(
	    tc, what_ends_while_an_earlier_is_coming_lets_the_later_go);
	tcase_add_test(tc, shared_prerequisite_stays_whichever_member_is_used);
	tcase_add_test(tc, nested_groups_try_one_after_the_other);
	tcase_add_test(tc, change_in_the_inner_group_does_not_touch_the_outer);
	tcase_add_test(tc, dhcp_with_link_local_fallback_per_card);
	tcase_add_test(tc, hotplug_group_rides_on_what_others_pull);
	tcase_add_test(tc, masked_member_is_passed_over);
	tcase_add_test(tc, mask_on_every_member_leaves_the_group_waiting);
	tcase_add_test(tc, member_whose_condition_is_false_is_passed_over);
	tcase_add_test(tc, permanent_failure_is_passed_over_until_reset);
	tcase_add_test(tc, group_that_was_let_go_begins_with_the_first_again);
	tcase_add_test(
	    tc, group_of_a_card_that_comes_again_begins_with_the_first_again);
	tcase_add_test(
	    tc, tunnels_tried_in_order_stand_on_an_uplink_tried_in_order);
	tcase_add_test(tc, member_that_stops_slowly_does_not_hold_the_next);
	tcase_add_test(
	    tc, member_pulled_in_vain_is_dropped_when_an_earlier_one_is_coming);
	tcase_add_test(tc,
	    one_whose_device_is_gone_is_not_coming_until_it_is_down);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
