/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telling the neighbours: when a flag of a node changes, it adds to or takes
 * from the counters of those whom that concerns, and marks them dirty.
 */
#include "resolver/node.h"

struct change {
	uint16_t changed, now;
	bool was_away;
	bool is_known; /* that it is available, from before it was adopted */
};

/* +1, -1 or 0: what the flag's change adds to a counter. */
static int change_of(const struct change *change, enum node_flag flag)
{
	if (!(change->changed & flag))
		return 0;
	return change->now & flag ? 1 : -1;
}

static void tell_dependent(
    const struct change *change, struct node *node)
{
	int available = change_of(change, FLAG_AVAILABLE);

	node->n_unready -= available;
	node->n_hopeless -= change_of(change, FLAG_PROSPECT);
	node->n_taken += change_of(change, FLAG_TAKEN);
	if (available)
		node->must_decide = true;
	if (available <= 0 || !change->was_away)
		return;
	/* It was about to stop, but had to wait, or was held: it stays, and
	 * is told that what it stands on has been away. */
	node->was_away = true;
	node_must_rebind(node);
}

static void tell_group(const struct change *change, const struct edge *edge,
    struct node *group)
{
	int available = change_of(change, FLAG_AVAILABLE);
	int prospect = change_of(change, FLAG_PROSPECT);

	group->n_available += available;
	group->n_prospects += prospect;
	group->n_members_taken += change_of(change, FLAG_TAKEN);
	members_note(group, edge, FLAG_AVAILABLE, available);
	members_note(group, edge, FLAG_PROSPECT, prospect);
	if (available && edge->index <= group->selected_index)
		group->must_select = true;
	if (available > 0 && change->was_away &&
	    (!node_is_any(group) || edge->index == group->selected_index))
		group->was_away = true;
	if (group->decl->is_in_order && (available || prospect))
		gate_touch(group, edge->index + 1);
}

static void tell_up(void *ctx, const struct edge *edge, struct node *node)
{
	const struct change *change = ctx;

	node->resolver->stats.visited++;
	switch (edge->role) {
	case EDGE_REQUIRES:
	case EDGE_OVER:
	case EDGE_KEY_REQUIRES:
		tell_dependent(change, node);
		break;
	case EDGE_OF:
		tell_group(change, edge, node);
		break;
	case EDGE_AFTER:
	case EDGE_WHEN:
		node->n_before += change_of(change, FLAG_BLOCKS);
		break;
	case EDGE_KEY_PULLS:
	case EDGE_FOLLOWS:
		if (change_of(change, FLAG_AVAILABLE) && !change->is_known)
			node_must_update(node);
		break;
	case EDGE_WANTS:
	case EDGE_EVENT:
		return;
	}
	node_touch(node);
}

static const uint16_t flags_up = FLAG_AVAILABLE | FLAG_PROSPECT |
				 FLAG_BLOCKS | FLAG_UP | FLAG_TAKEN;

/* A counter of a top: what it means to others changes between 0 and 1. */
static void count(struct change *top, enum node_flag flag, uint32_t *counter,
    const struct change *instance)
{
	int change = change_of(instance, flag);

	*counter += change;
	if (change > 0 && *counter == 1)
		top->changed |= flag, top->now |= flag;
	if (change < 0 && *counter == 0)
		top->changed |= flag;
}

/* All instances are taken away, and there are some. */
static void count_taken(
    struct node *top, struct change *up, const struct change *instance)
{
	bool before = top->flags & FLAG_TAKEN, now;

	top->n_members_taken += change_of(instance, FLAG_TAKEN);
	now = top->n_present && top->n_members_taken == top->n_present;
	if (before == now)
		return;
	top->flags ^= FLAG_TAKEN;
	up->changed |= FLAG_TAKEN;
	if (now)
		up->now |= FLAG_TAKEN;
}

/* The instances of one pass go in the order of their ranks, which may differ
 * from card to card: the last by name is the last, whatever its rank. */
static void note_went(struct node *top, struct node *node)
{
	uint64_t pass = node->resolver->n_passes;

	if (top->went && top->went_in == pass &&
	    node_compare(top->went, node) > 0)
		return;
	top->went = node;
	top->went_in = pass;
}

/* Which instance is available first, for those who refer to all of it, and
 * which one was the last. */
static void queue_instance(
    struct node *node, const struct change *change, const struct change *up)
{
	struct top *top = node_top(node);

	if (!(change->changed & FLAG_AVAILABLE))
		return;
	if (change->now & FLAG_AVAILABLE) {
		RB_INSERT(node_by_name, &top->available, node);
	} else {
		RB_REMOVE(node_by_name, &top->available, node);
		note_went(&top->node, node);
	}
	if (up->changed & FLAG_AVAILABLE) {
		struct node *last = top->node.selected;

		top->node.selected =
		    up->now & FLAG_AVAILABLE ? NULL : top->node.went;
		if (last)
			node_touch(last);
		if (top->node.selected && top->node.selected != node)
			node_touch(top->node.selected);
	}
	if (node->is_adopted && !top->node.is_adopted)
		top->node.first = RB_MIN(node_by_name, &top->available);
	node_touch(&top->node);
}

