/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a node is not up, or why it is: read from the same records that the
 * decisions are made from, never a second opinion. See why.h.
 */
#include "resolver/why.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
	OTHERS_MAX = 3,    /* alternatives that are named */
	INSTANCES_MAX = 64, /* of a template, that are explained one by one */
};

/* ---- telling ---- */

struct teller {
	/* Where the leaves go, instead; or NULL. */
	struct leaves *leaves;
	void (*f)(void *ctx, const struct why_line *line);
	void *ctx;
	struct text text;
	bool failed; /* a line was lost */
};

static const char *event_name(const struct leaf *leaf)
{
	return leaf->trigger && leaf->trigger->type == EVENT_NAMED
		? leaf->trigger->name : NULL;
}

/* As leaves_find(), which takes longer the more there are. */
static struct leaf *find_known(struct walk *walk, const struct leaf *leaf)
{
	walk->steps->n += walk->leaves.n / LEAVES_A_STEP;
	return leaves_find(&walk->leaves, leaf);
}

/* What has been told already is told again, but does not count twice. */
static enum why_cause new_cause(struct walk *walk, const struct leaf *leaf)
{
	struct leaf *known = find_known(walk, leaf);

	if (!known)
		return leaf->cause;
	if (known->is_told)
		return WHY_NONE;
	known->is_told = true;
	return leaf->cause;
}

static void tell(struct walk *walk, struct teller *teller, uint32_t depth,
    const struct leaf *leaf, const struct node *node)
{
	teller->failed |= teller->text.failed;
	if (teller->failed)
		return;
	walk->steps->n += STEPS_A_LINE;
	if (teller->leaves) {
		walk->steps->n += teller->leaves->n / LEAVES_A_STEP;
		teller->failed |= leaf->cause != WHY_NONE &&
				  leaves_add(teller->leaves, leaf);
		return;
	}
	teller->f(teller->ctx, &(struct why_line){
		.depth = depth,
		.cause = new_cause(walk, leaf),
		.node = node ? node->name : NULL,
		.state = node ? node_state_name(node_state(node)) : NULL,
		.event = leaf->cause == WHY_EVENT ? event_name(leaf) : NULL,
		.text = teller->text.data ? teller->text.data : "",
	});
}

/* A task that does not wait for its event now, which would be dropped. */
static bool is_busy_task(const struct leaf *leaf)
{
	return leaf->cause == WHY_EVENT &&
	       leaf->trigger == leaf->node->decl->on_event &&
	       (leaf->node->state == NODE_FAILED ||
		   node_is_active(leaf->node));
}

static void tell_leaf(
    struct walk *walk, struct teller *teller, const struct item *item)
{
	const struct leaf *known = find_known(walk, &item->leaf);

	if ((known && (known->is_dropped || known->is_told)) ||
	    (!teller->leaves && is_busy_task(&item->leaf)))
		return;
	text_clear(&teller->text);
	if (item->leaf.cause == WHY_UP &&
	    node_state(item->leaf.node) != NODE_UP) {
		text_append(&teller->text, "would come up, too; ");
	} else if (item->leaf.cause == WHY_UP) {
		text_append(&teller->text, "is up");
		say_up(walk, &teller->text, item->leaf.node);
		text_append(&teller->text, "; ");
	}
	say_leaf(walk, &teller->text, &item->leaf);
	tell(walk, teller, item->depth, &item->leaf, item->leaf.node);
}

struct others {
	struct walk *walk;
	struct teller *teller;
	const struct node *chosen;
	uint32_t depth, n;
	bool is_free; /* the one that was chosen needs nothing */
};

static bool tell_other(struct walk *walk, struct node *node,
    struct node *option, enum why_mode mode, void *ctx)
{
	struct others *others = ctx;
	struct text *text = &others->teller->text;
	const struct leaf none = { .cause = WHY_NONE };
	uint64_t cost = walk_cost(walk, option, mode);

	(void)node;
	/* One that needs nothing is no choice: it comes, or has to go. */
	if (option == others->chosen || !cost || others->n++ >= OTHERS_MAX)
		return true;
	text_clear(text);
	text_printf(text, "or %s: ", option->name);
	say_cost(text, walk_cost_alone(walk, option));
	text_printf(text, ", see netconf why %s", option->name);
	tell(walk, others->teller, others->depth, &none, NULL);
	return true;
}

static bool is_chosen_free(struct walk *walk, struct node *node,
    struct node *option, enum why_mode mode, void *ctx)
{
	struct others *others = ctx;

	(void)node;
	if (option != others->chosen)
		return true;
	others->is_free = !walk_cost(walk, option, mode);
	return false;
}

