/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the resolver does, as stories; the node kinds are simulated. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char laptop[] =
    "  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  lan: { kind: fake, over: wired }\n"
    "  uplink: { kind: any, of: [lan] }\n"
    "  inet: { kind: fake, requires: [uplink], start: hotplug }\n"
    "  vpn0: { kind: fake, over: uplink, requires: [inet] }\n";

static const char roam[] =
    "  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  lan: { kind: fake, over: wired, start: hotplug }\n"
    "  uplink: { kind: any, of: [lan] }\n"
    "  inet: { kind: fake, requires: [uplink], start: hotplug }\n"
    "  vpn0: { kind: fake, over: uplink, requires: [inet], start: auto }\n";

static const char named[] =
    "  sfp: { kind: link, device: enp3s0, name: sfp0, start: hotplug }\n"
    "  aux: { kind: link, device: enp4s0, name: aux0, start: hotplug }\n"
    "  any: { kind: link, match: { type: ethernet }, start: hotplug }\n";

START_TEST(a_device_is_the_nodes_by_the_name_that_the_node_gave_it)
{
	struct story story;

	story_begin(&story, named, NULL);
	story_plug(&story, "sfp0");
	story_expect(&story, "sfp up, aux idle");
	/* It has one already. */
	story_plug(&story, "enp3s0");
	story_expect(&story, "sfp up");
	story_unplug(&story, "sfp0");
	story_unplug(&story, "enp3s0");
	/* By its own name first; then the other name is anyone's. */
	story_plug(&story, "enp3s0");
	story_expect(&story, "sfp up");
	story_plug(&story, "sfp0 xxx0");
	story_expect(&story, "any@sfp0 up, any@xxx0 up");
	story_end(&story);
}
END_TEST

START_TEST(of_devices_that_come_together_the_one_named_is_the_nodes)
{
	const struct device devices[] = {
		{ .key = "sfp0", .name = "sfp0", .type = "ethernet" },
		{ .key = "enp3s0", .name = "enp3s0", .type = "ethernet" },
		{ .key = "aux0", .name = "aux0", .type = "ethernet" },
	};
	struct story story;

	story_begin(&story, named, NULL);
	ck_assert_int_eq(
	    fake_plug_all(story.fake, devices, ARRAY_SIZE(devices)), 0);
	story_expect(&story, "sfp up, aux up, any@sfp0 up");
	story_end(&story);
}
END_TEST

START_TEST(a_card_is_known_by_its_vendors_number_or_name)
{
	const struct device card = { .key = "c0", .name = "c0", .ifindex = 3,
		.type = "ethernet", .vendor = "0x8086", .model = "0x10d3",
		.vendor_name = "Intel Corporation", .model_name = "82574L" };
	struct story story;

	story_begin(&story,
	    "  no: { kind: link, match: { vendor: Int, model: 82574L } }\n"
	    "  a: { kind: link, match: { vendor: \"Intel*\", model: 0x10d3 },"
	    " start: hotplug }\n",
	    NULL);
	ck_assert_int_eq(fake_plug(story.fake, &card), 0);
	story_expect(&story, "a@c0 up");
	story_end(&story);
	story_begin(&story,
	    "  a: { kind: link, match: { vendor: 0x8086, model: \"8257*\" },"
	    " start: hotplug }\n",
	    NULL);
	ck_assert_int_eq(fake_plug(story.fake, &card), 0);
	story_expect(&story, "a@c0 up");
	story_end(&story);
}
END_TEST

START_TEST(goal_before_any_card_comes_up_when_one_is_plugged_in)
{
	struct story story;

	story_begin(&story, laptop, NULL);
	story_expect(&story, "wired idle, uplink waiting, vpn0 idle");
	story_up(&story, "vpn0");
	story_expect(&story, "vpn0 waiting, lan waiting, inet waiting");
	story_expect_trace(&story, "");
	story_plug(&story, "eth0");
	story_expect(&story, "wired@eth0 up, lan@eth0 up, lan up, uplink up, "
			     "inet up, vpn0 up");
	story_expect_trace(&story,
	    "start wired@eth0, start lan@eth0, start inet, start vpn0");
	story_end(&story);
}
END_TEST

START_TEST(down_takes_away_what_only_the_goal_needed_tunnel_first)
{
	struct story story;

	story_begin(&story, laptop, NULL);
	story_plug(&story, "eth0");
	story_expect(&story, "wired@eth0 up, lan@eth0 idle");
	story_up(&story, "vpn0");
	story_expect_trace(&story,
	    "start wired@eth0, start lan@eth0, start inet, start vpn0");
	story_down(&story, "vpn0");
	story_expect_trace(&story, "stop vpn0, stop inet, stop lan@eth0");
	story_expect(&story, "wired@eth0 up, lan@eth0 idle, uplink waiting, "
			     "vpn0 idle");
	story_end(&story);
}
END_TEST

START_TEST(second_card_takes_over_when_the_first_is_pulled)
{
	struct story story;

	story_begin(&story, laptop, NULL);
	story_up(&story, "vpn0");
	story_plug(&story, "eth0");
	story_plug(&story, "eth7");
	story_expect(&story, "lan@eth0 up, lan@eth7 up, vpn0 up");
	story_expect_trace(&story,
	    "start wired@eth0, start lan@eth0, start inet, start vpn0,"
	    "start wired@eth7, start lan@eth7");
	story_unplug(&story, "eth0");
	story_expect(&story, "lan@eth0 absent, wired@eth0 absent, vpn0 up");
	story_expect_trace(&story,
	    "stop lan@eth0, rebind inet, rebind vpn0, stop wired@eth0");
	story_unplug(&story, "eth7");
	story_expect(&story, "uplink waiting, inet waiting, vpn0 waiting");
	story_expect_why(&story, "vpn0",
	    "vpn0 (waiting): needs inet, uplink|no device for wired");
	story_end(&story);
}
END_TEST

START_TEST(everything_starts_by_itself_without_a_goal)
{
	struct story story;

	story_begin(&story, roam, NULL);
	story_plug(&story, "eth0");
	story_expect(&story, "vpn0 up");
	story_unplug(&story, "eth0");
	story_expect(&story, "vpn0 waiting, inet waiting, lan waiting");
	story_plug(&story, "eth1");
	story_expect(&story, "vpn0 up, lan@eth1 up");
	story_end(&story);
}
END_TEST

START_TEST(hotplug_rides_on_what_is_there_and_never_pulls)
{
	struct story story;

	story_begin(&story,
	    "  base: { kind: fake }\n"
	    "  rider: { kind: fake, requires: base, start: hotplug }\n",
	    NULL);
	story_expect(&story, "base idle, rider idle");
	story_up(&story, "base");
	story_expect(&story, "rider up");
	story_down(&story, "base");
	story_expect_trace(&story,
	    "start base, start rider, stop rider, stop base");
	story_end(&story);
}
END_TEST

START_TEST(wants_is_pulled_in_but_not_waited_for)
{
	struct story story;

	story_begin(&story,
	    "  helper: { kind: fake }\n"
	    "  main: { kind: fake, wants: helper }\n",
	    NULL);
	fake_set(story.fake, "helper",
	    &(struct fake_outcome){ .permanent = true, .error = "broken" });
	story_up(&story, "main");
	story_expect(&story, "main up, helper failed");
	story_down(&story, "main");
	story_expect(&story, "main idle, helper idle");
	story_end(&story);
}
END_TEST

START_TEST(after_orders_starts_and_stops_without_pulling)
{
	struct story story;

	story_begin(&story,
	    "  first: { kind: fake }\n"
	    "  second: { kind: fake, after: first }\n",
	    NULL);
	fake_set(story.fake, "first",
	    &(struct fake_outcome){ .takes_ms = 100, .stop_takes_ms = 50 });
	fake_set(story.fake, "second",
	    &(struct fake_outcome){ .stop_takes_ms = 50 });
	story_up(&story, "second");
	story_expect(&story, "first idle, second up");
	story_down(&story, "second");
	story_advance(&story, 50);
	fake_clear_trace(story.fake);
	story_up(&story, "first second");
	story_expect(&story, "first starting, second waiting");
	story_expect_why(&story, "second", "its turn comes after first");
	story_advance(&story, 100);
	story_expect(&story, "first up, second up");
	story_down(&story, "first second");
	story_expect(&story, "first up, second stopping");
	story_advance(&story, 50);
	story_expect(&story, "first stopping, second idle");
	story_advance(&story, 50);
	story_expect_trace(&story,
	    "start first, start second, stop second, stop first");
	story_end(&story);
}
END_TEST

