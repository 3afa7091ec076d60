/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Out of memory on purpose: the n-th allocation of the code under test fails.
 * Counted are the calls of the objects linked into the test, by the linker's
 * --wrap ($(WRAP_MALLOC)), not those that libraries make within themselves;
 * and only between begin and end, so that check, which allocates too, is left
 * alone.
 */
#pragma once

#include <stdbool.h>

/* From here on allocations are counted from 1, and the nth fails; 0: none. */
void failing_malloc_begin(long nth);

/* Stops counting. The number of allocations there were, with the failed. */
long failing_malloc_end(void);

/* Between them: a part that is not to be counted. */
void failing_malloc_pause(void);
void failing_malloc_resume(void);

/*
 * Counts one allocation; true when it is to fail. For wrappers of what
 * allocates in a library.
 */
bool failing_malloc_is_next(void);
