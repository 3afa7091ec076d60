/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cards, for resolver/ only: the instances of all templates with one root and
 * one device, in one block. A card is there while its device is, or a name
 * (a reference, a goal, a mask) needs one of its instances; or one is not
 * absent yet.
 */
#pragma once

#include "resolver/node.h"

/* The place of a reference NAME@DEVICE. */
struct named {
	const struct edge *edge;
	struct card *card;
	struct named *next; /* of the same card */
};

/* A device of a root template, with the instances that stand on it. */
struct card {
	struct decl *root;
	struct device_record *device; /* NULL while it is not present */
	struct named *named;          /* who refers to its instances by name */
	uint32_t n_pins;  /* references, goals and masks: keep it */
	uint32_t n_absent; /* nodes */
	uint32_t place;    /* whose ranks they have; see decl_rank() */
	uint32_t bytes;
	const char *key;
	bool *latches; /* as graph.h numbers them */
	struct card *copy; /* see clone.c */
	RB_ENTRY(card) by_key;
	struct list unused_link; /* to be freed when at rest */
	struct node nodes[]; /* behind them: words, latches, names */
};

RB_PROTOTYPE(card_by_key, card, by_key, );

/* See members.c. */
static inline uint64_t *card_words(struct card *card)
{
	return (uint64_t *)&card->nodes[card->root->edges->n_slots];
}

struct card_by_key *resolver_cards(
    const struct resolver *resolver, const struct decl *root);
/* NULL: there is no card of that key. */
struct card *card_find(
    const struct resolver *, const struct decl *root, const char *key);
/* A new card, all of it absent; node_count() is the caller's. */
struct card *card_new(struct resolver *, struct decl *root, const char *key);
/* The card, made if need be; NULL when out of memory. */
struct card *card_get(struct resolver *, struct decl *root, const char *key);
/* The card is no longer needed by a name (a goal or a mask). */
void card_unpin(struct card *card);
/* Frees cards that nothing needs any more. */
void cards_sweep(struct resolver *resolver);
/* All of them, whatever they are needed for. */
void cards_free(struct resolver *resolver);