START_TEST(what_stands_on_a_gone_device_waits_only_for_others_on_it)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: hotplug }\n"
	    "  lan: { kind: fake, over: wired, start: hotplug }\n"
	    "  near: { kind: fake, over: wired, start: hotplug, after: lan }\n"
	    "  fixed: { kind: fake, over: wired@eth0, start: auto,"
	    " after: lan }\n"
	    "  far: { kind: fake, requires: wired, start: auto,"
	    " after: lan }\n",
	    NULL);
	fake_set(story.fake, "near@eth0",
	    &(struct fake_outcome){ .stop_takes_ms = 10 });
	fake_set(story.fake, "fixed",
	    &(struct fake_outcome){ .stop_takes_ms = 20 });
	fake_set(story.fake, "far",
	    &(struct fake_outcome){ .stop_takes_ms = 30 });
	story_plug(&story, "eth0");
	story_expect(&story, "near@eth0 up, fixed up, far up");
	story_unplug(&story, "eth0");
	story_advance(&story, 10);
	story_expect(&story,
	    "near@eth0 absent, fixed stopping, far stopping, lan@eth0 up");
	story_advance(&story, 10);
	story_expect(&story,
	    "fixed waiting, far stopping, lan@eth0 absent, wired@eth0 absent");
	story_end(&story);
}
END_TEST

START_TEST(what_comes_after_another_on_a_gone_device_stops_first)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: hotplug }\n"
	    "  lan: { kind: fake, over: wired, start: hotplug }\n"
	    "  near: { kind: fake, over: wired, start: hotplug,"
	    " after: lan }\n",
	    NULL);
	story_set(
	    &story, "near", &(struct fake_outcome){ .stop_takes_ms = 10 });
	story_plug(&story, "eth0");
	story_expect(&story, "lan@eth0 up, near@eth0 up");
	story_unplug(&story, "eth0");
	story_expect(&story, "lan@eth0 up, near@eth0 stopping");
	story_advance(&story, 10);
	story_expect(&story, "lan@eth0 absent, near@eth0 absent");
	story_end(&story);
}
END_TEST

START_TEST(what_names_a_gone_device_holds_what_it_requires_on_it)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  aid: { kind: fake, over: wired }\n"
	    "  fixed: { kind: fake, over: lan@eth0, requires: aid,"
	    " start: auto }\n",
	    NULL);
	story_set(
	    &story, "fixed", &(struct fake_outcome){ .stop_takes_ms = 10 });
	story_plug(&story, "eth0");
	story_expect(&story, "lan@eth0 up, aid@eth0 up, fixed up");
	story_unplug(&story, "eth0");
	story_expect(&story, "fixed stopping, lan@eth0 up, aid@eth0 up");
	story_advance(&story, 10);
	story_expect(&story,
	    "fixed waiting, lan@eth0 absent, aid@eth0 absent, "
	    "wired@eth0 absent");
	story_end(&story);
}
END_TEST

/* As a member, too. */
START_TEST(group_on_a_gone_device_holds_its_members_on_it)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  aid: { kind: fake, over: wired }\n"
	    "  both: { kind: all, over: lan@eth0, of: [lan, aid] }\n"
	    "  x: { kind: fake, over: lan@eth0, requires: both,"
	    " start: auto }\n",
	    NULL);
	story_set(&story, "x", &(struct fake_outcome){ .stop_takes_ms = 10 });
	story_plug(&story, "eth0");
	story_expect(&story, "lan@eth0 up, aid@eth0 up, x up");
	story_unplug(&story, "eth0");
	story_expect(&story, "x stopping, lan@eth0 up, aid@eth0 up");
	story_advance(&story, 10);
	story_expect(&story, "x waiting, lan@eth0 absent, aid@eth0 absent");
	story_end(&story);
}
END_TEST

START_TEST(condition_gates_the_node_but_not_its_pull)
{
	struct story story;

	story_begin(&story,
	    "  lan: { kind: fake }\n"
	    "  office: { kind: fake, requires: lan, start: hotplug }\n"
	    "  vpn: { kind: fake, requires: lan, when: not office,"
	    " start: auto }\n",
	    NULL);
	fake_set(story.fake, "office",
	    &(struct fake_outcome){ .unmet = true, .error = "not here" });
	story_down(&story, "office");
	story_expect(&story, "lan up, office idle, vpn up");
	story_up(&story, "office");
	story_expect(&story, "office waiting, vpn up");
	story_report(&story, "office", REPORT_UP);
	story_expect(&story, "office up, vpn waiting, lan up");
	story_expect_why(&story, "vpn",
	    "its condition is not true: not office|office (up)");
	story_report(&story, "office", REPORT_UNMET);
	story_expect(&story, "office waiting, vpn up, lan up");
	story_end(&story);
}
END_TEST

START_TEST(condition_waits_for_what_is_still_being_found_out)
{
	struct story story;

	story_begin(&story,
	    "  office: { kind: fake, start: auto }\n"
	    "  vpn: { kind: fake, when: not office, start: auto }\n",
	    NULL);
	story_down(&story, "office vpn");
	fake_clear_trace(story.fake);
	fake_set(story.fake, "office",
	    &(struct fake_outcome){ .takes_ms = 500 });
	story_up(&story, "office vpn");
	story_expect(&story, "office starting, vpn waiting");
	story_advance(&story, 500);
	story_expect_trace(&story, "start office");
	story_expect(&story, "office up, vpn waiting");
	story_end(&story);
}
END_TEST

START_TEST(condition_of_and_or_not_and_parentheses)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  c: { kind: fake }\n"
	    "  x: { kind: fake, start: auto,"
	    " when: a and (b or not c) and not (b and c) }\n",
	    NULL);
	story_expect(&story, "x waiting");
	story_up(&story, "a");
	story_expect(&story, "x up");
	story_up(&story, "c");
	story_expect(&story, "x waiting");
	story_up(&story, "b");
	story_expect(&story, "x waiting");
	story_down(&story, "c");
	story_expect(&story, "x up");
	story_end(&story);
}
END_TEST


/* Counts the starts of x: the simulated time of each. */
START_TEST(retries_come_after_1_2_3_3_seconds)
{
	struct story story;
	const uint64_t at_ms[] = { 0, 1000, 3000, 6000, 9000 };

	story_begin(&story,
	    "  x: { kind: fake, retry: { delay: 1s, max-delay: 3s } }\n",
	    NULL);
	fake_set(story.fake, "x",
	    &(struct fake_outcome){ .fails = 4, .error = "no luck" });
	story_up(&story, "x");
	for (size_t i = 0; i < ARRAY_SIZE(at_ms); i++) {
		story_advance(&story, at_ms[i] - fake_now_ms(story.fake));
		story_expect_trace(&story, "start x");
		story_expect(&story, i < 4 ? "x failed" : "x up");
		if (i == 0)
			story_expect_why(
			    &story, "x", "failed: no luck; next try in 1s");
		if (i < 4 && at_ms[i + 1] > at_ms[i] + 1) {
			story_advance(&story, 999);
			story_expect_trace(&story, "");
		}
	}
	story_end(&story);
}
END_TEST

START_TEST(attempts_make_the_last_failure_permanent)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake, retry: { delay: 1s, attempts: 2 } }\n", NULL);
	fake_set(story.fake, "x",
	    &(struct fake_outcome){ .fails = 2, .error = "no luck" });
	story_up(&story, "x");
	story_advance(&story, 1000000);
	story_expect_trace(&story, "start x, start x");
	story_expect(&story, "x failed");
	story_expect_why(&story, "x", "no luck; not retried by itself");
	story_up(&story, "x");
	story_expect(&story, "x up");
	story_end(&story);
}
END_TEST

