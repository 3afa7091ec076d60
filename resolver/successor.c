/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * While a reload is at work: who goes on for a node of the old graph, and what
 * it takes over from it. The counters between nodes are not copied: every
 * node is looked at anew, as after resolver_restore(), and tells its
 * neighbours.
 */
#include "resolver/card.h"
#include "resolver/device.h"
#include "resolver/node.h"
#include "resolver/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* ---- who it is ---- */

/* node.first of a node of the old graph that is no top leads to it, or to its
 * orphan. */
struct node *node_successor(const struct node *node)
{
	return (struct node *)node->first;
}

static bool is_same_node(const struct node *a, const struct node *b)
{
	return b && !b->is_top && a->decl->schema == b->decl->schema;
}

static int find_successor(struct resolver *next, struct node *node)
{
	_cleanup_(text_clear) struct text said = { 0 };
	struct node *to = NULL;
	int r;

	if (node->is_top || node->is_absent)
		return 0;
	r = node_locate(next, node->name, &said, &to);
	if (r == -ENOMEM)
		return r;
	if (!r && is_same_node(node, to)) {
		if (to->card && node_is_active(node))
			node_appear(to);
		node->first = to->is_absent ? NULL : to;
		return 0;
	}
	if (!node_is_active(node))
		return 0;
	next->n_made++;
	return orphan_new(node);
}

static int forget_successor(struct resolver *next, struct node *node)
{
	struct node *to = node_successor(node);

	(void)next;
	if (node->is_top)
		return 0;
	if (to && to->is_orphan)
		free(orphan_of(to));
	node->first = NULL;
	return 0;
}

int successors_find(struct resolver *resolver, struct resolver *next)
{
	return resolver_each_node(resolver, next, find_successor);
}

void successors_forget(struct resolver *resolver)
{
	resolver_each_node(resolver, NULL, forget_successor);
}

/* ---- what it takes over; nothing fails from here on ---- */

static const struct edge *edge_to(
    const struct node *from, const struct node *to, enum edge_role role)
{
	const struct edges *edges = from->decl->edges;

	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct node *target = edge_target(from, &edges->down[i]);

		if (edges->down[i].role == role &&
		    (target == to || target == &node_top(to)->node))
			return &edges->down[i];
	}
	return NULL;
}

static void hand_over_selection(struct node *from, struct node *to)
{
	const struct edge *edge;
	struct node *member;

	if (!node_is_any(from) || !from->selected)
		return;
	/* If another one is the best now, those above are told. */
	to->has_new_choice = true;
	member = node_successor(from->selected);
	edge = member && !member->is_orphan
		? edge_to(to, member, EDGE_OF) : NULL;
	if (!edge)
		return;
	to->selected = member;
	to->selected_index = edge->index;
	node_hold(to, member, 1);
}

/* The members up to that of this name are pulled. */
static void pull_up_to(struct node *group, const char *name)
{
	const struct edges *edges = group->decl->edges;

	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *edge = &edges->down[i];

		if (edge->role == EDGE_OF && edge->index >= group->prefix &&
		    !strcmp(edge_target(group, edge)->name, name))
			group->prefix = edge->index + 1;
	}
}

/* Members that were pulled stay so, until an earlier one is there. */
static void hand_over_prefix(const struct node *from, struct node *to)
{
	const struct edges *edges = from->decl->edges;

	if (!from->decl->is_in_order || !to->decl->is_in_order)
		return;
	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *edge = &edges->down[i];

		if (edge->role == EDGE_OF && edge->index < from->prefix)
			pull_up_to(to, edge_target(from, edge)->name);
	}
}

static bool has_other_device(const struct node *a, const struct node *b)
{
	const char *x = a->decl->device, *y = b->decl->device;

	return x && y && strcmp(x, y) != 0;
}

static bool has_same_over(const struct node *a, const struct node *b)
{
	const struct edge *x = node_over(a), *y = node_over(b);

	if (!x || !y)
		return x == y;
	return !strcmp(edge_target(a, x)->name, edge_target(b, y)->name);
}

