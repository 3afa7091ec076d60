/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A binary heap: a queue of which the first element by some order is looked
 * at, and any element may be taken out. It holds pointers; each element has a
 * uint32_t of its own in which the heap keeps the element's position, 0 while
 * it is in none. An element has one such field for each heap that it may be
 * in at a time.
 *
 * Memory is reserved ahead, so that putting an element in cannot fail. What
 * the order depends on must not change while the element is in the heap. If
 * the order is total, the elements come out in one order only, whatever the
 * order in which they went in.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct heap {
	void **items; /* of position 1, 2, ... */
	uint32_t n, capacity;
	int (*compare)(const void *a, const void *b);
	size_t offset; /* of the position in an element */
};

/* An empty heap without room. compare: less than, equal to or greater than 0
 * if a is before, beside or behind b. offset: of the element's position. */
void heap_init(struct heap *heap,
    int (*compare)(const void *a, const void *b), size_t offset);
/* Frees the heap's memory, not the elements, and leaves their positions as
 * they are. The heap is empty and without room then. */
void heap_clear(struct heap *heap);
/* Makes room for n elements in all; it never becomes less. Or -ENOMEM: then
 * the heap is as it was. */
int heap_reserve(struct heap *heap, uint32_t n);

/* Puts in an element that is not in it, for which there must be room. */
void heap_insert(struct heap *heap, void *item);
/* Takes the element out, if it is in the heap. */
void heap_remove(struct heap *heap, void *item);

/* The first element; NULL: the heap is empty. */
static inline void *heap_min(const struct heap *heap)
{
	return heap->n ? heap->items[0] : NULL;
}

/* The memory that it has reserved, in bytes. */
static inline size_t heap_bytes(const struct heap *heap)
{
	return heap->capacity * sizeof(*heap->items);
}