START_TEST(permanent_failure_is_not_retried_until_asked)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake }\n"
	    "  y: { kind: fake, requires: x }\n",
	    NULL);
	fake_set(story.fake, "x",
	    &(struct fake_outcome){
		.fails = 1, .permanent = true, .error = "wrong key" });
	story_up(&story, "y");
	story_advance(&story, 1000000);
	story_expect(&story, "x failed, y waiting");
	story_expect_why(&story, "y", "needs x|x (failed): failed: wrong key");
	/* `up` of what pulls it forgets the failure. */
	story_up(&story, "y");
	story_expect(&story, "x up, y up");
	story_end(&story);
}
END_TEST

START_TEST(failure_is_forgotten_when_the_prerequisite_comes_anew)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake, start: auto }\n"
	    "  y: { kind: fake, requires: x, start: auto }\n",
	    NULL);
	story_down(&story, "y");
	fake_set(story.fake, "y",
	    &(struct fake_outcome){ .fails = 1, .permanent = true });
	fake_set(story.fake, "y",
	    &(struct fake_outcome){ .permanent = true, .error = "no" });
	story_up(&story, "y");
	story_expect(&story, "y failed");
	fake_set(story.fake, "y", &(struct fake_outcome){ 0 });
	story_report(&story, "x", REPORT_FAILED);
	story_expect(&story, "x failed, y waiting");
	story_advance(&story, 1000);
	story_expect(&story, "x up, y up");
	story_end(&story);
}
END_TEST

START_TEST(failure_is_forgotten_when_the_group_selects_another_member)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, start: auto }\n"
	    "  b: { kind: fake, start: auto }\n"
	    "  g: { kind: any, of: [a, b] }\n"
	    "  mid: { kind: fake, requires: g }\n"
	    "  x: { kind: fake, requires: mid }\n",
	    NULL);
	fake_set(story.fake, "x",
	    &(struct fake_outcome){ .fails = 1, .permanent = true });
	story_up(&story, "x");
	story_expect(&story, "x failed, mid up");
	story_down(&story, "a");
	story_expect(&story, "g up, mid up, x up");
	story_end(&story);
}
END_TEST

START_TEST(start_that_takes_too_long_is_stopped_and_failed)
{
	struct story story;

	story_begin(
	    &story, "  x: { kind: fake, timeout: 5s }\n", NULL);
	fake_set(story.fake, "x",
	    &(struct fake_outcome){ .never = true, .stop_takes_ms = 10 });
	story_up(&story, "x");
	story_advance(&story, 4999);
	story_expect(&story, "x starting");
	story_advance(&story, 1);
	story_expect(&story, "x stopping");
	story_advance(&story, 10);
	story_expect(&story, "x failed");
	story_expect_why(&story, "x", "failed: not up after 5 s");
	story_expect_trace(&story, "start x, stop x");
	story_end(&story);
}
END_TEST

START_TEST(what_timed_out_is_forgotten_while_it_stops)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake, timeout: 1s, retry: { delay: 10s } }\n",
	    NULL);
	story_set(&story, "x", &(struct fake_outcome){ .never = true,
	    .stop_takes_ms = 5000 });
	story_up(&story, "x");
	story_advance(&story, 1000);
	story_expect(&story, "x stopping");
	story_down(&story, "x");
	story_set(&story, "x", &(struct fake_outcome){ 0 });
	story_up(&story, "x");
	story_advance(&story, 5000);
	story_expect(&story, "x up");
	story_end(&story);
}
END_TEST

START_TEST(stopped_while_starting_ends_before_prerequisites_stop)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake }\n"
	    "  y: { kind: fake, requires: x }\n",
	    NULL);
	fake_set(story.fake, "y",
	    &(struct fake_outcome){ .never = true, .stop_takes_ms = 100 });
	story_up(&story, "y");
	story_expect(&story, "x up, y starting");
	story_down(&story, "y");
	story_expect(&story, "x up, y stopping");
	story_advance(&story, 100);
	story_expect(&story, "x idle, y idle");
	story_end(&story);
}
END_TEST

START_TEST(goal_taken_back_while_stopping_starts_again_after_the_stop)
{
	struct story story;

	story_begin(&story, "  x: { kind: fake }\n", NULL);
	fake_set(
	    story.fake, "x", &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_up(&story, "x");
	story_down(&story, "x");
	story_up(&story, "x");
	story_expect(&story, "x stopping");
	story_advance(&story, 100);
	story_expect(&story, "x up");
	story_expect_trace(&story, "start x, stop x, start x");
	story_end(&story);
}
END_TEST

START_TEST(lost_node_takes_its_dependents_down_and_brings_them_back)
{
	struct story story;

	story_begin(&story, roam, NULL);
	story_plug(&story, "eth0");
	fake_clear_trace(story.fake);
	story_report(&story, "lan@eth0", REPORT_FAILED);
	story_expect(&story, "lan@eth0 failed, vpn0 waiting");
	story_expect_trace(&story, "stop vpn0, stop inet");
	story_advance(&story, 1000);
	story_expect(&story, "lan@eth0 up, vpn0 up");
	story_end(&story);
}
END_TEST

START_TEST(carrier_loss_is_unmet_and_recovers)
{
	struct story story;

	story_begin(&story, roam, NULL);
	story_plug(&story, "eth0");
	fake_clear_trace(story.fake);
	ck_assert_int_eq(fake_carrier(story.fake, "eth0", false), 0);
	story_expect(
	    &story, "wired@eth0 waiting, lan@eth0 waiting, vpn0 waiting");
	story_expect_why(&story, "vpn0", "wired@eth0 (waiting): no carrier");
	story_expect_trace(
	    &story, "stop vpn0, stop inet, stop lan@eth0");
	ck_assert_int_eq(fake_carrier(story.fake, "eth0", true), 0);
	story_expect(&story, "vpn0 up");
	story_end(&story);
}
END_TEST

START_TEST(pulled_card_does_not_wait_for_what_stands_elsewhere)
{
	struct story story;

	story_begin(&story, roam, NULL);
	fake_set(story.fake, "vpn0",
	    &(struct fake_outcome){ .stop_takes_ms = 1000 });
	fake_set(story.fake, "lan",
	    &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_plug(&story, "eth0");
	story_unplug(&story, "eth0");
	story_expect(&story,
	    "vpn0 stopping, lan@eth0 stopping, wired@eth0 up");
	story_advance(&story, 100);
	story_expect(&story,
	    "vpn0 stopping, lan@eth0 absent, wired@eth0 absent");
	story_advance(&story, 900);
	story_expect(&story, "vpn0 waiting");
	story_end(&story);
}
END_TEST

START_TEST(replugged_card_is_another_device)
{
	struct story story;

	story_begin(&story, roam, NULL);
	fake_set(story.fake, "lan",
	    &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_plug(&story, "eth0");
	fake_clear_trace(story.fake);
	story_unplug(&story, "eth0");
	story_plug(&story, "eth0");
	story_expect(&story, "lan@eth0 stopping, wired@eth0 up, vpn0 waiting");
	story_advance(&story, 100);
	story_expect(&story, "lan@eth0 up, wired@eth0 up, vpn0 up");
	story_expect_trace(&story,
	    "stop vpn0, stop lan@eth0, stop inet, stop wired@eth0,"
	    "start wired@eth0, start lan@eth0, start inet, start vpn0");
	story_end(&story);
}
END_TEST

START_TEST(prerequisite_that_was_away_for_a_moment_is_told)
{
	struct story story;

	story_begin(&story, roam, NULL);
	fake_set(story.fake, "vpn0",
	    &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_plug(&story, "eth0");
	fake_clear_trace(story.fake);
	/* lan cannot stop before vpn0 has: the blink is over before. */
	ck_assert_int_eq(fake_carrier(story.fake, "eth0", false), 0);
	ck_assert_int_eq(fake_carrier(story.fake, "eth0", true), 0);
	story_expect(&story, "vpn0 stopping, lan@eth0 up, wired@eth0 up");
	story_advance(&story, 100);
	story_expect(&story, "vpn0 up, lan@eth0 up");
	story_expect_trace(&story,
	    "stop vpn0, rebind lan@eth0, rebind inet, start vpn0");
	story_end(&story);
}
END_TEST

START_TEST(prerequisite_that_only_was_to_stop_is_no_news)
{
	struct story story;

	story_begin(&story, roam, NULL);
	fake_set(story.fake, "vpn0",
	    &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_plug(&story, "eth0");
	fake_clear_trace(story.fake);
	story_force_down(&story, "lan");
	story_expect(&story, "vpn0 stopping, inet up, lan@eth0 up");
	story_up(&story, "lan");
	story_advance(&story, 100);
	story_expect(&story, "vpn0 up, inet up, lan@eth0 up");
	story_expect_trace(&story, "stop vpn0, start vpn0");
	story_end(&story);
}
END_TEST

START_TEST(node_bound_to_a_device_waits_for_that_one)
{
	struct story story;

	story_begin(&story,
	    "  sfp: { kind: link, device: eth1, start: auto }\n"
	    "  any-card: { kind: link, match: { type: ethernet },"
	    " start: hotplug }\n"
	    "  addr: { kind: fake, over: sfp, start: hotplug }\n",
	    NULL);
	story_expect(&story, "sfp waiting, addr idle");
	story_expect_why(&story, "sfp", "no device eth1 is present");
	story_plug(&story, "eth0 eth1");
	story_expect(&story,
	    "sfp up, addr up, any-card@eth0 up, any-card@eth1 absent");
	story_unplug(&story, "eth1");
	story_expect(&story, "sfp waiting, addr idle");
	story_end(&story);
}
END_TEST

START_TEST(first_matching_template_owns_the_device)
{
	struct story story;

	story_begin(&story,
	    "  usb: { kind: link, match: { name: \"usb*\" }, start: hotplug }\n"
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: hotplug }\n",
	    NULL);
	story_plug(&story, "usb0 eth0");
	story_expect(&story,
	    "usb@usb0 up, wired@usb0 absent, wired@eth0 up, usb@eth0 absent");
	story_end(&story);
}
END_TEST

START_TEST(goal_on_an_instance_waits_for_its_device)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n",
	    NULL);
	story_plug(&story, "eth0");
	story_up(&story, "lan@eth1");
	story_expect(&story, "lan@eth1 waiting, wired@eth0 idle");
	story_plug(&story, "eth1");
	story_expect(&story, "lan@eth1 up, wired@eth1 up, wired@eth0 idle");
	story_unplug(&story, "eth1");
	story_expect(&story, "lan@eth1 waiting, wired@eth1 absent");
	story_down(&story, "lan@eth1");
	story_expect(&story, "lan@eth1 absent");
	story_end(&story);
}
END_TEST

START_TEST(reference_with_device_names_one_instance)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  x: { kind: fake, requires: lan@eth1, start: auto }\n"
	    "  y: { kind: fake, over: wired@eth2, start: auto }\n",
	    NULL);
	story_plug(&story, "eth0");
	story_expect(&story, "x waiting, lan@eth0 idle, lan@eth1 absent");
	story_plug(&story, "eth1 eth2");
	story_expect(&story,
	    "x up, lan@eth1 up, lan@eth0 idle, y up, wired@eth2 up");
	story_unplug(&story, "eth1");
	story_expect(&story, "x waiting, lan@eth1 absent");
	story_unplug(&story, "eth2");
	story_expect(&story, "y waiting");
	story_end(&story);
}
END_TEST

