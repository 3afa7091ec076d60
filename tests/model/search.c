/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * search-model [OPTIONS]: see options.h
 *
 * Random profiles and inputs against resolver and model. What differs is made
 * as small as it gets and printed. TAP; fails when anything differed.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "tests/model/options.h"
#include "tests/model/shrink.h"
#include "tests/model/world.h"

struct search {
	struct options options;
	uint64_t n_rejected, n_same, n_steps;
	uint32_t n_failures;
};

/* Which one it is that aborts, or takes longer than any. */
static uint64_t seed_now;
enum { SECONDS_MAX = 120 };

static void say_seed(int signal)
{
	dprintf(STDOUT_FILENO, "# seed %ju %s\n", (uintmax_t)seed_now,
	    signal == SIGALRM ? "finds no end" : "aborts");
	_exit(1);
}

static bool differs(void *ctx, const struct world *world)
{
	_cleanup_(text_clear) struct text said = { 0 };
	struct world copy = *world;

	(void)ctx;
	return world_run(&copy, NULL, 0, 0, &said) == OUTCOME_DIFFERS;
}

static void show(struct world *world, uint64_t seed)
{
	_cleanup_(text_clear) struct text text = { 0 }, said = { 0 };

	shrink(world, differs, NULL);
	world_run(world, NULL, 0, 0, &said);
	world_print(world, &text);
	if (world_has_second(world)) {
		text_append(&text, "# second.yaml\n");
		world->is_second = true;
		world_print(world, &text);
		world->is_second = false;
	}
	world_print_steps(world, &text);
	text_append(&text, said.data ? said.data : "");
	printf("# seed %ju\n", (uintmax_t)seed);
	for (char *line = strtok(text.data, "\n"); line;
		line = strtok(NULL, "\n"))
		printf("# %s\n", line);
}

static void search_one(struct search *s, uint64_t seed)
{
	_cleanup_(text_clear) struct text said = { 0 };
	const struct options *o = &s->options;
	static struct world world;
	uint64_t at = seed * 0x100000001b3ull;

	seed_now = seed;
	alarm(SECONDS_MAX);
	world_make(&world, &at, o->n_nodes, o->features);
	switch (world_run(&world, &at, o->n_inputs, o->features, &said)) {
	case OUTCOME_SAME:
		s->n_same++;
		break;
	case OUTCOME_REJECTED:
		s->n_rejected++;
		break;
	case OUTCOME_DIFFERS:
		s->n_failures++;
		show(&world, seed);
		break;
	}
	s->n_steps += world.n_inputs;
}

int main(int argc, char **argv)
{
	struct search s = { .options = { .seed = 1,
		.count = 10000 / SEARCH_PART,
		.n_nodes = 8,
		.n_inputs = 24,
		.n_failures_max = 1,
		.features = WORLD_ALL } };
	const struct options *o = &s.options;

	options_read(&s.options, argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGALRM, say_seed);
	signal(SIGABRT, say_seed);
	signal(SIGSEGV, say_seed);
	printf("1..1\n");
	for (uint64_t i = 0;
		s.n_same < o->count && s.n_failures < o->n_failures_max &&
		i < 100 * o->count; /* large ones are often refused */
		i++)
		search_one(&s, o->seed + i);
	printf("# from seed %ju: %ju scenarios the same, %ju profiles "
	       "rejected, %ju inputs\n",
	    (uintmax_t)o->seed, (uintmax_t)s.n_same, (uintmax_t)s.n_rejected,
	    (uintmax_t)s.n_steps);
	printf("%sok 1 - the resolver equals the model after every input\n",
	    s.n_failures || s.n_same < o->count ? "not " : "");
	return s.n_failures || s.n_same < o->count;
}
