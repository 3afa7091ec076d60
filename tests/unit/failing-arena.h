/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Out of memory in the middle of an arena: with failing-malloc.h alone only
 * what an arena takes from the system counts. Linked with $(WRAP_ARENA).
 */
#pragma once

#include <stdbool.h>

/* Every piece of an arena counts as an allocation, too. At first: false. */
extern bool failing_arena_by_piece;
