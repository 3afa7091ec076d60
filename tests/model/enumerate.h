/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All small profiles, one after the other, in an order that never changes.
 *
 * A profile is made of elements, each with a weight: a kind other than
 * `fake`, a member of a group, a reference in a key, a term of a condition,
 * an event, a start mode that is not the usual one, a hold, a timeout, ...
 * see kinds_of() and phrases_of() for all there are. Those of up to n nodes
 * and of up to so much weight are made, that is every combination of so many
 * elements, which all hang together (others are smaller profiles side by
 * side), in every order of the profile: names mean nothing, but ties are
 * broken in the profile's order, so that only is kept distinct.
 */
#pragma once

#include <stdint.h>

#include "tests/model/world.h"

enum { ENUMERATE_NODES_MAX = 4 };

struct enumeration {
	uint32_t n_nodes;
	/* All elements up to that weight; or: requires, over, any, `when
	 * not`, all there are. */
	uint32_t weight_max;
	bool is_core;
	/* Of the n-th profile (from 0), calls only if n % parts == part. */
	uint64_t part, parts;
	void (*profile)(void *ctx, struct world *world);
	void *ctx;
	uint64_t n_profiles; /* all of them */
};

void enumerate(struct enumeration *enumeration);
