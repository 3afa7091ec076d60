/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays the inputs of a world in some order, with providers that take some
 * time, until it is steady. What a provider comes to is a function of its
 * node and the seed alone; the order of the inputs and when starts, stops and
 * deadlines come between them follow from the timing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "tests/model/digest.h"
#include "tests/model/world.h"

enum played {
	PLAYED_STEADY,
	/* For ever: what was is kept, whatever is given, or a fact is to come
	 * that does not. */
	PLAYED_HELD,
	PLAYED_WRONG, /* it never came to rest, or an invariant does not hold */
};

/*
 * The profile is that of the world; timing 0: the inputs in their order.
 * trace (may be NULL) receives the steps, and what each node came to; said
 * what is wrong.
 */
enum played play(const struct world *world, const struct profile *profile,
    uint64_t seed, uint64_t timing, struct steady *ret, struct text *trace,
    struct text *said);
