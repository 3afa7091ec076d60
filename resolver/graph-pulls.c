/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the members of in-order groups pull.
 *
 * A gate's member may pull what is reached from it along the pulls without
 * passing what an earlier member surely pulls: that one is pulled whatever
 * the gate does, and so is, or is not, all below it.
 *
 * Declarations are too coarse for that: a reference NAME@DEVICE, or one on
 * the same card, pulls one instance, and makes nothing sure for the others.
 * So this looks at items: a declaration with a scope.
 *
 * What instances pull elsewhere is sure only while there are some: see
 * graph-absent.c.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "resolver/graph-build.h"

/* Up to so many parts below it, an item is looked into at once. */
enum { NARROW = 32 };

/* So much is looked at of the groups of a profile, in all: a second. */
enum { STEPS_MAX = 20000000 };

struct item {
	struct decl *decl;
	const struct edge *via; /* by which a search came, from that item */
	uint32_t from;
	uint32_t scope;
	uint32_t seen;  /* by the search of that number */
	uint32_t cover; /* surely pulled: in the cover of that number */
	/* Of roots: what the card of that scope, or any, pulls elsewhere has
	 * been taken for sure; it is not there, and pulls nothing. */
	bool is_exit, is_absent;
};

struct pulls {
	const struct profile *profile;
	uint32_t *scopes; /* of devices, by edge->named */
	const char **devices; /* by scope, from SCOPE_NAMED on */
	/* Of declarations: their part, strongly connected, and the lowest
	 * part below it. What they pull lies between. */
	const uint32_t *part, *lowest;
	struct item *items; /* the whole ones first, by index */
	uint32_t n_items, capacity;
	uint32_t *table; /* hash of the others: their places in items, or 0 */
	uint32_t n_table; /* a power of 2, or 0 */
	uint32_t n_searches, n_covers, n_steps;
	struct numbers found;   /* by the last search, in its order */
	struct numbers pending; /* covered, to be looked at */
	struct numbers waiting; /* covered, not looked into yet */
};

static int count_step(struct pulls *pulls)
{
	return pulls->n_steps++ < STEPS_MAX ? 0 : -E2BIG;
}

/* ---- items ---- */

static uint32_t *table_place(const struct pulls *pulls,
    const struct decl *decl, uint32_t scope)
{
	uint32_t hash = (decl->index * 2654435761u) ^ (scope * 2246822519u);

	for (uint32_t i = hash ^ hash >> 15;; i++) {
		uint32_t *place = &pulls->table[i & (pulls->n_table - 1)];
		const struct item *item = &pulls->items[*place];

		if (!*place || (item->decl == decl && item->scope == scope))
			return place;
	}
}

static int table_grow(struct pulls *pulls)
{
	uint32_t *old = pulls->table, n_old = pulls->n_table;
	uint32_t n = n_old ? 2 * n_old : 64;
	uint32_t *table = calloc(n, sizeof(*table));

	if (!table)
		return -ENOMEM;
	pulls->table = table;
	pulls->n_table = n;
	for (uint32_t i = 0; i < n_old; i++)
		if (old[i])
			*table_place(pulls, pulls->items[old[i]].decl,
			    pulls->items[old[i]].scope) = old[i];
	free(old);
	return 0;
}

static int items_reserve(struct pulls *pulls)
{
	uint32_t capacity = pulls->capacity * 2;
	struct item *items;

	if (pulls->n_items < pulls->capacity)
		return 0;
	assert(pulls->capacity <= UINT32_MAX / 4); /* steps are limited */
	items = reallocarray(pulls->items, capacity, sizeof(*items));
	if (!items)
		return -ENOMEM;
	pulls->items = items;
	pulls->capacity = capacity;
	return 0;
}

static int item_find(struct pulls *pulls, struct decl *decl, uint32_t scope,
    uint32_t *ret)
{
	uint32_t *place;
	int r;

	*ret = decl->index;
	if (scope == SCOPE_WHOLE)
		return 0;
	/* There are n_decls whole ones, so 0 is never one of the others. */
	r = items_reserve(pulls);
	if (!r && (pulls->n_items - pulls->profile->n_decls) * 2 >=
		      pulls->n_table)
		r = table_grow(pulls);
	if (r)
		return r;
	place = table_place(pulls, decl, scope);
	if (!*place) {
		*place = pulls->n_items;
		pulls->items[pulls->n_items++] =
		    (struct item){ .decl = decl, .scope = scope };
	}
	*ret = *place;
	return 0;
}

