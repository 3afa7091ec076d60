/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The admin's reset and restart, and what outlives netconfd: goals, masks,
 * latches, and what is up; as stories.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char pair[] =
    "  p: { kind: fake }\n"
    "  x: { kind: fake, requires: p, start: auto }\n";

static const struct fake_outcome endless = { .never = true };

/* Up with those nodes; what has been done so far does not matter. */
static void begin(struct story *story, const char *nodes)
{
	story_begin(story, nodes, NULL);
	fake_clear_trace(story->fake);
}

/* ---- reset ---- */

START_TEST(reset_forgets_a_failure_and_it_starts_at_once)
{
	struct story story;

	begin(&story, pair);
	story_set(&story, "x",
	    &(struct fake_outcome){ .fails = 2, .permanent = true });
	story_report(&story, "x", REPORT_FAILED);
	story_advance(&story, 100000);
	story_expect(&story, "p up, x failed");
	fake_clear_trace(story.fake);
	story_reset(&story, "x");
	story_expect(&story, "p up, x up");
	story_expect_trace(&story, "start x");
	story_end(&story);
}
END_TEST

START_TEST(reset_does_not_wait_for_the_retry)
{
	struct story story;

	begin(&story, pair);
	story_report(&story, "x", REPORT_FAILED);
	story_expect(&story, "x failed");
	story_reset(&story, "x");
	story_expect(&story, "x up");
	story_expect_trace(&story, "start x");
	story_end(&story);
}
END_TEST

START_TEST(reset_counts_failures_from_none)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake, retry: { delay: 1s, attempts: 2 } }\n",
	    NULL);
	story_set(&story, "x", &(struct fake_outcome){ .fails = 3 });
	story_up(&story, "x");
	story_advance(&story, 100000);
	story_expect(&story, "x failed");
	story_expect_trace(&story, "start x, start x");
	story_reset(&story, "x");
	story_expect(&story, "x failed");
	story_advance(&story, 1000);
	story_expect(&story, "x up");
	story_expect_trace(&story, "start x, start x");
	story_end(&story);
}
END_TEST

START_TEST(reset_reaches_what_it_pulls_by_requires_and_over)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake }\n"
	    "  q: { kind: fake, over: p }\n"
	    "  w: { kind: fake }\n"
	    "  x: { kind: fake, requires: q, wants: w, start: auto }\n");
	story_report(&story, "p", REPORT_FAILED);
	story_report(&story, "w", REPORT_FAILED);
	story_expect(&story, "p failed, q waiting, x waiting, w failed");
	fake_clear_trace(story.fake);
	story_reset(&story, "x");
	story_expect(&story, "p up, q up, x up, w failed");
	story_expect_trace(&story, "start p, start q, start x");
	story_end(&story);
}
END_TEST

START_TEST(reset_sets_no_goal_and_takes_off_no_mask)
{
	struct story story;

	begin(&story,
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake, start: auto }\n");
	story_down(&story, "b");
	fake_clear_trace(story.fake);
	story_reset(&story, "a b");
	story_expect(&story, "a idle, b idle");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(reset_of_what_is_up_does_nothing)
{
	struct story story;

	begin(&story, pair);
	story_reset(&story, "x p");
	story_expect(&story, "p up, x up");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(reset_of_a_template_is_one_of_every_instance)
{
	struct story story;

	begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired, start: auto }\n");
	story_set(&story, "lan",
	    &(struct fake_outcome){ .fails = 1, .permanent = true });
	story_plug(&story, "eth0 eth1");
	story_expect(&story, "lan@eth0 failed, lan@eth1 failed");
	story_reset(&story, "lan@eth1");
	story_expect(&story, "lan@eth0 failed, lan@eth1 up");
	story_reset(&story, "lan");
	story_expect(&story, "lan@eth0 up, lan@eth1 up");
	story_end(&story);
}
END_TEST

/* ---- restart ---- */

START_TEST(restart_stops_and_starts_with_its_dependents_around_it)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake }\n"
	    "  q: { kind: fake, requires: p }\n"
	    "  x: { kind: fake, requires: q, start: auto }\n");
	story_restart(&story, "q");
	story_expect(&story, "p up, q up, x up");
	story_expect_trace(&story, "stop x, stop q, start q, start x");
	story_end(&story);
}
END_TEST

