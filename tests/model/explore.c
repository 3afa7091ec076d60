/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/device.h"
#include "tests/model/digest.h"
#include "tests/model/invariants.h"
#include "tests/model/snapshot.h"

enum { NAMES_MAX = 32, STEPS_MAX = 256 };

enum { FOR_GOOD = 1 }; /* number of a failure */

/* An input, or what providers and time do. */
struct step {
	uint8_t type; /* enum input_type */
	uint8_t name, report, number;
};

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
	struct profile *profile;
	struct resolver *resolver;
	struct text *said;
	uint32_t n_inputs_max;
	bool has_resets; /* and failures for good */
	uint32_t n_names;
	char names[NAMES_MAX][16];
	struct node *tops[NAMES_MAX]; /* NULL: of an instance, or absent */
	bool has_facts[NAMES_MAX]; /* somebody uses them */
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
	bool down_is_all;
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

/* ---- the profile ---- */

/* Somebody uses the node's facts. */
static bool is_looked_at(const struct decl *decl)
{
	const struct edges *edges = decl->edges;

	if (decl->schema->flags & SCHEMA_LOCATION || decl->rare->n_fact_uses)
		return true;
	for (uint32_t i = 0; i < edges->n_up; i++)
		if (edges->up[i]->role == EDGE_FOLLOWS ||
		    ((edges->up[i]->role == EDGE_OVER ||
			 edges->up[i]->role == EDGE_OF) &&
			is_looked_at(edges->up[i]->from)))
			return true;
	return false;
}

static void add_name(struct explorer *x, const struct decl *decl,
    const char *card)
{
	x->tops[x->n_names] = *card ? NULL : resolver_top(x->resolver, decl);
	snprintf(x->names[x->n_names], sizeof(x->names[0]), "%s%s",
	    decl->name, card);
	x->has_facts[x->n_names++] = is_looked_at(decl);
}

static void add_names(struct explorer *x)
{
	for (uint32_t i = 0; i < x->profile->n_decls; i++) {
		const struct decl *decl = &x->profile->decls[i];

		add_name(x, decl, "");
		if (!decl->root)
			continue;
		add_name(x, decl, "@e0");
		add_name(x, decl, "@e1");
	}
}

