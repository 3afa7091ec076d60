/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pulls: demand, which flows down from what is asked for. A node counts the
 * pulled nodes that pull it; two things are not settled by a count:
 *
 * Nodes on a ring of pulls (graph.h) keep each other's counts up; they are
 * pulled while one of them is from outside, so a loss walks the ring.
 *
 * An in-order group pulls a prefix of its members, which depends on supply:
 * whether earlier members are available or coming. Its gate for a member is
 * passed at a rank above all earlier members and below all that the member
 * may pull, when those earlier members are known.
 */
#include "resolver/card.h"
#include "resolver/node.h"

static bool is_asked(const struct node *node)
{
	const struct node *top = &node_top(node)->node;

	if (node_is_masked_by_any(node))
		return false;
	return node->is_goal || top->is_goal ||
	       node->decl->start == START_AUTO;
}

static uint32_t count_pulls(const struct node *node)
{
	return node->n_pulls + (node->card ? node_top(node)->node.n_pulls : 0);
}

bool node_pulls(const struct node *node, const struct edge *edge)
{
	if (edge->role == EDGE_OF && node->decl->is_in_order)
		return edge->index < node->prefix;
	return edge_is_pull(edge);
}

/* ---- rings ---- */

/* The part of a ring that a node reaches by pulling. */
struct ring {
	struct list members, roots;
};

static void ring_add(struct ring *ring, struct node *node)
{
	if (node->visited != node->resolver->traversal) {
		node->visited = node->resolver->traversal;
		node->n_inner = 0;
		list_append(&ring->members, &node->walk_link);
	}
}

static void ring_count(struct ring *ring, struct node *node)
{
	if (!(node->flags & FLAG_PULLED) || node->is_on_trial)
		return;
	ring_add(ring, node);
	node->n_inner++;
}

enum { IS_ROOT = UINT32_MAX }; /* as n_inner */

static void ring_raise(struct ring *ring, struct node *node)
{
	if (node->visited != node->resolver->traversal ||
	    node->n_inner == IS_ROOT)
		return;
	node->n_inner = IS_ROOT;
	list_remove(&node->walk_link);
	list_append(&ring->roots, &node->walk_link);
}

/* What it pulls on its ring. */
static void ring_each(struct ring *ring, struct node *node,
    void (*f)(struct ring *ring, struct node *node))
{
	const struct edges *edges = node->decl->edges;

	if (!(node->flags & FLAG_PULLED) || node->is_on_trial)
		return;
	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *edge = &edges->down[i];
		struct node *to = edge_target(node, edge);
		struct card *card;

		if (edge->to->edges->ring != edges->ring ||
		    !node_pulls(node, edge))
			continue;
		node->resolver->stats.visited++;
		if (!to->is_top) {
			f(ring, to);
			continue;
		}
		RB_FOREACH (card, card_by_key,
		    resolver_cards(to->resolver, to->decl->root))
			f(ring, &card->nodes[to->decl->slot]);
	}
}

/* Finds what the node, which is on a ring, reaches there by pulling, and what
 * of that is pulled from outside of it. */
static void ring_look(struct ring *ring, struct node *node)
{
	struct list *at, *next;

	walk_begin(node->resolver, &ring->members);
	list_init(&ring->roots);
	ring_add(ring, node);
	for (at = ring->members.next; at != &ring->members; at = at->next)
		ring_each(ring, list_entry(at, struct node, walk_link),
		    ring_count);
	for (at = ring->members.next; at != &ring->members; at = next) {
		struct node *member = list_entry(at, struct node, walk_link);

		next = at->next;
		if (is_asked(member) || count_pulls(member) > member->n_inner)
			ring_raise(ring, member);
	}
	for (at = ring->roots.next; at != &ring->roots; at = at->next)
		ring_each(ring, list_entry(at, struct node, walk_link),
		    ring_raise);
}

