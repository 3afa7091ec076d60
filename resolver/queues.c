/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The resolver's queues: dirty nodes by rank, those with something due, and
 * timers; and the order of a template's instances.
 */
#include <assert.h>

#include "resolver/card.h"
#include "resolver/node.h"

#include <errno.h>
#include <stddef.h>

/* An in-order group is first looked at for its gate. */
static uint32_t rank(const struct node *node)
{
	const struct decl *decl = node->decl;
	bool has_own = decl->edges->card_ranks && node->card;

	return decl_rank(decl, has_own ? node->card->place : 0, node->gate);
}

static int compare_rank(const void *node, const void *other)
{
	const struct node *a = node, *b = other;
	uint32_t x = rank(a), y = rank(b);

	return x != y ? (x > y) - (x < y) : node_compare(a, b);
}

/*
 * Selections, moves, stops, updates, rebinds, starts. Moves: in the profile's
 * order; stops: dependents before prerequisites; others: prerequisites before
 * dependents; ties in the profile's order, then by instance.
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

static uint64_t next_time(const struct node *node)
{
	return node->hold_ms < node->deadline_ms ? node->hold_ms
						 : node->deadline_ms;
}

/* By time; at one instant timeouts last. */
static int compare_time(const void *node, const void *other)
{
	const struct node *a = node, *b = other;
	uint64_t x = next_time(a), y = next_time(b);

	if (x != y)
		return x < y ? -1 : 1;
	if (a->is_timeout != b->is_timeout)
		return a->is_timeout ? 1 : -1;
	x = a->decl->edges->rank;
	y = b->decl->edges->rank;
	return x != y ? (x > y) - (x < y) : node_compare(a, b);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
RB_GENERATE(node_by_name, node, by_name, node_compare)
#pragma GCC diagnostic pop

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

	assert(n <= UINT32_MAX - resolver->n_made); /* 2 TiB of nodes */
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
	if (!node->in_dirty)
		heap_insert(&node->resolver->dirty, node);
}

/* Their times must not change while they are in the queue. */
static void set_times(
    struct node *node, uint64_t deadline_ms, uint64_t hold_ms, bool is_timeout)
{
	struct heap *timers = &node->resolver->timers;

	heap_remove(timers, node);
	node->deadline_ms = deadline_ms;
	node->hold_ms = hold_ms;
	node->is_timeout = is_timeout;
	if (next_time(node) != RESOLVER_NEVER)
		heap_insert(timers, node);
}

void node_set_deadline(struct node *node, uint64_t at_ms)
{
	set_times(node, at_ms, node->hold_ms, false);
}

void node_set_timeout(struct node *node, uint64_t at_ms)
{
	set_times(node, at_ms, node->hold_ms, true);
}

void node_set_hold(struct node *node, uint64_t at_ms)
{
	set_times(node, node->deadline_ms, at_ms, node->is_timeout);
}

uint64_t timers_next(const struct resolver *resolver)
{
	const struct node *node = heap_min(&resolver->timers);

	return node ? next_time(node) : RESOLVER_NEVER;
}

void node_set_due(struct node *node, enum due due)
{
	struct heap *queue = &node->resolver->due;

	if (node->due == due)
		return;
	heap_remove(queue, node);
	node->due = due;
	if (due)
		heap_insert(queue, node);
}
