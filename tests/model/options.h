/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the random searches are told on the command line. */
#pragma once

#include <stdint.h>

#include "config.h"

/* A search runs whole in the plain build; with sanitizers, which make it some
 * five times as slow, one of so many. */
#ifdef SANITIZED
enum { SEARCH_PART = 4 };
#else
enum { SEARCH_PART = 1 };
#endif

struct options {
	uint64_t seed;    /* of the first profile; of the next, one more */
	uint64_t count;   /* of profiles */
	uint32_t n_nodes; /* of a profile, at most */
	uint32_t n_inputs;
	unsigned features; /* enum world_feature */
	uint32_t n_failures_max; /* then it ends */
};

/*
 * [--seed N] [--count N] [--nodes N] [--inputs N] [--features BITS]
 * [--failures N]
 *
 * What is not given stays as it is. What cannot be: ends with status 2.
 */
void options_read(struct options *options, int argc, char **argv);
