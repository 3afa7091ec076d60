/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/invariants.h"

#include <assert.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/node.h"
#include "tests/model/counters.h"

/* ---- the moves ---- */

enum { UNMET = NODE_ABSENT + 1 };

#define TO(state) 1u << (state)

static const uint16_t moves[] = {
	/* to idle: wanted no more at the same time */
	[NODE_IDLE] = TO(NODE_STARTING) | TO(NODE_WAITING) | TO(NODE_ABSENT),
	[NODE_WAITING] = TO(NODE_STARTING) | TO(NODE_IDLE) | TO(NODE_ABSENT),
	[NODE_STARTING] = TO(NODE_UP) | TO(NODE_FAILED) | TO(UNMET) |
			  TO(NODE_STOPPING),
	[NODE_UP] = TO(UNMET) | TO(NODE_FAILED) | TO(NODE_STOPPING),
	/* to absent: what a reload took out of the profile */
	[NODE_STOPPING] = TO(NODE_IDLE) | TO(NODE_WAITING) | TO(NODE_FAILED) |
			  TO(NODE_ABSENT),
	/* to absent, as above: an instance whose device is gone */
	[NODE_FAILED] = TO(NODE_STARTING) | TO(NODE_WAITING) | TO(NODE_IDLE) |
			TO(NODE_ABSENT),
	[NODE_ABSENT] = 0,
	/* to unmet: the provider watches on, for another reason */
	[UNMET] = TO(NODE_UP) | TO(NODE_STOPPING) | TO(UNMET),
};

static bool is_move(const struct notice *notice)
{
	uint32_t from = notice->was_unmet ? UNMET : notice->from;
	uint32_t to = notice->is_unmet ? UNMET : notice->to;

	/* The end of a task's run: it waits for the next occurrence. */
	if (node_decl(notice->node)->on_event && from == NODE_STARTING &&
	    to == NODE_WAITING)
		return true;
	return moves[from] & TO(to);
}

static void say(struct text *said, const struct node *node, const char *what)
{
	text_printf(said, "%s (%s%s) %s\n", node->name,
	    node_state_name(node->state), node->is_unmet ? ", unmet" : "",
	    what);
}

/* ---- who stands on whom, from the references ---- */

/* The nodes of a resolver: these checks are short, not fast. */
struct all {
	size_t n;
	struct node *nodes[4096];
};

static const struct all *find_all(const struct resolver *resolver)
{
	static struct all all;

	all.n = counters_nodes(resolver, all.nodes, ARRAY_SIZE(all.nodes));
	return &all;
}

