/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another profile takes the place of the one in force, as stories. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/schema.h"
#include "tests/unit/failing-malloc.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char pair[] =
    "  p: { kind: fake }\n"
    "  x: { kind: fake, requires: p, start: auto }\n";

static const struct fake_outcome endless = { .never = true };
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

START_TEST(nothing_changed_nothing_happens)
{
	struct story story;
	uint32_t n_moves;

	begin(&story, pair);
	story_facts(&story, "p", "domain=corp.example");
	fake_clear_trace(story.fake);
	n_moves = story.n_moves;
	story_reload(&story, pair);
	story_expect(&story, "p up, x up");
	story_expect_trace(&story, "");
	ck_assert_uint_eq(story.n_moves, n_moves);
	story_expect_fact(&story, "p", "domain", "corp.example");
	story_reload(&story, pair);
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(former_profile_is_used_until_what_it_leaves_is_down)
{
	struct story story;
	struct resolver *resolver;

	begin(&story, pair);
	stops_slowly(&story, "x");
	story_advance(&story, 100);
	story_reload(&story, "  p: { kind: fake, start: auto }\n");
	story_reload(&story, "  p: { kind: fake, start: auto }\n");
	resolver = fake_resolver(story.fake);
	ck_assert(resolver_uses(resolver, resolver_profile(resolver)));
	ck_assert(resolver_uses(resolver, story.former[0]));
	ck_assert(!resolver_uses(resolver, story.former[1]));
	story_advance(&story, 100);
	ck_assert(!resolver_uses(resolver, story.former[0]));
	story_end(&story);
}
END_TEST

START_TEST(words_about_a_node_are_no_change)
{
	struct story story;

	begin(&story, pair);
	story_reload(&story,
	    "  x: { kind: fake, requires: p, start: auto,"
	    " description: the other end, timeout: 1h }\n"
	    "  p: { kind: fake, retry: { delay: 5s } }\n");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(new_node_starts_and_the_others_go_on)
{
	struct story story;

	begin(&story, pair);
	story_reload(&story,
	    "  n: { kind: fake, requires: p, start: auto }\n"
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, start: auto }\n"
	    "  rest: { kind: fake }\n");
	story_expect(&story, "n up, p up, x up, rest idle");
	story_expect_trace(&story, "start n");
	story_end(&story);
}
END_TEST

START_TEST(removed_node_stops_before_what_it_stood_on)
{
	struct story story;

	begin(&story, pair);
	stops_slowly(&story, "x");
	story_reload(&story, "  p: { kind: fake }\n");
	story_expect(&story, "x absent, p up");
	story_expect_trace(&story, "stop x");
	ck_assert_str_eq(node_name(fake_leaving(story.fake)), "x");
	story_advance(&story, 100);
	story_expect(&story, "p idle");
	story_expect_trace(&story, "stop p");
	ck_assert_ptr_null(fake_leaving(story.fake));
	story_end(&story);
}
END_TEST

START_TEST(removed_nodes_stop_one_before_the_other)
{
	struct story story;

	begin(&story, pair);
	stops_slowly(&story, "p");
	stops_slowly(&story, "x");
	story_reload(&story, "  other: { kind: fake }\n");
	story_expect_trace(&story, "stop x");
	story_advance(&story, 100);
	story_expect_trace(&story, "stop p");
	story_advance(&story, 100);
	ck_assert_ptr_null(fake_leaving(story.fake));
	story_end(&story);
}
END_TEST

/* x stands on q now, and is restarted for that: p is still there meanwhile. */
START_TEST(what_a_node_stood_on_leaves_after_it)
{
	struct story story;

	begin(&story, pair);
	stops_slowly(&story, "x");
	story_reload(&story, "  x: { kind: fake, requires: q, start: auto }\n"
			     "  q: { kind: fake }\n");
	story_expect(&story, "p absent, q up, x stopping");
	story_expect_trace(&story, "stop x, start q");
	story_advance(&story, 100);
	story_expect(&story, "q up, x up");
	story_expect_trace(&story, "stop p, start x");
	story_end(&story);
}
END_TEST

START_TEST(old_profile_is_in_use_until_what_it_declared_is_down)
{
	struct story story;
	struct resolver *resolver;
	const struct profile *old;

	begin(&story, pair);
	old = story.profile;
	resolver = fake_resolver(story.fake);
	ck_assert_ptr_eq(resolver_profile(resolver), old);
	stops_slowly(&story, "x");
	story_reload(&story, "  p: { kind: fake }\n");
	ck_assert_ptr_eq(resolver_profile(resolver), story.profile);
	ck_assert(resolver_uses(resolver, story.profile));
	ck_assert(resolver_uses(resolver, old));
	story_advance(&story, 100);
	ck_assert(!resolver_uses(resolver, old));
	story_end(&story);
}
END_TEST

/* ---- changed keys ---- */

#define TASK(program)                                                         \
	"  p: { kind: fake }\n"                                               \
	"  t: { kind: task, run: [" program "], requires: p }\n"              \
	"  y: { kind: fake, requires: t, start: auto }\n"

START_TEST(changed_keys_are_told_by_update)
{
	struct story story;
	struct node *t;

	begin(&story, TASK("/bin/one"));
	story_reload(&story, TASK("/bin/two"));
	story_expect(&story, "t up, y up");
	story_expect_trace(&story, "update t");
	t = resolver_find(fake_resolver(story.fake), "t");
	ck_assert_str_eq(
	    config_text_at(node_config(t), "run", 0), "/bin/two");
	story_end(&story);
}
END_TEST

START_TEST(kind_that_cannot_update_is_restarted_its_dependents_around_it)
{
	struct story story;

	begin(&story, TASK("/bin/one"));
	story_set(&story, "t", &(struct fake_outcome){ .is_fixed = true });
	story_reload(&story, TASK("/bin/two"));
	story_expect(&story, "t up, y up");
	story_expect_trace(&story, "stop y, stop t, start t, start y");
	story_end(&story);
}
END_TEST

START_TEST(changed_keys_of_a_node_that_is_starting)
{
	struct story story;

	begin(&story, TASK("/bin/one"));
	story_down(&story, "y");
	story_set(&story, "t", &(struct fake_outcome){ .takes_ms = 500 });
	story_up(&story, "y");
	story_advance(&story, 400);
	fake_clear_trace(story.fake);
	story_reload(&story, TASK("/bin/two"));
	story_advance(&story, 1000);
	story_expect(&story, "t up, y up");
	story_expect_trace(&story, "update t, start y");
	story_end(&story);
}
END_TEST

START_TEST(changed_keys_make_a_failure_forgotten)
{
	struct story story;

	story_begin(&story, TASK("/bin/one"), NULL);
	story_down(&story, "y");
	story_set(&story, "t",
	    &(struct fake_outcome){ .fails = 2, .permanent = true });
	story_up(&story, "y");
	/* It has come up once before. */
	story_expect(&story, "t failed");
	fake_clear_trace(story.fake);
	story_set(&story, "t", &(struct fake_outcome){ 0 });
	story_advance(&story, 100000);
	story_reload(&story, TASK("/bin/one"));
	story_expect(&story, "t failed");
	story_expect_trace(&story, "");
	story_reload(&story, TASK("/bin/two"));
	story_expect(&story, "t up, y up");
	story_expect_trace(&story, "start t, start y");
	story_end(&story);
}
END_TEST

START_TEST(retry_and_hold_go_on_as_they_were)
{
	static const char nodes[] =
	    "  p: { kind: fake, retry: { delay: 10s } }\n"
	    "  x: { kind: fake, requires: p, hold: 30s, start: auto }\n";
	struct story story;

	begin(&story, nodes);
	story_set(&story, "p", &endless);
	story_report(&story, "p", REPORT_FAILED);
	story_advance(&story, 5000);
	story_reload(&story, nodes);
	story_expect(&story, "p failed, x up");
	story_advance(&story, 4999);
	story_expect_trace(&story, "");
	story_advance(&story, 1);
	story_expect_trace(&story, "start p");
	story_advance(&story, 19999);
	story_expect(&story, "x up");
	story_advance(&story, 1);
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

START_TEST(changed_start_is_looked_at)
{
	struct story story;

	begin(&story, "  a: { kind: fake, start: auto }\n"
		      "  b: { kind: fake }\n");
	story_reload(&story, "  a: { kind: fake }\n"
			     "  b: { kind: fake, start: auto }\n");
	story_expect(&story, "a idle, b up");
	story_expect_trace(&story, "stop a, start b");
	story_end(&story);
}
END_TEST

/* ---- changed references ---- */

START_TEST(new_prerequisite_comes_up_before_the_node_is_up_again)
{
	struct story story;

	begin(&story, pair);
	story_set(&story, "q", &(struct fake_outcome){ .takes_ms = 100 });
	story_reload(&story,
	    "  p: { kind: fake }\n"
	    "  q: { kind: fake }\n"
	    "  x: { kind: fake, requires: q, start: auto }\n");
	story_expect(&story, "p idle, q starting, x waiting");
	story_advance(&story, 100);
	story_expect(&story, "p idle, q up, x up");
	story_end(&story);
}
END_TEST

START_TEST(prerequisite_that_is_up_already_takes_the_place_of_another)
{
	struct story story;

	begin(&story,
	    "  p: { kind: fake }\n"
	    "  q: { kind: fake, start: auto }\n"
	    "  x: { kind: fake, requires: p, start: auto }\n");
	story_reload(&story,
	    "  p: { kind: fake }\n"
	    "  q: { kind: fake, start: auto }\n"
	    "  x: { kind: fake, requires: q, start: auto }\n");
	story_expect(&story, "p idle, q up, x up");
	story_expect_trace(&story, "stop p");
	story_end(&story);
}
END_TEST

static const char over_p[] =
    "  p: { kind: fake, start: auto }\n"
    "  q: { kind: fake, start: auto }\n"
    "  x: { kind: fake, over: p, start: auto }\n";
static const char over_q[] =
    "  p: { kind: fake, start: auto }\n"
    "  q: { kind: fake, start: auto }\n"
    "  x: { kind: fake, over: q, start: auto }\n";

START_TEST(node_over_another_is_told_by_rebind)
{
	struct story story;

	begin(&story, over_p);
	story_facts(&story, "q", "domain=corp.example");
	fake_clear_trace(story.fake);
	story_reload(&story, over_q);
	story_expect(&story, "x up");
	story_expect_trace(&story, "rebind x");
	story_expect_fact(&story, "x", "domain", "corp.example");
	story_end(&story);
}
END_TEST

/* Single before, it is one for each card now: who follows that of its own card
 * has nothing to follow any more. */
START_TEST(what_becomes_a_template_is_followed_by_the_card)
{
	static const char single[] =
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  low: { kind: fake, start: auto }\n"
	    "  inside: { kind: address, over: wired, prefix-from: low,\n"
	    "    start: auto }\n",
	    per_card[] =
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  low: { kind: fake, over: wired }\n"
	    "  inside: { kind: address, over: wired, prefix-from: low,\n"
	    "    start: auto }\n";
	struct story story;

	begin(&story, single);
	story_plug(&story, "e0");
	fake_clear_trace(story.fake);
	story_reload(&story, per_card);
	story_expect(&story, "inside@e0 up, low@e0 idle");
	story_expect_trace(&story, "stop low, update inside@e0");
	story_end(&story);
}
END_TEST

/* And back; on another card nobody has named what goes. */
START_TEST(instance_that_goes_is_told_to_those_of_its_card)
{
	struct story story;

	begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  low: { kind: fake, over: wired }\n"
	    "  inside: { kind: address, over: wired, prefix-from: low,\n"
	    "    start: auto }\n");
	story_plug(&story, "e0 e1");
	story_up(&story, "low@e0");
	fake_clear_trace(story.fake);
	story_reload(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  low: { kind: fake }\n"
	    "  inside: { kind: address, over: wired, prefix-from: low,\n"
	    "    start: auto }\n");
	story_expect(&story, "inside@e0 up, inside@e1 up, low idle");
	story_expect_trace(&story, "stop low@e0, update inside@e0");
	story_end(&story);
}
END_TEST

START_TEST(node_over_another_is_restarted_if_it_cannot_rebind)
{
	struct story story;

	begin(&story, over_p);
	story_set(&story, "x", &(struct fake_outcome){ .is_rigid = true });
	story_reload(&story, over_q);
	story_expect(&story, "x up");
	story_expect_trace(&story, "stop x, start x");
	story_end(&story);
}
END_TEST

START_TEST(start_over_another_begins_anew)
{
	struct story story;

	begin(&story, over_p);
	story_down(&story, "x");
	story_set(&story, "x", &(struct fake_outcome){ .takes_ms = 100 });
	story_up(&story, "x");
	story_advance(&story, 50);
	fake_clear_trace(story.fake);
	story_reload(&story, over_q);
	story_expect(&story, "x starting");
	story_expect_trace(&story, "stop x, start x");
	story_advance(&story, 100);
	story_expect(&story, "x up");
	story_end(&story);
}
END_TEST

START_TEST(changed_condition_is_looked_at)
{
	struct story story;

	begin(&story, "  f: { kind: fake }\n"
		      "  x: { kind: fake, start: auto }\n");
	story_reload(&story, "  f: { kind: fake }\n"
			     "  x: { kind: fake, start: auto, when: f }\n");
	story_expect(&story, "x waiting");
	story_reload(&story,
	    "  f: { kind: fake }\n"
	    "  x: { kind: fake, start: auto, when: not f }\n");
	story_expect(&story, "x up");
	story_expect_trace(&story, "stop x, start x");
	story_end(&story);
}
END_TEST

/* ---- groups ---- */

#define GROUP(kind, members)                                                  \
	"  a: { kind: fake, start: auto }\n"                                  \
	"  b: { kind: fake, start: auto }\n"                                  \
	"  c: { kind: fake }\n"                                               \
	"  g: { kind: " kind ", of: [" members "] }\n"                        \
	"  x: { kind: fake, over: g, start: auto }\n"

static const char *selected(struct story *story)
{
	return node_name(node_selected(
	    resolver_find(fake_resolver(story->fake), "g")));
}

START_TEST(selected_member_that_is_no_member_any_more_is_left)
{
	struct story story;

	begin(&story, GROUP("any", "a, b"));
	ck_assert_str_eq(selected(&story), "a");
	story_reload(&story, GROUP("any", "b, c"));
	story_expect(&story, "a up, b up, c up, g up, x up");
	story_expect_trace(&story, "rebind x, start c");
	ck_assert_str_eq(selected(&story), "b");
	story_end(&story);
}
END_TEST

START_TEST(selected_member_that_is_removed_stops_when_another_is_selected)
{
	struct story story;

	begin(&story, GROUP("any", "a, b"));
	story_reload(&story,
	    "  b: { kind: fake, start: auto }\n"
	    "  g: { kind: any, of: [b] }\n"
	    "  x: { kind: fake, over: g, start: auto }\n");
	story_expect(&story, "a absent, b up, g up, x up");
	story_expect_trace(&story, "stop a, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(other_order_of_members_moves_the_selection)
{
	struct story story;

	begin(&story, GROUP("any", "a, b"));
	story_reload(&story, GROUP("any", "b, a"));
	ck_assert_str_eq(selected(&story), "b");
	story_expect_trace(&story, "rebind x");
	story_reload(&story, GROUP("any", "c, b, a"));
	ck_assert_str_eq(selected(&story), "c");
	story_expect_trace(&story, "start c, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(new_member_that_is_worse_changes_nothing)
{
	struct story story;

	begin(&story, GROUP("any", "a"));
	story_reload(&story, GROUP("any", "a, b"));
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(members_of_an_in_order_group_that_are_pulled_stay_so)
{
	static const char nodes[] =
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], try: in-order, start: auto }\n";
	struct story story;

	begin(&story, nodes);
	story_set(&story, "a", &endless);
	story_report(&story, "a", REPORT_FAILED);
	story_expect(&story, "a failed, b up");
	story_advance(&story, 1000);
	story_expect(&story, "a starting, b up");
	fake_clear_trace(story.fake);
	story_reload(&story, nodes);
	story_expect(&story, "a starting, b up, g up");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(in_order_group_that_a_reload_lets_go_begins_with_the_first_again)
{
#define GROUP_OF_TWO(start) \
	"  a: { kind: fake }\n" \
	"  p: { kind: fake }\n" \
	"  b: { kind: fake, requires: p }\n" \
	"  g: { kind: any, of: [a, b], try: in-order, start: " start " }\n"
	struct story story;

	begin(&story, GROUP_OF_TWO("auto"));
	story_set(&story, "p", &slow_stop);
	story_report(&story, "a", REPORT_FAILED);
	story_expect(&story, "a failed, b up, p up");
	story_reload(&story, GROUP_OF_TWO("manual"));
	story_expect(&story, "a idle, b idle, p stopping, g idle");
	story_set(&story, "a", &endless);
	story_reload(&story, GROUP_OF_TWO("auto"));
	story_expect(&story, "a starting, b idle, p stopping");
	story_advance(&story, 100);
	story_expect(&story, "a starting, b idle, p idle");
	story_end(&story);
}
END_TEST

START_TEST(in_order_group_that_another_pulls_now_was_not_let_go)
{
#define GROUP_OF_GROUP(x, c) \
	"  a: { kind: fake }\n" \
	"  b: { kind: fake }\n" \
	"  g: { kind: any, of: [a, b], try: in-order }\n" \
	"  x: { kind: fake, requires: g, start: " x " }\n" \
	"  c: { kind: fake" c " }\n" \
	"  y: { kind: any, of: [c, g], try: in-order, start: auto }\n"
	struct story story;

	begin(&story, GROUP_OF_GROUP("auto", ""));
	story_set(&story, "a", &endless);
	story_report(&story, "a", REPORT_FAILED);
	story_advance(&story, 1000);
	story_expect(&story, "a starting, b up, x up, c up");
	fake_clear_trace(story.fake);
	story_reload(
	    &story, GROUP_OF_GROUP("manual", ", when: from e until f"));
	story_expect(&story, "a starting, b up, g up, x idle, c waiting, y up");
	story_expect_trace(&story, "stop x, stop c");
	story_end(&story);
}
END_TEST

/* ---- goals, masks, latches ---- */

START_TEST(goals_and_masks_are_kept)
{
	static const char nodes[] = "  a: { kind: fake }\n"
				    "  b: { kind: fake, start: auto }\n";
	struct story story;

	begin(&story, nodes);
	story_up(&story, "a");
	story_down(&story, "b");
	fake_clear_trace(story.fake);
	story_reload(&story, nodes);
	story_expect(&story, "a up, b idle");
	story_expect_trace(&story, "");
	story_reload(&story, "  b: { kind: fake, start: auto }\n");
	story_expect(&story, "a absent, b idle");
	story_reload(&story, nodes);
	story_expect(&story, "a up, b idle");
	story_expect_trace(&story, "stop a, start a");
	story_end(&story);
}
END_TEST

static void count_kept(void *ctx, const struct kept *kept)
{
	size_t *n = ctx;

	(void)kept;
	++*n;
}

START_TEST(goals_and_masks_outlive_their_names)
{
	static const char nodes[] =
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  b: { kind: fake, start: auto }\n";
	static const char others[] = "  lan: { kind: fake }\n";
	struct story story;
	size_t n = 0;

	begin(&story, nodes);
	story_plug(&story, "eth0");
	story_up(&story, "lan@eth0");
	story_down(&story, "b");
	story_expect(&story, "lan@eth0 up, b idle");
	/* lan has no instances now, and is no goal. */
	story_reload(&story, others);
	story_expect(&story, "lan idle");
	story_reload(&story, others);
	resolver_each_kept(fake_resolver(story.fake), count_kept, &n);
	ck_assert_uint_eq(n, 2);
	story_reload(&story, nodes);
	story_expect(&story, "lan@eth0 up, b idle");
	n = 0;
	resolver_each_kept(fake_resolver(story.fake), count_kept, &n);
	ck_assert_uint_eq(n, 4); /* and what is up */
	story_end(&story);
}
END_TEST

START_TEST(latches_whose_words_are_the_same_are_kept)
{
	struct story story;

	begin(&story,
	    "  s: { kind: state, from: on, until: off }\n"
	    "  t: { kind: state, from: on, until: off }\n"
	    "  u: { kind: state, from: startup, until: off }\n");
	story_emit(&story, "off");
	story_emit(&story, "on");
	story_expect(&story, "s up, t up, u waiting");
	story_reload(&story,
	    "  u: { kind: state, from: startup, until: off }\n"
	    "  t: { kind: state, from: on, until: gone }\n"
	    "  s: { kind: state, from: on, until: off }\n");
	story_expect(&story, "s up, t waiting, u waiting");
	story_end(&story);
}
END_TEST

START_TEST(reload_is_no_startup)
{
	static const char nodes[] =
	    "  t: { kind: task, run: [/bin/true], on-event: startup,"
	    " start: auto }\n";
	struct story story;

	begin(&story, nodes);
	story_reload(&story, nodes);
	story_expect(&story, "t waiting");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(task_that_gets_or_loses_its_event_starts_anew)
{
	static const char once[] =
	    "  t: { kind: task, run: [/bin/true], start: auto }\n";
	static const char at_each[] =
	    "  t: { kind: task, run: [/bin/true], on-event: ring,"
	    " start: auto }\n";
	struct story story;

	begin(&story, once);
	story_expect(&story, "t up");
	story_reload(&story, at_each);
	story_expect(&story, "t waiting");
	story_set(&story, "t", &(struct fake_outcome){ .takes_ms = 100 });
	story_emit(&story, "ring");
	story_reload(&story, once);
	story_advance(&story, 100);
	story_expect(&story, "t up");
	story_reload(&story, at_each);
	story_expect(&story, "t waiting");
	story_expect_trace(&story,
	    "stop t, start t, stop t, start t, stop t");
	story_end(&story);
}
END_TEST

/* ---- memory ---- */

static void see_kept(void *ctx, const struct kept *kept)
{
	text_printf(ctx, "%d %s\n", kept->type, kept->name);
}

/* All that can be seen of the nodes. */
static char *look(struct story *story)
{
	struct resolver *resolver = fake_resolver(story->fake);
	struct text text = { 0 };
	struct node *node = NULL;

	while ((node = resolver_each(resolver, node)))
		text_printf(&text, "%s %s %d %d %u %s\n", node_name(node),
		    node_state_name(node_state(node)), node_is_goal(node),
		    node_is_masked(node), node_run(node),
		    node_fact(node, "domain") ?: "");
	resolver_each_kept(resolver, see_kept, &text);
	text_printf(&text, "%llu",
	    (unsigned long long)resolver_deadline(resolver));
	return text_steal(&text);
}

static const char before[] =
    "  usb: { kind: link, match: { name: usb0 }, start: auto }\n"
    "  wired: { kind: link, match: { type: ethernet }, start: auto }\n"
    "  lan: { kind: fake, over: wired, start: auto }\n"
    "  ll: { kind: fake, over: wired }\n"
    "  s: { kind: state, from: on, until: off }\n"
    "  g: { kind: any, of: [lan, ll] }\n"
    "  gone: { kind: fake, over: g, start: auto }\n"
    "  t: { kind: task, run: [/bin/one], over: g, start: auto }\n";
/* usb0 belongs to another template now. */
static const char after[] =
    "  usb: { kind: link, match: { name: usb1 }, start: auto }\n"
    "  wired: { kind: link, match: { type: ethernet }, start: auto }\n"
    "  lan: { kind: fake, over: wired, start: auto }\n"
    "  s: { kind: state, from: on, until: off }\n"
    "  g: { kind: any, of: [lan] }\n"
    "  t: { kind: task, run: [/bin/two], over: g, start: auto }\n"
    "  more: { kind: fake, requires: s, start: auto }\n";

static long reload_without_memory(long nth, bool *ret_failed)
{
	_cleanup_(free_ptr) char *was = NULL, *is = NULL;
	struct story story;
	struct profile *next;
	long n;
	int r;

	begin(&story, before);
	story_plug(&story, "eth0 eth1 usb0");
	story_facts(&story, "lan@eth0", "domain=corp.example");
	story_emit(&story, "on");
	story_down(&story, "ll");
	ck_assert_int_eq(
	    resolver_restore(fake_resolver(story.fake),
		&(struct kept){ .type = KEPT_GOAL, .name = "later" }),
	    0);
	was = look(&story);
	next = story_load(after);
	failing_malloc_begin(nth);
	r = resolver_reload(fake_resolver(story.fake), 0, next);
	n = failing_malloc_end();
	ck_assert(r == 0 || r == -ENOMEM);
	*ret_failed = r != 0;
	is = look(&story);
	if (r) {
		ck_assert_str_eq(is, was);
		ck_assert_ptr_eq(
		    resolver_profile(fake_resolver(story.fake)),
		    story.profile);
	}
	fake_clear_trace(story.fake);
	/* Again, or what is asked for anyway. */
	story_reload(&story, after);
	story_expect(&story, "gone absent, t up, more up, g up, s up");
	story_expect_fact(&story, "t", "domain", "corp.example");
	story_reload(&story, "  later: { kind: fake }\n");
	story_expect(&story, "later up");
	story_end(&story);
	profile_free(next);
	return n;
}

/* Without the first of its allocations, without the second, ... */
static void try_without_each(long (*reload)(long nth, bool *ret_failed))
{
	long nth = 0, n_failed = 0, n;

	do {
		bool has_failed;

		n = reload(++nth, &has_failed);
		n_failed += has_failed;
	} while (n >= nth);
	ck_assert_int_gt(n_failed, 10);
}

START_TEST(reload_without_memory_changes_nothing)
{
	try_without_each(reload_without_memory);
}
END_TEST

/* What the first reload took out is still stopping at the second one, which
 * brings it back. */
static long reload_twice_without_memory(long nth, bool *ret_failed)
{
	_cleanup_(free_ptr) char *was = NULL, *is = NULL;
	struct story story;
	struct profile *next;
	long n;
	int r;

	begin(&story, before);
	story_plug(&story, "eth0 eth1");
	story_emit(&story, "on");
	stops_slowly(&story, "gone");
	story_set(&story, "ll@eth1", &slow_stop);
	story_restart(&story, "ll@eth1");
	story_reload(&story, after);
	was = look(&story);
	next = story_load(before);
	failing_malloc_begin(nth);
	r = resolver_reload(fake_resolver(story.fake), 0, next);
	n = failing_malloc_end();
	ck_assert(r == 0 || r == -ENOMEM);
	*ret_failed = r != 0;
	is = look(&story);
	if (r) {
		ck_assert_str_eq(is, was);
		ck_assert_ptr_nonnull(fake_leaving(story.fake));
	}
	story_reload(&story, before);
	story_expect(&story, "gone waiting, ll@eth1 waiting");
	story_advance(&story, 100);
	ck_assert_ptr_null(fake_leaving(story.fake));
	story_expect(&story, "gone up, ll@eth1 up, t up, g up, s up");
	story_end(&story);
	profile_free(next);
	return n;
}

START_TEST(reload_while_something_stops_without_memory)
{
	try_without_each(reload_twice_without_memory);
}
END_TEST

START_TEST(starts_and_failures_are_counted_on)
{
	struct story story;
	struct node *x;
	uint32_t run;

	begin(&story, pair);
	story_report(&story, "x", REPORT_FAILED);
	story_advance(&story, 1000);
	story_report(&story, "x", REPORT_FAILED);
	story_reload(&story, pair);
	story_advance(&story, 2000);
	story_expect(&story, "x up");
	x = resolver_find(fake_resolver(story.fake), "x");
	story_report(&story, "x", REPORT_FAILED);
	ck_assert_uint_eq(node_retry_at_ms(x),
	    fake_now_ms(story.fake) + 4000);
	run = node_run(x);
	story_reload(&story, pair);
	story_reset(&story, "x");
	x = resolver_find(fake_resolver(story.fake), "x");
	ck_assert_uint_gt(node_run(x), run);
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("reload");
	TCase *tc = tcase_create("reload");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, nothing_changed_nothing_happens);
	tcase_add_test(
	    tc, former_profile_is_used_until_what_it_leaves_is_down);
	tcase_add_test(tc, words_about_a_node_are_no_change);
	tcase_add_test(tc, new_node_starts_and_the_others_go_on);
	tcase_add_test(tc, removed_node_stops_before_what_it_stood_on);
	tcase_add_test(tc, removed_nodes_stop_one_before_the_other);
	tcase_add_test(tc, what_a_node_stood_on_leaves_after_it);
	tcase_add_test(
	    tc, old_profile_is_in_use_until_what_it_declared_is_down);
	tcase_add_test(tc, changed_keys_are_told_by_update);
	tcase_add_test(
	    tc, kind_that_cannot_update_is_restarted_its_dependents_around_it);
	tcase_add_test(tc, changed_keys_of_a_node_that_is_starting);
	tcase_add_test(tc, changed_keys_make_a_failure_forgotten);
	tcase_add_test(tc, retry_and_hold_go_on_as_they_were);
	tcase_add_test(tc, changed_start_is_looked_at);
	tcase_add_test(
	    tc, new_prerequisite_comes_up_before_the_node_is_up_again);
	tcase_add_test(
	    tc, prerequisite_that_is_up_already_takes_the_place_of_another);
	tcase_add_test(tc, node_over_another_is_told_by_rebind);
	tcase_add_test(tc, what_becomes_a_template_is_followed_by_the_card);
	tcase_add_test(tc, instance_that_goes_is_told_to_those_of_its_card);
	tcase_add_test(tc, node_over_another_is_restarted_if_it_cannot_rebind);
	tcase_add_test(tc, start_over_another_begins_anew);
	tcase_add_test(tc, changed_condition_is_looked_at);
	tcase_add_test(tc, selected_member_that_is_no_member_any_more_is_left);
	tcase_add_test(
	    tc, selected_member_that_is_removed_stops_when_another_is_selected);
	tcase_add_test(tc, other_order_of_members_moves_the_selection);
	tcase_add_test(tc, new_member_that_is_worse_changes_nothing);
	tcase_add_test(
	    tc, members_of_an_in_order_group_that_are_pulled_stay_so);
	tcase_add_test(tc,
	    in_order_group_that_a_reload_lets_go_begins_with_the_first_again);
	tcase_add_test(
	    tc, in_order_group_that_another_pulls_now_was_not_let_go);
	tcase_add_test(tc, goals_and_masks_are_kept);
	tcase_add_test(tc, goals_and_masks_outlive_their_names);
	tcase_add_test(tc, latches_whose_words_are_the_same_are_kept);
	tcase_add_test(tc, reload_is_no_startup);
	tcase_add_test(tc, task_that_gets_or_loses_its_event_starts_anew);
	tcase_add_test(tc, reload_without_memory_changes_nothing);
	tcase_add_test(tc, reload_while_something_stops_without_memory);
	tcase_add_test(tc, starts_and_failures_are_counted_on);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
