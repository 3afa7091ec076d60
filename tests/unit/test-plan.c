/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans: what `up` would do, compared with what it then does; as stories. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/plan.h"
#include "tests/unit/failing-malloc.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char roam[] =
    "  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  lan: { kind: dhcp, over: wired }\n"
    "  uplink: { kind: any, of: [lan] }\n"
    "  inet: { kind: fake, requires: [uplink] }\n"
    "  vpn0: { kind: fake, over: uplink, requires: [inet] }\n";

static const struct fake_outcome works = { 0 };
static const struct fake_outcome endless = { .never = true };
static const struct fake_outcome dark = { .unmet = true, .error = "dark" };
static const struct fake_outcome broken = {
	.fails = 9, .permanent = true, .error = "broken"
};

/* ---- asking for a plan, and looking whether it changed anything ---- */

static void say_step(void *ctx, const struct plan_step *step)
{
	static const char *const words[] = { "start", "stop", "rebind",
		"update" };

	text_printf(ctx, "%s%s %s", step->is_under_way ? "already " : "",
	    words[step->type], step->node);
	text_append(ctx, ", ");
}

static void say_goal(void *ctx, const struct plan_goal *goal)
{
	text_printf(ctx, "%s: %s -> %s", goal->name,
	    node_state_name(goal->now), node_state_name(goal->then));
	if (goal->missing)
		text_printf(ctx, " (%s)", goal->missing);
	text_append(ctx, "; ");
}

static void say_kept(void *ctx, const struct kept *kept)
{
	text_printf(ctx, "kept %d %s %s %u %zu\n", (int)kept->type,
	    kept->name, kept->text ? kept->text : "", kept->number,
	    kept->n_facts);
}

/* All that can be seen of the resolver. */
static char *look(const struct resolver *resolver)
{
	struct resolver_stats stats;
	struct text text = { 0 };
	struct node *node = NULL;

	while ((node = resolver_each(resolver, node)))
		text_printf(&text, "%s %s %llu %u %llu %llu %s\n",
		    node_name(node), node_state_name(node_state(node)),
		    (unsigned long long)node_since_ms(node), node_run(node),
		    (unsigned long long)node_retry_at_ms(node),
		    (unsigned long long)node_held_until_ms(node),
		    node_reason(node) ? node_reason(node) : "");
	resolver_each_kept(resolver, say_kept, &text);
	resolver_stats(resolver, &stats);
	text_printf(&text, "%llu %llu %llu %llu",
	    (unsigned long long)resolver_deadline(resolver),
	    (unsigned long long)stats.visited,
	    (unsigned long long)stats.n_nodes,
	    (unsigned long long)stats.bytes);
	return text_steal(&text);
}

static struct text planned, said;

static int ask(struct story *story, const char *const *names, size_t n,
    size_t max_steps)
{
	const struct plan_options options = { .on_step = say_step,
		.on_goal = say_goal, .ctx = &planned,
		.max_steps = max_steps };

	text_clear(&planned);
	text_clear(&said);
	return resolver_plan(fake_resolver(story->fake),
	    fake_now_ms(story->fake), names, n, &options, &said);
}

/* "start lan@c0, vpn0: idle -> up; ": of one name */
static void expect_plan(
    struct story *story, const char *name, const char *want)
{
	const struct resolver *resolver = fake_resolver(story->fake);
	_cleanup_(free_ptr) char *before = look(resolver);

	ck_assert_int_eq(ask(story, &name, 1, 100), 0);
	ck_assert_str_eq(planned.data, want);
	_cleanup_(free_ptr) char *after = look(resolver);
	ck_assert_str_eq(before, after);
	text_clear(&planned);
}

/* And `up` does that: actions as story_expect_trace() has them. */
static void expect_same(
    struct story *story, const char *name, const char *actions)
{
	_cleanup_(text_clear) struct text want = { 0 };

