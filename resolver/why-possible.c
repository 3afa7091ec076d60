/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a node can be up at all, and with what: by search, where the walk
 * has run into a contradiction. Any device may come, any provider succeed, any
 * node be masked, any event occur; what remains is what nodes need of each
 * other. That is written as clauses: a node that is up needs this, or one of
 * those. Then a value is tried for what is open, and what follows from it.
 */
#include "resolver/card.h"
#include "resolver/why.h"

#include <stdlib.h>

enum {
	LITERALS_MAX = 100000,	/* of all clauses */
	WORK_MAX = 4000000,	/* literals looked at */
};

/* Literals: a variable, or minus it; 0 ends a clause. */
struct problem {
	struct walk *walk;
	int32_t *literals;
	size_t n_literals, capacity;
	int8_t *values; /* of a variable: 1, -1, or 0: open */
	int8_t *easy;   /* the value that a node has now; others 0 */
	/* Those that have a value, in order; minus: it was the second try or
	 * follows from others. */
	int32_t *trail;
	uint32_t n_vars, n_trail;
	struct items nodes; /* still to be written down */
	uint64_t work;
	bool failed, is_too_big;
};

static void write_literal(struct problem *problem, int32_t literal)
{
	if (problem->n_literals == problem->capacity) {
		size_t capacity = problem->capacity * 2 + 1024;
		int32_t *new = reallocarray(
		    problem->literals, capacity, sizeof(*new));

		if (capacity > LITERALS_MAX)
			problem->is_too_big = true;
		if (!new)
			problem->failed = true;
		if (!new)
			return;
		problem->literals = new;
		problem->capacity = capacity;
	}
	problem->literals[problem->n_literals++] = literal;
}

static void clause(struct problem *problem, int32_t a, int32_t b, int32_t c)
{
	if (a)
		write_literal(problem, a);
	if (b)
		write_literal(problem, b);
	if (c)
		write_literal(problem, c);
	write_literal(problem, 0);
}

static int32_t new_var(struct problem *problem)
{
	return (int32_t)++problem->n_vars;
}

static int32_t var_of(struct problem *problem, struct node *node)
{
	struct visit *visit = visit_of(problem->walk, node);

	if (!visit->var) {
		visit->var = new_var(problem);
		items_push(problem->walk, &problem->nodes,
		    &(struct item){ .node = node });
	}
	return visit->var;
}

/* ---- what nodes need of each other ---- */

/* It may change, unless nothing makes it do so. */
static int32_t write_latch(
    struct problem *problem, struct node *node, uint32_t index)
{
	const struct latch *latch = &node->decl->latches[index];
	bool is_set = needs_latch(node, index);
	const struct trigger *trigger = is_set ? &latch->until : &latch->from;
	int32_t var = new_var(problem);

	if (trigger->type == EVENT_NONE || trigger->type == EVENT_STARTUP)
		clause(problem, is_set ? var : -var, 0, 0);
	return var;
}

/* Both are true (is_and), or one of them is. */
static int32_t write_both(
    struct problem *problem, int32_t a, int32_t b, bool is_and)
{
	int32_t var = new_var(problem);

	if (is_and) {
		clause(problem, -var, a, 0);
		clause(problem, -var, b, 0);
		clause(problem, var, -a, -b);
	} else {
		clause(problem, var, -a, 0);
		clause(problem, var, -b, 0);
		clause(problem, -var, a, b);
	}
	return var;
}

static int32_t write_condition(struct problem *problem, struct node *node)
{
	const struct condition *when = node->decl->when;
	int32_t stack[CONDITION_DEPTH_MAX];
	uint32_t n = 0;

	for (uint32_t i = 0; i < when->n_steps; i++) {
		const struct condition_step *step = &when->steps[i];

		switch (step->op) {
		case CONDITION_NODE:
			stack[n++] = var_of(problem,
			    condition_target(node, step->ref));
			break;
		case CONDITION_LATCH:
			stack[n++] = write_latch(problem, node, step->ref);
			break;
		case CONDITION_NOT:
			stack[n - 1] = -stack[n - 1];
			break;
		case CONDITION_AND:
		case CONDITION_OR:
			n--;
			stack[n - 1] = write_both(problem, stack[n - 1],
			    stack[n], step->op == CONDITION_AND);
			break;
		}
	}
	return stack[0];
}

/* Up: one of its instances is. */
static void write_template(struct problem *problem, struct node *top)
{
	int32_t var = var_of(problem, top);
	struct card *card;

	RB_FOREACH (card, card_by_key,
	    resolver_cards(top->resolver, top->decl->root)) {
		struct node *node = &card->nodes[top->decl->slot];

		if (!node->is_absent)
			clause(problem, var, -var_of(problem, node), 0);
	}
	write_literal(problem, -var);
	RB_FOREACH (card, card_by_key,
	    resolver_cards(top->resolver, top->decl->root))
		if (!card->nodes[top->decl->slot].is_absent)
			write_literal(problem, var_of(problem,
				&card->nodes[top->decl->slot]));
	write_literal(problem, 0);
}

static void write_members(struct problem *problem, struct node *group)
{
	const struct edges *edges = group->decl->edges;

	write_literal(problem, -var_of(problem, group));
	for (uint32_t i = 0; i < edges->n_down; i++)
		if (edges->down[i].role == EDGE_OF)
			write_literal(problem, var_of(problem,
				edge_target(group, &edges->down[i])));
	write_literal(problem, 0);
}

