/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/lint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/graph.h"
#include "resolver/profile.h"

/* Pairs of templates looked at: all of 1000, and some of 100,000. */
enum { PAIRS_MAX = 1 << 19 };

/* ---- shadowed templates ---- */

static bool is_literal(const char *glob)
{
	return !strpbrk(glob, "*?[\\");
}

static bool equal(const char *a, const char *b, bool ignore_case)
{
	return (ignore_case ? strcasecmp(a, b) : strcmp(a, b)) == 0;
}

/* Whatever `narrow` matches, `wide` does; false if that cannot be told. */
static bool glob_covers(
    const char *wide, const char *narrow, bool ignore_case)
{
	size_t n = strcspn(wide, "*?[\\");

	if (equal(wide, narrow, ignore_case) || strcmp(wide, "*") == 0)
		return true;
	if (is_literal(narrow))
		return text_match_glob(wide, narrow, ignore_case);
	/* eth* covers eth1* and eth? */
	if (strcmp(wide + n, "*") != 0 || strcspn(narrow, "*?[\\") < n)
		return false;
	return (ignore_case ? strncasecmp(wide, narrow, n)
			    : strncmp(wide, narrow, n)) == 0;
}

/* Every glob of `narrow` is covered by one of `wide`. */
static bool globs_cover(const struct match_globs *wide,
    const struct match_globs *narrow, bool ignore_case)
{
	for (uint32_t i = 0; i < narrow->n; i++) {
		uint32_t k = 0;

		while (k < wide->n && !glob_covers(wide->items[k],
					  narrow->items[i], ignore_case))
			k++;
		if (k == wide->n)
			return false;
	}
	return narrow->n > 0;
}

static bool matches_all(const struct match_globs *globs)
{
	for (uint32_t i = 0; i < globs->n; i++)
		if (strcmp(globs->items[i], "*") == 0)
			return true;
	return globs->n == 0;
}

/* Each device that `narrow` matches is one that `wide` does. Every device has
 * a name and a type; what else it lacks, no glob matches. */
static bool match_covers(const struct match *wide, const struct match *narrow)
{
	const struct {
		const struct match_globs *wide, *narrow;
		bool always, ignore_case;
	} keys[] = {
	    {&wide->name, &narrow->name, true, false},
	    {&wide->type, &narrow->type, true, false},
	    {&wide->mac, &narrow->mac, false, true},
	    {&wide->driver, &narrow->driver, false, false},
	    {&wide->path, &narrow->path, false, false},
	    {&wide->vendor, &narrow->vendor, false, false},
	    {&wide->model, &narrow->model, false, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].wide->n == 0 ||
		    (keys[i].always && matches_all(keys[i].wide)))
			continue;
		if (!globs_cover(
			keys[i].wide, keys[i].narrow, keys[i].ignore_case))
			return false;
	}
	return true;
}

static void lint_shadowed(
    const struct profile *profile, struct diagnostics *diagnostics)
{
	const struct graph *graph = profile_graph(profile);
	uint32_t n_pairs = 0;

	for (uint32_t i = 1; i < graph->n_roots; i++) {
		const struct decl *decl = graph->roots[i];
		const struct decl *first = NULL;

		for (uint32_t k = 0; k < i && !first; k++) {
			if (++n_pairs > PAIRS_MAX)
				return;
			if (match_covers(
				graph->roots[k]->match, decl->match))
				first = graph->roots[k];
		}
		if (!first)
			continue;
		diagnostics_hint(diagnostics,
		    diagnostics_add(diagnostics, SEVERITY_WARNING,
			&decl->mark,
			"'%s' never gets a device: every one that it matches "
			"belongs to '%s' (%s:%u), which comes first",
			decl->name, first->name, first->mark.file,
			first->mark.line),
		    "put '%s' before '%s', or let '%s' match less",
		    decl->name, first->name, first->name);
	}
}

/* ---- nothing asks for it ---- */

/* Kinds that the resolver carries out, or that observe: nobody types them. */
static bool observes(const struct decl *decl)
{
	return decl->schema->flags & (SCHEMA_OBSERVES | SCHEMA_RESOLVER);
}

