/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Out of memory, uthash leaves the table as it was and the new element
 * without one, instead of ending the program. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/load.h"

/* An entry of the hash of names; it lives in the profile's arena. */
struct name {
	struct decl *decl;
	UT_hash_handle hh;
};

int profile_add_name(
    struct profile *profile, struct decl *decl, struct decl **ret_first)
{
	struct decl *first = profile_find(profile, decl->name);
	struct name *head = profile->names;
	struct name *name;

	if (first) {
		*ret_first = first;
		return -EEXIST;
	}
	name = arena_alloc(profile->arena, sizeof(*name));
	if (!name)
		return -ENOMEM;
	name->decl = decl;
	HASH_ADD_KEYPTR(hh, head, decl->name, strlen(decl->name), name);
	if (!name->hh.tbl)
		return -ENOMEM;
	profile->names = head;
	return 0;
}

struct decl *profile_find_n(
    const struct profile *profile, const char *name, size_t n)
{
	struct name *head = profile->names, *found;

	HASH_FIND(hh, head, name, n, found);
	return found ? found->decl : NULL;
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
	struct name *head;

	if (!profile)
		return NULL;
	head = profile->names;
	HASH_CLEAR(hh, head);
	/* The profile itself is in its arena. */
	arena_free(profile->arena);
	return NULL;
}
