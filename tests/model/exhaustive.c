/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exhaustive [--all] [--part I/N] [--inputs N]
 *            [--nodes N --weight N [--core] [--one-order] [--resets]]
 *
 * All small profiles, and of each all states that up to 5 inputs lead to, in
 * every order and with every timing of the providers (enumerate.h, explore.h
 * say what that is exactly). Without --all a fixed part of them; with --nodes
 * those alone. TAP; what fails first is printed as a profile with the steps
 * that lead there.
 */
#include <getopt.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "tests/model/enumerate.h"
#include "tests/model/explore.h"
#include "tests/model/options.h"

/* What there is to search. */
struct plan {
	uint32_t n_nodes, weight_max;
	unsigned flags;
	uint64_t every; /* one of so many in `make check` */
};

enum { CORE = 1, ONE_ORDER = 2, RESETS = 4 };

static const struct plan plans[] = {
	{ 1, 4, RESETS, SEARCH_PART },
	{ 2, 3, RESETS, 101 * SEARCH_PART },
	{ 3, 3, RESETS | ONE_ORDER, 331 * SEARCH_PART },
	{ 3, 3, 0, 881 * SEARCH_PART },
	{ 3, 4, ONE_ORDER, 8009 * SEARCH_PART },
	{ 3, UINT32_MAX, CORE, 53 * SEARCH_PART },
	{ 4, 4, CORE, 1601 * SEARCH_PART },
	{ 4, UINT32_MAX, CORE | ONE_ORDER, 5003 * SEARCH_PART },
};

struct search {
	uint32_t n_inputs;
	bool has_resets;
	bool is_all;
	uint64_t part, parts;
	uint32_t n_tests, n_failures;
	struct explored explored; /* of this plan */
	bool has_failed;
};

static void show(const struct world *world, const char *said)
{
	_cleanup_(text_clear) struct text text = { 0 };

	world_print(world, &text);
	world_print_steps(world, &text);
	text_append(&text, said);
	for (char *line = strtok(text.data, "\n"); line;
		line = strtok(NULL, "\n"))
		printf("# %s\n", line);
	fflush(stdout);
}

static void on_profile(void *ctx, struct world *world)
{
	_cleanup_(text_clear) struct text said = { 0 };
	struct search *s = ctx;

	if (s->has_failed ||
	    explore(world, s->n_inputs, s->has_resets, &s->explored, &said))
		return;
	s->has_failed = true;
	show(world, said.data ? said.data : "");
}

static void say_plan(const struct plan *plan, uint32_t number, bool is_ok)
{
	printf("%sok %u - profiles of %u nodes, ", is_ok ? "" : "not ", number,
	    plan->n_nodes);
	if (plan->weight_max == UINT32_MAX)
		printf("all");
	else
		printf("up to %u elements", plan->weight_max);
	printf("%s%s%s\n",
	    plan->flags & CORE ? " of requires, over, any, when not" : "",
	    plan->flags & ONE_ORDER ? ", in one order" : "",
	    plan->flags & RESETS ? ", resets too" : "");
	fflush(stdout);
}

static void search(struct search *s, const struct plan *plan)
{
	struct enumeration e = { .n_nodes = plan->n_nodes,
		.weight_max = plan->weight_max,
		.is_core = plan->flags & CORE,
		.in_one_order = plan->flags & ONE_ORDER,
		.part = s->is_all ? s->part : 0,
		.parts = s->is_all ? s->parts : plan->every,
		.profile = on_profile,
		.ctx = s };

	s->has_resets = plan->flags & RESETS;
	s->explored = (struct explored){ 0 };
	s->has_failed = false;
	enumerate(&e);
	s->n_failures += s->has_failed;
	printf("# %ju profiles (of %ju; %ju more are refused; %ju with their "
	       "nodes in every order), %ju orders of %u inputs: %ju states, "
	       "%ju of them steady, %ju steps\n",
	    s->explored.n_profiles, e.n_profiles, s->explored.n_rejected,
	    e.n_orders, s->explored.n_orders, s->n_inputs,
	    s->explored.n_states, s->explored.n_steady, s->explored.n_steps);
	say_plan(plan, ++s->n_tests,
	    !s->has_failed && (s->is_all || s->explored.n_profiles));
}

static void forget(void *ctx, struct world *world)
{
	(void)ctx;
	(void)world;
}

/* Of those made in one order, each in all of its orders is as many as are made
 * in every order: none is missing, none is made twice. */
static void check_enumeration(struct search *s)
{
	struct enumeration all = { .n_nodes = 3, .weight_max = 3,
		.parts = 1, .profile = forget };
	struct enumeration one = all;

	one.in_one_order = true;
	enumerate(&all);
	enumerate(&one);
	s->n_failures += all.n_profiles != one.n_orders;
	printf("%sok %u - each profile is made once\n",
	    all.n_profiles == one.n_orders ? "" : "not ", ++s->n_tests);
}

static void read_options(
    struct search *s, struct plan *only, int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "part", required_argument, NULL, 'p' },
		{ "inputs", required_argument, NULL, 'i' },
		{ "nodes", required_argument, NULL, 'n' },
		{ "weight", required_argument, NULL, 'w' },
		{ "core", no_argument, NULL, 'c' },
		{ "one-order", no_argument, NULL, 'o' },
		{ "resets", no_argument, NULL, 'r' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		uint32_t n = optarg ? (uint32_t)strtoul(optarg, NULL, 0) : 0;

		if (c == 'a')
			s->is_all = true;
		else if (c == 'p' &&
			 sscanf(optarg, "%ju/%ju", &s->part, &s->parts) == 2 &&
			 s->part < s->parts)
			s->is_all = true;
		else if (c == 'i' && n && n <= 8)
			s->n_inputs = n;
		else if (c == 'n' && n && n <= ENUMERATE_NODES_MAX)
			only->n_nodes = n;
		else if (c == 'w')
			only->weight_max = n;
		else if (c == 'c')
			only->flags |= CORE;
		else if (c == 'o')
			only->flags |= ONE_ORDER;
		else if (c == 'r')
			only->flags |= RESETS;
		else
			exit(2);
	}
}

int main(int argc, char **argv)
{
	struct search s = { .n_inputs = 5, .parts = 1 };
	struct plan only = { .every = 1, .weight_max = 3 };

	read_options(&s, &only, argc, argv);
	/* Snapshots come and go: what is freed is kept for the next. */
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_MMAP_THRESHOLD, INT_MAX);
	printf("1..%zu\n", only.n_nodes ? 1 : 1 + ARRAY_SIZE(plans));
	if (only.n_nodes)
		search(&s, &only);
	else
		check_enumeration(&s);
	for (size_t i = 0; !only.n_nodes && i < ARRAY_SIZE(plans); i++)
		search(&s, &plans[i]);
	return s.n_failures != 0;
}
