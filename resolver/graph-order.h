/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of influence, while it is looked for. For resolver/graph*.c only.
 *
 * Vertices are the declarations and, after them, the gates of in-order
 * groups; an edge leads from what is influenced to what influences it. Gate i
 * of a group names member i - 1 alone: through that member's own gate it comes
 * after all the earlier ones.
 *
 * Whom a gate leads to may be a large part of the profile, for each of many
 * gates. So at first all that a member may pull is taken for influenced, also
 * what an earlier one surely pulls. That takes no more than a shadow for each
 * declaration, of which its shadow and those of its pullers hang: it leads to
 * the gates of the groups that have one of them as a later member. An order
 * of that is one of the real influence too. Only groups that go round in it
 * are looked into, and lose their shadows for real leads.
 *
 * A vertex stands for all instances of a template. What goes round in that
 * need not where each instance has its own: a lead may be to one of them. (No
 * other edge can make that difference: each instance has it, so what goes
 * round by others does so from instance to instance, too.) So declarations
 * that still go round are split: their instances on each card that references
 * name have vertices of their own, and the declaration's is left for those on
 * all other cards. Two more stand for all of them: what names the template
 * from elsewhere waits for ALL, and FROM_ALL, for which each of them waits,
 * for the gates of members that may pull all.
 */
#pragma once

#include "resolver/graph-build.h"

/* Vertices of a split declaration, from its base. */
enum {
	ALL,
	FROM_ALL,
	FIRST_CARD, /* by card: the instance, then its gates */
};

/* A gate: between the members below `member` and that one. */
struct gate {
	const struct decl *group;
	uint32_t member;
	bool has_leads; /* they are known, each */
};

struct order {
	struct profile *profile;
	struct arena *scratch;
	struct pulls *pulls;
	struct gate *gates;
	uint32_t n_gates;
	uint32_t n_shadows; /* none without gates */
	struct cards cards; /* split ones have the last vertices */
	uint32_t n_split;   /* vertices */
	struct leads leads; /* of the groups that have been looked into */
	/* By index: those that are never up, and why that is looked at; or
	 * NULL. See graph-absent.c. */
	const bool *is_dead;
	const char *when;
	struct digraph graph;
	uint32_t *component, n_components;
};

static inline uint32_t count_gates(const struct decl *decl)
{
	return decl_n_ranks(decl) - 1;
}

/* The first of the vertices of a split declaration; 0: it is not split. */
static inline uint32_t order_base(
    const struct order *order, const struct decl *decl)
{
	return order->cards.base ? order->cards.base[decl->index] : 0;
}

/* ---- graph-vertices.c ---- */

/* The gates of all in-order groups. 0 or -ENOMEM. */
int order_find_gates(struct order *order);
/* The vertex of its instance of that scope. */
uint32_t order_vertex(
    const struct order *order, const struct decl *decl, uint32_t scope);
/* Makes the graph, and finds what goes round in it. 0 or -ENOMEM. */
int order_components(struct order *order);

/* ---- graph-absent.c ---- */

/* Of an order with is_dead: what the edge leads to is never up. */
bool order_is_lost(const struct order *order, const struct edge *edge);

/*
 * Looks for an order without devices for those templates whose cards have been
 * taken to pull something elsewhere. `decls`: each after its prerequisites and
 * members. 0, with diagnostics if there is none; or -ENOMEM, -EINVAL.
 */
int order_without_devices(const struct order *order,
    struct decl *const *decls, struct diagnostics *diagnostics);

/* ---- graph-order.c ---- */

/* Finds the order, or what goes round. 0, -EINVAL with diagnostics, -ENOMEM;
 * order_clear() in each case. */
int order_find(struct order *order, struct diagnostics *diagnostics);
void order_clear(struct order *order);

/* ---- graph-round.c ---- */

/* Reports a cycle of each component that has any. 0 or -ENOMEM. */
int order_report(struct order *order, struct diagnostics *diagnostics);
