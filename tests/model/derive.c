/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The definitions: what should be up, given the states. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "resolver/graph.h"
#include "tests/model/model.h"

static bool link_available(const struct model_link *link)
{
	for (uint32_t i = 0; i < link->n; i++)
		if (link->to[i]->exists && link->to[i]->available)
			return true;
	return false;
}

static bool link_coming(const struct model_link *link)
{
	for (uint32_t i = 0; i < link->n; i++)
		if (link->to[i]->exists && link->to[i]->coming)
			return true;
	return false;
}

static bool link_up(const struct model_link *link)
{
	for (uint32_t i = 0; i < link->n; i++)
		if (link->to[i]->exists &&
		    link->to[i]->life.state == NODE_UP)
			return true;
	return false;
}

static bool link_taken(const struct model_link *link)
{
	bool any = false;

	for (uint32_t i = 0; i < link->n; i++) {
		if (!link->to[i]->exists)
			continue;
		any = true;
		if (!link->to[i]->taken)
			return false;
	}
	return any;
}

/* ---- pulled ---- */

static bool is_asked(const struct model_node *node)
{
	return !model_is_masked(node) &&
	       (model_is_goal(node) || node->decl->start == START_AUTO);
}

static bool link_pulls(const struct model_node *from,
    const struct model_link *link, const struct model_node *gate,
    uint32_t gate_prefix)
{
	uint32_t prefix = from == gate ? gate_prefix : from->next_prefix;

	switch (link->role) {
	case MODEL_OVER:
	case MODEL_REQUIRES:
	case MODEL_WANTS:
	case MODEL_KEY_PULLS:
		return true;
	case MODEL_OF:
		return !from->decl->is_in_order || link->index < prefix;
	case MODEL_AFTER:
	case MODEL_WHEN:
	case MODEL_FOLLOWS:
		break;
	}
	return false;
}

/* The least fixed point, with the prefix of one group as given. */
static void find_pulled(const struct model *m, bool *pulled,
    const struct model_node *gate, uint32_t gate_prefix)
{
	struct model_node *node;
	bool again = true;

	EACH_NODE (node, m)
		pulled[node->id] = is_asked(node);
	while (again) {
		again = false;
		EACH_NODE (node, m) {
			if (!pulled[node->id])
				continue;
			EACH_LINK (l, node) {
				if (!link_pulls(node, l, gate, gate_prefix))
					continue;
				for (uint32_t i = 0; i < l->n; i++) {
					if (pulled[l->to[i]->id] ||
					    !l->to[i]->exists)
						continue;
					pulled[l->to[i]->id] = again = true;
				}
			}
		}
	}
}

/* Something that only the last of `prefix` members pulls is active or failed:
 * then that one stays pulled. */
static bool is_in_use(const struct model *m, const struct model_node *group,
    uint32_t prefix)
{
	bool *with = calloc(m->n_nodes, sizeof(*with));
	bool *without = calloc(m->n_nodes, sizeof(*without));
	struct model_node *node;
	bool used = false;

	assert(with && without);
	find_pulled(m, with, group, prefix);
	find_pulled(m, without, group, prefix - 1);
	EACH_NODE (node, m)
		if (with[node->id] && !without[node->id] &&
		    (model_is_active(node) ||
			node->life.state == NODE_FAILED))
			used = true;
	free(with);
	free(without);
	return used;
}

static struct model_link *member(const struct model_node *group, uint32_t i)
{
	EACH_LINK (l, group)
		if (l->role == MODEL_OF && l->index == i)
			return l;
	return NULL;
}

static bool earlier_is(const struct model_node *group, uint32_t n,
    bool (*is)(const struct model_link *))
{
	for (uint32_t i = 0; i < n; i++)
		if (is(member(group, i)))
			return true;
	return false;
}

static uint32_t find_prefix(const struct model *m, struct model_node *group)
{
	uint32_t n = group->decl->of.n, prefix = group->life.prefix;

	if (!group->pulled)
		return 0;
	if (!prefix)
		prefix = 1;
	while (prefix > 1 && (earlier_is(group, prefix - 1, link_available) ||
				 (earlier_is(group, prefix - 1, link_coming) &&
				     !is_in_use(m, group, prefix))))
		prefix--;
	while (prefix < n && !earlier_is(group, prefix, link_available) &&
	       !earlier_is(group, prefix, link_coming))
		prefix++;
	return prefix;
}