static void write_node(struct problem *problem, struct node *node)
{
	const struct edges *edges = node->decl->edges;
	int32_t var = var_of(problem, node);

	if (node->is_top && node->n_present) {
		write_template(problem, node);
		return;
	}
	if (node->decl->on_event)
		clause(problem, -var, 0, 0);
	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *edge = &edges->down[i];

		if (edge_is_prerequisite(edge) ||
		    (edge->role == EDGE_OF && !node_is_any(node)))
			clause(problem, -var,
			    var_of(problem, edge_target(node, edge)), 0);
	}
	if (node_is_any(node))
		write_members(problem, node);
	if (node->decl->when && node->decl->when->n_steps)
		clause(problem, -var, write_condition(problem, node), 0);
	if (node->decl->schema == &schema_state)
		clause(problem, -var,
		    write_latch(problem, node, state_latch(node->decl)), 0);
}

/* ---- the search ---- */

static void set_value(struct problem *problem, int32_t literal, bool is_try)
{
	int32_t var = abs(literal);

	problem->values[var] = literal > 0 ? 1 : -1;
	problem->trail[problem->n_trail++] = is_try ? var : -var;
}

/* Undoes values until one that was tried, and gives it the other. False: there
 * is none, all has been tried. */
static bool go_back(struct problem *problem)
{
	while (problem->n_trail) {
		int32_t var = problem->trail[--problem->n_trail];
		int8_t value = problem->values[abs(var)];

		problem->values[abs(var)] = 0;
		if (var < 0)
			continue;
		set_value(problem, value > 0 ? -var : var, false);
		return true;
	}
	return false;
}

enum finding { CLAUSE_TRUE, CLAUSE_FALSE, CLAUSE_FORCES, CLAUSE_OPEN };

/* Nodes had better stay what they are; events may occur. */
static int ease(const struct problem *problem, int32_t literal)
{
	return problem->easy[abs(literal)] * (literal > 0 ? 1 : -1);
}

/* *ret: the literal that it forces, or that may be tried first. */
static enum finding look_at(
    struct problem *problem, const int32_t *literals, int32_t *ret)
{
	uint32_t n_open = 0;

	*ret = 0;
	for (; *literals; literals++) {
		int32_t literal = *literals;
		int8_t value = problem->values[abs(literal)];

		problem->work++;
		problem->walk->steps->n++;
		if (value && (value > 0) == (literal > 0))
			return CLAUSE_TRUE;
		if (value)
			continue;
		n_open++;
		if (!*ret || ease(problem, literal) > ease(problem, *ret))
			*ret = literal;
	}
	return !n_open ? CLAUSE_FALSE
		: n_open == 1 ? CLAUSE_FORCES : CLAUSE_OPEN;
}

static bool is_too_long(const struct problem *problem)
{
	return problem->work >= WORK_MAX || walk_is_over(problem->walk);
}

/* What follows from the values. *ret: a literal to be tried, 0: all clauses
 * are true. False: they contradict each other. */
static bool follow(struct problem *problem, int32_t *ret)
{
	bool has_changed = true;

	while (has_changed && !is_too_long(problem)) {
		const int32_t *at = problem->literals;
		const int32_t *end = at + problem->n_literals;

		has_changed = false;
		*ret = 0;
		while (at < end) {
			int32_t literal;

			switch (look_at(problem, at, &literal)) {
			case CLAUSE_TRUE:
				break;
			case CLAUSE_FALSE:
				return false;
			case CLAUSE_FORCES:
				set_value(problem, literal, false);
				has_changed = true;
				break;
			case CLAUSE_OPEN:
				if (!*ret)
					*ret = literal;
				break;
			}
			while (*at)
				at++;
			at++;
		}
	}
	return true;
}

static enum possible search(struct problem *problem)
{
	int32_t literal;

	for (uint32_t i = 0; i < problem->walk->n_visits; i++) {
		const struct visit *visit = visit_at(problem->walk, i);

		if (visit->var)
			problem->easy[visit->var] =
			    needs_is_there(visit->node) ? 1 : -1;
	}
	while (!is_too_long(problem)) {
		bool is_so_far = follow(problem, &literal);

		if (is_too_long(problem))
			break;
		if (!is_so_far) {
			if (!go_back(problem))
				return POSSIBLE_NOT;
		} else if (literal) {
			set_value(problem, literal, true);
		} else {
			return POSSIBLE_SO;
		}
	}
	return POSSIBLE_PERHAPS;
}

static void keep_values(struct problem *problem)
{
	for (uint32_t i = 0; i < problem->walk->n_visits; i++) {
		struct visit *visit = visit_at(problem->walk, i);
		int8_t value = visit->var ? problem->values[visit->var] : 0;

		visit->has_to_be_up = value > 0;
		visit->has_to_be_down = value < 0;
	}
}

static void write_all(struct problem *problem, struct node *goal)
{
	clause(problem, var_of(problem, goal), 0, 0);
	while (problem->nodes.n && !problem->failed && !problem->is_too_big &&
	       !walk_is_over(problem->walk))
		write_node(
		    problem, problem->nodes.items[--problem->nodes.n].node);
}

enum possible why_possible(struct walk *walk, struct node *goal)
{
	struct problem problem = { .walk = walk };
	enum possible found = POSSIBLE_PERHAPS;

	write_all(&problem, goal);
	problem.values = calloc(problem.n_vars + 1, sizeof(*problem.values));
	problem.trail = calloc(problem.n_vars + 1, sizeof(*problem.trail));
	problem.easy = calloc(problem.n_vars + 1, sizeof(*problem.easy));
	if (!problem.values || !problem.trail || !problem.easy)
		problem.failed = true;
	walk->failed |= problem.failed;
	if (!walk->failed && !problem.is_too_big)
		found = search(&problem);
	if (found == POSSIBLE_SO)
		keep_values(&problem);
	free(problem.nodes.items);
	free(problem.literals);
	free(problem.values);
	free(problem.trail);
	free(problem.easy);
	return found;
}
