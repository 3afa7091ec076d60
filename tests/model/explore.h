/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All states that a profile can get into: from each, every input and every
 * report that a provider may make there, at every time, is tried, and where
 * it leads is gone on from, once. So what holds here holds for every order of
 * up to so many inputs, however long providers take in between.
 *
 * Inputs: up, down (also forced) of each node, devices that come and go, the
 * events that the profile names, a node that is lost, unmet, met again, or
 * has other facts. Not counted as inputs: the end of a start (up, failed,
 * unmet) and of a stop, and time (to the next deadline). Devices are e0 and
 * e1. Where asked for also: reset, restart, and failures for good. Left to the
 * random searches: reloads, a crash, goals of one instance, late reports,
 * several names in one input.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "tests/model/world.h"

struct explored {
	uint64_t n_profiles, n_rejected;
	uint64_t n_states, n_steps, n_steady;
	uint64_t n_orders; /* of inputs, all that have been covered */
};

/*
 * Explores the profile of the world, with up to n_inputs inputs (has_resets:
 * also reset, restart, and failures for good), and adds to the figures. In
 * every state the invariants hold; without inputs it comes to rest; and states
 * that are at rest are the same if devices, goals, masks, latches and what
 * providers do are the same. False: said tells what does not, with the steps
 * that lead there, and the world has them as inputs.
 */
bool explore(struct world *world, uint32_t n_inputs, bool has_resets,
    struct explored *explored, struct text *said);
