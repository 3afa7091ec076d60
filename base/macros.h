/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The few macros used everywhere. */
#pragma once

#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr)-offsetof(type, member)))

/* Runs f(&variable) when the variable goes out of scope. */
#define _cleanup_(f) __attribute__((cleanup(f)))

/* Gives the pointer away: returns it and leaves NULL behind. */
#define steal_ptr(p)                    \
	({                              \
		__typeof__(p) _p = (p); \
		(p) = NULL;             \
		_p;                     \
	})

/* free() for _cleanup_: `_cleanup_(free_ptr) char *text = ...`. */
void free_ptr(void *pointer_to_pointer);

/* close() for _cleanup_; a negative one is none. In files.c. */
void close_fd(int *fd);
