/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cards: the instances that stand on one device. */
#include "resolver/card.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int compare_cards(const struct card *a, const struct card *b)
{
	return text_compare_names(a->key, b->key);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
RB_GENERATE(card_by_key, card, by_key, compare_cards)
#pragma GCC diagnostic pop

struct card_by_key *resolver_cards(
    const struct resolver *resolver, const struct decl *root)
{
	return &resolver->cards[root->index];
}

struct card *card_find(const struct resolver *resolver,
    const struct decl *root, const char *key)
{
	struct card *card = RB_ROOT(resolver_cards(resolver, root));

	while (card) {
		int order = text_compare_names(key, card->key);

		if (!order)
			return card;
		card = order < 0 ? RB_LEFT(card, by_key)
				 : RB_RIGHT(card, by_key);
	}
	return NULL;
}

struct card *card_new(
    struct resolver *resolver, struct decl *root, const char *key)
{
	const struct edges *edges = root->edges;
	size_t key_length = strlen(key);
	size_t bytes = sizeof(struct card) +
		       edges->n_slots * sizeof(struct node) + key_length + 1 +
		       edges->n_card_words * sizeof(uint64_t) +
		       edges->n_card_latches * sizeof(bool);

	for (uint32_t i = 0; i < edges->n_slots; i++)
		bytes += strlen(edges->slots[i]->name) + key_length + 2;
	if (queues_reserve(resolver, edges->n_slots))
		return NULL;
	struct card *card = bytes <= UINT32_MAX ? calloc(1, bytes) : NULL;
	if (!card)
		return NULL;
	char *at;

	card->root = root;
	card->place = graph_card_place(resolver->profile, root, key);
	card->latches = (bool *)(card_words(card) + edges->n_card_words);
	at = (char *)&card->latches[edges->n_card_latches];
	card->key = at;
	card->bytes = (uint32_t)bytes;
	card->n_absent = edges->n_slots;
	at = (char *)mempcpy(at, key, key_length) + 1;
	list_init(&card->unused_link);
	for (uint32_t i = 0; i < edges->n_slots; i++) {
		struct decl *decl = edges->slots[i];

		node_init(&card->nodes[i], resolver, decl, card, at);
		at = stpcpy(at, decl->name);
		*at++ = '@';
		at = (char *)mempcpy(at, key, key_length) + 1;
	}
	RB_INSERT(card_by_key, resolver_cards(resolver, root), card);
	resolver->n_made += edges->n_slots;
	resolver->stats.bytes += bytes;
	return card;
}

struct card *card_get(
    struct resolver *resolver, struct decl *root, const char *key)
{
	struct card *card = card_find(resolver, root, key);

	if (card)
		return card;
	card = card_new(resolver, root, key);
	if (!card)
		return NULL;
	/* All are absent: those on the card see no one available. */
	for (uint32_t i = 0; i < root->edges->n_slots; i++)
		node_count(&card->nodes[i]);
	list_append(&resolver->unused, &card->unused_link);
	return card;
}

void card_unpin(struct card *card)
{
	struct resolver *resolver = card->nodes[0].resolver;

	if (--card->n_pins || card->n_absent < card->root->edges->n_slots ||
	    !list_is_empty(&card->unused_link))
		return;
	list_append(&resolver->unused, &card->unused_link);
}

static void card_free(struct resolver *resolver, struct card *card)
{
	RB_REMOVE(
	    card_by_key, resolver_cards(resolver, card->root), card);
	for (uint32_t i = 0; i < card->root->edges->n_slots; i++) {
		node_set_facts(&card->nodes[i], NULL);
		node_set_values(&card->nodes[i], NULL);
		node_drop_kept(&card->nodes[i]);
		node_set_expansion(&card->nodes[i], NULL);
		node_set_reason(&card->nodes[i], NULL);
	}
	resolver->n_made -= card->root->edges->n_slots;
	resolver->stats.bytes -= card->bytes;
	free(card);
}

void cards_sweep(struct resolver *resolver)
{
	struct card *card;

	while ((card = list_pop(&resolver->unused, struct card, unused_link)))
		if (!card->device && !card->n_pins &&
		    card->n_absent == card->root->edges->n_slots)
			card_free(resolver, card);
}

void cards_free(struct resolver *resolver)
{
	const struct graph *graph = profile_graph(resolver->profile);

	for (uint32_t i = 0; i < graph->n_roots && resolver->cards; i++) {
		struct card_by_key *cards =
		    resolver_cards(resolver, graph->roots[i]);
		struct card *card, *next;

		RB_FOREACH_SAFE (card, card_by_key, cards, next)
			card_free(resolver, card);
	}
}