/* What the item pulls by that edge of its declaration. */
static int item_target(struct pulls *pulls, uint32_t item,
    const struct edge *edge, uint32_t *ret)
{
	uint32_t scope = SCOPE_WHOLE;

	if (edge->device)
		scope = pulls->scopes[edge->named];
	else if (edge->is_same_card)
		scope = pulls->items[item].scope;
	return item_find(pulls, edge->to, scope, ret);
}

static int find_group(struct pulls *pulls, const struct decl *group,
    uint32_t scope, uint32_t *ret)
{
	if (group->root && scope == SCOPE_WHOLE)
		scope = SCOPE_CARD;
	return item_find(pulls, &pulls->profile->decls[group->index],
	    group->root ? scope : SCOPE_WHOLE, ret);
}

/* ---- what earlier members surely pull: the cover ---- */

static bool is_sure(const struct edge *edge)
{
	return edge_is_pull(edge) &&
	       !(edge->role == EDGE_OF && edge->from->is_in_order &&
		   edge->index);
}

static int cover(struct pulls *pulls, uint32_t item)
{
	if (pulls->items[item].cover == pulls->n_covers)
		return 0;
	pulls->items[item].cover = pulls->n_covers;
	return numbers_push(&pulls->pending, item);
}

static bool is_absent(const struct pulls *pulls, uint32_t item)
{
	return pulls_is_absent(
	    pulls, pulls->items[item].decl, pulls->items[item].scope);
}

/* From what may have no instance to what stands on no card of its. */
static bool is_exit(const struct item *from, const struct edge *edge)
{
	return from->decl->root && from->scope != SCOPE_CARD &&
	       !(edge->is_same_card && !edge->device);
}

static int add_exit(struct pulls *pulls, uint32_t item)
{
	struct decl *root =
	    &pulls->profile
		 ->decls[pulls->items[item].decl->root->index];
	uint32_t at;
	int r = item_find(pulls, root, pulls->items[item].scope, &at);

	if (!r)
		pulls->items[at].is_exit = true;
	return r;
}

static int cover_below(struct pulls *pulls, uint32_t item)
{
	const struct edges *edges = pulls->items[item].decl->edges;
	int r = 0;

	if (is_absent(pulls, item))
		return 0;
	for (uint32_t i = 0; i < edges->n_down && !r; i++) {
		uint32_t to;

		if (!is_sure(&edges->down[i]))
			continue;
		r = count_step(pulls);
		if (!r && is_exit(&pulls->items[item], &edges->down[i]))
			r = add_exit(pulls, item);
		if (!r)
			r = item_target(pulls, item, &edges->down[i], &to);
		if (!r)
			r = cover(pulls, to);
	}
	return r;
}

/* Looks into what is narrow; the rest waits to be asked for: many groups may
 * stand on one large base, and none of them need look into all of it. */
static int cover_pending(struct pulls *pulls)
{
	int r = 0;

	while (pulls->pending.n && !r) {
		uint32_t item = pulls->pending.items[--pulls->pending.n];
		uint32_t decl = pulls->items[item].decl->index;

		if (pulls->part[decl] - pulls->lowest[decl] > NARROW)
			r = numbers_push(&pulls->waiting, item);
		else
			r = cover_below(pulls, item);
	}
	return r;
}

static bool has_cover(const struct pulls *pulls, uint32_t item)
{
	const struct item *whole =
	    &pulls->items[pulls->items[item].decl->index];

	return pulls->items[item].cover == pulls->n_covers ||
	       whole->cover == pulls->n_covers;
}

/* Looks into what may have the item below it, until it is found. */
static int is_covered(struct pulls *pulls, uint32_t item, bool *ret)
{
	uint32_t part = pulls->part[pulls->items[item].decl->index];
	struct numbers *waiting = &pulls->waiting;

	for (uint32_t i = 0; i < waiting->n && !has_cover(pulls, item);) {
		uint32_t at = waiting->items[i];
		uint32_t decl = pulls->items[at].decl->index;
		int r = count_step(pulls);

		if (r)
			return r;
		if (part < pulls->lowest[decl] || part > pulls->part[decl]) {
			i++;
			continue;
		}
		waiting->items[i] = waiting->items[--waiting->n];
		r = cover_below(pulls, at);
		if (!r)
			r = cover_pending(pulls);
		if (r)
			return r;
	}
	*ret = has_cover(pulls, item);
	return 0;
}

