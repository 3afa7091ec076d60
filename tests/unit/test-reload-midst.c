/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reloads in the midst of something, and with instances, as stories. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char pair[] =
    "  p: { kind: fake }\n"
    "  x: { kind: fake, requires: p, start: auto }\n";

static const struct fake_outcome slow_stop = { .stop_takes_ms = 100 };

/* What is up takes its time to stop from now on. */
static void stops_slowly(struct story *story, const char *name)
{
	story_set(story, name, &slow_stop);
	story_restart(story, name);
	fake_clear_trace(story->fake);
}

/* Up with those nodes; what has been done so far does not matter. */
static void begin(struct story *story, const char *nodes)
{
	story_begin(story, nodes, NULL);
	fake_clear_trace(story->fake);
}

START_TEST(new_node_of_another_kind_waits_for_the_old_one)
{
	struct story story;

	begin(&story, pair);
	stops_slowly(&story, "x");
	story_reload(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: task, run: [/bin/true], requires: p,"
	    " start: auto }\n");
	story_expect(&story, "p up, x waiting");
	story_expect_trace(&story, "stop x");
	story_advance(&story, 99);
	story_expect(&story, "x waiting");
	story_advance(&story, 1);
	story_expect(&story, "p up, x up");
	story_expect_trace(&story, "start x");
	story_end(&story);
}
END_TEST

START_TEST(start_that_is_under_way_goes_on)
{
	struct story story;

	begin(&story, pair);
	story_down(&story, "x");
	story_set(&story, "x", &(struct fake_outcome){ .takes_ms = 500 });
	story_up(&story, "x");
	story_advance(&story, 400);
	fake_clear_trace(story.fake);
	story_reload(&story, pair);
	story_expect(&story, "x starting");
	story_advance(&story, 100);
	story_expect(&story, "x up");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(start_of_a_removed_node_is_undone)
{
	struct story story;

	begin(&story, pair);
	story_down(&story, "x");
	story_set(&story, "x",
	    &(struct fake_outcome){ .takes_ms = 500, .stop_takes_ms = 100 });
	story_up(&story, "x");
	story_expect(&story, "x starting");
	fake_clear_trace(story.fake);
	story_reload(&story, "  p: { kind: fake }\n");
	story_expect(&story, "p up");
	story_advance(&story, 1000);
	story_expect(&story, "p idle");
	story_expect_trace(&story, "stop x, stop p");
	story_end(&story);
}
END_TEST

START_TEST(removed_node_that_fails_is_gone_and_not_stopped)
{
	struct story story;
	struct node *p;

	begin(&story,
	    "  x: { kind: fake, start: auto }\n"
	    "  p: { kind: fake, start: auto }\n");
	story_reload(&story, pair);
	stops_slowly(&story, "x");
	story_reload(&story, "  other: { kind: fake }\n");
	/* The one that started last is found first. */
	p = (struct node *)fake_leaving(story.fake);
	ck_assert_str_eq(node_name(p), "p");
	ck_assert_int_eq(
	    resolver_report(fake_resolver(story.fake), 0, p, node_run(p),
		&(struct report){ .type = REPORT_FAILED }),
	    0);
	story_advance(&story, 1000);
	ck_assert_ptr_null(fake_leaving(story.fake));
	story_expect_trace(&story, "stop x");
	story_end(&story);
}
END_TEST

#define TASK(program, keys) \
	"  x: { kind: task, run: [" program "]" keys " }\n"
#define ONCE ", timeout: 1s, retry: { attempts: 1 }"

static const struct fake_outcome fails_slowly = {
	.permanent = true, .takes_ms = 500
};

START_TEST(failure_with_the_former_keys_is_forgotten)
{
	struct story story;

	begin(&story, TASK("/bin/one", ""));
	story_set(&story, "x", &fails_slowly);
	story_up(&story, "x");
	story_advance(&story, 400);
	fake_clear_trace(story.fake);
	story_reload(&story, TASK("/bin/two", ""));
	story_advance(&story, 100);
	story_expect(&story, "x starting");
	story_expect_trace(&story, "start x");
	story_advance(&story, 500);
	story_expect(&story, "x failed");
	story_end(&story);
}
END_TEST

START_TEST(failure_after_it_was_told_of_the_new_keys_counts)
{
	struct story story;

	begin(&story, TASK("/bin/one", ""));
	story_up(&story, "x");
	story_reload(&story, TASK("/bin/two", ""));
	story_expect_trace(&story, "start x, update x");
	story_report(&story, "x", REPORT_FAILED);
	story_expect(&story, "x failed");
	story_end(&story);
}
END_TEST

START_TEST(failure_of_what_is_to_be_restarted_is_forgotten)
{
	struct story story;

	story_begin(&story, pair, "fake");
	stops_slowly(&story, "x");
	story_restart(&story, "p");
	story_expect(&story, "p up, x stopping");
	fake_clear_trace(story.fake);
	story_report(&story, "p", REPORT_FAILED);
	story_expect(&story, "p up, x stopping");
	story_expect_trace(&story, "start p");
	story_end(&story);
}
END_TEST

START_TEST(start_that_timed_out_is_forgotten_with_the_former_keys)
{
	struct story story;

	begin(&story, TASK("/bin/one", ONCE));
	story_set(&story, "x",
	    &(struct fake_outcome){ .takes_ms = 5000, .stop_takes_ms = 100 });
	story_up(&story, "x");
	story_advance(&story, 1050);
	story_expect(&story, "x stopping");
	fake_clear_trace(story.fake);
	story_reload(&story, TASK("/bin/two", ONCE));
	story_advance(&story, 50);
	story_expect(&story, "x starting");
	story_expect_trace(&story, "start x");
	story_end(&story);
}
END_TEST

START_TEST(stop_that_is_under_way_goes_on)
{
	struct story story;

	begin(&story, pair);
	stops_slowly(&story, "x");
	story_down(&story, "x");
	story_reload(&story, pair);
	story_expect(&story, "x stopping, p up");
	story_advance(&story, 100);
	story_expect(&story, "x idle, p idle");
	story_expect_trace(&story, "stop x, stop p");
	story_end(&story);
}
END_TEST

START_TEST(stop_that_another_reload_makes_needless_is_no_news)
{
	static const char three[] =
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p }\n"
	    "  y: { kind: fake, requires: x, start: auto }\n";
	struct story story;

	begin(&story, three);
	stops_slowly(&story, "y");
	story_reload(&story,
	    "  p: { kind: fake, when: from go }\n"
	    "  x: { kind: fake, requires: p }\n"
	    "  y: { kind: fake, requires: x, start: auto }\n");
	story_expect(&story, "p up, x up, y stopping");
	story_reload(&story, three);
	story_advance(&story, 100);
	story_expect(&story, "p up, x up, y up");
	story_expect_trace(&story, "stop y, start y");
	story_end(&story);
}
END_TEST