START_TEST(any_prefers_the_first_available_member)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, start: auto }\n"
	    "  b: { kind: fake, start: auto }\n"
	    "  g: { kind: any, of: [a, b] }\n"
	    "  x: { kind: fake, over: g, start: auto }\n",
	    NULL);
	story_expect_why(&story, "g", "it uses a");
	fake_clear_trace(story.fake);
	story_report(&story, "a", REPORT_FAILED);
	story_expect_why(&story, "g", "it uses b");
	story_expect(&story, "x up");
	story_expect_trace(&story, "rebind x");
	story_advance(&story, 1000);
	story_expect_why(&story, "g", "it uses a");
	story_expect_trace(&story, "start a, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(any_orders_the_instances_of_a_template_by_number)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: hotplug }\n"
	    "  g: { kind: any, of: wired }\n"
	    "  x: { kind: fake, over: g, start: auto }\n",
	    NULL);
	story_plug(&story, "eth10 eth9");
	story_expect_why(&story, "g", "it uses wired@eth9");
	story_plug(&story, "eth1");
	story_expect_why(&story, "g", "it uses wired@eth1");
	story_unplug(&story, "eth1");
	story_expect_why(&story, "g", "it uses wired@eth9");
	story_end(&story);
}
END_TEST

START_TEST(all_is_up_while_every_member_is)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: all, of: [a, b] }\n"
	    "  x: { kind: fake, requires: g }\n",
	    NULL);
	story_up(&story, "x");
	story_expect(&story, "a up, b up, g up, x up");
	fake_clear_trace(story.fake);
	story_report(&story, "b", REPORT_FAILED);
	story_expect(&story, "a up, b failed, g waiting, x waiting");
	ck_assert_str_eq(
	    node_reason(resolver_find(fake_resolver(story.fake), "g")),
	    "not every member is available");
	story_down(&story, "x");
	story_expect(&story, "a idle, b idle");
	story_end(&story);
}
END_TEST

START_TEST(group_lets_its_last_member_go_only_after_its_dependents)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, start: auto }\n"
	    "  g: { kind: any, of: a }\n"
	    "  x: { kind: fake, requires: g, start: auto }\n",
	    NULL);
	fake_set(story.fake, "x",
	    &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_report(&story, "x", REPORT_FAILED);
	story_advance(&story, 1000);
	story_expect(&story, "x up");
	fake_clear_trace(story.fake);
	story_force_down(&story, "a");
	story_expect(&story, "a up, g up, x stopping");
	story_advance(&story, 100);
	story_expect(&story, "a idle, g waiting, x waiting");
	story_expect_trace(&story, "stop x, stop a");
	story_end(&story);
}
END_TEST

START_TEST(group_over_a_template_has_the_members_of_its_card)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  ll: { kind: fake, over: wired }\n"
	    "  addr: { kind: any, over: wired, of: [lan, ll] }\n"
	    "  x: { kind: fake, over: addr, start: auto }\n",
	    NULL);
	fake_set(story.fake, "lan@eth1",
	    &(struct fake_outcome){ .permanent = true });
	story_plug(&story, "eth0 eth1");
	story_expect(&story, "x@eth0 up, x@eth1 up, lan@eth1 failed");
	story_expect_why(&story, "addr@eth0", "it uses lan@eth0");
	story_expect_why(&story, "addr@eth1", "it uses ll@eth1");
	story_end(&story);
}
END_TEST

START_TEST(kind_that_cannot_rebind_is_restarted_when_the_selection_moves)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: hotplug }\n"
	    "  g: { kind: any, of: wired }\n"
	    "  x: { kind: fake, over: g, start: auto }\n",
	    "fake");
	story_plug(&story, "eth0 eth1");
	fake_clear_trace(story.fake);
	story_unplug(&story, "eth0");
	story_expect(&story, "x up");
	story_expect_trace(
	    &story, "stop x, stop wired@eth0, start x");
	story_end(&story);
}
END_TEST

START_TEST(who_only_requires_what_was_told_is_not_told_itself)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: hotplug }\n"
	    "  lan: { kind: fake, requires: wired }\n"
	    "  g: { kind: any, of: lan }\n"
	    "  all: { kind: all, of: wired }\n"
	    "  x: { kind: fake, over: g, start: auto }\n"
	    "  y: { kind: fake, requires: lan, start: auto }\n"
	    "  z: { kind: fake, over: all, start: auto }\n",
	    NULL);
	fake_set(story.fake, "x", &(struct fake_outcome){ .takes_ms = 100 });
	story_plug(&story, "eth0 eth1");
	story_expect(&story, "x starting, y up, z up");
	fake_clear_trace(story.fake);
	/* g selects lan as before, and lan's facts are what they were. */
	story_unplug(&story, "eth0");
	story_expect(&story, "x starting, y up, z up");
	story_advance(&story, 100);
	story_expect(&story, "x up");
	story_expect_trace(&story, "stop wired@eth0, rebind lan");
	story_end(&story);
}
END_TEST

