/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/failing-arena.h"

#include "base/arena.h"
#include "tests/unit/failing-malloc.h"

bool failing_arena_by_piece;

void *__real_arena_alloc(struct arena *arena, size_t size);
void *__real_arena_array(struct arena *arena, size_t n, size_t size);
char *__real_arena_strdup(struct arena *arena, const char *s);
char *__real_arena_strndup(struct arena *arena, const char *s, size_t n);
void *__wrap_arena_alloc(struct arena *arena, size_t size);
void *__wrap_arena_array(struct arena *arena, size_t n, size_t size);
char *__wrap_arena_strdup(struct arena *arena, const char *s);
char *__wrap_arena_strndup(struct arena *arena, const char *s, size_t n);

static bool piece_fails(void)
{
	return failing_arena_by_piece && failing_malloc_is_next();
}

void *__wrap_arena_alloc(struct arena *arena, size_t size)
{
	return piece_fails() ? NULL : __real_arena_alloc(arena, size);
}

void *__wrap_arena_array(struct arena *arena, size_t n, size_t size)
{
	return piece_fails() ? NULL : __real_arena_array(arena, n, size);
}

char *__wrap_arena_strdup(struct arena *arena, const char *s)
{
	return piece_fails() ? NULL : __real_arena_strdup(arena, s);
}

char *__wrap_arena_strndup(struct arena *arena, const char *s, size_t n)
{
	return piece_fails() ? NULL : __real_arena_strndup(arena, s, n);
}