START_TEST(what_was_away_over_a_reload_is_told)
{
	static const char three[] =
	    "  p: { kind: fake, retry: { delay: 10ms } }\n"
	    "  x: { kind: fake, requires: p }\n"
	    "  y: { kind: fake, requires: x, start: auto }\n";
	struct story story;

	begin(&story, three);
	stops_slowly(&story, "y");
	story_report(&story, "p", REPORT_FAILED);
	story_reload(&story, three);
	story_advance(&story, 10);
	story_expect(&story, "p up, x up, y stopping");
	story_reload(&story, three);
	story_advance(&story, 90);
	story_expect(&story, "p up, x up, y up");
	story_expect_trace(&story, "stop y, start p, rebind x, start y");
	story_end(&story);
}
END_TEST

START_TEST(removed_instances_stop_in_their_order)
{
	struct story story;

	begin(&story, "  lan: { kind: link, match: { type: ethernet },"
		      " start: auto }\n");
	story_plug(&story, "eth10 eth0 eth2 eth1 eth3");
	fake_clear_trace(story.fake);
	story_reload(&story, "  lan: { kind: fake }\n");
	story_expect_trace(&story, "stop lan@eth0, stop lan@eth1, "
	    "stop lan@eth2, stop lan@eth3, stop lan@eth10");
	story_end(&story);
}
END_TEST

