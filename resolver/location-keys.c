/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `match` of a location: facts, and the globs that they must match. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "resolver/load.h"

enum { FACTS_MAX = 256 }; /* of all kinds, for hints */

static const struct schema *find_kind(
    const struct loader *loader, const char *name)
{
	for (size_t i = 0; loader->kinds[i]; i++)
		if (strcmp(loader->kinds[i]->kind, name) == 0)
			return loader->kinds[i];
	return NULL;
}

/* A simulated node gives whatever facts its scenario says. */
static bool has_simulated_node(struct loader *loader)
{
	if (loader->simulated != SIMULATED_UNKNOWN)
		return loader->simulated == SIMULATED_YES;
	loader->simulated = SIMULATED_NO;
	for (uint32_t i = 0; i < loader->profile->n_decls; i++) {
		const struct item *node = loader->nodes[i].item;
		const struct item *kind =
		    node->type == ITEM_MAPPING ? item_find(node, "kind") : NULL;
		const struct schema *schema = kind && kind->type == ITEM_TEXT
		    ? find_kind(loader, kind->text)
		    : NULL;

		if (schema && (schema->flags & SCHEMA_SIMULATED))
			loader->simulated = SIMULATED_YES;
	}
	return loader->simulated == SIMULATED_YES;
}

static size_t add_facts(const struct schema_fact *facts, const char **names,
    size_t n)
{
	for (; facts && facts->name && n < FACTS_MAX; facts++)
		names[n++] = facts->name;
	return n;
}

bool fact_is_known(struct loader *loader, const char *name,
    const struct mark *mark, const char *way_out)
{
	const char *names[FACTS_MAX];
	struct diagnostic *diagnostic;
	size_t n = add_facts(common_facts, names, 0);

	for (size_t i = 0; loader->kinds[i]; i++)
		n = add_facts(loader->kinds[i]->facts, names, n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	if (has_simulated_node(loader))
		return true;
	diagnostic = load_error(
	    loader, mark, "'%s' is not a fact that nodes give%s", name,
	    way_out);
	load_suggest(loader, diagnostic, name, names, n);
	return false;
}

static bool is_mac(const char *fact)
{
	return strcmp(fact, "mac") == 0 || strcmp(fact, "gateway-mac") == 0 ||
	    strcmp(fact, "bssid") == 0;
}

static int read_globs(struct loader *loader, const struct item *item,
    struct fact_globs *ret)
{
	const struct schema_key key = {
	    .name = item->key, .type = VALUE_TEXT, .flags = KEY_LIST};
	struct value value;
	int r = value_read(loader, &key, item, &value);

	if (r)
		return r;
	if (item->type == ITEM_LIST && !item->n)
		load_error(loader, &item->mark,
		    "'%s' is empty: it would never match", item->key);
	ret->key = arena_strdup(loader->profile->arena, item->key);
	if (!ret->key)
		return -ENOMEM;
	ret->ignore_case = is_mac(item->key);
	ret->globs.n = value.n;
	ret->globs.items = value.texts;
	return 0;
}

int fact_globs_read(
    struct loader *loader, struct decl *decl, const struct item *item)
{
	struct decl_rare *rare = load_rare(loader, decl);
	struct fact_globs *globs;
	uint32_t n = 0;

	if (!item->n)
		load_error(loader, &item->mark,
		    "'match' is empty; write which facts the place is known "
		    "by, such as { domain: corp.example }");
	globs = arena_array(
	    loader->profile->arena, item->n, sizeof(*globs));
	if (!rare || !globs)
		return -ENOMEM;
	for (const struct item *one = item->first; one; one = one->next) {
		int r;

		if (!fact_is_known(loader, one->key, &one->key_mark, ""))
			continue;
		r = read_globs(loader, one, &globs[n++]);
		if (r)
			return r;
	}
	rare->n_fact_globs = n;
	rare->fact_globs = globs;
	return 0;
}
