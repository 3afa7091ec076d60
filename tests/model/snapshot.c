/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/snapshot.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void __real_free(void *p);
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void __wrap_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

enum { HEAP_BYTES = 1 << 20 };

struct chunk {
	size_t size; /* without this header */
	struct chunk *next; /* of those that are free */
};

/* What is copied: the first `used` bytes. */
static union {
	struct {
		size_t used;
		struct chunk *unused;
	};
	max_align_t align;
	char bytes[HEAP_BYTES];
} heap;

struct snapshot {
	size_t n;
	char bytes[];
};

static bool is_entered;

void snapshot_reset(void)
{
	heap.used = (sizeof(heap.used) + sizeof(heap.unused) + 15) & ~15ul;
	heap.unused = NULL;
}

void snapshot_enter(void)
{
	is_entered = true;
}

void snapshot_leave(void)
{
	is_entered = false;
}

struct snapshot *snapshot_take(void)
{
	struct snapshot *snapshot =
	    __real_malloc(sizeof(*snapshot) + heap.used);

	if (!snapshot)
		abort();
	snapshot->n = heap.used;
	memcpy(snapshot->bytes, heap.bytes, heap.used);
	return snapshot;
}

void snapshot_restore(const struct snapshot *snapshot)
{
	memcpy(heap.bytes, snapshot->bytes, snapshot->n);
}

struct snapshot *snapshot_free(struct snapshot *snapshot)
{
	__real_free(snapshot);
	return NULL;
}

/* ---- the heap ---- */

static bool is_ours(const void *p)
{
	return (const char *)p >= heap.bytes &&
	       (const char *)p < heap.bytes + HEAP_BYTES;
}

static struct chunk *chunk_of(void *p)
{
	return (struct chunk *)p - 1;
}

/* One of that size that was freed, or a new one. */
static void *take(size_t size)
{
	struct chunk **at = &heap.unused, *chunk;

	size = (size + 15) & ~(size_t)15;
	while ((chunk = *at) && chunk->size != size)
		at = &chunk->next;
	if (chunk) {
		*at = chunk->next;
		return chunk + 1;
	}
	if (size + sizeof(*chunk) > HEAP_BYTES - heap.used)
		abort();
	chunk = (struct chunk *)(heap.bytes + heap.used);
	heap.used += sizeof(*chunk) + size;
	chunk->size = size;
	return chunk + 1;
}

void __wrap_free(void *p)
{
	if (!is_ours(p)) {
		__real_free(p);
		return;
	}
	chunk_of(p)->next = heap.unused;
	heap.unused = chunk_of(p);
}

void *__wrap_malloc(size_t size)
{
	return is_entered ? take(size) : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return is_entered ? memset(take(n * size), 0, n * size)
			  : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	void *to;

	if (!is_entered && !is_ours(p))
		return __real_realloc(p, size);
	to = take(size);
	if (p) {
		size_t n = chunk_of(p)->size;

		memcpy(to, p, n < size ? n : size);
		__wrap_free(p);
	}
	return to;
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return __wrap_realloc(p, n * size);
}

char *__wrap_strdup(const char *s)
{
	return __wrap_strndup(s, strlen(s));
}

char *__wrap_strndup(const char *s, size_t n)
{
	char *to;

	if (!is_entered)
		return __real_strndup(s, n);
	n = strnlen(s, n);
	to = take(n + 1);
	memcpy(to, s, n);
	to[n] = '\0';
	return to;
}
