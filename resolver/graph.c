/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/graph-build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"

const struct refs *decl_refs(const struct decl *decl, enum edge_role role)
{
	switch (role) {
	case EDGE_REQUIRES:
		return &decl->requires;
	case EDGE_OVER:
		return &decl->over;
	case EDGE_WANTS:
		return &decl->rare->wants;
	case EDGE_AFTER:
		return &decl->rare->after;
	case EDGE_OF:
		return &decl->of;
	case EDGE_KEY_REQUIRES:
		return &decl->rare->key_requires;
	case EDGE_KEY_PULLS:
		return &decl->rare->key_pulls;
	case EDGE_FOLLOWS:
		return &decl->rare->follows;
	case EDGE_WHEN:
		return &decl->rare->when_refs;
	case EDGE_EVENT:
		break;
	}
	return NULL;
}

const struct ref *edge_ref(const struct edge *edge)
{
	if (edge->role == EDGE_EVENT)
		return &edge_trigger(edge)->ref;
	return &decl_refs(edge->from, edge->role)->items[edge->index];
}

const struct edge *graph_member(const struct decl *group, uint32_t member)
{
	uint32_t first = group->requires.n + group->over.n +
			 group->rare->wants.n + group->rare->after.n;

	return &group->edges->down[first + member];
}

int numbers_push(struct numbers *numbers, uint32_t number)
{
	if (numbers->n == numbers->capacity) {
		uint32_t capacity = numbers->n ? 2 * numbers->n : 64;
		uint32_t *items = NULL;

		if (numbers->n <= UINT32_MAX / 2)
			items = reallocarray(
			    numbers->items, capacity, sizeof(*items));
		if (!items)
			return -ENOMEM;
		numbers->items = items;
		numbers->capacity = capacity;
	}
	numbers->items[numbers->n++] = number;
	return 0;
}

/* ---- references become edges ---- */

/* Counts the edge, and enters it where there is room made for it. */
static void add_edge(struct decl *decl, enum edge_role role, uint32_t index,
    const struct ref *ref)
{
	struct edges *edges = decl->edges;

	if (!ref->decl)
		return;
	if (edges->down)
		edges->down[edges->n_down] = (struct edge){
			.from = decl,
			.to = ref->decl,
			.role = role,
			.index = index,
			.device = ref->device,
		};
	edges->n_down++;
}

static void add_events(struct decl *decl)
{
	for (uint32_t i = 0; i < decl->n_latches; i++) {
		add_edge(decl, EDGE_EVENT, 2 * i, &decl->latches[i].from.ref);
		add_edge(
		    decl, EDGE_EVENT, 2 * i + 1, &decl->latches[i].until.ref);
	}
	if (decl->on_event)
		add_edge(decl, EDGE_EVENT, EVENT_IS_TASK, &decl->on_event->ref);
}

static void add_edges(struct decl *decl)
{
	decl->edges->n_down = 0;
	for (enum edge_role role = 0; role <= EDGE_WHEN; role++) {
		const struct refs *refs = decl_refs(decl, role);

		if (!refs)
			add_events(decl);
		for (uint32_t i = 0; refs && i < refs->n; i++)
			add_edge(decl, role, i, &refs->items[i]);
	}
}

static int make_edges(struct profile *profile)
{
	struct edges *edges =
	    arena_array(profile->arena, profile->n_decls, sizeof(*edges));
	struct edge *down;
	size_t n = 0;

	if (!edges)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		profile->decls[i].edges = &edges[i];
		add_edges(&profile->decls[i]);
		n += edges[i].n_down;
	}
	down = n < EDGES_MAX
		   ? arena_array(profile->arena, n, sizeof(*down))
		   : NULL;
	if (!down)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		edges[i].down = down;
		down += edges[i].n_down;
		add_edges(&profile->decls[i]);
	}
	return 0;
}

/* ---- what is derived ---- */

