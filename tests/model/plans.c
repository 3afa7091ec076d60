/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plans [OPTIONS]: see options.h
 *
 * Random profiles in random states: what is planned is what `up` then does,
 * step by step, where every start succeeds and every stop ends at once, and
 * what each goal comes to. TAP; what differs is printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/node.h"
#include "resolver/plan.h"
#include "resolver/profile.h"
#include "resolver/schema.h"
#include "tests/model/options.h"
#include "tests/model/world.h"

enum { STEPS = 1000 };

struct run {
	const struct world *world;
	struct resolver *resolver;
	uint64_t seed, now_ms;
	/* Starts and stops that are to be answered, in their order. */
	struct decision queue[STEPS];
	uint32_t n, n_answered;
	struct text *trace; /* or NULL */
};

static const char *const actions[] = { "start", "stop", "rebind", "update" };

static void say_step(void *ctx, const struct plan_step *step)
{
	text_printf(ctx, "%s %s\n", actions[step->type], step->node);
}

static void say_goal(void *ctx, const struct plan_goal *goal)
{
	text_printf(ctx, "%s: %s -> %s\n", goal->name,
	    node_state_name(goal->now), node_state_name(goal->then));
}

/* ---- the real one ---- */

static void take_decisions(struct run *run)
{
	struct decision decision;

	while (resolver_next(run->resolver, &decision)) {
		if (run->trace)
			say_step(run->trace,
			    &(struct plan_step){ .type = decision.type,
				.node = node_name(decision.node) });
		if (decision.type == DECISION_START ||
		    decision.type == DECISION_STOP) {
			if (run->n == STEPS)
				abort();
			run->queue[run->n++] = decision;
		}
	}
}

/* facts: NULL: none. */
static void report(struct run *run, struct node *node, uint32_t number,
    enum report_type type, const struct world_facts *facts)
{
	struct report report = { .type = type, .reason = "random",
		.permanent = type == REPORT_FAILED && number % 3 == 0 };

	if (facts) {
		report.facts = facts->facts;
		report.n_facts = facts->n;
		report.later = &facts->later;
		report.n_later = facts->later != NULL;
	}

	if (resolver_report(
		run->resolver, run->now_ms, node, number, &report) < 0)
		abort();
	take_decisions(run);
}

/* Nothing is known of its facts, but for those of its device. */
static void report_up(struct run *run, struct node *node, uint32_t number)
{
	const struct schema_fact *facts = node_schema(node)->facts;
	struct fact own[DEVICE_FACTS_MAX];
	uint32_t n_own = node_device_facts(node, own);
	const char *later[32];
	struct report report = { .type = REPORT_UP, .later = later };

	for (; facts && facts->name; facts++) {
		bool is_known = false;

		for (uint32_t i = 0; i < n_own; i++)
			is_known |= strcmp(own[i].key, facts->name) == 0;
		if (report.n_later == ARRAY_SIZE(later))
			abort();
		if (!is_known)
			later[report.n_later++] = facts->name;
	}
	if (resolver_report(
		run->resolver, run->now_ms, node, number, &report) < 0)
		abort();
	take_decisions(run);
}

static const struct world_facts *some_facts(struct run *run)
{
	return &world_facts[world_random(&run->seed, WORLD_N_FACTS)];
}

/* How many of ten starts fail or are unmet is `bad`; 0: as in a plan. */
static void answer_all(struct run *run, uint32_t bad)
{
	take_decisions(run);
	for (; run->n_answered < run->n; run->n_answered++) {
		const struct decision *d = &run->queue[run->n_answered];
		uint32_t dice = world_random(&run->seed, 10);

		if (d->type == DECISION_STOP)
			report(run, d->node, d->run, REPORT_DOWN, NULL);
		else if (!bad)
			report_up(run, d->node, d->run);
		else if (dice >= bad)
			report(run, d->node, d->run, REPORT_UP,
			    some_facts(run));
		else
			report(run, d->node, d->run,
			    dice % 2 ? REPORT_FAILED : REPORT_UNMET, NULL);
	}
	run->n = run->n_answered = 0;
}

static void pick(struct run *run, char name[64])
{
	const struct world *w = run->world;
	const struct world_node *node =
	    &w->nodes[world_random(&run->seed, w->n_nodes)];
	bool is_link = strcmp(node->kind, "link") == 0;

	snprintf(name, 64, "%s", node->name);
	if (is_link && world_random(&run->seed, 2))
		snprintf(name, 64, "%s@%s", node->name,
		    world_device_keys[world_random(&run->seed, 4)]);
}