static void update_members(
    void *ctx, const struct edge *edge, struct node *node)
{
	(void)ctx;
	if (edge->role == EDGE_KEY_PULLS || edge->role == EDGE_FOLLOWS)
		node_must_update(node);
}

void node_tell_members(struct node *node)
{
	node_each_up(node, update_members, NULL);
	if (node->card)
		node_each_up(&node_top(node)->node, update_members, NULL);
}

/* An instance changed: its template, for those who refer to all of it. True:
 * it is up now, or is no longer. */
static bool tell_top(struct node *node, const struct change *change)
{
	struct top *top = node_top(node);
	struct change up = { .was_away = change->was_away,
		.is_known = change->is_known };

	count(&up, FLAG_AVAILABLE, &top->node.n_available, change);
	count(&up, FLAG_PROSPECT, &top->node.n_prospects, change);
	count(&up, FLAG_BLOCKS, &top->node.n_blocking, change);
	count(&up, FLAG_UP, &top->node.n_up, change);
	count_taken(&top->node, &up, change);
	if (up.changed & FLAG_UP && !node->is_adopted)
		top->node.since_ms = node->resolver->now_ms;
	queue_instance(node, change, &up);
	if (up.changed)
		node_each_up(&top->node, tell_up, &up);
	if (change->changed & FLAG_AVAILABLE && !change->is_known &&
	    !(up.changed & FLAG_AVAILABLE))
		node_each_up(&top->node, update_members, NULL);
	return up.changed & FLAG_UP;
}

void top_recount(struct node *instance)
{
	tell_top(instance, &(struct change){ 0 });
}

/*
 * Which flag says whether the edge holds: an unmet group has let its members
 * go. A member of an `any` is held only while it is the selected one.
 */
static enum node_flag holding_flag(
    const struct node *node, const struct edge *edge)
{
	if (edge_is_prerequisite(edge))
		return FLAG_STANDS;
	return edge->role == EDGE_OF && !node_is_any(node) ? FLAG_HOLDS : 0;
}

static bool is_near(const struct node *node, const struct node *other)
{
	return node->anchor && node->anchor == other->anchor;
}

void node_hold(struct node *from, struct node *to, int change)
{
	to->n_holders += change;
	if (is_near(from, to))
		to->n_near += change;
	from->resolver->stats.visited++;
	/* Of a template, only the last available instance is held. */
	if (!to->is_top)
		node_touch(to);
	else if (to->selected)
		node_touch(to->selected);
}

static void leave(struct node *from, struct node *to, int change)
{
	to->n_leaving += change;
	if (is_near(from, to))
		to->n_leaving_near += change;
	from->resolver->stats.visited++;
	if (to->is_top)
		each_instance(to, node_touch);
	else
		node_touch(to);
}

static void tell_down(struct node *node, const struct change *change)
{
	const struct edges *edges = node->decl->edges;
	int leaving = change_of(change, FLAG_LEAVING);

	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *edge = &edges->down[i];
		int holds = change_of(change, holding_flag(node, edge));

		if (holds)
			node_hold(node, edge_target(node, edge), holds);
		if (leaving && edge_is_after(edge))
			leave(node, edge_target(node, edge), leaving);
	}
}

/* To the node, and to its template (or NULL) seen from elsewhere. An interval
 * that begins and ends with this has ended. */
static void fire_both(
    struct node *node, struct node *top, enum event_type type)
{
	for (uint32_t is_end = 0; is_end < 2; is_end++) {
		if (top)
			event_fire(top, type, is_end);
		event_fire(node, type, is_end);
	}
}

static void fire(
    struct node *node, const struct change *change, bool is_of_top)
{
	struct node *top = node->card ? &node_top(node)->node : NULL;
	int up = change_of(change, FLAG_UP);

	if (up)
		fire_both(node, is_of_top ? top : NULL,
		    up > 0 ? EVENT_UP : EVENT_DOWN);
	if (change_of(change, FLAG_FAILED) > 0)
		fire_both(node, top && !top->n_up ? top : NULL, EVENT_FAILED);
}

void node_publish(struct node *node, uint16_t flags)
{
	struct change change = { node->flags ^ flags, flags,
		.was_away = node->was_away,
		.is_known = node->is_adopted && node->was_available };
	bool is_of_top = false;

	if (!change.changed)
		return;
	node->flags = flags;
	if (change.changed & flags_up)
		node_each_up(node, tell_up, &change);
	if (node->card && change.changed & (flags_up | FLAG_FAILED))
		is_of_top = tell_top(node, &change);
	if (!node->is_adopted)
		fire(node, &change, is_of_top);
	if (change.changed & (FLAG_STANDS | FLAG_LEAVING | FLAG_HOLDS))
		tell_down(node, &change);
	if (change_of(&change, FLAG_BUSY) < 0)
		fallback_changed(node);
}
