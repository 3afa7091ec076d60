/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keys of a kind mean: values with ${FACT}, nodes that they name. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "resolver/schema.h"
#include "tests/model/model.h"

bool model_can_update(const struct model *m, const struct model_node *node)
{
	/* Those that name nodes have to. */
	return !m->is_fixed || strcmp(node->decl->schema->kind, "kit") != 0 ||
	       node->decl->rare->key_pulls.n || node->decl->rare->follows.n;
}

/* ---- values ---- */

bool model_lacks_fact(const struct model *m, const struct model_node *node,
    bool *ret_is_coming)
{
	const struct fact_use *use = node->decl->rare->fact_uses;
	bool lacks = false;

	*ret_is_coming = true;
	for (; use; use = use->next) {
		bool is_later;

		if (model_fact_below(m, node, use->name, &is_later))
			continue;
		lacks = true;
		*ret_is_coming &= is_later;
	}
	return lacks;
}

static const struct model_fact *find_used(
    const struct model_node *node, const char *key)
{
	for (uint32_t i = 0; i < node->life.n_used; i++)
		if (!strcmp(node->life.used[i].key, key))
			return &node->life.used[i];
	return NULL;
}

bool model_has_new_values(const struct model *m,
    const struct model_node *node, bool is_fixed)
{
	const struct fact_use *use = node->decl->rare->fact_uses;

	for (; use; use = use->next) {
		const struct model_fact *used = find_used(node, use->name);
		bool is_later;
		const char *value =
		    model_fact_below(m, node, use->name, &is_later);

		if (is_fixed && (!use->is_fixed || !used))
			continue;
		if (!used || !value || strcmp(value, used->value) != 0)
			return true;
	}
	return false;
}

/* `choice` is one of d0 and d1. */
static bool is_good(const struct model *m, const struct model_node *node)
{
	bool is_later;
	const char *value;

	if (strcmp(node->decl->schema->kind, "kit") != 0 ||
	    !config_has_facts(node->decl->config, "choice"))
		return true;
	value = model_fact_below(m, node, "domain", &is_later);
	return value && (!strcmp(value, "d0") || !strcmp(value, "d1"));
}

bool model_take_values(const struct model *m, struct model_node *node)
{
	const struct fact_use *use = node->decl->rare->fact_uses;
	bool good = is_good(m, node);

	if (!good && node->life.state != NODE_STARTING)
		return false;
	node->life.n_used = 0;
	for (; use; use = use->next) {
		struct model_fact *used = &node->life.used[node->life.n_used++];
		bool is_later;
		const char *value =
		    model_fact_below(m, node, use->name, &is_later);

		assert(node->life.n_used <= MODEL_FACTS_MAX);
		snprintf(used->key, sizeof(used->key), "%s", use->name);
		snprintf(used->value, sizeof(used->value), "%s",
		    value ? value : "");
	}
	return good;
}

/* ---- nodes that are named ---- */

uint64_t model_members(const struct model *m, const struct model_node *node)
{
	uint64_t sum = 8;

	EACH_LINK (l, node) {
		if (l->role != MODEL_KEY_PULLS && l->role != MODEL_FOLLOWS)
			continue;
		for (uint32_t i = 0; i < l->n; i++) {
			const struct model_node *to = l->to[i];

			if (to->exists && to->available)
				sum += mix_text(
				    model_view(m, to), to->name);
		}
	}
	return sum;
}
