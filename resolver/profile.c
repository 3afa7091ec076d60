/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/sum.h"
#include "base/text.h"
#include "resolver/load.h"

/*
 * The names: of each declaration its index and 1, at the place that its name's
 * sum gives, or the next one that is free; 0: free. At most half are taken.
 */

int profile_reserve_names(struct profile *profile)
{
	size_t n = 2;

	while (n < 2 * (size_t)profile->n_decls)
		n *= 2;
	profile->names = arena_array(profile->arena, n, sizeof(uint32_t));
	profile->names_mask = n - 1;
	return profile->names ? 0 : -ENOMEM;
}

/* Where it is, or is to be. */
static uint32_t *find_place(
    const struct profile *profile, const char *name, size_t n)
{
	uint64_t at = sum_add(SUM_INIT, name, n);

	for (;; at++) {
		uint32_t *place = &profile->names[at & profile->names_mask];
		const char *other =
		    *place ? profile->decls[*place - 1].name : NULL;

		if (!other || (!strncmp(other, name, n) && !other[n]))
			return place;
	}
}

struct decl *profile_add_name(struct profile *profile, struct decl *decl)
{
	uint32_t *place = find_place(profile, decl->name, strlen(decl->name));

	if (*place)
		return &profile->decls[*place - 1];
	*place = decl->index + 1;
	return NULL;
}

struct decl *profile_find_n(
    const struct profile *profile, const char *name, size_t n)
{
	uint32_t *place = find_place(profile, name, n);

	return *place ? &profile->decls[*place - 1] : NULL;
}

struct decl *profile_find(const struct profile *profile, const char *name)
{
	return profile_find_n(profile, name, strlen(name));
}

const char *profile_nearest(const struct profile *profile, const char *name)
{
	_cleanup_(free_ptr) const char **names =
	    calloc((size_t)profile->n_decls + 1, sizeof(*names));
	_cleanup_(free_ptr) char *part = strndup(name, strcspn(name, "@"));

	for (uint32_t i = 0; names && i < profile->n_decls; i++)
		names[i] = profile->decls[i].name;
	return names && part ? text_nearest(part, names, profile->n_decls)
			     : NULL;
}

struct profile *profile_free(struct profile *profile)
{
	/* It is in its arena. */
	if (profile)
		arena_free(profile->arena);
	return NULL;
}
