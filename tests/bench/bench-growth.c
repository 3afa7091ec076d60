/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How what the others measure at one size grows, from 100 to 100,000 nodes: a
 * point a line, "PANEL<tab>CURVE<tab>NODES<tab>VALUE", of which
 * tests/bench/plot.py makes a picture. Of several runs the fastest counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "tests/bench/load.h"
#include "tests/bench/world.h"

enum { N_EVENTS = 2000, N_LARGEST = 100000, N_RUNS = 3 };

/* Half a power of ten each. */
static const uint32_t sizes[] = { 100, 316, 1000, 3162, 10000, 31623,
	N_LARGEST };

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void point(
    const char *panel, const char *curve, uint32_t n_nodes, double value)
{
	printf("%s\t%s\t%u\t%g\n", panel, curve, n_nodes, value);
}

static void goal(const char *panel, const char *words, double value)
{
	point(panel, words, sizes[0], value);
	point(panel, words, N_LARGEST, value);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median, in seconds, of the carrier of a random device. */
static double measure_event(struct world *world)
{
	static double took_s[N_EVENTS];

	srandom(1);
	for (uint32_t i = 0; i < N_EVENTS; i += 2) {
		uint32_t device = 2 + random() % (world->n_devices - 2);

		for (int carrier = 0; carrier < 2; carrier++) {
			double start = now_s();

			world_carrier(world, device, carrier);
			took_s[i + carrier] = now_s() - start;
		}
	}
	qsort(took_s, N_EVENTS, sizeof(*took_s), compare);
	return took_s[N_EVENTS / 2];
}

static void grow_world(enum world_shape shape, uint32_t n_nodes)
{
	const char *name = world_names[shape];
	double begin_s = 0, event_s = 0;
	struct resolver_stats before, after;

	for (int i = 0; i < N_RUNS; i++) {
		struct world world;
		double start = now_s(), s;

		world_begin(&world, shape, n_nodes);
		s = now_s() - start;
		begin_s = i && begin_s < s ? begin_s : s;
		resolver_stats(world.resolver, &before);
		s = measure_event(&world);
		event_s = i && event_s < s ? event_s : s;
		resolver_stats(world.resolver, &after);
		world_end(&world);
	}
	point("One event on a random device (us)", name, n_nodes,
	    event_s * 1e6);
	point("Nodes visited by such an event", name, n_nodes,
	    (double)(after.visited - before.visited) / N_EVENTS);
	point("Loaded, and all devices come, one by one (s)", name, n_nodes,
	    begin_s);
	point("Memory of the resolver (bytes a node)", name, n_nodes,
	    (double)after.bytes / after.n_nodes);
}

static void grow_load(enum load_shape shape, uint32_t n_nodes)
{
	_cleanup_(text_clear) struct text text = { 0 };
	double load_s = 0, scan_s = 0;

	load_write(&text, shape, n_nodes);
	for (int i = 0; i < N_RUNS; i++) {
		struct load_times t;

		load_measure(&text, &t);
		t.load_s += t.lint_s;
		load_s = i && load_s < t.load_s ? load_s : t.load_s;
		scan_s = i && scan_s < t.scan_s ? scan_s : t.scan_s;
	}
	point("A profile is loaded and checked (s)", load_names[shape],
	    n_nodes, load_s);
	if (shape == LOAD_MIXED)
		point("A profile is loaded and checked (s)",
		    "libyaml alone, mixed", n_nodes, scan_s);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (enum world_shape s = 0; s < WORLD_SHAPES; s++)
			grow_world(s, sizes[i]);
		for (enum load_shape s = 0; s < LOAD_SHAPES; s++)
			grow_load(s, sizes[i]);
	}
	goal("One event on a random device (us)", "goal: 50 us", 50);
	goal("A profile is loaded and checked (s)", "goal: 2 s", 2);
	goal("Memory of the resolver (bytes a node)", "goal: 512", 512);
	return 0;
}