/* How others name a node. */
struct uses {
	const struct decl *puller; /* one that would pull it, or NULL */
	bool is_switch;		   /* conditions or events look at it */
};

static void add_use(struct uses *uses, const struct edge *edge)
{
	if (edge_is_pull(edge) && edge->from != edge->to && !uses->puller)
		uses->puller = edge->from;
	uses->is_switch |=
	    edge->role == EDGE_WHEN || edge->role == EDGE_EVENT;
}

static void find_uses(const struct profile *profile, struct uses *uses)
{
	const struct graph *graph = profile_graph(profile);

	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct edges *edges = profile->decls[i].edges;

		for (uint32_t k = 0; k < edges->n_up; k++)
			add_use(&uses[i], edges->up[k]);
	}
	/* References NAME@DEVICE are in no `up`. */
	for (uint32_t i = 0; i < graph->n_named; i++)
		add_use(&uses[graph->named[i]->to->index], graph->named[i]);
}

static bool needs_any(const struct decl *decl)
{
	for (uint32_t i = 0; i < decl->edges->n_down; i++)
		if (edge_is_pull(&decl->edges->down[i]))
			return true;
	return false;
}

/* What an admin asks for by hand: it is one, it is used by nothing, and it
 * needs something, as a tunnel does. */
static bool is_goal(const struct decl *decl, const struct uses *uses)
{
	if (decl->root || decl->on_event || observes(decl) || uses->puller)
		return false;
	/* A node that conditions look at is a switch: it is turned by hand. */
	return needs_any(decl) || uses->is_switch;
}

/* Adds it, unless it is there, to what is pulled. */
static void pull(struct decl **list, uint32_t *n, bool *is_pulled,
    struct decl *decl)
{
	if (is_pulled[decl->index])
		return;
	is_pulled[decl->index] = true;
	list[(*n)++] = decl;
}

static void report_unasked(const struct decl *decl, const struct uses *uses,
    struct diagnostics *diagnostics)
{
	struct diagnostic *diagnostic;

	if (decl->on_event)
		diagnostic = diagnostics_add(diagnostics, SEVERITY_WARNING,
		    &decl->mark,
		    "nothing ever asks for '%s', so it runs at no event",
		    decl->name);
	else if (uses->puller)
		diagnostic = diagnostics_add(diagnostics, SEVERITY_WARNING,
		    &decl->mark,
		    "nothing ever asks for '%s': '%s' names it, but starts by "
		    "hotplug, which takes what is there and pulls nothing",
		    decl->name, uses->puller->name);
	else
		diagnostic = diagnostics_add(diagnostics, SEVERITY_WARNING,
		    &decl->mark,
		    "nothing ever asks for '%s': it starts by hand only, and "
		    "no other node pulls it",
		    decl->name);
	diagnostics_hint(diagnostics, diagnostic,
	    "give it 'start: %s', or name in 'allow' who asks for it",
	    decl->on_event || !needs_any(decl) ? "auto" : "hotplug");
}

static int lint_unasked(
    const struct profile *profile, struct diagnostics *diagnostics)
{
	const uint32_t n_decls = profile->n_decls;
	_cleanup_(free_ptr) struct uses *uses =
	    calloc((size_t)n_decls + 1, sizeof(*uses));
	_cleanup_(free_ptr) struct decl **list =
	    calloc((size_t)n_decls + 1, sizeof(struct decl *));
	_cleanup_(free_ptr) bool *is_pulled = calloc((size_t)n_decls + 1, 1);
	bool is_moving = false; /* something comes up, or is a goal */
	uint32_t n = 0;

	if (!uses || !list || !is_pulled)
		return -ENOMEM;
	find_uses(profile, uses);
	for (uint32_t i = 0; i < n_decls; i++) {
		struct decl *decl = &profile->decls[i];

		if (decl->start == START_AUTO || decl->rare->n_allow > 0 ||
		    (decl->start == START_MANUAL && is_goal(decl, &uses[i])))
			pull(list, &n, is_pulled, decl);
		is_moving |= decl->start == START_HOTPLUG && !observes(decl);
	}
	is_moving |= n > 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct edges *edges = list[i]->edges;

		for (uint32_t k = 0; k < edges->n_down; k++)
			if (edge_is_pull(&edges->down[k]))
				pull(list, &n, is_pulled, edges->down[k].to);
	}
	for (uint32_t i = 0; is_moving && i < n_decls; i++) {
		const struct decl *decl = &profile->decls[i];
		const struct decl *puller = uses[i].puller;

		/* Of a chain that nothing asks for its top is enough. */
		if (decl->start != START_MANUAL || is_pulled[i] ||
		    (puller && puller->start == START_MANUAL))
			continue;
		report_unasked(decl, &uses[i], diagnostics);
	}
	return 0;
}

