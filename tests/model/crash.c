/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netconfd is killed, and the next one adopts what is up. */
#include <string.h>

#include "tests/model/model.h"

/* The node of the same name in the other model. */
static struct model_node *find_same(
    struct model *m, const struct model_node *node)
{
	if (node->card)
		model_know_device(m, node->card);
	for (uint32_t i = 0; i < m->n_nodes; i++)
		if (!strcmp(m->nodes[i]->name, node->name))
			return m->nodes[i];
	return NULL;
}

static bool is_kept(const struct model_node *node)
{
	const struct decl *decl = node->decl;

	if (node->life.state == NODE_UP || node->own->is_goal)
		return true;
	for (uint32_t i = 0; i < decl->n_latches; i++)
		if (decl->latches[i].is_per_card &&
		    node->life.latches[i] !=
			(decl->latches[i].from.type == EVENT_STARTUP))
			return true;
	return false;
}

static void keep_node(struct model *m, const struct model_node *node)
{
	const struct model_life *from = &node->life;
	struct model_node *same = find_same(m, node);
	struct model_life *to = &same->life;

	to->prefix = from->prefix > 1 ? from->prefix : 0;
	if (node->card && !is_kept(node))
		return;
	model_appear(m, same);
	memcpy(to->latches, from->latches, sizeof(to->latches));
	if (from->state != NODE_UP)
		return;
	to->state = NODE_UP;
	to->is_adopted = true;
	to->decided_ms = UINT64_MAX;
	if (same->card)
		m->last[same->decl->index] = same;
	to->has_facts = from->has_facts;
	to->facts = to->shown = from->facts;
	to->has_kept = from->has_kept;
	to->n_kept = from->n_kept;
	memcpy(to->kept, from->kept, sizeof(to->kept));
}

struct model *model_crash(const struct model *old)
{
	struct model *m = model_new(
	    old->profile, old->is_rigid, old->is_fixed);

	m->has_booted = true;
	m->moved = old->moved;
	m->ctx = old->ctx;
	for (uint32_t i = 0; i < old->n_names; i++) {
		struct model_name *name = model_name(m, old->names[i]->text);
		const char *at = strchr(name->text, '@');

		if (at)
			model_know_device(m, at + 1);
		name->is_goal = old->names[i]->is_goal;
		name->is_masked = old->names[i]->is_masked;
	}
	memcpy(m->latches, old->latches,
	    m->profile->n_decls * sizeof(*m->latches));
	for (uint32_t i = 0; i < old->n_nodes; i++)
		if (old->nodes[i]->exists)
			keep_node(m, old->nodes[i]);
	return m;
}

void model_adopt(struct model *m)
{
	struct model_node *node;

	EACH_NODE (node, m)
		if (node->life.is_adopted && model_base(node) &&
		    !model_base_device(m, node))
			node->life.is_gone = true;
	model_derive(m);
	EACH_NODE (node, m)
		if (node->life.is_adopted && is_any(node) &&
		    !node->life.selected)
			node->life.selected = model_first_available(node);
	model_derive(m);
	EACH_NODE (node, m)
		if (node->life.is_adopted)
			node->life.seen = model_view(m, node);
	EACH_NODE (node, m) {
		if (!node->life.is_adopted)
			continue;
		node->life.is_adopted = false;
		model_take_values(m, node);
		node->life.members = model_members(m, node);
		node->life.told = model_told(m, node);
		node->life.told_over = model_told_over(m, node);
	}
}