#define EACH(x, all) \
	for (size_t x##_i = 0; x##_i < (all)->n; x##_i++) \
		if (!((x) = (all)->nodes[x##_i])->is_top && !(x)->is_absent)

#define EACH_EDGE(e, x) \
	for (const struct edge *e = (x)->decl->edges->down; \
		e < (x)->decl->edges->down + (x)->decl->edges->n_down; e++)

/* The edge leads to that node: it, or one of some instances. */
static bool leads_to(const struct node *from, const struct edge *edge,
    const struct node *to)
{
	const struct node *target = edge_target(from, edge);

	return target == to ||
	       (target->is_top && to->card && target->decl == to->decl);
}

/* Of its template: the one that is available, or was when one was. */
static bool is_last_instance(const struct all *all, const struct node *node)
{
	const struct node *other;

	if (node_top(node)->node.selected != node)
		return false;
	EACH (other, all)
		if (other != node && other->decl == node->decl &&
		    other->flags & FLAG_AVAILABLE)
			return false;
	return true;
}

/* The node is active and needs `on` to stay until it is down. */
static bool stands_on(const struct all *all, const struct node *node,
    const struct node *on)
{
	if (!node_is_active(node))
		return false;
	if (node_is_any(node) && node->selected == on && !node->is_unmet)
		return true;
	EACH_EDGE (edge, node) {
		bool is_member = edge->role == EDGE_OF &&
				 !node_is_any(node) && !node->is_unmet;

		if (!(edge_is_prerequisite(edge) && !node->is_held) &&
		    !is_member)
			continue;
		if (leads_to(node, edge, on) &&
		    (!edge_target(node, edge)->is_top ||
			is_last_instance(all, on)))
			return true;
	}
	return false;
}

static bool is_leaving(const struct node *node)
{
	return node->state == NODE_STOPPING ||
	       (node_is_active(node) && !node->is_desired);
}

static bool comes_after(const struct node *node, const struct node *other)
{
	EACH_EDGE (edge, node)
		if (edge_is_after(edge) && leads_to(node, edge, other))
			return true;
	return false;
}

/* Prerequisites leave last; where both stop, what is after stops first. */
static void check_stop(const struct node *node, struct text *said)
{
	const struct all *all = find_all(node->resolver);
	const struct node *other;

	/* It failed by itself: too late, or it gives up watching. */
	if (node->has_timed_out || node->resolver->reporter == node)
		return;
	EACH (other, all) {
		if (other == node)
			continue;
		if (node->is_gone && other->anchor != node->anchor)
			continue;
		if (stands_on(all, other, node)) {
			say(said, node, "leaves before");
			say(said, other, "which stands on it");
		}
		if (node->state == NODE_STOPPING && is_leaving(other) &&
		    comes_after(other, node)) {
			say(said, node, "stops before");
			say(said, other, "which is after it");
		}
	}
}

static bool is_under_way(const struct node *node)
{
	return node->state == NODE_STARTING || node->state == NODE_STOPPING;
}

static void check_start(const struct node *node, struct text *said)
{
	const struct all *all = find_all(node->resolver);
	const struct node *other;

	if (!node->is_desired)
		say(said, node, "starts undesired");
	EACH_EDGE (edge, node) {
		bool is_there = false;

		EACH (other, all) {
			if (!leads_to(node, edge, other))
				continue;
			is_there |= other->state == NODE_UP &&
				    other->is_desired;
			if (edge_is_after(edge) && is_under_way(other)) {
				say(said, node, "does not wait for");
				say(said, other, "which it is after");
			}
		}
		if (edge_is_prerequisite(edge) && !is_there)
			say(said, node, "starts without a prerequisite");
	}
}

bool invariants_move(const struct notice *notice, struct text *said)
{
	const struct node *node = notice->node;
	size_t before = said->n;

	if (!is_move(notice))
		text_printf(said, "%s: %s%s -> %s%s is no move\n", node->name,
		    node_state_name(notice->from),
		    notice->was_unmet ? " (unmet)" : "",
		    node_state_name(notice->to),
		    notice->is_unmet ? " (unmet)" : "");
	if (node->is_orphan)
		return said->n == before;
	if (notice->to == NODE_STARTING)
		check_start(node, said);
	/* A group that is no longer met lets its members go. */
	if (notice->to == NODE_STOPPING ||
	    (node_is_group(node) && notice->from == NODE_UP &&
		notice->is_unmet))
		check_stop(node, said);
	return said->n == before;
}

/* ---- the definitions ---- */

/* What follows for a node, as in doc/semantics.md. */
struct derived {
	bool pulled, wanted, allowed, ready, desired, available, coming;
};

struct definitions {
	const struct all *all;
	struct derived of[ARRAY_SIZE(((struct all *)0)->nodes)];
};

/* Of those that the edge leads to: one of whom it is so. */
static bool some(const struct definitions *d, const struct node *from,
    const struct edge *edge, bool (*is)(const struct derived *))
{
	for (size_t i = 0; i < d->all->n; i++) {
		const struct node *to = d->all->nodes[i];

		if (!to->is_top && !to->is_absent &&
		    leads_to(from, edge, to) && is(&d->of[i]))
			return true;
	}
	return false;
}

static bool is_available(const struct derived *of)
{
	return of->available;
}

static bool has_prospect(const struct derived *of)
{
	return of->available || of->coming;
}

static void find_pulled(struct definitions *d)
{
	const struct all *all = d->all;
	struct node *node, *to;
	bool again = true;

	EACH (node, all)
		d->of[node_i].pulled = !node_is_masked_by_any(node) &&
		    (node->is_goal || node_top(node)->node.is_goal ||
			node->decl->start == START_AUTO);
	while (again) {
		again = false;
		EACH (node, all) {
			if (!d->of[node_i].pulled)
				continue;
			EACH_EDGE (edge, node) {
				if (!edge_is_pull(edge) ||
				    (edge->role == EDGE_OF &&
					node->decl->is_in_order &&
					edge->index >= node->prefix))
					continue;
				EACH (to, all) {
					if (d->of[to_i].pulled ||
					    !leads_to(node, edge, to))
						continue;
					d->of[to_i].pulled = again = true;
				}
			}
		}
	}
}

static bool name_is_up(void *ctx, uint32_t name)
{
	const struct node *node = ctx, *other;
	const struct all *all = find_all(node->resolver);
	uint32_t first =
	    node->decl->edges->n_down - node->decl->rare->when_refs.n;

	EACH (other, all)
		if (leads_to(node, &node->decl->edges->down[first + name],
			other) && other->state == NODE_UP)
			return true;
	return false;
}

static bool latch(void *ctx, uint32_t interval)
{
	return latch_is_set(ctx, interval);
}

/* A group: enough members are so. */
static bool enough(const struct definitions *d, const struct node *node,
    bool (*is)(const struct derived *))
{
	bool any = false, all = true;

	if (!node_is_group(node))
		return true;
	EACH_EDGE (edge, node) {
		if (edge->role != EDGE_OF)
			continue;
		if (some(d, node, edge, is))
			any = true;
		else
			all = false;
	}
	return node_is_any(node) ? any : all;
}

/* A fact that its values use is not there. *ret_is_later: but each such is
 * still to come. */
static bool lacks_fact(const struct node *node, bool *ret_is_later)
{
	const struct fact_use *use = node->decl->rare->fact_uses;
	bool lacks = false;

	*ret_is_later = true;
	for (; use; use = use->next) {
		bool is_later;
		const char *value =
		    node_find_fact_below(node, use->name, &is_later);

		if (value && *value)
			continue;
		lacks = true;
		*ret_is_later &= is_later;
	}
	return lacks;
}

static bool is_coming(const struct definitions *d, const struct node *node,
    const struct derived *of)
{
	bool is_later;

	if (of->ready && lacks_fact(node, &is_later) && !is_later)
		return false;
	if (node_is_masked_by_any(node) || !of->allowed || of->available ||
	    (!of->pulled && node->decl->start != START_HOTPLUG) ||
	    !node_device_is_present(node))
		return false;
	EACH_EDGE (edge, node)
		if (edge_is_prerequisite(edge) &&
		    !some(d, node, edge, has_prospect))
			return false;
	if (node_is_group(node))
		return enough(d, node, has_prospect);
	if (node->state == NODE_UP || node->is_unmet)
		return false;
	if (node->decl->on_event && !node->is_pending &&
	    (node->state == NODE_IDLE || node->state == NODE_WAITING))
		return false;
	return node->state != NODE_FAILED || node->retry_is_due;
}

static struct derived derive(
    const struct definitions *d, const struct node *node, struct derived of)
{
	bool is_ready = true, is_later;

	EACH_EDGE (edge, node)
		if (edge_is_prerequisite(edge) &&
		    !some(d, node, edge, is_available))
			is_ready = false;
	of.ready = (is_ready || node->is_held) && node_device_is_present(node);
	of.allowed = !node->decl->when ||
	    condition_eval(node->decl->when, name_is_up, latch,
		(struct node *)node);
	of.wanted = !node_is_masked_by_any(node) &&
	    (of.pulled || (node->decl->start == START_HOTPLUG && of.ready));
	of.desired = of.wanted && of.allowed && of.ready &&
		     !node->must_restart && !lacks_fact(node, &is_later);
	of.available = node->state == NODE_UP && of.desired &&
		       enough(d, node, is_available);
	of.coming = is_coming(d, node, &of);
	return of;
}

static void find_definitions(struct definitions *d)
{
	const struct all *all = d->all;
	struct node *node;
	bool again = true;

	memset(d->of, 0, all->n * sizeof(d->of[0]));
	find_pulled(d);
	while (again) {
		again = false;
		EACH (node, all) {
			struct derived of = derive(d, node, d->of[node_i]);

			if (!memcmp(&of, &d->of[node_i], sizeof(of)))
				continue;
			d->of[node_i] = of;
			again = true;
		}
	}
}

/* ---- comparing ---- */

static void same(struct text *said, const struct node *node, bool is,
    bool should, const char *what)
{
	if (is != should)
		text_printf(said, "%s (%s) is %s%s\n", node->name,
		    node_state_name(node->state), is ? "" : "not ", what);
}

static void check_flags(
    const struct node *node, const struct derived *of, struct text *said)
{
	same(said, node, node->flags & FLAG_PULLED, of->pulled, "pulled");
	same(said, node, node->is_wanted, of->wanted, "wanted");
	same(said, node, node->is_allowed, of->allowed, "allowed");
	same(said, node, node->is_desired, of->desired, "desired");
	same(said, node, node->flags & FLAG_AVAILABLE, of->available,
	    "available");
	same(said, node, node->flags & FLAG_PROSPECT,
	    of->available || of->coming, "coming");
}

/* Something that has to stop before it has not yet. */
static bool is_kept(const struct all *all, const struct node *node)
{
	const struct node *other;

	EACH (other, all)
		if (other != node &&
		    (!node->is_gone || other->anchor == node->anchor) &&
		    (stands_on(all, other, node) ||
			(comes_after(other, node) && is_leaving(other))))
			return true;
	return false;
}

/* Something that it is after is under way, or coming. */
static bool is_made_to_wait(
    const struct definitions *d, const struct node *node)
{
	const struct all *all = d->all;
	struct node *other;

	EACH (other, all)
		if (comes_after(node, other) &&
		    (is_under_way(other) || d->of[other_i].coming))
			return true;
	return false;
}

static void check_group(const struct definitions *d, const struct node *node,
    struct text *said)
{
	if (enough(d, node, is_available) != (node->state == NODE_UP) &&
	    node->state != NODE_UP)
		say(said, node, "has enough members");
	if (!enough(d, node, is_available) && node->state == NODE_UP &&
	    !is_kept(d->all, node))
		say(said, node, "has not enough members");
	if (node->state != NODE_UP || !node_is_any(node) ||
	    !enough(d, node, is_available))
		return;
	EACH_EDGE (edge, node) {
		if (edge->role != EDGE_OF || !some(d, node, edge, is_available))
			continue;
		if (!node->selected || !leads_to(node, edge, node->selected))
			say(said, node, "has not selected the first");
		break;
	}
}

/* The states that a node may have at rest. */
static void check_state(const struct definitions *d, const struct node *node,
    const struct derived *of, struct text *said)
{
	if (node_is_active(node)) {
		if (node->state == NODE_STOPPING ? node_is_own(node)
						 : !of->desired &&
		    !is_kept(d->all, node))
			say(said, node, "has not been stopped");
		if (of->desired && node_is_group(node))
			check_group(d, node, said);
		return;
	}
	if (node->state == NODE_FAILED) {
		if (!of->desired)
			say(said, node, "is failed, and not desired");
		if (!node->retry_is_due)
			return;
	} else if ((node->state == NODE_IDLE) == of->wanted) {
		say(said, node, of->wanted ? "is wanted" : "is not wanted");
	}
	if (of->desired && !is_made_to_wait(d, node) &&
	    (!node->decl->on_event || node->is_pending ||
		node->state == NODE_FAILED))
		say(said, node, "has not been started");
}

bool invariants_hold(const struct resolver *resolver, struct text *said)
{
	static struct definitions d;
	size_t before = said->n;
	struct node *node;

	d.all = find_all(resolver);
	find_definitions(&d);
	EACH (node, d.all) {
		check_flags(node, &d.of[node_i], said);
		check_state(&d, node, &d.of[node_i], said);
	}
	return counters_hold(resolver, said) && said->n == before;
}