/* ---- tunnels on each card ---- */

/* A group with the node as a member, not on each card; or NULL. */
static const struct decl *find_group(const struct decl *member)
{
	for (uint32_t i = 0; i < member->edges->n_up; i++) {
		const struct edge *edge = member->edges->up[i];

		if (edge->role == EDGE_OF && !edge->from->root)
			return edge->from;
	}
	return NULL;
}

static void lint_tunnel(
    const struct decl *decl, struct diagnostics *diagnostics)
{
	const struct decl *below, *group;
	struct diagnostic *diagnostic;

	if (!(decl->schema->flags & SCHEMA_TUNNEL) || !decl->root ||
	    decl->over.n == 0)
		return;
	below = decl->over.items[0].decl;
	diagnostic = diagnostics_add(diagnostics, SEVERITY_WARNING,
	    &decl->over.items[0].mark,
	    "'%s' is set up once for each card, because it is over '%s', a "
	    "template",
	    decl->name, below->name);
	group = find_group(below);
	if (group)
		diagnostics_hint(diagnostics, diagnostic,
		    "for one that uses the best card, write 'over: %s'",
		    group->name);
	else
		diagnostics_hint(diagnostics, diagnostic,
		    "for one that uses the best card, put it over a group, "
		    "such as uplink: { kind: any, of: [%s] }",
		    below->name);
}

/* ---- members that do not wait for their turn ---- */

static void lint_in_order(
    const struct decl *decl, struct diagnostics *diagnostics)
{
	if (!decl->is_in_order)
		return;
	/* The first is tried first anyway. */
	for (uint32_t i = 1; i < decl->of.n; i++) {
		const struct ref *ref = &decl->of.items[i];
		const struct decl *member = ref->decl;

		/* What observes comes up with what it observes. */
		if (member->start == START_MANUAL ||
		    (member->start == START_HOTPLUG && observes(member)))
			continue;
		diagnostics_hint(diagnostics,
		    diagnostics_add(diagnostics, SEVERITY_WARNING, &ref->mark,
			"'%s' starts by itself (start: %s, %s:%u), and does "
			"not wait until '%s' has tried the members before it",
			member->name,
			member->start == START_AUTO ? "auto" : "hotplug",
			member->mark.file, member->mark.line, decl->name),
		    "give '%s' 'start: manual': the group pulls it in its turn",
		    member->name);
	}
}

/* ---- delays ---- */

static void lint_retry(
    const struct decl *decl, struct diagnostics *diagnostics)
{
	if (decl->retry_delay_ms <= decl->retry_max_delay_ms)
		return;
	diagnostics_hint(diagnostics,
	    diagnostics_add(diagnostics, SEVERITY_WARNING, &decl->mark,
		"each retry of '%s' comes after 'max-delay', as 'delay' is "
		"longer", decl->name),
	    "give 'retry' a longer 'max-delay': without one it is 1m");
}

int profile_lint(
    const struct profile *profile, struct diagnostics *diagnostics)
{
	int r;

	lint_shadowed(profile, diagnostics);
	r = lint_unasked(profile, diagnostics);
	if (!r)
		r = lint_facts_told(profile, diagnostics);
	if (!r)
		r = lint_names_told(profile, diagnostics);
	if (!r)
		r = lint_ports(profile, diagnostics);
	if (r)
		return r;
	lint_tasks(profile, diagnostics);
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		lint_tunnel(&profile->decls[i], diagnostics);
		lint_in_order(&profile->decls[i], diagnostics);
		lint_retry(&profile->decls[i], diagnostics);
	}
	return diagnostics->failed ? -ENOMEM : 0;
}
