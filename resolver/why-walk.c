/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chooses the cheapest way to bring a node up: first goes all ways, then,
 * from below, counts for each choice what the alternatives need.
 */
#include "resolver/why.h"

#include <stdlib.h>
#include <string.h>

enum {
	COUNT_MAX = 1024, /* nodes looked at for one cost; more is much */
	ROUNDS_MAX = 64, /* two do, unless a profile contradicts itself */
};

/* ---- lists ---- */

void items_push(
    struct walk *walk, struct items *items, const struct item *item)
{
	if (items->n == items->capacity) {
		size_t capacity = items->capacity ? items->capacity * 2 : 64;
		struct item *new = reallocarray(
		    items->items, capacity, sizeof(*new));

		if (!new) {
			walk->failed = true;
			return;
		}
		items->items = new;
		items->capacity = capacity;
	}
	items->items[items->n++] = *item;
}

/* From above, so that what pulls a node has been looked at before it. */
static int compare_later(const void *a, const void *b)
{
	const struct node *x = ((const struct visit *)a)->node;
	const struct node *y = ((const struct visit *)b)->node;
	uint32_t i = x->decl->level, j = y->decl->level;

	if (i != j)
		return i < j ? 1 : -1;
	return (x->n_inner > y->n_inner) - (x->n_inner < y->n_inner);
}

struct walk *walk_new(
    const struct resolver *resolver, struct why_steps *steps)
{
	struct walk *walk = calloc(1, sizeof(*walk));

	if (!walk)
		return NULL;
	/* A walk marks nodes as visited: nothing that anyone can see. */
	walk->resolver = (struct resolver *)resolver;
	walk->resolver->traversal++;
	walk->steps = steps;
	walk->limit = steps->max;
	heap_init(
	    &walk->later, compare_later, offsetof(struct visit, later_at));
	return walk;
}

void walk_free(struct walk *walk)
{
	for (uint32_t i = 0; i < walk->n_blocks; i++)
		free(walk->blocks[i]);
	free(walk->blocks);
	free(walk->roots.items);
	free(walk->stack.items);
	heap_clear(&walk->later);
	free(walk->open.items);
	free(walk->found.items);
	free(walk->downs.items);
	free(walk->leaves.items);
	free(walk);
}

struct way *way_of(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	return &visit_of(walk, node)->ways[mode];
}

void walk_push(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	items_push(walk, &walk->open,
	    &(struct item){ .type = ITEM_NODE, .node = node, .mode = mode });
}

static void ignore_leaf(struct walk *walk, const struct leaf *leaf)
{
	(void)walk;
	(void)leaf;
}

/* ---- counting leaves ---- */

/* A node may wait for several events. */
static uint64_t bit_of(const struct leaf *leaf)
{
	const struct decl *decl = leaf->node->decl;

	for (uint32_t i = 0; i < decl->n_latches && leaf->trigger; i++)
		if (leaf->trigger == &decl->latches[i].from ||
		    leaf->trigger == &decl->latches[i].until)
			return (uint64_t)1 << (32 + i % 32);
	return (uint64_t)1 << leaf->cause;
}

static void count_leaf(struct walk *walk, const struct leaf *leaf)
{
	struct visit *visit = visit_of(walk, leaf->node);
	uint64_t bit = bit_of(leaf);

	if (visit->leaf_stamp != walk->stamp)
		visit->leaves = 0;
	visit->leaf_stamp = walk->stamp;
	if (!(visit->leaves & bit))
		walk->cost += leaf_cost(leaf);
	visit->leaves |= bit;
}

/* What rides is looked at last: something else may turn out to pull it. */
static void count_need(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	struct visit *visit = visit_of(walk, node);

	if (mode != WHY_RIDES) {
		items_push(walk, &walk->stack,
		    &(struct item){ .node = node, .mode = mode });
		return;
	}
	if (walk->failed || visit->later_at)
		return;
	if (heap_reserve(&walk->later, walk->later.n + 1))
		walk->failed = true;
	else
		heap_insert(&walk->later, visit);
}

/* False: nothing is left to be counted. */
static bool next_need(struct walk *walk, struct item *ret)
{
	struct visit *visit = heap_min(&walk->later);

	if (walk->stack.n) {
		*ret = walk->stack.items[--walk->stack.n];
		return true;
	}
	if (!visit)
		return false;
	heap_remove(&walk->later, visit);
	*ret = (struct item){ .node = visit->node, .mode = WHY_RIDES };
	return true;
}

static bool is_counted(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	struct visit *visit = visit_of(walk, node);

	for (int i = WHY_MODES; i-- > (int)mode;)
		if (visit->ways[i].stamp == walk->stamp)
			return true;
	visit->ways[mode].stamp = walk->stamp;
	return false;
}

static void count_begin(struct walk *walk)
{
	walk->stamp++;
	walk->cost = 0;
	walk->takes_all = false;
	walk->on_leaf = count_leaf;
	walk->on_need = count_need;
	walk->stack.n = 0;
	while (walk->later.n)
		heap_remove(&walk->later, heap_min(&walk->later));
}

/* At most max nodes are looked at; beyond that it is much. */
static uint64_t count_needs(struct walk *walk, uint32_t max)
{
	struct item item;

	while (!walk_is_over(walk) && next_need(walk, &item)) {
		if (is_counted(walk, item.node, item.mode))
			continue;
		if (!max--)
			return COST_NEVER - 1;
		needs_expand(walk, item.node, item.mode);
	}
	return walk->cost < COST_NEVER ? walk->cost : COST_NEVER;
}

/* Counts the leaves of the chosen way, and leaves walk->stamp with each way
 * gone. */
