/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts that have changed, and who can see it: a nearer fact hides another. */
#include "resolver/node.h"

#include <string.h>

static const char *value_of(const struct news *news,
    const struct factset *set, const char *key)
{
	const char *value = factset_find(set, key);
	bool is_later = false;

	if (value || !news->is_own)
		return value;
	value = node_find_fact_below(news->source, key, &is_later);
	return is_later ? fact_to_come : value;
}

static bool has_changed(const struct news *news, const char *key)
{
	const char *a = value_of(news, news->before, key);
	const char *b = value_of(news, news->now, key);

	if (!a || !b || a == fact_to_come || b == fact_to_come)
		return a != b;
	return strcmp(a, b) != 0;
}

static bool hides(
    const struct news *news, const struct node *node, const char *key)
{
	/* It is over another, so it is bound to no device. */
	(void)news;
	return !node->has_old_facts && factset_find(node->facts, key);
}

static bool is_seen_above(
    const struct news *news, const struct node *node, const char *key)
{
	for (; node && node != news->source; node = node_below(node))
		if (hides(news, node, key))
			return false;
	return true;
}

/* Is that so of a key that has changed? */
static bool some_key(const struct news *news, const struct node *node,
    bool (*is)(const struct news *, const struct node *, const char *key))
{
	const struct factset *sets[] = {news->before, news->now};

	for (int i = 0; i < 2; i++) {
		const struct factset *set = sets[i];

		for (uint32_t j = 0; set && j < set->n; j++)
			if (has_changed(news, set->items[j].key) &&
			    is(news, node, set->items[j].key))
				return true;
		for (uint32_t j = 0; set && j < set->n_later; j++)
			if (has_changed(news, set->later[j]) &&
			    is(news, node, set->later[j]))
				return true;
	}
	return false;
}

bool news_reach(const struct news *news, const struct node *node)
{
	return !news || some_key(news, node, is_seen_above);
}

bool news_pass(const struct news *news, const struct node *node)
{
	if (node->kept)
		return false;
	/* One that hides nothing needs no look at all that is below. */
	return !news || !some_key(news, node, hides) ||
	       some_key(news, node, is_seen_above);
}