START_TEST(last_instance_waits_for_who_needs_some_instance)
{
	struct story story;

	begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  x: { kind: fake, requires: wired }\n"
	    "  top: { kind: fake, wants: x, start: auto }\n");
	story_plug(&story, "eth0");
	stops_slowly(&story, "x");
	story_reload(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  x: { kind: fake, requires: wired }\n");
	story_expect(&story, "x stopping, wired@eth0 up");
	story_advance(&story, 100);
	story_expect(&story, "x idle, wired@eth0 idle");
	story_expect_trace(&story, "stop x, stop top, stop wired@eth0");
	story_end(&story);
}
END_TEST

START_TEST(node_bound_to_another_device_is_restarted)
{
	struct story story;

	begin(&story, "  w: { kind: link, device: eth0, start: auto }\n");
	story_plug(&story, "eth0 eth1");
	fake_clear_trace(story.fake);
	story_reload(
	    &story, "  w: { kind: link, device: eth1, start: auto }\n");
	story_expect(&story, "w up");
	story_expect_trace(&story, "stop w, start w");
	story_end(&story);
}
END_TEST

START_TEST(removed_while_it_is_stopping)
{
	struct story story;

	begin(&story, pair);
	stops_slowly(&story, "x");
	story_down(&story, "x");
	story_reload(&story, "  p: { kind: fake }\n");
	story_expect(&story, "p up");
	story_advance(&story, 100);
	story_expect(&story, "p idle");
	story_expect_trace(&story, "stop x, stop p");
	story_end(&story);
}
END_TEST

START_TEST(removed_and_put_back_while_it_stops)
{
	struct story story;

	begin(&story, pair);
	stops_slowly(&story, "x");
	story_reload(&story, "  p: { kind: fake }\n");
	story_advance(&story, 50);
	story_reload(&story, pair);
	story_expect(&story, "p up, x waiting");
	story_expect_trace(&story, "stop x");
	story_advance(&story, 50);
	story_expect(&story, "p up, x up");
	story_expect_trace(&story, "start x");
	story_end(&story);
}
END_TEST

START_TEST(one_reload_after_the_other_while_something_stops)
{
	struct story story;

	begin(&story, pair);
	stops_slowly(&story, "p");
	stops_slowly(&story, "x");
	story_reload(&story, "  p: { kind: fake }\n");
	story_reload(&story, "  q: { kind: fake, start: auto }\n");
	story_reload(&story, "  q: { kind: fake, start: auto }\n"
			     "  r: { kind: fake, start: auto }\n");
	story_expect(&story, "p absent, x absent, q up, r up");
	story_expect_trace(&story, "stop x, start q, start r");
	story_advance(&story, 100);
	story_expect_trace(&story, "stop p");
	story_advance(&story, 100);
	ck_assert_ptr_null(fake_leaving(story.fake));
	story_end(&story);
}
END_TEST

START_TEST(end_of_netconf_waits_for_what_was_removed)
{
	struct story story;

	begin(&story, pair);
	stops_slowly(&story, "x");
	story_reload(&story, "  p: { kind: fake, start: auto }\n");
	resolver_end(fake_resolver(story.fake), fake_now_ms(story.fake));
	story_advance(&story, 99);
	story_expect(&story, "p up");
	story_advance(&story, 1);
	story_expect(&story, "p idle");
	story_expect_trace(&story, "stop x, stop p");
	story_end(&story);
}
END_TEST

START_TEST(dependents_of_a_node_of_another_kind_stop_and_start_around_it)
{
	struct story story;

	begin(&story, pair);
	stops_slowly(&story, "p");
	story_reload(&story,
	    "  p: { kind: task, run: [/bin/true] }\n"
	    "  x: { kind: fake, requires: p, start: auto }\n");
	story_expect(&story, "p waiting, x waiting");
	story_advance(&story, 100);
	story_expect(&story, "p up, x up");
	story_expect_trace(&story, "stop x, stop p, start p, start x");
	story_end(&story);
}
END_TEST