START_TEST(restart_waits_for_slow_stops)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_down(&story, "x");
	story_set(&story, "x",
	    &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_set(&story, "p",
	    &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_up(&story, "x");
	fake_clear_trace(story.fake);
	story_restart(&story, "p");
	story_expect(&story, "p up, x stopping");
	story_advance(&story, 100);
	story_expect(&story, "p stopping, x waiting");
	story_advance(&story, 100);
	story_expect(&story, "p up, x up");
	story_expect_trace(&story, "stop x, stop p, start p, start x");
	story_end(&story);
}
END_TEST

START_TEST(restart_of_several_is_one_act)
{
	struct story story;

	begin(&story, pair);
	story_restart(&story, "p x");
	story_expect(&story, "p up, x up");
	story_expect_trace(&story, "stop x, stop p, start p, start x");
	story_end(&story);
}
END_TEST

START_TEST(restart_begins_a_start_anew)
{
	struct story story;

	begin(&story, pair);
	story_down(&story, "x");
	story_set(&story, "x", &(struct fake_outcome){ .takes_ms = 100 });
	story_up(&story, "x");
	story_advance(&story, 60);
	fake_clear_trace(story.fake);
	story_restart(&story, "x");
	story_expect(&story, "x starting");
	story_expect_trace(&story, "stop x, start x");
	story_advance(&story, 99);
	story_expect(&story, "x starting");
	story_advance(&story, 1);
	story_expect(&story, "x up");
	story_end(&story);
}
END_TEST

START_TEST(restart_of_what_watches)
{
	struct story story;

	begin(&story, "  x: { kind: fake, start: auto }\n");
	story_report(&story, "x", REPORT_UNMET);
	story_expect(&story, "x waiting");
	story_restart(&story, "x");
	story_expect(&story, "x up");
	story_expect_trace(&story, "stop x, start x");
	story_end(&story);
}
END_TEST

START_TEST(restart_forgets_a_failure)
{
	struct story story;

	begin(&story, pair);
	story_set(&story, "x",
	    &(struct fake_outcome){ .fails = 2, .permanent = true });
	story_report(&story, "x", REPORT_FAILED);
	story_advance(&story, 10000);
	story_expect(&story, "x failed");
	fake_clear_trace(story.fake);
	story_restart(&story, "x");
	story_expect(&story, "x up");
	story_expect_trace(&story, "start x");
	story_end(&story);
}
END_TEST

START_TEST(restart_of_what_nobody_asks_for_does_nothing)
{
	struct story story;

	begin(&story, "  a: { kind: fake }\n");
	story_restart(&story, "a");
	story_expect(&story, "a idle");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(restart_of_a_member_lets_the_group_select_another_meanwhile)
{
	struct story story;

	begin(&story,
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b] }\n"
	    "  x: { kind: fake, over: g, start: auto }\n");
	story_restart(&story, "a");
	story_expect(&story, "a up, b up, x up");
	story_expect_trace(&story, "stop a, rebind x, start a, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(held_node_rides_out_the_restart_of_its_prerequisite)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, hold: 30s, start: auto }\n");
	story_restart(&story, "p");
	story_expect(&story, "p up, x up");
	story_expect_trace(&story, "stop p, start p, rebind x");
	story_end(&story);
}
END_TEST

/* ---- what is kept ---- */

/* netconfd is killed and starts again. */
static void crash(struct story *story)
{
	fake_clear_trace(story->fake);
	ck_assert_int_eq(fake_crash(story->fake), 0);
}

START_TEST(what_is_up_is_adopted_without_a_start_or_a_rebind)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  uplink: { kind: any, of: [lan] }\n"
	    "  inet: { kind: fake, requires: uplink }\n"
	    "  vpn: { kind: fake, over: uplink, requires: inet,"
	    " start: auto }\n",
	    NULL);
	story_plug(&story, "eth0 eth1");
	story_facts(&story, "lan@eth0", "address=192.0.2.7/24");
	crash(&story);
	story_expect(&story, "wired@eth0 up, lan@eth0 up, lan@eth1 up, "
			     "uplink up, inet up, vpn up");
	story_expect_trace(&story, "");
	story_expect_fact(&story, "vpn", "address", "192.0.2.7/24");
	story_unplug(&story, "eth0");
	story_expect(&story, "lan@eth1 up, vpn up");
	story_end(&story);
}
END_TEST

