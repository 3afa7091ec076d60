/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the admin asks for. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/model/model.h"

/* NAME or NAME@KEY, taken apart. */
struct wish {
	const struct decl *decl;
	const char *key;
	struct model_name *name;
};

static int read_wish(struct model *m, const char *text, struct wish *ret)
{
	const char *at = strchr(text, '@');
	size_t n = at ? (size_t)(at - text) : strlen(text);

	ret->decl = profile_find_n(m->profile, text, n);
	if (!ret->decl || (at && !m->roots[ret->decl->index]))
		return -ENOENT;
	ret->key = at ? model_know_device(m, at + 1)->key : NULL;
	ret->name = model_name(m, text);
	return 0;
}

static bool is_of_wish(const struct wish *wish, const struct model_node *node)
{
	return node->decl == wish->decl &&
	       (!wish->key || !strcmp(wish->key, node->card));
}

/* What it needs as it is declared, whether it is there or not: key names the
 * card, NULL: any. */
static void forget_needs(struct model *m, const struct decl *decl,
    const char *key, bool is_unmasking)
{
	const struct refs *lists[] = { &decl->over, &decl->requires,
		&decl->rare->key_requires };

	if (is_unmasking)
		model_name(m, decl->name)->is_masked = false;
	for (uint32_t i = 0; i < m->n_nodes; i++) {
		struct model_node *node = m->nodes[i];

		if (node->decl != decl ||
		    (key && decl->root && strcmp(key, node->card) != 0))
			continue;
		if (is_unmasking)
			node->own->is_masked = false;
		if (node->exists)
			model_forget(m, node);
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (uint32_t j = 0; j < lists[i]->n; j++) {
			const struct ref *ref = &lists[i]->items[j];
			bool is_same = decl->root &&
				       ref->decl->root == decl->root;

			forget_needs(m, ref->decl,
			    ref->device ? ref->device
				: is_same ? key : NULL,
			    is_unmasking);
		}
}

int model_up(
    struct model *m, uint64_t now_ms, const char *const *names, size_t n)
{
	struct wish wishes[16];

	assert(n <= 16);
	for (size_t i = 0; i < n; i++)
		if (read_wish(m, names[i], &wishes[i]))
			return -ENOENT;
	m->now_ms = now_ms;
	for (size_t i = 0; i < n; i++) {
		wishes[i].name->is_goal = true;
		forget_needs(m, wishes[i].decl, wishes[i].key, true);
		for (uint32_t j = 0; j < m->n_nodes; j++)
			if (wishes[i].key &&
			    is_of_wish(&wishes[i], m->nodes[j]))
				model_appear(m, m->nodes[j]);
	}
	model_settle(m);
	return 0;
}

static bool is_member_elsewhere(const struct model_node *group,
    const struct wish *wish)
{
	for (uint32_t i = 0; i < group->n_links; i++) {
		const struct model_link *l = &group->links[i];

		for (uint32_t j = 0; l->role == MODEL_OF && j < l->n; j++)
			if (l->to[j]->exists && l->to[j]->available &&
			    !is_of_wish(wish, l->to[j]))
				return true;
	}
	return false;
}

/* An unmasked node that is pulled still needs it. */
static bool is_needed(const struct model *m, const struct wish *wish)
{
	for (uint32_t i = 0; i < m->n_nodes; i++) {
		const struct model_node *by = m->nodes[i];

		if (!by->exists || !by->pulled || model_is_masked(by) ||
		    is_of_wish(wish, by))
			continue;
		for (uint32_t j = 0; j < by->n_links; j++) {
			const struct model_link *l = &by->links[j];

			if (!model_link_is_prerequisite(l) &&
			    (l->role != MODEL_OF ||
				(by->decl->is_in_order &&
				    l->index >= by->life.prefix) ||
				(by->decl->schema == &schema_any &&
				    is_member_elsewhere(by, wish))))
				continue;
			/* Also of one that has no card yet. */
			if (!wish->key && l->decl == wish->decl)
				return true;
			for (uint32_t k = 0; k < l->n; k++)
				if (is_of_wish(wish, l->to[k]))
					return true;
		}
	}
	return false;
}

static int by_level(const void *a, const void *b)
{
	const struct wish *p = a, *q = b;
	uint32_t n = model_level(p->decl), k = model_level(q->decl);

	if (n != k)
		return n < k ? 1 : -1;
	if (p->decl != q->decl)
		return p->decl->index < q->decl->index ? -1 : 1;
	if (p->key && q->key)
		return text_compare_names(p->key, q->key);
	return (p->key != NULL) - (q->key != NULL);
}

static bool mask_one(
    struct model *m, const struct wish *wishes, size_t n, bool needed)
{
	model_derive(m);
	for (size_t i = 0; i < n; i++) {
		const struct wish *w = &wishes[i];
		bool asked = w->decl->start != START_MANUAL ||
			     (w->key &&
				 model_name(m, w->decl->name)->is_goal);

		if (w->name->is_masked || is_needed(m, w) != needed ||
		    !(asked || needed))
			continue;
		w->name->is_masked = true;
		return true;
	}
	return false;
}

int model_down(struct model *m, uint64_t now_ms, const char *const *names,
    size_t n, bool force)
{
	struct model_life *lives;
	struct wish wishes[16];

	assert(n <= 16);
	for (size_t i = 0; i < n; i++)
		if (read_wish(m, names[i], &wishes[i]))
			return -ENOENT;
	m->now_ms = now_ms;
	for (size_t i = 0; i < n; i++) {
		wishes[i].name->is_goal = false;
		for (uint32_t j = 0; j < m->n_nodes; j++)
			if (is_of_wish(&wishes[i], m->nodes[j]))
				m->nodes[j]->own->is_goal = false;
	}
	qsort(wishes, n, sizeof(wishes[0]), by_level);
	/* One act: nothing happens between two masks. */
	lives = calloc(m->n_nodes, sizeof(*lives));
	assert(lives);
	for (uint32_t i = 0; i < m->n_nodes; i++)
		lives[i] = m->nodes[i]->life;
	m->keeps_selections = true;
	while (mask_one(m, wishes, n, false) ||
		(force && mask_one(m, wishes, n, true)))
		;
	m->keeps_selections = false;
	for (uint32_t i = 0; i < m->n_nodes; i++)
		m->nodes[i]->life = lives[i];
	free(lives);
	model_settle(m);
	return 0;
}

int model_reset(
    struct model *m, uint64_t now_ms, const char *const *names, size_t n)
{
	struct wish wishes[16];

	assert(n <= 16);
	for (size_t i = 0; i < n; i++)
		if (read_wish(m, names[i], &wishes[i]))
			return -ENOENT;
	m->now_ms = now_ms;
	for (size_t i = 0; i < n; i++)
		forget_needs(m, wishes[i].decl, wishes[i].key, false);
	model_settle(m);
	return 0;
}

int model_restart(
    struct model *m, uint64_t now_ms, const char *const *names, size_t n)
{
	struct wish wishes[16];

	assert(n <= 16);
	for (size_t i = 0; i < n; i++)
		if (read_wish(m, names[i], &wishes[i]))
			return -ENOENT;
	m->now_ms = now_ms;
	for (size_t i = 0; i < n; i++) {
		for (uint32_t j = 0; j < m->n_nodes; j++) {
			struct model_node *node = m->nodes[j];

			if (!is_of_wish(&wishes[i], node) || !node->exists)
				continue;
			if (model_is_active(node))
				node->life.to_restart |=
				    node->life.state != NODE_STOPPING;
			model_forget(m, node);
		}
	}
	model_settle(m);
	return 0;
}
