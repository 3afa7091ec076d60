/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A second resolver that is what the first one is, bit for bit: its memory is
 * copied, and what points into it led to the copy. That is many times as fast
 * as bringing another one to that state by inputs.
 *
 * What does not change (names, facts, devices' attributes, expanded values)
 * is shared: the first one has to stay as it is while the second is there.
 */
#include "resolver/card.h"
#include "resolver/device.h"
#include "resolver/node.h"
#include "resolver/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct clone {
	struct resolver *from, *to;
	bool failed; /* out of memory */
};

static void *copy_block(struct clone *clone, const void *block, size_t bytes)
{
	void *copy = block ? malloc(bytes) : NULL;

	if (copy)
		memcpy(copy, block, bytes);
	clone->failed |= block && !copy;
	return copy;
}

/* f(clone, card) for each card. */
static void each_card(struct clone *clone,
    void (*f)(struct clone *clone, struct card *card))
{
	const struct graph *graph = profile_graph(clone->from->profile);
	struct card *card;

	for (uint32_t i = 0; i < graph->n_roots; i++)
		RB_FOREACH (card, card_by_key,
		    resolver_cards(clone->from, graph->roots[i]))
			f(clone, card);
}

/* ---- the blocks ---- */

static void copy_card(struct clone *clone, struct card *card)
{
	card->copy = copy_block(clone, card, card->bytes);
}

static void copy_blocks(struct clone *clone)
{
	struct resolver *from = clone->from, *to = clone->to;
	const struct graph *graph = profile_graph(from->profile);
	size_t n = from->profile->n_decls;
	struct device_record *record;
	struct orphan *orphan;

	to->tops = copy_block(clone, from->tops, n * sizeof(*to->tops));
	to->cards = copy_block(clone, from->cards, n * sizeof(*to->cards));
	to->named = copy_block(clone, from->named,
	    (graph->n_named + 1) * sizeof(*to->named));
	to->latches = copy_block(clone, from->latches,
	    (graph->n_latches + 1) * sizeof(*to->latches));
	to->words = copy_block(
	    clone, from->words, (graph->n_words + 1) * sizeof(*to->words));
	each_card(clone, copy_card);
	RB_FOREACH (record, device_by_key, &from->devices)
		record->copy = copy_block(clone, record, record->bytes);
	list_for_each(orphan, &from->orphans, struct orphan, link)
		orphan->copy = copy_block(clone, orphan, orphan->bytes);
	clone->failed |= queues_reserve(to, 0) != 0;
}

static void free_card(struct clone *clone, struct card *card)
{
	(void)clone;
	free(card->copy);
}

/* They lead nowhere yet: all that there is is these blocks. */
static void free_blocks(struct clone *clone)
{
	struct resolver *from = clone->from, *to = clone->to;
	struct device_record *record;
	struct orphan *orphan;

	each_card(clone, free_card);
	RB_FOREACH (record, device_by_key, &from->devices)
		free(record->copy);
	list_for_each(orphan, &from->orphans, struct orphan, link)
		free(orphan->copy);
	free(to->tops);
	free(to->cards);
	free(to->named);
	free(to->latches);
	free(to->words);
	queues_clear(to);
	free(to);
}

/* ---- what points into them ---- */

static struct card *card_of(const struct card *card)
{
	return card ? card->copy : NULL;
}

static struct device_record *record_of(const struct device_record *record)
{
	return record ? record->copy : NULL;
}

static struct node *node_of(const struct clone *clone, const struct node *node)
{
	if (!node)
		return NULL;
	if (node->is_orphan)
		return &orphan_of((struct node *)node)->copy->node;
	if (node->card)
		return &node->card->copy->nodes[node->decl->slot];
	return resolver_top(clone->to, node->decl);
}

static struct named *named_of(
    const struct clone *clone, const struct named *named)
{
	return named ? &clone->to->named[named - clone->from->named] : NULL;
}

/* A single node, or else a card: see struct node. */
static const void *anchor_of(const struct clone *clone, const void *anchor)
{
	const struct top *tops = clone->from->tops;
	uintptr_t at = (uintptr_t)anchor - (uintptr_t)tops;

	if (!anchor)
		return NULL;
	if (at < clone->from->profile->n_decls * sizeof(*tops))
		return (const char *)clone->to->tops + at;
	return card_of(anchor);
}

/* What it has of its own, and what it points to. */
static void link_node(struct clone *clone, struct node *node)
{
	const struct factset *facts = node->facts, *kept = node->kept;

	node->resolver = clone->to;
	node->anchor = anchor_of(clone, node->anchor);
	node->device = record_of(node->device);
	node->facts = copy_block(clone, facts, facts ? facts->bytes : 0);
	node->kept = copy_block(clone, kept, kept ? kept->bytes : 0);
	clone->failed |= expansion_copy(node->expansion, &node->expansion) != 0;
	node->reason = copy_block(clone, node->reason,
	    node->reason ? strlen(node->reason) + 1 : 0);
	if (node_has_event(node))
		node->values = copy_block(clone, node->values,
		    node->values ? node->values->bytes : 0);
	else
		node->selected = node_of(clone, node->selected);
	node->first = node_of(clone, node->first);
	node->card = card_of(node->card);
	list_init(&node->pull_link);
	list_init(&node->walk_link);
}