	fake_clear_trace(story->fake);
	text_printf(&want, "%s%s%s: idle -> up; ", actions,
	    *actions ? ", " : "", name);
	expect_plan(story, name, want.data);
	story_up(story, name);
	story_expect_trace(story, actions);
}

static void end(struct story *story)
{
	text_clear(&planned);
	text_clear(&said);
	story_end(story);
}

/* ---- tests ---- */

START_TEST(a_plan_is_what_up_then_does)
{
	struct story story;

	story_begin(&story, roam, NULL);
	story_plug(&story, "c0 c1");
	story_expect(&story, "wired@c0 up, lan@c0 idle");
	expect_same(&story, "vpn0",
	    "start lan@c0, start lan@c1, start inet, start vpn0");
	expect_plan(&story, "vpn0", "vpn0: up -> up; ");
	end(&story);
}
END_TEST

START_TEST(without_a_card_it_says_what_is_missing)
{
	struct story story;

	story_begin(&story, roam, NULL);
	expect_plan(&story, "vpn0",
	    "vpn0: idle -> waiting (wired: no device for wired is present "
	    "(it takes any with type ethernet)); ");
	expect_plan(&story, "wired@c7",
	    "wired@c7: absent -> waiting (no device c7 is "
	    "present); ");
	ck_assert_ptr_null(resolver_find(
	    fake_resolver(story.fake), "wired@c7"));
	end(&story);
}
END_TEST

START_TEST(a_mask_that_up_takes_off_is_said)
{
	struct story story;

	story_begin(&story, roam, NULL);
	story_plug(&story, "c0");
	story_down(&story, "wired");
	story_expect(&story, "wired@c0 idle");
	expect_plan(&story, "lan",
	    "start wired@c0, start lan@c0, lan: idle -> up; ");
	ck_assert_str_eq(
	    said.data, "wired is no longer taken down: lan needs it\n");
	/* Not what a group's members need. */
	expect_plan(&story, "uplink",
	    "uplink: waiting -> waiting (wired@c0: was taken down by the admin "
	    "('netconf up wired' takes that back)); ");
	end(&story);
}
END_TEST

START_TEST(an_unknown_name_is_told)
{
	static const char *const names[] = { "uplink", "vpn" };
	struct story story;
	char hostile[300];
	const char *name = hostile;

	story_begin(&story, roam, NULL);
	ck_assert_int_eq(ask(&story, names, 2, 100), -ENOENT);
	ck_assert_ptr_nonnull(strstr(said.data, "did you mean 'vpn0'?"));
	memset(hostile, '\x1b', sizeof(hostile));
	hostile[sizeof(hostile) - 1] = '\0';
	ck_assert_int_eq(ask(&story, &name, 1, 100), -ENOENT);
	ck_assert_ptr_null(strchr(said.data, '\x1b'));
	memcpy(hostile, "wired@", 6);
	ck_assert_int_eq(ask(&story, &name, 1, 100), -ENOENT);
	name = "vpn0@c0";
	ck_assert_int_eq(ask(&story, &name, 1, 100), -ENOENT);
	end(&story);
}
END_TEST

START_TEST(several_goals_are_one_act)
{
	static const char *const names[] = { "inet", "lan@c0", "inet" };
	struct story story;

	story_begin(&story, roam, NULL);
	story_plug(&story, "c0");
	ck_assert_int_eq(ask(&story, names, 3, 100), 0);
	ck_assert_str_eq(planned.data,
	    "start lan@c0, start inet, inet: idle -> up; "
	    "lan@c0: idle -> up; inet: idle -> up; ");
	end(&story);
}
END_TEST

