/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an event costs: counted, not timed. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/fake/schema.h"
#include "resolver/plan.h"
#include "resolver/why.h"
#include "tests/bench/world.h"
#include "tests/unit/run.h"

static uint64_t visits(enum world_shape shape, uint32_t n_nodes)
{
	struct resolver_stats before, after;
	struct world world;

	world_begin(&world, shape, n_nodes);
	resolver_stats(world.resolver, &before);
	for (uint32_t i = 2; i < 40; i++) {
		world_carrier(&world, i, false);
		world_carrier(&world, i, true);
	}
	resolver_stats(world.resolver, &after);
	world_end(&world);
	return after.visited - before.visited;
}

START_TEST(an_event_visits_as_many_nodes_in_a_large_graph_as_in_a_small_one)
{
	for (int shape = 0; shape < WORLD_SHAPES; shape++) {
		uint64_t small = visits(shape, 100);

		ck_assert_uint_gt(small, 0);
		ck_assert_uint_eq(visits(shape, MANY_NODES / 10), small);
		ck_assert_uint_eq(visits(shape, MANY_NODES), small);
	}
}
END_TEST

START_TEST(a_node_takes_at_most_512_bytes)
{
	struct resolver_stats stats;
	struct world world;

	for (int shape = 0; shape < 2; shape++) {
		world_begin(&world, shape, 10000);
		resolver_stats(world.resolver, &stats);
		ck_assert_uint_le(stats.bytes / stats.n_nodes, 512);
		world_end(&world);
	}
}
END_TEST

static struct profile *load(const struct text *text)
{
	static const struct schema *const kinds[] = { &schema_fake,
		&schema_any, NULL };
	struct diagnostics diagnostics = { 0 };
	struct profile *profile;

	ck_assert_int_eq(
	    profile_load(&(struct source){ "cost", text->data, text->n }, 1,
		kinds, &diagnostics, &profile),
	    0);
	diagnostics_clear(&diagnostics);
	return profile;
}

static void begin(struct world *world)
{
	ck_assert_int_eq(
	    resolver_new(world->profile, NULL, &world->resolver), 0);
	ck_assert_int_eq(resolver_devices(world->resolver, 0, NULL, 0), 0);
}

/* A group that has tried all of its n members in vain but the last. */
static struct world begin_tries(uint32_t n)
{
	_cleanup_(text_clear) struct text text = { 0 };
	struct world world = { .n_devices = n };

	text_append(&text, "version: 1\nnodes:\n");
	for (uint32_t i = 0; i < n; i++)
		text_printf(&text, "  n%u: { kind: fake }\n", i);
	text_append(&text, "  g: { kind: any, try: in-order, start: auto,"
			   " of: [n0");
	for (uint32_t i = 1; i < n; i++)
		text_printf(&text, ", n%u", i);
	text_append(&text, "] }\n");
	world.profile = load(&text);
	begin(&world);
	return world;
}

/* Fails what is started, for good, but the last member. */
static void try_all(struct world *world)
{
	struct decision decision;

	while (resolver_next(world->resolver, &decision)) {
		uint32_t place = atoi(node_name(decision.node) + 1);
		struct report report = { .type = REPORT_FAILED,
			.permanent = true };

		if (place == world->n_devices - 1)
			report.type = REPORT_UP;
		if (decision.type == DECISION_STOP)
			report.type = REPORT_DOWN;
		resolver_report(world->resolver, ++world->now_ms,
		    decision.node, decision.run, &report);
	}
}

static uint64_t visits_of_tries(uint32_t n)
{
	struct world world = begin_tries(n);
	struct resolver_stats before, after;
	const char *first = "n0";
	struct text said = { 0 };

	try_all(&world);
	ck_assert_int_eq(
	    node_state(resolver_find(world.resolver, "g")), NODE_UP);
	resolver_stats(world.resolver, &before);
	ck_assert_int_eq(resolver_reset(world.resolver, ++world.now_ms,
			     &first, 1, &said), 0);
	try_all(&world);
	resolver_stats(world.resolver, &after);
	text_clear(&said);
	world_end(&world);
	return after.visited - before.visited;
}

