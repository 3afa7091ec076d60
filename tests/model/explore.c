/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/node.h"
#include "resolver/profile.h"
#include "tests/model/digest.h"
#include "tests/model/invariants.h"
#include "tests/model/snapshot.h"
#include "tests/model/steps.h"

enum edge_kind {
	EDGE_TIME = 1 << 0,
	EDGE_FAILURE = 1 << 1, /* failed, unmet, or timed out */
};

/* From one state to another, without an input. */
struct state_edge {
	uint32_t to;
	uint8_t kind;
};

/* Of the table by digest. */
struct place {
	uint64_t digest;
	uint32_t index; /* of a state + 1, or 0 */
	uint32_t n_inputs; /* the fewest that lead there */
};

struct state {
	uint64_t digest;
	uint32_t parent;
	struct step step; /* from there */
	uint8_t n_inputs; /* as its place has it */
	uint8_t mark;     /* of a search for cycles */
	bool is_expanded;
	struct snapshot *snapshot; /* until it is expanded */
	uint32_t first_edge, n_edges;
};

struct resting {
	struct steady steady;
	uint32_t state;
};

struct list_of_states {
	uint32_t n, capacity;
	uint32_t *items;
};

struct explorer {
	struct world *world;
	struct stepper stepper;
	struct text *said;
	uint32_t n_inputs_max;
	uint32_t n_states, n_states_max;
	struct state *states;
	struct place *table;
	uint32_t table_size; /* a power of 2 */
	uint32_t n_edges, n_edges_max;
	struct state_edge *edges;
	uint32_t n_resting, n_resting_max;
	struct resting *resting;
	struct list_of_states now, next; /* to be expanded */
	uint64_t n_steps;
	bool has_failed; /* said, and the world's inputs, tell how */
};

static void *grown(void *items, uint32_t n, uint32_t *capacity, size_t size)
{
	if (n < *capacity)
		return items;
	*capacity = *capacity ? 2 * *capacity : 1024;
	items = reallocarray(items, *capacity, size);
	if (!items)
		abort();
	return items;
}

static void push(struct list_of_states *list, uint32_t index)
{
	list->items = grown(
	    list->items, list->n, &list->capacity, sizeof(*list->items));
	list->items[list->n++] = index;
}

/* ---- one step ---- */

void __wrap_resolver_set_cause(
    struct resolver *resolver, const char *format, ...);

/* Words for people, which nothing depends on: they take a tenth of the time. */
void __wrap_resolver_set_cause(
    struct resolver *resolver, const char *format, ...)
{
	(void)resolver;
	(void)format;
}

static void on_notice(void *ctx, const struct notice *notice)
{
	struct explorer *x = ctx;

	snapshot_leave();
	if (!invariants_move(notice, x->said))
		x->has_failed = true;
	snapshot_enter();
}

/* The step, and all that follows at once. */
static void take_step(struct explorer *x, const struct step *step)
{
	struct decision decision;

	snapshot_enter();
	step_give(&x->stepper, step);
	while (resolver_next(x->stepper.resolver, &decision))
		;
	snapshot_leave();
	x->n_steps++;
}

/* ---- states ---- */

/* The place of that digest in the table, or for it. */
static struct place *look_up(struct explorer *x, uint64_t digest)
{
	uint64_t at = digest;
	struct place *place;

	do {
		place = &x->table[at++ & (x->table_size - 1)];
	} while (place->index && place->digest != digest);
	return place;
}

static void grow_table(struct explorer *x)
{
	x->table_size = x->table_size ? 2 * x->table_size : 4096;
	free(x->table);
	x->table = calloc(x->table_size, sizeof(*x->table));
	if (!x->table)
		abort();
	for (uint32_t i = 0; i < x->n_states; i++)
		*look_up(x, x->states[i].digest) = (struct place){
			x->states[i].digest, i + 1, x->states[i].n_inputs };
}

static void remember_resting(struct explorer *x, uint32_t index)
{
	struct resting *resting;

	x->resting = grown(x->resting, x->n_resting, &x->n_resting_max,
	    sizeof(*x->resting));
	resting = &x->resting[x->n_resting];
	if (!digest_steady(x->stepper.resolver, &resting->steady))
		return;
	resting->state = index;
	x->n_resting++;
}

static void add_state(struct explorer *x, struct place *place)
{
	uint32_t index = x->n_states;

	x->states = grown(
	    x->states, x->n_states, &x->n_states_max, sizeof(*x->states));
	x->states[index] = (struct state){ .digest = place->digest,
		.snapshot = snapshot_take() };
	place->index = ++x->n_states;
	place->n_inputs = UINT32_MAX;
	remember_resting(x, index);
	if (!invariants_hold(x->stepper.resolver, x->said))
		x->has_failed = true;
}