START_TEST(an_in_order_group_takes_its_first_that_comes)
{
	static const char nodes[] =
	    "  a: { kind: fake, requires: door }\n"
	    "  door: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], try: in-order }\n"
	    "  x: { kind: fake, over: g }\n";
	struct story story;

	story_begin(&story, nodes, NULL);
	expect_plan(&story, "x",
	    "start door, start a, start x, x: idle -> up; ");
	story_set(&story, "a", &broken);
	story_up(&story, "x");
	story_expect(&story, "door up, a failed, b up, x up");
	/* What failed is no prerequisite of x: it is not forgotten. */
	expect_plan(&story, "x", "x: up -> up; ");
	/* The member that comes back is selected, and the other let go. */
	expect_plan(&story, "a",
	    "start a, stop b, rebind x, a: failed -> up; ");
	story_set(&story, "a", &works);
	fake_clear_trace(story.fake);
	story_up(&story, "a");
	story_expect_trace(&story, "start a, stop b, rebind x");
	end(&story);
}
END_TEST

START_TEST(what_is_starting_is_not_started_again)
{
	struct story story;

	story_begin(&story, roam, NULL);
	story_set(&story, "lan", &endless);
	story_plug(&story, "c0");
	story_up(&story, "lan");
	story_expect(&story, "lan@c0 starting");
	expect_plan(&story, "vpn0",
	    "already start lan@c0, start inet, start vpn0, "
	    "vpn0: idle -> up; ");
	end(&story);
}
END_TEST

START_TEST(what_watches_goes_on_waiting)
{
	struct story story;

	story_begin(&story, roam, NULL);
	story_set(&story, "wired", &dark);
	story_plug(&story, "c0");
	story_expect(&story, "wired@c0 waiting");
	expect_plan(&story, "vpn0",
	    "vpn0: idle -> waiting (wired@c0: dark); ");
	end(&story);
}
END_TEST

START_TEST(failures_on_the_way_are_forgotten_others_are_not)
{
	static const char nodes[] =
	    "  p: { kind: fake, start: auto }\n"
	    "  q: { kind: fake, start: auto }\n"
	    "  on-q: { kind: task, run: /bin/true, start: auto,"
	    " on-event: q failed }\n"
	    "  x: { kind: fake, requires: p, wants: q }\n";
	struct story story;

	story_begin(&story, nodes, NULL);
	story_set(&story, "p", &broken);
	story_set(&story, "q", &broken);
	story_report(&story, "p", REPORT_FAILED);
	story_report(&story, "q", REPORT_FAILED);
	story_advance(&story, 100000);
	story_expect(&story, "p failed, q failed, on-q waiting");
	expect_plan(&story, "x", "start p, start x, x: idle -> up; ");
	end(&story);
}
END_TEST

START_TEST(a_cycle_of_pulls_comes_to_an_end)
{
	static const char nodes[] =
	    "  a: { kind: fake, wants: b }\n"
	    "  b: { kind: fake, wants: a }\n";
	struct story story;

	story_begin(&story, nodes, NULL);
	expect_same(&story, "a", "start a, start b");
	end(&story);
}
END_TEST

START_TEST(facts_are_not_guessed)
{
	static const char nodes[] =
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: dhcp, over: wired }\n"
	    "  uplink: { kind: any, of: [lan] }\n"
	    "  office: { kind: location, over: uplink,"
	    " match: { gateway-mac: 02:00:5e:10:00:01 } }\n"
	    "  x: { kind: fake, over: uplink, when: not office }\n";
	static const struct fact late = { "gateway-mac", "02:00:5e:10:00:01" };
	static const struct fake_outcome slow = { .later_facts = &late,
		.n_later = 1, .later_ms = 100000 };
	struct story story;

	story_begin(&story, nodes, NULL);
	story_plug(&story, "c0");
	expect_plan(&story, "x",
	    "start wired@c0, start lan@c0, x: idle -> waiting "
	    "(office: depends on facts that are not known yet); ");
	/* It was waited for in vain. */
	story_set(&story, "lan", &slow);
	story_up(&story, "lan office");
	story_expect(&story, "lan@c0 up, office starting");
	story_advance(&story, 2000);
	story_expect(&story, "office waiting");
	expect_same(&story, "x", "start x");
	end(&story);
}
END_TEST