static bool ring_supports(struct node *node)
{
	struct ring ring;

	ring_look(&ring, node);
	while (walk_next(&ring.members) || walk_next(&ring.roots))
		;
	return node->n_inner == IS_ROOT;
}

/* ---- pulled or not ---- */

static bool is_pulled(struct node *node)
{
	if (node->is_absent)
		return false;
	if (is_asked(node))
		return true;
	if (!count_pulls(node))
		return false;
	return !node->decl->edges->ring || ring_supports(node);
}

void node_touch_pull(struct node *node)
{
	node_touch(node);
	if (node->is_listed)
		return;
	node->is_listed = true;
	list_append(&node->resolver->pulls, &node->pull_link);
}

/* One more, or one less, pulls what the edge leads to. */
static void add_pull(struct node *from, const struct edge *edge, int change)
{
	struct node *to = edge_target(from, edge);
	bool is_first_or_last;

	to->n_pulls += change;
	from->resolver->stats.visited++;
	is_first_or_last = to->n_pulls == (change > 0);
	if (!to->is_top)
		node_touch_pull(to);
	else if (is_first_or_last || to->decl->edges->ring)
		each_instance(to, node_touch_pull);
	if (change > 0 && to->is_top && !is_first_or_last)
		each_instance(to, fallback_changed);
}

static void set_undecided(struct node *group, bool is_undecided)
{
	group->resolver->n_undecided += is_undecided - group->is_undecided;
	group->is_undecided = is_undecided;
}

static void set_pulled(struct node *node, bool is_pulled_now)
{
	const struct edges *edges = node->decl->edges;

	node->flags ^= FLAG_PULLED;
	node_touch(node);
	if (is_pulled_now && node->decl->is_in_order && !node->prefix)
		node->prefix = 1;
	for (uint32_t i = 0; i < edges->n_down; i++)
		if (node_pulls(node, &edges->down[i]))
			add_pull(node, &edges->down[i],
			    is_pulled_now ? 1 : -1);
	if (!node->decl->is_in_order)
		return;
	if (is_pulled_now)
		gate_touch(node, 1);
	else
		set_undecided(node, false);
}

/* All of the ring that only keeps itself goes at once: one at a time they
 * would pull each other again, round and round. */
static void ring_drop(struct node *node)
{
	struct ring ring;

	ring_look(&ring, node);
	while (walk_next(&ring.roots))
		;
	while ((node = walk_next(&ring.members)))
		if (node->flags & FLAG_PULLED)
			set_pulled(node, false);
}

static void pull(struct node *node)
{
	bool before = node->flags & FLAG_PULLED, now = is_pulled(node);

	node->resolver->stats.visited++;
	if (before == now) {
		/* By one more or one less, or by the admin. */
		fallback_changed(node);
		return;
	}
	if (before && node->decl->edges->ring && !node->is_absent)
		ring_drop(node);
	else
		set_pulled(node, now);
	fallback_changed(node);
}

void node_unpull(struct node *node)
{
	pull(node);
}

void settle_pulls(struct resolver *resolver)
{
	struct node *node;

	while ((node = list_pop(&resolver->pulls, struct node, pull_link))) {
		node->is_listed = false;
		pull(node);
	}
}

/* ---- in-order groups ---- */

static void look_up(void *ctx, const struct edge *edge, struct node *above)
{
	struct list *list = ctx;

	if (!(above->flags & FLAG_PULLED) || !node_pulls(above, edge))
		return;
	if (above->is_undecided)
		gate_touch(above, 1);
	if (above->decl->edges->is_fallback)
		walk_add(list, above);
}

void fallback_changed(struct node *node)
{
	struct list list;

	if (!node->resolver->n_undecided || !node->decl->edges->is_fallback)
		return;
	walk_begin(node->resolver, &list);
	walk_add(&list, node);
	while ((node = walk_next(&list))) {
		node->resolver->stats.visited++;
		node_each_up(node, look_up, &list);
		if (node->card)
			node_each_up(&node_top(node)->node, look_up, &list);
	}
}

