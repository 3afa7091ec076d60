/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/heap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* The element at position p stands before those at 2p and 2p + 1. */

static void *item_at(const struct heap *heap, uint32_t p)
{
	return heap->items[p - 1];
}

static uint32_t *position(const struct heap *heap, void *item)
{
	return (uint32_t *)((char *)item + heap->offset);
}

static void place(struct heap *heap, uint32_t p, void *item)
{
	heap->items[p - 1] = item;
	*position(heap, item) = p;
}

void heap_init(struct heap *heap,
    int (*compare)(const void *a, const void *b), size_t offset)
{
	*heap = (struct heap){ .compare = compare, .offset = offset };
}

void heap_clear(struct heap *heap)
{
	free(heap->items);
	heap_init(heap, heap->compare, heap->offset);
}

int heap_reserve(struct heap *heap, uint32_t n)
{
	/* By a quarter at least: one more at a time stays cheap. */
	uint64_t capacity = heap->capacity + (uint64_t)heap->capacity / 4;
	void **items;

	if (n <= heap->capacity)
		return 0;
	if (capacity < n || capacity > UINT32_MAX)
		capacity = n;
	items = reallocarray(heap->items, capacity, sizeof(*items));
	if (!items)
		return -ENOMEM;
	heap->items = items;
	heap->capacity = capacity;
	return 0;
}

/* Fills the hole at p with the item, or with one that it is before. */
static void fill_upwards(struct heap *heap, uint32_t p, void *item)
{
	while (p > 1) {
		void *above = item_at(heap, p / 2);

		if (heap->compare(above, item) <= 0)
			break;
		place(heap, p, above);
		p /= 2;
	}
	place(heap, p, item);
}

void heap_insert(struct heap *heap, void *item)
{
	assert(heap->n < heap->capacity);
	assert(!*position(heap, item));
	fill_upwards(heap, ++heap->n, item);
}

/*
 * The hole goes down to the end, then the last element is put there: it comes
 * from down there and seldom has to rise far, so a level costs one comparison
 * instead of two.
 */
void heap_remove(struct heap *heap, void *item)
{
	uint32_t p = *position(heap, item);
	void *last;

	if (!p)
		return;
	assert(p <= heap->n && item_at(heap, p) == item);
	last = item_at(heap, heap->n--);
	*position(heap, item) = 0;
	if (last == item)
		return;
	while (p <= heap->n / 2) {
		uint32_t below = 2 * p;

		if (below < heap->n &&
		    heap->compare(item_at(heap, below + 1),
			item_at(heap, below)) < 0)
			below++;
		place(heap, p, item_at(heap, below));
		p = below;
	}
	fill_upwards(heap, p, last);
}
