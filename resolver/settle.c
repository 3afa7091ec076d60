/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Brings the graph to rest after an input.
 *
 * Pulls flow down and are settled first (pull.c). Everything else flows up,
 * along the ranks: dirty nodes are looked at in the order of their rank, so
 * each is looked at once, when all below it is known. When nothing is dirty
 * any more, groups and templates select, then nodes that need no provider move,
 * one at a time; then what is due to providers can be handed out.
 */
#include "resolver/card.h"
#include "resolver/node.h"
#include "resolver/reload.h"

void each_instance(struct node *top, void (*f)(struct node *))
{
	struct decl *decl = top->decl;
	struct card *card;

	RB_FOREACH (card, card_by_key,
	    resolver_cards(top->resolver, decl->root))
		f(&card->nodes[decl->slot]);
}

/* ---- what a node is, from its own fields only ---- */

static bool name_is_up(void *ctx, uint32_t name)
{
	const struct node *node = ctx;
	const struct edges *edges = node->decl->edges;

	/* The edges of the condition are the last ones, in its order. */
	const struct edge *edge =
	    &edges->down[edges->n_down - node->decl->rare->when_refs.n + name];
	const struct node *to = edge_target(node, edge);

	return to->is_top ? to->n_up > 0 : to->flags & FLAG_UP;
}

static bool latch(void *ctx, uint32_t interval)
{
	return latch_is_set(ctx, interval);
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

	if (!is_ready_for_it || node->n_hopeless)
		return false;
	if (node_is_group(node))
		return has_prospect;
	if (node->state == NODE_UP || node->is_unmet)
		return false;
	/* Between its events a task comes from nowhere. */
	if (node->decl->on_event && !node->is_pending &&
	    (node->state == NODE_IDLE || node->state == NODE_WAITING))
		return false;
	if (node->state == NODE_FAILED && !node->retry_is_due)
		return false;
	return true;
}

/* Not there for a reason that no hold rides out. */
static bool is_taken(const struct node *node)
{
	const struct decl *decl = node->decl;

	if (node_is_masked_by_any(node) || !node->is_allowed || node->n_taken)
		return true;
	if (!(node->flags & FLAG_PULLED) && decl->start != START_HOTPLUG)
		return true;
	if (!node_is_group(node))
		return false;
	return node->n_members_taken >= (node_is_any(node) ? decl->of.n : 1);
}

/* Before its values can be said it cannot start. */
static void look_for_facts(struct node *node)
{
	bool is_later = false;

	node->lacks_fact = !node->n_unready || node->is_held
		? node_missing_fact(node, &is_later) != NULL
		: false;
	node->fact_is_later = is_later;
}

/* It has to be told of a change, and its provider cannot follow. (One that is
 * starting is told when it is up, one that is held when all is back, and of
 * facts that it uses by update.) */
static bool cannot_be_told(const struct node *node)
{
	if ((node->state != NODE_UP && !node->is_unmet) || node->is_held)
		return false;
	if (node->must_update)
		return !node_can_update(node);
	return node->must_rebind && !node_can_rebind(node) &&
	       !node_has_new_facts(node, false);
}

/* wanted, allowed, desired. */
static void decide(struct node *node)
{
	const struct decl *decl = node->decl;
	bool is_ready;

	hold_update(node);
	is_ready = (!node->n_unready || node->is_held) &&
		   node_device_is_present(node);
	node->is_wanted = !node_is_masked_by_any(node) &&
	    (node->flags & FLAG_PULLED ||
		(decl->start == START_HOTPLUG && is_ready));
	node->is_allowed = !decl->when ||
	    condition_eval(decl->when, name_is_up, latch, node);
	if (decl->rare->fact_uses)
		look_for_facts(node);
	node->is_desired = node->is_wanted && node->is_allowed && is_ready &&
			   !node->must_restart && !node->lacks_fact;
	if (node->is_desired && cannot_be_told(node)) {
		node->must_restart = true;
		node->is_desired = false;
	}
}

