/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `netconf why` and `netconf plan` in graphs of 100 to 100,000 nodes: netconfd
 * answers them in its only loop, so nothing else goes on meanwhile. Asked is of
 * one device that has no carrier, and, where none has one, of what stands on
 * all of them. The reference is the same graph's coming up: its profile is
 * loaded, and all devices come, one by one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/plan.h"
#include "tests/bench/world.h"

enum { N_RUNS = 3 };

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void count_line(void *ctx, const struct why_line *line)
{
	uint32_t *n = ctx;

	(void)line;
	++*n;
}

static void ignore_step(void *ctx, const struct plan_step *step)
{
	(void)ctx;
	(void)step;
}

static void count_goal(void *ctx, const struct plan_goal *goal)
{
	uint32_t *n = ctx;

	(void)goal;
	++*n;
}

/* *ret_n: lines. */
static double ask_why(struct world *world, const char *name, uint32_t *ret_n)
{
	double best_s = 0;

	for (int i = 0; i < N_RUNS; i++) {
		double start = now_s(), s;

		*ret_n = 0;
		require(!resolver_why(world->resolver, world->now_ms, name,
		    count_line, ret_n));
		s = now_s() - start;
		best_s = i && best_s < s ? best_s : s;
	}
	return best_s;
}

/* Of all that does not come up then. *ret_n: goals. */
static double ask_plan(
    struct world *world, const char *link, uint32_t *ret_n)
{
	const char *const names[] = { "vpn", "inet", "uplink", link };
	const struct plan_options options = { .on_step = ignore_step,
		.on_goal = count_goal, .ctx = ret_n, .max_steps = SIZE_MAX };
	double best_s = 0;

	for (int i = 0; i < N_RUNS; i++) {
		_cleanup_(text_clear) struct text said = { 0 };
		double start = now_s(), s;

		*ret_n = 0;
		require(!resolver_plan(world->resolver, world->now_ms, names,
		    ARRAY_SIZE(names), &options, &said));
		s = now_s() - start;
		best_s = i && best_s < s ? best_s : s;
	}
	return best_s;
}

static void say(const char *what, enum world_shape shape, uint32_t n_nodes,
    double s, double reference_s, uint32_t n, const char *unit)
{
	printf("%s, %s, %6u nodes: %.2f ms (%.2f x the graph's coming up, "
	       "%.2f ms), %u %s\n",
	    what, world_names[shape], n_nodes, s * 1e3, s / reference_s,
	    reference_s * 1e3, n, unit);
	fflush(stdout);
}

static void measure(enum world_shape shape, uint32_t n_nodes)
{
	const char *link = shape == WORLD_TEMPLATES ? "l@e3" : "l3";
	struct world world;
	double start = now_s(), begin_s, s;
	uint32_t n;

	world_begin(&world, shape, n_nodes);
	begin_s = now_s() - start;
	world_carrier(&world, 3, false);
	s = ask_why(&world, link, &n);
	say("why, of one device", shape, n_nodes, s, begin_s, n, "lines");
	for (uint32_t i = 0; i < world.n_devices; i++)
		world_carrier(&world, i, false);
	s = ask_why(&world, "vpn", &n);
	say("why, of all devices", shape, n_nodes, s, begin_s, n, "lines");
	s = ask_plan(&world, link, &n);
	say("plan, of all devices", shape, n_nodes, s, begin_s, n, "goals");
	world_end(&world);
}

int main(void)
{
	static const uint32_t sizes[] = { 100, 1000, 10000, 100000 };

	for (enum world_shape s = WORLD_TEMPLATES; s <= WORLD_GROUP; s++)
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
			measure(s, sizes[i]);
	return 0;
}