/* Nodes that are no longer pulled if a member is not. */
struct trial {
	struct list nodes;
};

static void trial_take(struct trial *trial, struct node *node)
{
	if (!(node->flags & FLAG_PULLED) || node->is_on_trial ||
	    is_pulled(node))
		return;
	node->is_on_trial = true;
	list_append(&trial->nodes, &node->pull_link);
}

static void trial_add_pull(struct trial *trial, struct node *from,
    const struct edge *edge, int change)
{
	struct node *to = edge_target(from, edge);
	struct card *card;

	to->n_pulls += change;
	from->resolver->stats.visited++;
	if (change > 0)
		return;
	if (!to->is_top) {
		trial_take(trial, to);
		return;
	}
	RB_FOREACH (card, card_by_key,
	    resolver_cards(to->resolver, to->decl->root))
		trial_take(trial, &card->nodes[to->decl->slot]);
}

static void trial_add_pulls(
    struct trial *trial, struct node *node, int change)
{
	const struct edges *edges = node->decl->edges;

	for (uint32_t i = 0; i < edges->n_down; i++)
		if (node_pulls(node, &edges->down[i]))
			trial_add_pull(trial, node, &edges->down[i], change);
}

/* True if nothing that the group's member alone pulls is active or failed:
 * takes its pull away, looks what falls, and puts it back. Nothing may be
 * listed for settle_pulls(): what falls is kept by the same link. */
static bool is_droppable(struct node *group, uint32_t member)
{
	const struct edge *edge = node_member(group, member);
	struct trial trial;
	struct node *node;
	bool is_busy = false;

	list_init(&trial.nodes);
	trial_add_pull(&trial, group, edge, -1);
	for (struct list *at = trial.nodes.next; at != &trial.nodes;
		at = at->next) {
		node = list_entry(at, struct node, pull_link);
		/* Not the flag: an adopted node may not have told it yet. */
		is_busy |= node_is_active(node) ||
			   node->state == NODE_FAILED;
		trial_add_pulls(&trial, node, -1);
	}
	while ((node = list_pop(&trial.nodes, struct node, pull_link))) {
		node->is_on_trial = false;
		trial_add_pulls(&trial, node, 1);
	}
	trial_add_pull(&trial, group, edge, 1);
	return !is_busy;
}

void gate_touch(struct node *group, uint32_t member)
{
	struct heap *dirty = &group->resolver->dirty;

	if (member >= group->decl->of.n || member > group->prefix ||
	    group->is_absent)
		return;
	if (group->gate && group->gate <= member)
		return;
	heap_remove(dirty, group);
	group->gate = member;
	heap_insert(dirty, group);
}

static void cut_prefix(struct node *group, uint32_t prefix)
{
	while (group->prefix > prefix)
		add_pull(group, node_member(group, --group->prefix), -1);
}

void gate_pass(struct node *group)
{
	uint32_t member = group->gate, next = member + 1;
	uint32_t available = members_first(group, FLAG_AVAILABLE);
	bool is_coming = members_first(group, FLAG_PROSPECT) < member;

	group->gate = 0;
	if (!(group->flags & FLAG_PULLED))
		return;
	group->resolver->stats.visited++;
	if (member == 1)
		set_undecided(group, false);
	if (available < member) {
		cut_prefix(group, available + 1);
	} else if (!is_coming) {
		if (group->prefix == member)
			add_pull(
			    group, node_member(group, group->prefix++), 1);
	} else if (group->prefix > member &&
		   is_droppable(group, group->prefix - 1)) {
		/* The one before it may be dropped as well, but not before
		 * this one's pulls are settled: see is_droppable(). */
		cut_prefix(group, group->prefix - 1);
		next = member;
	}
	if (is_coming && available >= member && group->prefix > member)
		set_undecided(group, true);
	gate_touch(group, next);
}
