/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of keys: mappings read as a schema says, and what absent keys mean. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "resolver/load.h"

enum { KEYS_MAX = 64 }; /* of one table, for hints */

const struct schema_key *schema_find_key(
    const struct schema_key *keys, const char *name)
{
	for (; keys && keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

bool schema_has_secret(const struct schema_key *keys)
{
	bool found = false;

	for (; keys && keys->name && !found; keys++)
		found = keys->type == VALUE_SECRET ||
		    schema_has_secret(keys->keys);
	return found;
}

/* ---- what absent keys mean ---- */

/* Of a table, each key's fallback, absent if it has none: read once, and
 * shared by all nodes with that table. */
struct fallbacks {
	struct fallbacks *next;
	const struct schema_key *keys;
	struct value *values;
};

static int fall_back(
    struct loader *loader, const struct schema_key *key, struct value *value)
{
	struct item item = {.type = ITEM_TEXT, .text = key->fallback};
	int r;

	if (!key->fallback)
		return 0;
	assert(key->type != VALUE_NODE);
	r = value_read(loader, key, &item, value);
	assert(r || value->n == 1); /* else the table is wrong */
	return r;
}

static int read_fallbacks(struct loader *loader,
    const struct schema_key *keys, struct fallbacks **ret)
{
	struct fallbacks *all =
	    arena_alloc(loader->scratch, sizeof(*all));
	size_t n = 0;
	int r = 0;

	while (keys && keys[n].name)
		n++;
	if (!all)
		return -ENOMEM;
	all->keys = keys;
	all->values =
	    arena_array(loader->profile->arena, n, sizeof(*all->values));
	if (!all->values)
		return -ENOMEM;
	for (size_t i = 0; i < n && !r; i++)
		r = fall_back(loader, &keys[i], &all->values[i]);
	if (r)
		return r;
	all->next = loader->fallbacks;
	*ret = loader->fallbacks = all;
	return 0;
}

static int find_fallbacks(struct loader *loader,
    const struct schema_key *keys, struct fallbacks **ret)
{
	*ret = loader->fallbacks;
	while (*ret && (*ret)->keys != keys)
		*ret = (*ret)->next;
	return *ret ? 0 : read_fallbacks(loader, keys, ret);
}

/* ---- tables of keys ---- */

int config_new(struct loader *loader, const struct schema_key *keys,
    const struct item *mapping, struct config **ret)
{
	struct arena *arena = loader->profile->arena;
	struct config *config = arena_alloc(arena, sizeof(*config));
	struct fallbacks *fallbacks;
	size_t n = 0;
	int r = find_fallbacks(loader, keys, &fallbacks);

	if (r || !config)
		return -ENOMEM;
	for (const struct item *item = mapping->first; item; item = item->next)
		n += schema_find_key(keys, item->key) != NULL;
	config->keys = keys;
	config->fallbacks = fallbacks->values;
	config->given = arena_array(arena, n, sizeof(*config->given));
	*ret = config;
	return config->given ? 0 : -ENOMEM;
}

int config_set(struct loader *loader, struct config *config,
    const struct schema_key *key, const struct item *item)
{
	struct value *value =
	    (struct value *)&config->given[config->n_given++];
	int r = value_read(loader, key, item, value);

	value->key = (uint16_t)(key - config->keys);
	return r;
}

void config_finish(struct loader *loader, const struct config *config,
    const struct item *mapping, const struct mark *mark,
    const struct key_owner *owner)
{
	const struct schema_key *key = config->keys;

	for (; key && key->name; key++) {
		const struct item *item;

		if (!(key->flags & KEY_REQUIRED))
			continue;
		item = item_find(mapping, key->name);
		if (!item)
			load_error(loader, mark,
			    "'%s' is missing; %s%s%s must have it", key->name,
			    owner->before, owner->name, owner->after);
		else if (item->type == ITEM_LIST && !item->n)
			load_error(loader, &item->mark,
			    "'%s' is empty; it needs one or more", key->name);
	}
}

/* ---- sections ---- */

/* A key that the section does not have. Where there are secrets, it may be a
 * misspelled one. */
static int report_unknown_key(struct loader *loader,
    const struct schema_key *keys, const struct key_owner *owner,
    const struct item *item)
{
	const char *candidates[KEYS_MAX];
	struct diagnostic *diagnostic;
	size_t n = 0;

	for (; keys && keys[n].name && n < KEYS_MAX; n++)
		candidates[n] = keys[n].name;
	diagnostic = load_error(loader, &item->key_mark,
	    "'%s' is not a key of %s%s%s", item->key, owner->before,
	    owner->name, owner->after);
	load_suggest(loader, diagnostic, item->key, candidates, n);
	return schema_has_secret(keys) ? load_hide(loader, item) : 0;
}

/* The recursion is as deep as the schema's sections. */
int config_read(struct loader *loader, const struct schema_key *key,
    const struct item *mapping, struct config *ret)
{
	const struct key_owner owner = {"'", key->name, "'"};
	struct config *config;
	int r;

	r = config_new(loader, key->keys, mapping, &config);
	for (const struct item *item = mapping->first; item && !r;
		item = item->next) {
		const struct schema_key *row =
		    schema_find_key(key->keys, item->key);

		if (row)
			r = config_set(loader, config, row, item);
		else
			r = report_unknown_key(
			    loader, key->keys, &owner, item);
	}
	if (r)
		return r;
	config_finish(loader, config, mapping, &mapping->mark, &owner);
	*ret = *config;
	return 1;
}