START_TEST(start_over_a_group_begins_anew_when_the_selection_moves)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, start: auto }\n"
	    "  b: { kind: fake, start: auto }\n"
	    "  g: { kind: any, of: [a, b] }\n"
	    "  x: { kind: fake, over: g }\n",
	    NULL);
	fake_set(story.fake, "x", &(struct fake_outcome){ .takes_ms = 100 });
	fake_clear_trace(story.fake);
	story_up(&story, "x");
	story_advance(&story, 50);
	story_report(&story, "a", REPORT_FAILED);
	story_expect_trace(&story, "start x, stop x, start x");
	story_advance(&story, 99);
	story_expect(&story, "x starting");
	story_advance(&story, 1);
	story_expect(&story, "x up");
	story_end(&story);
}
END_TEST

START_TEST(changed_facts_reach_dependents_through_the_over_chain)
{
	struct story story;
	const struct fact before = { "address", "192.0.2.7/24" };
	const struct fact after = { "address", "192.0.2.8/24" };

	story_begin(&story, roam, NULL);
	fake_set(story.fake, "lan",
	    &(struct fake_outcome){ .facts = &before, .n_facts = 1 });
	story_plug(&story, "eth0");
	struct node *vpn0 = resolver_find(fake_resolver(story.fake), "vpn0");
	ck_assert_str_eq(node_fact(vpn0, "address"), "192.0.2.7/24");
	ck_assert_str_eq(node_fact(vpn0, "device"), "eth0");
	ck_assert_str_eq(node_fact(vpn0, "ifindex"), "7");
	ck_assert_str_eq(node_device(vpn0)->key, "eth0");
	fake_clear_trace(story.fake);
	fake_report(story.fake, "lan@eth0",
	    &(struct report){
		.type = REPORT_FACTS, .facts = &after, .n_facts = 1 });
	story_expect_trace(&story, "rebind inet, rebind vpn0");
	ck_assert_str_eq(node_fact(vpn0, "address"), "192.0.2.8/24");
	/* The same again is no change. */
	fake_report(story.fake, "lan@eth0",
	    &(struct report){
		.type = REPORT_FACTS, .facts = &after, .n_facts = 1 });
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(mask_takes_down_what_starts_by_itself_and_up_takes_it_back)
{
	struct story story;

	story_begin(&story, roam, NULL);
	story_plug(&story, "eth0");
	story_down(&story, "wired");
	story_expect_said(&story, "wired stays: lan@eth0 needs it");
	story_expect(&story, "wired@eth0 up");
	story_down(&story, "vpn0");
	story_expect(&story, "vpn0 idle, lan@eth0 up");
	story_expect_why(&story, "vpn0", "was taken down by the admin");
	story_down(&story, "wired lan");
	story_expect(&story, "wired@eth0 idle, lan@eth0 idle");
	story_up(&story, "vpn0");
	story_expect_said(&story, "vpn0 is no longer taken down");
	/* lan is a member of uplink: a mask on it is not on vpn0's way. */
	story_expect(&story, "vpn0 waiting, lan@eth0 idle");
	story_expect_why(&story, "vpn0", "lan (idle): was taken down");
	story_up(&story, "lan");
	story_expect_said(&story, "wired is no longer taken down: lan needs");
	story_expect(&story, "vpn0 up");
	story_end(&story);
}
END_TEST

START_TEST(down_says_who_needs_it_and_force_does_it_all_the_same)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake }\n"
	    "  y: { kind: fake, requires: x }\n",
	    NULL);
	story_up(&story, "x y");
	story_down(&story, "x");
	story_expect_said(&story, "x stays: y needs it");
	story_expect(&story, "x up, y up");
	story_force_down(&story, "x");
	story_expect(&story, "x idle, y waiting");
	story_up(&story, "y");
	story_expect_said(&story, "x is no longer taken down: y needs it");
	story_expect(&story, "x up, y up");
	story_end(&story);
}
END_TEST

/* Nothing that asks for x itself is there to be masked. */
START_TEST(down_says_who_pulls_it_without_needing_it)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  br0: { kind: bridge, name: br0, ports: wired, start: auto }\n"
	    "  x: { kind: fake }\n"
	    "  z: { kind: fake }\n"
	    "  y: { kind: fake, wants: x }\n"
	    "  g: { kind: any, of: [x, z], start: auto }\n",
	    NULL);
	story_plug(&story, "eth0");
	story_up(&story, "y");
	story_down(&story, "wired@eth0");
	story_expect_said(&story,
	    "wired@eth0 stays: br0 pulls it (--force does not change that, "
	    "'netconf down br0' does)");
	story_down(&story, "x");
	story_expect_said(&story, "x stays: y pulls it");
	story_force_down(&story, "x wired");
	story_expect_said(&story,
	    "wired stays: br0 pulls it (--force does not change that, "
	    "'netconf down br0' does)\n"
	    "x stays: y pulls it");
	story_expect(&story, "wired@eth0 up, x up, y up");
	/* What it says would do does. */
	story_down(&story, "br0 y");
	story_expect(&story, "wired@eth0 idle, x up");
	story_down(&story, "x");
	story_expect_said(&story, "x stays: g pulls it");
	story_down(&story, "g");
	story_expect(&story, "x idle, z idle");
	story_end(&story);
}
END_TEST

/* One act, but each mask is looked at before the next. */
START_TEST(down_of_all_members_leaves_the_last)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, start: auto }\n"
	    "  b: { kind: fake, start: auto }\n"
	    "  g: { kind: any, of: [a, b], start: auto }\n",
	    NULL);
	story_down(&story, "b a");
	story_expect_said(&story, "b stays: g needs it");
	story_expect(&story, "a idle, b up, g up");
	story_end(&story);
}
END_TEST

/* As they stop: that on the card before the one that stands on nothing. */
START_TEST(down_of_all_members_looks_first_at_what_stops_first)
{
	struct story story;

	story_begin(&story,
	    "  alt: { kind: fake, start: auto }\n"
	    "  w: { kind: fake }\n"
	    "  lan: { kind: fake, over: w, start: auto }\n"
	    "  uplink: { kind: any, of: [alt, lan], start: auto }\n",
	    NULL);
	story_down(&story, "alt lan");
	story_expect_said(&story, "alt stays: uplink needs it");
	story_expect(&story, "alt up, lan idle, uplink up");
	story_end(&story);
}
END_TEST

START_TEST(down_forces_members_that_would_take_its_place)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], try: in-order, start: auto }\n",
	    NULL);
	story_expect(&story, "a up, b idle, g up");
	story_force_down(&story, "b a");
	story_expect(&story, "a idle, b idle, g waiting");
	story_end(&story);
}
END_TEST

START_TEST(down_forces_no_mask_on_what_only_the_others_need)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  q: { kind: fake, over: p }\n"
	    "  x: { kind: fake, wants: q, start: auto }\n",
	    NULL);
	story_force_down(&story, "p x");
	story_expect(&story, "p idle, q idle, x idle");
	story_up(&story, "x");
	story_expect(&story, "p up, q up, x up");
	story_end(&story);
}
END_TEST

START_TEST(down_of_one_of_two_instances_leaves_the_other_to_the_group)
{
	struct story story;

	story_begin(&story,
	    "  lan: { kind: link, match: { type: ethernet } }\n"
	    "  g: { kind: any, of: [lan@e0, lan@e1], start: auto }\n",
	    NULL);
	story_plug(&story, "e0 e1");
	story_down(&story, "lan@e0");
	story_expect_said(&story, "g pulls it");
	story_unplug(&story, "e1");
	story_down(&story, "lan@e0");
	story_expect_said(&story, "g needs it");
	story_end(&story);
}
END_TEST

START_TEST(down_of_the_last_instance_of_a_member_says_who_needs_it)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  uplink: { kind: any, of: lan }\n"
	    "  x: { kind: fake, over: uplink }\n",
	    NULL);
	story_plug(&story, "eth0");
	story_up(&story, "x");
	story_down(&story, "lan@eth0");
	story_expect_said(&story, "lan@eth0 stays: uplink needs it");
	story_expect(&story, "lan@eth0 up, x up");
	story_plug(&story, "eth1");
	story_expect(&story, "lan@eth0 up, lan@eth1 up, x up");
	story_down(&story, "lan");
	story_expect_said(&story, "lan stays: uplink needs it");
	story_expect(&story, "lan@eth0 up, lan@eth1 up, x up");
	story_force_down(&story, "lan");
	story_expect(&story, "lan@eth0 idle, lan@eth1 idle, x waiting");
	story_up(&story, "lan");
	story_expect(&story, "lan@eth0 up, lan@eth1 up, x up");
	story_end(&story);
}
END_TEST