/* What the members, or instances, that were not chosen would need. */
static void tell_others(
    struct walk *walk, struct teller *teller, const struct item *item)
{
	const struct leaf none = { .cause = WHY_NONE };
	struct others others = { walk, teller,
		way_of(walk, item->node, item->mode)->chosen, item->depth };

	needs_each_option(
	    walk, item->node, item->mode, is_chosen_free, &others);
	if (others.is_free)
		return;
	needs_each_option(walk, item->node, item->mode, tell_other, &others);
	if (others.n <= OTHERS_MAX)
		return;
	text_clear(&teller->text);
	if (others.n == OTHERS_MAX + 1)
		text_append(&teller->text, "or one other");
	else
		text_printf(&teller->text, "or one of %u others",
		    others.n - OTHERS_MAX);
	tell(walk, teller, item->depth, &none, NULL);
}

/* ---- what it names ---- */

struct leaf *leaves_find(struct leaves *leaves, const struct leaf *leaf)
{
	for (size_t i = 0; i < leaves->n; i++) {
		struct leaf *item = &leaves->items[i];

		if (item->cause == leaf->cause && item->node == leaf->node &&
		    item->trigger == leaf->trigger)
			return item;
	}
	return NULL;
}

int leaves_add(struct leaves *leaves, const struct leaf *leaf)
{
	if (leaves_find(leaves, leaf))
		return 0;
	if (leaves->n == leaves->capacity) {
		size_t capacity = leaves->capacity ? 2 * leaves->capacity : 16;
		struct leaf *new = reallocarray(
		    leaves->items, capacity, sizeof(*new));

		if (!new)
			return -ENOMEM;
		leaves->items = new;
		leaves->capacity = capacity;
	}
	leaves->items[leaves->n++] = *leaf;
	return 0;
}

static void find_leaf(struct walk *walk, const struct leaf *leaf)
{
	const struct leaf *known = find_known(walk, leaf);

	if (!known || !known->is_dropped)
		items_push(walk, &walk->found,
		    &(struct item){ .type = ITEM_LEAF, .leaf = *leaf });
}

static void find_need(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	if (!needs_will_stay(walk, node))
		items_push(walk, &walk->found, &(struct item){
			.type = ITEM_NODE, .node = node, .mode = mode });
}

/* The mode that counted in the end: as what pulls it the most. */
static enum why_mode final_mode(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	struct visit *visit = visit_of(walk, node);
	enum why_mode last = mode;

	for (int i = mode; i < WHY_MODES; i++)
		if (visit->ways[i].is_gone)
			last = i;
	return last;
}

enum turn { TURN_FALL, TURN_SHAKEN, TURN_REST };

static enum turn turn_of(const struct item *item)
{
	switch (item->type) {
	case ITEM_NODE:
		return needs_is_there(item->node) ? TURN_SHAKEN : TURN_REST;
	case ITEM_LEAF:
		if (item->leaf.cause == WHY_UP)
			return TURN_FALL;
		return needs_is_there(item->leaf.node) ? TURN_SHAKEN
						       : TURN_REST;
	case ITEM_OTHERS:
		break;
	}
	return TURN_REST;
}

static void push_found_of(struct walk *walk, uint32_t depth,
    const struct item *told, enum turn turn)
{
	for (size_t i = walk->found.n; i--;) {
		struct item *item = &walk->found.items[i];

		if (item == told || turn_of(item) != turn)
			continue;
		item->depth = depth;
		items_push(walk, &walk->open, item);
	}
}

/* What was found goes under the node, in its order; but first what has to go
 * down: a member of an `any` can be taken down while it is the last; then what
 * keeps up what is: the rest may be what would take it down. */
static void push_found(
    struct walk *walk, uint32_t depth, const struct item *told)
{
	push_found_of(walk, depth, told, TURN_REST);
	push_found_of(walk, depth, told, TURN_SHAKEN);
	push_found_of(walk, depth, told, TURN_FALL);
}

/* A line of its own says what is to happen to it, or to its template. */
static bool is_named(const struct walk *walk, const struct node *node)
{
	for (size_t i = 0; i < walk->leaves.n; i++) {
		const struct leaf *leaf = &walk->leaves.items[i];

		if (!leaf->is_dropped && (leaf->node == node ||
			leaf->node == &node_top(node)->node))
			return true;
	}
	return false;
}

/* What it waits for, and the first thing of its own that has to change. */
static void tell_missing(struct walk *walk, struct teller *teller,
    struct node *node, enum why_mode mode, uint32_t depth)
{
	struct leaf none = { .cause = WHY_NONE }, found;
	const struct item *told = NULL;
	enum why_mode real = needs_mode(walk, node, mode, &found);
	struct way *way = way_of(walk, node, real);

