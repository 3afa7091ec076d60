/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a reload gives to another. A device that belongs to another node now
 * is still that of the former one, which may put back how it was: the new
 * owner does not start before that. And what a node stood on, and does not
 * any more, does not stop before that node, if that stops too.
 */
#include "resolver/node.h"

#include <errno.h>
#include <stdlib.h>

struct node *node_held_target(const struct node *node, const struct edge *edge)
{
	struct node *to = edge_target(node, edge);

	if (edge->role == EDGE_OF) {
		if (node_is_any(node) || node->is_unmet)
			return NULL;
	} else if (!edge_is_prerequisite(edge) || node->is_held) {
		return NULL;
	}
	/* Of a template, the last available instance is kept. */
	if (to->is_top)
		to = RB_MIN(node_by_name, &node_top(to)->available);
	return to;
}

/* ---- before anything is changed ---- */

static int add(struct resolver *next, struct node *first,
    struct node *second, bool is_of_stop)
{
	struct handover *handover;

	if (!first || !second || first == second)
		return 0;
	handover = calloc(1, sizeof(*handover));
	if (!handover)
		return -ENOMEM;
	handover->first = first;
	handover->second = second;
	handover->is_of_stop = is_of_stop;
	list_append(&next->handovers, &handover->link);
	return 0;
}

static struct node *successor(struct node *node)
{
	return node->is_orphan ? node : node_successor(node);
}

/* Who owns it in the next resolver; NULL: nobody. */
static struct node *next_owner(
    struct resolver *next, const struct device_record *record)
{
	return record ? record_root(device_find(next, record->device.key))
		      : NULL;
}

/* Those of an earlier reload. */
static int go_on(struct resolver *resolver, struct resolver *next)
{
	struct handover *handover;
	int r = 0;

	list_for_each(
	    handover, &resolver->handovers, struct handover, link)
	{
		struct node *second = handover->second;

		if (handover->is_of_stop)
			second = successor(second);
		else
			second = next_owner(
			    next, second->card ? second->card->device
					       : second->device);
		if (!r)
			r = add(next, successor(handover->first), second,
			    handover->is_of_stop);
	}
	return r;
}

static int pass_devices(struct resolver *resolver, struct resolver *next)
{
	struct device_record *record;
	int r = 0;

	RB_FOREACH (record, device_by_key, &resolver->devices) {
		struct node *owner = record_root(record);

		if (!r && owner && node_is_active(owner))
			r = add(next, node_successor(owner),
			    next_owner(next, record), false);
	}
	return r;
}

static bool stands_on(const struct node *node, const struct node *to)
{
	const struct edges *edges = node->decl->edges;

	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct node *target =
		    edge_target(node, &edges->down[i]);

		if (edge_is_prerequisite(&edges->down[i]) &&
		    (target == to || target == &node_top(to)->node))
			return true;
	}
	return false;
}

/* What the node stood on, and does not any more. Whether it stops is not known
 * yet. */
static int leave_prerequisites(struct resolver *next, struct node *node)
{
	const struct edges *edges = node->decl->edges;
	struct node *to = node_successor(node);
	int r = 0;

	if (!to || to->is_orphan || !node_is_active(node))
		return 0;
	for (uint32_t i = 0; i < edges->n_down && !r; i++) {
		const struct edge *edge = &edges->down[i];
		struct node *target = edge_is_prerequisite(edge)
		    ? node_held_target(node, edge)
		    : NULL;

		target = target ? node_successor(target) : NULL;
		if (target && (target->is_orphan || !stands_on(to, target)))
			r = add(next, to, target, true);
	}
	return r;
}

int handovers_prepare(struct resolver *resolver, struct resolver *next)
{
	int r = go_on(resolver, next);

	if (!r)
		r = pass_devices(resolver, next);
	if (!r)
		r = resolver_each_node(resolver, next, leave_prerequisites);
	return r;
}

/* ---- from then on ---- */

static void count(struct handover *handover, int change)
{
	struct node *second = handover->second;

	if (handover->is_of_stop)
		second->n_holders += change;
	else
		second->n_before += change;
	node_pin(second, change > 0);
}

static void end(struct handover *handover)
{
	node_touch(handover->second);
	count(handover, -1);
	list_remove(&handover->link);
	free(handover);
}

/* Nobody waits for himself, in whatever way: who is to stop later is not above
 * the other, and what has left the profile keeps nothing else. */
static bool may_wait(const struct handover *handover)
{
	struct node *second = handover->second;

	if (!handover->is_of_stop)
		return true;
	if (second->is_orphan)
		return !handover->first->is_orphan &&
		       !orphan_of(second)->n_holds;
	return handover->first->is_orphan ||
	       second->decl->level <= handover->first->decl->level;
}

void handovers_begin(struct resolver *next)
{
	struct handover *handover;

	list_for_each(handover, &next->handovers, struct handover, link)
	{
		if (may_wait(handover)) {
			handover->first->is_awaited = true;
			count(handover, 1);
			continue;
		}
		list_remove(&handover->link);
		free(handover);
	}
}

/* It goes on, on what it stands on now. */
static bool stays(const struct node *node)
{
	return !node->is_orphan && node->is_desired &&
	       node->state != NODE_STOPPING;
}

void handovers_review(struct resolver *resolver)
{
	struct handover *handover;

	list_for_each(handover, &resolver->handovers, struct handover, link)
		if (handover->is_of_stop && stays(handover->first))
			end(handover);
}

void handovers_end(struct node *first)
{
	struct handover *handover;

	first->is_awaited = false;
	list_for_each(handover, &first->resolver->handovers, struct handover,
	    link)
		if (handover->first == first)
			end(handover);
}

void handovers_let_go(struct node *second)
{
	struct handover *handover;

	list_for_each(handover, &second->resolver->handovers, struct handover,
	    link)
		if (handover->second == second)
			end(handover);
}

void handovers_free(struct resolver *resolver)
{
	struct handover *handover;

	while ((handover = list_pop(
		    &resolver->handovers, struct handover, link)))
		free(handover);
}
