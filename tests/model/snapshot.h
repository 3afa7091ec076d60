/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A resolver that can be put back to what it was: all that the code under
 * test allocates while the heap is in use lies in one block at a fixed
 * address, of which copies are taken and put back. Nothing of it may be kept
 * elsewhere. (By the linker's --wrap: $(WRAP_SNAPSHOT).)
 *
 * Out of memory it aborts: it is for tests.
 */
#pragma once

#include <stddef.h>

struct snapshot;

/* Forgets everything in the heap. */
void snapshot_reset(void);

/* Between these, allocations are made in the heap. */
void snapshot_enter(void);
void snapshot_leave(void);

struct snapshot *snapshot_take(void);
void snapshot_restore(const struct snapshot *snapshot);
struct snapshot *snapshot_free(struct snapshot *snapshot);