/* ---- allowed ---- */

struct evaluation {
	const struct model *model;
	const struct model_node *node;
};

static bool latch_is_set(
    const struct model *m, const struct model_node *node, uint32_t i)
{
	if (node->decl->latches[i].is_per_card)
		return node->life.latches[i];
	return m->latches[node->decl->index][i];
}

static bool is_up(void *ctx, uint32_t name)
{
	const struct evaluation *e = ctx;

	EACH_LINK (l, e->node)
		if (l->role == MODEL_WHEN && l->index == name)
			return link_up(l);
	return false;
}

static bool is_set(void *ctx, uint32_t interval)
{
	const struct evaluation *e = ctx;

	return latch_is_set(e->model, e->node, interval);
}

static bool is_allowed(const struct model *m, const struct model_node *node)
{
	struct evaluation e = { m, node };

	if (!node->decl->when)
		return true;
	return condition_eval(node->decl->when, is_up, is_set, &e);
}

/* ---- groups, state, location ---- */

bool model_enough(const struct model_node *node)
{
	bool all = true, any = false;

	EACH_LINK (l, node) {
		if (l->role != MODEL_OF)
			continue;
		if (link_available(l))
			any = true;
		else
			all = false;
	}
	return is_any(node) ? any : all;
}

struct model_node *model_first_available(const struct model_node *group)
{
	for (uint32_t i = 0; i < group->decl->of.n; i++) {
		const struct model_link *l = member(group, i);

		for (uint32_t j = 0; j < l->n; j++)
			if (l->to[j]->exists && l->to[j]->available)
				return l->to[j];
	}
	return NULL;
}

/* ---- coming, taken away, hold ---- */

static bool is_waiting_task(const struct model_node *node)
{
	return node->decl->on_event && !node->life.has_occurred &&
	       (node->life.state == NODE_IDLE ||
		   node->life.state == NODE_WAITING);
}

static bool is_coming(const struct model *m, const struct model_node *node)
{
	bool any = false, all = true;

	if (model_is_masked(node) || !node->allowed ||
	    (!node->pulled && node->decl->start != START_HOTPLUG))
		return false;
	if (node == model_base(node) &&
	    (!model_base_device(m, node) || node->life.is_gone))
		return false;
	EACH_LINK (l, node)
		if (model_link_is_prerequisite(l) && !link_available(l) &&
		    !link_coming(l))
			return false;
	if (node->lacks_fact && !node->fact_is_coming)
		return false;
	if (!is_group(node))
		return node->life.state != NODE_UP && !node->life.is_unmet &&
		       !is_waiting_task(node) &&
		       (node->life.state != NODE_FAILED ||
			   (!node->life.is_permanent &&
			       node->life.retry_at_ms <= m->now_ms));
	if (node->available)
		return false;
	EACH_LINK (l, node) {
		if (l->role != MODEL_OF)
			continue;
		if (link_available(l) || link_coming(l))
			any = true;
		else
			all = false;
	}
	return is_any(node) ? any : all;
}

/* Not lost: a node that stands on it gets no hold. */
static bool is_taken(const struct model_node *node)
{
	bool any = false, all = true;

	if (model_is_masked(node) || !node->allowed ||
	    (!node->pulled && node->decl->start != START_HOTPLUG))
		return true;
	EACH_LINK (l, node) {
		if ((l->role == MODEL_OVER || l->role == MODEL_REQUIRES) &&
		    link_taken(l))
			return true;
		if (l->role != MODEL_OF)
			continue;
		if (link_taken(l))
			any = true;
		else
			all = false;
	}
	return is_group(node) && (is_any(node) ? all : any);
}

/* It stands on a card that is not the template's any more. */
static bool has_lost_card(const struct model *m, const struct model_node *node)
{
	const struct model_node *base = model_base(node);

	return base && base->card && !model_base_device(m, node);
}

