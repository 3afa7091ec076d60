/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a node stands on tells it: facts, and digests of them. */
#include <string.h>

#include "base/text.h"
#include "tests/model/model.h"

static const struct model_node *link_target(
    const struct model *m, const struct model_link *link)
{
	if (link->is_some)
		return m->selected[link->decl->index];
	return link->n && link->to[0]->exists ? link->to[0] : NULL;
}

bool model_is_first(const struct model *m, const struct model_link *link,
    const struct model_node *node)
{
	return link_target(m, link) == node;
}

static const struct model_link *over_of(const struct model_node *node)
{
	EACH_LINK (l, node)
		if (l->role == MODEL_OVER)
			return l;
	return NULL;
}

static const struct model_node *over_target(
    const struct model *m, const struct model_node *node)
{
	const struct model_link *over = over_of(node);

	return over ? link_target(m, over) : NULL;
}

static bool globs_match(const struct fact_globs *want, const char *value)
{
	for (uint32_t i = 0; i < want->globs.n; i++)
		if (text_match_glob(
			want->globs.items[i], value, want->ignore_case))
			return true;
	return false;
}

enum { KEY_MISSING = -2, KEY_TO_COME = -1 };

/* 1: matches; 0: does not; or one of those above. Its own first, then of what
 * it stands on: an `any` on its selected member,
 * else `over`. */
static int match_key(const struct model *m, const struct model_node *node,
    const struct fact_globs *want)
{
	if (!node)
		return KEY_MISSING;
	for (uint32_t i = 0; i < node->life.n_later; i++)
		if (!strcmp(node->life.later[i], want->key))
			return KEY_TO_COME;
	for (uint32_t i = 0; i < node->life.n_facts; i++)
		if (!strcmp(node->life.facts[i].key, want->key))
			return globs_match(want, node->life.facts[i].value);
	return match_key(m,
	    is_any(node) ? node->life.selected : over_target(m, node), want);
}

int model_match(const struct model *m, const struct model_node *node)
{
	const struct model_node *below = over_target(m, node);
	int result = 1;

	for (uint32_t i = 0; i < node->decl->n_fact_globs; i++) {
		int r = match_key(m, below, &node->decl->fact_globs[i]);

		if (r == KEY_TO_COME)
			result = -1;
		else if (r != 1)
			return 0;
	}
	return result;
}

/* ---- digests: what a node was told, to see that it is to be told anew ---- */

/* The node's facts, with those of what it stands on. Of one that it does not
 * name itself it sees the facts alone, not that it has been away: whoever is
 * between was held up meanwhile. */
static uint64_t view(const struct model *m, const struct model_node *node,
    bool is_named)
{
	uint64_t sum;

	if (!node)
		return 1;
	sum = mix(node->id + 1,
	    is_named ? node->life.version : node->life.seen);
	if (is_any(node))
		sum = mix(sum, view(m, node->life.selected, false));
	return mix(sum, view(m, over_target(m, node), false));
}

/* All that it is told of its prerequisites. */
uint64_t model_told(const struct model *m, const struct model_node *node)
{
	uint64_t sum = 2;

	EACH_LINK (l, node) {
		const struct model_node *to;

		if (!model_link_is_prerequisite(l))
			continue;
		to = link_target(m, l);
		sum = mix(sum, to ? view(m, to, true) : 0);
	}
	return sum;
}

/* What a group has selected: an `any` its member, an `all` the instances of
 * its templates. */
static uint64_t selection(
    const struct model *m, const struct model_node *group)
{
	uint64_t sum = 3;

	if (is_any(group))
		return mix(sum, group->life.selected
				    ? group->life.selected->id + 1
				    : 0);
	EACH_LINK (l, group)
		if (l->role == MODEL_OF && l->is_some && link_target(m, l))
			sum = mix(sum, link_target(m, l)->id + 1);
	return sum;
}

/* What the `any` that it is over has selected. */
uint64_t model_told_over(const struct model *m, const struct model_node *node)
{
	node = over_target(m, node);
	return node && is_any(node) ? selection(m, node) : 4;
}

/* What groups and templates among its prerequisites, and theirs in turn, have
 * selected; the last that they had, when there is none. */
uint64_t model_chosen(const struct model *m, const struct model_node *node)
{
	uint64_t sum = 5;

	EACH_LINK (l, node) {
		const struct model_node *to;

		if (!model_link_is_prerequisite(l))
			continue;
		if (l->is_some)
			sum = mix(sum, m->chosen[l->decl->index]);
		to = link_target(m, l);
		if (!to)
			continue;
		for (; is_any(to) && to->life.selected; to = to->life.selected)
			sum = mix(mix(sum, selection(m, to)),
			    model_chosen(m, to));
		if (is_group(to))
			sum = mix(sum, selection(m, to));
		sum = mix(sum, model_chosen(m, to));
	}
	return sum;
}