/* The state that the resolver is in now: a new one, or one that is known. */
static uint32_t arrive(struct explorer *x, uint32_t from,
    const struct step *step, uint32_t n_inputs)
{
	uint64_t digest = digest_state(x->stepper.resolver);
	struct place *place;
	struct state *state;

	if (2 * x->n_states >= x->table_size)
		grow_table(x);
	place = look_up(x, digest);
	if (!place->index) {
		place->digest = digest;
		add_state(x, place);
	}
	if (n_inputs >= place->n_inputs)
		return place->index - 1;
	state = &x->states[place->index - 1];
	state->parent = from;
	state->step = *step;
	state->n_inputs = (uint8_t)n_inputs;
	place->n_inputs = n_inputs;
	push(n_inputs == x->states[from].n_inputs ? &x->now : &x->next,
	    place->index - 1);
	return place->index - 1;
}

static void add_edge(struct explorer *x, uint32_t from, uint32_t to,
    const struct step *step, bool has_timeout)
{
	uint8_t kind = 0;

	if (step->type == INPUT_DEADLINE)
		kind |= EDGE_TIME;
	if (has_timeout || (step->type == INPUT_REPORT &&
		(step->report == REPORT_FAILED ||
		    step->report == REPORT_UNMET)))
		kind |= EDGE_FAILURE;
	x->edges = grown(
	    x->edges, x->n_edges, &x->n_edges_max, sizeof(*x->edges));
	x->edges[x->n_edges++] = (struct state_edge){ to, kind };
	x->states[from].n_edges++;
}

static bool has_timed_out(const struct explorer *x)
{
	for (uint32_t i = 0; i < x->stepper.n_names; i++) {
		const struct node *node = stepper_node(&x->stepper, i);

		if (node && node->has_timed_out)
			return true;
	}
	return false;
}

/* The steps that lead to the state, and one more (or NULL), as the world's
 * inputs. */
static void tell_way(
    struct explorer *x, uint32_t index, const struct step *last)
{
	struct world *w = x->world;
	uint32_t n = 0, at;

	for (at = index; at; at = x->states[at].parent)
		n++;
	if (n >= INPUTS_MAX)
		abort();
	w->n_inputs = n;
	for (at = index; at; at = x->states[at].parent)
		w->inputs[--n] =
		    step_input(&x->stepper, &x->states[at].step);
	if (last)
		w->inputs[w->n_inputs++] = step_input(&x->stepper, last);
}

/* Where all the steps from there lead. */
static void expand(struct explorer *x, uint32_t index)
{
	uint32_t n_inputs = x->states[index].n_inputs, n_ends;
	struct snapshot *snapshot = x->states[index].snapshot;
	struct steps steps = { 0 };

	if (x->states[index].is_expanded)
		return;
	snapshot_restore(snapshot);
	if (index)
		steps_add_ends(&x->stepper, &steps);
	else
		steps_add_beginnings(&x->stepper, &steps);
	n_ends = steps.n;
	if (index && n_inputs < x->n_inputs_max)
		steps_add_inputs(&x->stepper, &steps);
	x->states[index].is_expanded = true;
	x->states[index].first_edge = x->n_edges;
	for (uint32_t i = 0; i < steps.n; i++) {
		uint32_t to;

		/* Force does no more where a plain `down` leaves nothing. */
		if (x->stepper.down_is_all &&
		    steps.items[i].type == INPUT_FORCE)
			continue;
		snapshot_restore(snapshot);
		take_step(x, &steps.items[i]);
		to = arrive(
		    x, index, &steps.items[i], n_inputs + (i >= n_ends));
		if (x->has_failed) {
			tell_way(x, index, &steps.items[i]);
			break;
		}
		if (i < n_ends)
			add_edge(x, index, to, &steps.items[i],
			    has_timed_out(x));
	}
	x->states[index].snapshot = snapshot_free(snapshot);
}

static void expand_all(struct explorer *x)
{
	struct list_of_states done;

	push(&x->now, 0);
	while (x->now.n && !x->has_failed) {
		while (x->now.n && !x->has_failed)
			expand(x, x->now.items[--x->now.n]);
		done = x->now;
		x->now = x->next;
		x->next = done;
	}
}

/* ---- what must be so of all of them ---- */

/* Which edges a cycle may not consist of. */
static bool counts(const struct state_edge *edge, uint8_t without)
{
	return !(edge->kind & without);
}

enum { UNSEEN, OPEN, CLOSED };

