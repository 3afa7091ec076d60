/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What it comes to when all is done that why names so far: what will be up,
 * what will be down, and what comes up or falls with it.
 */
#include "resolver/card.h"
#include "resolver/why.h"

static void ignore_need(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	(void)walk;
	(void)node;
	(void)mode;
}

static void note(struct walk *walk, bool *mark)
{
	walk->n_marks += !*mark;
	*mark = true;
}

static void mark_up(struct walk *walk, struct node *node, bool is_sure)
{
	struct visit *visit = visit_of(walk, node);

	if ((visit->will_be_up && visit->is_sure >= is_sure) ||
	    visit->will_be_down || visit->has_to_be_down)
		return;
	note(walk, &visit->will_be_up);
	if (is_sure)
		note(walk, &visit->is_sure);
	if (node->card)
		note(walk,
		    &visit_of(walk, &node_top(node)->node)->will_be_up);
	walk_push(walk, node, WHY_RIDES);
}

/* The node is to be up, and so what it stands on, there or not. */
static void mark_all_up(struct walk *walk, struct node *node, bool is_sure)
{
	mark_up(walk, node, is_sure);
	while (!walk_is_over(walk) && walk->open.n) {
		struct node *at = walk->open.items[--walk->open.n].node;
		const struct edges *edges = at->decl->edges;

		if (at->is_top && at->n_present)
			continue;
		if (node_choice(at) && needs_is_there(at))
			mark_up(walk, node_choice(at), false);
		for (uint32_t i = 0; i < edges->n_down; i++)
			if (edge_is_prerequisite(&edges->down[i]) ||
			    (edges->down[i].role == EDGE_OF &&
				!node_is_any(at)))
				mark_up(walk,
				    edge_target(at, &edges->down[i]), true);
	}
}

static void find_fall(struct walk *walk, const struct leaf *leaf)
{
	if (leaf->cause == WHY_UP)
		walk_push(walk, leaf->node, WHY_RIDES);
}

/* What has to go down for the way that was just counted. Not before all of it
 * has been gone: what falls pulls nothing, and would change the way. */
static void mark_falls(struct walk *walk)
{
	uint32_t n = walk->n_visits * WHY_MODES;

	walk->takes_all = false;
	walk->on_leaf = find_fall;
	walk->on_need = ignore_need;
	for (uint32_t i = 0; i < n && !walk_is_over(walk); i++) {
		struct visit *visit = visit_at(walk, i / WHY_MODES);

		if (visit->ways[i % WHY_MODES].stamp == walk->stamp)
			needs_expand(walk, visit->node, i % WHY_MODES);
	}
	while (!walk_is_over(walk) && walk->open.n) {
		struct node *node = walk->open.items[--walk->open.n].node;

		note(walk, &visit_of(walk, node)->will_be_down);
		walk->has_falls = true;
	}
}

static void mark_pulls_of(struct walk *walk, struct node *node)
{
	const struct edges *edges = node->decl->edges;

	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *edge = &edges->down[i];
		struct node *to = edge_target(node, edge);

		if ((!node_pulls(node, edge) &&
			!(edge->role == EDGE_OF && !edge->index)) ||
		    visit_of(walk, to)->will_be_pulled)
			continue;
		note(walk, &visit_of(walk, to)->will_be_pulled);
		walk_push(walk, to, WHY_PULLED);
	}
}

/* Once it is asked for, it pulls more than what was chosen, and so does what
 * it pulls. */
static void mark_pulled(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	struct leaf found;

	if (needs_mode(walk, node, mode, &found) == WHY_RIDES)
		return;
	mark_pulls_of(walk, node);
	while (!walk_is_over(walk) && walk->open.n)
		mark_pulls_of(walk, walk->open.items[--walk->open.n].node);
}

/* What the chosen way, which was just counted, comes to: first what goes
 * down, which other choices may avoid, then what comes up. */