START_TEST(adoption_is_no_event)
{
	struct story story;

	begin(&story,
	    "  a: { kind: fake, start: auto }\n"
	    "  once: { kind: state, from: a up, until: forget }\n"
	    "  t: { kind: task, run: [/bin/true], on-event: a up,"
	    " start: auto }\n"
	    "  s: { kind: task, run: [/bin/true], on-event: startup,"
	    " start: auto }\n");
	story_expect(&story, "once up");
	story_emit(&story, "forget");
	story_expect(&story, "once waiting");
	crash(&story);
	story_expect(&story, "a up, once waiting, t waiting, s waiting");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(latches_outlive_netconfd)
{
	struct story story;

	begin(&story,
	    "  s: { kind: state, from: on, until: off }\n"
	    "  u: { kind: state, from: startup, until: off }\n"
	    "  v: { kind: state, from: startup, until: gone }\n");
	story_emit(&story, "off");
	story_emit(&story, "on");
	story_expect(&story, "s up, u waiting, v up");
	crash(&story);
	story_expect(&story, "s up, u waiting, v up");
	story_end(&story);
}
END_TEST

START_TEST(latches_of_the_same_words_in_one_node_outlive_netconfd)
{
	struct story story;

	begin(&story, "  s: { kind: state, from: on, when: from on }\n");
	story_emit(&story, "on");
	story_expect(&story, "s up");
	crash(&story);
	story_expect(&story, "s up");
	story_end(&story);
}
END_TEST

START_TEST(location_that_is_held_outlives_netconfd)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake }\n"
	    "  here: { kind: location, over: p, match: { domain: home },"
	    " hold: 30s, start: auto }\n");
	story_facts(&story, "p", "domain=home");
	story_expect(&story, "here up");
	story_set(&story, "p", &endless);
	story_report(&story, "p", REPORT_FAILED);
	story_expect(&story, "p failed, here up");
	crash(&story);
	story_expect(&story, "p starting, here up");
	story_report(&story, "p", REPORT_UP);
	story_expect(&story, "p up, here waiting");
	story_end(&story);
}
END_TEST

START_TEST(latches_of_a_card_outlive_netconfd)
{
	struct story story;

	begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: auto }\n"
	    "  lan: { kind: fake, over: wired, start: auto,"
	    " when: from go until wired down }\n"
	    "  new: { kind: fake, over: wired, start: auto,"
	    " when: from startup until wired down }\n");
	story_plug(&story, "eth0");
	story_emit(&story, "go");
	story_plug(&story, "eth1");
	fake_carrier(story.fake, "eth1", false);
	fake_carrier(story.fake, "eth1", true);
	story_expect(&story, "lan@eth0 up, lan@eth1 waiting, new@eth0 up, "
			     "new@eth1 waiting");
	crash(&story);
	story_expect(&story, "lan@eth0 up, lan@eth1 waiting, new@eth0 up, "
			     "new@eth1 waiting");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(goals_and_masks_outlive_netconfd_and_the_device)
{
	struct story story;

	begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  b: { kind: fake, start: auto }\n");
	story_up(&story, "lan@eth0");
	story_down(&story, "b");
	crash(&story);
	story_expect(&story, "lan@eth0 waiting, b idle");
	story_plug(&story, "eth0 eth1");
	story_expect(&story, "lan@eth0 up, lan@eth1 idle, b idle");
	story_up(&story, "b");
	story_expect(&story, "b up");
	story_end(&story);
}
END_TEST

START_TEST(what_was_starting_starts_anew)
{
	struct story story;

	begin(&story, pair);
	story_down(&story, "x");
	story_set(&story, "x", &(struct fake_outcome){ .takes_ms = 100 });
	story_up(&story, "x");
	story_expect(&story, "p up, x starting");
	crash(&story);
	story_expect(&story, "p up, x starting");
	story_advance(&story, 100);
	story_expect(&story, "x up");
	story_expect_trace(&story, "start x");
	story_end(&story);
}
END_TEST

/* A profile that two nodes are put back into. */
static void begin_with(
    struct story *story, const char *nodes, const struct kept kept[2])
{
	story->profile = story_load(nodes);
	ck_assert_int_eq(
	    fake_prepare(story->profile, NULL, &story->fake), 0);
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(resolver_restore(
				     fake_resolver(story->fake), &kept[i]),
		    0);
	ck_assert_int_eq(fake_begin(story->fake, NULL, 0), 0);
}

START_TEST(what_should_not_be_up_any_more_is_stopped)
{
	struct story story;
	const struct kept up[] = {
		{ .type = KEPT_UP, .name = "p" },
		{ .type = KEPT_UP, .name = "x" },
	};

	begin_with(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p }\n",
	    up);
	story_expect(&story, "p idle, x idle");
	story_expect_trace(&story, "stop x, stop p");
	story.fake = fake_free(story.fake);
	story.profile = profile_free(story.profile);
}
END_TEST