START_TEST(down_of_an_instance_that_is_not_there_says_who_will_pull_it)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  uplink: { kind: any, of: lan }\n"
	    "  x: { kind: fake, over: uplink, start: auto }\n"
	    "  br0: { kind: bridge, name: br0, ports: wired, start: auto }\n",
	    NULL);
	story_down(&story, "lan@eth0");
	story_expect_said(&story,
	    "lan@eth0 is not there; when its device comes, uplink needs it "
	    "(--force takes it down all the same)");
	story_down(&story, "wired@eth0");
	story_expect_said(&story,
	    "wired@eth0 is not there; when its device comes, br0 pulls it "
	    "(--force does not change that, 'netconf down br0' does)");
	story_force_down(&story, "lan@eth0");
	story_plug(&story, "eth0");
	story_expect(&story, "lan@eth0 idle, wired@eth0 up");
	story_end(&story);
}
END_TEST

START_TEST(template_from_elsewhere_is_satisfied_by_one_and_pulls_all)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  x: { kind: fake, requires: wired, start: auto }\n",
	    NULL);
	story_expect_why(&story, "x",
	    "needs wired|wired (waiting): no device for wired is present "
	    "(it takes any with type ethernet)");
	story_plug(&story, "eth0 eth1");
	story_expect(&story, "wired@eth0 up, wired@eth1 up, x up");
	story_unplug(&story, "eth0");
	story_expect(&story, "x up");
	story_unplug(&story, "eth1");
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

START_TEST(pull_goes_when_the_last_puller_goes)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake }\n"
	    "  y: { kind: fake, requires: x }\n"
	    "  z: { kind: fake, requires: x }\n",
	    NULL);
	story_up(&story, "y z");
	story_down(&story, "y");
	story_expect(&story, "x up, y idle, z up");
	story_down(&story, "z");
	story_expect(&story, "x idle");
	story_end(&story);
}
END_TEST

START_TEST(goals_and_masks_can_be_kept_and_put_back)
{
	struct story story;
	struct resolver *resolver;

	story_begin(&story, roam, NULL);
	resolver = fake_resolver(story.fake);
	ck_assert_int_eq(resolver_restore(resolver,
	    &(struct kept){ .type = KEPT_GOAL, .name = "lan@eth5" }), 0);
	ck_assert_int_eq(resolver_restore(resolver,
	    &(struct kept){ .type = KEPT_MASK, .name = "vpn0" }), 0);
	ck_assert_int_eq(resolver_restore(resolver,
	    &(struct kept){ .type = KEPT_MASK, .name = "vpn9" }), 0);
	story_plug(&story, "eth5");
	story_expect(&story, "lan@eth5 up, vpn0 idle");
	story_end(&story);
}
END_TEST

START_TEST(unknown_goal_changes_nothing_and_names_the_nearest)
{
	struct story story;
	const char *const names[] = { "vpn0", "lna" };

	story_begin(&story, laptop, NULL);
	ck_assert_int_ne(fake_up(story.fake, names, 2), 0);
	story_expect_said(
	    &story, "no node is called 'lna'; did you mean 'lan'");
	story_expect(&story, "vpn0 idle");
	story_end(&story);
}
END_TEST

START_TEST(a_provider_that_gives_up_watching_has_failed)
{
	struct story story;

	story_begin(&story, "  x: { kind: fake, start: auto }\n", NULL);
	story_report(&story, "x", REPORT_UNMET);
	story_expect(&story, "x waiting");
	story_report(&story, "x", REPORT_FAILED);
	story_expect(&story, "x failed");
	story_advance(&story, 1000);
	story_expect(&story, "x up");
	story_end(&story);
}
END_TEST

START_TEST(why_walks_down_to_the_cause_in_order)
{
	struct story story;
	_cleanup_(free_ptr) char *why = NULL;

	story_begin(&story, laptop, NULL);
	fake_set(story.fake, "lan",
	    &(struct fake_outcome){ .unmet = true,
		.error = "no DHCP server answers" });
	story_up(&story, "vpn0");
	story_plug(&story, "eth0");
	why = story_why(&story, "vpn0");
	ck_assert_str_eq(why,
	    "vpn0 (waiting): needs inet, uplink\n"
	    "  inet (waiting): needs uplink\n"
	    "    uplink (waiting): none is available of lan\n"
	    "      lan (waiting): is not up on any device\n"
	    "        lan@eth0 (waiting): no DHCP server answers\n");
	story_end(&story);
}
END_TEST

START_TEST(stuck_only_when_nothing_is_under_way)
{
	struct story story;
	_cleanup_(text_clear) struct text text = { 0 };
	struct resolver *resolver;
	struct node *vpn0;

	story_begin(&story, laptop, NULL);
	resolver = fake_resolver(story.fake);
	vpn0 = resolver_find(resolver, "vpn0");
	fake_set(
	    story.fake, "lan", &(struct fake_outcome){ .takes_ms = 100 });
	story_up(&story, "vpn0");
	ck_assert(resolver_is_stuck(resolver, vpn0, &text));
	ck_assert_ptr_nonnull(strstr(text.data, "no device for wired"));
	story_plug(&story, "eth0");
	ck_assert(!resolver_is_stuck(resolver, vpn0, NULL));
	story_advance(&story, 100);
	ck_assert(!resolver_is_stuck(resolver, vpn0, NULL));
	story_end(&story);
}
END_TEST

START_TEST(what_is_not_there_is_refused)
{
	static const char *const unknown[] = { "b", "nobody" };
	const struct device gone = { .key = "eth9", .name = "eth9" };
	const struct device twice[] = {
		{ .key = "eth1", .name = "eth1", .type = "ethernet" },
		{ .key = "eth1", .name = "eth1", .type = "ethernet" },
	};
	struct kept kept = { .type = KEPT_UP, .name = "w" };
	_cleanup_(text_clear) struct text said = { 0 };
	struct story story;
	struct resolver *resolver;

	story_begin(&story,
	    "  w: { kind: link, match: { type: ethernet }, start: hotplug }\n"
	    "  b: { kind: fake, start: auto }\n"
	    "  s: { kind: state, from: on, until: off }\n",
	    NULL);
	resolver = fake_resolver(story.fake);
	ck_assert_int_eq(
	    resolver_reset(resolver, 0, unknown, 2, &said), -ENOENT);
	ck_assert_int_eq(
	    resolver_restart(resolver, 0, unknown, 2, &said), -ENOENT);
	ck_assert_ptr_nonnull(strstr(said.data, "nobody"));
	ck_assert_int_eq(
	    resolver_device_changed(resolver, 0, &gone), -ENOENT);
	ck_assert_int_eq(
	    resolver_device_removed(resolver, 0, "eth9"), -ENOENT);
	ck_assert_int_eq(
	    resolver_devices_added(resolver, 0, twice, 2), -EEXIST);
	story_expect(&story, "w@eth1 absent, b up");
	/* A template is never up itself; b has no members. */
	ck_assert_int_eq(resolver_restore(resolver, &kept), -ENOENT);
	kept = (struct kept){ .type = KEPT_PREFIX, .name = "b", .number = 1 };
	ck_assert_int_eq(resolver_restore(resolver, &kept), -ENOENT);
	kept = (struct kept){ .type = KEPT_LATCH, .name = "s",
		.text = "from on", .number = 1 };
	ck_assert_int_eq(resolver_restore(resolver, &kept), -ENOENT);
	ck_assert_ptr_null(resolver_free(NULL));
	story_end(&story);
}
END_TEST

START_TEST(a_template_waits_while_an_instance_does)
{
	struct story story;

	story_begin(&story,
	    "  w: { kind: link, match: { type: ethernet }, start: hotplug }\n"
	    "  lan: { kind: fake, over: w, start: hotplug }\n",
	    NULL);
	story_expect(&story, "w idle, lan idle");
	story_plug(&story, "eth0 eth1");
	story_expect(&story, "w up, lan up");
	story_report(&story, "lan@eth0", REPORT_UNMET);
	story_report(&story, "lan@eth1", REPORT_UNMET);
	story_expect(&story, "w up, lan waiting");
	story_unplug(&story, "eth0");
	story_expect(&story, "w up, lan waiting");
	story_unplug(&story, "eth1");
	story_expect(&story, "w idle, lan idle");
	story_end(&story);
}
END_TEST

