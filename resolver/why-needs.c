/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a node needs, read from the records that the decisions are made of. */
#include "resolver/card.h"
#include "resolver/why.h"

#include <stdlib.h>

struct visit *visit_of(struct walk *walk, struct node *node)
{
	uint32_t at = walk->n_visits;

	walk->steps->n++;
	if (node->visited == walk->resolver->traversal)
		return &walk->blocks[node->n_inner / VISITS_A_BLOCK]
				    [node->n_inner % VISITS_A_BLOCK];
	if (at == walk->n_blocks * VISITS_A_BLOCK) {
		struct visit **blocks = reallocarray(
		    walk->blocks, walk->n_blocks + 1, sizeof(*blocks));

		if (blocks)
			walk->blocks = blocks;
		if (!blocks || !(blocks[walk->n_blocks] = calloc(
				     VISITS_A_BLOCK, sizeof(**blocks)))) {
			walk->failed = true;
			return &walk->spare;
		}
		walk->n_blocks++;
	}
	walk->n_visits++;
	node->visited = walk->resolver->traversal;
	node->n_inner = at;
	walk->blocks[at / VISITS_A_BLOCK][at % VISITS_A_BLOCK].node = node;
	return visit_of(walk, node);
}

/* ---- of one node ---- */

bool needs_is_there(const struct node *node)
{
	return node->is_top ? node->n_available > 0
			    : node->flags & FLAG_AVAILABLE;
}

bool needs_will_stay(struct walk *walk, struct node *node)
{
	return needs_is_there(node) && !visit_of(walk, node)->is_shaken;
}

bool needs_is_blocking(const struct node *node)
{
	return node->is_top ? node->n_blocking > 0
			    : node->flags & FLAG_BLOCKS;
}

/* Nothing of it is there: what an instance would need is said of the top. */
static bool is_whole(const struct node *node)
{
	return !node->is_top || !node->n_present;
}

static bool is_pulled(struct walk *walk, struct node *node)
{
	const struct node *top = &node_top(node)->node;

	if (node->is_goal || top->is_goal || node->decl->start == START_AUTO)
		return true;
	if (!(node->flags & FLAG_PULLED) && !node->n_pulls && !top->n_pulls)
		return false;
	if (!node->decl->edges->is_fallback && !walk->has_falls)
		return true;
	return pull_source(walk, node, true);
}

/* An instance that is pulled, or rides, though the template is not. */
static bool has_wanted_instance(struct walk *walk, const struct node *top)
{
	struct card *card;

	if (top->decl->start == START_HOTPLUG)
		return true;
	RB_FOREACH (card, card_by_key,
	    resolver_cards(top->resolver, top->decl->root))
		if (!card->nodes[top->decl->slot].is_absent &&
		    is_pulled(walk, &card->nodes[top->decl->slot]))
			return true;
	return false;
}

enum why_mode needs_mode(struct walk *walk, struct node *node,
    enum why_mode mode, struct leaf *ret_leaf)
{
	struct node *top = &node_top(node)->node;
	struct visit *visit = visit_of(walk, node);

	*ret_leaf = (struct leaf){ .cause = WHY_NONE, .node = node };
	if (mode == WHY_CLEARED)
		return mode;
	if (node_is_masked_by_any(node)) {
		ret_leaf->cause = WHY_MASK;
		ret_leaf->node = node->is_masked ? node : top;
		return WHY_CLEARED;
	}
	if (mode == WHY_PULLED || is_pulled(walk, node))
		return WHY_PULLED;
	if (!visit->ways[mode].asks &&
	    (is_whole(node) ? node->decl->start == START_HOTPLUG
			    : has_wanted_instance(walk, node)))
		return mode;
	ret_leaf->cause = WHY_UNASKED;
	return WHY_CLEARED;
}

uint64_t leaf_cost(const struct leaf *leaf)
{
	switch (leaf->cause) {
	case WHY_STARTING:
	case WHY_AFTER:
	case WHY_STOPPING:
	case WHY_LATER:
		return COST_THING - 1;
	case WHY_NEVER:
		return COST_NEVER;
	case WHY_EVENT:
		return leaf->node->decl->on_event ? COST_NEVER : COST_THING;
	case WHY_NONE:
	case WHY_DEVICE:
	case WHY_UNMET:
	case WHY_FAILED:
	case WHY_MASK:
	case WHY_UNASKED:
	case WHY_MISMATCH:
	case WHY_UP:
		break;
	}
	return COST_THING;
}

static void leaf(struct walk *walk, struct node *node, enum why_cause cause)
{
	walk->on_leaf(walk, &(struct leaf){ .cause = cause, .node = node });
}

/* ---- its own state ---- */

static enum why_cause state_cause(const struct node *node)
{
	switch ((enum node_state)node->state) {
	case NODE_STARTING:
		if (!node->is_desired)
			return WHY_STOPPING;
		return node_is_own(node) ? WHY_LATER : WHY_STARTING;
	case NODE_STOPPING:
		return WHY_STOPPING;
	case NODE_FAILED:
		return node->is_desired ? WHY_FAILED : WHY_NONE;
	case NODE_UP:
		return node->must_restart ? WHY_STOPPING : WHY_NONE;
	case NODE_WAITING:
		if (!node->is_unmet || !node->is_desired)
			return WHY_NONE;
		if (!node_is_own(node))
			return WHY_UNMET;
		return node->decl->schema == &schema_location ? WHY_MISMATCH
							      : WHY_NONE;
	case NODE_IDLE:
	case NODE_ABSENT:
		break;
	}
	return WHY_NONE;
}

