/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All small profiles, one after the other, in an order that never changes.
 *
 * A profile is made of elements, each with a weight of 1: a kind other than
 * `fake` (link by match or device, any, all, state, location, task with
 * on-event, kit: a kind of tests whose keys name nodes and facts), each member
 * of a group, each reference in over, requires, wants (which may go round)
 * and after, each term and each `not` and `until` of a condition, a start mode
 * that is not the kind's usual one, hold (3s or forever), a timeout; phrases.c
 * has all of them. What names a template may as well name its instance e0. Made
 * is every combination of elements up to that weight in which all nodes hang
 * together (others are smaller profiles side by side). Names mean nothing, but
 * ties are broken in the profile's order: so each is made in every order of
 * its nodes; or in one alone, where these would be too many.
 *
 * Not made: conditions of more than three terms, groups of more than three
 * members, other retries than after 1 s, tasks without on-event (the resolver
 * takes them as `fake`).
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
	bool in_one_order; /* which one, differs from profile to profile */
	/* Of the n-th profile (from 0), calls only if n % parts == part. */
	uint64_t part, parts;
	void (*profile)(void *ctx, struct world *world);
	void *ctx;
	uint64_t n_profiles; /* all of them */
	uint64_t n_orders;   /* all of them, each in every order */
};

void enumerate(struct enumeration *enumeration);