/* It is what it was until what is known anew decides. */
START_TEST(a_location_that_looks_again_is_what_it_was)
{
	static const char nodes[] =
	    "  p: { kind: fake, start: auto }\n"
	    "  office: { kind: location, over: p, match: { domain: corp } }\n"
	    "  x: { kind: fake, when: not office }\n";
	static const char *const later[] = { "domain" };
	struct story story;

	story_begin(&story, nodes, NULL);
	story_expect(&story, "p up, office waiting");
	ck_assert_int_eq(fake_report(story.fake, "p",
			     &(struct report){ .type = REPORT_FACTS,
				 .later = later,
				 .n_later = 1 }),
	    0);
	expect_same(&story, "x", "start x");
	story_expect(&story, "office waiting");
	end(&story);
}
END_TEST

/* b was looking before a did. */
START_TEST(a_location_that_looks_does_not_wait_for_another)
{
	static const char nodes[] =
	    "  p: { kind: fake, start: auto }\n"
	    "  a: { kind: location, over: p, match: { domain: corp },"
	    " start: manual }\n"
	    "  b: { kind: location, over: p, match: { domain: corp },"
	    " after: a, start: manual }\n";
	static const char *const later[] = { "domain" };
	struct story story;

	story_begin(&story, nodes, NULL);
	ck_assert_int_eq(fake_report(story.fake, "p",
			     &(struct report){ .type = REPORT_FACTS,
				 .later = later,
				 .n_later = 1 }),
	    0);
	story_up(&story, "b");
	story_up(&story, "a");
	story_expect(&story, "a starting, b starting");
	expect_plan(&story, "b",
	    "b: starting -> starting (is not decided: still to come domain; "
	    "decided without in 2s; its turn comes after a; a: depends on "
	    "facts that are not known yet); ");
	end(&story);
}
END_TEST

START_TEST(a_device_that_was_renamed_stays_whose_it_was)
{
	static const char nodes[] =
	    "  wired: { kind: link, match: { name: 'c*' } }\n"
	    "  other: { kind: link, match: { name: 'd*' }, start: hotplug }\n";
	static const struct device renamed = { .key = "c0", .name = "d0",
		.type = "ethernet", .ifindex = 1 };
	struct story story;

	story_begin(&story, nodes, NULL);
	story_plug(&story, "c0");
	ck_assert_int_eq(fake_change(story.fake, &renamed), 0);
	expect_plan(&story, "wired",
	    "start wired@c0, wired: idle -> up; ");
	end(&story);
}
END_TEST

START_TEST(latches_and_holds_are_as_they_are)
{
	static const char nodes[] =
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, requires: p, hold: forever, start: auto }\n"
	    "  y: { kind: fake, when: from dusk until dawn }\n"
	    "  z: { kind: fake, requires: [x, y] }\n";
	struct story story;

	story_begin(&story, nodes, NULL);
	story_emit(&story, "dusk");
	story_set(&story, "p", &endless);
	story_report(&story, "p", REPORT_FAILED);
	story_expect(&story, "p failed, x up");
	expect_plan(&story, "z", "start p, start y, rebind x, start z, "
	    "z: idle -> up; ");
	expect_plan(&story, "p", "start p, rebind x, p: failed -> up; ");
	story_emit(&story, "dawn");
	expect_plan(&story, "y", "y: idle -> waiting (waits for event dusk "
	    "('netconf emit dusk'); its condition is not true: from dusk "
	    "until dawn ('from dusk until dawn' is false)); ");
	end(&story);
}
END_TEST

START_TEST(what_a_held_node_stood_on_is_kept)
{
	static const char nodes[] =
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, over: p, hold: 30s, start: auto }\n"
	    "  office: { kind: location, over: x, match: { domain: corp } }\n"
	    "  y: { kind: fake, when: office }\n"
	    "  z: { kind: fake, requires: y, when: not x }\n";
	struct story story;

	story_begin(&story, nodes, NULL);
	story_facts(&story, "p", "domain=corp");
	story_set(&story, "p", &broken);
	story_report(&story, "p", REPORT_FAILED);
	story_advance(&story, 12000);
	story_expect(&story, "p failed, x up, office up, y idle");
	expect_plan(&story, "z",
	    "start y, z: idle -> waiting (x: is up for 12s: it starts by "
	    "itself (auto); it stays up for 18s more without p; it has to be "
	    "down ('netconf down x'); office: would have to be up and down "
	    "at once); ");
	expect_same(&story, "y", "start y");
	end(&story);
}
END_TEST

