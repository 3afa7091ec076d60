/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locations and values that ask for what nothing they stand on tells. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/graph.h"
#include "resolver/lint.h"
#include "resolver/profile.h"

/* Nodes looked at below others, in all. */
enum { LOOKS_MAX = 1 << 19 };

struct search {
	uint32_t *seen; /* by declaration: in the search of that number */
	const struct decl **found;
	uint32_t n_found, n_searches, n_looks;
};

static bool gives(const struct schema *schema, const char *key)
{
	const struct schema_fact *fact = schema->facts;

	/* Simulated ones tell whatever their scenario says. */
	if (schema->flags & SCHEMA_SIMULATED)
		return true;
	while (fact && fact->name && strcmp(fact->name, key) != 0)
		fact++;
	return fact && fact->name;
}

static void find(struct search *search, const struct decl *decl)
{
	if (search->seen[decl->index] == search->n_searches)
		return;
	search->seen[decl->index] = search->n_searches;
	search->found[search->n_found++] = decl;
}

/* What it stands on, through members of groups: any may be selected. */
static bool is_given_below(
    struct search *search, const struct decl *above, const char *key)
{
	search->n_searches++;
	search->n_found = 0;
	find(search, above);
	for (uint32_t i = 0; i < search->n_found; i++) {
		const struct decl *decl = search->found[i];

		if (i && gives(decl->schema, key))
			return true;
		for (uint32_t k = 0; k < decl->edges->n_down; k++) {
			const struct edge *edge = &decl->edges->down[k];

			if (edge->role == EDGE_OVER || edge->role == EDGE_OF)
				find(search, edge->to);
		}
		if (++search->n_looks > LOOKS_MAX)
			return true;
	}
	return false;
}

static void lint_fact(struct search *search, const struct decl *decl,
    const char *key, const char *what, struct diagnostics *diagnostics)
{
	if (is_given_below(search, decl, key))
		return;
	diagnostics_hint(diagnostics,
	    diagnostics_add(diagnostics, SEVERITY_WARNING, &decl->mark,
		"'%s' never %s: nothing that it stands on tells '%s'",
		decl->name, what, key),
	    "leave '%s' out; 'netconf kinds' shows which facts each kind gives",
	    key);
}

static void lint_facts(struct search *search, const struct decl *decl,
    struct diagnostics *diagnostics)
{
	const struct decl_rare *rare = decl->rare;
	const struct fact_use *use = rare->fact_uses;

	for (uint32_t i = 0; i < rare->n_fact_globs; i++)
		lint_fact(search, decl, rare->fact_globs[i].key, "matches",
		    diagnostics);
	for (; use; use = use->next)
		lint_fact(search, decl, use->name, "starts", diagnostics);
}

int lint_facts_told(
    const struct profile *profile, struct diagnostics *diagnostics)
{
	const size_t n = (size_t)profile->n_decls + 1;
	_cleanup_(free_ptr) uint32_t *seen = calloc(n, sizeof(*seen));
	_cleanup_(free_ptr) const struct decl **found =
	    calloc(n, sizeof(*found));
	struct search search = {.seen = seen, .found = found};

	if (!seen || !found)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->n_decls; i++)
		lint_facts(&search, &profile->decls[i], diagnostics);
	return 0;
}