/* The profile has been changed meanwhile. */
START_TEST(one_that_holds_no_more_sees_what_is_there)
{
	static const struct fact old = { "address", "192.0.2.7" },
				 now = { "address", "192.0.2.8" };
	struct story story;
	const struct kept up[] = {
		{ .type = KEPT_UP, .name = "p", .facts = &now, .n_facts = 1 },
		{ .type = KEPT_UP, .name = "x", .held = &old, .n_held = 1 },
	};

	begin_with(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, over: p, start: auto }\n",
	    up);
	story_expect(&story, "p up, x up");
	story_expect_fact(&story, "x", "address", now.value);
	story.fake = fake_free(story.fake);
	story.profile = profile_free(story.profile);
}
END_TEST

START_TEST(what_is_not_in_the_profile_cannot_be_put_back)
{
	struct story story;
	struct resolver *resolver;

	story.profile = story_load(
	    "  a: { kind: fake, when: from on until off }\n");
	ck_assert_int_eq(fake_prepare(story.profile, NULL, &story.fake), 0);
	resolver = fake_resolver(story.fake);
	for (int type = KEPT_LATCH; type <= KEPT_PREFIX; type++)
		ck_assert_int_eq(resolver_restore(resolver,
				     &(struct kept){ .type = type,
					 .name = "gone",
					 .text = "from on until off" }),
		    -ENOENT);
	ck_assert_int_eq(resolver_restore(resolver,
			     &(struct kept){ .type = KEPT_LATCH,
				 .name = "a",
				 .text = "from on until never",
				 .number = 1 }),
	    -ENOENT);
	ck_assert_int_eq(resolver_restore(resolver,
			     &(struct kept){ .type = KEPT_LATCH,
				 .name = "a",
				 .text = "from on until off",
				 .number = 1 }),
	    0);
	story.fake = fake_free(story.fake);
	story.profile = profile_free(story.profile);
}
END_TEST

START_TEST(what_is_put_back_twice_is_there_once)
{
	struct story story;

	story.profile = story_load(
	    "  wired: { kind: link, match: { type: ethernet } }\n");
	ck_assert_int_eq(fake_prepare(story.profile, NULL, &story.fake), 0);
	for (int i = 0; i < 2; i++)
		for (int type = KEPT_GOAL; type <= KEPT_MASK; type++)
			ck_assert_int_eq(
			    resolver_restore(fake_resolver(story.fake),
				&(struct kept){ .type = type,
				    .name = "wired@eth0" }),
			    0);
	ck_assert_int_eq(fake_begin(story.fake, NULL, 0), 0);
	story_up(&story, "wired@eth0");
	story_down(&story, "wired@eth0");
	ck_assert_ptr_null(
	    resolver_find(fake_resolver(story.fake), "wired@eth0"));
	story.fake = fake_free(story.fake);
	story.profile = profile_free(story.profile);
}
END_TEST

/* Whoever writes the state file does not fill the memory. */
START_TEST(goals_of_names_that_are_gone_are_not_kept_without_end)
{
	char name[600] = "";
	struct kept kept = { .type = KEPT_GOAL, .name = name };
	struct resolver *resolver;
	struct story story;

	story.profile = story_load("  a: { kind: fake }\n");
	ck_assert_int_eq(fake_prepare(story.profile, NULL, &story.fake), 0);
	resolver = fake_resolver(story.fake);
	memset(name, 'n', sizeof(name) - 1);
	ck_assert_int_eq(resolver_restore(resolver, &kept), -ENOENT);
	for (int i = 0; i < 4096; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		ck_assert_int_eq(resolver_restore(resolver, &kept), 0);
	}
	ck_assert_int_eq(resolver_restore(resolver, &kept), 0); /* again */
	snprintf(name, sizeof(name), "one-too-many");
	ck_assert_int_eq(resolver_restore(resolver, &kept), -ENOENT);
	story.fake = fake_free(story.fake);
	story.profile = profile_free(story.profile);
}
END_TEST