/* Its port went while it was held: it is told that with the rest. */
START_TEST(what_a_held_node_is_to_be_told_is_not_forgotten)
{
	static const char nodes[] =
	    "  p: { kind: fake }\n"
	    "  q: { kind: fake, start: auto }\n"
	    "  br0: { kind: bridge, requires: p, ports: [q], hold: forever,\n"
	    "    start: auto }\n";
	struct story story;

	story_begin(&story, nodes, NULL);
	story_set(&story, "p", &endless);
	story_report(&story, "p", REPORT_FAILED);
	story_report(&story, "q", REPORT_FAILED);
	story_expect(&story, "p failed, q failed, br0 up");
	expect_plan(&story, "p", "start p, update br0, p: failed -> up; ");
	end(&story);
}
END_TEST

START_TEST(all_that_is_missing_is_said)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: link, device: a }\n"
	    "  b: { kind: link, device: b }\n"
	    "  x: { kind: fake, requires: [a, b] }\n", NULL);
	expect_plan(&story, "x",
	    "x: idle -> waiting (a: no device a is present; b: no device b "
	    "is present); ");
	end(&story);
}
END_TEST

/* The link of the former profile is stopping, and ether waits for that. */
START_TEST(what_a_reload_left_over_comes_to_its_end)
{
	struct story story;

	story_begin(&story, roam, NULL);
	story_set(&story, "wired", &(struct fake_outcome){
	    .stop_takes_ms = 10 });
	story_plug(&story, "c0");
	story_reload(&story,
	    "  ether: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: dhcp, over: ether }\n");
	story_expect(&story, "ether@c0 idle");
	expect_plan(&story, "lan", "start ether@c0, start lan@c0, "
				   "lan: idle -> up; ");
	end(&story);
}
END_TEST

START_TEST(its_length_is_bounded)
{
	static const char *const names[] = { "vpn0" };
	struct story story;

	story_begin(&story, roam, NULL);
	story_plug(&story, "c0");
	/* wired@c0 is up: to the copy it comes without a step. */
	ck_assert_int_eq(ask(&story, names, 1, 3), 0);
	ck_assert_int_eq(ask(&story, names, 1, 2), -E2BIG);
	ck_assert_int_eq(ask(&story, names, 1, 0), -E2BIG);
	story_set(&story, "lan", &endless);
	story_up(&story, "lan");
	ck_assert_int_eq(ask(&story, names, 1, 0), -E2BIG);
	end(&story);
}
END_TEST

static void ignore_step(void *ctx, const struct plan_step *step)
{
	(void)ctx;
	(void)step;
}

static void ignore_goal(void *ctx, const struct plan_goal *goal)
{
	(void)ctx;
	(void)goal;
}

START_TEST(without_memory_it_is_refused_and_nothing_is_lost)
{
	static const char *const names[] = { "vpn0", "lan@c1" };
	static const struct plan_options options = {
		.on_step = ignore_step, .on_goal = ignore_goal,
		.max_steps = 100,
	};
	static const struct device renamed = { .key = "c0", .name = "d0",
		.type = "ethernet", .ifindex = 1 };
	_cleanup_(text_clear) struct text nodes = { 0 };
	struct story story;
	long n = 0, n_allocations;

	text_printf(&nodes,
	    "%s"
	    "  p: { kind: fake }\n"
	    "  held: { kind: fake, over: p, hold: 30s, start: auto }\n",
	    roam);
	story_begin(&story, nodes.data, NULL);
	story_facts(&story, "p", "domain=corp");
	story_report(&story, "p", REPORT_FAILED);
	story_expect(&story, "p failed, held up");
	story_plug(&story, "c0");
	ck_assert_int_eq(fake_change(story.fake, &renamed), 0);
	do {
		const struct resolver *resolver = fake_resolver(story.fake);
		_cleanup_(free_ptr) char *before = look(resolver);
		int r;

		failing_malloc_begin(++n);
		r = resolver_plan(resolver, fake_now_ms(story.fake), names, 2,
		    &options, &said);
		n_allocations = failing_malloc_end();
		_cleanup_(free_ptr) char *after = look(resolver);
		ck_assert_str_eq(before, after);
		ck_assert(r == 0 || r == -ENOMEM);
		text_clear(&said);
	} while (n_allocations >= n);
	ck_assert_int_gt(n, 20);
	end(&story);
}
END_TEST