/* What the change of its declaration means to a node that is active. */
static void apply_change(const struct node *from, struct node *to)
{
	if (!config_equal(from->decl->config, to->decl->config)) {
		node_forget(to);
		if (node_is_active(to) && !node_is_own(to)) {
			to->must_update = to->has_new_config = true;
			if (!node_can_update(to) ||
			    !config_equal_fixed(from->decl->config,
				to->decl->config))
				to->must_restart = true;
		}
	}
	/* What runs for each event is never up; what runs once, is. */
	if (!from->decl->on_event != !to->decl->on_event && node_is_active(to))
		to->must_restart = true;
	if (has_other_device(from, to) && node_is_active(to))
		to->must_restart = true;
	if (node_is_observer(to))
		to->must_decide = true;
	if (!has_same_over(from, to) && node_is_active(to) &&
	    !node_is_own(to)) {
		to->must_rebind = true;
		if (to->state == NODE_STARTING || !node_can_rebind(to))
			to->must_restart = true;
	}
}

static void hand_over_bits(const struct node *from, struct node *to)
{
	to->is_unmet = from->is_unmet;
	to->is_permanent = from->is_permanent;
	to->must_restart = from->must_restart;
	to->must_update = from->must_update;
	to->has_new_config = from->has_new_config;
	to->was_away = from->was_away;
	to->is_over_limit = from->is_over_limit;
	to->verdict = from->verdict;
	to->is_held = from->is_held && to->decl->hold_ms;
	/* Where a hold ends, it is told of what is there. */
	to->must_rebind = from->must_rebind ||
		(from->is_held && !to->is_held && !node_is_own(to));
	to->hold_is_over = from->hold_is_over && to->decl->hold_ms;
	to->has_old_facts = from->has_old_facts;
	to->is_pending = from->is_pending && to->decl->on_event;
	to->is_event_run = from->is_event_run;
	to->has_timed_out = from->has_timed_out;
	to->retry_is_due = from->retry_is_due;
	/* Also one that is to have another device than that which is gone. */
	to->is_stale = from->is_stale || (from->is_gone && to->device);
	/* If it stands on none now, it waits for all again. */
	to->is_gone = from->is_gone && (to->is_orphan || to->anchor);
}

/* What is to run for another event, has other values. */
static void hand_over_values(struct node *from, struct node *to)
{
	const char *event = from->decl->rare->event_text;
	struct factset *values;

	if (!node_has_event(from))
		return;
	values = steal_ptr(from->values);
	if (to && !to->is_orphan && values && to->decl->rare->event_text &&
	    strcmp(event, to->decl->rare->event_text) == 0)
		node_set_values(to, values);
	else
		free(values);
}

static void hand_over_timers(struct node *from, struct node *to)
{
	uint64_t deadline_ms = from->deadline_ms, hold_ms = from->hold_ms;
	bool is_timeout = from->is_timeout;

	if (is_timeout)
		node_set_timeout(to, deadline_ms);
	else
		node_set_deadline(to, deadline_ms);
	if (to->is_held)
		node_set_hold(to, hold_ms);
}

/* What every node has, an orphan too. */
static void hand_over_self(struct node *from, struct node *to)
{
	struct resolver_stats *stats = &to->resolver->stats;

	to->state = from->state;
	to->since_ms = from->since_ms;
	to->run = from->run;
	to->failures = from->failures;
	to->user = from->user;
	to->facts = from->facts;
	to->reason = from->reason;
	to->kept = from->kept;
	to->expansion = from->expansion;
	from->facts = from->kept = NULL;
	from->expansion = NULL;
	from->reason = NULL;
	stats->bytes += to->facts ? to->facts->bytes : 0;
	stats->bytes += to->kept ? to->kept->bytes : 0;
	stats->bytes += expansion_bytes(to->expansion);
	stats->bytes += to->reason ? strlen(to->reason) + 1 : 0;
	hand_over_bits(from, to);
}

/* The device that it stands on. */
static struct device_record *new_record(
    struct resolver *next, const struct node *from)
{
	const struct device *device = node_device(from);

	return device ? device_find(next, device->key) : NULL;
}

