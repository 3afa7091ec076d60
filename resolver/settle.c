/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Brings the graph to rest after an input.
 *
 * Pulls flow down and depend on nothing but pulls: they are settled first.
 * Everything else flows up, along the ranks: dirty nodes are looked at in the
 * order of their rank, so each is looked at once, when all below it is known.
 * When nothing is dirty any more, nodes that need no provider move, one at a
 * time; then what is due to providers can be handed out.
 */
#include "resolver/node.h"

#include <errno.h>
#include <stddef.h>

static int compare_rank(const void *node, const void *other)
{
	const struct node *a = node, *b = other;
	uint32_t x = a->decl->edges->rank, y = b->decl->edges->rank;

	return x != y ? (x > y) - (x < y) : node_compare(a, b);
}

/*
 * Moves, stops, rebinds, starts. Stops: dependents before prerequisites;
 * rebinds and starts: prerequisites before dependents; ties in the profile's
 * order, then by instance.
 */
static int compare_due(const void *node, const void *other)
{
	const struct node *a = node, *b = other;
	uint32_t x = a->decl->level, y = b->decl->level;

	if (a->due != b->due)
		return (a->due > b->due) - (a->due < b->due);
	if (x != y && a->due == DUE_STOP)
		return x < y ? 1 : -1;
	if (x != y && a->due != DUE_MOVE)
		return x < y ? -1 : 1;
	x = a->decl->index;
	y = b->decl->index;
	return x != y ? (x > y) - (x < y) : node_compare(a, b);
}