START_TEST(better_member_in_front_is_made_before_the_other_is_broken)
{
	struct story story;

	begin(&story,
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [b], try: in-order }\n"
	    "  x: { kind: fake, over: g, start: auto }\n");
	story_set(&story, "a", &(struct fake_outcome){ .takes_ms = 500 });
	story_reload(&story,
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], try: in-order }\n"
	    "  x: { kind: fake, over: g, start: auto }\n");
	story_expect(&story, "a starting, b up, x up");
	story_expect_trace(&story, "start a");
	story_advance(&story, 500);
	story_expect(&story, "a up, b idle, x up");
	story_expect_trace(&story, "stop b, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(node_over_the_member_in_place_of_the_group)
{
	struct story story;

	begin(&story,
	    "  a: { kind: fake }\n"
	    "  g: { kind: any, of: [a] }\n"
	    "  x: { kind: fake, over: g, start: auto }\n");
	story_reload(&story,
	    "  a: { kind: fake }\n"
	    "  x: { kind: fake, over: a, start: auto }\n");
	story_expect(&story, "g absent, a up, x up");
	story_expect_trace(&story, "rebind x");
	story_end(&story);
}
END_TEST

START_TEST(hold_that_is_taken_from_the_profile_ends)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, hold: forever,"
	    " start: auto }\n");
	story_set(&story, "p", &(struct fake_outcome){ .never = true });
	story_report(&story, "p", REPORT_FAILED);
	story_expect(&story, "p failed, x up");
	story_reload(&story, pair);
	story_expect(&story, "p failed, x waiting");
	story_expect_trace(&story, "stop x");
	story_end(&story);
}
END_TEST

/* It is pulled all the time, which is not known before the group has found
 * that its first member cannot come. */
START_TEST(failure_is_not_forgotten_while_pulls_are_counted_anew)
{
	static const char cards[] =
	    "  c: { kind: fake, retry: { delay: 10s } }\n"
	    "  t: { kind: link, match: { name: 'z*' }, wants: c }\n"
	    "  a: { kind: fake, requires: t, after: c }\n"
	    "  d: { kind: fake, requires: c }\n";
	char nodes[512];
	struct story story;

	snprintf(nodes, sizeof(nodes),
	    "%s  g: { kind: any, of: [d], start: auto }\n", cards);
	story_begin(&story, nodes, NULL);
	story_set(&story, "c", &(struct fake_outcome){ .never = true });
	story_report(&story, "c", REPORT_FAILED);
	story_expect(&story, "c failed");
	fake_clear_trace(story.fake);
	snprintf(nodes, sizeof(nodes),
	    "%s  g: { kind: any, of: [a, d], try: in-order, start: auto }\n",
	    cards);
	story_reload(&story, nodes);
	story_advance(&story, 9999);
	story_expect(&story, "c failed");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

/* What stood on a device that is gone waited only for what stood there, too. */
START_TEST(one_that_stands_on_no_device_any_more_waits_for_all)
{
	struct story story;

	story_begin(&story,
	    "  w: { kind: link, device: eth0 }\n"
	    "  p: { kind: fake, over: w }\n"
	    "  x: { kind: fake, over: p, start: auto }\n",
	    NULL);
	story_set(&story, "x", &(struct fake_outcome){ .stop_takes_ms = 500 });
	story_plug(&story, "eth0");
	story_expect(&story, "x up");
	story_unplug(&story, "eth0");
	story_expect(&story, "w up, p up, x stopping");
	fake_clear_trace(story.fake);
	story_reload(&story,
	    "  w: { kind: link, device: eth0 }\n"
	    "  p: { kind: fake, requires: w }\n"
	    "  x: { kind: fake, requires: p, start: auto }\n");
	story_expect(&story, "w waiting, p up, x stopping");
	story_advance(&story, 500);
	story_expect(&story, "p waiting, x waiting");
	story_expect_trace(&story, "stop w, stop p");
	story_end(&story);
}
END_TEST

static const char needing[] =
    "  p: { kind: fake, start: auto }\n"
    "  x: { kind: fake, requires: p, hold: 2s }\n"
    "  y: { kind: fake, requires: x, start: auto }\n";

/* x is still up, as it waits for what stands on it. */
static void let_hold_be_over(struct story *story)
{
	story_begin(story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake }\n"
	    "  y: { kind: fake, requires: x }\n",
	    NULL);
	story_set(story, "y", &(struct fake_outcome){ .stop_takes_ms = 500 });
	story_reload(story, needing);
	story_set(story, "p", &(struct fake_outcome){ .never = true });
	story_report(story, "p", REPORT_FAILED);
	story_advance(story, 2000);
	story_expect(story, "x up, y stopping");
}

