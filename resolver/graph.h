/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The graph of a profile: what never changes while the profile is in force.
 * References become edges, stored at both ends; every declaration gets a
 * rank (prerequisites, conditions, members and `after` have lower ranks) and
 * a level (the longest way down through prerequisites).
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
	EDGE_WHEN, /* node -> node in its condition; implies after */
};

/* One reference: `from` names `to`. */
struct edge {
	struct decl *from, *to;
	enum edge_role role;
	bool is_same_card;  /* from's instance means to's on the same card */
	uint32_t index;     /* of the reference in its list */
	const char *device; /* of a reference NAME@DEVICE, else NULL */
	uint32_t named;     /* then: which of the profile's named edges */
};

static inline bool edge_is_prerequisite(const struct edge *edge)
{
	return edge->role == EDGE_REQUIRES || edge->role == EDGE_OVER;
}

/* What pulls: a prerequisite, a want, a group's member. */
static inline bool edge_is_pull(const struct edge *edge)
{
	return edge_is_prerequisite(edge) || edge->role == EDGE_WANTS ||
	       edge->role == EDGE_OF;
}

/* What orders only. */
static inline bool edge_is_after(const struct edge *edge)
{
	return edge->role == EDGE_AFTER || edge->role == EDGE_WHEN;
}

struct edges {
	uint32_t rank;
	uint32_t n_down, n_up;
	struct edge *down; /* what this declaration refers to */
	/* Who refers to it, without references NAME@DEVICE. */
	const struct edge **up;
	/* Of a root: the declarations of its cards, by slot. */
	uint32_t n_slots;
	struct decl **slots;
};

struct graph {
	uint32_t n_named;
	const struct edge **named; /* the references NAME@DEVICE */
	uint32_t n_roots;
	struct decl **roots; /* with `match`, in the profile's order */
	uint32_t n_owners;
	struct decl **owners; /* with `device`, sorted by it */
};

static inline const struct graph *profile_graph(const struct profile *profile)
{
	return profile->graph;
}

/* The declaration bound by `device:` to that device, or NULL. */
struct decl *graph_device_owner(
    const struct profile *profile, const char *device);
