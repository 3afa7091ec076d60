/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a node is up: who asks for it, and what holds it. */
#include "resolver/card.h"
#include "resolver/why.h"

#include <string.h>

#include "base/text.h"

/* Breadth first, upwards through what pulls, to the first that is asked for
 * without being pulled; who was come from is kept with each. */
struct chain {
	struct walk *walk;
	bool is_future; /* as it will be, not as it is */
	struct list list;
	struct node *from;
};

static bool is_asked(const struct node *node)
{
	return node->is_goal || node_top(node)->node.is_goal ||
	       node->decl->start == START_AUTO;
}

/* The pull of a later member ends when an earlier one is up. */
static bool will_pull(
    struct walk *walk, struct node *above, const struct edge *edge)
{
	const struct edges *edges = above->decl->edges;

	if (edge->role != EDGE_OF || !above->decl->is_in_order)
		return true;
	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *other = &edges->down[i];
		const struct visit *visit;

		if (other->role != EDGE_OF || other->index >= edge->index)
			continue;
		visit = visit_of(walk, edge_target(above, other));
		if (visit->will_be_up || visit->will_come)
			return false;
	}
	return true;
}

static void chain_add(void *ctx, const struct edge *edge, struct node *above)
{
	struct chain *chain = ctx;
	struct visit *visit;

	chain->walk->steps->n++;
	if (!(above->flags & FLAG_PULLED) || !node_pulls(above, edge) ||
	    (chain->is_future && !will_pull(chain->walk, above, edge)))
		return;
	visit = visit_of(chain->walk, above);
	if (visit->chain == chain->walk->chain)
		return;
	visit->chain = chain->walk->chain;
	visit->pulls = chain->from;
	list_append(&chain->list, &above->walk_link);
}

struct node *pull_source(
    struct walk *walk, struct node *node, bool is_future)
{
	struct chain chain = { .walk = walk, .is_future = is_future };
	struct visit *visit = visit_of(walk, node);

	visit->chain = ++walk->chain;
	visit->pulls = NULL;
	list_init(&chain.list);
	list_append(&chain.list, &node->walk_link);
	while ((node = walk_next(&chain.list))) {
		if (is_future && walk_is_over(walk))
			break;
		if (is_asked(node) && !node_is_masked_by_any(node) &&
		    !(is_future && visit_of(walk, node)->will_be_down))
			break;
		chain.from = node;
		node_each_up(node, chain_add, &chain);
		if (node->card)
			node_each_up(
			    &node_top(node)->node, chain_add, &chain);
	}
	while (walk_next(&chain.list))
		;
	return node;
}

/* ---- what would take it down ---- */

static void list_pull(void *ctx, const struct edge *edge, struct node *above)
{
	chain_add(ctx, edge, above);
}

static void list_pulls_of(struct chain *chain, struct node *node)
{
	struct card *card;

	node_each_up(node, list_pull, chain);
	if (node->card)
		node_each_up(&node_top(node)->node, list_pull, chain);
	if (!node->is_top)
		return;
	RB_FOREACH (card, card_by_key,
	    resolver_cards(node->resolver, node->decl->root))
		node_each_up(
		    &card->nodes[node->decl->slot], list_pull, chain);
}

static void list_sources(
    struct walk *walk, struct node *node, struct items *ret)
{
	struct chain chain = { .walk = walk };
	struct visit *visit = visit_of(walk, node);

	visit->chain = ++walk->chain;
	list_init(&chain.list);
	list_append(&chain.list, &node->walk_link);
	while ((node = walk_next(&chain.list))) {
		if (is_asked(node) && !node_is_masked_by_any(node))
			items_push(walk, ret, &(struct item){ .node = node });
		list_pulls_of(&chain, node);
	}
}

bool down_list(struct walk *walk, struct node *node, struct items *ret)
{
	bool is_needed = node_needer(node);

	ret->n = 0;
	if (!is_needed && !node_is_started(node))
		list_sources(walk, node, ret);
	if (!ret->n)
		items_push(walk, ret, &(struct item){ .node = node });
	/* Without memory it may be empty. */
	return is_needed || (ret->n && ret->items[0].node == node &&
		visit_of(walk, node)->will_be_pulled);
}

/* ---- in words ---- */

static void say_asked(
    struct text *text, const struct node *node, const char *it)
{
	if (node->is_goal || node_top(node)->node.is_goal)
		text_printf(text, "%s is a goal", it);
	else
		text_printf(text, "%s starts by itself (auto)", it);
}

enum { CHAIN_MAX = 8 }; /* names of a chain that are said */

static void say_chain(struct walk *walk, struct text *text,
    const struct node *node, struct node *end)
{
	const struct node *names[CHAIN_MAX];
	uint32_t n = 0, n_more = 0;

	for (struct node *at = end; at != node;
		at = visit_of(walk, at)->pulls) {
		if (n == CHAIN_MAX) {
			n_more++;
			memmove(&names[1], &names[2],
			    (n - 2) * sizeof(names[0]));
			n--;
		}
		names[n++] = at;
	}
	for (uint32_t i = n; i--;) {
		text_printf(text, "%s%s", i + 1 == n ? "" : " for ",
		    names[i]->name);
		if (i + 1 == n)
			text_append(text, " needs it");
		if (n > 1 && i == 1 && n_more)
			text_printf(text, " and %u more", n_more);
	}
	say_asked(text, end, ", which");
}

static void say_hold(struct text *text, const struct node *node)
{
	text_append(text, "; it stays up ");
	if (node->hold_ms == RESOLVER_NEVER) {
		text_append(text, "for ever");
	} else {
		text_append(text, "for ");
		say_span(text, node->resolver->now_ms, node->hold_ms);
		text_append(text, " more");
	}
	say_missing(text, " without ", node);
}

void say_up(struct walk *walk, struct text *text, struct node *node)
{
	struct node *end;

	if (node->is_top)
		return;
	text_append(text, " for ");
	say_span(text, node->since_ms, node->resolver->now_ms);
	text_append(text, ": ");
	end = pull_source(walk, node, false);
	/* Without memory the chain is not whole, and there is no answer. */
	if (end == node)
		say_asked(text, node, "it");
	else if (end && !walk->failed)
		say_chain(walk, text, node, end);
	else
		text_append(text,
		    "it comes by itself with what it needs (hotplug)");
	if (node_choice(node))
		text_printf(
		    text, "; it uses %s", node_choice(node)->name);
	if (node->is_held)
		say_hold(text, node);
}