static void count_unsure(void *ctx, const struct plan_goal *goal)
{
	uint32_t *n = ctx;

	*n += strstr(goal->missing, "see 'netconf why x'") != NULL;
}

/* For one there would be more than enough. */
START_TEST(many_goals_have_their_part_each_of_the_steps)
{
	const char *names[16384];
	uint32_t n_unsure = 0;
	const struct plan_options options = { .on_step = say_step,
		.on_goal = count_unsure, .ctx = &n_unsure, .max_steps = 100 };
	struct story story;

	story_begin(&story,
	    "  a: { kind: link, device: e0 }\n"
	    "  b: { kind: link, device: e1 }\n"
	    "  g: { kind: any, of: [a, b] }\n"
	    "  x: { kind: fake, requires: g }\n", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		names[i] = "x";
	ck_assert_int_eq(resolver_plan(fake_resolver(story.fake),
			     fake_now_ms(story.fake), names, 1, &options,
			     &said), 0);
	ck_assert_uint_eq(n_unsure, 0);
	ck_assert_int_eq(resolver_plan(fake_resolver(story.fake),
			     fake_now_ms(story.fake), names,
			     ARRAY_SIZE(names), &options, &said), 0);
	ck_assert_uint_eq(n_unsure, ARRAY_SIZE(names));
	text_clear(&planned);
	text_clear(&said);
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("plan");
	TCase *tc = tcase_create("plan");

	tcase_add_test(tc, a_plan_is_what_up_then_does);
	tcase_add_test(tc, without_a_card_it_says_what_is_missing);
	tcase_add_test(tc, a_mask_that_up_takes_off_is_said);
	tcase_add_test(tc, an_unknown_name_is_told);
	tcase_add_test(tc, several_goals_are_one_act);
	tcase_add_test(tc, an_in_order_group_takes_its_first_that_comes);
	tcase_add_test(tc, what_is_starting_is_not_started_again);
	tcase_add_test(tc, what_watches_goes_on_waiting);
	tcase_add_test(tc,
	    failures_on_the_way_are_forgotten_others_are_not);
	tcase_add_test(tc, a_cycle_of_pulls_comes_to_an_end);
	tcase_add_test(tc, facts_are_not_guessed);
	tcase_add_test(tc, a_location_that_looks_again_is_what_it_was);
	tcase_add_test(
	    tc, a_location_that_looks_does_not_wait_for_another);
	tcase_add_test(tc, a_device_that_was_renamed_stays_whose_it_was);
	tcase_add_test(tc, latches_and_holds_are_as_they_are);
	tcase_add_test(tc, what_a_held_node_stood_on_is_kept);
	tcase_add_test(tc, what_a_held_node_is_to_be_told_is_not_forgotten);
	tcase_add_test(tc, all_that_is_missing_is_said);
	tcase_add_test(tc, what_a_reload_left_over_comes_to_its_end);
	tcase_add_test(tc, its_length_is_bounded);
	tcase_add_test(tc, many_goals_have_their_part_each_of_the_steps);
	tcase_add_test(tc,
	    without_memory_it_is_refused_and_nothing_is_lost);
	suite_add_tcase(suite, tc);

	return run_suite(suite);
}
