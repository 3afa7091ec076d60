/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which members of an `any` are available and, in-order, which are that or
 * coming: sets of their places, so that the first is found however many are
 * away.
 */
#include "base/numset.h"
#include "resolver/card.h"
#include "resolver/node.h"

/* The set of those that are coming stands behind the other. */
static uint64_t *set_of(const struct node *group, enum node_flag flag)
{
	const struct decl *decl = group->decl;
	uint64_t *words =
	    group->card ? card_words(group->card) : group->resolver->words;

	words += decl->edges->members_at;
	return flag == FLAG_AVAILABLE ? words
				      : words + numset_words(decl->of.n);
}

void members_note(struct node *group, const struct edge *edge,
    enum node_flag flag, int change)
{
	if (!change || !node_is_any(group) ||
	    (flag != FLAG_AVAILABLE && !group->decl->is_in_order))
		return;
	numset_put(set_of(group, flag), group->decl->of.n, edge->index,
	    change > 0);
}

uint32_t members_first(const struct node *group, enum node_flag flag)
{
	return numset_first(set_of(group, flag), group->decl->of.n);
}