	walk->found.n = 0;
	walk->takes_all = false;
	walk->on_leaf = find_leaf;
	walk->on_need = find_need;
	needs_expand(walk, node, mode);
	if (way->chosen)
		items_push(walk, &walk->found, &(struct item){
			.type = ITEM_OTHERS, .node = node, .mode = real });
	if (walk->found.n && walk->found.items[0].type == ITEM_LEAF &&
	    (walk->found.items[0].leaf.node == node ||
		walk->found.items[0].leaf.cause == WHY_MASK)) {
		told = &walk->found.items[0];
		say_leaf(walk, &teller->text, &told->leaf);
	}
	if (!told && real == WHY_CLEARED && node_is_masked_by_any(node) &&
	    !is_named(walk, node))
		text_append(&teller->text, "was taken down by the admin "
			"('netconf up' of what needs it takes that back)");
	if (!say_needs(&teller->text, node, !teller->text.n) &&
	    !teller->text.n) {
		if (depth && !walk->found.n && is_named(walk, node))
			return;
		text_append(&teller->text, needs_is_there(node)
			? "is up, but could not stay so"
			: node->is_wanted
			? "its turn has not come yet"
			: "nothing is missing: it starts when it is needed");
	}
	if (depth && node->decl->on_event)
		text_append(&teller->text, "; with on-event it is never up");
	tell(walk, teller, depth, told ? &told->leaf : &none, node);
	push_found(walk, depth + 1, told);
}

static bool push_instance(struct walk *walk, struct node *node,
    struct node *option, enum why_mode mode, void *ctx)
{
	struct items *items = ctx;

	(void)node;
	if (items->n < INSTANCES_MAX)
		items_push(walk, items, &(struct item){
			.type = ITEM_NODE, .node = option, .mode = mode });
	return true;
}

/* A template that is up on some device: each instance. */
static void tell_template(struct walk *walk, struct teller *teller,
    struct node *top, uint32_t depth)
{
	const struct leaf none = { .cause = WHY_NONE };

	walk->found.n = 0;
	needs_each_option(walk, top, WHY_RIDES, push_instance, &walk->found);
	text_printf(&teller->text, "is up on %u of %u device%s", top->n_up,
	    top->n_present, top->n_present == 1 ? "" : "s");
	tell(walk, teller, depth, &none, top);
	push_found(walk, depth + 1, NULL);
}

static void tell_node(
    struct walk *walk, struct teller *teller, const struct item *item)
{
	const struct leaf none = { .cause = WHY_NONE };
	struct node *node = item->node;
	struct visit *visit = visit_of(walk, node);

	if (visit->is_printed)
		return;
	visit->is_printed = true;
	text_clear(&teller->text);
	if (node->is_top && node->n_up) {
		tell_template(walk, teller, node, item->depth);
	} else if (needs_will_stay(walk, node)) {
		text_append(&teller->text, "is up");
		say_up(walk, &teller->text, node);
		tell(walk, teller, item->depth, &none, node);
	} else {
		tell_missing(walk, teller, node,
		    final_mode(walk, node, item->mode), item->depth);
	}
}

/* Instances of a template that is up are asked about one by one. */
static void solve(struct walk *walk, struct node *node)
{
	if (node->is_top && node->n_up)
		needs_each_option(
		    walk, node, WHY_RIDES, push_instance, &walk->roots);
	else
		items_push(walk, &walk->roots, &(struct item){
			.type = ITEM_NODE, .node = node });
	walk_solve(walk);
}

/* All of it, from the node down. 0, -ENOMEM. */
static int tell_all(
    struct walk *walk, struct teller *teller, struct node *node)
{
	for (uint32_t i = 0; i < walk->n_visits; i++)
		visit_at(walk, i)->is_printed = false;
	walk->open.n = 0;
	walk_push(walk, node, WHY_RIDES);
	while (!walk_is_over(walk) && !teller->failed && walk->open.n) {
		struct item item = walk->open.items[--walk->open.n];

		switch (item.type) {
		case ITEM_NODE:
			tell_node(walk, teller, &item);
			break;
		case ITEM_LEAF:
			tell_leaf(walk, teller, &item);
			break;
		case ITEM_OTHERS:
			tell_others(walk, teller, &item);
			break;
		}
	}
	text_clear(&teller->text);
	return walk->failed || teller->failed ? -ENOMEM : 0;
}

