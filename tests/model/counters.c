/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/counters.h"

#include <assert.h>

#include "base/text.h"
#include "resolver/card.h"
#include "resolver/node.h"
#include "resolver/reload.h"

/* What the counters of a node should be, from the flags of all others. */
struct counts {
	uint32_t pulls, unready, hopeless, before, holders, near, leaving;
	uint32_t leaving_near;
	uint32_t available, prospects, blocking, up;
	uint32_t taken, members_taken, present;
};

static bool is_available(const struct node *node)
{
	return node->is_top ? node->n_available : node->flags & FLAG_AVAILABLE;
}

static bool has_prospect(const struct node *node)
{
	return node->is_top ? node->n_prospects : node->flags & FLAG_PROSPECT;
}

/* Of a top the flag is kept as well. */
static bool is_taken(const struct node *node)
{
	return node->flags & FLAG_TAKEN;
}

static bool is_blocking(const struct node *node)
{
	return node->is_top ? node->n_blocking : node->flags & FLAG_BLOCKS;
}

static void count_down(struct counts *counts, const struct node *node)
{
	const struct edges *edges = node->decl->edges;

	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *edge = &edges->down[i];
		const struct node *to = edge_target(node, edge);

		if (edge_is_prerequisite(edge)) {
			counts->unready += !is_available(to);
			counts->hopeless += !has_prospect(to);
			counts->taken += is_taken(to);
		} else if (edge->role == EDGE_OF) {
			counts->available += is_available(to);
			counts->prospects += has_prospect(to);
			counts->members_taken += is_taken(to);
		} else if (edge_is_after(edge)) {
			counts->before += is_blocking(to);
		}
	}
}

static void count_up(
    struct counts *counts, const struct node *node, const struct node *from)
{
	const struct edges *edges = from->decl->edges;
	bool holds = node_is_any(from) && from->selected == node;

	for (uint32_t i = 0; i < edges->n_down && !from->is_top; i++) {
		const struct edge *edge = &edges->down[i];
		bool is_held = false;

		if (edge_target(from, edge) != node)
			continue;
		if (edge_is_prerequisite(edge))
			is_held = from->flags & FLAG_STANDS;
		else if (edge->role == EDGE_OF && !node_is_any(from))
			is_held = from->flags & FLAG_HOLDS;
		counts->holders += is_held;
		counts->near += is_held && from->anchor &&
				from->anchor == node->anchor;
		counts->pulls +=
		    node_pulls(from, edge) && from->flags & FLAG_PULLED;
		counts->leaving +=
		    edge_is_after(edge) && from->flags & FLAG_LEAVING;
		counts->leaving_near += edge_is_after(edge) &&
					from->flags & FLAG_LEAVING &&
					from->anchor &&
					from->anchor == node->anchor;
	}
	counts->holders += holds && !from->is_top;
	counts->near += holds && !from->is_top && from->anchor &&
			from->anchor == node->anchor;
	if (node->is_top && from->card && from->decl == node->decl) {
		counts->available += !!(from->flags & FLAG_AVAILABLE);
		counts->prospects += !!(from->flags & FLAG_PROSPECT);
		counts->blocking += !!(from->flags & FLAG_BLOCKS);
		counts->up += !!(from->flags & FLAG_UP);
		counts->members_taken += is_taken(from);
		counts->present += !from->is_absent;
	}
}

size_t counters_nodes(
    const struct resolver *resolver, struct node **nodes, size_t max)
{
	const struct graph *graph = profile_graph(resolver->profile);
	struct card *card;
	size_t n = 0;

	assert(resolver->n_made <= max);
	for (uint32_t i = 0; i < resolver->profile->n_decls; i++)
		nodes[n++] = &resolver->tops[i].node;
	for (uint32_t i = 0; i < graph->n_roots; i++)
		RB_FOREACH (card, card_by_key,
		    resolver_cards(resolver, graph->roots[i]))
			for (uint32_t j = 0;
				j < card->root->edges->n_slots; j++)
				nodes[n++] = &card->nodes[j];
	assert(n <= max);
	return n;
}

