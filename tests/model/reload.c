/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another profile takes the place of the one in force, node by node. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/model.h"

/* Who goes on for a node of the former model: the one of the same name and
 * kind, or itself while it leaves; NULL: nobody. */
static struct model_node *successor(
    const struct model *m, struct model_node *node)
{
	struct model_node *to;

	if (!node || node->is_leaving)
		return node;
	to = model_find(m, node->name);
	return to && to->decl->schema == node->decl->schema ? to : NULL;
}

static struct model_node *live_successor(
    const struct model *m, struct model_node *node)
{
	struct model_node *to = successor(m, node);

	return to && !to->is_leaving ? to : NULL;
}

/* ---- names, devices ---- */

static bool is_known(const struct model *m, const char *name)
{
	const char *at = strchr(name, '@');
	const struct decl *decl = profile_find_n(
	    m->profile, name, at ? (size_t)(at - name) : strlen(name));

	return decl && (!at || m->roots[decl->index]);
}

static void take_names(struct model *m, const struct model *old)
{
	for (uint32_t i = 0; i < old->n_names; i++) {
		const struct model_name *was = old->names[i];
		const char *at = strchr(was->text, '@');
		struct model_name *name;

		if (!was->is_goal && !was->is_masked)
			continue;
		if (at && is_known(m, was->text))
			model_know_device(m, at + 1);
		name = model_name(m, was->text);
		name->is_goal = was->is_goal;
		name->is_masked = was->is_masked;
		for (uint32_t j = 0; j < m->n_nodes; j++)
			if (at && name->is_goal && m->nodes[j]->own == name)
				model_appear(m, m->nodes[j]);
	}
}

static void take_devices(struct model *m, const struct model *old)
{
	for (uint32_t i = 0; i < old->n_devices; i++)
		if (old->devices[i]->is_present)
			model_take_device(m, old->devices[i]);
}

/* ---- latches ---- */

static void take_latches_of(struct model *m, const struct model *old,
    const struct decl *was, const struct model_node *node)
{
	const struct decl *decl = profile_find(m->profile, was->name);
	struct model_node *to = node ? model_find(m, node->name) : NULL;

	for (uint32_t i = 0; decl && i < was->n_latches; i++) {
		const struct latch *latch = &was->latches[i];

		if (latch->is_per_card != (node != NULL))
			continue;
		for (uint32_t j = 0; j < decl->n_latches; j++) {
			if (strcmp(decl->latches[j].text, latch->text) != 0 ||
			    decl->latches[j].is_per_card != latch->is_per_card)
				continue;
			if (!node)
				m->latches[decl->index][j] =
				    old->latches[was->index][i];
			else if (to)
				to->life.latches[j] = node->life.latches[i];
		}
	}
}

static void take_latches(struct model *m, const struct model *old)
{
	struct model_node *node;

	for (uint32_t i = 0; i < old->profile->n_decls; i++)
		take_latches_of(m, old, &old->profile->decls[i], NULL);
	EACH_NODE (node, old)
		if (node->card)
			take_latches_of(m, old, node->decl, node);
}

/* ---- nodes ---- */

/* Makes those exist that go on although their device is not theirs. */
static void appear(struct model *m, const struct model *old)
{
	struct model_node *node;

	EACH_NODE (node, old) {
		const struct decl *decl =
		    profile_find(m->profile, node->decl->name);

		if (!decl || decl->schema != node->decl->schema ||
		    !node->card != !m->roots[decl->index])
			continue;
		if (node->card)
			model_know_device(m, node->card);
		for (uint32_t i = 0; i < m->n_nodes; i++)
			if (!strcmp(m->nodes[i]->name, node->name) &&
			    model_is_active(node))
				model_appear(m, m->nodes[i]);
	}
}

/* "lan", or "lan@eth0". */
static void name_member(
    const struct model_node *group, uint32_t i, char name[MODEL_NAME_MAX])
{
	const struct ref *ref = &group->decl->of.items[i];
	const char *device = ref->device;

	if (!device && group->decl->root == ref->decl->root)
		device = group->card;
	snprintf(name, MODEL_NAME_MAX, "%s%s%s", ref->decl->name,
	    device ? "@" : "", device ? device : "");
}

