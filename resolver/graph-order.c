/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks into what goes round in the graph of influence, and sets the ranks. */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/macros.h"
#include "resolver/graph-order.h"

/* So many vertices and edges may be added by splitting: a second. */
enum { SPLIT_MAX = 1500000 };

/* ---- leads ---- */

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

/* Adds the leads of the group, or of its instance of that scope. */
static int add_leads(struct order *order, const struct decl *group,
    uint32_t scope, uint32_t gate, struct diagnostics *diagnostics)
{
	int r = pulls_leads(order->pulls, group, scope, gate, &order->leads);

	if (r == -E2BIG)
		report_too_large(group, diagnostics);
	return r == -E2BIG ? -EINVAL : r;
}

/* How many vertices each component has; NULL when out of memory. */
static uint32_t *component_sizes(struct order *order)
{
	uint32_t *sizes = arena_array(
	    order->scratch, order->n_components, sizeof(*sizes));

	for (uint32_t v = 0; v < order->graph.n && sizes; v++)
		sizes[order->component[v]]++;
	return sizes;
}

/* Looks into the groups that go round. *ret: whether there are any. */
static int find_leads(
    struct order *order, struct diagnostics *diagnostics, bool *ret)
{
	uint32_t n = order->profile->n_decls;
	const uint32_t *component = &order->component[n];
	const uint32_t *sizes = component_sizes(order);

	if (!sizes)
		return -ENOMEM;
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
		r = add_leads(
		    order, group, SCOPE_WHOLE, n + i, diagnostics);
		if (r)
			return r;
	}
	return 0;
}

/* ---- splitting ---- */

/* By index: the declarations that still go round, or a gate of theirs. NULL
 * when out of memory. */
static bool *find_round(struct order *order)
{
	uint32_t n = order->profile->n_decls;
	const uint32_t *sizes = component_sizes(order);
	bool *is_round = arena_array(order->scratch, n, sizeof(*is_round));

	if (!sizes || !is_round)
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		is_round[i] = sizes[order->component[i]] > 1;
	for (uint32_t i = 0; i < order->n_gates; i++)
		if (sizes[order->component[n + i]] > 1)
			is_round[order->gates[i].group->index] = true;
	return is_round;
}

/* Splits the declarations of cards named that still go round: they get their
 * vertices. -E2BIG: these are too many. */
static int split(struct order *order)
{
	struct profile *profile = order->profile;
	struct cards *cards = &order->cards;
	const bool *is_round = find_round(order);
	uint64_t n = 0, n_edges = 0;
	int r = cards_find(cards, profile, order->pulls, order->scratch);

	cards->base = arena_array(
	    order->scratch, profile->n_decls, sizeof(*cards->base));
	if (r || !is_round || !cards->base)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->n_decls && !r; i++) {
		const struct decl *decl = &profile->decls[i];
		uint64_t n_cards = cards_count(cards, decl);

		if (!n_cards || !is_round[i])
			continue;
		cards->base[i] = order->graph.n + (uint32_t)n;
		n += FIRST_CARD + n_cards * decl_n_ranks(decl);
		n_edges += n_cards * decl->edges->n_down;
		r = n + n_edges > SPLIT_MAX
			? -E2BIG
			: numbers_push(&cards->split, i);
	}
	order->n_split = (uint32_t)n;
	return r;
}

/* Each instance of a group that is split has its own leads. */
static int split_leads(struct order *order, struct diagnostics *diagnostics)
{
	const struct cards *cards = &order->cards;
	int r = 0;

	for (uint32_t i = 0; i < cards->split.n; i++) {
		const struct decl *decl =
		    &order->profile->decls[cards->split.items[i]];
		const struct named_card *card =
		    &cards->items[cards->first[decl->root->index]];

		if (!count_gates(decl))
			continue;
		for (uint32_t j = 0; j < cards_count(cards, decl) && !r; j++)
			r = add_leads(order, decl, card[j].scope,
			    order_vertex(order, decl, card[j].scope) + 1,
			    diagnostics);
	}
	return r;
}

