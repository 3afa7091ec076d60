/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a node stands on tells it: facts, and digests of them. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/model/model.h"

static const struct model_node *link_target(
    const struct model *m, const struct model_link *link)
{
	if (link->is_some)
		return m->is_deriving ? m->next_selected[link->decl->index]
				      : m->selected[link->decl->index];
	return link->n && link->to[0]->exists ? link->to[0] : NULL;
}

/* Of an `any`. */
static const struct model_node *member_of(
    const struct model *m, const struct model_node *group)
{
	return m->is_deriving ? group->next_selected : group->life.selected;
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

/* What comes after it in the chain of facts. */
static const struct model_node *chain_next(
    const struct model *m, const struct model_node *node)
{
	return is_any(node) ? member_of(m, node) : over_target(m, node);
}

/* One at rest has none, one that is unmet or starts anew neither; what it had
 * may be kept. */
static bool shows_facts(const struct model_node *node)
{
	return model_is_active(node) && !node->life.is_unmet &&
	       node->life.has_facts;
}

static const char *kept_fact(
    const struct model_node *node, const char *key, bool *ret_is_later)
{
	for (uint32_t i = 0; i < node->life.n_kept; i++) {
		const struct model_fact *kept = &node->life.kept[i];

		if (strcmp(kept->key, key) != 0)
			continue;
		*ret_is_later = !*kept->value;
		return *kept->value ? kept->value : NULL;
	}
	return NULL;
}

static const char *find_below(const struct model *m,
    const struct model_node *node, bool was, const char *key,
    bool *ret_is_later);

/* It has those from before; as if it had just become so, while deriving. */
static bool keeps(const struct model *m, const struct model_node *node)
{
	return m->is_deriving ? model_keeps_facts(node) : node->life.has_kept;
}

/* was: also what those show no more who came to rest just now. */
static const char *find_fact(const struct model *m,
    const struct model_node *node, bool was, const char *key,
    bool *ret_is_later)
{
	const struct model_life *life = &node->life;
	bool shows = was || shows_facts(node);

	for (uint32_t i = 0; shows && i < life->facts.n_later; i++)
		if (!strcmp(life->facts.later[i], key)) {
			*ret_is_later = true;
			return NULL;
		}
	for (uint32_t i = 0; shows && i < life->facts.n; i++)
		if (!strcmp(life->facts.items[i].key, key))
			return life->facts.items[i].value;
	return find_below(m, node, was, key, ret_is_later);
}

static const char *find_below(const struct model *m,
    const struct model_node *node, bool was, const char *key,
    bool *ret_is_later)
{
	const struct model_node *below = chain_next(m, node);
	bool kept = keeps(m, node);

	if (kept && node->life.has_kept)
		return kept_fact(node, key, ret_is_later);
	return below ? find_fact(m, below, was || kept, key, ret_is_later)
		     : NULL;
}

const char *model_fact_below(const struct model *m,
    const struct model_node *node, const char *key, bool *ret_is_later)
{
	*ret_is_later = false;
	return find_below(m, node, false, key, ret_is_later);
}

int model_match(const struct model *m, const struct model_node *node)
{
	int result = 1;

	for (uint32_t i = 0; i < node->decl->rare->n_fact_globs; i++) {
		const struct fact_globs *want =
		    &node->decl->rare->fact_globs[i];
		bool is_later;
		const char *value =
		    model_fact_below(m, node, want->key, &is_later);

		if (is_later)
			result = -1;
		else if (!value || !globs_match(want, value))
			return 0;
	}
	return result;
}

/* ---- digests: what a node was told, to see that it is to be told anew ---- */

struct sight {
	uint64_t sum;
	uint32_t n;
	const char *keys[64]; /* those seen; they hide others */
};

/* An empty value: it is to come. */
static void see(struct sight *sight, const char *key, const char *value)
{
	for (uint32_t i = 0; i < sight->n; i++)
		if (!strcmp(sight->keys[i], key))
			return;
	assert(sight->n < 64);
	sight->keys[sight->n++] = key;
	/* In whatever order. */
	sight->sum += mix_text(mix_text(7, key), value);
}

/* The facts that can be seen there, as they were last. */
static uint64_t view_facts(const struct model *m, const struct model_node *at)
{
	struct sight sight = { .sum = 1 };

	for (; at; at = at->life.has_kept ? NULL : chain_next(m, at)) {
		const struct model_life *life = &at->life;
		const struct model_facts *shown = &life->shown;

		for (uint32_t i = 0; i < shown->n; i++)
			see(&sight, shown->items[i].key,
			    shown->items[i].value);
		for (uint32_t i = 0; i < shown->n_later; i++)
			see(&sight, shown->later[i], "");
		for (uint32_t i = 0; life->has_kept && i < life->n_kept; i++)
			see(&sight, life->kept[i].key, life->kept[i].value);
	}
	return sight.sum;
}

static uint64_t view_choices(
    const struct model *m, const struct model_node *at);

static uint64_t choices_under(
    const struct model *m, const struct model_node *at)
{
	return at->life.has_kept ? at->life.kept_choices
				 : view_choices(m, chain_next(m, at)) -
				   at->life.hidden_choices;
}

/* What has been selected there, or is stood on since a reload. */
static uint64_t view_choices(
    const struct model *m, const struct model_node *at)
{
	uint64_t choice;

	if (!at)
		return 0;
	choice = at->life.choice;
	if (is_any(at) && m->is_deriving &&
	    at->next_selected != at->life.selected)
		choice = UINT64_MAX;
	/* However many nodes are between. */
	return (choice ? mix(1, choice) : 0) +
	       choices_under(m, at);
}

/* The node's facts, with those of what it stands on, and that it has been
 * away. */
uint64_t model_view(const struct model *m, const struct model_node *node)
{
	uint64_t sum = mix_text(node->life.version, node->name);

	sum = mix(sum, view_choices(m, node));
	return mix(sum, view_facts(m, node));
}

static uint64_t template_choice(const struct model *m, uint32_t index)
{
	return m->is_deriving && m->next_selected[index] != m->selected[index]
		? UINT64_MAX : m->choices[index];
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
		if (l->is_some)
			sum = mix(sum, template_choice(m, l->decl->index));
		/* Of one that is not available nothing new is told. */
		sum = mix(sum, !to ? 0 : to->available ? model_view(m, to)
						       : to->life.seen);
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
		return mix(sum, group->life.choice);
	EACH_LINK (l, group)
		if (l->role == MODEL_OF && l->is_some)
			sum = mix(sum, m->chosen[l->decl->index]);
	return sum;
}

/* What the `any` that it is over has selected. */
uint64_t model_told_over(const struct model *m, const struct model_node *node)
{
	node = over_target(m, node);
	/* The first selection is none of another. */
	return node && is_any(node) && node->life.choice ? selection(m, node)
							 : 4;
}

static uint64_t absent_chosen(
    const struct model *m, const struct model_node *node)
{
	return node->chosen_before ? node->chosen_before
				   : model_chosen(m, node);
}

static uint64_t choices_below(
    const struct model *m, const struct model_node *member)
{
	uint64_t sum = model_chosen(m, member);

	return is_group(member) ? mix(sum, model_choices(m, member)) : sum;
}

/* What the group has selected, and that one in turn; of an `all`, what each
 * member has. */
uint64_t model_choices(const struct model *m, const struct model_node *group)
{
	const struct model_node *selected = group->life.selected;
	uint64_t sum = selection(m, group);

	if (is_any(group))
		return selected ? mix(sum, choices_below(m, selected))
				: group->life.choices;
	EACH_LINK (l, group) {
		const struct model_node *to;

		if (l->role != MODEL_OF)
			continue;
		to = link_target(m, l);
		if (to)
			sum = mix(sum, choices_below(m, to));
		else if (l->is_some)
			sum = mix(sum, m->below[l->decl->index]);
		else if (l->n)
			sum = mix(sum, absent_chosen(m, l->to[0]));
	}
	return sum;
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
		if (!to && l->is_some)
			sum = mix(sum, m->below[l->decl->index]);
		else if (!to && l->n)
			sum = mix(sum, absent_chosen(m, l->to[0]));
		if (!to)
			continue;
		if (is_group(to))
			sum = mix(sum, model_choices(m, to));
		sum = mix(sum, model_chosen(m, to));
	}
	return sum;
}