START_TEST(hold_that_was_over_is_over_for_this_loss)
{
	struct story story;

	let_hold_be_over(&story);
	story_reload(&story, needing);
	story_advance(&story, 500);
	story_expect(&story, "x waiting, y waiting");
	story_end(&story);
}
END_TEST

START_TEST(hold_that_was_over_is_none_for_the_next_loss)
{
	struct story story;

	let_hold_be_over(&story);
	story_reload(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  x: { kind: fake }\n"
	    "  y: { kind: fake, requires: x, start: auto }\n");
	story_reload(&story, needing);
	story_advance(&story, 500);
	story_expect(&story, "x up, y up");
	story_advance(&story, 1500);
	story_expect(&story, "x up, y stopping");
	story_end(&story);
}
END_TEST

START_TEST(what_a_reload_makes_it_need_counts_as_lost_while_it_is_held)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  q: { kind: fake }\n"
	    "  x: { kind: fake, over: p, hold: 2s, start: auto }\n");
	story_set(&story, "q", &(struct fake_outcome){ .never = true });
	story_reload(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  q: { kind: fake }\n"
	    "  x: { kind: fake, over: q, hold: 2s, start: auto }\n");
	story_advance(&story, 1999);
	story_expect(&story, "q starting, x up");
	story_advance(&story, 1);
	story_expect(&story, "q starting, x waiting");
	story_end(&story);
}
END_TEST

START_TEST(card_that_another_template_has_now_is_not_held)
{
	static const char above[] =
	    "  lan: { kind: fake, over: wired, start: auto, hold: forever }\n"
	    "  near: { kind: fake, over: lan@eth0, start: auto, hold: 9s }\n"
	    "  best: { kind: any, of: lan@eth0 }\n"
	    "  far: { kind: fake, over: best, start: auto, hold: 9s }\n";
	char nodes[600];
	struct story story;

	snprintf(nodes, sizeof(nodes), "%s%s",
	    "  wired: { kind: link, match: { type: ethernet } }\n", above);
	begin(&story, nodes);
	story_plug(&story, "eth0 eth1");
	story_expect(&story, "lan@eth0 up, lan@eth1 up, near up, far up");
	fake_clear_trace(story.fake);
	snprintf(nodes, sizeof(nodes), "%s%s",
	    "  other: { kind: link, match: { name: eth0 }, start: auto }\n"
	    "  wired: { kind: link, match: { type: ethernet } }\n", above);
	story_reload(&story, nodes);
	/* Who is over the group rides out the loss of its member. */
	story_expect(&story, "lan@eth0 absent, lan@eth1 up, near waiting,"
	    " best waiting, far up, other@eth0 up");
	story_expect_trace(&story, "stop near, stop lan@eth0, stop wired@eth0,"
	    " start other@eth0");
	story_end(&story);
}
END_TEST

START_TEST(held_node_keeps_its_facts)
{
	static const char nodes[] =
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, over: p, hold: 30s, start: auto }\n";
	struct story story;

	begin(&story, nodes);
	story_facts(&story, "p", "domain=corp.example");
	story_set(&story, "p", &(struct fake_outcome){ .never = true });
	story_report(&story, "p", REPORT_FAILED);
	fake_clear_trace(story.fake);
	story_reload(&story, nodes);
	story_expect(&story, "p failed, x up");
	story_expect_fact(&story, "x", "domain", "corp.example");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(location_looks_at_its_new_match)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  here: { kind: location, over: p,"
	    " match: { domain: corp.example } }\n");
	story_facts(&story, "p", "domain=corp.example");
	story_expect(&story, "here up");
	story_reload(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  here: { kind: location, over: p,"
	    " match: { domain: home.example } }\n");
	story_expect(&story, "here waiting");
	story_facts(&story, "p", "domain=home.example");
	story_expect(&story, "here up");
	story_end(&story);
}
END_TEST