int why_collect(const struct walk *other, struct resolver *resolver,
    const char *name, struct leaves *ret)
{
	struct node *node = resolver_find(resolver, name);
	struct teller teller = { .leaves = ret };
	struct walk *walk = walk_new(resolver, other->steps);
	int r;

	if (!walk)
		return -ENOMEM;
	walk->limit = other->limit;
	solve(walk, node);
	r = tell_all(walk, &teller, node);
	walk_free(walk);
	return r;
}

/* What turned out to be needed, too, comes last. */
static void tell_more(
    struct walk *walk, struct teller *teller, size_t first)
{
	for (size_t i = first; i < walk->leaves.n && !teller->failed &&
		!walk_is_over(walk); i++)
		tell_leaf(walk, teller, &(struct item){
			.depth = 1, .leaf = walk->leaves.items[i] });
}

/* Collects what the walk names, and makes sure of it; *ret_n: so many the walk
 * has named by itself. enum why_check, -ENOMEM. */
static int collect(struct walk *walk, struct node *node, size_t *ret_n)
{
	struct teller collector = { .leaves = &walk->leaves };
	int r;

	walk->leaves.n = 0;
	r = tell_all(walk, &collector, node);
	*ret_n = walk->leaves.n;
	return r ? r : why_check(walk, node);
}

static bool has_never(const struct leaves *leaves)
{
	for (size_t i = 0; i < leaves->n; i++)
		if (leaves->items[i].cause == WHY_NEVER)
			return true;
	return false;
}

/* What was named contradicts itself, or is not enough: is it so with all that
 * could be? */
static int try_again(struct walk *walk, struct node *node, size_t *ret_n)
{
	int r = 0;

	switch (why_possible(walk, node)) {
	case POSSIBLE_SO:
		walk_solve_guided(walk);
		return collect(walk, node, ret_n);
	case POSSIBLE_NOT:
		walk->leaves.n = *ret_n;
		if (!has_never(&walk->leaves))
			r = leaves_add(&walk->leaves, &(struct leaf){
				.cause = WHY_NEVER, .node = node });
		return r ? r : CHECK_OPEN;
	case POSSIBLE_PERHAPS:
		break;
	}
	return CHECK_FAILS;
}

static void tell_doubt(struct walk *walk, struct teller *teller)
{
	text_clear(&teller->text);
	text_append(&teller->text, "this may not be all that is needed, or "
		"not possible: no way was found that is sure");
	tell(walk, teller, 1, &(struct leaf){ .cause = WHY_NONE }, NULL);
}

/* So many parts of the steps that are left, of four, may be taken. */
static void limit(struct walk *walk, uint32_t parts)
{
	const struct why_steps *steps = walk->steps;
	uint64_t left = steps->max > steps->n ? steps->max - steps->n : 0;

	walk->limit = steps->n + left / 4 * parts;
}

/* 0; 1: it is not sure, and says so; -ENOMEM. */
static int explain(
    struct walk *walk, struct teller *teller, struct node *node)
{
	bool is_doubtful;
	size_t n = 0;
	int r = 0;

	limit(walk, 1);
	solve(walk, node);
	is_doubtful = walk_is_over(walk);
	limit(walk, 3);
	if (walk->roots.n == 1 && !is_doubtful &&
	    !needs_will_stay(walk, node)) {
		r = collect(walk, node, &n);
		if (r == CHECK_FAILS && !walk_is_over(walk))
			r = try_again(walk, node, &n);
		is_doubtful = r == CHECK_FAILS;
	}
	limit(walk, 4);
	if (r >= 0)
		r = tell_all(walk, teller, node);
	if (r < 0)
		return r;
	tell_more(walk, teller, n);
	is_doubtful |= walk_is_over(walk);
	if (is_doubtful)
		tell_doubt(walk, teller);
	return walk->failed || teller->failed ? -ENOMEM : is_doubtful;
}

int why_within(const struct resolver *resolver, uint64_t now_ms,
    const char *name, struct why_steps *steps,
    void (*f)(void *ctx, const struct why_line *line), void *ctx)
{
	struct node *node = resolver_find(resolver, name);
	struct teller teller = { .f = f, .ctx = ctx };
	struct walk *walk;
	int r;

	if (!node)
		return -ENOENT;
	walk = walk_new(resolver, steps);
	if (!walk)
		return -ENOMEM;
	walk->resolver->now_ms = now_ms;
	r = explain(walk, &teller, node);
	text_clear(&teller.text);
	walk_free(walk);
	return r;
}

int resolver_why(const struct resolver *resolver, uint64_t now_ms,
    const char *name, void (*f)(void *ctx, const struct why_line *line),
    void *ctx)
{
	struct why_steps steps = { .max = WHY_STEPS_MAX };
	int r = why_within(resolver, now_ms, name, &steps, f, ctx);

	return r < 0 ? r : 0;
}
