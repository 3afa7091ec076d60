/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/way.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/macros.h"
#include "resolver/profile.h"

void way_clear(struct way *way)
{
	free(way->has);
	*way = (struct way){ 0 };
}

bool profile_has_decl(const struct profile *profile, const struct decl *decl)
{
	return decl->index < profile->n_decls &&
	    &profile->decls[decl->index] == decl;
}

bool way_has(const struct way *way, const struct decl *decl)
{
	return decl->index < way->n && way->has[decl->index];
}

struct worklist {
	struct way *way;
	const struct decl **items;
	uint32_t n;
};

static void push(struct worklist *work, const struct decl *decl)
{
	if (way_has(work->way, decl))
		return;
	work->way->has[decl->index] = 1;
	work->items[work->n++] = decl;
}

static void push_refs(struct worklist *work, const struct refs *refs)
{
	for (uint32_t i = 0; i < refs->n; i++)
		push(work, refs->items[i].decl);
}

int way_add(
    struct way *way, const struct profile *profile, const struct decl *decl)
{
	/* Each declaration is pushed once at most. No recursion: how deep a
	 * profile is, is its author's choice. */
	_cleanup_(free_ptr) const struct decl **items =
	    calloc(profile->n_decls, sizeof(*items));
	struct worklist work = { .way = way, .items = items };

	if (!items)
		return -ENOMEM;
	if (!way->has) {
		way->has = calloc(profile->n_decls, 1);
		if (!way->has)
			return -ENOMEM;
		way->n = profile->n_decls;
	}
	push(&work, decl);
	while (work.n > 0) {
		decl = work.items[--work.n];
		push_refs(&work, &decl->requires);
		push_refs(&work, &decl->over);
		push_refs(&work, &decl->of);
	}
	return 0;
}

static const struct refs *refs_of(const struct decl *decl, unsigned i)
{
	return i == 0 ? &decl->requires : i == 1 ? &decl->over : &decl->of;
}

/* The references the other way round: those to declaration d are
 * users[first[d]] to users[first[d + 1] - 1]. */
struct reverse {
	uint32_t *first, *users;
};

static void reverse_clear(struct reverse *reverse)
{
	free(reverse->first);
	free(reverse->users);
}

static int reverse_fill(
    struct reverse *reverse, const struct profile *profile)
{
	uint32_t n = profile->n_decls;

	/* Two places more: counting goes to d + 2, so that filling, which
	 * moves the start of d + 1 on, leaves the starts in place. */
	reverse->first = calloc((size_t)n + 2, sizeof(*reverse->first));
	if (!reverse->first)
		return -ENOMEM;
	for (size_t i = 0; i < 3 * (size_t)n; i++) {
		const struct refs *refs =
		    refs_of(&profile->decls[i / 3], i % 3);

		for (uint32_t k = 0; k < refs->n; k++)
			reverse->first[refs->items[k].decl->index + 2]++;
	}
	for (uint32_t d = 2; d < n + 2; d++)
		reverse->first[d] += reverse->first[d - 1];
	reverse->users =
	    calloc((size_t)reverse->first[n + 1] + 1, sizeof(uint32_t));
	if (!reverse->users)
		return -ENOMEM;
	for (size_t i = 0; i < 3 * (size_t)n; i++) {
		const struct refs *refs =
		    refs_of(&profile->decls[i / 3], i % 3);

		for (uint32_t k = 0; k < refs->n; k++) {
			uint32_t d = refs->items[k].decl->index;

			reverse->users[reverse->first[d + 1]++] =
			    (uint32_t)(i / 3);
		}
	}
	return 0;
}

int way_add_dependents(struct way *way, const struct profile *profile)
{
	_cleanup_(free_ptr) const struct decl **items =
	    calloc(profile->n_decls, sizeof(*items));
	_cleanup_(reverse_clear) struct reverse reverse = { 0 };
	struct worklist work = { .way = way, .items = items };
	int r;

	if (!items)
		return -ENOMEM;
	r = reverse_fill(&reverse, profile);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		if (way->has[i])
			items[work.n++] = &profile->decls[i];
	}
	while (work.n > 0) {
		uint32_t d = work.items[--work.n]->index;

		for (uint32_t k = reverse.first[d]; k < reverse.first[d + 1];
		     k++)
			push(&work, &profile->decls[reverse.users[k]]);
	}
	return 0;
}
