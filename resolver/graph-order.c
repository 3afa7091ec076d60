/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of influence. Vertices are the declarations and, after them, the
 * gates of in-order groups; an edge leads from what is influenced to what
 * influences it. Gate i of a group names member i - 1 alone: through that
 * member's own gate it comes after all the earlier ones.
 *
 * Whom a gate leads to may be a large part of the profile, for each of many
 * gates. So at first all that a member may pull is taken for influenced, also
 * what an earlier one surely pulls. That takes no more than a shadow for each
 * declaration, of which its shadow and those of its pullers hang: it leads to
 * the gates of the groups that have one of them as a later member. An order
 * of that is one of the real influence too. Only groups that go round in it
 * are looked into, and lose their shadows for real leads.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/macros.h"
#include "resolver/graph-build.h"

struct order {
	struct profile *profile;
	struct arena *scratch;
	struct pulls *pulls;
	struct gate *gates;
	uint32_t n_gates;
	uint32_t n_shadows; /* the last vertices; none without gates */
	struct leads leads; /* of the groups that have been looked into */
	struct digraph graph;
	uint32_t *component, n_components;
};

static uint32_t count_gates(const struct decl *decl)
{
	return decl->is_in_order && decl->of.n ? decl->of.n - 1 : 0;
}

static int find_gates(struct order *order)
{
	struct profile *profile = order->profile;
	uint32_t n = 0;

	for (uint32_t i = 0; i < profile->n_decls; i++)
		n += count_gates(&profile->decls[i]);
	assert(n <= UINT32_MAX / 2 - profile->n_decls); /* of a text */
	order->gates = arena_array(order->scratch, n, sizeof(*order->gates));
	if (!order->gates)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct decl *decl = &profile->decls[i];

		for (uint32_t j = 1; j <= count_gates(decl); j++)
			order->gates[order->n_gates++] =
			    (struct gate){ .group = decl, .member = j };
	}
	order->n_shadows = n ? profile->n_decls : 0;
	return 0;
}

/* Counts the edge from the vertex, or, when counted, enters it. */
static void add(struct order *order, uint32_t from, uint32_t to, bool is_entry)
{
	uint32_t *start = order->graph.start;

	if (is_entry)
		order->graph.to[start[from]++] = to;
	else
		start[from]++;
}

/* What pulls a declaration pulls what that pulls. */
static void add_shadows(struct order *order, bool is_entry)
{
	uint32_t first = order->profile->n_decls + order->n_gates;

	for (uint32_t i = 0; i < order->n_shadows; i++) {
		const struct edges *edges = order->profile->decls[i].edges;

		add(order, i, first + i, is_entry);
		for (uint32_t j = 0; j < edges->n_down; j++)
			if (edge_is_pull(&edges->down[j]))
				add(order, first + edges->down[j].to->index,
				    first + i, is_entry);
	}
}

static void add_gates(struct order *order, bool is_entry)
{
	uint32_t n = order->profile->n_decls;

	for (uint32_t i = 0; i < order->n_gates; i++) {
		const struct gate *gate = &order->gates[i];
		const struct edge *member =
		    graph_member(gate->group, gate->member);

		add(order, gate->group->index, n + i, is_entry);
		add(order, n + i,
		    graph_member(gate->group, gate->member - 1)->to->index,
		    is_entry);
		if (!gate->has_leads)
			add(order, n + order->n_gates + member->to->index,
			    n + i, is_entry);
	}
	for (uint32_t i = 0; i < order->leads.n; i++)
		add(order, order->leads.items[i].decl,
		    n + order->leads.items[i].gate, is_entry);
}

static void add_all(struct order *order, bool is_entry)
{
	const struct profile *profile = order->profile;

	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct edges *edges = profile->decls[i].edges;

		for (uint32_t j = 0; j < edges->n_down; j++)
			if (edge_is_influence(&edges->down[j]))
				add(order, i, edges->down[j].to->index,
				    is_entry);
	}
	add_gates(order, is_entry);
	add_shadows(order, is_entry);
}

static int make_graph(struct order *order)
{
	struct digraph *graph = &order->graph;
	uint64_t n_edges = 0;

	graph->n = order->profile->n_decls + order->n_gates + order->n_shadows;
	graph->start = arena_array(
	    order->scratch, (size_t)graph->n + 1, sizeof(*graph->start));
	if (!graph->start)
		return -ENOMEM;
	add_all(order, false);
	for (uint32_t v = 0; v < graph->n; v++) {
		uint32_t n = graph->start[v];

		graph->start[v] = (uint32_t)n_edges;
		n_edges += n;
	}
	assert(n_edges <= UINT32_MAX);
	graph->to = arena_array(order->scratch, n_edges, sizeof(*graph->to));
	if (!graph->to)
		return -ENOMEM;
	add_all(order, true);
	/* Entering has moved each start to its end, which is the next's. */
	for (uint32_t v = graph->n; v; v--)
		graph->start[v] = graph->start[v - 1];
	graph->start[0] = 0;
	return 0;
}

