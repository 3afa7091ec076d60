/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which nodes have to do with which: sets of declarations that lie on the
 * way of others. Walking the profile is for the admin's commands, not for
 * events.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct decl;
struct profile;

/* A set of a profile's declarations. Starts as {0}. */
struct way {
	uint8_t *has; /* by decl->index */
	uint32_t n;
};

/* Frees it and makes it {0} again; fit for _cleanup_. */
void way_clear(struct way *way);

/* Adds the node and all it depends on: requires, over, of, directly or
 * further. 0 or -ENOMEM. */
int way_add(struct way *way, const struct profile *profile,
    const struct decl *decl);

/* Adds all nodes that depend on one in the set, which must not be {0}. 0 or
 * -ENOMEM. */
int way_add_dependents(struct way *way, const struct profile *profile);

/* Whether the declaration is one of that profile, not of a former one. */
bool profile_has_decl(
    const struct profile *profile, const struct decl *decl);

bool way_has(const struct way *way, const struct decl *decl);