static void expand_state(struct walk *walk, struct node *node)
{
	enum why_cause cause = state_cause(node);

	if (!node_device_is_present(node))
		leaf(walk, node, node->is_stale ? WHY_STOPPING : WHY_DEVICE);
	if (cause != WHY_NONE)
		leaf(walk, node, cause);
	else if (node->lacks_fact)
		leaf(walk, node, WHY_UNMET);
	if (node->decl->on_event)
		walk->on_leaf(walk, &(struct leaf){ .cause = WHY_EVENT,
			.node = node, .trigger = node->decl->on_event });
}

/* ---- order ---- */

/* It is coming, or on its way down. Whether it comes up does not matter, or
 * must not be taken for granted. */
static void expand_blocking(struct walk *walk, struct node *node)
{
	if (!visit_of(walk, node)->will_be_up)
		leaf(walk, node, WHY_AFTER);
	else
		walk->on_need(walk, node, WHY_RIDES);
}

static void expand_after(struct walk *walk, struct node *node)
{
	const struct edges *edges = node->decl->edges;
	uint32_t n = 0;

	for (uint32_t i = 0; i < edges->n_down; i++) {
		struct node *to = edge_target(node, &edges->down[i]);
		struct card *card;

		if (!edge_is_after(&edges->down[i]) || !needs_is_blocking(to))
			continue;
		n++;
		if (!to->is_top) {
			expand_blocking(walk, to);
			continue;
		}
		RB_FOREACH (card, card_by_key,
		    resolver_cards(to->resolver, to->decl->root))
			if (card->nodes[to->decl->slot].flags & FLAG_BLOCKS)
				expand_blocking(walk,
				    &card->nodes[to->decl->slot]);
	}
	/* One of its name that a reload took out of the profile. */
	if (!node->is_top && node->n_before > n)
		leaf(walk, node, WHY_STOPPING);
}

/* ---- one of several ---- */

void needs_each_option(struct walk *walk, struct node *node,
    enum why_mode mode,
    bool (*f)(struct walk *walk, struct node *node, struct node *option,
	enum why_mode mode, void *ctx),
    void *ctx)
{
	const struct edges *edges = node->decl->edges;
	struct card *card;

	if (!is_whole(node)) {
		RB_FOREACH (card, card_by_key,
		    resolver_cards(node->resolver, node->decl->root)) {
			struct node *to = &card->nodes[node->decl->slot];

			if (!to->is_absent)
				f(walk, node, to, mode, ctx);
		}
		return;
	}
	if (mode == WHY_CLEARED)
		mode = WHY_PULLED;
	for (uint32_t i = 0; i < edges->n_down; i++)
		if (edges->down[i].role == EDGE_OF &&
		    !f(walk, node, edge_target(node, &edges->down[i]), mode,
			ctx))
			return;
}

static bool need_option(struct walk *walk, struct node *node,
    struct node *option, enum why_mode mode, void *ctx)
{
	(void)node;
	(void)ctx;
	if (!walk->takes_all && visit_of(walk, option)->will_be_down)
		leaf(walk, option, WHY_NEVER);
	if (!needs_will_stay(walk, option))
		walk->on_need(walk, option, mode);
	return true;
}

static bool count_member(struct walk *walk, struct node *node,
    struct node *option, enum why_mode mode, void *ctx)
{
	uint32_t *n = ctx;

	(void)node;
	(void)mode;
	*n += needs_will_stay(walk, option) &&
	      !visit_of(walk, option)->will_be_down;
	return true;
}

/* Enough members are there, and stay. */
static bool has_members(struct walk *walk, struct node *group)
{
	uint32_t n = 0;

	needs_each_option(walk, group, WHY_PULLED, count_member, &n);
	return n >= (node_is_any(group) ? 1 : group->decl->of.n);
}

/* Members of a group, instances of a template. */
static void expand_options(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	struct node *chosen = visit_of(walk, node)->ways[mode].chosen;

	if (is_whole(node) &&
	    (!node_is_group(node) || has_members(walk, node)))
		return;
	if (walk->takes_all || (is_whole(node) && !node_is_any(node))) {
		needs_each_option(walk, node, mode, need_option, NULL);
		return;
	}
	if (chosen && visit_of(walk, chosen)->will_be_down)
		leaf(walk, chosen, WHY_NEVER);
	if (chosen && !needs_will_stay(walk, chosen))
		walk->on_need(walk, chosen,
		    is_whole(node) && mode == WHY_CLEARED ? WHY_PULLED : mode);
}

/* ---- all of it ---- */

static void expand_whole(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	const struct edges *edges = node->decl->edges;

	expand_state(walk, node);
	condition_expand(walk, node);
	for (uint32_t i = 0; i < edges->n_down; i++) {
		struct node *to = edge_target(node, &edges->down[i]);

		if (!edge_is_prerequisite(&edges->down[i]))
			continue;
		if (visit_of(walk, to)->will_be_down)
			leaf(walk, to, WHY_NEVER);
		if (!needs_will_stay(walk, to))
			walk->on_need(walk, to, mode);
	}
	expand_after(walk, node);
}

void needs_expand(struct walk *walk, struct node *node, enum why_mode mode)
{
	struct leaf found;
	enum why_mode real;

	if (needs_will_stay(walk, node))
		return;
	real = needs_mode(walk, node, mode, &found);
	if (found.cause != WHY_NONE)
		walk->on_leaf(walk, &found);
	if (walk->takes_all && real != mode)
		walk->on_need(walk, node, real);
	else if (walk->takes_all && mode == WHY_RIDES)
		walk->on_need(walk, node, WHY_CLEARED);
	if (is_whole(node))
		expand_whole(walk, node, real);
	expand_options(walk, node, real);
}
