/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who waits for whom: `after`, and prerequisites leave last. */
#include "tests/model/model.h"

static bool waits(
    const struct model *m, const struct model_node *node, bool is_of_stop)
{
	for (uint32_t i = 0; i < m->n_waits; i++)
		if (m->waits[i].second == node &&
		    m->waits[i].is_of_stop == is_of_stop)
			return true;
	return false;
}

void model_end_waits(
    struct model *m, const struct model_node *first, const void *second)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->n_waits; i++)
		if (m->waits[i].first != first && m->waits[i].second != second)
			m->waits[n++] = m->waits[i];
	m->n_waits = n;
}

bool model_is_held(const struct model *m, const struct model_node *node)
{
	for (uint32_t i = 0; i < m->n_leaving; i++)
		if (m->leaving[i]->heir == node)
			return true;
	if (waits(m, node, false))
		return true;
	EACH_LINK (l, node) {
		if (l->role != MODEL_AFTER)
			continue;
		for (uint32_t i = 0; i < l->n; i++) {
			const struct model_node *to = l->to[i];

			if (to->exists &&
			    (to->life.state == NODE_STARTING ||
				to->life.state == NODE_STOPPING ||
				to->coming))
				return true;
		}
	}
	return false;
}

static bool link_is_to(
    const struct model_link *link, const struct model_node *node)
{
	for (uint32_t i = 0; i < link->n; i++)
		if (link->to[i] == node)
			return true;
	return false;
}

/* `to` is active: does it, by this reference of its, need the node? */
static bool leans(const struct model *m, const struct model_node *by,
    const struct model_link *link, const struct model_node *node)
{
	if (!link_is_to(link, node))
		return false;
	/* An unmet group lets its members go. */
	if (link->role == MODEL_OF && by->life.is_unmet)
		return false;
	if (link->role == MODEL_OF && is_any(by))
		return by->life.selected == node;
	if (link->is_some && m->last[node->decl->index] != node)
		return false;
	if (link->role != MODEL_OF)
		return model_link_is_prerequisite(link) && !by->held;
	return true;
}

bool model_is_kept(const struct model *m, const struct model_node *node)
{
	for (uint32_t i = 0; i < m->n_leaving; i++)
		for (uint32_t j = 0; j < m->leaving[i]->n_holds; j++)
			if (m->leaving[i]->holds[j] == node)
				return true;
	return waits(m, node, true);
}

bool model_has_dependents(
    const struct model *m, const struct model_node *node)
{
	bool gone = node->life.is_gone;
	struct model_node *by;

	if (!gone && model_is_kept(m, node))
		return true;

	EACH_NODE (by, m) {
		if (!model_is_active(by) ||
		    (gone && model_base(by) != model_base(node)))
			continue;
		EACH_LINK (l, by)
			if (leans(m, by, l, node))
				return true;
	}
	return false;
}

bool model_may_stop(const struct model *m, const struct model_node *node)
{
	struct model_node *by;

	if (model_has_dependents(m, node))
		return false;
	EACH_NODE (by, m) {
		if (!model_is_active(by) ||
		    (by->desired && by->life.state != NODE_STOPPING) ||
		    (node->life.is_gone && model_base(by) != model_base(node)))
			continue;
		EACH_LINK (l, by)
			if (l->role == MODEL_AFTER && link_is_to(l, node))
				return false;
	}
	return true;
}