static void cover_begin(struct pulls *pulls)
{
	pulls->n_covers++;
	pulls->pending.n = pulls->waiting.n = 0;
}

static int cover_member(
    struct pulls *pulls, uint32_t group, uint32_t member)
{
	uint32_t item;
	int r = item_target(pulls, group,
	    graph_member(pulls->items[group].decl, member), &item);

	if (!r)
		r = cover(pulls, item);
	return r ? r : cover_pending(pulls);
}

/* ---- what a member may pull besides ---- */

static int find(struct pulls *pulls, uint32_t item, uint32_t from,
    const struct edge *via)
{
	pulls->items[item].seen = pulls->n_searches;
	pulls->items[item].from = from;
	pulls->items[item].via = via;
	return numbers_push(&pulls->found, item);
}

static int find_below(struct pulls *pulls, uint32_t item)
{
	const struct edges *edges = pulls->items[item].decl->edges;

	if (is_absent(pulls, item))
		return 0;
	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *edge = &edges->down[i];
		bool is_sure_already = false;
		uint32_t to;
		int r;

		if (!edge_is_pull(edge))
			continue;
		r = count_step(pulls);
		if (!r)
			r = item_target(pulls, item, edge, &to);
		if (!r && pulls->items[to].seen == pulls->n_searches)
			continue;
		if (!r)
			r = is_covered(pulls, to, &is_sure_already);
		if (!r && !is_sure_already)
			r = find(pulls, to, item, edge);
		if (r)
			return r;
	}
	return 0;
}

static int search_member(
    struct pulls *pulls, uint32_t group, uint32_t member)
{
	uint32_t item;
	int r = item_target(pulls, group,
	    graph_member(pulls->items[group].decl, member), &item);

	pulls->n_searches++;
	pulls->found.n = 0;
	if (!r)
		r = find(pulls, item, item, NULL);
	for (uint32_t i = 0; i < pulls->found.n && !r; i++)
		r = find_below(pulls, pulls->found.items[i]);
	return r;
}

static int add_lead(
    struct leads *leads, const struct item *item, uint32_t gate)
{
	if (leads->n == leads->capacity) {
		uint32_t capacity = leads->n ? 2 * leads->n : 256;
		struct lead *items = NULL;

		if (leads->n <= UINT32_MAX / 2)
			items = reallocarray(
			    leads->items, capacity, sizeof(*items));
		if (!items)
			return -ENOMEM;
		leads->items = items;
		leads->capacity = capacity;
	}
	leads->items[leads->n++] =
	    (struct lead){ item->decl->index, item->scope, gate };
	return 0;
}

int pulls_leads(struct pulls *pulls, const struct decl *group, uint32_t scope,
    uint32_t gate, struct leads *leads)
{
	uint32_t item;
	int r = find_group(pulls, group, scope, &item);

	cover_begin(pulls);
	for (uint32_t i = 1; i < group->of.n && !r; i++) {
		r = cover_member(pulls, item, i - 1);
		if (!r)
			r = search_member(pulls, item, i);
		for (uint32_t j = 0; j < pulls->found.n && !r; j++)
			r = add_lead(leads,
			    &pulls->items[pulls->found.items[j]],
			    gate + i - 1);
	}
	return r;
}

