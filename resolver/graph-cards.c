/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cards that references NAME@DEVICE name. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "resolver/graph-build.h"

static int compare_cards(const void *a, const void *b)
{
	const struct named_card *x = a, *y = b;

	if (x->root != y->root)
		return x->root->index < y->root->index ? -1 : 1;
	return (x->scope > y->scope) - (x->scope < y->scope);
}

/* One for each of those that are the same, with its place. */
static void number_cards(struct cards *cards, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct named_card *card = &cards->items[cards->n];
		uint32_t place = 1;

		if (cards->n && card[-1].root == cards->items[i].root) {
			if (card[-1].scope == cards->items[i].scope)
				continue;
			place = card[-1].place + 1;
		}
		*card = cards->items[i];
		card->place = place;
		cards->n++;
	}
}

int cards_find(struct cards *cards, const struct profile *profile,
    const struct pulls *pulls, struct arena *scratch)
{
	const struct graph *graph = profile_graph(profile);
	uint32_t n = 0;

	cards->items =
	    arena_array(scratch, graph->n_named, sizeof(*cards->items));
	cards->first = arena_array(
	    scratch, (size_t)profile->n_decls + 1, sizeof(*cards->first));
	if (!cards->items || !cards->first)
		return -ENOMEM;
	for (uint32_t i = 0; i < graph->n_named; i++) {
		const struct edge *edge = graph->named[i];

		/* Where `over` goes round there is no root. */
		if (edge->to->root)
			cards->items[n++] = (struct named_card){
				.root = edge->to->root,
				.device = edge->device,
				.scope = pulls_scope(pulls, edge),
			};
	}
	qsort(cards->items, n, sizeof(*cards->items), compare_cards);
	number_cards(cards, n);
	for (uint32_t i = 0; i < cards->n; i++)
		cards->first[cards->items[i].root->index + 1]++;
	for (uint32_t i = 0; i < profile->n_decls; i++)
		cards->first[i + 1] += cards->first[i];
	return 0;
}

uint32_t cards_count(const struct cards *cards, const struct decl *decl)
{
	const uint32_t *first = cards->first;

	return decl->root ? first[decl->root->index + 1] -
				first[decl->root->index]
			  : 0;
}

uint32_t cards_place(
    const struct cards *cards, const struct decl *decl, uint32_t scope)
{
	struct named_card probe = { .root = decl->root, .scope = scope };
	const struct named_card *card = bsearch(&probe, cards->items, cards->n,
	    sizeof(probe), compare_cards);

	assert(card);
	return card->place;
}

int cards_keep(const struct cards *cards, const struct profile *profile)
{
	struct graph *graph = profile->graph;
	struct named_card *items =
	    arena_array(profile->arena, cards->n, sizeof(*items));

	if (!items)
		return -ENOMEM;
	memcpy(items, cards->items, cards->n * sizeof(*items));
	graph->cards = items;
	graph->n_cards = cards->n;
	return 0;
}

static int compare_devices(const void *a, const void *b)
{
	const struct named_card *x = a, *y = b;

	if (x->root != y->root)
		return x->root->index < y->root->index ? -1 : 1;
	return strcmp(x->device, y->device);
}

uint32_t graph_card_place(const struct profile *profile,
    const struct decl *root, const char *device)
{
	const struct graph *graph = profile_graph(profile);
	struct named_card probe = { .root = root, .device = device };
	const struct named_card *card = NULL;

	if (graph->n_cards)
		card = bsearch(&probe, graph->cards, graph->n_cards,
		    sizeof(probe), compare_devices);
	return card ? card->place : 0;
}
