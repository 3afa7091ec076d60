/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of several ways to the same place is preferred: as the profile's `any`
 * groups list them. The metrics of default routes are made of it, so that
 * ways live side by side, and the kernel takes the one that the groups select.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "resolver/graph-build.h"
#include "resolver/card.h"
#include "resolver/node.h"

enum { INSTANCES_MAX = 100 };

struct places {
	struct profile *profile;
	bool *is_inner, *is_placed; /* by declaration */
	/* Of declarations; from n_decls on: of references NAME@DEVICE. */
	struct numbers stack;
	uint32_t next;
};

static bool is_group(const struct decl *decl)
{
	return decl->schema->flags & SCHEMA_GROUP;
}

/* What it stands on, whichever card that is on; or NULL. */
static const struct ref *over(const struct decl *decl)
{
	return decl->over.n && decl->over.items[0].decl ? &decl->over.items[0]
							: NULL;
}

/* The last on top, so that the first is looked at first. */
static int push_members(struct places *p, const struct decl *group)
{
	for (uint32_t i = group->of.n; i-- > 0;) {
		const struct edge *member = graph_member(group, i);
		uint32_t number = member->device
		    ? p->profile->n_decls + member->named
		    : member->to->index;

		if (numbers_push(&p->stack, number))
			return -ENOMEM;
	}
	return 0;
}

/* Marks what members of some `any` are, or stand on. */
static int find_inner(struct places *p)
{
	for (uint32_t i = 0; i < p->profile->n_decls; i++) {
		const struct decl *any = &p->profile->decls[i];

		if (any->schema == &schema_any && push_members(p, any))
			return -ENOMEM;
		while (p->stack.n) {
			uint32_t index = p->stack.items[--p->stack.n];
			const struct decl *decl = &p->profile->decls[index];
			const struct ref *below;

			if (index >= p->profile->n_decls || p->is_inner[index])
				continue;
			p->is_inner[index] = true;
			below = over(decl);
			if (is_group(decl)
				? push_members(p, decl)
				: below && numbers_push(&p->stack,
					       below->decl->index))
				return -ENOMEM;
		}
	}
	return 0;
}

/* The next place is that of the member and of what it stands on; a group
 * down there has further ones. */
static int place_member(struct places *p, struct decl *decl)
{
	const struct ref *below;

	for (; decl && !is_group(decl) && !p->is_placed[decl->index];
	    decl = below ? below->decl : NULL) {
		p->is_placed[decl->index] = true;
		decl->preference = p->next;
		below = over(decl);
	}
	p->next++;
	return decl && is_group(decl) ? numbers_push(&p->stack, decl->index)
				      : 0;
}

static int place(struct places *p, uint32_t number)
{
	struct decl *decl = &p->profile->decls[number];

	if (number >= p->profile->n_decls) {
		struct graph *graph = p->profile->graph;

		number -= p->profile->n_decls;
		graph->named_places[number] = ++p->next;
		graph->named[number]->to->has_named_place = true;
		return 0;
	}
	if (p->is_placed[number])
		return 0;
	if (!is_group(decl))
		return place_member(p, decl);
	p->is_placed[number] = true;
	return push_members(p, decl);
}

static int place_group(struct places *p, const struct decl *any)
{
	int r = numbers_push(&p->stack, any->index);

	while (!r && p->stack.n)
		r = place(p, p->stack.items[--p->stack.n]);
	return r;
}

static int place_all(struct places *p)
{
	struct graph *graph = p->profile->graph;
	int r;

	graph->named_places = arena_array(p->profile->arena, graph->n_named,
	    sizeof(*graph->named_places));
	r = graph->named_places ? find_inner(p) : -ENOMEM;

	for (uint32_t i = 0; i < p->profile->n_decls && !r; i++) {
		struct decl *decl = &p->profile->decls[i];

		if (decl->schema == &schema_any && !p->is_inner[i])
			r = place_group(p, decl);
	}
	for (uint32_t i = 0; i < p->profile->n_decls && !r; i++) {
		struct decl *decl = &p->profile->decls[i];

		if (decl->schema->flags & SCHEMA_ROUTES && !p->is_placed[i])
			decl->preference = p->next++;
	}
	return r;
}

int graph_prefer(struct profile *profile, struct arena *scratch)
{
	struct places places = {
		.profile = profile,
		.is_inner = arena_array(
		    scratch, profile->n_decls, sizeof(*places.is_inner)),
		.is_placed = arena_array(
		    scratch, profile->n_decls, sizeof(*places.is_placed)),
	};
	int r = places.is_inner && places.is_placed ? place_all(&places)
						    : -ENOMEM;

	free(places.stack.items);
	return r;
}

/* How many instances come before it, at most 99. */
static uint32_t instance_place(const struct node *node)
{
	struct card *card = node->card;
	uint32_t n = 0;

	while (n < INSTANCES_MAX - 1 &&
	    (card = RB_PREV(card_by_key,
		 resolver_cards(node->resolver, node->decl->root), card)))
		n += !card->nodes[node->decl->slot].is_absent;
	return n;
}

/* From 1, of an instance that a group lists as NAME@DEVICE; or 0. */
static uint32_t named_place(const struct node *node)
{
	const struct graph *graph = profile_graph(node->resolver->profile);

	if (!node->decl->has_named_place)
		return 0;
	for (uint32_t i = 0; i < graph->n_named; i++)
		if (graph->named_places[i] &&
		    graph->named[i]->to == node->decl &&
		    !strcmp(graph->named[i]->device, node->card->key))
			return graph->named_places[i];
	return 0;
}

uint32_t node_preference(const struct node *node)
{
	uint32_t place = node->card ? named_place(node) : 0;

	if (place)
		return (place - 1) * INSTANCES_MAX;
	place = node->decl->preference * INSTANCES_MAX;
	return node->card ? place + instance_place(node) : place;
}
