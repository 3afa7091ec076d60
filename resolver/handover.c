/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a reload gives to another. A device that belongs to another node now
 * is still that of the former one, which may put back how it was: the new
 * owner does not start before that. And what a node stood on, and does not
 * any more, does not stop before that node, if that stops too.
 */
#include "resolver/card.h"
#include "resolver/device.h"
#include "resolver/node.h"
#include "resolver/reload.h"

#include <errno.h>
#include <stdlib.h>

/* NULL is before all others. */
static int compare_nodes(const struct node *a, const struct node *b)
{
	uint32_t x, y;

	if (a == b || !a || !b)
		return (a != NULL) - (b != NULL);
	x = a->decl->index;
	y = b->decl->index;
	return x != y ? (x > y) - (x < y) : node_compare(a, b);
}

static int compare_first(const struct handover *a, const struct handover *b)
{
	int order = compare_nodes(a->first, b->first);

	if (!order)
		order = (a->type > b->type) - (a->type < b->type);
	return order ? order : compare_nodes(a->second, b->second);
}

static int compare_second(const struct handover *a, const struct handover *b)
{
	int order = compare_nodes(a->second, b->second);

	if (!order)
		order = (a->type > b->type) - (a->type < b->type);
	return order ? order : compare_nodes(a->first, b->first);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
RB_GENERATE(handover_by_first, handover, by_first, compare_first)
RB_GENERATE(handover_by_second, handover, by_second, compare_second)
#pragma GCC diagnostic pop

/* In which it is the first, of that type or a later one; NULL: none. */
static struct handover *first_of(
    struct node *first, enum handover_type type)
{
	struct handover *found, key = { .first = first, .type = type };

	found = RB_NFIND(handover_by_first,
	    &first->resolver->first_handovers, &key);
	return found && found->first == first ? found : NULL;
}

/* In which it is the second, of the first type there is; NULL: none. */
static struct handover *second_of(const struct node *second)
{
	struct handover *found, key = { .second = (struct node *)second };

	found = RB_NFIND(handover_by_second,
	    &second->resolver->second_handovers, &key);
	return found && found->second == second ? found : NULL;
}

/* What an active node of the old graph keeps by that edge; or NULL. */
static struct node *held_target(
    const struct node *node, const struct edge *edge)
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
    struct node *second, enum handover_type type)
{
	struct handover *handover;

	if (!first || !second || first == second)
		return 0;
	handover = calloc(1, sizeof(*handover));
	if (!handover)
		return -ENOMEM;
	handover->first = first;
	handover->second = second;
	handover->type = type;
	if (RB_INSERT(handover_by_first, &next->first_handovers, handover))
		free(handover); /* it is there already */
	else
		RB_INSERT(handover_by_second, &next->second_handovers,
		    handover);
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

	RB_FOREACH (handover, handover_by_first, &resolver->first_handovers) {
		struct node *second = handover->second;

		if (handover->type != HANDOVER_DEVICE)
			second = successor(second);
		else
			second = next_owner(
			    next, second->card ? second->card->device
					       : second->device);
		if (!r)
			r = add(next, successor(handover->first), second,
			    handover->type);
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
			    next_owner(next, record), HANDOVER_DEVICE);
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

/* The node leaves: it keeps all that it stood on. */
static int hold_all(
    struct resolver *next, const struct node *node, struct node *orphan)
{
	const struct edges *edges = node->decl->edges;
	struct node *target = node_is_any(node) ? node->selected : NULL;
	int r = 0;

	for (uint32_t i = 0; !r; i++) {
		if (target)
			r = add(next, orphan, node_successor(target),
			    HANDOVER_HOLD);
		if (i == edges->n_down)
			break;
		target = held_target(node, &edges->down[i]);
	}
	return r;
}

/* What the node stood on, and does not any more. Whether it stops is not known
 * yet. */
static int leave_prerequisites(struct resolver *next, struct node *node)
{
	const struct edges *edges = node->decl->edges;
	struct node *to = node_successor(node);
	int r = 0;

	if (to && to->is_orphan)
		return hold_all(next, node, to);
	if (!to || !node_is_active(node))
		return 0;
	for (uint32_t i = 0; i < edges->n_down && !r; i++) {
		const struct edge *edge = &edges->down[i];
		struct node *target = edge_is_prerequisite(edge)
		    ? held_target(node, edge)
		    : NULL;

		target = target ? node_successor(target) : NULL;
		if (target && (target->is_orphan || !stands_on(to, target)))
			r = add(next, to, target, HANDOVER_STOP);
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

	if (handover->type == HANDOVER_DEVICE)
		second->n_before += change;
	else
		second->n_holders += change;
	node_pin(second, change > 0);
}

static void drop(struct resolver *resolver, struct handover *handover)
{
	resolver->stats.visited++;
	RB_REMOVE(handover_by_first, &resolver->first_handovers, handover);
	RB_REMOVE(handover_by_second, &resolver->second_handovers, handover);
	free(handover);
}

static void end(struct handover *handover)
{
	node_touch(handover->second);
	count(handover, -1);
	drop(handover->second->resolver, handover);
}

/* Nobody waits for himself, in whatever way: who is to stop later is not above
 * the other, and what has left the profile keeps nothing else. */
static bool may_wait(const struct handover *handover)
{
	struct node *second = handover->second;

	if (handover->type != HANDOVER_STOP)
		return true;
	if (second->is_orphan)
		return !handover->first->is_orphan &&
		       !first_of(second, HANDOVER_HOLD);
	return handover->first->is_orphan ||
	       second->decl->level <= handover->first->decl->level;
}

void handovers_begin(struct resolver *next)
{
	struct handover *handover, *after;

	RB_FOREACH_SAFE(
	    handover, handover_by_first, &next->first_handovers, after) {
		if (may_wait(handover)) {
			handover->first->is_awaited = true;
			count(handover, 1);
		} else {
			drop(next, handover);
		}
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
	struct handover *handover, *after;

	RB_FOREACH_SAFE(
	    handover, handover_by_first, &resolver->first_handovers, after) {
		if (handover->type == HANDOVER_STOP && stays(handover->first))
			end(handover);
	}
}

void handovers_end(struct node *first)
{
	struct handover *handover;

	first->is_awaited = false;
	while ((handover = first_of(first, HANDOVER_DEVICE)))
		end(handover);
}

void handovers_let_go(struct node *second)
{
	struct handover *handover;

	while ((handover = second_of(second)))
		end(handover);
}

/* At rest it waits for nothing else. */
const struct node *handover_owner(const struct node *second)
{
	const struct handover *handover = second_of(second);

	return handover ? handover->first : NULL;
}

void handovers_free(struct resolver *resolver)
{
	struct handover *handover;

	while ((handover = RB_ROOT(&resolver->first_handovers)))
		drop(resolver, handover);
}
