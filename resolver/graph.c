/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"

/* The lists of references of a declaration, in the order of the roles. */
static const struct refs *decl_refs(
    const struct decl *decl, enum edge_role role)
{
	switch (role) {
	case EDGE_REQUIRES:
		return &decl->requires;
	case EDGE_OVER:
		return &decl->over;
	case EDGE_WANTS:
		return &decl->wants;
	case EDGE_AFTER:
		return &decl->after;
	case EDGE_OF:
		return &decl->of;
	case EDGE_WHEN:
		return &decl->when_refs;
	}
	return NULL;
}

enum { N_ROLES = EDGE_WHEN + 1 };

static uint32_t count_refs(const struct decl *decl)
{
	uint32_t n = 0;

	for (int role = 0; role < N_ROLES; role++)
		n += decl_refs(decl, role)->n;
	return n;
}

static int make_edges(struct profile *profile, struct decl *decl)
{
	struct edges *edges = arena_alloc(profile->arena, sizeof(*edges));

	if (!edges)
		return -ENOMEM;
	decl->edges = edges;
	edges->down = arena_array(
	    profile->arena, count_refs(decl), sizeof(*edges->down));
	if (!edges->down)
		return -ENOMEM;
	for (int role = 0; role < N_ROLES; role++) {
		const struct refs *refs = decl_refs(decl, role);

		for (uint32_t i = 0; i < refs->n; i++)
			edges->down[edges->n_down++] = (struct edge){
				.from = decl,
				.to = refs->items[i].decl,
				.role = role,
				.index = i,
				.device = refs->items[i].device,
			};
	}
	return 0;
}

/* Names the nodes on the cycle that ends where it began: a -> b -> a. */
static void report_cycle(struct decl **path, uint32_t from, uint32_t to,
    struct diagnostics *diagnostics)
{
	_cleanup_(text_clear) struct text text = { 0 };

	for (uint32_t i = from; i < to; i++)
		text_printf(&text, "%s -> ", path[i]->name);
	text_append(&text, path[from]->name);
	struct diagnostic *diagnostic = diagnostics_add(diagnostics,
	    SEVERITY_ERROR, &path[from]->mark,
	    "nodes that wait for each other: %s",
	    text.failed ? path[from]->name : text.data);
	text_clear(&text);
	text_append(&text, "each refers to the next (requires, over, wants, "
			   "of, after or when); drop one of these: ");
	for (uint32_t i = from; i < to; i++)
		text_printf(&text, "%s%s at %s:%u", i > from ? ", " : "",
		    path[i]->name, path[i]->mark.file, path[i]->mark.line);
	if (diagnostic)
		diagnostic->hint = text_steal(&text);
}

enum { WHITE, GREY, BLACK };

struct walk {
	uint8_t *colour;       /* by index */
	uint32_t *next;        /* edge to follow, by index */
	struct decl **path;    /* the way down to here */
	struct decl **order;   /* finished, what they refer to first */
	uint32_t n_order;
};

static void walk_from(
    struct walk *walk, struct decl *start, struct diagnostics *diagnostics)
{
	uint32_t n = 0;

	walk->path[n++] = start;
	walk->colour[start->index] = GREY;
	while (n) {
		struct decl *decl = walk->path[n - 1];

		if (walk->next[decl->index] == decl->edges->n_down) {
			walk->colour[decl->index] = BLACK;
			decl->edges->rank = walk->n_order;
			walk->order[walk->n_order++] = decl;
			n--;
			continue;
		}
		struct decl *to =
		    decl->edges->down[walk->next[decl->index]++].to;
		if (walk->colour[to->index] == WHITE) {
			walk->colour[to->index] = GREY;
			walk->path[n++] = to;
		} else if (walk->colour[to->index] == GREY) {
			uint32_t from = n - 1;
			while (walk->path[from] != to)
				from--;
			report_cycle(walk->path, from, n, diagnostics);
		}
	}
}

/* Depth first, in the profile's order; finds every cycle's last edge once. */
static int order_decls(struct profile *profile, struct diagnostics *diagnostics,
    struct decl ***ret_order)
{
	struct arena *arena = profile->arena;
	uint32_t n = profile->n_decls, n_errors = diagnostics->n_errors;
	struct walk walk = {
		.colour = arena_array(arena, n, 1),
		.next = arena_array(arena, n, sizeof(*walk.next)),
		.path = arena_array(arena, n, sizeof(struct decl *)),
		.order = arena_array(arena, n, sizeof(struct decl *)),
	};

	if (!walk.colour || !walk.next || !walk.path || !walk.order)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		if (walk.colour[i] == WHITE)
			walk_from(&walk, &profile->decls[i], diagnostics);
	*ret_order = walk.order;
	return diagnostics->n_errors > n_errors ? -EINVAL : 0;
}

/* Root and level of a declaration whose references have theirs. */
static void derive(struct decl *decl)
{
	if (decl->match)
		decl->root = decl;
	else if (decl->over.n && !decl->over.items[0].device)
		decl->root = decl->over.items[0].decl->root;
	for (uint32_t i = 0; i < decl->edges->n_down; i++) {
		struct edge *edge = &decl->edges->down[i];

		if ((edge_is_prerequisite(edge) || edge->role == EDGE_OF) &&
		    decl->level <= edge->to->level)
			decl->level = edge->to->level + 1;
		edge->is_same_card = decl->root && !edge->device &&
				     decl->root == edge->to->root;
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

int graph_build(struct profile *profile, struct diagnostics *diagnostics)
{
	struct graph *graph = arena_alloc(profile->arena, sizeof(*graph));
	struct decl **order = NULL;
	uint32_t n_errors = diagnostics->n_errors;
	int r = graph ? 0 : -ENOMEM;

	profile->graph = graph;
	for (uint32_t i = 0; i < profile->n_decls && !r; i++)
		r = make_edges(profile, &profile->decls[i]);
	if (!r)
		r = order_decls(profile, diagnostics, &order);
	if (r)
		return r;
	for (uint32_t i = 0; i < profile->n_decls; i++)
		derive(order[i]);
	r = fill_owners(profile, graph, diagnostics);
	if (!r)
		r = fill_slots(profile, graph);
	if (!r)
		r = fill_up(profile, graph);
	if (!r && diagnostics->n_errors > n_errors)
		r = -EINVAL;
	return r;
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
