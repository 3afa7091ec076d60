/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Influence when there is no device for a template.
 *
 * A member of an in-order group surely pulls what the instances pull that it
 * needs, but only while there are some. Without, a later member may be the one
 * that pulls it, and what it influences may be what the gate waits for:
 *
 *     t: { match: ..., wants: x }        without a device pulls nothing
 *     a: { wants: t, when: x }           so that x is up only through b,
 *     b: { requires: x }                 which is let go when a is up
 *     g: { of: [a, b], try: in-order }
 *
 * So the graph is looked at once more as it is then: what stands on such a
 * template, or needs what does, is never up, and influences nobody.
 */
#include <errno.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/diagnostic.h"
#include "resolver/graph-order.h"

/* All sets of so many templates are looked at; of more, each of so many alone,
 * and all at once. */
enum { SETS_OF = 4, ALONE_MAX = 16 };

/* Sets of roots are bits, by their places; this is the one of all. */
static const uint32_t EVERY = UINT32_MAX;

struct absent {
	const struct order *order;
	struct decl *const *decls;
	const struct decl **roots; /* of exits */
	uint32_t n_roots;
	bool *is_absent; /* by index: it has no instance */
	bool *is_dead;   /* and what is never up for that */
	struct diagnostics *diagnostics;
};

/* Without what it refers to it is not up. An `any`: without any of them. */
static bool is_dead(const struct absent *absent, const struct decl *decl)
{
	const struct edges *edges = decl->edges;
	bool has_member = false, has_live = false;

	if (absent->is_absent[decl->index])
		return true;
	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *edge = &edges->down[i];
		bool is_lost = absent->is_dead[edge->to->index];

		if (edge_is_prerequisite(edge) && is_lost)
			return true;
		if (edge->role != EDGE_OF)
			continue;
		has_member = true;
		has_live |= !is_lost;
		if (is_lost && decl->schema == &schema_all)
			return true;
	}
	return has_member && !has_live;
}

static int look(struct absent *absent, const char *when)
{
	const struct order *all = absent->order;
	struct order order = {
		.profile = all->profile,
		.scratch = all->scratch,
		.pulls = all->pulls,
		.is_dead = absent->is_dead,
		.when = when,
	};
	int r;

	for (uint32_t i = 0; i < all->profile->n_decls; i++) {
		const struct decl *decl = absent->decls[i];

		absent->is_dead[decl->index] = is_dead(absent, decl);
	}
	pulls_begin(all->pulls, absent->is_absent);
	r = order_find(&order, absent->diagnostics);
	if (!r)
		r = order_report(&order, absent->diagnostics);
	order_clear(&order);
	return r;
}

static bool is_in(uint32_t set, uint32_t place)
{
	return set == EVERY || (place < ALONE_MAX && set & 1u << place);
}

/* Without devices for the roots of that set. */
static int look_without(struct absent *absent, uint32_t set)
{
	const struct profile *profile = absent->order->profile;
	_cleanup_(text_clear) struct text when = { 0 };
	const char *before = "while no device is there for ";

	for (uint32_t i = 0; i < profile->n_decls; i++)
		absent->is_absent[i] = false;
	for (uint32_t i = 0; i < absent->n_roots; i++) {
		const struct decl *root = absent->roots[i];

		if (!is_in(set, i))
			continue;
		text_printf(&when, "%s'%s'", before, root->name);
		before = " and ";
		absent->is_absent[root->index] = true;
	}
	for (uint32_t i = 0; i < profile->n_decls; i++)
		if (profile->decls[i].root)
			absent->is_absent[i] =
			    absent->is_absent[profile->decls[i].root->index];
	return when.failed ? -ENOMEM : look(absent, when.data);
}

static int look_at_all(struct absent *absent)
{
	uint32_t n_errors = absent->diagnostics->n_errors;
	uint32_t n = absent->n_roots;
	uint32_t n_sets = n <= SETS_OF ? (1u << n) - 1
			: n < ALONE_MAX ? n : ALONE_MAX;
	int r = 0;

	for (uint32_t i = 0; i < n_sets && !r; i++) {
		r = look_without(absent, n <= SETS_OF ? i + 1 : 1u << i);
		if (absent->diagnostics->n_errors > n_errors)
			return r; /* of the smallest set: that will do */
	}
	if (!r && n > SETS_OF)
		r = look_without(absent, EVERY);
	return r;
}

int order_without_devices(const struct order *order,
    struct decl *const *decls, struct diagnostics *diagnostics)
{
	const bool *is_exit = pulls_exits(order->pulls);
	uint32_t n = order->profile->n_decls;
	struct absent absent = {
		.order = order,
		.decls = decls,
		.roots = arena_array(
		    order->scratch, n, sizeof(struct decl *)),
		.is_absent = arena_array(order->scratch, n, 1),
		.is_dead = arena_array(order->scratch, n, 1),
		.diagnostics = diagnostics,
	};

	if (!absent.roots || !absent.is_absent || !absent.is_dead)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		if (is_exit[i])
			absent.roots[absent.n_roots++] =
			    &order->profile->decls[i];
	return absent.n_roots ? look_at_all(&absent) : 0;
}
