/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Influence when there is no device for a template, or not that one.
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
 * template, or needs what does, is never up, and influences nobody. Where it
 * is `t@eth0` that pulls, t may have other devices while eth0 is not there.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/diagnostic.h"
#include "resolver/graph-order.h"

/* All sets of so many exits are looked at, and of more in a small profile: a
 * tenth of a second. Else each of so many alone, and all at once. */
enum { SETS_OF = 4, ALONE_MAX = 16 };
static const uint32_t SMALL_MAX = 100000; /* sets by declarations */

/* Sets of exits are bits, by their places; this is the one of all. */
static const uint32_t EVERY = UINT32_MAX;

struct absent {
	const struct order *order;
	struct decl *const *decls;
	struct exit *exits;
	uint32_t n_exits;
	bool *is_dead; /* by index: what is never up then */
	struct diagnostics *diagnostics;
};

/* Without what it refers to it is not up. An `any`: without any of them. */
static bool is_dead(const struct order *order, const struct decl *decl)
{
	const struct edges *edges = decl->edges;
	bool has_member = false, has_live = false;

	if (pulls_is_absent(order->pulls, decl, SCOPE_WHOLE))
		return true;
	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *edge = &edges->down[i];
		bool is_lost = order_is_lost(order, edge);

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

bool order_is_lost(const struct order *order, const struct edge *edge)
{
	return order->is_dead[edge->to->index] ||
	       (edge->device &&
		   pulls_is_absent(order->pulls, edge->to,
		       pulls_scope(order->pulls, edge)));
}

static int look(struct absent *absent, const char *when)
{
	const struct order *all = absent->order;
	struct order order = {
		.profile = all->profile,
		.scratch = arena_new(),
		.pulls = all->pulls,
		.is_dead = absent->is_dead,
		.when = when,
	};
	int r = order.scratch ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < all->profile->n_decls; i++) {
		const struct decl *decl = absent->decls[i];

		absent->is_dead[decl->index] = is_dead(&order, decl);
	}
	pulls_begin(all->pulls);
	if (!r)
		r = order_find(&order, absent->diagnostics);
	if (!r)
		r = order_report(&order, absent->diagnostics);
	order_clear(&order);
	arena_free(order.scratch);
	return r;
}

static bool is_in(uint32_t set, uint32_t place)
{
	return set == EVERY || (place < ALONE_MAX && set & 1u << place);
}

/* Those of that set are not there. */
static int look_without(struct absent *absent, uint32_t set)
{
	struct pulls *pulls = absent->order->pulls;
	_cleanup_(text_clear) struct text when = { 0 };
	const char *before = "while no device is there for ";

	for (uint32_t i = 0; i < absent->n_exits; i++) {
		const struct exit *exit = &absent->exits[i];

		pulls_set_absent(pulls, exit, is_in(set, i));
		if (!is_in(set, i))
			continue;
		text_printf(&when, "%s'%s%s%s'", before, exit->root->name,
		    exit->device ? "@" : "", exit->device ? exit->device : "");
		before = " and ";
	}
	return when.failed ? -ENOMEM : look(absent, when.data);
}

static bool takes_all_sets(const struct absent *absent)
{
	uint32_t n = absent->n_exits;

	return n <= SETS_OF ||
	       (n < ALONE_MAX &&
		   absent->order->profile->n_decls <= SMALL_MAX >> n);
}

static int look_at_all(struct absent *absent)
{
	uint32_t n_errors = absent->diagnostics->n_errors;
	uint32_t n = absent->n_exits;
	bool has_all = takes_all_sets(absent);
	uint32_t n_sets = has_all ? (1u << n) - 1
			: n < ALONE_MAX ? n : ALONE_MAX;
	int r = 0;

	for (uint32_t i = 0; i < n_sets && !r; i++) {
		r = look_without(absent, has_all ? i + 1 : 1u << i);
		if (absent->diagnostics->n_errors > n_errors)
			return r; /* of the smallest set: that will do */
	}
	return r || has_all ? r : look_without(absent, EVERY);
}

static uint32_t count_exits(const struct pulls *pulls)
{
	struct exit exit = { 0 };
	uint32_t n = 0;

	while (pulls_next_exit(pulls, &exit))
		n++;
	return n;
}

static int find_exits(struct absent *absent)
{
	const struct order *order = absent->order;
	struct exit exit = { 0 };

	free(absent->exits);
	absent->exits =
	    calloc(count_exits(order->pulls), sizeof(*absent->exits));
	if (!absent->exits)
		return -ENOMEM;
	absent->n_exits = 0;
	while (pulls_next_exit(order->pulls, &exit))
		absent->exits[absent->n_exits++] = exit;
	return 0;
}

int order_without_devices(const struct order *order,
    struct decl *const *decls, struct diagnostics *diagnostics)
{
	struct absent absent = {
		.order = order,
		.decls = decls,
		.is_dead = arena_array(
		    order->scratch, order->profile->n_decls, 1),
		.diagnostics = diagnostics,
	};
	uint32_t n_errors = diagnostics->n_errors;
	int r = absent.is_dead ? 0 : -ENOMEM;

	/* What is not there may show another way, through one more. */
	for (uint32_t i = 0; i <= SETS_OF && !r; i++) {
		if (count_exits(order->pulls) == absent.n_exits)
			break;
		r = find_exits(&absent);
		if (!r)
			r = look_at_all(&absent);
		if (diagnostics->n_errors > n_errors)
			break;
	}
	free(absent.exits);
	return r;
}
