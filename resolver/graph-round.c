/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes round in the graph of influence. */
#include <errno.h>

#include "base/arena.h"
#include "resolver/graph-order.h"

/* The declaration whose vertex among those of split ones that is. */
static const struct decl *split_decl(
    const struct order *order, uint32_t vertex)
{
	const struct numbers *split = &order->cards.split;
	uint32_t low = 0, high = split->n;

	/* The last whose base is not after it. */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (order->cards.base[split->items[middle]] <= vertex)
			low = middle;
		else
			high = middle;
	}
	return &order->profile->decls[split->items[low]];
}

/* What the vertex stands for; false: ALL or FROM_ALL, nothing by itself. */
static bool describe(
    const struct order *order, uint32_t vertex, struct vertex *ret)
{
	uint32_t n = order->profile->n_decls, first;
	const struct named_card *card;

	*ret = (struct vertex){ 0 };
	if (vertex < n + order->n_gates) {
		ret->decl = &order->profile->decls[vertex];
		if (vertex >= n) {
			ret->decl = order->gates[vertex - n].group;
			ret->gate = order->gates[vertex - n].member;
		}
		if (order_base(order, ret->decl))
			ret->scope = SCOPE_CARD;
		return true;
	}
	ret->decl = split_decl(order, vertex);
	first = order_base(order, ret->decl) + FIRST_CARD;
	if (vertex < first)
		return false;
	card = &order->cards.items
		    [order->cards.first[ret->decl->root->index] +
			(vertex - first) / decl_n_ranks(ret->decl)];
	ret->gate = (vertex - first) % decl_n_ranks(ret->decl);
	ret->scope = card->scope;
	ret->device = card->device;
	return true;
}

struct report {
	struct order *order;
	struct digraph_way way;
	struct vertex *path;
	bool *is_known; /* components */
	bool *is_told;  /* declarations on a cycle that was reported */
	struct diagnostics *diagnostics;
};

static int report_cycle(struct report *report, uint32_t vertex)
{
	struct order *order = report->order;
	struct cycle cycle = { .path = report->path, .when = order->when };
	uint32_t n;

	n = digraph_cycle(&order->graph, &report->way, vertex);
	for (uint32_t i = 0; i < n; i++) {
		struct vertex *at = &report->path[cycle.n];

		if (!describe(order, report->way.path[i], at))
			continue;
		report->is_told[at->decl->index] = true;
		cycle.n++;
	}
	return n ? cycle_report(&cycle, order->pulls, report->diagnostics) : 0;
}

/* Of the component of that vertex, unless it is known. What goes round on
 * several cards is told once. */
static int report_component(struct report *report, uint32_t vertex)
{
	uint32_t component = report->order->component[vertex];
	struct vertex first;

	if (report->is_known[component] ||
	    !describe(report->order, vertex, &first) || first.gate)
		return 0;
	report->is_known[component] = true;
	if (report->is_told[first.decl->index])
		return 0;
	return report_cycle(report, vertex);
}

/* One cycle of each component: of the first declaration in it. */
int order_report(struct order *order, struct diagnostics *diagnostics)
{
	const struct digraph *graph = &order->graph;
	uint32_t n = order->profile->n_decls;
	struct report report = {
		.order = order,
		.way = { .component = order->component,
			.before = arena_array(
			    order->scratch, graph->n, sizeof(uint32_t)),
			.path = arena_array(
			    order->scratch, graph->n, sizeof(uint32_t)) },
		.path = arena_array(
		    order->scratch, graph->n, sizeof(*report.path)),
		.is_known =
		    arena_array(order->scratch, order->n_components, 1),
		.is_told = arena_array(order->scratch, n, 1),
		.diagnostics = diagnostics,
	};
	int r = 0;

	if (!report.way.before || !report.way.path || !report.path ||
	    !report.is_known || !report.is_told)
		return -ENOMEM;
	for (uint32_t v = 0; v < graph->n; v++)
		report.way.before[v] = UINT32_MAX;
	for (uint32_t v = 0; v < n && !r; v++)
		r = report_component(&report, v);
	for (uint32_t v = graph->n - order->n_split; v < graph->n && !r; v++)
		r = report_component(&report, v);
	return r;
}
