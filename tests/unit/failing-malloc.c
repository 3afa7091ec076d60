/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/failing-malloc.h"

#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

static bool counting;
static long n_allocations, fail_at;

void failing_malloc_begin(long nth)
{
	n_allocations = 0;
	fail_at = nth;
	counting = true;
}

long failing_malloc_end(void)
{
	counting = false;
	return n_allocations;
}

void failing_malloc_pause(void)
{
	counting = false;
}

void failing_malloc_resume(void)
{
	counting = true;
}

bool failing_malloc_is_next(void)
{
	return counting && ++n_allocations == fail_at;
}

void *__wrap_malloc(size_t size)
{
	return failing_malloc_is_next() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return failing_malloc_is_next() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return failing_malloc_is_next() ? NULL : __real_realloc(p, size);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return failing_malloc_is_next() ? NULL :
					  __real_reallocarray(p, n, size);
}

char *__wrap_strdup(const char *s)
{
	return failing_malloc_is_next() ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t n)
{
	return failing_malloc_is_next() ? NULL : __real_strndup(s, n);
}
