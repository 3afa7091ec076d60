/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The graph of a profile: what never changes while the profile is in force.
 * References become edges, stored at both ends; every declaration gets a
 * rank and a level (the longest way down through prerequisites and members).
 *
 * Ranks order the declarations, and the gates of in-order groups, along the
 * influence edges of the design ("Convergence"): what may change the state or
 * the pull of another has a lower rank. Gate i (from 1) of an in-order group
 * stands between its members below i and whatever its member i may pull that
 * none of those surely pulls. A profile whose influence edges have a cycle is
 * refused.
 *
 * Instances of a template have one rank, but for those on a card that some
 * reference NAME@DEVICE names: where an order needs it, these have their own,
 * and the declaration's is that of all other instances.
 *
 * Pulls alone may go round (a `wants` b, b requires a): the declarations of
 * such a ring, a strongly connected part of the pull edges, have its number,
 * and are pulled only while something outside pulls one of them.
 *
 * A declaration has a root when it is a template: the node with `match` that
 * its `over` chain ends at. All declarations with one root have an instance
 * per card (device) of that root; slot tells which of the card's nodes it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "resolver/profile.h"

enum edge_role {
	EDGE_REQUIRES,
	EDGE_OVER,
	EDGE_WANTS,
	EDGE_AFTER,
	EDGE_OF,   /* group -> member */
	EDGE_KEY_REQUIRES, /* a kind's own key: as requires */
	EDGE_KEY_PULLS,    /* as wants, and told as they come and go */
	EDGE_FOLLOWS,      /* told of its facts; nothing else */
	EDGE_EVENT, /* node -> node whose up, down or failed it listens to */
	EDGE_WHEN, /* node -> node in its condition; implies after. Last */
};

/* One reference: `from` names `to`. */
struct edge {
	struct decl *from, *to;
	const char *device; /* of a reference NAME@DEVICE, else NULL */
	/* Of the reference in its list. EVENT: twice the place in
	 * decl->latches, and one more for its `until`; or EVENT_IS_TASK: it is
	 * on_event. */
	uint32_t index;
	uint32_t named : 27; /* with device: which of the named edges */
	enum edge_role role : 4;
	bool is_same_card : 1; /* from's instance means to's on its card */
};

/* All edges of a profile, so that `named` has room. */
#define EDGES_MAX (1u << 27)

#define EVENT_IS_TASK UINT32_MAX

static inline bool edge_is_prerequisite(const struct edge *edge)
{
	return edge->role == EDGE_REQUIRES || edge->role == EDGE_OVER ||
	       edge->role == EDGE_KEY_REQUIRES;
}

/* What pulls: a prerequisite, a want, a group's member. */
static inline bool edge_is_pull(const struct edge *edge)
{
	return edge_is_prerequisite(edge) || edge->role == EDGE_WANTS ||
	       edge->role == EDGE_OF || edge->role == EDGE_KEY_PULLS;
}

/* The reference that the edge was made of. */
const struct ref *edge_ref(const struct edge *edge);

/* Of an edge of role EVENT: what it listens for. */
static inline const struct trigger *edge_trigger(const struct edge *edge)
{
	const struct decl *decl = edge->from;

	if (edge->index == EVENT_IS_TASK)
		return decl->on_event;
	return edge->index % 2 ? &decl->latches[edge->index / 2].until
			       : &decl->latches[edge->index / 2].from;
}

/* What orders only. */
static inline bool edge_is_after(const struct edge *edge)
{
	return edge->role == EDGE_AFTER || edge->role == EDGE_WHEN;
}

struct edges {
	uint32_t rank;
	uint32_t ring : 31; /* from 1; 0: it is on none */
	/* A member after the first of an in-order group may pull it. */
	bool is_fallback : 1;
	uint32_t n_down, n_up;
	struct edge *down; /* what this declaration refers to */
	/* Who refers to it, without references NAME@DEVICE. */
	const struct edge **up;
	union {
		/* Of an in-order group: the ranks of its gates; [0] is not
		 * used. */
		const uint32_t *gate_ranks;
		/* Of a root, which is no group: the declarations of its
		 * cards, by slot. */
		struct decl **slots;
	};
	uint32_t n_slots;
	uint32_t n_card_latches; /* of all of them, on each card */
	union {
		uint32_t n_card_words; /* the same, of sets of members */
		uint32_t members_at;   /* of an `any`: its sets, among those
					* of its card or of the graph */
	};
	/* Of its instances on cards with a place, by that, from 1: their rank,
	 * then those of their gates; or NULL: they have the ranks above. */
	const uint32_t *card_ranks;
};

/* A card that references name: the instances of a root on that device. */
struct named_card {
	const struct decl *root;
	const char *device;
	uint32_t scope; /* see graph-build.h */
	uint32_t place; /* among those of the root, from 1 */
};

/* Who listens to an event that `netconf emit` may name. */
struct listener {
	const char *event;
	struct decl *decl;
	uint32_t index; /* as edge->index of EVENT */
};

struct graph {
	uint32_t n_named;
	const struct edge **named; /* the references NAME@DEVICE */
	uint32_t *named_places; /* of each, in the order of preference, from
				 * 1; 0: it has none. See preference.c */
	uint32_t n_cards;
	/* By root, then by device; none where no instance has a rank of its
	 * own. */
	const struct named_card *cards;
	uint32_t n_roots;
	struct decl **roots; /* with `match`, in the profile's order */
	uint32_t n_owners;
	struct decl **owners; /* with `device`, sorted by it */
	uint32_t n_givers;
	struct decl **givers; /* of those that give it a name, by that */
	uint32_t n_latches;  /* those that are on no card */
	uint32_t n_words;    /* the same, of sets of members */
	uint32_t n_listeners;
	const struct listener *listeners; /* by event, then by profile order */
};

static inline const struct graph *profile_graph(const struct profile *profile)
{
	return profile->graph;
}

/* The declaration bound by `device:` to that device, or NULL. */
struct decl *graph_device_owner(
    const struct profile *profile, const char *device);

/* The place of the root's card on that device; 0: it has none. */
uint32_t graph_card_place(const struct profile *profile,
    const struct decl *root, const char *device);

/* So many ranks: its own, and those of its gates. */
static inline uint32_t decl_n_ranks(const struct decl *decl)
{
	return decl->is_in_order && decl->of.n ? decl->of.n : 1;
}

/* The rank of the gate, or (0) of the node itself: of the instance on the card
 * of that place; 0: a card without one, or a single node. */
static inline uint32_t decl_rank(
    const struct decl *decl, uint32_t place, uint32_t gate)
{
	const struct edges *edges = decl->edges;

	if (place && edges->card_ranks)
		return edges->card_ranks[(place - 1) * decl_n_ranks(decl) +
					 gate];
	return gate ? edges->gate_ranks[gate] : edges->rank;
}

/* The one that is bound to a device and calls it so, or NULL. */
struct decl *graph_name_giver(const struct profile *profile, const char *name);

/* The first of those who listen to that event, and how many; NULL: nobody. */
const struct listener *graph_listeners(
    const struct profile *profile, const char *event, uint32_t *ret_n);

/* The event that somebody listens to and is spelled most like that one; NULL:
 * none is, or out of memory. */
const char *graph_nearest_event(
    const struct profile *profile, const char *event);
