/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the steps of graph_build() share. For resolver/graph*.c only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "resolver/digraph.h"
#include "resolver/graph.h"

struct arena;

/* The list that holds the references of that role; not of EVENT. */
const struct refs *decl_refs(const struct decl *decl, enum edge_role role);

/* Does what `to` is change what `from` may be? See "Convergence". */
static inline bool edge_is_influence(const struct edge *edge)
{
	return edge_is_prerequisite(edge) || edge_is_after(edge) ||
	       edge->role == EDGE_OF ||
	       (edge->role == EDGE_EVENT && edge->index != EVENT_IS_TASK);
}

/* An in-order group's member, as an edge. */
const struct edge *graph_member(const struct decl *group, uint32_t member);

/* A growing list of numbers, from malloc. Starts as {0}. */
struct numbers {
	uint32_t *items, n, capacity;
};

/* 0 or -ENOMEM. */
int numbers_push(struct numbers *numbers, uint32_t number);

/* ---- graph-makers.c ---- */

/* Finds those that give their device a name. Reports nodes whose device is to
 * have a name that is not good or another's. 0 or -ENOMEM. */
int graph_makers(struct profile *profile, struct arena *scratch,
    struct diagnostics *diagnostics);

/* ---- graph-rings.c: where pulls go round ---- */

/*
 * Finds the rings (edges->ring) and what in-order groups may fall back to
 * (edges->is_fallback). Of each declaration, by index: its part, strongly
 * connected by pulls, and the lowest part below it; the parts of all that it
 * may pull lie between. They are in the scratch arena. 0 or -ENOMEM.
 */
int graph_rings(struct profile *profile, struct arena *scratch,
    const uint32_t **ret_part, const uint32_t **ret_lowest);

/* ---- graph-pulls.c: what pulls what ---- */

struct pulls;

/* Prepares for what follows, with graph_rings(). Wants the edges with
 * is_same_card and named. 0 or -ENOMEM; pulls_free() in both cases. */
int pulls_new(
    struct profile *profile, struct arena *scratch, struct pulls **ret);
struct pulls *pulls_free(struct pulls *pulls);

/* Whom the gates of an in-order group lead to: a pair each. */
struct lead {
	uint32_t decl, gate; /* indices; the first gate is 0 */
};

struct leads {
	struct lead *items; /* from malloc */
	uint32_t n, capacity;
};

/* Adds those of the group's gates, of which `gate` is the first. 0, -ENOMEM,
 * -E2BIG: the calls so far have taken too many steps. */
int pulls_leads(struct pulls *pulls, const struct decl *group, uint32_t gate,
    struct leads *leads);

/*
 * How that member of the group may come to pull the declaration, to which its
 * gate leads: the edges from the member on, none if it is the member. 0, and
 * *ret, to be freed; or -ENOMEM.
 */
int pulls_explain(struct pulls *pulls, const struct decl *group,
    uint32_t member, const struct decl *decl, const struct edge ***ret,
    uint32_t *ret_n);

/* ---- graph-order.c: ranks ---- */

/* A gate: between the members below `member` and that one. */
struct gate {
	const struct decl *group;
	uint32_t member;
	bool has_leads; /* they are known, each */
};

/*
 * Ranks the declarations and gates; reports cycles. *ret_order: the
 * declarations by rank. 0, -EINVAL with diagnostics, -ENOMEM.
 */
int graph_order(struct profile *profile, struct arena *scratch,
    struct pulls *pulls, struct diagnostics *diagnostics,
    struct decl ***ret_order);

/* ---- graph-cycle.c ---- */

struct cycle {
	const struct profile *profile;
	const struct gate *gates; /* vertices n_decls and up */
	const uint32_t *path;     /* each waits for the next, the last for
				   * the first, which is a declaration */
	uint32_t n;
};

/* Reports it, with every node and edge on it, and which edge to drop. */
int cycle_report(const struct cycle *cycle, struct pulls *pulls,
    struct diagnostics *diagnostics);

/* ---- preference.c: places in the order of preference ---- */

/* Wants no cycles. 0 or -ENOMEM. */
int graph_prefer(struct profile *profile, struct arena *scratch);

/* ---- graph-listen.c: latches, listeners ---- */

/* Wants the roots. 0 or -ENOMEM. */
int graph_listen(struct profile *profile, struct graph *graph);