/* Members that were pulled stay so. */
static uint32_t take_prefix(
    const struct model_node *from, const struct model_node *to)
{
	const struct refs *was = &from->decl->of, *of = &to->decl->of;
	uint32_t prefix = 0;

	if (!from->decl->is_in_order || !to->decl->is_in_order)
		return 0;
	for (uint32_t i = 0; i < from->life.prefix && i < was->n; i++)
		for (uint32_t j = prefix; j < of->n; j++) {
			char a[MODEL_NAME_MAX], b[MODEL_NAME_MAX];

			name_member(from, i, a);
			name_member(to, j, b);
			if (!strcmp(a, b))
				prefix = j + 1;
		}
	return prefix;
}

static void take_life(struct model *m, const struct model_node *from,
    struct model_node *to)
{
	bool latches[MODEL_LATCHES_MAX];

	memcpy(latches, to->life.latches, sizeof(latches));
	to->life = from->life;
	memcpy(to->life.latches, latches, sizeof(latches));
	to->life.prefix = take_prefix(from, to);
	to->life.selected = NULL;
	if (from->life.selected) {
		struct model_node *member =
		    live_successor(m, from->life.selected);

		EACH_LINK (l, to)
			for (uint32_t i = 0; l->role == MODEL_OF && i < l->n;
				i++)
				if (l->to[i] == member)
					to->life.selected = member;
	}
	if (!to->decl->hold_ms)
		to->life.has_hold = false;
}

static const char *over_name(const struct model_node *node)
{
	EACH_LINK (l, node)
		if (l->role == MODEL_OVER)
			return l->n && !l->is_some ? l->to[0]->name
						   : l->decl->name;
	return "";
}

/* What the change of its keys means to it; the links are there. */
static void take_change(struct model *m, const struct model_node *from,
    struct model_node *to, bool was_pending)
{
	bool has_provider = model_has_provider(to);

	if (!model_base(to))
		to->life.is_gone = false;
	to->life.told = was_pending ? 0 : model_told(m, to);
	to->life.told_over = model_told_over(m, to);
	to->life.chosen = model_chosen(m, to);
	if (!config_equal(from->decl->config, to->decl->config)) {
		model_forget(m, to);
		if (model_is_active(to) && has_provider) {
			to->life.must_update = true;
			to->life.has_new_config = true;
			if (!model_can_update(m, to) ||
			    !config_equal_fixed(
				from->decl->config, to->decl->config))
				to->life.to_restart = true;
		}
	}
	if (!model_is_active(to) || !has_provider)
		return;
	if (!from->decl->on_event != !to->decl->on_event)
		to->life.to_restart = true;
	if (from->decl->device && to->decl->device &&
	    strcmp(from->decl->device, to->decl->device) != 0)
		to->life.to_restart = true;
	if (!strcmp(over_name(from), over_name(to)))
		return;
	to->life.told = 0;
	if (to->life.state == NODE_STARTING || !model_can_rebind(m, to))
		to->life.to_restart = true;
}

/* ---- those that leave ---- */

/* Of what it stood on, what waits for it. */
static void hold(const struct model *m, struct model_node *node)
{
	EACH_LINK (l, node) {
		struct model_node *to = NULL;

		if (l->role == MODEL_OF ? is_any(node) || node->life.is_unmet
					: !model_link_is_prerequisite(l) ||
				    node->held)
			continue;
		for (uint32_t i = l->n; i-- > 0;)
			if (!l->is_some ||
			    (l->to[i]->exists && l->to[i]->available))
				to = l->to[i];
		to = successor(m, to);
		if (to)
			node->holds[node->n_holds++] = to;
	}
	if (is_any(node) && successor(m, node->life.selected))
		node->holds[node->n_holds++] =
		    successor(m, node->life.selected);
}