START_TEST(a_device_that_is_renamed_is_the_same)
{
	const struct device renamed = { .key = "eth0", .name = "lan0",
		.ifindex = 7, .type = "ethernet" };
	struct story story;

	story_begin(&story,
	    "  card: { kind: link, device: eth0, start: auto }\n"
	    "  a: { kind: fake, over: card, start: auto }\n",
	    NULL);
	story_plug(&story, "eth0");
	story_expect(&story, "card up, a up");
	ck_assert_int_eq(
	    resolver_device_changed(fake_resolver(story.fake),
		fake_now_ms(story.fake), &renamed),
	    0);
	story_expect(&story, "card up, a up");
	story_expect_fact(&story, "a", "device", "lan0");
	story_unplug(&story, "eth0");
	story_expect(&story, "card waiting, a waiting");
	story_end(&story);
}
END_TEST

/* It was the last one, and somebody needed one of them. */
START_TEST(instance_that_stayed_for_others_goes_when_there_is_another)
{
	struct story story;

	story_begin(&story,
	    "  w: { kind: link, match: { type: ethernet }, start: auto }\n"
	    "  lan: { kind: fake, over: w, start: auto }\n"
	    "  x: { kind: fake, requires: lan, start: auto }\n",
	    NULL);
	story_plug(&story, "eth0");
	story_set(&story, "x", &(struct fake_outcome){ .stop_takes_ms = 1000 });
	story_restart(&story, "x");
	story_advance(&story, 1000);
	story_set(&story, "lan", &(struct fake_outcome){ .takes_ms = 100 });
	story_plug(&story, "eth1");
	story_force_down(&story, "lan@eth0");
	story_expect(&story, "lan@eth0 up, lan@eth1 starting, x stopping");
	story_advance(&story, 100);
	story_expect(&story, "lan@eth0 idle, lan@eth1 up, x stopping");
	story_end(&story);
}
END_TEST

START_TEST(two_that_want_each_other_do_not_keep_each_other_up)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, wants: b }\n"
	    "  b: { kind: fake, wants: a }\n",
	    NULL);
	story_up(&story, "a");
	story_expect(&story, "a up, b up");
	story_down(&story, "a");
	story_expect(&story, "a idle, b idle");
	story_end(&story);
}
END_TEST

/* Only what stands on the device itself has nothing left to undo. */
START_TEST(what_is_over_a_single_group_stops_in_order)
{
	struct story story;

	story_begin(&story,
	    "  w: { kind: link, match: { type: ethernet }, start: auto }\n"
	    "  lan: { kind: fake, over: w, start: auto }\n"
	    "  g: { kind: any, over: lan@eth0, of: [lan@eth0] }\n"
	    "  x: { kind: fake, over: g, start: auto }\n"
	    "  y: { kind: fake, requires: x, start: auto }\n",
	    NULL);
	story_plug(&story, "eth0");
	story_set(&story, "y", &(struct fake_outcome){ .stop_takes_ms = 1000 });
	story_restart(&story, "y");
	story_advance(&story, 1000);
	story_unplug(&story, "eth0");
	story_expect(&story, "lan@eth0 absent, g waiting, x up, y stopping");
	story_advance(&story, 1000);
	story_expect(&story, "g waiting, x waiting, y waiting");
	story_end(&story);
}
END_TEST

START_TEST(mac_is_matched_without_regard_to_case)
{
	const struct device card = { .key = "eth0", .name = "eth0",
		.ifindex = 2, .type = "ethernet", .mac = "02:00:5E:00:00:AA" };
	struct story story;

	story_begin(&story,
	    "  w: { kind: link, match: { mac: \"02:00:5e:*:aA\" },"
	    " start: auto }\n",
	    NULL);
	ck_assert_int_eq(fake_plug(story.fake, &card), 0);
	story_expect(&story, "w@eth0 up");
	story_end(&story);
}
END_TEST

START_TEST(failures_are_forgotten_after_being_up_for_max_delay)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake, retry: { delay: 1s, max-delay: 3s },"
	    " start: auto }\n", NULL);
	story_report(&story, "x", REPORT_FAILED);
	story_advance(&story, 1000);
	story_report(&story, "x", REPORT_FAILED);
	story_advance(&story, 1999);
	story_expect(&story, "x failed");
	story_advance(&story, 1);
	story_expect(&story, "x up");
	story_advance(&story, 3000);
	story_report(&story, "x", REPORT_FAILED);
	story_advance(&story, 999);
	story_expect(&story, "x failed");
	story_advance(&story, 1);
	story_expect(&story, "x up");
	story_end(&story);
}
END_TEST

START_TEST(facts_of_a_later_instance_are_nothing_to_who_needs_some)
{
	struct story story;

	story_begin(&story,
	    "  w: { kind: link, match: { type: ethernet }, start: hotplug }\n"
	    "  lan: { kind: fake, over: w, start: hotplug }\n"
	    "  x: { kind: fake, requires: lan, start: auto }\n", NULL);
	story_plug(&story, "eth0");
	story_plug(&story, "eth1");
	story_expect(&story, "lan@eth0 up, lan@eth1 up, x up");
	story_expect_trace(&story, "start w@eth0, start lan@eth0, start x, "
				   "start w@eth1, start lan@eth1");
	story_facts(&story, "lan@eth1", "address=192.0.2.9");
	story_expect_trace(&story, "");
	story_facts(&story, "lan@eth0", "address=192.0.2.7");
	story_expect_trace(&story, "rebind x");
	story_end(&story);
}
END_TEST

START_TEST(what_was_wanted_of_a_gone_card_is_forgotten)
{
	struct story story;

	story_begin(&story,
	    "  w: { kind: link, match: { type: ethernet } }\n", NULL);
	story_up(&story, "w");
	story_plug(&story, "eth0");
	story_expect(&story, "w up, w@eth0 up");
	story_unplug(&story, "eth0");
	story_expect(&story, "w waiting, w@eth0 absent");
	story_down(&story, "w");
	story_expect(&story, "w idle");
	story_end(&story);
}
END_TEST

START_TEST(at_one_instant_a_retry_comes_before_a_timeout)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake, timeout: 1s }\n"
	    "  y: { kind: fake, start: auto, hold: 1s, requires: z }\n"
	    "  z: { kind: fake, retry: { delay: 1s } }\n", NULL);
	story_set(&story, "x", &(struct fake_outcome){ .never = true });
	story_up(&story, "x");
	story_report(&story, "z", REPORT_FAILED);
	story_expect(&story, "x starting, y up, z failed");
	story_expect_trace(&story, "start z, start y, start x");
	story_advance(&story, 1000);
	story_expect_trace(&story, "stop y, start z, stop x, start y");
	story_expect(&story, "x failed, y up, z up");
	story_end(&story);
}
END_TEST

/* As on a machine that was asleep. */
START_TEST(what_is_due_late_is_all_done_at_once)
{
	_cleanup_(text_clear) struct text decisions = { 0 };
	struct decision decision;
	struct story story;
	struct resolver *resolver;

	story_begin(&story,
	    "  x: { kind: fake, timeout: 1s }\n"
	    "  z: { kind: fake, retry: { delay: 2s } }\n", NULL);
	resolver = fake_resolver(story.fake);
	story_set(&story, "x", &(struct fake_outcome){ .never = true });
	story_up(&story, "x z");
	story_report(&story, "z", REPORT_FAILED);
	story_expect(&story, "x starting, z failed");
	resolver_time(resolver, 5000);
	while (resolver_next(resolver, &decision))
		text_printf(&decisions, "%d %s, ", (int)decision.type,
		    node_name(decision.node));
	ck_assert_str_eq(decisions.data, "1 x, 0 z, ");
	story_end(&story);
}
END_TEST