START_TEST(run_of_a_task_goes_on)
{
	static const char nodes[] =
	    "  t: { kind: task, run: [/bin/true], on-event: ring,"
	    " start: auto }\n";
	struct story story;

	begin(&story, nodes);
	story_set(&story, "t", &(struct fake_outcome){ .takes_ms = 100 });
	story_emit(&story, "ring");
	story_emit(&story, "ring");
	story_reload(&story, nodes);
	story_expect(&story, "t starting");
	story_advance(&story, 100);
	story_expect(&story, "t starting");
	story_advance(&story, 100);
	story_expect(&story, "t waiting");
	story_expect_trace(&story, "start t, start t");
	story_end(&story);
}
END_TEST

/* ---- instances ---- */

static const char cards[] =
    "  wired: { kind: link, match: { type: ethernet }, start: auto }\n"
    "  lan: { kind: fake, over: wired, start: auto }\n";
static const char cards_only[] =
    "  wired: { kind: link, match: { type: ethernet }, start: auto }\n";

START_TEST(instances_go_on)
{
	struct story story;

	begin(&story, cards);
	story_plug(&story, "eth0 eth1");
	fake_clear_trace(story.fake);
	story_reload(&story, cards);
	story_expect(&story, "lan@eth0 up, lan@eth1 up, lan up");
	story_expect_trace(&story, "");
	story_unplug(&story, "eth0");
	story_expect(&story, "lan@eth0 absent, wired@eth0 absent");
	story_plug(&story, "eth2");
	story_expect(&story, "lan@eth2 up");
	story_end(&story);
}
END_TEST

START_TEST(instances_of_a_removed_template_stop)
{
	struct story story;

	begin(&story, cards);
	story_plug(&story, "eth0 eth1");
	fake_clear_trace(story.fake);
	story_reload(&story, cards_only);
	story_expect(&story, "lan absent, wired@eth0 up, wired@eth1 up");
	story_expect_trace(&story, "stop lan@eth0, stop lan@eth1");
	story_reload(&story, cards);
	story_expect(&story, "lan@eth0 up, lan@eth1 up");
	story_expect_trace(&story, "start lan@eth0, start lan@eth1");
	story_end(&story);
}
END_TEST

START_TEST(card_that_the_template_no_longer_matches)
{
	struct story story;

	begin(&story, cards);
	story_plug(&story, "eth0 eth1");
	fake_clear_trace(story.fake);
	story_reload(&story,
	    "  wired: { kind: link, match: { name: eth1 }, start: auto }\n"
	    "  lan: { kind: fake, over: wired, start: auto }\n");
	story_expect(&story, "wired@eth0 absent, lan@eth0 absent, "
			     "wired@eth1 up, lan@eth1 up");
	story_expect_trace(&story, "stop lan@eth0, stop wired@eth0");
	story_end(&story);
}
END_TEST

START_TEST(device_that_goes_while_what_was_removed_stops)
{
	struct story story;

	begin(&story, cards);
	story_plug(&story, "eth0");
	stops_slowly(&story, "lan");
	story_reload(&story, cards_only);
	story_expect_trace(&story, "stop lan@eth0");
	story_unplug(&story, "eth0");
	ck_assert_ptr_null(node_device(fake_leaving(story.fake)));
	story_advance(&story, 100);
	story_expect(&story, "wired@eth0 absent");
	story_expect_trace(&story, "stop wired@eth0");
	ck_assert_ptr_null(fake_leaving(story.fake));
	story_plug(&story, "eth0");
	story_expect(&story, "wired@eth0 up");
	story_end(&story);
}
END_TEST

START_TEST(template_becomes_a_single_node)
{
	struct story story;

	begin(&story, cards);
	story_plug(&story, "eth0");
	fake_clear_trace(story.fake);
	story_reload(&story,
	    "  wired: { kind: link, device: eth0, start: auto }\n"
	    "  lan: { kind: fake, over: wired, start: auto }\n");
	story_expect(&story, "wired up, lan up, lan@eth0 absent");
	story_reload(&story, cards);
	story_expect(&story, "wired@eth0 up, lan@eth0 up");
	story_end(&story);
}
END_TEST