static void give_input(struct run *run)
{
	struct resolver *resolver = run->resolver;
	uint32_t dice = world_random(&run->seed, 100);
	const char *key = world_device_keys[world_random(&run->seed, 4)];
	const struct device device = world_device(key);
	_cleanup_(text_clear) struct text said = { 0 };
	char name[64];
	const char *names = name;

	pick(run, name);
	if (dice < 26) {
		resolver_up(resolver, run->now_ms, &names, 1, &said);
	} else if (dice < 30) {
		resolver_restart(resolver, run->now_ms, &names, 1, &said);
	} else if (dice < 46) {
		resolver_down(
		    resolver, run->now_ms, &names, 1, dice % 2, &said);
	} else if (dice < 50) {
		resolver_reset(resolver, run->now_ms, &names, 1, &said);
	} else if (dice < 70) {
		resolver_device_added(resolver, run->now_ms, &device);
	} else if (dice < 80) {
		resolver_device_removed(resolver, run->now_ms, key);
	} else if (dice < 90) {
		uint32_t n;

		resolver_emit(resolver, run->now_ms,
		    dice % 2 ? "ev0" : "ev1", NULL, 0, &n);
	} else {
		struct node *node = resolver_find(resolver, name);

		if (node && !node_is_template(node) &&
		    !(node_schema(node)->flags & SCHEMA_RESOLVER))
			report(run, node, node_run(node),
			    dice % 2 ? REPORT_FAILED : REPORT_FACTS,
			    dice % 2 ? NULL : some_facts(run));
	}
	answer_all(run, 3);
}

/* ---- comparing ---- */

static void say_state(const struct run *run, struct text *text)
{
	const struct node *node = NULL;

	while ((node = resolver_each(run->resolver, node)))
		text_printf(text, "# %s %s%s%s %s\n", node_name(node),
		    node_state_name(node_state(node)),
		    node_is_goal(node) ? " goal" : "",
		    node_is_masked(node) ? " masked" : "",
		    node_reason(node) ? node_reason(node) : "");
}

static bool compare(struct run *run, struct text *said)
{
	_cleanup_(text_clear) struct text plan = { 0 }, real = { 0 },
					  lines = { 0 }, before = { 0 };
	const struct plan_options options = { .on_step = say_step,
		.on_goal = say_goal, .ctx = &plan, .max_steps = STEPS };
	const struct node *node;
	char name[64];
	const char *names = name;
	struct plan_goal goal = { .name = name, .now = NODE_ABSENT };

	pick(run, name);
	if (resolver_plan(run->resolver, run->now_ms, &names, 1, &options,
		&lines) < 0)
		return true; /* it is over no such device */
	text_clear(&lines);
	say_state(run, &before);
	run->trace = &real;
	node = resolver_find(run->resolver, name);
	if (node)
		goal.now = node_state(node);
	if (resolver_up(run->resolver, run->now_ms, &names, 1, &lines) < 0)
		abort();
	answer_all(run, 0);
	run->trace = NULL;
	goal.then = node_state(resolver_find(run->resolver, name));
	say_goal(&real, &goal);
	if (strcmp(plan.data, real.data) == 0)
		return true;
	text_printf(said, "%sup %s\nplanned:\n%sdone:\n%s", before.data,
	    name, plan.data, real.data);
	return false;
}

static bool try(
    const struct options *o, uint64_t seed, uint64_t *n_compared)
{
	struct world world = { 0 };
	struct run run = { .world = &world, .seed = seed };
	_cleanup_(text_clear) struct text said = { 0 };
	bool is_same = true;
	struct profile *profile;

	world_make(&world, &run.seed, o->n_nodes, o->features);
	profile = world_load(&world);
	if (!profile)
		return true;
	if (resolver_new(profile, NULL, &run.resolver) < 0 ||
	    resolver_devices(run.resolver, 0, NULL, 0) < 0)
		abort();
	answer_all(&run, 3);
	for (uint32_t i = 0; i < o->n_inputs && is_same; i++) {
		give_input(&run);
		is_same = compare(&run, &said);
		++*n_compared;
	}
	if (!is_same) {
		world_print(&world, &said);
		printf("# seed %llu\n%s\n", (unsigned long long)seed,
		    said.data);
	}
	resolver_free(run.resolver);
	profile_free(profile);
	return is_same;
}

int main(int argc, char **argv)
{
	/* A crash and a reload are no inputs here. */
	struct options o = { .seed = 1,
		.count = 4000 / SEARCH_PART,
		.n_nodes = 9,
		.n_inputs = 12,
		.n_failures_max = 5,
		.features = WORLD_ALL & ~(WORLD_CRASH | WORLD_RELOAD) };
	uint64_t n_compared = 0, n_failed = 0;

	options_read(&o, argc, argv);
	for (uint64_t i = 0; i < o.count && n_failed < o.n_failures_max; i++)
		n_failed += !try(&o, o.seed + i, &n_compared);
	printf("1..1\n%sok 1 - what is planned is what up does: %llu plans\n",
	    n_failed ? "not " : "", (unsigned long long)n_compared);
	return n_failed ? 1 : 0;
}