static struct node *find_node(const struct explorer *x, uint32_t name)
{
	return x->tops[name] ? x->tops[name]
			     : resolver_find(x->resolver, x->names[name]);
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

static void give_devices(struct explorer *x, uint32_t bits)
{
	struct device devices[2];
	size_t n = 0;

	for (uint32_t i = 0; i < 2; i++)
		if (bits & 1u << i)
			devices[n++] = world_device(world_device_keys[i]);
	resolver_devices(x->resolver, 0, devices, n);
}

static void give_report(struct explorer *x, const struct step *step)
{
	static const struct fact facts[][2] = {
		{ { "domain", "d0" } },
		{ { "domain", "d1" } },
		{ { "domain", "d1" } },
		{ { "domain", "d1" }, { "gateway-mac", "m1" } },
	};
	static const char *const later[] = { "gateway-mac" };
	struct report report = { .type = step->report,
		.permanent = step->report == REPORT_FAILED && step->number };
	struct node *node = find_node(x, step->name);

	if (report.type == REPORT_UP || report.type == REPORT_FACTS) {
		report.facts = facts[step->number];
		report.n_facts = step->number == 3 ? 2 : 1;
		report.later = later;
		report.n_later = step->number == 2;
	}
	resolver_report(x->resolver, x->resolver->now_ms, node,
	    node_run(node), &report);
}

static void give(struct explorer *x, const struct step *step)
{
	const char *name = x->names[step->name];
	struct device device = world_device(world_device_keys[step->number]);
	struct resolver *r = x->resolver;
	struct text said = { 0 };
	uint32_t n;

	switch ((enum input_type)step->type) {
	case INPUT_DEVICES:
		give_devices(x, step->number);
		break;
	case INPUT_PLUG:
		resolver_device_added(r, r->now_ms, &device);
		break;
	case INPUT_UNPLUG:
		resolver_device_removed(r, r->now_ms, device.key);
		break;
	case INPUT_UP:
		resolver_up(r, r->now_ms, &name, 1, &said);
		break;
	case INPUT_DOWN:
	case INPUT_FORCE:
		resolver_down(r, r->now_ms, &name, 1,
		    step->type == INPUT_FORCE, &said);
		x->down_is_all = !said.n;
		break;
	case INPUT_RESET:
		resolver_reset(r, r->now_ms, &name, 1, &said);
		break;
	case INPUT_RESTART:
		resolver_restart(r, r->now_ms, &name, 1, &said);
		break;
	case INPUT_EMIT:
		resolver_emit(r, r->now_ms, step->number ? "ev1" : "ev0",
		    NULL, 0, &n);
		break;
	case INPUT_REPORT:
		give_report(x, step);
		break;
	case INPUT_DEADLINE:
		resolver_time(r, resolver_deadline(r));
		break;
	case INPUT_CRASH:
	case INPUT_RELOAD:
	case INPUT_ADVANCE:
		abort();
	}
	text_clear(&said);
}

/* The step, and all that follows at once. */
static void take_step(struct explorer *x, const struct step *step)
{
	struct decision decision;

	snapshot_enter();
	give(x, step);
	while (resolver_next(x->resolver, &decision))
		;
	snapshot_leave();
	x->n_steps++;
}

/* ---- which steps there are ---- */

struct steps {
	uint32_t n;
	struct step items[STEPS_MAX];
};

static void add_step(struct steps *steps, enum input_type type,
    uint32_t name, uint32_t report, uint32_t number)
{
	if (steps->n == STEPS_MAX)
		abort();
	steps->items[steps->n++] = (struct step){ (uint8_t)type,
		(uint8_t)name, (uint8_t)report, (uint8_t)number };
}

static void add_ups(struct explorer *x, struct steps *steps, uint32_t name,
    enum report_type type)
{
	for (uint32_t i = 0; i < (x->has_facts[name] ? 4 : 1); i++)
		add_step(steps, INPUT_REPORT, name, type, i);
}

/* How a start or a stop may end. */
static void add_ends(struct explorer *x, struct steps *steps)
{
	for (uint32_t i = 0; i < x->n_names; i++) {
		const struct node *node = find_node(x, i);

		if (!node || node->is_top || node_is_own(node))
			continue;
		if (node->state == NODE_STOPPING)
			add_step(steps, INPUT_REPORT, i, REPORT_DOWN, 0);
		if (node->state != NODE_STARTING)
			continue;
		add_ups(x, steps, i, REPORT_UP);
		add_step(steps, INPUT_REPORT, i, REPORT_FAILED, 0);
		if (x->has_resets)
			add_step(steps, INPUT_REPORT, i, REPORT_FAILED,
			    FOR_GOOD);
		if (!node->decl->on_event)
			add_step(steps, INPUT_REPORT, i, REPORT_UNMET, 0);
	}
	if (resolver_deadline(x->resolver) != RESOLVER_NEVER)
		add_step(steps, INPUT_DEADLINE, 0, 0, 0);
}

static void add_reports(struct explorer *x, struct steps *steps)
{
	for (uint32_t i = 0; i < x->n_names; i++) {
		const struct node *node = find_node(x, i);

		if (!node || node->is_top || node_is_own(node))
			continue;
		if (node->is_unmet)
			add_ups(x, steps, i, REPORT_UP);
		if (node->is_unmet || node->state == NODE_UP)
			add_step(steps, INPUT_REPORT, i, REPORT_FAILED, 0);
		if (node->state != NODE_UP)
			continue;
		add_step(steps, INPUT_REPORT, i, REPORT_UNMET, 0);
		if (x->has_facts[i])
			add_ups(x, steps, i, REPORT_FACTS);
	}
}

static void add_inputs(struct explorer *x, struct steps *steps)
{
	const struct graph *graph = profile_graph(x->profile);
	uint32_t n;

	for (uint32_t i = 0; i < x->n_names; i++) {
		if (strchr(x->names[i], '@'))
			continue;
		add_step(steps, INPUT_UP, i, 0, 0);
		add_step(steps, INPUT_DOWN, i, 0, 0);
		add_step(steps, INPUT_FORCE, i, 0, 0);
		if (!x->has_resets)
			continue;
		add_step(steps, INPUT_RESET, i, 0, 0);
		add_step(steps, INPUT_RESTART, i, 0, 0);
	}
	for (uint32_t i = 0; i < 2; i++) {
		const char *device = i ? "e1" : "e0";
		bool is_there;

		if (graph_listeners(x->profile, i ? "ev1" : "ev0", &n))
			add_step(steps, INPUT_EMIT, 0, 0, i);
		if (!graph->n_roots && (i || !graph->n_owners))
			continue;
		is_there = device_find(x->resolver, device);
		add_step(steps, is_there ? INPUT_UNPLUG : INPUT_PLUG, 0, 0, i);
	}
	add_reports(x, steps);
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
	if (!digest_steady(x->resolver, &resting->steady))
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
	if (!invariants_hold(x->resolver, x->said))
		x->has_failed = true;
}

/* The state that the resolver is in now: a new one, or one that is known. */
static uint32_t arrive(struct explorer *x, uint32_t from,
    const struct step *step, uint32_t n_inputs)
{
	uint64_t digest = digest_state(x->resolver);
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
	for (uint32_t i = 0; i < x->n_names; i++) {
		const struct node *node = find_node(x, i);

		if (node && node->has_timed_out)
			return true;
	}
	return false;
}

static struct input input_of(
    const struct explorer *x, const struct step *step)
{
	struct input input = { .type = step->type, .report = step->report,
		.number = step->number };

	input.is_permanent = input.report == REPORT_FAILED && input.number;

	if (step->type == INPUT_EMIT)
		snprintf(input.name, sizeof(input.name), "ev%u", step->number);
	else if (step->type == INPUT_PLUG || step->type == INPUT_UNPLUG)
		snprintf(input.name, sizeof(input.name), "e%u", step->number);
	else
		snprintf(input.name, sizeof(input.name), "%s",
		    x->names[step->name]);
	return input;
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
		w->inputs[--n] = input_of(x, &x->states[at].step);
	if (last)
		w->inputs[w->n_inputs++] = input_of(x, last);
}

/* The first input: the devices that are there. */
static void add_beginnings(struct explorer *x, struct steps *steps)
{
	const struct graph *graph = profile_graph(x->profile);
	uint32_t n = graph->n_roots ? 4 : graph->n_owners ? 2 : 1;

	for (uint32_t i = 0; i < n; i++)
		add_step(steps, INPUT_DEVICES, 0, 0, i);
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
		add_ends(x, &steps);
	else
		add_beginnings(x, &steps);
	n_ends = steps.n;
	if (index && n_inputs < x->n_inputs_max)
		add_inputs(x, &steps);
	x->states[index].is_expanded = true;
	x->states[index].first_edge = x->n_edges;
	for (uint32_t i = 0; i < steps.n; i++) {
		uint32_t to;

		/* Force does no more where a plain `down` leaves nothing. */
		if (steps.items[i].type == INPUT_FORCE && x->down_is_all)
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
	if (resolver_new(x->profile, &options, &x->resolver))
		abort();
	snapshot_leave();
	add_names(x);
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
	profile_free(x->profile);
}

/* In every state there is every input, so these are all sequences. */
static uint64_t count_orders(const struct explorer *x)
{
	uint64_t n = 0, power = 1;
	struct steps steps = { 0 };

	snapshot_restore(x->states[0].snapshot);
	add_inputs((struct explorer *)x, &steps);
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
	x.has_resets = has_resets;
	x.n_names = 0;
	x.n_steps = 0;
	x.has_failed = false;
	x.profile = world_load(world);
	if (!x.profile) {
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