static void find_hold(const struct model *m, struct model_node *node)
{
	uint64_t hold_ms = node->decl->hold_ms, until_ms;
	bool lost = false, taken = false;

	node->next_has_hold = node->held = node->hold_ends = false;
	node->next_hold_until_ms = 0;
	EACH_LINK (l, node) {
		if (!model_link_is_prerequisite(l) || link_available(l))
			continue;
		lost = true;
		if (link_taken(l))
			taken = true;
	}
	node->hold_ends = !lost && node->life.has_hold &&
			  m->now_ms < node->life.hold_until_ms;
	if (!hold_ms || node->life.state != NODE_UP || !lost || taken ||
	    node->life.is_gone || has_lost_card(m, node))
		return;
	until_ms = hold_ms == HOLD_FOREVER ? HOLD_FOREVER
					   : m->now_ms + hold_ms;
	if (node->life.has_hold)
		until_ms = node->life.hold_until_ms;
	node->next_has_hold = true;
	node->next_hold_until_ms = until_ms;
	node->held = m->now_ms < until_ms;
}

bool model_keeps_facts(const struct model_node *node)
{
	if (is_any(node))
		return false;
	EACH_LINK (l, node)
		if (l->role == MODEL_OVER)
			return node->held && !link_available(l);
	return false;
}

bool model_can_rebind(const struct model *m, const struct model_node *node)
{
	const char *kind = node->decl->schema->kind;

	return !m->is_rigid || (strcmp(kind, "fake") && strcmp(kind, "kit"));
}

static bool comes_back(const struct model_node *node);

/* What the reference means comes back, and has been away: of a template, the
 * first that does when none was there. */
static bool link_comes_back(const struct model_link *link)
{
	for (uint32_t i = 0; link->is_some && i < link->n; i++)
		if (link->to[i]->exists && link->to[i]->life.was_available)
			return false;
	for (uint32_t i = 0; i < link->n; i++)
		if (link->to[i]->exists && link->to[i]->available)
			return comes_back(link->to[i]);
	return false;
}

static bool link_has(
    const struct model_link *link, const struct model_node *node)
{
	for (uint32_t i = 0; i < link->n; i++)
		if (link->to[i] == node)
			return true;
	return false;
}

bool model_was_away(const struct model_node *node)
{
	if (node->life.was_away)
		return true;
	EACH_LINK (l, node) {
		if (l->role == MODEL_OF
			? is_any(node) && !link_has(l, node->life.selected)
			: !model_link_is_prerequisite(l))
			continue;
		if (link_comes_back(l))
			return true;
	}
	return false;
}

static bool comes_back(const struct model_node *node)
{
	return node->available && !node->life.was_available &&
	       model_was_away(node);
}

/* It may name itself, and that it is to restart is not what it is told of. */
static bool has_other_members(const struct model *m, struct model_node *node)
{
	bool is_available = node->available, has_others;

	node->available = node->life.was_available;
	has_others = node->life.members != model_members(m, node);
	node->available = is_available;
	return has_others;
}

/* It has to be told of what it stands on, and cannot be. */
static bool is_to_restart(const struct model *m, struct model_node *node)
{
	bool is_back = node->hold_ends;

	if (!model_has_provider(node) || node->life.is_adopted || node->held ||
	    (node->life.state != NODE_UP && !node->life.is_unmet))
		return false;
	if (node->life.must_update || has_other_members(m, node))
		return !model_can_update(m, node);
	if (model_can_rebind(m, node) || model_has_new_values(m, node, false))
		return false;
	EACH_LINK (l, node)
		for (uint32_t i = 0; i < l->n; i++)
			if (model_link_is_prerequisite(l) &&
			    l->to[i]->exists && comes_back(l->to[i]) &&
			    model_is_first(m, l, l->to[i]))
				is_back = true;
	return is_back || node->life.told != model_told(m, node);
}

/* ---- all of it ---- */

static void derive_node(const struct model *m, struct model_node *node)
{
	bool prerequisites = true, device = true;

	node->next_to_restart = false;
	node->allowed = is_allowed(m, node);
	EACH_LINK (l, node)
		if (model_link_is_prerequisite(l) && !link_available(l))
			prerequisites = false;
	find_hold(m, node);
	if (node == model_base(node))
		device = model_base_device(m, node) &&
			 !node->life.is_gone;
	node->ready = (prerequisites || node->held) && device;
	node->wanted =
	    !model_is_masked(node) &&
	    (node->pulled ||
		(node->decl->start == START_HOTPLUG && node->ready));
	node->lacks_fact =
	    node->ready && model_lacks_fact(m, node, &node->fact_is_coming);
	node->desired = node->wanted && node->allowed && node->ready &&
			!node->lacks_fact &&
			!(node->life.to_restart && model_is_active(node));
	if (node->desired && is_to_restart(m, node)) {
		node->next_to_restart = true;
		node->desired = false;
	}
	node->available = node->life.state == NODE_UP && node->desired &&
			  (!is_group(node) || model_enough(node));
	node->coming = is_coming(m, node);
	node->taken = is_taken(node);
	node->next_selected = NULL;
	if (is_any(node) && model_is_active(node) && !node->life.is_unmet) {
		if (node->desired && !m->keeps_selections &&
		    node->life.state != NODE_STOPPING)
			node->next_selected = model_first_available(node);
		if (!node->next_selected)
			node->next_selected = node->life.selected;
		if (node->next_selected && !node->next_selected->exists)
			node->next_selected = NULL;
	}
}