/* What follows from them all is told with the first. */
START_TEST(what_is_due_at_one_instant_has_each_its_own_cause)
{
	static const char *const never[] = { "x", "y" };
	static const char *const lost[] = { "s", "t" };
	static const struct fact mac = { "gateway-mac", "02:0:0:0:0:1" };
	struct decision decision;
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake, timeout: 5s }\n"
	    "  y: { kind: fake, timeout: 5s }\n"
	    "  s: { kind: fake }\n"
	    "  t: { kind: fake }\n"
	    "  held-s: { kind: fake, requires: s, hold: 5s }\n"
	    "  held-t: { kind: fake, requires: t, hold: 5s }\n"
	    "  z: { kind: fake, requires: held-t }\n"
	    "  low: { kind: fake }\n"
	    "  l: { kind: location, over: low, match: { gateway-mac: a } }\n"
	    "  m: { kind: location, over: low, match: { gateway-mac: b } }\n",
	    NULL);
	for (int i = 0; i < 2; i++)
		story_set(&story, never[i],
		    &(struct fake_outcome){ .never = true });
	story_set(&story, "low",
	    &(struct fake_outcome){
		.later_facts = &mac, .n_later = 1, .later_ms = 9000 });
	story_up(&story, "x y held-s z low");
	for (int i = 0; i < 2; i++)
		story_report(&story, lost[i], REPORT_FAILED);
	text_clear(&story.causes);
	resolver_time(fake_resolver(story.fake), 5000);
	while (resolver_next(fake_resolver(story.fake), &decision))
		;
	story_expect_causes(&story,
	    "l unmet: l has waited long enough for facts\n"
	    "m unmet: m has waited long enough for facts\n"
	    "z stopping: the retry of s is due, and others\n"
	    "held-s stopping: held-s was held long enough\n"
	    "x stopping: x has timed out\n"
	    "y stopping: y has timed out\n"
	    "s starting: the retry of s is due\n"
	    "t starting: the retry of t is due\n");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stories");
	TCase *tc = tcase_create("stories");

	tcase_add_test(tc, what_is_due_at_one_instant_has_each_its_own_cause);
	tcase_add_test(tc,
	    a_device_is_the_nodes_by_the_name_that_the_node_gave_it);
	tcase_add_test(tc,
	    of_devices_that_come_together_the_one_named_is_the_nodes);
	tcase_add_test(
	    tc, a_card_is_known_by_its_vendors_number_or_name);
	tcase_add_test(
	    tc, goal_before_any_card_comes_up_when_one_is_plugged_in);
	tcase_add_test(
	    tc, down_takes_away_what_only_the_goal_needed_tunnel_first);
	tcase_add_test(tc, second_card_takes_over_when_the_first_is_pulled);
	tcase_add_test(tc, everything_starts_by_itself_without_a_goal);
	tcase_add_test(tc, hotplug_rides_on_what_is_there_and_never_pulls);
	tcase_add_test(tc, wants_is_pulled_in_but_not_waited_for);
	tcase_add_test(tc, after_orders_starts_and_stops_without_pulling);
	tcase_add_test(
	    tc, what_stands_on_a_gone_device_waits_only_for_others_on_it);
	tcase_add_test(
	    tc, what_comes_after_another_on_a_gone_device_stops_first);
	tcase_add_test(
	    tc, what_names_a_gone_device_holds_what_it_requires_on_it);
	tcase_add_test(tc, what_is_due_late_is_all_done_at_once);
	tcase_add_test(tc, group_on_a_gone_device_holds_its_members_on_it);
	tcase_add_test(tc, condition_gates_the_node_but_not_its_pull);
	tcase_add_test(tc, condition_waits_for_what_is_still_being_found_out);
	tcase_add_test(tc, condition_of_and_or_not_and_parentheses);
	tcase_add_test(tc, retries_come_after_1_2_3_3_seconds);
	tcase_add_test(tc, attempts_make_the_last_failure_permanent);
	tcase_add_test(tc, permanent_failure_is_not_retried_until_asked);
	tcase_add_test(
	    tc, failure_is_forgotten_when_the_prerequisite_comes_anew);
	tcase_add_test(
	    tc, failure_is_forgotten_when_the_group_selects_another_member);
	tcase_add_test(tc, start_that_takes_too_long_is_stopped_and_failed);
	tcase_add_test(tc, what_timed_out_is_forgotten_while_it_stops);
	tcase_add_test(
	    tc, stopped_while_starting_ends_before_prerequisites_stop);
	tcase_add_test(
	    tc, goal_taken_back_while_stopping_starts_again_after_the_stop);
	tcase_add_test(
	    tc, lost_node_takes_its_dependents_down_and_brings_them_back);
	tcase_add_test(tc, carrier_loss_is_unmet_and_recovers);
	tcase_add_test(
	    tc, pulled_card_does_not_wait_for_what_stands_elsewhere);
	tcase_add_test(tc, replugged_card_is_another_device);
	tcase_add_test(tc, prerequisite_that_was_away_for_a_moment_is_told);
	tcase_add_test(tc, prerequisite_that_only_was_to_stop_is_no_news);
	tcase_add_test(tc, node_bound_to_a_device_waits_for_that_one);
	tcase_add_test(tc, first_matching_template_owns_the_device);
	tcase_add_test(tc, goal_on_an_instance_waits_for_its_device);
	tcase_add_test(tc, reference_with_device_names_one_instance);
	tcase_add_test(tc, any_prefers_the_first_available_member);
	tcase_add_test(tc, any_orders_the_instances_of_a_template_by_number);
	tcase_add_test(tc, all_is_up_while_every_member_is);
	tcase_add_test(
	    tc, group_lets_its_last_member_go_only_after_its_dependents);
	tcase_add_test(tc, group_over_a_template_has_the_members_of_its_card);
	tcase_add_test(
	    tc, who_only_requires_what_was_told_is_not_told_itself);
	tcase_add_test(tc,
	    kind_that_cannot_rebind_is_restarted_when_the_selection_moves);
	tcase_add_test(
	    tc, start_over_a_group_begins_anew_when_the_selection_moves);
	tcase_add_test(
	    tc, changed_facts_reach_dependents_through_the_over_chain);
	tcase_add_test(
	    tc, mask_takes_down_what_starts_by_itself_and_up_takes_it_back);
	tcase_add_test(
	    tc, down_says_who_needs_it_and_force_does_it_all_the_same);
	tcase_add_test(tc, down_says_who_pulls_it_without_needing_it);
	tcase_add_test(tc, down_of_all_members_leaves_the_last);
	tcase_add_test(
	    tc, down_of_all_members_looks_first_at_what_stops_first);
	tcase_add_test(tc, down_forces_members_that_would_take_its_place);
	tcase_add_test(tc, down_forces_no_mask_on_what_only_the_others_need);
	tcase_add_test(tc,
	    down_of_one_of_two_instances_leaves_the_other_to_the_group);
	tcase_add_test(
	    tc, down_of_the_last_instance_of_a_member_says_who_needs_it);
	tcase_add_test(
	    tc, down_of_an_instance_that_is_not_there_says_who_will_pull_it);
	tcase_add_test(
	    tc, template_from_elsewhere_is_satisfied_by_one_and_pulls_all);
	tcase_add_test(tc, pull_goes_when_the_last_puller_goes);
	tcase_add_test(tc, goals_and_masks_can_be_kept_and_put_back);
	tcase_add_test(
	    tc, unknown_goal_changes_nothing_and_names_the_nearest);
	tcase_add_test(tc, a_provider_that_gives_up_watching_has_failed);
	tcase_add_test(tc, why_walks_down_to_the_cause_in_order);
	tcase_add_test(tc, stuck_only_when_nothing_is_under_way);
	tcase_add_test(tc, what_is_not_there_is_refused);
	tcase_add_test(tc, a_device_that_is_renamed_is_the_same);
	tcase_add_test(tc, a_template_waits_while_an_instance_does);
	tcase_add_test(
	    tc, instance_that_stayed_for_others_goes_when_there_is_another);
	tcase_add_test(
	    tc, two_that_want_each_other_do_not_keep_each_other_up);
	tcase_add_test(tc, what_is_over_a_single_group_stops_in_order);
	tcase_add_test(tc, mac_is_matched_without_regard_to_case);
	tcase_add_test(tc, at_one_instant_a_retry_comes_before_a_timeout);
	tcase_add_test(
	    tc, failures_are_forgotten_after_being_up_for_max_delay);
	tcase_add_test(
	    tc, facts_of_a_later_instance_are_nothing_to_who_needs_some);
	tcase_add_test(
	    tc, what_was_wanted_of_a_gone_card_is_forgotten);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