START_TEST(a_retry_in_a_long_group_costs_no_more_than_its_length)
{
	uint64_t small = visits_of_tries(100);

	ck_assert_uint_gt(small, 100);
	ck_assert_uint_le(visits_of_tries(1000), 11 * small);
}
END_TEST

/* The carriers of all members go, one after the other, and come back. */
static uint64_t visits_of_losses(uint32_t n_nodes)
{
	struct resolver_stats before, after;
	struct world world;

	world_begin(&world, WORLD_GROUP, n_nodes);
	resolver_stats(world.resolver, &before);
	for (uint32_t i = 0; i < world.n_devices; i++)
		world_carrier(&world, i, false);
	for (uint32_t i = world.n_devices; i--;)
		world_carrier(&world, i, true);
	resolver_stats(world.resolver, &after);
	world_end(&world);
	return after.visited - before.visited;
}

START_TEST(members_that_go_one_after_the_other_cost_no_more_than_their_number)
{
	uint64_t small = visits_of_losses(200);

	ck_assert_uint_gt(small, 100);
	ck_assert_uint_le(visits_of_losses(2000), 11 * small);
}
END_TEST

/* The first of many comes and goes, while only the last is there as well. */
static uint64_t visits_of_flaps(uint32_t n_nodes)
{
	struct resolver_stats before, after;
	struct world world;

	world_begin(&world, WORLD_GROUP, n_nodes);
	for (uint32_t i = 1; i < world.n_devices - 1; i++)
		world_carrier(&world, i, false);
	resolver_stats(world.resolver, &before);
	for (uint32_t i = 0; i < 10; i++)
		world_carrier(&world, 0, i % 2);
	resolver_stats(world.resolver, &after);
	world_end(&world);
	return after.visited - before.visited;
}

START_TEST(members_that_are_away_cost_nothing)
{
	uint64_t small = visits_of_flaps(200);

	ck_assert_uint_gt(small, 0);
	ck_assert_uint_eq(visits_of_flaps(20000), small);
}
END_TEST

/* ---- questions ---- */

static void ignore_line(void *ctx, const struct why_line *line)
{
	(void)ctx;
	(void)line;
}

/* How many steps it takes; it is sure of its answer. */
static uint64_t steps_of_why(const struct world *world, const char *name)
{
	struct why_steps steps = { .max = WHY_STEPS_MAX };

	ck_assert_int_eq(why_within(world->resolver, world->now_ms, name,
			     &steps, ignore_line, NULL), 0);
	return steps.n;
}

START_TEST(why_in_a_large_graph_takes_no_more_steps_than_it_may)
{
	struct world world;

	world_begin(&world, _i, 100000);
	world_carrier(&world, 3, false);
	ck_assert_uint_lt(steps_of_why(&world,
			      _i == WORLD_TEMPLATES ? "l@e3" : "l3"),
	    WHY_STEPS_MAX);
	for (uint32_t i = 0; i < world.n_devices; i++)
		world_carrier(&world, i, false);
	ck_assert_uint_lt(steps_of_why(&world, "vpn"), WHY_STEPS_MAX);
	world_end(&world);
}
END_TEST

static void ignore_step(void *ctx, const struct plan_step *step)
{
	(void)ctx;
	(void)step;
}

static void count_unsure(void *ctx, const struct plan_goal *goal)
{
	uint32_t *n = ctx;

	ck_assert_ptr_nonnull(strstr(goal->missing, "no carrier"));
	*n += strstr(goal->missing, "; perhaps more, see 'netconf why l") !=
	      NULL;
}

