/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is freed as a whole. A profile lives in one arena: thousands
 * of small objects of the same life time, never freed one by one.
 */
#pragma once

#include <stddef.h>

struct arena;

/* A new, empty arena; NULL when out of memory. */
struct arena *arena_new(void);

/* Frees the arena with everything in it; returns NULL; accepts NULL. */
struct arena *arena_free(struct arena *arena);

/*
 * Zeroed memory, aligned for any type, valid until arena_free(). NULL when
 * out of memory; the arena stays usable.
 */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc(), for an array; NULL also when n * size overflows. */
void *arena_array(struct arena *arena, size_t n, size_t size);

/* A copy of the n bytes at text, with a NUL after them. */
char *arena_strndup(struct arena *arena, const char *text, size_t n);

/* A copy of the NUL-terminated text. */
char *arena_strdup(struct arena *arena, const char *text);

/* Bytes taken from the system so far. */
size_t arena_size(const struct arena *arena);
