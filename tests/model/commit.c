/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has been derived becomes what is so: and what follows from it being
 * another than before. */
#include "tests/model/model.h"

static void commit_instances(struct model *m)
{
	struct model_node *node;

	EACH_NODE (node, m)
		if (node->card && node->available && !m->keeps_selections)
			m->last[node->decl->index] = node;
	for (uint32_t i = 0; i < m->profile->n_decls; i++) {
		node = m->next_selected[i];
		if (node != m->selected[i])
			m->choices[i] = ++m->n_versions;
		m->selected[i] = node;
		if (node && node->available)
			m->chosen[i] = node->life.birth;
	}
}

/* What it is to be told as soon as it can be, also if it is as it was again
 * by then. */
static void commit_news(const struct model *m, struct model_node *node)
{
	struct model_life *life = &node->life;
	uint64_t members = model_members(m, node);
	bool listens = model_is_active(node) && model_has_provider(node) &&
		life->state != NODE_STOPPING && !life->is_adopted;

	if (listens && !node->held &&
	    (node->hold_ends || life->told != model_told(m, node)))
		life->told = 0;
	if (listens && life->members != members)
		life->must_update = true;
	life->members = members;
}

/* Who was told of a node is told that it has been away. */
static void commit_availability(struct model *m)
{
	struct model_node *node;

	EACH_NODE (node, m)
		node->next_was_away = model_was_away(node);
	EACH_NODE (node, m) {
		if (node->available)
			node->life.shown = node->life.facts;
		if (node->available && !node->life.was_available &&
		    node->next_was_away)
			node->life.version = ++m->n_versions;
		node->life.was_away = node->next_was_away && !node->available;
	}
	EACH_NODE (node, m)
		node->life.was_available = node->available;
}

static void commit_choices(struct model *m)
{
	struct model_node *node;

	EACH_NODE (node, m)
		if (model_keeps_facts(node) && !node->life.has_kept)
			model_keep_facts(m, node);
	EACH_NODE (node, m) {
		if (node->next_selected &&
		    node->life.selected != node->next_selected)
			node->life.choice = ++m->n_versions;
		node->life.selected = node->next_selected;
	}
	EACH_NODE (node, m)
		if (!model_keeps_facts(node) && node->life.has_kept)
			model_drop_facts(m, node);
}

void model_commit(struct model *m)
{
	struct model_node *node;

	commit_instances(m);
	commit_availability(m);
	commit_choices(m);
	EACH_NODE (node, m)
		if (node->available)
			node->life.seen = model_view(m, node);
	EACH_NODE (node, m) {
		node->life.to_restart |= node->next_to_restart;
		node->life.has_hold = node->next_has_hold;
		node->life.hold_until_ms = node->next_hold_until_ms;
		node->life.prefix = node->next_prefix;
		if (!node->desired) {
			model_forget(m, node);
			node->life.has_occurred = false;
		}
		if (node->life.told_over == 4)
			node->life.told_over = model_told_over(m, node);
		if (node->life.state == NODE_STARTING && node->desired &&
		    model_has_provider(node) &&
		    node->life.told_over != model_told_over(m, node))
			node->life.to_restart = true;
		if (node->life.state == NODE_FAILED &&
		    model_has_new_values(m, node, false))
			model_forget(m, node);
		commit_news(m, node);
	}
	for (uint32_t i = 0; i < m->profile->n_decls; i++)
		if (m->selected[i])
			m->below[i] = model_chosen(m, m->selected[i]);
	EACH_NODE (node, m) {
		uint64_t chosen = model_chosen(m, node);

		if (is_group(node))
			node->life.choices = model_choices(m, node);
		if (chosen != node->life.chosen)
			model_forget(m, node);
		node->life.chosen = chosen;
	}
}