/* ---- what a held node keeps ---- */

static void keep(struct model_life *life, const char *key, const char *value)
{
	for (uint32_t i = 0; i < life->n_kept; i++)
		if (!strcmp(life->kept[i].key, key))
			return; /* a nearer one hides it */
	assert(life->n_kept < MODEL_FACTS_MAX);
	snprintf(life->kept[life->n_kept].key, sizeof(life->kept[0].key), "%s",
	    key);
	snprintf(life->kept[life->n_kept++].value,
	    sizeof(life->kept[0].value), "%s", value);
}

/* Also what those at rest had: they came to rest just now. */
void model_keep_facts(const struct model *m, struct model_node *node)
{
	struct model_life *life = &node->life;

	life->kept_choices = choices_under(m, node);
	life->has_kept = true;
	life->n_kept = 0;
	for (const struct model_node *at = over_target(m, node); at;
		at = at->life.has_kept ? NULL : chain_next(m, at)) {
		const struct model_facts *facts = &at->life.facts;

		for (uint32_t i = 0; i < facts->n; i++)
			keep(life, facts->items[i].key,
			    facts->items[i].value);
		for (uint32_t i = 0; i < facts->n_later; i++)
			keep(life, facts->later[i], "");
		for (uint32_t i = 0; at->life.has_kept && i < at->life.n_kept;
			i++)
			keep(life, at->life.kept[i].key,
			    at->life.kept[i].value);
	}
}

void model_drop_facts(const struct model *m, struct model_node *node)
{
	struct model_life *life = &node->life;

	life->has_kept = false;
	life->hidden_choices =
	    view_choices(m, chain_next(m, node)) - life->kept_choices;
}