static void leave_graph(struct model *m, struct model *old, uint32_t index)
{
	struct model_node *node = old->nodes[index];

	node->is_leaving = true;
	node->holds = calloc(node->n_links + 1, sizeof(*node->holds));
	m->leaving = realloc(
	    m->leaving, (m->n_leaving + 1) * sizeof(*m->leaving));
	assert(node->holds && m->leaving);
	m->leaving[m->n_leaving++] = node;
}

static void take_leaving(struct model *m, struct model *old)
{
	for (uint32_t i = 0; i < old->n_leaving; i++) {
		struct model_node *node = old->leaving[i];
		uint32_t n = node->n_holds;

		node->n_holds = 0;
		for (uint32_t j = 0; j < n; j++) {
			struct model_node *to = successor(m, node->holds[j]);

			if (to)
				node->holds[node->n_holds++] = to;
		}
	}
	m->leaving = realloc(m->leaving,
	    (m->n_leaving + old->n_leaving + 1) * sizeof(*m->leaving));
	assert(m->leaving);
	for (uint32_t i = 0; i < old->n_leaving; i++)
		m->leaving[m->n_leaving++] = old->leaving[i];
	old->n_leaving = 0;
}

/* ---- what waits for others since then ---- */

static void wait_for(struct model *m, struct model_node *first,
    struct model_node *second, bool is_of_stop)
{
	if (!first || !second || first == second || !model_is_active(first))
		return;
	m->waits = realloc(m->waits, (m->n_waits + 1) * sizeof(*m->waits));
	assert(m->waits);
	m->waits[m->n_waits++] =
	    (struct model_wait){ first, second, is_of_stop };
}

/* The node that the device belongs to. */
static struct model_node *owner_of(const struct model *m, const char *key)
{
	const struct model_device *device = model_device(m, key);
	struct model_node *node;

	if (device && device->is_present)
		EACH_NODE (node, m)
			if (node->decl == device->owner &&
			    (!node->card || !strcmp(node->card, key)))
				return node;
	return NULL;
}

/* Those of an earlier reload. */
static void take_waits(struct model *m, const struct model *old)
{
	for (uint32_t i = 0; i < old->n_waits; i++) {
		const struct model_wait *wait = &old->waits[i];
		const struct model_node *second = wait->second;
		const char *key = second->card ? second->card
					       : second->decl->device;
		struct model_node *first = successor(m, wait->first);

		if (!wait->is_of_stop)
			wait_for(m, first, owner_of(m, key), false);
		else
			wait_for(m, first, successor(m, wait->second), true);
	}
}

/* What it stood on and does not any more. */
static void wait_for_moved(
    struct model *m, const struct model_node *from, struct model_node *to)
{
	if (!model_is_active(to) || from->held)
		return;
	EACH_LINK (l, from) {
		struct model_node *below = NULL;
		bool stands = false;

		for (uint32_t i = l->n; i-- > 0;)
			if (!l->is_some ||
			    (l->to[i]->exists && l->to[i]->available))
				below = l->to[i];
		below = successor(m, below);
		if (!below || !model_link_is_prerequisite(l))
			continue;
		EACH_LINK (now, to)
			for (uint32_t i = 0; i < now->n; i++)
				stands |= now->to[i] == below &&
					  model_link_is_prerequisite(now);
		if (!stands)
			wait_for(m, to, below, true);
	}
}

/* Nobody waits for himself, nor for who stays up. */
static void drop_waits(struct model *m)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->n_waits; i++) {
		const struct model_node *first = m->waits[i].first;
		const struct model_node *second = m->waits[i].second;
		bool stays = !first->is_leaving && first->desired &&
			     first->life.state != NODE_STOPPING;
		bool is_below = second->is_leaving
		    ? !first->is_leaving && !second->n_holds
		    : first->is_leaving || second->level <= first->level;

		if (!m->waits[i].is_of_stop || (is_below && !stays))
			m->waits[n++] = m->waits[i];
	}
	m->n_waits = n;
}