START_TEST(in_order_group_goes_on_with_the_member_it_uses)
{
	struct story story;

	begin(&story,
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], try: in-order }\n"
	    "  x: { kind: fake, over: g, start: auto }\n");
	story_set(&story, "a", &(struct fake_outcome){ .takes_ms = 500 });
	story_report(&story, "a", REPORT_FAILED);
	story_expect(&story, "a failed, b up, x up");
	crash(&story);
	/* That a failed is forgotten; b is used until a is better. */
	story_expect(&story, "a starting, b up, x up");
	story_expect_trace(&story, "start a");
	story_advance(&story, 500);
	story_expect(&story, "a up, b idle, x up");
	story_expect_trace(&story, "stop b, rebind x");
	story_end(&story);
}
END_TEST

static void expect_no_prefix(void *ctx, const struct kept *kept)
{
	(void)ctx;
	ck_assert_int_ne(kept->type, KEPT_PREFIX);
}

/* Its profile was another one, or a device is no longer there. */
START_TEST(in_order_group_that_nobody_pulls_any_more_forgets_the_member)
{
	struct story story;

	story.profile = story_load(
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], try: in-order }\n");
	ck_assert_int_eq(fake_prepare(story.profile, NULL, &story.fake), 0);
	ck_assert_int_eq(
	    resolver_restore(fake_resolver(story.fake),
		&(struct kept){
		    .type = KEPT_PREFIX, .name = "g", .number = 2 }),
	    0);
	ck_assert_int_eq(fake_begin(story.fake, NULL, 0), 0);
	resolver_each_kept(fake_resolver(story.fake), expect_no_prefix, NULL);
	story.fake = fake_free(story.fake);
	story.profile = profile_free(story.profile);
}
END_TEST

START_TEST(retried_node_is_tried_at_once_after_a_crash)
{
	struct story story;

	begin(&story, pair);
	story_set(&story, "x", &endless);
	story_report(&story, "x", REPORT_FAILED);
	story_expect(&story, "x failed");
	crash(&story);
	story_expect(&story, "p up, x starting");
	story_expect_trace(&story, "start x");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("keep");
	TCase *tc = tcase_create("keep");

	tcase_add_test(tc, reset_forgets_a_failure_and_it_starts_at_once);
	tcase_add_test(tc, reset_does_not_wait_for_the_retry);
	tcase_add_test(tc, reset_counts_failures_from_none);
	tcase_add_test(tc, reset_reaches_what_it_pulls_by_requires_and_over);
	tcase_add_test(tc, reset_sets_no_goal_and_takes_off_no_mask);
	tcase_add_test(tc, reset_of_what_is_up_does_nothing);
	tcase_add_test(tc, reset_of_a_template_is_one_of_every_instance);
	tcase_add_test(
	    tc, restart_stops_and_starts_with_its_dependents_around_it);
	tcase_add_test(tc, restart_waits_for_slow_stops);
	tcase_add_test(tc, restart_of_several_is_one_act);
	tcase_add_test(tc, restart_begins_a_start_anew);
	tcase_add_test(tc, restart_of_what_watches);
	tcase_add_test(tc, restart_forgets_a_failure);
	tcase_add_test(tc, restart_of_what_nobody_asks_for_does_nothing);
	tcase_add_test(
	    tc, restart_of_a_member_lets_the_group_select_another_meanwhile);
	tcase_add_test(tc, held_node_rides_out_the_restart_of_its_prerequisite);
	tcase_add_test(tc, what_is_up_is_adopted_without_a_start_or_a_rebind);
	tcase_add_test(tc, adoption_is_no_event);
	tcase_add_test(tc, latches_outlive_netconfd);
	tcase_add_test(
	    tc, latches_of_the_same_words_in_one_node_outlive_netconfd);
	tcase_add_test(tc, location_that_is_held_outlives_netconfd);
	tcase_add_test(tc, latches_of_a_card_outlive_netconfd);
	tcase_add_test(tc, goals_and_masks_outlive_netconfd_and_the_device);
	tcase_add_test(tc, what_was_starting_starts_anew);
	tcase_add_test(tc, what_should_not_be_up_any_more_is_stopped);
	tcase_add_test(tc, one_that_holds_no_more_sees_what_is_there);
	tcase_add_test(tc, what_is_not_in_the_profile_cannot_be_put_back);
	tcase_add_test(tc, what_is_put_back_twice_is_there_once);
	tcase_add_test(
	    tc, goals_of_names_that_are_gone_are_not_kept_without_end);
	tcase_add_test(tc, in_order_group_goes_on_with_the_member_it_uses);
	tcase_add_test(tc,
	    in_order_group_that_nobody_pulls_any_more_forgets_the_member);
	tcase_add_test(tc, retried_node_is_tried_at_once_after_a_crash);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
