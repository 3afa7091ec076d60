/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The graph of influence: its vertices and edges. */
#include <assert.h>
#include <errno.h>

#include "base/arena.h"
#include "resolver/graph-order.h"

int order_find_gates(struct order *order)
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

/* ---- vertices ---- */

uint32_t order_vertex(
    const struct order *order, const struct decl *decl, uint32_t scope)
{
	uint32_t base = order_base(order, decl);

	if (!base || scope < SCOPE_NAMED)
		return decl->index;
	return base + FIRST_CARD +
	       (cards_place(&order->cards, decl, scope) - 1) *
		   decl_n_ranks(decl);
}

/* What the vertex of that scope waits for by that edge. */
static uint32_t target(
    const struct order *order, const struct edge *edge, uint32_t scope)
{
	uint32_t base = order_base(order, edge->to);

	if (edge->device)
		return order_vertex(
		    order, edge->to, pulls_scope(order->pulls, edge));
	if (edge->is_same_card && order_base(order, edge->from))
		return order_vertex(order, edge->to, scope);
	return base ? base + ALL : edge->to->index;
}

static uint32_t lead_vertex(const struct order *order, const struct lead *lead)
{
	const struct profile *profile = order->profile;
	const struct decl *decl = &profile->decls[lead->decl];
	uint32_t base = order_base(order, decl);
	bool is_of_all = lead->scope == SCOPE_WHOLE;

	/* All cards of a group that is not split are one. */
	if (lead->scope == SCOPE_CARD)
		is_of_all = !order_base(
		    order, order->gates[lead->gate - profile->n_decls].group);
	if (base && is_of_all)
		return base + FROM_ALL;
	return order_vertex(order, decl, lead->scope);
}

/* ---- edges ---- */

/* Counts the edge from the vertex, or, when counted, enters it. */
static void add(struct order *order, uint32_t from, uint32_t to, bool is_entry)
{
	uint32_t *start = order->graph.start;

	if (is_entry)
		order->graph.to[start[from]++] = to;
	else
		start[from]++;
}

static uint32_t shadow_of(const struct order *order, const struct decl *decl)
{
	return order->profile->n_decls + order->n_gates + decl->index;
}

/* What pulls a declaration pulls what that pulls. */
static void add_shadows(struct order *order, bool is_entry)
{
	for (uint32_t i = 0; i < order->n_shadows; i++) {
		const struct decl *decl = &order->profile->decls[i];
		const struct edges *edges = decl->edges;
		uint32_t base = order_base(order, decl);

		add(order, base ? base + FROM_ALL : i, shadow_of(order, decl),
		    is_entry);
		for (uint32_t j = 0; j < edges->n_down; j++)
			if (edge_is_pull(&edges->down[j]))
				add(order, shadow_of(order, edges->down[j].to),
				    shadow_of(order, decl), is_entry);
	}
}

/* Nobody waits for what is never up. */
static bool is_lost(const struct order *order, const struct edge *edge)
{
	return order->is_dead && order_is_lost(order, edge);
}

/* The group's vertex waits for the gate's, and that for the member before. */
static void add_gate(struct order *order, const struct gate *gate,
    uint32_t scope, uint32_t group, uint32_t vertex, bool is_entry)
{
	add(order, group, vertex, is_entry);
	for (uint32_t i = gate->member; i > 0; i--) {
		const struct edge *earlier = graph_member(gate->group, i - 1);

		if (is_lost(order, earlier))
			continue;
		add(order, vertex, target(order, earlier, scope), is_entry);
		return;
	}
}

static void add_gates(struct order *order, bool is_entry)
{
	uint32_t n = order->profile->n_decls;

	for (uint32_t i = 0; i < order->n_gates; i++) {
		const struct gate *gate = &order->gates[i];

		add_gate(order, gate, SCOPE_CARD, gate->group->index, n + i,
		    is_entry);
		if (!gate->has_leads)
			add(order,
			    shadow_of(order,
				graph_member(gate->group, gate->member)->to),
			    n + i, is_entry);
	}
	for (uint32_t i = 0; i < order->leads.n; i++)
		add(order, lead_vertex(order, &order->leads.items[i]),
		    order->leads.items[i].gate, is_entry);
}

static void add_influence(struct order *order, const struct decl *decl,
    uint32_t scope, bool is_entry)
{
	uint32_t vertex = order_vertex(order, decl, scope);

	for (uint32_t i = 0; i < decl->edges->n_down; i++) {
		const struct edge *edge = &decl->edges->down[i];

		if (edge_is_influence(edge) && !is_lost(order, edge))
			add(order, vertex, target(order, edge, scope),
			    is_entry);
	}
}

/* That card is not there: its vertices stand alone. */
static bool is_absent(const struct order *order, const struct decl *decl,
    const struct named_card *card)
{
	return order->is_dead &&
	       pulls_is_absent(order->pulls, decl, card->scope);
}

/* The vertices of a declaration that is split. */
static void add_split(
    struct order *order, const struct decl *decl, bool is_entry)
{
	uint32_t base = order_base(order, decl);
	const struct cards *cards = &order->cards;
	const struct named_card *card =
	    &cards->items[cards->first[decl->root->index]];

	add(order, base + ALL, decl->index, is_entry);
	add(order, decl->index, base + FROM_ALL, is_entry);
	for (uint32_t i = 0; i < cards_count(cards, decl); i++, card++) {
		uint32_t vertex = order_vertex(order, decl, card->scope);

		if (is_absent(order, decl, card))
			continue;
		add(order, base + ALL, vertex, is_entry);
		add(order, vertex, base + FROM_ALL, is_entry);
		add_influence(order, decl, card->scope, is_entry);
		for (uint32_t j = 1; j <= count_gates(decl); j++) {
			struct gate gate = { .group = decl, .member = j };

			add_gate(order, &gate, card->scope, vertex, vertex + j,
			    is_entry);
		}
	}
}

static void add_all(struct order *order, bool is_entry)
{
	const struct profile *profile = order->profile;

	for (uint32_t i = 0; i < profile->n_decls; i++)
		add_influence(
		    order, &profile->decls[i], SCOPE_CARD, is_entry);
	add_gates(order, is_entry);
	add_shadows(order, is_entry);
	for (uint32_t i = 0; i < order->cards.split.n; i++)
		add_split(order, &profile->decls[order->cards.split.items[i]],
		    is_entry);
}

static int make_graph(struct order *order)
{
	struct digraph *graph = &order->graph;
	uint64_t n_edges = 0;

	graph->n = order->profile->n_decls + order->n_gates +
		   order->n_shadows + order->n_split;
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

int order_components(struct order *order)
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