/* Frees the former model, but for those. */
static void free_old(struct model *m, struct model *old)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < old->n_nodes; i++)
		if (!old->nodes[i]->is_leaving)
			old->nodes[n++] = old->nodes[i];
	old->n_nodes = n;
	for (uint32_t i = 0; i < m->n_leaving; i++) {
		struct model_node *node = m->leaving[i];

		for (uint32_t j = 0; j < node->n_links; j++)
			free(node->links[j].to);
		node->n_links = 0;
		node->heir = model_find(m, node->name);
		if (node->card)
			node->card = model_know_device(m, node->card)->key;
	}
	model_free(old);
}

/* ---- all of it ---- */

static void take_figures(struct model *m, const struct model *old)
{
	m->now_ms = old->now_ms;
	m->n_starts = old->n_starts;
	m->n_versions = old->n_versions;
	m->is_begun = old->is_begun;
	m->has_booted = true;
	m->has_failed = old->has_failed;
	m->moved = old->moved;
	m->ctx = old->ctx;
}

static void take_templates(struct model *m, const struct model *old)
{
	for (uint32_t i = 0; i < old->profile->n_decls; i++) {
		const struct decl *to = profile_find(
		    m->profile, old->profile->decls[i].name);

		if (!to || !m->roots[to->index])
			continue;
		model_review_span(m, to);
		if (old->roots[i] &&
		    m->spans[to->index].is_up == old->spans[i].is_up)
			m->spans[to->index] = old->spans[i];
		m->selected[to->index] = live_successor(m, old->selected[i]);
		m->last[to->index] = live_successor(m, old->last[i]);
		m->chosen[to->index] = old->chosen[i];
		m->choices[to->index] = old->choices[i];
		m->below[to->index] = old->below[i];
	}
}

struct model *model_reload(
    struct model *old, uint64_t now_ms, const struct profile *profile)
{
	struct model *m = model_new(profile, old->is_rigid, old->is_fixed);
	bool *pending = calloc(old->n_nodes + 1, sizeof(*pending));
	struct model_node *node, *to;

	assert(pending);
	take_figures(m, old);
	m->n_births += old->n_births;
	m->now_ms = now_ms;
	model_begin(m);
	take_devices(m, old);
	take_names(m, old);
	appear(m, old);
	take_latches(m, old);
	EACH_NODE (node, old) {
		to = live_successor(m, node);
		/* One that is held is told when the hold ends. */
		pending[node_i] = node->held ? to && !to->decl->hold_ms
			: node->life.told != model_told(old, node);
		if (to)
			take_life(m, node, to);
		else if (model_is_active(node))
			leave_graph(m, old, node_i);
	}
	take_templates(m, old);
	EACH_NODE (node, old) {
		to = node->is_leaving ? NULL : live_successor(m, node);
		if (to)
			take_change(m, node, to, pending[node_i]);
		else if (node->is_leaving)
			hold(m, node);
	}
	/* Those above are told of it. */
	EACH_NODE (node, old) {
		to = node->is_leaving ? NULL : live_successor(m, node);
		if (to && model_is_active(to) && !is_any(to) &&
		    strcmp(over_name(node), over_name(to)) != 0)
			to->life.choice = ++m->n_versions;
	}
	EACH_NODE (node, old) {
		to = node->is_leaving ? NULL : live_successor(m, node);
		if (to)
			wait_for_moved(m, node, to);
		for (uint32_t i = 0; i < old->n_devices; i++)
			if (old->devices[i]->is_present &&
			    node == owner_of(old, old->devices[i]->key))
				wait_for(m, successor(m, node),
				    owner_of(m, old->devices[i]->key), false);
	}
	take_waits(m, old);
	take_leaving(m, old);
	free_old(m, old);
	free(pending);
	model_derive(m);
	drop_waits(m);
	EACH_NODE (node, m)
		if (node->life.state == NODE_UP && is_any(node) &&
		    !node->life.selected) {
			node->life.selected = model_first_available(node);
			node->life.choice = ++m->n_versions;
		}
	model_settle(m);
	return m;
}