/* A state on a cycle of edges without those kinds, or 0. */
static uint32_t find_cycle(struct explorer *x, uint8_t without)
{
	struct list_of_states *path = &x->next;

	for (uint32_t i = 0; i < x->n_states; i++)
		x->states[i].mark = UNSEEN;
	for (uint32_t i = 0; i < x->n_states; i++) {
		path->n = 0;
		if (x->states[i].mark == UNSEEN)
			push(path, i);
		while (path->n) {
			uint32_t at = path->items[path->n - 1];
			struct state *state = &x->states[at];

			if (state->mark != UNSEEN) {
				state->mark = CLOSED;
				path->n--;
				continue;
			}
			state->mark = OPEN;
			for (uint32_t j = 0; j < state->n_edges; j++) {
				struct state_edge *edge =
				    &x->edges[state->first_edge + j];

				if (!counts(edge, without))
					continue;
				if (x->states[edge->to].mark == OPEN)
					return edge->to;
				if (x->states[edge->to].mark == UNSEEN)
					push(path, edge->to);
			}
		}
	}
	return 0;
}

static void check_ends(struct explorer *x)
{
	/* A failure is retried for ever, but takes time. */
	static const uint8_t kinds[] = { EDGE_TIME, EDGE_FAILURE };

	for (size_t i = 0; i < ARRAY_SIZE(kinds) && !x->has_failed; i++) {
		uint32_t at = find_cycle(x, kinds[i]);

		if (!at)
			continue;
		tell_way(x, at, NULL);
		text_append(x->said,
		    "from here it never comes to rest, without an input\n");
		x->has_failed = true;
	}
}

static int compare_resting(const void *a, const void *b)
{
	const struct resting *p = a, *q = b;

	if (p->steady.given != q->steady.given)
		return p->steady.given < q->steady.given ? -1 : 1;
	return p->state < q->state ? -1 : p->state > q->state;
}

static void tell_difference(
    struct explorer *x, const struct resting *a, const struct resting *b)
{
	text_append(x->said, "another steady state than after these, with the "
			     "same devices, goals, masks, latches and "
			     "outcomes:\n");
	tell_way(x, a->state, NULL);
	world_print_steps(x->world, x->said);
	tell_way(x, b->state, NULL);
	x->has_failed = true;
}

/* One steady state for what is given. */
static void check_convergence(struct explorer *x)
{
	if (x->n_resting)
		qsort(x->resting, x->n_resting, sizeof(x->resting[0]),
		    compare_resting);
	for (uint32_t i = 0; i < x->n_resting; i++) {
		const struct resting *a = &x->resting[i];

		for (uint32_t j = i + 1; j < x->n_resting; j++) {
			const struct resting *b = &x->resting[j];

			if (a->steady.given != b->steady.given)
				break;
			if (a->steady.state == b->steady.state ||
			    !steady_is_compatible(&a->steady, &b->steady))
				continue;
			tell_difference(x, a, b);
			return;
		}
	}
}

/* ---- all of it ---- */

static void begin(struct explorer *x)
{
	static struct resolver_options options = { .notice = on_notice };

	options.ctx = x;
	x->n_states = x->n_edges = x->n_resting = 0;
	x->now.n = x->next.n = 0;
	if (x->table)
		memset(x->table, 0, x->table_size * sizeof(*x->table));
	else
		grow_table(x);
	snapshot_reset();
	snapshot_enter();
	if (resolver_new(x->stepper.profile, &options, &x->stepper.resolver))
		abort();
	snapshot_leave();
	stepper_begin(&x->stepper);
	x->states = grown(
	    x->states, 0, &x->n_states_max, sizeof(*x->states));
	x->n_states = 1;
	x->states[0] = (struct state){ .snapshot = snapshot_take() };
	*look_up(x, 0) = (struct place){ .index = 1 };
}

static void end(struct explorer *x)
{
	for (uint32_t i = 0; i < x->n_states; i++)
		snapshot_free(x->states[i].snapshot);
	profile_free(x->stepper.profile);
}

/* In every state there is every input, so these are all sequences. */
static uint64_t count_orders(const struct explorer *x)
{
	uint64_t n = 0, power = 1;
	struct steps steps = { 0 };

	snapshot_restore(x->states[0].snapshot);
	steps_add_inputs(&x->stepper, &steps);
	for (uint32_t i = 0; i < x->n_inputs_max; i++)
		n += power *= steps.n;
	return n;
}

bool explore(struct world *world, uint32_t n_inputs, bool has_resets,
    struct explored *explored, struct text *said)
{
	static struct explorer x;

	x.world = world;
	x.said = said;
	x.n_inputs_max = n_inputs;
	x.stepper.has_resets = has_resets;
	x.n_steps = 0;
	x.has_failed = false;
	x.stepper.profile = world_load(world);
	if (!x.stepper.profile) {
		explored->n_rejected++;
		return true;
	}
	begin(&x);
	explored->n_orders += count_orders(&x);
	expand_all(&x);
	if (!x.has_failed)
		check_ends(&x);
	if (!x.has_failed)
		check_convergence(&x);
	explored->n_profiles++;
	explored->n_states += x.n_states;
	explored->n_steps += x.n_steps;
	explored->n_steady += x.n_resting;
	end(&x);
	return !x.has_failed;
}