static uint64_t count(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	count_begin(walk);
	count_need(walk, node, mode);
	return count_needs(walk, COUNT_MAX);
}

uint64_t walk_cost(struct walk *walk, struct node *node, enum why_mode mode)
{
	struct way *way = way_of(walk, node, mode);

	if (!way->is_counted && way->is_solved) {
		way->is_counted = true;
		way->cost = count(walk, node, mode);
	}
	return way->cost;
}

/* ---- choosing ---- */

struct choice {
	struct node *best;
	uint64_t cost;
	uint32_t n;
};

static bool has_prospect(const struct node *node)
{
	return node->is_top ? node->n_prospects > 0
			    : node->flags & FLAG_PROSPECT;
}

/* Of an in-order group that pulls, the members after one that is coming, or
 * that it does not pull yet, have to wait. */
static bool weigh_option(struct walk *walk, struct node *node,
    struct node *option, enum why_mode mode, void *ctx)
{
	struct choice *choice = ctx;
	uint64_t cost = needs_will_stay(walk, option)
		? 0 : walk_cost(walk, option, mode);

	if (visit_of(walk, option)->will_be_down ||
	    visit_of(walk, option)->has_to_be_down)
		cost = COST_NEVER;
	else if (visit_of(walk, option)->is_sure)
		cost = 0;
	choice->n++;
	if (!choice->best || cost < choice->cost) {
		choice->best = option;
		choice->cost = cost;
	}
	if (!node->decl->is_in_order || mode == WHY_RIDES ||
	    option->decl == node->decl || walk->is_guided)
		return true;
	if (node->flags & FLAG_PULLED && choice->n >= node->prefix)
		return false;
	return (uint32_t)cost && !has_prospect(option);
}

/* All below it have been chosen. */
static void choose(struct walk *walk, struct node *node, enum why_mode mode)
{
	struct way *way = way_of(walk, node, mode);
	struct choice choice = { 0 };
	struct leaf found;
	uint64_t riding;

	if (needs_mode(walk, node, mode, &found) != mode)
		return;
	if (node_is_any(node) || (node->is_top && node->n_present)) {
		needs_each_option(walk, node, mode, weigh_option, &choice);
		way->chosen = choice.best;
	}
	needs_weigh(walk, node);
	if (mode != WHY_RIDES)
		return;
	riding = count(walk, node, mode);
	if (riding > COST_THING + walk_cost(walk, node, WHY_CLEARED))
		way->asks = true;
}

static void solve_need(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	if (!way_of(walk, node, mode)->is_open)
		walk_push(walk, node, mode);
}

static void solve(struct walk *walk, struct node *node)
{
	size_t n_before = walk->open.n;

	walk_push(walk, node, WHY_RIDES);
	while (!walk_is_over(walk) && walk->open.n > n_before) {
		struct item item = walk->open.items[walk->open.n - 1];
		struct way *way = way_of(walk, item.node, item.mode);

		if (!way->is_open) {
			way->is_open = true;
			walk->takes_all = true;
			walk->on_leaf = ignore_leaf;
			walk->on_need = solve_need;
			needs_expand(walk, item.node, item.mode);
			continue;
		}
		walk->open.n--;
		if (way->is_solved)
			continue;
		choose(walk, item.node, item.mode);
		way->is_solved = true;
	}
}

uint64_t walk_cost_alone(struct walk *walk, struct node *node)
{
	solve(walk, node);
	return walk_cost(walk, node, WHY_RIDES);
}

/* ---- rounds ---- */

static void solve_roots(struct walk *walk)
{
	walk->open.n = 0;
	walk->steps->n += walk->n_visits;
	for (uint32_t i = 0; i < walk->n_visits; i++)
		memset(visit_at(walk, i)->ways, 0, sizeof(walk->spare.ways));
	for (size_t i = 0; i < walk->roots.n; i++)
		solve(walk, walk->roots.items[i].node);
}

static void count_roots(struct walk *walk)
{
	count_begin(walk);
	for (size_t i = 0; i < walk->roots.n; i++)
		count_need(walk, walk->roots.items[i].node, WHY_RIDES);
	count_needs(walk, UINT32_MAX);
}

static void mark_gone(struct walk *walk)
{
	for (uint32_t i = 0; i < walk->n_visits; i++)
		for (int mode = 0; mode < WHY_MODES; mode++) {
			struct way *way = &visit_at(walk, i)->ways[mode];

			way->is_gone = way->stamp == walk->stamp;
		}
}

void walk_solve(struct walk *walk)
{
	uint32_t n_marks = UINT32_MAX;

	for (size_t i = 0; i < walk->roots.n; i++)
		future_mark(walk, walk->roots.items[i].node);
	for (int i = 0; i < ROUNDS_MAX && walk->n_marks != n_marks &&
		!walk_is_over(walk); i++) {
		solve_roots(walk);
		count_roots(walk);
		n_marks = walk->n_marks;
		future_mark(walk, NULL);
	}
	mark_gone(walk);
}

void walk_solve_guided(struct walk *walk)
{
	walk->is_guided = true;
	walk->has_falls = false;
	for (uint32_t i = 0; i < walk->n_visits; i++) {
		struct visit *visit = visit_at(walk, i);

		*visit = (struct visit){ .node = visit->node,
			.has_to_be_up = visit->has_to_be_up,
			.has_to_be_down = visit->has_to_be_down };
	}
	for (uint32_t i = 0; i < walk->n_visits; i++)
		if (visit_at(walk, i)->has_to_be_up)
			future_mark(walk, visit_at(walk, i)->node);
	walk_solve(walk);
}