/* What follows from the state and from what it should be. */
static uint16_t evaluate(struct node *node)
{
	const struct decl *decl = node->decl;
	uint16_t flags = node->flags & FLAG_PULLED;
	bool is_active = node_is_active(node);
	bool can_come = !node_is_masked_by_any(node) && node->is_allowed &&
	    (flags || decl->start == START_HOTPLUG) &&
	    node_device_is_present(node) &&
	    (!node->lacks_fact || node->fact_is_later);

	if (node->state == NODE_UP)
		flags |= FLAG_UP;
	if (node->state == NODE_FAILED)
		flags |= FLAG_FAILED | FLAG_BUSY;
	if (is_taken(node))
		flags |= FLAG_TAKEN;
	if (node->state == NODE_UP && node->is_desired &&
	    node_is_satisfied(node))
		flags |= FLAG_AVAILABLE;
	else if (is_coming(node, can_come))
		flags |= FLAG_PROSPECT;
	if (node->state == NODE_STARTING || node->state == NODE_STOPPING ||
	    flags & FLAG_PROSPECT)
		flags |= FLAG_BLOCKS;
	if (flags & FLAG_AVAILABLE)
		flags |= FLAG_PROSPECT;
	if (is_active)
		flags |= FLAG_ACTIVE | FLAG_BUSY;
	if (is_active && !node->is_unmet)
		flags |= FLAG_HOLDS;
	if (is_active && !node->is_held)
		flags |= FLAG_STANDS;
	if (node->state == NODE_STOPPING || (is_active && !node->is_desired))
		flags |= FLAG_LEAVING;
	return flags;
}

/* ---- what is due ---- */

struct near {
	const struct node *node;
	bool holds, is_leaving; /* some such is there */
};

static void look_near(
    void *ctx, const struct edge *edge, struct node *above)
{
	struct near *near = ctx;

	if (above->anchor != near->node->anchor)
		return;
	if (edge_is_after(edge))
		near->is_leaving |= above->flags & FLAG_LEAVING;
	else if (edge_is_prerequisite(edge))
		near->holds |= above->flags & FLAG_STANDS;
	else if (edge->role == EDGE_OF && !node_is_any(above))
		near->holds |= above->flags & FLAG_HOLDS;
}

/* Those who name the template from elsewhere, and stand on this device. */
static struct near look_from_top(const struct node *node)
{
	struct near near = { .node = node };

	node_each_up(&node_top(node)->node, look_near, &near);
	return near;
}

/* Those who stand on it are still there. */
static bool has_holders(const struct node *node)
{
	const struct node *top = &node_top(node)->node;

	bool is_last = node->card && top->selected == node && top->n_holders;

	if (node->is_gone)
		return node->n_near || (is_last && look_from_top(node).holds);
	return node->n_holders || is_last;
}

/* Or those who are after it, and to stop as well. */
static bool is_needed(const struct node *node)
{
	const struct node *top = &node_top(node)->node;

	if (has_holders(node))
		return true;
	if (node->is_gone)
		return node->n_leaving_near ||
		       (node->card && top->n_leaving &&
			   look_from_top(node).is_leaving);
	return node->n_leaving || (node->card && top->n_leaving);
}

static enum due due_at_rest(const struct node *node)
{
	bool has_failed = node->state == NODE_FAILED;
	bool is_idle = node->state == NODE_IDLE;

	if (node->card && !node->card->device && !node->is_goal)
		return DUE_MOVE; /* to be absent */
	if (node->is_desired && has_failed && !node->retry_is_due)
		return DUE_NOTHING;
	if (node->is_desired && !node->n_before &&
	    (!node->decl->on_event || node->is_pending || has_failed))
		return node_is_own(node) ? DUE_MOVE : DUE_START;
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
		return has_holders(node) ? DUE_NOTHING : DUE_MOVE;
	return node->must_select ? DUE_SELECT : DUE_NOTHING;
}

static enum due due_to_observer(const struct node *node)
{
	enum verdict verdict = observer_verdict(node);

	if (verdict == VERDICT_OPEN)
		return DUE_NOTHING;
	if (node->state == NODE_STARTING)
		return DUE_MOVE;
	return (verdict == VERDICT_YES) == (node->state == NODE_UP)
		? DUE_NOTHING
		: DUE_MOVE;
}