/* Where its first gate stands in the order of influence; no two are the
 * same. */
static uint64_t gate_place(const struct model *m, const struct model_node *node)
{
	const struct decl *decl = node->decl;
	uint32_t card = node->card
	    ? graph_card_place(m->profile, decl->root, node->card) : 0;

	return ((uint64_t)decl_rank(decl, card, decl_n_ranks(decl) > 1) << 32) +
	       node->id;
}

/* Two in-order groups may pull the same: whether it is alone in that, one looks
 * after the other, in the order of influence. */
static void find_prefixes(const struct model *m)
{
	struct model_node *node, *next = NULL;

	for (uint32_t i = 0; i < m->n_nodes; i++) {
		const struct model_node *last = next;

		next = NULL;
		EACH_NODE (node, m)
			if (node->decl->is_in_order &&
			    (!last ||
				gate_place(m, node) > gate_place(m, last)) &&
			    (!next ||
				gate_place(m, node) < gate_place(m, next)))
				next = node;
		if (!next)
			break;
		next->next_prefix = find_prefix(m, next);
	}
}

static uint64_t digest(const struct model *m)
{
	struct model_node *n;
	uint64_t sum = 5;

	EACH_NODE (n, m) {
		uint64_t bits = n->pulled | n->wanted << 1 | n->allowed << 2 |
				n->ready << 3 | n->desired << 4 |
				n->available << 5 | n->coming << 6 |
				n->taken << 7 | n->held << 8 |
				(uint64_t)n->next_prefix << 9;
		sum = mix(sum, bits);
		sum = mix(sum, (uintptr_t)n->next_selected);
	}
	for (uint32_t i = 0; i < m->profile->n_decls; i++)
		sum = mix(sum, (uintptr_t)m->next_selected[i]);
	return sum;
}

/* The first that is available; that one before, while none is. */
static void find_selected_instances(struct model *m)
{
	for (uint32_t i = 0; i < m->profile->n_decls; i++) {
		m->next_selected[i] = m->selected[i];
		if (m->selected[i] && !m->selected[i]->exists)
			m->next_selected[i] = NULL;
	}
	for (uint32_t i = m->n_nodes; i-- > 0 && !m->keeps_selections;) {
		struct model_node *node = m->nodes[i];

		if (node->exists && node->card && node->available)
			m->next_selected[node->decl->index] = node;
	}
}

static void derive_once(struct model *m)
{
	bool *pulled = calloc(m->n_nodes + 1, sizeof(*pulled));
	struct model_node *node;
	uint64_t before, after;

	assert(pulled);
	EACH_NODE (node, m) {
		node->next_prefix = node->life.prefix;
		node->next_selected = node->life.selected;
	}
	find_selected_instances(m);
	m->is_deriving = true;
	after = digest(m);
	for (uint32_t i = 0;; i++) {
		before = after;
		find_pulled(m, pulled, NULL, 0);
		EACH_NODE (node, m)
			node->pulled = pulled[node->id];
		EACH_NODE (node, m)
			derive_node(m, node);
		find_prefixes(m);
		find_selected_instances(m);
		after = digest(m);
		if (before == after)
			break;
		if (i > 8 * m->n_nodes + 64) {
			m->has_failed = true; /* no fixed point */
			break;
		}
	}
	m->is_deriving = false;
	model_commit(m);
	free(pulled);
}

void model_derive(struct model *m)
{
	/* Twice: what has been selected, or is to be restarted, tells. */
	for (int i = 0; i < 4; i++)
		derive_once(m);
}
