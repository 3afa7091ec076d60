/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What would make a condition true, the cheapest way; and what would make an
 * event occur.
 */
#include "resolver/why.h"

static bool is_up(const struct node *node)
{
	return node->is_top ? node->n_up > 0 : node->flags & FLAG_UP;
}

static void leaf(struct walk *walk, struct node *node, enum why_cause cause)
{
	walk->on_leaf(walk, &(struct leaf){ .cause = cause, .node = node });
}

/* ---- events ---- */

bool needs_latch(const struct node *node, uint32_t index)
{
	const struct latch *latch = &node->decl->latches[index];

	if (latch->is_per_card && !node->card)
		return latch->from.type == EVENT_STARTUP;
	return latch_is_set(node, index);
}

struct node *needs_event_node(
    const struct node *node, uint32_t latch, bool is_until)
{
	const struct edges *edges = node->decl->edges;

	for (uint32_t i = 0; i < edges->n_down; i++)
		if (edges->down[i].role == EDGE_EVENT &&
		    edges->down[i].index == 2 * latch + is_until)
			return edge_target(node, &edges->down[i]);
	return NULL;
}

/* The latch is to become what it is not. */
static struct leaf event_leaf(
    struct node *node, uint32_t index, bool is_until, struct node **ret_need)
{
	const struct latch *latch = &node->decl->latches[index];
	const struct trigger *trigger =
	    is_until ? &latch->until : &latch->from;
	struct node *of = needs_event_node(node, index, is_until);

	*ret_need = NULL;
	switch (trigger->type) {
	case EVENT_NONE:
	case EVENT_STARTUP:
		return (struct leaf){ WHY_NEVER, node, trigger };
	case EVENT_UP:
		if (!is_up(of))
			*ret_need = of;
		break;
	case EVENT_DOWN:
		if (is_up(of))
			return (struct leaf){ WHY_UP, of, trigger };
		break;
	case EVENT_NAMED:
	case EVENT_FAILED:
		break;
	}
	return (struct leaf){ WHY_EVENT, node, trigger };
}

/* ---- conditions ---- */

struct node *condition_target(const struct node *node, uint32_t name)
{
	const struct edges *edges = node->decl->edges;

	return edge_target(node, &edges->down[edges->n_down -
				     node->decl->rare->when_refs.n + name]);
}

/* What it takes to give a name that value. */
static uint64_t name_cost(struct walk *walk, struct node *to, bool value)
{
	const struct visit *visit = visit_of(walk, to);

	if (visit->will_be_up)
		return value ? 0 : COST_NEVER;
	if (value && (visit->will_be_down || visit->has_to_be_down))
		return COST_NEVER;
	if ((is_up(to) || visit->will_come) == value &&
	    !(value && visit->is_shaken))
		return 0;
	return value ? walk_cost(walk, to, WHY_RIDES) : COST_THING;
}

/* The same of a name or an interval. */
static uint64_t literal_cost(struct walk *walk, struct node *node,
    const struct condition_step *step, bool value)
{
	struct node *to;
	struct leaf found;

	if (step->op == CONDITION_NODE)
		return name_cost(
		    walk, condition_target(node, step->ref), value);
	if (needs_latch(node, step->ref) == value)
		return 0;
	found = event_leaf(node, step->ref, !value, &to);
	return to ? walk_cost(walk, to, WHY_RIDES) : leaf_cost(&found);
}

static void expand_latch(
    struct walk *walk, struct node *node, uint32_t index, bool value)
{
	struct node *to;
	struct leaf found;

	if (needs_latch(node, index) == value)
		return;
	found = event_leaf(node, index, !value, &to);
	if (to)
		walk->on_need(walk, to, WHY_RIDES);
	else
		walk->on_leaf(walk, &found);
}

static void expand_literal(struct walk *walk, struct node *node,
    const struct condition_step *step, bool value)
{
	struct node *to;

	if (step->op == CONDITION_LATCH) {
		expand_latch(walk, node, step->ref, value);
		return;
	}
	to = condition_target(node, step->ref);
	if (!walk->takes_all && name_cost(walk, to, value) >= COST_NEVER)
		leaf(walk, to, WHY_NEVER);
	if (value)
		walk->on_need(walk, to, WHY_RIDES);
	else if (is_up(to) || visit_of(walk, to)->will_come)
		leaf(walk, to, WHY_UP);
}