static void mark_chosen(struct walk *walk)
{
	uint32_t n = walk->n_visits * WHY_MODES;

	mark_falls(walk);
	for (uint32_t i = 0; i < n && !walk_is_over(walk); i++) {
		struct visit *visit = visit_at(walk, i / WHY_MODES);

		if (visit->ways[i % WHY_MODES].stamp != walk->stamp)
			continue;
		mark_pulled(walk, visit->node, i % WHY_MODES);
		mark_all_up(walk, visit->node, false);
	}
}

static bool will_be_there(struct walk *walk, struct node *node)
{
	const struct visit *visit = visit_of(walk, node);

	return visit->will_be_up || visit->will_come || needs_is_there(node);
}

static bool is_wanted_then(struct walk *walk, struct node *node)
{
	return node->flags & FLAG_PULLED || node->n_pulls || node->is_goal ||
	       visit_of(walk, node)->will_be_pulled ||
	       node->decl->start != START_MANUAL;
}

/* Nothing keeps it from coming up, once what is below it is there; of a
 * template without a card, the instance on the first. */
static bool will_come(struct walk *walk, struct node *node)
{
	const struct edges *edges = node->decl->edges;
	uint32_t n_members = 0;

	/* Whether what a location will see matches is not known. */
	if (node->decl->schema == &schema_location ||
	    (node->decl->schema == &schema_state &&
		!needs_latch(node, state_latch(node->decl))))
		return false;
	if (node->is_absent || node_is_masked_by_any(node) ||
	    !is_wanted_then(walk, node) || node->state == NODE_FAILED ||
	    !(node->is_top ? !node->n_present : node_device_is_present(node)) ||
	    node->decl->on_event || needs_is_there(node) ||
	    (node->is_unmet && !node_is_group(node)) ||
	    !condition_will_hold(walk, node))
		return false;
	for (uint32_t i = 0; i < edges->n_down; i++) {
		bool is_there =
		    will_be_there(walk, edge_target(node, &edges->down[i]));

		if (edge_is_prerequisite(&edges->down[i]) && !is_there)
			return false;
		n_members += edges->down[i].role == EDGE_OF && is_there;
	}
	return !node_is_group(node) ||
	       n_members >= (node_is_any(node) ? 1 : node->decl->of.n);
}

static void look_whether_it_comes(struct walk *walk, struct node *node)
{
	struct visit *visit = visit_of(walk, node);

	if (visit->will_be_up || visit->will_come || !will_come(walk, node))
		return;
	note(walk, &visit->will_come);
	if (node->card)
		note(walk,
		    &visit_of(walk, &node_top(node)->node)->will_come);
	walk_push(walk, node, WHY_RIDES);
}

static void look_above(void *ctx, const struct edge *edge, struct node *above)
{
	if (edge_is_prerequisite(edge) || edge->role == EDGE_OF ||
	    edge->role == EDGE_WHEN)
		look_whether_it_comes(ctx, above);
}

/* What comes by itself when the others are up. */
static void mark_coming(struct walk *walk)
{
	uint32_t n = walk->n_visits;

	for (uint32_t i = 0; i < n; i++) {
		struct visit *visit = visit_at(walk, i);

		if (visit->will_be_up && !needs_is_there(visit->node))
			walk_push(walk, visit->node, WHY_RIDES);
		else if (visit->will_be_pulled)
			look_whether_it_comes(walk, visit->node);
	}
	while (!walk_is_over(walk) && walk->open.n) {
		struct node *node = walk->open.items[--walk->open.n].node;

		node_each_up(node, look_above, walk);
		if (node->card)
			node_each_up(&node_top(node)->node, look_above, walk);
	}
}

/* The group has no other member, or needs each. */
static bool will_lose(struct walk *walk, struct node *group)
{
	const struct edges *edges = group->decl->edges;

	for (uint32_t i = 0; i < edges->n_down && node_is_any(group); i++) {
		struct node *to = edge_target(group, &edges->down[i]);

		if (edges->down[i].role == EDGE_OF && needs_is_there(to) &&
		    !visit_of(walk, to)->will_be_down)
			return false;
	}
	return true;
}

