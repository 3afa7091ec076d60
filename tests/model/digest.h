/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a resolver is, as numbers: two resolvers of one profile with the same
 * digest behave the same from here on (times count from now).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct resolver;

/* All that matters for what comes. */
uint64_t digest_state(const struct resolver *resolver);

enum { STEADY_NODES_MAX = 256 };

/* What a node's provider came to, the last time it was tried. */
enum tried { UNTRIED, TRIED_FAILED, TRIED_UNMET, TRIED_UP /* and more: with
	which facts */ };

/* A state in which nothing is on its way. */
struct steady {
	/* Devices, goals, masks, latches: what a steady state depends on. */
	uint64_t given;
	/* States of all nodes, selections, pulls: the steady state. */
	uint64_t state;
	uint8_t n;
	uint8_t tried[STEADY_NODES_MAX]; /* of each, in a fixed order */
};

/* False: it is not steady: something is starting, stopping or held, a location
 * is undecided, or a fact that a value uses is still to come. */
bool digest_steady(const struct resolver *resolver, struct steady *ret);

/* Providers may have been the same in both: none has been tried with another
 * outcome in one than in the other. */
bool steady_is_compatible(const struct steady *a, const struct steady *b);