/* One cycle of each component: of the first declaration in it. */
static int report_cycles(struct order *order, struct diagnostics *diagnostics)
{
	const struct digraph *graph = &order->graph;
	struct digraph_way way = {
		.component = order->component,
		.before = arena_array(
		    order->scratch, graph->n, sizeof(uint32_t)),
		.path = arena_array(
		    order->scratch, graph->n, sizeof(uint32_t)),
	};
	bool *is_known = arena_array(order->scratch, order->n_components, 1);

	if (!way.before || !way.path || !is_known)
		return -ENOMEM;
	for (uint32_t v = 0; v < graph->n; v++)
		way.before[v] = UINT32_MAX;
	for (uint32_t v = 0; v < order->profile->n_decls; v++) {
		struct cycle cycle = {
			.profile = order->profile,
			.gates = order->gates,
			.path = way.path,
		};
		int r = 0;

		if (is_known[order->component[v]])
			continue;
		is_known[order->component[v]] = true;
		cycle.n = digraph_cycle(graph, &way, v);
		if (cycle.n)
			r = cycle_report(&cycle, order->pulls, diagnostics);
		if (r)
			return r;
	}
	return 0;
}

/* What a search depth first leaves first has the lowest rank. */
static int set_ranks(struct order *order, struct decl ***ret_order)
{
	struct profile *profile = order->profile;
	uint32_t n = profile->n_decls;
	struct decl **by_rank = arena_array(
	    order->scratch, order->graph.n, sizeof(struct decl *));
	uint32_t *ranks =
	    arena_array(profile->arena, 2 * order->n_gates, sizeof(*ranks));
	uint32_t n_ordered = 0;

	if (!by_rank || !ranks)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		struct decl *decl = &profile->decls[i];

		decl->edges->rank = order->component[i];
		by_rank[order->component[i]] = decl;
	}
	for (uint32_t i = 0; i < order->n_gates; i++) {
		const struct gate *gate = &order->gates[i];

		if (gate->member == 1)
			gate->group->edges->gate_ranks = ranks++;
		*ranks++ = order->component[n + i];
	}
	for (uint32_t i = 0; i < order->graph.n; i++)
		if (by_rank[i])
			by_rank[n_ordered++] = by_rank[i];
	*ret_order = by_rank;
	return 0;
}

static void report_too_large(
    const struct decl *group, struct diagnostics *diagnostics)
{
	diagnostics_hint(diagnostics,
	    diagnostics_add(diagnostics, SEVERITY_ERROR,
		&group->of.items[0].mark,
		"the in-order groups up to '%s' have too much below them: it "
		"would take too long to find what each of their members "
		"alone may pull",
		group->name),
	    "let the members of a group stand on the same nodes, or let it "
	    "'try: all'");
}

static int find_components(struct order *order)
{
	int r = make_graph(order);

	if (r)
		return r;
	order->component = arena_array(
	    order->scratch, order->graph.n, sizeof(*order->component));
	if (!order->component)
		return -ENOMEM;
	return digraph_components(&order->graph, order->scratch,
	    order->component, &order->n_components);
}

/* Looks into the groups that go round. *ret: whether there are any. */
static int find_leads(
    struct order *order, struct diagnostics *diagnostics, bool *ret)
{
	const uint32_t *component = &order->component[order->profile->n_decls];
	uint32_t *sizes = arena_array(
	    order->scratch, order->n_components, sizeof(*sizes));

	*ret = false;
	if (!sizes)
		return -ENOMEM;
	for (uint32_t v = 0; v < order->graph.n; v++)
		sizes[order->component[v]]++;
	for (uint32_t i = 0, next; i < order->n_gates; i = next) {
		const struct decl *group = order->gates[i].group;
		bool goes_round = false;
		int r;

		next = i + count_gates(group);
		for (uint32_t j = i; j < next; j++)
			goes_round |= sizes[component[j]] > 1;
		if (!goes_round)
			continue;
		*ret = true;
		for (uint32_t j = i; j < next; j++)
			order->gates[j].has_leads = true;
		r = pulls_leads(order->pulls, group, i, &order->leads);
		if (r == -E2BIG)
			report_too_large(group, diagnostics);
		if (r)
			return r == -E2BIG ? -EINVAL : r;
	}
	return 0;
}

int graph_order(struct profile *profile, struct arena *scratch,
    struct pulls *pulls, struct diagnostics *diagnostics,
    struct decl ***ret_order)
{
	struct order order = {
		.profile = profile, .scratch = scratch, .pulls = pulls
	};
	uint32_t n_errors = diagnostics->n_errors;
	bool goes_round = false;
	int r = find_gates(&order);

	if (!r)
		r = find_components(&order);
	if (!r)
		r = find_leads(&order, diagnostics, &goes_round);
	if (!r && goes_round)
		r = find_components(&order);
	free(steal_ptr(order.leads.items));
	if (!r)
		r = report_cycles(&order, diagnostics);
	if (r)
		return r;
	if (diagnostics->n_errors > n_errors)
		return -EINVAL;
	return set_ranks(&order, ret_order);
}