static void look_what_falls(
    void *ctx, const struct edge *edge, struct node *above)
{
	struct walk *walk = ctx;
	struct visit *visit = visit_of(walk, above);

	if (visit->will_be_down || visit->will_be_up ||
	    !(above->flags & FLAG_UP))
		return;
	if (!edge_is_prerequisite(edge) &&
	    !(edge->role == EDGE_OF && will_lose(walk, above)) &&
	    !(edge->role == EDGE_WHEN && !condition_will_hold(walk, above)))
		return;
	note(walk, &visit->will_be_down);
	walk_push(walk, above, WHY_RIDES);
}

/* Of a template, the last one that is up. */
static bool was_last(struct walk *walk, struct node *node)
{
	struct node *top = &node_top(node)->node;
	struct card *card;

	if (!node->card || visit_of(walk, top)->will_be_down)
		return false;
	RB_FOREACH (card, card_by_key,
	    resolver_cards(node->resolver, node->decl->root)) {
		struct node *other = &card->nodes[node->decl->slot];

		if (other->flags & FLAG_UP &&
		    !visit_of(walk, other)->will_be_down)
			return false;
	}
	return true;
}

/* What stands on what has to go down. */
static void mark_falling(struct walk *walk)
{
	uint32_t n = walk->n_visits;

	for (uint32_t i = 0; i < n; i++) {
		struct visit *visit = visit_at(walk, i);

		if (visit->will_be_down)
			walk_push(walk, visit->node, WHY_RIDES);
	}
	while (!walk_is_over(walk) && walk->open.n) {
		struct node *node = walk->open.items[--walk->open.n].node;
		struct node *top = &node_top(node)->node;

		node_each_up(node, look_what_falls, walk);
		if (!was_last(walk, node) || visit_of(walk, top)->will_be_up)
			continue;
		note(walk, &visit_of(walk, top)->will_be_down);
		node_each_up(top, look_what_falls, walk);
	}
}

static bool is_shaken(struct walk *walk, struct node *node)
{
	const struct edges *edges = node->decl->edges;

	if (!condition_will_hold(walk, node))
		return true;
	for (uint32_t i = 0; i < edges->n_down; i++) {
		struct node *to = edge_target(node, &edges->down[i]);

		if (edge_is_prerequisite(&edges->down[i]) &&
		    (visit_of(walk, to)->is_shaken ||
			visit_of(walk, to)->will_be_down))
			return true;
	}
	node = node_choice(node);
	return node && (visit_of(walk, node)->is_shaken ||
		visit_of(walk, node)->will_be_down);
}

/* Of a template: each instance that is there. */
static bool all_are_shaken(struct walk *walk, struct node *top)
{
	struct node *node;

	RB_FOREACH (node, node_by_name, &node_top(top)->available) {
		struct visit *visit = visit_of(walk, node);

		if (is_shaken(walk, node))
			note(walk, &visit->is_shaken);
		if (!visit->is_shaken && !visit->will_be_down)
			return false;
	}
	return top->n_available;
}

/* What is up, but would not stay so, by its condition or that of what it
 * stands on. What was found last is lowest, mostly. */
static void mark_shaken(struct walk *walk)
{
	bool has_changed = true;

	while (has_changed && !walk_is_over(walk)) {
		has_changed = false;
		walk->steps->n += walk->n_visits;
		for (uint32_t i = walk->n_visits; i--;) {
			struct visit *visit = visit_at(walk, i);

			if (visit->is_shaken ||
			    !(visit->node->is_top
				    ? all_are_shaken(walk, visit->node)
				    : visit->will_be_up &&
					is_shaken(walk, visit->node)))
				continue;
			note(walk, &visit->is_shaken);
			has_changed = true;
		}
	}
}

void future_mark(struct walk *walk, struct node *node)
{
	walk->open.n = 0;
	if (node) {
		mark_all_up(walk, node, true);
	} else {
		mark_chosen(walk);
		mark_falling(walk);
	}
	mark_coming(walk);
	mark_shaken(walk);
}