/* What its instances' root comes from, or NULL. */
static struct decl *root_source(const struct decl *decl)
{
	return decl->over.n && !decl->over.items[0].device
		   ? decl->over.items[0].decl
		   : NULL;
}

/*
 * Roots, down the `over` chains: to where the root is known, and back from
 * the top with it. A chain that goes round has none; the cycle is reported
 * later. rank serves as the mark: by which walk it was passed.
 */
static void derive_roots(struct profile *profile)
{
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		struct decl *top = &profile->decls[i], *decl = top;
		struct decl *root;

		while (decl && !decl->edges->rank) {
			decl->edges->rank = i + 1;
			decl = decl->match ? NULL : root_source(decl);
			if (!decl)
				break;
		}
		root = decl ? decl->root : NULL;
		for (decl = top; decl && decl->edges->rank == i + 1;
			decl = decl->match ? NULL : root_source(decl)) {
			decl->edges->rank = UINT32_MAX;
			if (decl->match)
				root = decl;
		}
		for (decl = top; root && decl && !decl->root;
			decl = decl->match ? NULL : root_source(decl))
			decl->root = root;
	}
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		struct edges *edges = profile->decls[i].edges;

		edges->rank = 0;
		for (uint32_t j = 0; j < edges->n_down; j++) {
			struct edge *edge = &edges->down[j];

			edge->is_same_card = edge->from->root &&
					     !edge->device &&
					     edge->from->root == edge->to->root;
		}
	}
}

/* Of declarations in the order of their ranks. */
static void derive_levels(struct decl **order, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct decl *decl = order[i];

		for (uint32_t j = 0; j < decl->edges->n_down; j++) {
			const struct edge *edge = &decl->edges->down[j];

			if ((edge_is_prerequisite(edge) ||
				edge->role == EDGE_OF) &&
			    decl->level <= edge->to->level)
				decl->level = edge->to->level + 1;
		}
	}
}

static int fill_slots(struct profile *profile, struct graph *graph)
{
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		struct decl *decl = &profile->decls[i];

		if (decl->root)
			decl->slot = decl->root->edges->n_slots++;
		if (decl->match)
			graph->n_roots++;
	}
	graph->roots = arena_array(
	    profile->arena, graph->n_roots, sizeof(*graph->roots));
	if (!graph->roots)
		return -ENOMEM;
	graph->n_roots = 0;
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		struct decl *decl = &profile->decls[i];
		struct edges *edges = decl->edges;

		if (!decl->match)
			continue;
		graph->roots[graph->n_roots++] = decl;
		edges->slots = arena_array(
		    profile->arena, edges->n_slots, sizeof(*edges->slots));
		if (!edges->slots)
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		struct decl *decl = &profile->decls[i];

		if (decl->root)
			decl->root->edges->slots[decl->slot] = decl;
	}
	return 0;
}

/* The other end of each edge; references NAME@DEVICE are kept apart. */
static int fill_up(struct profile *profile, struct graph *graph)
{
	uint32_t n_up = 0;

	for (uint32_t i = 0; i < profile->n_decls; i++) {
		struct edges *edges = profile->decls[i].edges;

		for (uint32_t j = 0; j < edges->n_down; j++) {
			if (edges->down[j].device)
				graph->n_named++;
			else
				edges->down[j].to->edges->n_up++, n_up++;
		}
	}
	const struct edge **up =
	    arena_array(profile->arena, n_up, sizeof(*up));
	graph->named = arena_array(
	    profile->arena, graph->n_named, sizeof(*graph->named));
	if (!up || !graph->named)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		struct edges *edges = profile->decls[i].edges;

		edges->up = up;
		up += edges->n_up;
		edges->n_up = 0;
	}
	graph->n_named = 0;
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		struct edges *edges = profile->decls[i].edges;

		for (uint32_t j = 0; j < edges->n_down; j++) {
			struct edge *edge = &edges->down[j];
			struct edges *to = edge->to->edges;

			if (edge->device) {
				edge->named = graph->n_named;
				graph->named[graph->n_named++] = edge;
			} else {
				to->up[to->n_up++] = edge;
			}
		}
	}
	return 0;
}