START_TEST(latch_of_a_card_is_kept)
{
	static const char nodes[] =
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: auto }\n"
	    "  lan: { kind: fake, over: wired, start: auto,"
	    " when: from go until wired down }\n";
	struct story story;

	begin(&story, nodes);
	story_plug(&story, "eth0");
	story_emit(&story, "go");
	story_plug(&story, "eth1");
	story_expect(&story, "lan@eth0 up, lan@eth1 waiting");
	fake_clear_trace(story.fake);
	story_reload(&story, nodes);
	story_expect(&story, "lan@eth0 up, lan@eth1 waiting");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

#define LATCHED(other) \
	"  wired: { kind: link, match: { type: ethernet }," \
	" start: auto }\n" \
	"  x: { kind: fake" other " }\n" \
	"  lan: { kind: fake, over: wired, start: auto," \
	" when: from go until x down }\n"

START_TEST(latch_of_a_card_is_not_that_of_all)
{
	static const char of_each[] = LATCHED(", over: wired");
	static const char of_all[] = LATCHED("");
	struct story story;

	begin(&story, of_each);
	story_plug(&story, "eth1");
	story_emit(&story, "go");
	story_plug(&story, "eth0");
	story_expect(&story, "lan@eth0 waiting, lan@eth1 up");
	story_reload(&story, of_all);
	story_expect(&story, "lan@eth0 waiting, lan@eth1 waiting");
	story_emit(&story, "go");
	story_expect(&story, "lan@eth0 up, lan@eth1 up");
	story_reload(&story, of_each);
	story_expect(&story, "lan@eth0 waiting, lan@eth1 waiting");
	story_end(&story);
}
END_TEST

START_TEST(removed_prerequisite_that_fails_while_the_other_stops)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_set(&story, "p", &(struct fake_outcome){ .lost_after_ms = 50 });
	story_set(&story, "x", &slow_stop);
	story_restart(&story, "p");
	story_expect(&story, "p up, x up");
	story_reload(&story, "  z: { kind: fake }\n");
	story_advance(&story, 50);
	ck_assert_ptr_nonnull(strstr(story.moves.data, "p stopping absent"));
	ck_assert_ptr_null(strstr(story.moves.data, "x stopping absent"));
	story_advance(&story, 50);
	ck_assert_ptr_nonnull(strstr(story.moves.data, "x stopping absent"));
	story_end(&story);
}
END_TEST

START_TEST(new_card_does_not_wait_for_what_stood_on_the_old_one)
{
	static const char wired[] = "  wired: { kind: link, match: { type: "
				    "ethernet }, start: auto }\n";
	struct story story;

	begin(&story,
	    "  wired: { kind: link, match: { type: ethernet }, start: auto }\n"
	    "  x: { kind: fake, requires: wired, start: auto }\n");
	story_plug(&story, "eth0");
	stops_slowly(&story, "x");
	story_reload(&story, wired);
	story_unplug(&story, "eth0");
	story_expect(&story, "wired@eth0 absent");
	story_plug(&story, "eth0");
	story_expect(&story, "wired@eth0 up");
	story_down(&story, "wired");
	story_expect(&story, "wired@eth0 idle");
	ck_assert_ptr_null(strstr(story.moves.data, "x stopping absent"));
	story_end(&story);
}
END_TEST

