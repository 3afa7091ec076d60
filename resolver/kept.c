/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of nodes outlives netconfd: told to be written down, and put back. */
#include "resolver/card.h"
#include "resolver/node.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"

static void keep_node(const struct node *node,
    void (*f)(void *ctx, const struct kept *kept), void *ctx)
{
	struct kept kept = { .name = node->name };

	if (node->is_goal) {
		kept.type = KEPT_GOAL;
		f(ctx, &kept);
	}
	if (node->is_masked) {
		kept.type = KEPT_MASK;
		f(ctx, &kept);
	}
	if (!node->is_absent)
		latches_keep(node, f, ctx);
	if (!node->is_top && node->prefix > 1) {
		kept.type = KEPT_PREFIX;
		kept.number = node->prefix;
		f(ctx, &kept);
	}
	if (node->state == NODE_UP) {
		kept.type = KEPT_UP;
		if (node->facts) {
			const struct factset *set = node->facts;

			kept.facts = set->items;
			kept.n_facts = set->n;
			kept.later = set->later;
			kept.n_later = set->n_later;
		}
		if (node->kept) {
			kept.held = node->kept->items;
			kept.n_held = node->kept->n;
		}
		f(ctx, &kept);
	}
}

void resolver_each_kept(const struct resolver *resolver,
    void (*f)(void *ctx, const struct kept *kept), void *ctx)
{
	for (uint32_t i = 0; i < resolver->profile->n_decls; i++) {
		const struct decl *decl = &resolver->profile->decls[i];
		struct card *card;

		keep_node(&resolver->tops[i].node, f, ctx);
		if (!decl->root)
			continue;
		RB_FOREACH (card, card_by_key,
		    resolver_cards(resolver, decl->root))
			keep_node(&card->nodes[decl->slot], f, ctx);
	}
	dormant_each(resolver, f, ctx);
}

/* It is up, and nobody is told that it has become so. */
static int adopt(struct node *node, const struct kept *kept)
{
	struct factset *facts;
	int r;

	if (node->is_top)
		return -ENOENT;
	r = factset_new(kept->facts, kept->n_facts, kept->later,
	    kept->n_later, &facts);
	if (r)
		return r;
	r = hold_restore(node, kept->held, kept->n_held);
	if (r) {
		free(facts);
		return r;
	}
	if (node->card) {
		node_appear(node);
		node_top(node)->node.selected = node; /* the last of them */
	}
	node_set_facts(node, facts);
	node->state = NODE_UP;
	node->is_adopted = node->was_available = true;
	node->run = ++node->resolver->n_runs;
	node_touch(node);
	return 0;
}

int resolver_restore(struct resolver *resolver, const struct kept *kept)
{
	_cleanup_(text_clear) struct text said = { 0 };
	struct node *node;
	int r = node_locate(resolver, kept->name, &said, &node);

	if (r == -ENOENT &&
	    (kept->type == KEPT_GOAL || kept->type == KEPT_MASK))
		return dormant_add(resolver, kept);
	if (r)
		return r;
	switch (kept->type) {
	case KEPT_GOAL:
		node_set_goal(node, true);
		break;
	case KEPT_MASK:
		node_set_mask(node, true);
		break;
	case KEPT_LATCH:
		if (node->card)
			node_appear(node);
		return latch_restore(node, kept->text, kept->number);
	case KEPT_UP:
		return adopt(node, kept);
	case KEPT_PREFIX:
		if (!node->decl->is_in_order || node->is_top)
			return -ENOENT;
		node->prefix = kept->number < node->decl->of.n
			? kept->number
			: node->decl->of.n;
		break;
	}
	return 0;
}