/* The way by which the search came to the item, from its start. */
static int trace(const struct pulls *pulls, uint32_t item,
    const struct edge ***ret, uint32_t *ret_n)
{
	uint32_t n = 0;

	for (uint32_t at = item; pulls->items[at].via;
		at = pulls->items[at].from)
		n++;
	*ret = calloc((size_t)n + 1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	*ret_n = n;
	for (; n; item = pulls->items[item].from)
		(*ret)[--n] = pulls->items[item].via;
	return 0;
}

/* Does pulling the item pull what the vertex stands for? */
static bool item_meets(const struct item *item, const struct vertex *vertex)
{
	return item->decl == vertex->decl &&
	       (item->scope == vertex->scope || item->scope == SCOPE_WHOLE ||
		   vertex->scope == SCOPE_WHOLE);
}

int pulls_explain(struct pulls *pulls, const struct vertex *gate,
    const struct vertex *to, const struct edge ***ret, uint32_t *ret_n)
{
	uint32_t item;
	int r = find_group(pulls, gate->decl, gate->scope, &item);

	pulls->n_steps = 0; /* they fit when its leads were found */
	cover_begin(pulls);
	for (uint32_t i = 0; i < gate->gate && !r; i++)
		r = cover_member(pulls, item, i);
	if (!r)
		r = search_member(pulls, item, gate->gate);
	if (r)
		return r;
	for (uint32_t i = 0; i < pulls->found.n; i++)
		if (item_meets(&pulls->items[pulls->found.items[i]], to))
			return trace(
			    pulls, pulls->found.items[i], ret, ret_n);
	assert(!"a gate leads to what its member may pull");
	return 0;
}

/* ---- preparation ---- */

static int compare_devices(const void *a, const void *b)
{
	const struct edge *x = *(const struct edge *const *)a;
	const struct edge *y = *(const struct edge *const *)b;

	return strcmp(x->device, y->device);
}

static int number_devices(struct pulls *pulls, struct arena *scratch)
{
	const struct graph *graph = profile_graph(pulls->profile);
	const struct edge **sorted =
	    arena_array(scratch, graph->n_named, sizeof(*sorted));
	uint32_t scope = SCOPE_NAMED;

	pulls->scopes = arena_array(
	    scratch, graph->n_named, sizeof(*pulls->scopes));
	pulls->devices = arena_array(
	    scratch, graph->n_named, sizeof(*pulls->devices));
	if (!sorted || !pulls->scopes || !pulls->devices)
		return -ENOMEM;
	for (uint32_t i = 0; i < graph->n_named; i++)
		sorted[i] = graph->named[i];
	qsort(sorted, graph->n_named, sizeof(*sorted), compare_devices);
	for (uint32_t i = 0; i < graph->n_named; i++) {
		if (i && compare_devices(&sorted[i - 1], &sorted[i]))
			scope++;
		pulls->scopes[sorted[i]->named] = scope;
		pulls->devices[scope - SCOPE_NAMED] = sorted[i]->device;
	}
	return 0;
}

/* ---- cards that are not there ---- */

bool pulls_next_exit(const struct pulls *pulls, struct exit *exit)
{
	uint32_t i = exit->root ? exit->item + 1 : 0;

	while (i < pulls->n_items && !pulls->items[i].is_exit)
		i++;
	if (i == pulls->n_items)
		return false;
	*exit = (struct exit){ .root = pulls->items[i].decl, .item = i };
	if (pulls->items[i].scope >= SCOPE_NAMED)
		exit->device =
		    pulls->devices[pulls->items[i].scope - SCOPE_NAMED];
	return true;
}

void pulls_set_absent(
    struct pulls *pulls, const struct exit *exit, bool is_absent)
{
	pulls->items[exit->item].is_absent = is_absent;
}

bool pulls_is_absent(
    const struct pulls *pulls, const struct decl *decl, uint32_t scope)
{
	const struct decl *root = decl->root;
	const uint32_t *place;

	if (!root)
		return false;
	if (pulls->items[root->index].is_absent)
		return true;
	if (scope < SCOPE_NAMED || !pulls->n_table)
		return false;
	place = table_place(pulls, root, scope);
	return *place && pulls->items[*place].is_absent;
}

void pulls_begin(struct pulls *pulls)
{
	pulls->n_steps = 0;
}

uint32_t pulls_scope(const struct pulls *pulls, const struct edge *edge)
{
	return pulls->scopes[edge->named];
}

int pulls_new(
    struct profile *profile, struct arena *scratch, struct pulls **ret)
{
	struct pulls *pulls = arena_alloc(scratch, sizeof(*pulls));
	int r;

	*ret = pulls;
	if (!pulls)
		return -ENOMEM;
	pulls->profile = profile;
	pulls->n_items = profile->n_decls;
	pulls->capacity = profile->n_decls + 1;
	pulls->items = calloc(pulls->capacity, sizeof(*pulls->items));
	if (!pulls->items)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->n_decls; i++)
		pulls->items[i].decl = &profile->decls[i];
	r = number_devices(pulls, scratch);
	if (!r)
		r = graph_rings(
		    profile, scratch, &pulls->part, &pulls->lowest);
	return r;
}

struct pulls *pulls_free(struct pulls *pulls)
{
	if (!pulls)
		return NULL;
	free(pulls->items);
	free(pulls->table);
	free(pulls->found.items);
	free(pulls->pending.items);
	free(pulls->waiting.items);
	/* The rest is in the scratch arena. */
	return NULL;
}