/* In a tree of the same shape. of: what stands for an item in the copy. */
#define LINK_TREE(to, from, of, item, type, field)                      \
	do {                                                            \
		RB_ROOT(to) = of(RB_ROOT(from));                        \
		RB_FOREACH (item, type, from) {                         \
			RB_LEFT(of(item), field) =                      \
			    of(RB_LEFT(item, field));                   \
			RB_RIGHT(of(item), field) =                     \
			    of(RB_RIGHT(item, field));                  \
			RB_PARENT(of(item), field) =                    \
			    of(RB_PARENT(item, field));                 \
		}                                                       \
	} while (0)

static void link_card(struct clone *clone, struct card *card)
{
	struct card *copy = card->copy;

	copy->device = record_of(card->device);
	copy->named = named_of(clone, card->named);
	copy->latches = (bool *)(card_words(copy) +
		card->root->edges->n_card_words);
	list_init(&copy->unused_link);
	for (uint32_t i = 0; i < card->root->edges->n_slots; i++)
		link_node(clone, &copy->nodes[i]);
}

static void link_tops(struct clone *clone)
{
#define TOP_NODE(node) node_of(clone, node)
	for (uint32_t i = 0; i < clone->from->profile->n_decls; i++) {
		struct top *from = &clone->from->tops[i];
		struct top *to = &clone->to->tops[i];
		struct node *node;

		link_node(clone, &to->node);
		to->node.went = NULL;
		LINK_TREE(&to->available, &from->available, TOP_NODE, node,
		    node_by_name, by_name);
	}
#undef TOP_NODE
}

static void link_devices(struct clone *clone)
{
	struct resolver *from = clone->from, *to = clone->to;
	const struct graph *graph = profile_graph(from->profile);
	struct device_record *record;
	struct card *card;

	for (uint32_t i = 0; i < graph->n_roots; i++)
		LINK_TREE(resolver_cards(to, graph->roots[i]),
		    resolver_cards(from, graph->roots[i]), card_of, card,
		    card_by_key, by_key);
	LINK_TREE(&to->devices, &from->devices, record_of, record,
	    device_by_key, by_key);
	LINK_TREE(&to->ifindexes, &from->ifindexes, record_of, record,
	    device_by_ifindex, by_ifindex);
	RB_FOREACH (record, device_by_key, &to->devices) {
		record->card = card_of(record->card);
		record->node = node_of(clone, record->node);
	}
	for (uint32_t i = 0; i < graph->n_named; i++) {
		to->named[i].card = card_of(from->named[i].card);
		to->named[i].next = named_of(clone, from->named[i].next);
	}
}

/* Lists of nodes to be looked at, and of cards to be freed, by the next input:
 * before the first one they are not empty. */
static void link_lists(struct clone *clone)
{
	struct resolver *to = clone->to;
	struct node *node;
	struct card *card;

	list_init(&to->pulls);
	list_for_each(node, &clone->from->pulls, struct node, pull_link)
		list_append(&to->pulls, &node_of(clone, node)->pull_link);
	list_init(&to->unused);
	list_for_each(card, &clone->from->unused, struct card, unused_link)
		list_append(&to->unused, &card->copy->unused_link);
}

static void link_queue(
    struct clone *clone, const struct heap *from, struct heap *to)
{
	to->n = from->n;
	for (uint32_t i = 0; i < from->n; i++)
		to->items[i] = node_of(clone, from->items[i]);
}

/* Of what a reload has left over. */
static void link_orphans(struct clone *clone)
{
	struct resolver *to = clone->to;
	struct handover *handover, *copy;
	struct orphan *orphan;

	list_init(&to->orphans);
	list_for_each(orphan, &clone->from->orphans, struct orphan, link)
	{
		struct orphan *other = orphan->copy;

		link_node(clone, &other->node);
		other->heir = node_of(clone, orphan->heir);
		list_init(&other->link);
		list_append(&to->orphans, &other->link);
	}
	RB_INIT(&to->first_handovers);
	RB_INIT(&to->second_handovers);
	RB_FOREACH (handover, handover_by_first,
	    &clone->from->first_handovers) {
		copy = copy_block(clone, handover, sizeof(*handover));
		if (!copy)
			continue;
		copy->first = node_of(clone, handover->first);
		copy->second = node_of(clone, handover->second);
		RB_INSERT(handover_by_first, &to->first_handovers, copy);
		RB_INSERT(handover_by_second, &to->second_handovers, copy);
	}
}

static void link_all(struct clone *clone)
{
	struct resolver *from = clone->from, *to = clone->to;

	link_tops(clone);
	each_card(clone, link_card);
	link_devices(clone);
	link_lists(clone);
	link_orphans(clone);
	link_queue(clone, &from->dirty, &to->dirty);
	link_queue(clone, &from->due, &to->due);
	link_queue(clone, &from->timers, &to->timers);
}

int resolver_clone(const struct resolver *resolver, struct resolver **ret)
{
	/* Its blocks keep where their copies are: nothing anyone can see. */
	struct clone clone = { .from = (struct resolver *)resolver };

	clone.to = copy_block(&clone, resolver, sizeof(*resolver));
	if (!clone.to)
		return -ENOMEM;
	queues_init(clone.to);
	/* Of names that the profile does not have: for a reload. */
	clone.to->dormant = NULL;
	clone.to->former = NULL;
	copy_blocks(&clone);
	if (clone.failed) {
		free_blocks(&clone);
		return -ENOMEM;
	}
	link_all(&clone);
	if (clone.failed) {
		resolver_free(clone.to);
		return -ENOMEM;
	}
	*ret = clone.to;
	return 0;
}
