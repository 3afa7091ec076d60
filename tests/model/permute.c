/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * permute [OPTIONS]: see options.h
 *
 * Random profiles and inputs, in several orders and with several timings of
 * the providers: where the devices, goals, masks and latches are the same at
 * the end, so are the states of all nodes and the selections of groups, and
 * on the way all invariants hold. TAP; what differs is made as small as it
 * gets and printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/profile.h"
#include "tests/model/options.h"
#include "tests/model/play.h"
#include "tests/model/shrink.h"

enum { PLAYS = 8 };

struct search {
	struct options options;
	uint32_t n_failures;
	uint64_t n_worlds, n_rejected, n_plays, n_held, n_compared;
	uint64_t world_seed; /* of the outcomes of this world */
};

/* ---- worlds ---- */

static void make_input(
    const struct world *w, uint64_t *seed, struct input *input)
{
	static const enum input_type admin[] = { INPUT_UP, INPUT_UP, INPUT_UP,
		INPUT_DOWN, INPUT_FORCE, INPUT_RESET, INPUT_RESTART };
	const struct world_node *node =
	    &w->nodes[world_random(seed, w->n_nodes)];
	const char *device = world_device_keys[world_random(seed, 4)];
	uint32_t dice = world_random(seed, 100);
	bool is_link = !strcmp(node->kind, "link");

	*input = (struct input){ 0 };
	snprintf(input->name, sizeof(input->name),
	    is_link && dice % 2 ? "%s@%s" : "%s", node->name, device);
	if (dice < 50) {
		input->type = admin[world_random(seed, ARRAY_SIZE(admin))];
	} else if (dice < 75) {
		input->type = dice < 65 ? INPUT_PLUG : INPUT_UNPLUG;
		snprintf(input->name, sizeof(input->name), "%s", device);
	} else if (dice < 85) {
		input->type = INPUT_EMIT;
		snprintf(input->name, sizeof(input->name), "ev%u",
		    world_random(seed, 2));
	} else {
		input->type = INPUT_REPORT;
		input->report = dice < 95 ? REPORT_FAILED : REPORT_UNMET;
	}
}

static void make_world(
    const struct options *o, struct world *w, uint64_t *seed)
{
	world_make(w, seed, o->n_nodes, o->features);
	w->n_inputs = 2 + world_random(seed, o->n_inputs);
	w->inputs[0] = (struct input){ .type = INPUT_DEVICES,
		.number = world_random(seed, 16) };
	for (uint32_t i = 1; i < w->n_inputs; i++)
		make_input(w, seed, &w->inputs[i]);
}

/* ---- comparing ---- */

static bool differ(const struct steady *a, const struct steady *b)
{
	return a->given == b->given && a->state != b->state &&
	       steady_is_compatible(a, b);
}

/* Plays it again, to tell it. */
static void tell(const struct search *s, const struct world *w,
    const struct profile *profile, uint64_t timing, struct text *said)
{
	_cleanup_(text_clear) struct text wrong = { 0 };
	struct steady steady;

	text_append(said, "steps:\n");
	play(w, profile, s->world_seed, timing, &steady, said, &wrong);
	text_append(said, wrong.data ? wrong.data : "");
}

/* False: said tells what is wrong, or differs. */
static bool converges(struct search *s, const struct world *w,
    const struct profile *profile, struct text *said)
{
	struct steady steady[PLAYS];
	uint32_t n = 0;
	uint64_t timings[PLAYS];

	for (uint64_t timing = 0; timing < PLAYS; timing++) {
		_cleanup_(text_clear) struct text wrong = { 0 };
		enum played played = play(w, profile, s->world_seed, timing,
		    &steady[n], NULL, &wrong);

		s->n_plays++;
		s->n_held += played == PLAYED_HELD;
		if (played == PLAYED_WRONG) {
			tell(s, w, profile, timing, said);
			return false;
		}
		if (played != PLAYED_STEADY)
			continue;
		for (uint32_t i = 0; i < n; i++) {
			s->n_compared += steady[i].given == steady[n].given;
			if (!differ(&steady[i], &steady[n]))
				continue;
			tell(s, w, profile, timings[i], said);
			tell(s, w, profile, timing, said);
			return false;
		}
		timings[n++] = timing;
	}
	return true;
}

static bool fails(void *ctx, const struct world *world)
{
	_cleanup_(text_clear) struct text said = { 0 };
	struct profile *profile = world_load(world);
	bool is_wrong = profile && !converges(ctx, world, profile, &said);

	profile_free(profile);
	return is_wrong;
}

static void show(struct search *s, struct world *world)
{
	_cleanup_(text_clear) struct text text = { 0 };
	struct profile *profile;

	shrink(world, fails, s);
	profile = world_load(world);
	world_print(world, &text);
	converges(s, world, profile, &text);
	profile_free(profile);
	printf("# seed %ju\n", (uintmax_t)s->world_seed);
	for (char *line = strtok(text.data, "\n"); line;
		line = strtok(NULL, "\n"))
		printf("# %s\n", line);
	fflush(stdout);
}

static void search_one(struct search *s, uint64_t seed)
{
	static struct world world;
	uint64_t at = seed * 0x100000001b3ull;
	struct profile *profile;

	s->world_seed = seed;
	make_world(&s->options, &world, &at);
	profile = world_load(&world);
	if (!profile) {
		s->n_rejected++;
		return;
	}
	profile_free(profile);
	s->n_worlds++;
	if (!fails(s, &world))
		return;
	s->n_failures++;
	show(s, &world);
}

int main(int argc, char **argv)
{
	struct search s = { .options = { .seed = 1,
		.count = 2000 / SEARCH_PART,
		.n_nodes = 12,
		.n_inputs = 6,
		.n_failures_max = 1,
		.features = WORLD_ALL } };
	const struct options *o = &s.options;

	options_read(&s.options, argc, argv);
	printf("1..1\n");
	for (uint64_t i = 0; s.n_worlds < o->count &&
		s.n_failures < o->n_failures_max && i < 4 * o->count; i++)
		search_one(&s, o->seed + i);
	printf("# from seed %ju: %ju worlds (%ju profiles more are refused), "
	       "%ju plays (%ju held for ever), %ju steady states compared\n",
	    (uintmax_t)o->seed, (uintmax_t)s.n_worlds,
	    (uintmax_t)s.n_rejected, (uintmax_t)s.n_plays,
	    (uintmax_t)s.n_held, (uintmax_t)s.n_compared);
	printf("%sok 1 - one steady state, whatever the order and the timing\n",
	    s.n_failures || s.n_worlds < o->count ? "not " : "");
	return s.n_failures || s.n_worlds < o->count;
}
