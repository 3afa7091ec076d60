/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/digraph.h"

#include <errno.h>
#include <stddef.h>

#include "base/arena.h"

#define NONE UINT32_MAX

/* Tarjan's search, with its call stack in `path`. */
struct search {
	const struct digraph *graph;
	uint32_t *component, n_components;
	uint32_t *number; /* in the order of arrival, from 1 */
	uint32_t *low;    /* the first to arrive of those it reaches */
	uint32_t *next;   /* edge to follow */
	uint32_t *path, n_path;
	uint32_t *open, n_open; /* arrived, without component yet */
	uint32_t n_arrived;
};

static void arrive(struct search *search, uint32_t v)
{
	search->number[v] = search->low[v] = ++search->n_arrived;
	search->next[v] = search->graph->start[v];
	search->path[search->n_path++] = v;
	search->open[search->n_open++] = v;
}

static void lower(struct search *search, uint32_t v, uint32_t low)
{
	if (search->low[v] > low)
		search->low[v] = low;
}

static void leave(struct search *search, uint32_t v)
{
	search->n_path--;
	if (search->n_path)
		lower(search, search->path[search->n_path - 1],
		    search->low[v]);
	if (search->low[v] < search->number[v])
		return;
	while (search->component[v] == NONE)
		search->component[search->open[--search->n_open]] =
		    search->n_components;
	search->n_components++;
}

static void search_from(struct search *search, uint32_t start)
{
	const struct digraph *graph = search->graph;

	arrive(search, start);
	while (search->n_path) {
		uint32_t v = search->path[search->n_path - 1], to;

		if (search->next[v] == graph->start[v + 1]) {
			leave(search, v);
			continue;
		}
		to = graph->to[search->next[v]++];
		if (!search->number[to])
			arrive(search, to);
		else if (search->component[to] == NONE)
			lower(search, v, search->number[to]);
	}
}

int digraph_components(const struct digraph *graph, struct arena *scratch,
    uint32_t *component, uint32_t *ret_n)
{
	uint32_t n = graph->n;
	struct search search = {
		.graph = graph,
		.component = component,
		.number = arena_array(scratch, n, sizeof(uint32_t)),
		.low = arena_array(scratch, n, sizeof(uint32_t)),
		.next = arena_array(scratch, n, sizeof(uint32_t)),
		.path = arena_array(scratch, n, sizeof(uint32_t)),
		.open = arena_array(scratch, n, sizeof(uint32_t)),
	};

	if (!search.number || !search.low || !search.next || !search.path ||
	    !search.open)
		return -ENOMEM;
	for (uint32_t v = 0; v < n; v++)
		component[v] = NONE;
	for (uint32_t v = 0; v < n; v++)
		if (!search.number[v])
			search_from(&search, v);
	*ret_n = search.n_components;
	return 0;
}

/* Puts the way from first to last into path, which has served as queue. */
static uint32_t trace(
    struct digraph_way *way, uint32_t first, uint32_t last)
{
	uint32_t n = 1;

	for (uint32_t v = last; v != first; v = way->before[v])
		n++;
	for (uint32_t i = n; i--; last = way->before[last])
		way->path[i] = last;
	return n;
}

uint32_t digraph_cycle(
    const struct digraph *graph, struct digraph_way *way, uint32_t vertex)
{
	uint32_t n = 0;

	way->path[n++] = vertex;
	way->before[vertex] = vertex;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t v = way->path[i];

		for (uint32_t e = graph->start[v]; e < graph->start[v + 1];
			e++) {
			uint32_t to = graph->to[e];

			if (to == vertex)
				return trace(way, vertex, v);
			if (way->component[to] != way->component[vertex] ||
			    way->before[to] != NONE)
				continue;
			way->before[to] = v;
			way->path[n++] = to;
		}
	}
	return 0;
}