/* The costs of all steps, operands first. */
static void weigh(struct walk *walk, struct node *node)
{
	const struct condition *when = node->decl->when;
	struct side *sides = walk->sides;

	for (uint32_t i = 0; i < when->n_steps; i++) {
		const struct condition_step *step = &when->steps[i];
		const struct side *b = i ? &sides[i - 1] : NULL, *a;
		struct side *side = &sides[i];

		switch (step->op) {
		case CONDITION_NODE:
		case CONDITION_LATCH:
			for (int value = 0; value < 2; value++)
				side->costs[value] = literal_cost(
				    walk, node, step, value);
			side->size = 1;
			break;
		case CONDITION_NOT:
			side->costs[0] = b->costs[1];
			side->costs[1] = b->costs[0];
			side->size = b->size + 1;
			break;
		case CONDITION_AND:
		case CONDITION_OR:
			a = b - b->size;
			for (int value = 0; value < 2; value++) {
				uint64_t x = a->costs[value];
				uint64_t y = b->costs[value];
				bool is_both =
				    value == (step->op == CONDITION_AND);

				side->costs[value] = is_both ? x + y
					: x <= y ? x : y;
			}
			side->size = a->size + b->size + 1;
			break;
		}
	}
}

/* Goes from the whole condition, which is to be true, to its parts. */
static void expand_chosen(struct walk *walk, struct node *node)
{
	const struct condition *when = node->decl->when;
	const struct side *sides = walk->sides;
	uint32_t *todo = walk->todo, n = 0;

	todo[n++] = 2 * (when->n_steps - 1) + 1;
	while (n) {
		uint32_t i = todo[--n] / 2;
		bool value = todo[n] % 2;
		const struct condition_step *step = &when->steps[i];
		uint32_t b = i - 1, a;

		switch (step->op) {
		case CONDITION_NODE:
		case CONDITION_LATCH:
			expand_literal(walk, node, step, value);
			break;
		case CONDITION_NOT:
			todo[n++] = 2 * b + !value;
			break;
		case CONDITION_AND:
		case CONDITION_OR:
			a = b - sides[b].size;
			if (value == (step->op == CONDITION_AND)) {
				todo[n++] = 2 * b + value;
				todo[n++] = 2 * a + value;
			} else if (sides[a].costs[value] <=
				   sides[b].costs[value]) {
				todo[n++] = 2 * a + value;
			} else {
				todo[n++] = 2 * b + value;
			}
			break;
		}
	}
}

static bool name_is_up(void *ctx, uint32_t name)
{
	return is_up(condition_target(ctx, name));
}

static bool interval_is_set(void *ctx, uint32_t interval)
{
	return needs_latch(ctx, interval);
}

bool needs_condition(const struct node *node)
{
	const struct decl *decl = node->decl;

	if (decl->schema == &schema_state)
		return !needs_latch(node, state_latch(decl));
	return decl->when && !condition_eval(decl->when, name_is_up,
				 interval_is_set, (void *)node);
}

void condition_expand(struct walk *walk, struct node *node)
{
	const struct condition *when = node->decl->when;

	if (node->decl->schema == &schema_state)
		expand_latch(walk, node, state_latch(node->decl), true);
	if (!when || !when->n_steps)
		return;
	if (walk->takes_all) {
		for (uint32_t i = 0; i < when->n_steps; i++)
			if (when->steps[i].op == CONDITION_NODE ||
			    when->steps[i].op == CONDITION_LATCH)
				for (int value = 0; value < 2; value++)
					expand_literal(walk, node,
					    &when->steps[i], value);
	} else {
		weigh(walk, node);
		expand_chosen(walk, node);
	}
}

struct future {
	struct walk *walk;
	struct node *node;
};

static bool name_will_be_up(void *ctx, uint32_t name)
{
	const struct future *future = ctx;
	struct node *to = condition_target(future->node, name);
	const struct visit *visit = visit_of(future->walk, to);

	return visit->will_be_up ||
	       ((is_up(to) || visit->will_come) && !visit->will_be_down);
}

static bool interval_stays_set(void *ctx, uint32_t interval)
{
	const struct future *future = ctx;

	return needs_latch(future->node, interval);
}

bool condition_will_hold(struct walk *walk, struct node *node)
{
	struct future future = { walk, node };

	return !node->decl->when ||
	       condition_eval(node->decl->when, name_will_be_up,
		   interval_stays_set, &future);
}

void needs_weigh(struct walk *walk, struct node *node)
{
	if (node->decl->when)
		weigh(walk, node);
}
