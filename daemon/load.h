/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the profile that netconfd was started with, now or again. */
#pragma once

#include <stdint.h>

struct diagnostics;
struct options;
struct profile;
struct text;

/* A profile, and what its files had in them. */
struct loaded {
	struct profile *profile;
	uint64_t sum; /* of their names and texts */
};

/*
 * Reads the files that the options name, which must be root's or the user's
 * that netconfd runs as: they decide what it does. 0 and *ret; 1: they are
 * those of the present profile, if one is given; or -errno: diagnostics has
 * errors, or else said tells what is wrong.
 */
int load_profile(const struct options *options, const struct loaded *present,
    struct diagnostics *diagnostics, struct loaded *ret, struct text *said);