static int compare_time(const void *node, const void *other)
{
	const struct node *a = node, *b = other;

	if (a->deadline_ms != b->deadline_ms)
		return a->deadline_ms < b->deadline_ms ? -1 : 1;
	return compare_rank(a, b);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
RB_GENERATE(node_by_name, node, by_name, node_compare)
#pragma GCC diagnostic pop

/* ---- queues ---- */

void queues_init(struct resolver *resolver)
{
	heap_init(
	    &resolver->dirty, compare_rank, offsetof(struct node, in_dirty));
	heap_init(&resolver->due, compare_due, offsetof(struct node, in_due));
	heap_init(&resolver->timers, compare_time,
	    offsetof(struct node, in_timers));
}

void queues_clear(struct resolver *resolver)
{
	heap_clear(&resolver->dirty);
	heap_clear(&resolver->due);
	heap_clear(&resolver->timers);
}

int queues_reserve(struct resolver *resolver, uint32_t n)
{
	int r;

	if (n > UINT32_MAX - resolver->n_made)
		return -ENOMEM;
	n += resolver->n_made;
	r = heap_reserve(&resolver->dirty, n);
	if (!r)
		r = heap_reserve(&resolver->due, n);
	return r ? r : heap_reserve(&resolver->timers, n);
}

size_t queues_bytes(const struct resolver *resolver)
{
	return heap_bytes(&resolver->dirty) + heap_bytes(&resolver->due) +
	       heap_bytes(&resolver->timers);
}

void node_touch(struct node *node)
{
	if (node->is_dirty || node->is_absent)
		return;
	node->is_dirty = true;
	heap_insert(&node->resolver->dirty, node);
}

void node_touch_pull(struct node *node)
{
	node_touch(node);
	if (node->is_listed)
		return;
	node->is_listed = true;
	list_append(&node->resolver->pulls, &node->pull_link);
}

void node_set_deadline(struct node *node, uint64_t at_ms)
{
	struct heap *timers = &node->resolver->timers;

	heap_remove(timers, node);
	node->deadline_ms = at_ms;
	if (at_ms != RESOLVER_NEVER)
		heap_insert(timers, node);
}

/* ---- pulls ---- */

static bool is_pulled(const struct node *node)
{
	const struct node *top = &node_top(node)->node;
	bool is_asked = node->is_goal || top->is_goal ||
			node->decl->start == START_AUTO;

	if (node->is_absent)
		return false;
	if (is_asked && !node->is_masked && !top->is_masked)
		return true;
	return node->n_pulls || top->n_pulls;
}

static void each_instance(struct node *top, void (*f)(struct node *))
{
	struct decl *decl = top->decl;
	struct card *card;

	RB_FOREACH (card, card_by_key,
	    resolver_cards(top->resolver, decl->root))
		f(&card->nodes[decl->slot]);
}

/* One more, or one less, pulls what the edge leads to. */
static void add_pull(struct node *from, const struct edge *edge, int change)
{
	struct node *to = edge_target(from, edge);

	to->n_pulls += change;
	from->resolver->stats.visited++;
	if (!to->is_top)
		node_touch_pull(to);
	else if (to->n_pulls == (change > 0))
		each_instance(to, node_touch_pull);
}

static void pull(struct node *node)
{
	const struct edges *edges = node->decl->edges;
	bool before = node->flags & FLAG_PULLED, now = is_pulled(node);

	node->resolver->stats.visited++;
	if (before == now)
		return;
	node->flags ^= FLAG_PULLED;
	node_touch(node);
	for (uint32_t i = 0; i < edges->n_down; i++)
		if (edge_is_pull(&edges->down[i]))
			add_pull(node, &edges->down[i], now ? 1 : -1);
}

void settle_pulls(struct resolver *resolver)
{
	struct node *node;

	while ((node = list_pop(&resolver->pulls, struct node, pull_link))) {
		node->is_listed = false;
		pull(node);
	}
}

/* ---- what a node is, from its own fields only ---- */

static bool name_is_up(void *ctx, uint32_t name)
{
	const struct node *node = ctx;
	const struct edges *edges = node->decl->edges;

	/* The edges of the condition are the last ones, in its order. */
	const struct edge *edge =
	    &edges->down[edges->n_down - node->decl->when_refs.n + name];
	const struct node *to = edge_target(node, edge);

	return to->is_top ? to->n_up > 0 : to->flags & FLAG_UP;
}

bool node_is_satisfied(const struct node *node)
{
	if (!node_is_group(node))
		return true;
	return node->n_available >=
	       (node_is_any(node) ? 1 : node->decl->of.n);
}

static bool is_coming(const struct node *node, bool is_ready_for_it)
{
	bool has_prospect = node->n_prospects >=
			    (node_is_any(node) ? 1 : node->decl->of.n);

	if (node_is_group(node))
		return has_prospect;
	if (node->state == NODE_UP || node->is_unmet || !is_ready_for_it)
		return false;
	if (node->state == NODE_FAILED && !node->retry_is_due)
		return false;
	return !node->n_hopeless;
}

/* wanted, allowed, desired; then the flags that follow from them. */
static uint8_t evaluate(struct node *node)
{
	const struct decl *decl = node->decl;
	bool is_present = node_device_is_present(node);
	bool is_ready = !node->n_unready && is_present;
	bool is_masked = node_is_masked_by_any(node);
	bool is_pulled_now = node->flags & FLAG_PULLED;
	bool can_be_asked = is_pulled_now || decl->start == START_HOTPLUG;
	uint8_t flags = node->flags & FLAG_PULLED;

	if (node->is_absent)
		return 0;
	node->is_wanted = !is_masked && (is_pulled_now ||
		(decl->start == START_HOTPLUG && is_ready));
	node->is_allowed =
	    !decl->when || condition_eval(decl->when, name_is_up, node);
	node->is_desired = node->is_wanted && node->is_allowed && is_ready &&
			   !node->must_restart;
	if (node->state == NODE_UP)
		flags |= FLAG_UP;
	if (node->state == NODE_UP && node->is_desired &&
	    node_is_satisfied(node))
		flags |= FLAG_AVAILABLE;
	else if (is_coming(node, !is_masked && can_be_asked &&
					 node->is_allowed && is_present))
		flags |= FLAG_PROSPECT;
	if (node->state == NODE_STARTING || node->state == NODE_STOPPING ||
	    flags & FLAG_PROSPECT)
		flags |= FLAG_BLOCKS;
	if (flags & FLAG_AVAILABLE)
		flags |= FLAG_PROSPECT;
	if (node_is_active(node))
		flags |= FLAG_ACTIVE;
	if (node_is_active(node) && !node->is_unmet)
		flags |= FLAG_HOLDS;
	if (node->state == NODE_STOPPING ||
	    (node_is_active(node) && !node->is_desired))
		flags |= FLAG_LEAVING;
	return flags;
}

/* ---- telling the neighbours ---- */

struct change {
	uint8_t changed, now;
};

/* +1, -1 or 0: what the flag's change adds to a counter. */
static int change_of(const struct change *change, enum node_flag flag)
{
	if (!(change->changed & flag))
		return 0;
	return change->now & flag ? 1 : -1;
}

static void tell_up(void *ctx, const struct edge *edge, struct node *node)
{
	const struct change *change = ctx;

	int available = change_of(change, FLAG_AVAILABLE);

	node->resolver->stats.visited++;
	if (edge_is_prerequisite(edge)) {
		node->n_unready -= available;
		node->n_hopeless -= change_of(change, FLAG_PROSPECT);
		/* It was about to stop, but had to wait: it stays, and is told
		 * that what it stands on has been away. */
		if (available > 0)
			node_must_rebind(node);
	} else if (edge->role == EDGE_OF) {
		node->n_available += available;
		node->n_prospects += change_of(change, FLAG_PROSPECT);
		if (available && edge->index <= node->selected_index)
			node->must_select = true;
	} else if (edge_is_after(edge)) {
		node->n_before += change_of(change, FLAG_BLOCKS);
	} else {
		return;
	}
	node_touch(node);
}

static const uint8_t flags_up =
    FLAG_AVAILABLE | FLAG_PROSPECT | FLAG_BLOCKS | FLAG_UP;

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

/* An instance changed: its template, for those who refer to all of it. */
static void tell_top(struct node *node, const struct change *change)
{
	struct top *top = node_top(node);
	struct change up = { 0 };

	count(&up, FLAG_AVAILABLE, &top->node.n_available, change);
	count(&up, FLAG_PROSPECT, &top->node.n_prospects, change);
	count(&up, FLAG_BLOCKS, &top->node.n_blocking, change);
	count(&up, FLAG_UP, &top->node.n_up, change);
	if (up.changed & FLAG_UP)
		top->node.since_ms = node->resolver->now_ms;
	if (change->changed & FLAG_AVAILABLE) {
		if (change->now & FLAG_AVAILABLE)
			RB_INSERT(node_by_name, &top->available, node);
		else
			RB_REMOVE(node_by_name, &top->available, node);
		if (up.changed & FLAG_AVAILABLE) {
			struct node *last = top->node.selected;

			top->node.selected =
			    up.now & FLAG_AVAILABLE ? NULL : node;
			if (last)
				node_touch(last);
		}
		node_touch(&top->node);
	}
	if (up.changed)
		node_each_up(&top->node, tell_up, &up);
}

/*
 * Which flag says whether the edge holds: an unmet group has let its members
 * go. A member of an `any` is held only while it is the selected one.
 */
static enum node_flag holding_flag(
    const struct node *node, const struct edge *edge)
{
	if (edge_is_prerequisite(edge))
		return FLAG_ACTIVE;
	return edge->role == EDGE_OF && !node_is_any(node) ? FLAG_HOLDS : 0;
}

void node_hold(struct node *from, struct node *to, int change)
{
	to->n_holders += change;
	if (from->anchor && from->anchor == to->anchor)
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

static void publish(struct node *node, uint8_t flags)
{
	struct change change = { node->flags ^ flags, flags };

	if (!change.changed)
		return;
	node->flags = flags;
	if (change.changed & flags_up) {
		node_each_up(node, tell_up, &change);
		if (node->card)
			tell_top(node, &change);
	}
	if (change.changed & (FLAG_ACTIVE | FLAG_LEAVING | FLAG_HOLDS))
		tell_down(node, &change);
}

/* ---- what is due ---- */

static bool is_held(const struct node *node)
{
	const struct node *top = &node_top(node)->node;

	if (node->n_leaving || (node->card && top->n_leaving))
		return true;
	if (node->is_gone)
		return node->n_near;
	if (node->n_holders)
		return true;
	return node->card && top->selected == node && top->n_holders;
}

static enum due due_at_rest(const struct node *node)
{
	bool has_failed = node->state == NODE_FAILED;
	bool is_idle = node->state == NODE_IDLE;

	if (node->card && !node->card->device && !node->is_goal)
		return DUE_MOVE; /* to be absent */
	if (node->is_desired && has_failed && !node->retry_is_due)
		return DUE_NOTHING;
	if (node->is_desired && !node->n_before)
		return node_is_group(node) ? DUE_MOVE : DUE_START;
	if (has_failed && !node->is_desired)
		return DUE_MOVE;
	return is_idle == node->is_wanted ? DUE_MOVE : DUE_NOTHING;
}

static enum due due_to_group(const struct node *node)
{
	bool satisfied = node_is_satisfied(node);

	if (node->state != NODE_UP)
		return satisfied ? DUE_MOVE : DUE_NOTHING;
	if (!satisfied)
		return is_held(node) ? DUE_NOTHING : DUE_MOVE;
	return node->must_select ? DUE_MOVE : DUE_NOTHING;
}

static enum due due_to_active(const struct node *node)
{
	if (node->state == NODE_STOPPING)
		return DUE_NOTHING;
	if (node->has_timed_out)
		return DUE_STOP;
	if (!node->is_desired && !is_held(node))
		return node_is_group(node) ? DUE_MOVE : DUE_STOP;
	if (node_is_group(node))
		return node->is_desired ? due_to_group(node) : DUE_NOTHING;
	if (node->is_desired && node->must_rebind &&
	    node->state != NODE_STARTING)
		return DUE_REBIND;
	return DUE_NOTHING;
}

/* A top moves when another instance is the first available one. */
static enum due due_to_template(const struct node *node)
{
	const struct node *first =
	    RB_MIN(node_by_name, &node_top(node)->available);

	return first != node->first ? DUE_MOVE : DUE_NOTHING;
}

static void set_due(struct node *node, enum due due)
{
	struct heap *queue = &node->resolver->due;

	if (node->due == due)
		return;
	heap_remove(queue, node);
	node->due = due;
	if (due)
		heap_insert(queue, node);
}

static void update(struct node *node)
{
	struct top *top = node_top(node);
	bool was_wanted = node->is_wanted;

	node->resolver->stats.visited++;
	if (node->is_top) {
		set_due(node, due_to_template(node));
		return;
	}
	publish(node, evaluate(node));
	if (node->card && node->is_wanted != was_wanted)
		top->node.n_wanted += node->is_wanted ? 1 : -1;
	if (node->is_absent)
		set_due(node, DUE_NOTHING);
	else if (node_is_active(node))
		set_due(node, due_to_active(node));
	else
		set_due(node, due_at_rest(node));
}

void node_vanish(struct node *node)
{
	struct node *top = &node_top(node)->node;
	bool was_wanted = node->is_wanted;

	node->is_absent = true;
	pull(node);
	publish(node, 0);
	set_due(node, DUE_NOTHING);
	node->is_wanted = node->is_desired = false;
	if (was_wanted)
		top->n_wanted--;
	if (top->selected == node)
		top->selected = NULL;
	if (top->first == node)
		top->first = NULL;
	heap_remove(&node->resolver->dirty, node);
	node->is_dirty = false;
}

void settle(struct resolver *resolver)
{
	for (;;) {
		struct node *node;

		settle_pulls(resolver);
		node = heap_min(&resolver->dirty);
		if (node) {
			heap_remove(&resolver->dirty, node);
			node->is_dirty = false;
			update(node);
			continue;
		}
		node = heap_min(&resolver->due);
		if (!node || node->due != DUE_MOVE)
			break;
		set_due(node, DUE_NOTHING);
		node_move(node);
	}
	cards_sweep(resolver);
}