/* What a reload took out of the profile still keeps what it stood on. */
static void count_orphans(struct counts *counts, const struct node *node)
{
	struct list *orphans = &node->resolver->orphans;
	struct handover *handover;
	struct orphan *orphan;

	RB_FOREACH (handover, handover_by_first,
	    &node->resolver->first_handovers) {
		if (handover->second != node)
			continue;
		counts->holders += handover->type != HANDOVER_DEVICE;
		counts->before += handover->type == HANDOVER_DEVICE;
	}
	list_for_each(orphan, orphans, struct orphan, link)
		counts->before += orphan->heir == node;
}

/* ---- comparing ---- */

static void say(struct text *said, const struct node *node, bool is_so,
    const char *what)
{
	if (!is_so)
		text_printf(said, "%s (%s) %s\n", node->name,
		    node_state_name(node->state), what);
}

static void say_count(struct text *said, const struct node *node,
    const char *field, uint32_t got, uint32_t want)
{
	if (got != want)
		text_printf(said, "%s: %s is %u, not %u\n", node->name,
		    field, got, want);
}

static void check_counts(const struct node *node,
    const struct counts *counts, struct text *said)
{
#define SAME(field) \
	say_count(said, node, "n_" #field, node->n_##field, counts->field)
	SAME(pulls);
	SAME(holders);
	SAME(leaving);
	if (!node->is_top) {
		SAME(near);
		SAME(leaving_near);
		SAME(unready);
		SAME(hopeless);
		SAME(before);
		SAME(taken);
	}
	if (node->is_top || node_is_group(node)) {
		SAME(available);
		SAME(prospects);
		SAME(members_taken);
	}
	if (node->is_top) {
		SAME(blocking);
		SAME(up);
		SAME(present);
	}
#undef SAME
}

/* Of an `any`: the first that is available, or has a prospect. */
static uint32_t count_first(const struct node *node, enum node_flag flag)
{
	for (uint32_t i = 0; i < node->decl->of.n; i++) {
		const struct node *to =
		    edge_target(node, node_member(node, i));

		if (!to->is_top ? to->flags & flag
			: flag == FLAG_AVAILABLE ? to->n_available
						 : to->n_prospects)
			return i;
	}
	return UINT32_MAX;
}

static void check_members(const struct node *node, struct text *said)
{
	say_count(said, node, "first available member",
	    members_first(node, FLAG_AVAILABLE),
	    count_first(node, FLAG_AVAILABLE));
	if (node->decl->is_in_order)
		say_count(said, node, "first member with a prospect",
		    members_first(node, FLAG_PROSPECT),
		    count_first(node, FLAG_PROSPECT));
}

static void check_rest(const struct node *node, struct text *said)
{
	const struct node *top = &node_top(node)->node;

	if (node->is_top)
		say(said, node,
		    is_taken(node) == (node->n_present &&
			node->n_members_taken == node->n_present),
		    "is taken away, or is not");
	else if (node_is_any(node))
		check_members(node, said);
	say(said, node, !node->is_absent || !node->flags, "has flags");
	say(said, node, !node->gate && !node->in_dirty && !node->is_dirty,
	    "has not been looked at");
	say(said, node, node->due == DUE_NOTHING, "has something due");
	say(said, node,
	    !node->is_held || (node->n_unready && !node->n_taken),
	    "is held");
	/* After a reload those that are after it now may have to stop first. */
	say(said, node,
	    node->state != NODE_STARTING || node->is_desired ||
		node->n_holders || node->n_leaving ||
		top->n_leaving || (top->selected == node && top->n_holders),
	    "starts undesired");
}

bool counters_hold(const struct resolver *resolver, struct text *said)
{
	static struct node *nodes[4096];
	size_t before = said->n;
	size_t n = counters_nodes(
	    resolver, nodes, sizeof(nodes) / sizeof(nodes[0]));

	for (size_t i = 0; i < n; i++) {
		struct counts counts = { 0 };

		for (size_t j = 0; j < n; j++)
			count_up(&counts, nodes[i], nodes[j]);
		if (!nodes[i]->is_top)
			count_down(&counts, nodes[i]);
		count_orphans(&counts, nodes[i]);
		check_counts(nodes[i], &counts, said);
		check_rest(nodes[i], said);
	}
	return said->n == before;
}