static int hand_over(struct resolver *next, struct node *from)
{
	struct node *to = node_successor(from);

	if (from->is_top)
		return 0;
	hand_over_values(from, to);
	if (!to)
		return 0;
	if (to->is_orphan) {
		to->resolver = next;
		to->device = new_record(next, from);
		to->deadline_ms = to->hold_ms = RESOLVER_NEVER;
		to->selected_index = UINT32_MAX;
		next->stats.bytes += orphan_of(to)->bytes;
		list_append(&next->orphans, &orphan_of(to)->link);
	}
	hand_over_self(from, to);
	if (to->is_orphan)
		return 0;
	hand_over_timers(from, to);
	to->is_adopted = true;
	to->was_available = from->flags & FLAG_AVAILABLE;
	/* Its template goes on being up. */
	if (to->card && to->state == NODE_UP)
		node_top(to)->node.since_ms = node_top(from)->node.since_ms;
	if (!to->is_held)
		node_drop_kept(to);
	hand_over_prefix(from, to);
	apply_change(from, to);
	node_touch(to);
	return 0;
}

static void tell_successor(
    void *ctx, const struct edge *edge, struct node *node)
{
	struct node *to = node_successor(node);

	(void)ctx;
	if ((edge->role == EDGE_KEY_PULLS || edge->role == EDGE_FOLLOWS) &&
	    to && !to->is_orphan)
		node_must_update(to);
}

/* Who had named it by a key names it no longer, or something else. */
static void tell_members_of(struct node *from)
{
	node_each_up(from, tell_successor, NULL);
	if (from->card)
		node_each_up(&node_top(from)->node, tell_successor, NULL);
}

/* Once all have been handed over: who stands on whom. */
static int hand_over_links(struct resolver *next, struct node *from)
{
	struct node *to = node_successor(from);
	struct orphan *orphan;

	if (from->is_top || !to)
		return 0;
	if (!to->is_orphan) {
		hand_over_selection(from, to);
		return 0;
	}
	orphan = orphan_of(to);
	orphan_set_heir(next, orphan);
	if (from->flags & FLAG_AVAILABLE)
		tell_members_of(from);
	node_touch(to);
	return 0;
}

/* What stands on it now gives other facts to those above. */
static int tell_other_over(struct resolver *next, struct node *from)
{
	struct node *to = node_successor(from);

	(void)next;
	if (!from->is_top && to && !to->is_orphan && node_is_active(to) &&
	    !node_is_any(to) && !has_same_over(from, to))
		node_tell(to, NULL);
	return 0;
}

static struct node *live_successor(const struct node *node)
{
	struct node *to = node ? node_successor(node) : NULL;

	return to && !to->is_orphan ? to : NULL;
}

static int hand_over_top(struct resolver *next, struct node *from)
{
	struct decl *decl = profile_find(next->profile, from->name);
	struct node *to = decl ? resolver_top(next, decl) : NULL;
	const struct node *last;

	if (!from->is_top || !to || !to->is_top)
		return 0;
	if (!from->n_up)
		to->since_ms = from->since_ms;
	to->user = from->user;
	to->first = live_successor(from->first);
	to->is_adopted = true;
	/* The last to be available, if none is any more from now on. */
	last = from->selected ? from->selected
			      : RB_MAX(node_by_name,
				    &node_top(from)->available);
	to->selected = live_successor(last);
	return 0;
}

static int hand_over_latches(struct resolver *next, struct node *from)
{
	struct decl *decl = profile_find(next->profile, from->decl->name);
	struct node *to;

	if (!decl || from->is_absent)
		return 0;
	to = from->card ? resolver_find(next, from->name)
			: resolver_top(next, decl);
	for (uint32_t i = 0; to && i < from->decl->n_latches; i++)
		if (from->decl->latches[i].is_per_card == !!from->card)
			latch_restore(to, from->decl->latches[i].text,
			    latch_is_set(from, i));
	return 0;
}

static int report_move(struct resolver *next, struct node *from)
{
	struct node *to = node_successor(from);

	if (from->is_top || !to || !from->user || !next->options.moved)
		return 0;
	next->options.moved(next->options.ctx, from, to);
	return 0;
}

void successors_take_over(struct resolver *resolver, struct resolver *next)
{
	resolver_each_node(resolver, next, hand_over_latches);
	resolver_each_node(resolver, next, hand_over);
	resolver_each_node(resolver, next, hand_over_links);
	resolver_each_node(resolver, next, hand_over_top);
	resolver_each_node(resolver, next, tell_other_over);
	resolver_each_node(resolver, next, report_move);
}
