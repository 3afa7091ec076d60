/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One event on a random device (its carrier goes or comes, and with it what
 * stands on it) in graphs of 100, 10,000 and 100,000 nodes: time, nodes
 * visited, memory. The reference is the graph of 100 nodes of the same run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "tests/bench/world.h"

enum { N_EVENTS = 2000 };

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

struct figures {
	double median_us, p99_us, visited, bytes, profile_bytes;
};

static struct figures measure(enum world_shape shape, uint32_t n_nodes)
{
	static uint64_t took_ns[2 * N_EVENTS];
	struct resolver_stats before, after;
	struct figures figures;
	struct world world;
	uint32_t n = 0;

	world_begin(&world, shape, n_nodes);
	resolver_stats(world.resolver, &before);
	srandom(1);
	for (uint32_t i = 0; i < N_EVENTS; i++) {
		/* Not the devices that the group selects from. */
		uint32_t device = 2 + random() % (world.n_devices - 2);

		for (int carrier = 0; carrier < 2; carrier++) {
			uint64_t start_ns = now_ns();

			world_carrier(&world, device, carrier);
			took_ns[n++] = now_ns() - start_ns;
		}
	}
	resolver_stats(world.resolver, &after);
	qsort(took_ns, n, sizeof(*took_ns), compare);
	figures = (struct figures){
		.median_us = took_ns[n / 2] / 1e3,
		.p99_us = took_ns[n * 99 / 100] / 1e3,
		.visited = (double)(after.visited - before.visited) / n,
		.bytes = (double)after.bytes / after.n_nodes,
		.profile_bytes = (double)arena_size(world.profile->arena) /
				 world.profile->n_decls,
	};
	world_end(&world);
	return figures;
}

int main(void)
{
	static const uint32_t sizes[] = { 100, 10000, 100000 };

	for (enum world_shape shape = 0; shape < WORLD_SHAPES; shape++) {
		double reference_us = 0;

		for (int i = 0; i < 3; i++) {
			struct figures f = measure(shape, sizes[i]);

			if (i == 0)
				reference_us = f.median_us;
			printf("event, %s, %6u nodes: median %.2f us "
			       "(%.2f x that of 100), 99 %% %.2f us, "
			       "%.1f visits, %.0f bytes a node",
			    world_names[shape], sizes[i], f.median_us,
			    f.median_us / reference_us, f.p99_us, f.visited,
			    f.bytes);
			if (shape != WORLD_TEMPLATES)
				printf(" and %.0f a declaration",
				    f.profile_bytes);
			printf("\n");
		}
	}
	return 0;
}