static int split_round(struct order *order, struct diagnostics *diagnostics)
{
	uint32_t last = order->n_gates - 1;
	int r = split(order);

	if (r == -E2BIG) {
		while (!order->gates[last].has_leads)
			last--;
		report_too_large(order->gates[last].group, diagnostics);
		return -EINVAL;
	}
	if (!r)
		r = split_leads(order, diagnostics);
	return r || !order->cards.split.n ? r : order_components(order);
}

/* ---- ranks ---- */

static int set_card_ranks(struct order *order)
{
	const struct cards *cards = &order->cards;

	for (uint32_t i = 0; i < cards->split.n; i++) {
		const struct decl *decl =
		    &order->profile->decls[cards->split.items[i]];
		size_t n = (size_t)cards_count(cards, decl) *
			   decl_n_ranks(decl);
		uint32_t *ranks = arena_array(
		    order->profile->arena, n, sizeof(*ranks));

		if (!ranks)
			return -ENOMEM;
		for (size_t j = 0; j < n; j++)
			ranks[j] = order->component[order_base(order, decl) +
						    FIRST_CARD + j];
		decl->edges->card_ranks = ranks;
	}
	return cards->split.n ? cards_keep(cards, order->profile) : 0;
}

/* What a search depth first leaves first has the lowest rank. */
static int set_ranks(struct order *order)
{
	struct profile *profile = order->profile;
	uint32_t n = profile->n_decls;
	uint32_t *ranks =
	    arena_array(profile->arena, 2 * order->n_gates, sizeof(*ranks));

	if (!ranks)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		profile->decls[i].edges->rank = order->component[i];
	for (uint32_t i = 0; i < order->n_gates; i++) {
		const struct gate *gate = &order->gates[i];

		if (gate->member == 1)
			gate->group->edges->gate_ranks = ranks++;
		*ranks++ = order->component[n + i];
	}
	return set_card_ranks(order);
}

static int sort_decls(const struct order *order, struct decl ***ret)
{
	struct profile *profile = order->profile;
	struct decl **by_rank = arena_array(
	    order->scratch, order->graph.n, sizeof(struct decl *));
	uint32_t n_sorted = 0;

	if (!by_rank)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->n_decls; i++)
		by_rank[order->component[i]] = &profile->decls[i];
	for (uint32_t i = 0; i < order->graph.n; i++)
		if (by_rank[i])
			by_rank[n_sorted++] = by_rank[i];
	*ret = by_rank;
	return 0;
}

/* Of split declarations the vertices come in no order that is one of theirs:
 * then that without gates. */
static int set_order(struct order *order, struct decl ***ret)
{
	struct order plain = { .profile = order->profile,
		.scratch = order->scratch,
		.pulls = order->pulls };
	int r;

	if (!order->cards.split.n)
		return sort_decls(order, ret);
	r = order_components(&plain);
	return r ? r : sort_decls(&plain, ret);
}

void order_clear(struct order *order)
{
	free(steal_ptr(order->leads.items));
	free(steal_ptr(order->cards.split.items));
}

static bool goes_round(const struct order *order)
{
	return order->n_components < order->graph.n;
}

int order_find(struct order *order, struct diagnostics *diagnostics)
{
	bool has_leads = false;
	int r = order_find_gates(order);

	if (!r)
		r = order_components(order);
	if (!r)
		r = find_leads(order, diagnostics, &has_leads);
	if (!r && has_leads)
		r = order_components(order);
	if (!r && has_leads && goes_round(order))
		r = split_round(order, diagnostics);
	return r;
}

int graph_order(struct profile *profile, struct arena *scratch,
    struct pulls *pulls, struct diagnostics *diagnostics,
    struct decl ***ret_order)
{
	struct order order = {
		.profile = profile, .scratch = scratch, .pulls = pulls
	};
	uint32_t n_errors = diagnostics->n_errors;
	int r = order_find(&order, diagnostics);

	if (!r)
		r = order_report(&order, diagnostics);
	if (!r && diagnostics->n_errors > n_errors)
		r = -EINVAL;
	if (!r)
		r = set_ranks(&order);
	if (!r)
		r = set_order(&order, ret_order);
	if (!r)
		r = order_without_devices(&order, *ret_order, diagnostics);
	if (!r && diagnostics->n_errors > n_errors)
		r = -EINVAL;
	order_clear(&order);
	return r;
}