static int compare_owners(const void *a, const void *b)
{
	const struct decl *x = *(struct decl *const *)a;
	const struct decl *y = *(struct decl *const *)b;
	int order = strcmp(x->device, y->device);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int fill_owners(struct profile *profile, struct graph *graph,
    struct diagnostics *diagnostics)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < profile->n_decls; i++)
		n += profile->decls[i].device != NULL;
	graph->owners = arena_array(profile->arena, n, sizeof(*graph->owners));
	if (!graph->owners)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->n_decls; i++)
		if (profile->decls[i].device)
			graph->owners[graph->n_owners++] = &profile->decls[i];
	qsort(graph->owners, n, sizeof(*graph->owners), compare_owners);
	for (uint32_t i = 1; i < n; i++) {
		const struct decl *first = graph->owners[i - 1];
		const struct decl *second = graph->owners[i];

		if (!strcmp(first->device, second->device))
			diagnostics_add(diagnostics, SEVERITY_ERROR,
			    &second->mark,
			    "'%s' and '%s' (%s:%u) are both bound to device "
			    "%s; a device belongs to one node",
			    second->name, first->name, first->mark.file,
			    first->mark.line, first->device);
	}
	return 0;
}

/* Not whole: nodes have errors, and only what is wrong between them counts. */
static int build(struct profile *profile, struct graph *graph,
    struct arena *scratch, bool is_whole, struct diagnostics *diagnostics)
{
	struct decl **order = NULL;
	struct pulls *pulls = NULL;
	int r = make_edges(profile);

	if (r)
		return r;
	derive_roots(profile);
	r = fill_owners(profile, graph, diagnostics);
	if (!r && is_whole)
		r = graph_makers(profile, scratch, diagnostics);
	if (!r)
		r = fill_slots(profile, graph);
	if (!r)
		r = fill_up(profile, graph);
	if (!r && is_whole)
		r = graph_listen(profile, graph);
	if (!r)
		r = pulls_new(profile, scratch, &pulls);
	if (!r)
		r = graph_order(profile, scratch, pulls, diagnostics, &order);
	pulls_free(pulls);
	if (r || !is_whole)
		return r;
	derive_levels(order, profile->n_decls);
	return graph_prefer(profile, scratch);
}

static int make_graph(
    struct profile *profile, bool is_whole, struct diagnostics *diagnostics)
{
	struct graph *graph = arena_alloc(profile->arena, sizeof(*graph));
	struct arena *scratch = arena_new();
	uint32_t n_errors = diagnostics->n_errors;
	int r = -ENOMEM;

	profile->graph = graph;
	if (graph && scratch)
		r = build(profile, graph, scratch, is_whole, diagnostics);
	arena_free(scratch);
	if (!r && diagnostics->n_errors > n_errors)
		r = -EINVAL;
	return r;
}

int graph_build(struct profile *profile, struct diagnostics *diagnostics)
{
	return make_graph(profile, true, diagnostics);
}

int graph_check(struct profile *profile, struct diagnostics *diagnostics)
{
	static const struct schema unknown = { .kind = "" };

	for (uint32_t i = 0; i < profile->n_decls; i++) {
		struct decl *decl = &profile->decls[i];

		if (!decl->schema)
			decl->schema = &unknown;
		/* What the earlier members pull is not known for sure. */
		decl->is_in_order = false;
	}
	return make_graph(profile, false, diagnostics);
}

struct decl *graph_device_owner(
    const struct profile *profile, const char *device)
{
	const struct graph *graph = profile_graph(profile);
	struct decl probe = { .device = device }, *key = &probe;
	uint32_t low = 0, high = graph->n_owners;

	/* The first owner not before the probe, whose index is the lowest. */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare_owners(&graph->owners[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < graph->n_owners &&
	    !strcmp(graph->owners[low]->device, device))
		return graph->owners[low];
	return NULL;
}