START_TEST(those_above_are_told_that_another_instance_is_the_first)
{
	struct story story;

	begin(&story,
	    "  wired: { kind: link, match: { type: ethernet }, start: auto }\n"
	    "  x: { kind: fake, requires: wired, start: auto }\n");
	story_plug(&story, "eth0");
	story_plug(&story, "eth1");
	fake_clear_trace(story.fake);
	story_reload(&story,
	    "  wired: { kind: link, match: { type: ethernet }, start: auto }\n"
	    "  x: { kind: fake, requires: wired, start: auto }\n"
	    "  own: { kind: link, device: eth0 }\n");
	story_expect(&story, "wired@eth0 absent, x up");
	story_expect_trace(&story, "stop wired@eth0, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(group_without_a_member_selects_the_next_that_is_up)
{
	static const struct fake_outcome endless = { .never = true };
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, start: auto }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b] }\n"
	    "  x: { kind: fake, over: g }\n",
	    NULL);
	story_set(&story, "b", &endless);
	story_set(&story, "x", &slow_stop);
	story_up(&story, "x");
	story_expect(&story, "a up, b starting, g up, x up");
	story_reload(&story,
	    "  a: { kind: fake, start: auto, when: from go }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], start: auto }\n");
	/* The former x still stands on the group. */
	story_expect(&story, "a up, b starting, g up");
	story_report(&story, "b", REPORT_UP);
	story_expect(&story, "a waiting, b up, g up");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("reload-midst");
	TCase *tc = tcase_create("reload-midst");

	tcase_add_test(tc, new_node_of_another_kind_waits_for_the_old_one);
	tcase_add_test(tc, start_that_is_under_way_goes_on);
	tcase_add_test(tc, start_of_a_removed_node_is_undone);
	tcase_add_test(
	    tc, removed_node_that_fails_is_gone_and_not_stopped);
	tcase_add_test(tc, failure_with_the_former_keys_is_forgotten);
	tcase_add_test(tc, failure_after_it_was_told_of_the_new_keys_counts);
	tcase_add_test(tc, failure_of_what_is_to_be_restarted_is_forgotten);
	tcase_add_test(
	    tc, start_that_timed_out_is_forgotten_with_the_former_keys);
	tcase_add_test(tc, stop_that_is_under_way_goes_on);
	tcase_add_test(
	    tc, stop_that_another_reload_makes_needless_is_no_news);
	tcase_add_test(tc, what_was_away_over_a_reload_is_told);
	tcase_add_test(tc, removed_instances_stop_in_their_order);
	tcase_add_test(
	    tc, last_instance_waits_for_who_needs_some_instance);
	tcase_add_test(tc, node_bound_to_another_device_is_restarted);
	tcase_add_test(tc, removed_while_it_is_stopping);
	tcase_add_test(tc, removed_and_put_back_while_it_stops);
	tcase_add_test(tc, one_reload_after_the_other_while_something_stops);
	tcase_add_test(tc, end_of_netconf_waits_for_what_was_removed);
	tcase_add_test(
	    tc, dependents_of_a_node_of_another_kind_stop_and_start_around_it);
	tcase_add_test(
	    tc, better_member_in_front_is_made_before_the_other_is_broken);
	tcase_add_test(tc, node_over_the_member_in_place_of_the_group);
	tcase_add_test(
	    tc, failure_is_not_forgotten_while_pulls_are_counted_anew);
	tcase_add_test(
	    tc, one_that_stands_on_no_device_any_more_waits_for_all);
	tcase_add_test(tc, hold_that_was_over_is_over_for_this_loss);
	tcase_add_test(tc, hold_that_was_over_is_none_for_the_next_loss);
	tcase_add_test(tc, hold_that_is_taken_from_the_profile_ends);
	tcase_add_test(
	    tc, what_a_reload_makes_it_need_counts_as_lost_while_it_is_held);
	tcase_add_test(
	    tc, card_that_another_template_has_now_is_not_held);
	tcase_add_test(tc, held_node_keeps_its_facts);
	tcase_add_test(tc, location_looks_at_its_new_match);
	tcase_add_test(tc, run_of_a_task_goes_on);
	tcase_add_test(tc, instances_go_on);
	tcase_add_test(tc, instances_of_a_removed_template_stop);
	tcase_add_test(tc, card_that_the_template_no_longer_matches);
	tcase_add_test(tc, device_that_goes_while_what_was_removed_stops);
	tcase_add_test(tc, template_becomes_a_single_node);
	tcase_add_test(tc, latch_of_a_card_is_kept);
	tcase_add_test(tc, latch_of_a_card_is_not_that_of_all);
	tcase_add_test(
	    tc, removed_prerequisite_that_fails_while_the_other_stops);
	tcase_add_test(
	    tc, new_card_does_not_wait_for_what_stood_on_the_old_one);
	tcase_add_test(
	    tc, those_above_are_told_that_another_instance_is_the_first);
	tcase_add_test(tc, group_without_a_member_selects_the_next_that_is_up);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
