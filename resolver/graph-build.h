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

/* Which of a declaration's instances are meant. */
enum {
	SCOPE_WHOLE, /* a single node; all instances of a template */
	SCOPE_CARD,  /* that on the card of an in-order group; of a vertex:
		      * those on cards that have none of their own */
	SCOPE_NAMED, /* and up, one each: that on a device named */
};

/* That of the instance which a reference NAME@DEVICE names. */
uint32_t pulls_scope(const struct pulls *pulls, const struct edge *edge);

/* Whom the gates of an in-order group lead to. */
struct lead {
	uint32_t decl, scope;
	uint32_t gate; /* vertex */
};

struct leads {
	struct lead *items; /* from malloc */
	uint32_t n, capacity;
};

/* Adds those of the gates of the group, or of its instance on the card of that
 * scope; `gate` is the first. 0, -ENOMEM, -E2BIG: the calls so far have taken
 * too many steps. */
int pulls_leads(struct pulls *pulls, const struct decl *group, uint32_t scope,
    uint32_t gate, struct leads *leads);

/* A card of the root, or (no device) all of them: what members of in-order
 * groups surely pull has been found through it. */
struct exit {
	const struct decl *root;
	const char *device;
	uint32_t item;
};

/* The one after that, or, of {0}, the first; always in the same order. False:
 * there is none. */
bool pulls_next_exit(const struct pulls *pulls, struct exit *exit);

/* From now on: that card, or all of them, is not there. */
void pulls_set_absent(
    struct pulls *pulls, const struct exit *exit, bool is_absent);
/* The declaration's instance of that scope is not there. */
bool pulls_is_absent(
    const struct pulls *pulls, const struct decl *decl, uint32_t scope);
/* Steps are counted anew. */
void pulls_begin(struct pulls *pulls);

/* A vertex of influence: a declaration, or a gate of it; or those of its
 * instances on some card. */
struct vertex {
	const struct decl *decl;
	uint32_t gate;      /* or 0 */
	uint32_t scope;     /* CARD: some have vertices of their own */
	const char *device; /* with a scope NAMED, else NULL */
};

/*
 * How the member whose gate that is may come to pull the declaration of `to`,
 * to which the gate leads: the edges from the member on, none if it is the
 * member. 0, and *ret, to be freed; or -ENOMEM.
 */
int pulls_explain(struct pulls *pulls, const struct vertex *gate,
    const struct vertex *to, const struct edge ***ret, uint32_t *ret_n);

/* ---- graph-cards.c: cards that references name ---- */

struct cards {
	struct named_card *items; /* by root, then by scope */
	uint32_t n;
	uint32_t *first; /* by index of the root: its first; n_decls + 1 */
	/* By index of a declaration: the first vertex of those that are split,
	 * else 0. See graph-order.c. */
	uint32_t *base;
	struct numbers split; /* their indices, by base */
};

/* Finds the cards. 0 or -ENOMEM; free cards->split in both cases. */
int cards_find(struct cards *cards, const struct profile *profile,
    const struct pulls *pulls, struct arena *scratch);
/* So many cards of its root are named. */
uint32_t cards_count(const struct cards *cards, const struct decl *decl);
/* The place of the card on which that scope has the declaration; from 1. */
uint32_t cards_place(
    const struct cards *cards, const struct decl *decl, uint32_t scope);
/* Hands them to the graph. 0 or -ENOMEM. */
int cards_keep(const struct cards *cards, const struct profile *profile);

/* ---- graph-order.c: ranks ---- */

/*
 * Ranks the declarations and gates; reports cycles. *ret_order: the
 * declarations, each after its prerequisites and members. 0, -EINVAL with
 * diagnostics, -ENOMEM.
 */
int graph_order(struct profile *profile, struct arena *scratch,
    struct pulls *pulls, struct diagnostics *diagnostics,
    struct decl ***ret_order);

/* ---- graph-cycle.c ---- */

struct cycle {
	/* Each waits for the next, the last for the first, which is no gate. */
	const struct vertex *path;
	uint32_t n;
	const char *when; /* it is so, or NULL: always */
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