/* For each there would be steps, but not for all. */
START_TEST(a_plan_takes_no_more_steps_the_more_goals_it_has)
{
	const char *const names[] = { "l0", "l1", "l2", "l3", "l4", "l5",
		"l6", "l7" };
	uint32_t n_unsure = 0;
	const struct plan_options options = { .on_step = ignore_step,
		.on_goal = count_unsure, .ctx = &n_unsure,
		.max_steps = SIZE_MAX };
	_cleanup_(text_clear) struct text said = { 0 };
	struct world world;

	world_begin(&world, WORLD_DECLARED, 100000);
	for (uint32_t i = 0; i < ARRAY_SIZE(names); i++)
		world_carrier(&world, i, false);
	steps_of_why(&world, "l7");
	ck_assert_int_eq(resolver_plan(world.resolver, world.now_ms, names, 1,
			     &options, &said), 0);
	ck_assert_uint_eq(n_unsure, 0);
	ck_assert_int_eq(resolver_plan(world.resolver, world.now_ms, names,
			     ARRAY_SIZE(names), &options, &said), 0);
	ck_assert_uint_gt(n_unsure, 4);
	world_end(&world);
}
END_TEST

/* ---- reloads ---- */

/* What is to be done succeeds. */
static void succeed(struct world *world)
{
	struct decision decision;

	while (resolver_next(world->resolver, &decision)) {
		struct report report = { .type = REPORT_UP };

		if (decision.type == DECISION_STOP)
			report.type = REPORT_DOWN;
		resolver_report(world->resolver, ++world->now_ms,
		    decision.node, decision.run, &report);
	}
}

/* n nodes, each of which requires another. */
static struct profile *load_pairs(uint32_t n, const char *name)
{
	_cleanup_(text_clear) struct text text = { 0 };

	text_append(&text, "version: 1\nstart: auto\nnodes:\n");
	for (uint32_t i = 0; i < n; i++)
		text_printf(&text, "  %sp%u: { kind: fake }\n"
		    "  x%u: { kind: fake, requires: %sp%u }\n", name, i, i,
		    name, i);
	return load(&text);
}

/* A reload puts others in the place of what they require. */
static uint64_t visits_of_reload(uint32_t n)
{
	struct world world = { .profile = load_pairs(n, "") };
	struct profile *next = load_pairs(n, "other-");
	struct resolver_stats before, after;

	begin(&world);
	succeed(&world);
	resolver_stats(world.resolver, &before);
	ck_assert_int_eq(
	    resolver_reload(world.resolver, ++world.now_ms, next), 0);
	succeed(&world);
	ck_assert_int_eq(
	    node_state(resolver_find(world.resolver, "x0")), NODE_UP);
	resolver_stats(world.resolver, &after);
	profile_free(world.profile);
	world.profile = next;
	world_end(&world);
	return after.visited - before.visited;
}

START_TEST(what_a_reload_takes_out_costs_no_more_than_its_number)
{
	uint64_t small = visits_of_reload(100);

	ck_assert_uint_gt(small, 100);
	ck_assert_uint_le(visits_of_reload(1000), 11 * small);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cost");
	TCase *tc = tcase_create("cost");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc,
	    an_event_visits_as_many_nodes_in_a_large_graph_as_in_a_small_one);
	tcase_add_test(
	    tc, a_retry_in_a_long_group_costs_no_more_than_its_length);
	tcase_add_test(tc,
	    members_that_go_one_after_the_other_cost_no_more_than_their_number);
	tcase_add_test(tc, members_that_are_away_cost_nothing);
	tcase_add_test(
	    tc, what_a_reload_takes_out_costs_no_more_than_its_number);
	tcase_add_test(tc, a_node_takes_at_most_512_bytes);
	tcase_add_loop_test(tc,
	    why_in_a_large_graph_takes_no_more_steps_than_it_may,
	    WORLD_TEMPLATES, WORLD_DECLARED + 1);
	tcase_add_test(
	    tc, a_plan_takes_no_more_steps_the_more_goals_it_has);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