static enum due due_to_active(const struct node *node)
{
	if (node->state == NODE_STOPPING)
		return DUE_NOTHING;
	if (node->has_timed_out)
		return DUE_STOP;
	if (!node->is_desired)
		return is_needed(node) ? DUE_NOTHING
			: node_is_own(node) ? DUE_MOVE : DUE_STOP;
	if (node_is_group(node))
		return due_to_group(node);
	if (node_is_own(node))
		return due_to_observer(node);
	if (node->state == NODE_STARTING || node->is_held)
		return DUE_NOTHING;
	if (node->must_update ||
	    (node->must_rebind && node_has_new_facts(node, false)))
		return DUE_UPDATE;
	return node->must_rebind ? DUE_REBIND : DUE_NOTHING;
}

/* Another instance is the first available one; one that was away for a while
 * is none. */
static enum due due_to_template(const struct node *node)
{
	const struct node *first =
	    RB_MIN(node_by_name, &node_top(node)->available);

	return first && first != node->first ? DUE_SELECT : DUE_NOTHING;
}

/* There is a failure to forget, as it is not desired, be it only until
 * something else has moved. (Not before all that pulls it is known.) */
static bool has_failure_to_forget(const struct node *node)
{
	bool has_failed = node->state == NODE_FAILED || node->has_timed_out;

	return !node->is_desired &&
	       (node->failures || (has_failed && !node->retry_is_due));
}

static enum due due_now(const struct node *node)
{
	if (has_failure_to_forget(node))
		return DUE_FORGET;
	return node_is_active(node) ? due_to_active(node) : due_at_rest(node);
}

static void update(struct node *node)
{
	struct top *top = node_top(node);
	bool was_wanted = node->is_wanted;

	node->resolver->stats.visited++;
	if (node->is_orphan) {
		orphan_update(node);
		return;
	}
	if (node->is_top) {
		node_set_due(node, due_to_template(node));
		return;
	}
	decide(node);
	if (node_is_observer(node))
		observer_update(node);
	if (node->decl->on_event)
		task_take_event(node);
	/* Every gate that could pull it has been passed by now. */
	if (node->decl->is_in_order && !(node->flags & FLAG_PULLED))
		node->prefix = 0;
	node_publish(node, evaluate(node));
	if (node->flags & FLAG_AVAILABLE)
		node->was_away = false;
	node_settled(node);
	if (node->card && node->is_wanted != was_wanted)
		top->node.n_wanted += node->is_wanted ? 1 : -1;
	node_set_due(node, due_now(node));
}

void node_vanish(struct node *node)
{
	struct node *top = &node_top(node)->node;
	bool was_wanted = node->is_wanted;

	node->is_absent = true;
	node_unpull(node);
	node_publish(node, 0);
	top->n_present--;
	top_recount(node);
	node_set_due(node, DUE_NOTHING);
	node->is_wanted = node->is_desired = false;
	if (was_wanted)
		top->n_wanted--;
	if (top->selected == node)
		top->selected = NULL;
	if (top->first == node)
		top->first = NULL;
	if (top->went == node)
		top->went = NULL;
	heap_remove(&node->resolver->dirty, node);
	node->is_dirty = false;
	node->gate = node->prefix = 0;
}

static void take_dirty(struct node *node)
{
	bool is_dirty = node->is_dirty;

	if (!node->gate) {
		node->is_dirty = false;
		update(node);
		return;
	}
	gate_pass(node);
	if (is_dirty && !node->in_dirty)
		heap_insert(&node->resolver->dirty, node);
}

void settle_flags(struct resolver *resolver)
{
	resolver->n_passes++;
	for (;;) {
		struct node *node;

		settle_pulls(resolver);
		node = heap_min(&resolver->dirty);
		if (!node)
			break;
		heap_remove(&resolver->dirty, node);
		take_dirty(node);
	}
}

static void settle_moves(struct resolver *resolver)
{
	for (;;) {
		struct node *node;
		enum due due;

		settle_flags(resolver);
		node = heap_min(&resolver->due);
		if (!node || node->due > DUE_MOVE)
			break;
		due = node->due;
		node_set_due(node, DUE_NOTHING);
		if (due == DUE_FORGET) {
			node_forget_failures(node);
			node_touch(node);
		} else if (due == DUE_SELECT) {
			node_select(node);
		} else {
			node_move(node);
		}
	}
}

void settle(struct resolver *resolver)
{
	settle_moves(resolver);
	if (resolver->is_booting) {
		resolver->is_booting = false;
		tasks_start_up(resolver);
		settle_moves(resolver);
	}
	cards_sweep(resolver);
}
