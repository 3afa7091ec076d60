/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where pulls go round, and what in-order groups may fall back to. */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "resolver/graph-build.h"

struct rings {
	struct profile *profile;
	uint32_t *part, *lowest; /* see graph_rings() */
	struct numbers pending;  /* to be looked into for fallbacks */
};

static int make_digraph(const struct profile *profile, struct arena *scratch,
    struct digraph *graph)
{
	uint32_t n = 0;

	graph->n = profile->n_decls;
	graph->start = arena_array(
	    scratch, (size_t)graph->n + 1, sizeof(*graph->start));
	for (uint32_t i = 0; i < graph->n; i++)
		n += profile->decls[i].edges->n_down;
	graph->to = arena_array(scratch, n, sizeof(*graph->to));
	if (!graph->start || !graph->to)
		return -ENOMEM;
	n = 0;
	for (uint32_t i = 0; i < graph->n; i++) {
		const struct edges *edges = profile->decls[i].edges;

		for (uint32_t j = 0; j < edges->n_down; j++)
			if (edge_is_pull(&edges->down[j]))
				graph->to[n++] = edges->down[j].to->index;
		graph->start[i + 1] = n;
	}
	return 0;
}

/* A part of two or more, or of one that pulls itself, is a ring. */
static int find_rings(struct rings *rings, const struct digraph *graph,
    struct arena *scratch, uint32_t n_parts)
{
	uint32_t *first = arena_array(scratch, n_parts, sizeof(*first));
	uint32_t n_rings = 0;

	if (!first)
		return -ENOMEM;
	for (uint32_t i = graph->n; i--;)
		first[rings->part[i]] = i;
	for (uint32_t i = 0; i < graph->n; i++) {
		struct edges *edges = rings->profile->decls[i].edges;
		struct edges *leader =
		    rings->profile->decls[first[rings->part[i]]].edges;

		for (uint32_t e = graph->start[i];
			e < graph->start[i + 1] && !leader->ring; e++)
			if (rings->part[graph->to[e]] == rings->part[i])
				leader->ring = ++n_rings;
		edges->ring = leader->ring;
	}
	return 0;
}

/* The lowest part below each: in the order of the parts, so that of what is
 * below it is known. */
static int find_lowest(struct rings *rings, const struct digraph *graph,
    struct arena *scratch, uint32_t n_parts)
{
	uint32_t n = graph->n;
	uint32_t *lowest = arena_array(scratch, n_parts, sizeof(*lowest));
	uint32_t *order = arena_array(scratch, n, sizeof(*order));
	uint32_t *place =
	    arena_array(scratch, (size_t)n_parts + 1, sizeof(*place));

	if (!lowest || !order || !place)
		return -ENOMEM;
	for (uint32_t v = 0; v < n; v++)
		place[rings->part[v] + 1]++;
	for (uint32_t i = 0; i < n_parts; i++) {
		place[i + 1] += place[i];
		lowest[i] = i;
	}
	for (uint32_t v = 0; v < n; v++)
		order[place[rings->part[v]]++] = v;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t v = order[i];
		uint32_t *low = &lowest[rings->part[v]];

		for (uint32_t e = graph->start[v]; e < graph->start[v + 1];
			e++)
			if (*low > lowest[rings->part[graph->to[e]]])
				*low = lowest[rings->part[graph->to[e]]];
	}
	for (uint32_t v = 0; v < n; v++)
		rings->lowest[v] = lowest[rings->part[v]];
	return 0;
}

static int find_parts(struct rings *rings, struct arena *scratch)
{
	struct digraph graph;
	uint32_t n = rings->profile->n_decls, n_parts = 0;
	int r = make_digraph(rings->profile, scratch, &graph);

	rings->part = arena_array(scratch, n, sizeof(*rings->part));
	rings->lowest = arena_array(scratch, n, sizeof(*rings->lowest));
	if (r || !rings->part || !rings->lowest)
		return -ENOMEM;
	r = digraph_components(&graph, scratch, rings->part, &n_parts);
	if (!r)
		r = find_lowest(rings, &graph, scratch, n_parts);
	return r ? r : find_rings(rings, &graph, scratch, n_parts);
}

static int fall_back(struct rings *rings, struct decl *to)
{
	if (to->edges->is_fallback)
		return 0;
	to->edges->is_fallback = true;
	return numbers_push(&rings->pending, to->index);
}

static int find_fallbacks(struct rings *rings)
{
	const struct profile *profile = rings->profile;
	int r = 0;

	for (uint32_t i = 0; i < profile->n_decls && !r; i++) {
		const struct decl *decl = &profile->decls[i];

		for (uint32_t j = 1; decl->is_in_order && j < decl->of.n && !r;
			j++)
			r = fall_back(rings, graph_member(decl, j)->to);
	}
	while (rings->pending.n && !r) {
		uint32_t i = rings->pending.items[--rings->pending.n];
		const struct edges *edges = profile->decls[i].edges;

		for (uint32_t j = 0; j < edges->n_down && !r; j++)
			if (edge_is_pull(&edges->down[j]))
				r = fall_back(rings, edges->down[j].to);
	}
	return r;
}

int graph_rings(struct profile *profile, struct arena *scratch,
    const uint32_t **ret_part, const uint32_t **ret_lowest)
{
	struct rings rings = { .profile = profile };
	int r = find_parts(&rings, scratch);

	if (!r)
		r = find_fallbacks(&rings);
	free(rings.pending.items);
	*ret_part = rings.part;
	*ret_lowest = rings.lowest;
	return r;
}
