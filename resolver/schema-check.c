/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of a profile, read as the schema's rows say. */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/load.h"

enum { KEYS_MAX = 64 }; /* of one table, for hints */

/* One value, whatever its type. */
union scalar {
	int64_t number;
	const char *text;
	struct secret secret;
	struct config section;
};

const struct schema_key *schema_find_key(
    const struct schema_key *keys, const char *name)
{
	for (; keys && keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

static bool is_limited(const struct schema_key *key)
{
	return key->min || key->max;
}

/* "a number from 68 to 65535": what the row wants, for messages. */
static void describe_key(const struct schema_key *key, struct text *out)
{
	switch (key->type) {
	case VALUE_BOOL:
		text_append(out, "true or false");
		return;
	case VALUE_INTEGER:
		text_append(out, "a number");
		if (is_limited(key))
			text_printf(out, " from %" PRId64 " to %" PRId64,
			    key->min, key->max);
		return;
	case VALUE_DURATION:
		text_append(out, "a duration, such as 250ms, 10s, 5m or 1h");
		return;
	case VALUE_SECRET:
		text_append(out, "{ file: PATH }, or a text");
		return;
	case VALUE_SECTION:
		text_append(out, "a mapping of keys");
		return;
	case VALUE_NODE:
		text_append(out, "the name of a node");
		return;
	case VALUE_TEXT:
		break;
	}
	if (!key->choices) {
		text_append(out, "a text");
		return;
	}
	for (size_t i = 0; key->choices[i]; i++)
		text_printf(out, "%s%s",
		    i == 0 ? "" : key->choices[i + 1] ? ", " : " or ",
		    key->choices[i]);
}

/* The item is not what the row wants. */
static void report_wrong(struct loader *loader, const struct schema_key *key,
    const struct item *item)
{
	struct text expected = {0};
	struct diagnostic *diagnostic;
	size_t n = 0;

	describe_key(key, &expected);
	if (expected.failed) {
		loader->diagnostics->failed = true;
		text_clear(&expected);
		return;
	}
	diagnostic = load_type_error(loader, item, key->name, expected.data);
	text_clear(&expected);
	while (key->choices && key->choices[n])
		n++;
	if (n && item->type == ITEM_TEXT)
		load_suggest(loader, diagnostic, item->text, key->choices, n);
}

static bool parse_bool(const char *s, int64_t *ret)
{
	static const char *const words[] = {
	    "false", "true", "no", "yes", "off", "on"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(s, words[i]) == 0) {
			*ret = i % 2;
			return true;
		}
	}
	return false;
}

/* Decimal digits, perhaps after a minus; strtoll() alone would also take
 * blanks and a plus. */
static bool parse_integer(
    const struct schema_key *key, const char *s, int64_t *ret)
{
	size_t digits = strspn(s + (*s == '-'), "0123456789");
	long long number;

	if (!digits || s[(*s == '-') + digits])
		return false;
	errno = 0;
	number = strtoll(s, NULL, 10);
	if (errno ||
	    (is_limited(key) && (number < key->min || number > key->max)))
		return false;
	*ret = number;
	return true;
}

static bool is_choice(const struct schema_key *key, const char *s)
{
	for (size_t i = 0; key->choices && key->choices[i]; i++)
		if (strcmp(key->choices[i], s) == 0)
			return true;
	return !key->choices;
}

bool value_parse(const struct schema_key *key, const char *text,
    int64_t *ret_number, struct text *expected)
{
	const char *wanted = NULL;
	uint64_t ms;
	bool good;

	if (key->type == VALUE_BOOL) {
		good = parse_bool(text, ret_number);
	} else if (key->type == VALUE_INTEGER) {
		good = parse_integer(key, text, ret_number);
	} else if (key->type == VALUE_DURATION) {
		good = text_parse_duration(text, &ms) == 0;
		*ret_number = good ? (int64_t)ms : 0;
	} else {
		good = is_choice(key, text);
		wanted = good && key->check ? key->check(text) : NULL;
	}
	if (wanted)
		text_append(expected, wanted);
	else if (!good)
		describe_key(key, expected);
	return good && !wanted;
}

/* No fact can stand there. True when there is none; else reported. A
 * description is for people, whatever it looks like. */
static bool check_no_fact(struct loader *loader, const struct schema_key *key,
    const struct item *item)
{
	if (!fact_values_has(item->text) ||
	    (!loader->own_key && strcmp(key->name, "description") == 0))
		return true;
	load_error(loader, &item->mark,
	    "'%s' cannot have '${' in it: facts stand only in values of a "
	    "kind's own keys that are no nodes and no secrets", key->name);
	return false;
}

/* Checks a text. True when it is good; else it has been reported. */
static bool check_text(struct loader *loader, const struct schema_key *key,
    const struct item *item, const char *text)
{
	const char *expected;

	if (!check_no_fact(loader, key, item))
		return false;
	if (!is_choice(key, text)) {
		report_wrong(loader, key, item);
		return false;
	}
	expected = key->check ? key->check(text) : NULL;
	if (expected)
		load_type_error(loader, item, key->name, expected);
	return !expected;
}

/* Text, or { file: PATH }. 1: good; 0: reported; -ENOMEM. */
static int read_secret(struct loader *loader, const struct schema_key *key,
    const struct item *item, struct secret *ret)
{
	const struct item *file;
	const char *copy;

	file = item->type == ITEM_MAPPING ? item_find(item, "file") : NULL;
	if (!file && load_hide(loader, item))
		return -ENOMEM;
	if (item->type == ITEM_TEXT) {
		if (fact_values_has(item->text)) {
			load_error(loader, &item->mark,
			    "'%s' is a secret and cannot have '${' in it; one "
			    "that has it can only be in a file: "
			    "{ file: PATH }", key->name);
			return 0;
		}
		copy = arena_strdup(loader->profile->arena, item->text);
		*ret = (struct secret){.text = copy};
		return copy ? 1 : -ENOMEM;
	}
	if (!file || item->n != 1) {
		report_wrong(loader, key, item);
		return 0;
	}
	if (file->is_bad)
		return 0;
	if (file->type == ITEM_TEXT && !check_no_fact(loader, key, file))
		return 0;
	if (file->type != ITEM_TEXT || file->text[0] != '/') {
		load_type_error(loader, file, "file",
		    "a path from the root, such as /etc/netconf/secrets/key");
		return 0;
	}
	copy = arena_strdup(loader->profile->arena, file->text);
	*ret = (struct secret){.file = copy};
	return copy ? 1 : -ENOMEM;
}

/* A text, or the name of a node, which goes among the references of the node
 * being read. 1: good, or reported to be unknown; 0: reported; -ENOMEM. */
static int read_text(struct loader *loader, const struct schema_key *key,
    const struct item *item, const char **ret)
{
	struct arena *arena = loader->profile->arena;
	int r = 0;

	*ret = loader->own_key ? fact_values_plain(arena, item->text)
			       : arena_strdup(arena, item->text);
	if (!*ret)
		return -ENOMEM;
	if (!check_text(loader, key, item, *ret))
		return 0;
	if (key->type == VALUE_NODE)
		r = key_ref_add(loader, key, item);
	return r ? r : 1;
}

bool schema_has_secret(const struct schema_key *keys)
{
	bool found = false;

	for (; keys && keys->name && !found; keys++)
		found = keys->type == VALUE_SECRET ||
		    schema_has_secret(keys->keys);
	return found;
}

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

/* A mapping with keys of its own. 1: read; 0: reported; -ENOMEM. The
 * recursion is as deep as the schema's sections. */
static int read_section(struct loader *loader, const struct schema_key *key,
    const struct item *mapping, struct config *ret)
{
	const struct key_owner owner = {"'", key->name, "'"};
	struct config *config;
	int r;

	if (mapping->type != ITEM_MAPPING) {
		report_wrong(loader, key, mapping);
		return 0;
	}
	r = config_new(loader, key->keys, &config);
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
	if (!r)
		r = config_finish(
		    loader, config, mapping, &mapping->mark, &owner);
	if (r)
		return r;
	*ret = *config;
	return 1;
}

/* One value. 1: good; 0: it has been reported; -ENOMEM. */
static int read_scalar(struct loader *loader, const struct schema_key *key,
    const struct item *item, union scalar *ret)
{
	const bool is_text = item->type == ITEM_TEXT;
	uint64_t ms = 0;
	bool good = false;

	if (item->is_bad)
		return 0;
	if (key->type != VALUE_SECTION && item_is_empty(item)) {
		load_error(loader, item->key ? &item->key_mark : &item->mark,
		    "'%s' has no value", key->name);
		return 0;
	}
	switch (key->type) {
	case VALUE_BOOL:
		good = is_text && parse_bool(item->text, &ret->number);
		break;
	case VALUE_INTEGER:
		good = is_text && parse_integer(key, item->text, &ret->number);
		break;
	case VALUE_DURATION:
		good = is_text && text_parse_duration(item->text, &ms) == 0;
		ret->number = (int64_t)ms;
		break;
	case VALUE_TEXT:
	case VALUE_NODE:
		if (is_text)
			return read_text(loader, key, item, &ret->text);
		break;
	case VALUE_SECRET:
		return read_secret(loader, key, item, &ret->secret);
	case VALUE_SECTION:
		return read_section(loader, key, item, &ret->section);
	}
	if (!good)
		report_wrong(loader, key, item);
	return good;
}

size_t value_size(enum value_type type)
{
	static const size_t sizes[] = {
	    [VALUE_BOOL] = sizeof(int64_t),
	    [VALUE_INTEGER] = sizeof(int64_t),
	    [VALUE_DURATION] = sizeof(int64_t),
	    [VALUE_TEXT] = sizeof(const char *),
	    [VALUE_SECRET] = sizeof(struct secret),
	    [VALUE_SECTION] = sizeof(struct config),
	    [VALUE_NODE] = sizeof(const char *),
	};

	return sizes[type];
}

/* A program and its arguments. True when it is good; else reported. */
static bool check_program(struct loader *loader, const struct schema_key *key,
    const struct item *item)
{
	const struct item *first = item->type == ITEM_LIST ? item->first : item;

	if (first->text[0] != '/') {
		load_type_error(loader, first, key->name,
		    "the path of a program from the root, such as "
		    "/usr/bin/logger, and its arguments");
		return false;
	}
	if (first != item || !strpbrk(first->text, " \t\n"))
		return true;
	load_error(loader, &item->mark,
	    "'%s' is no line for a shell; write a list of the program and its "
	    "arguments, such as [/usr/bin/logger, hello]", key->name);
	return false;
}

/* ---- ${FACT} ---- */

static bool may_have_facts(
    const struct loader *loader, const struct schema_key *key)
{
	switch (key->type) {
	case VALUE_BOOL:
	case VALUE_INTEGER:
	case VALUE_DURATION:
	case VALUE_TEXT:
		return loader->own_key;
	case VALUE_SECRET:
	case VALUE_SECTION:
	case VALUE_NODE:
		break;
	}
	return false;
}

static bool has_facts(const struct item *one, uint32_t n)
{
	for (; n--; one = one->next)
		if (one->type == ITEM_TEXT && fact_values_has(one->text))
			return true;
	return false;
}

static bool section_has_facts(const struct config *section)
{
	for (size_t i = 0; section->keys && section->keys[i].name; i++)
		if (section->values[i].has_facts)
			return true;
	return false;
}

/* Values that have facts in them, or stand beside such: kept as written, but
 * what can be checked is. */
static int read_facts(struct loader *loader, const struct schema_key *key,
    const struct item *item, const struct item *one, uint32_t n,
    struct value *value)
{
	const bool is_program = key->flags & KEY_PROGRAM;
	const char **texts =
	    arena_array(loader->profile->arena, n, sizeof(*texts));
	bool good = true;

	if (!texts)
		return -ENOMEM;
	if (is_program && has_facts(one, 1)) {
		load_error(loader, &one->mark,
		    "no fact can say which program '%s' runs; only its "
		    "arguments can have '${' in them", key->name);
		return 0;
	}
	for (uint32_t i = 0; i < n; i++, one = one->next) {
		union scalar scalar;
		int r = has_facts(one, 1)
		    ? fact_values_read(loader, one)
		    : read_scalar(loader, key, one, &scalar);

		if (r < 0)
			return r;
		good &= r > 0;
		if (r)
			texts[i] = arena_strdup(
			    loader->profile->arena, one->text);
		if (r && !texts[i])
			return -ENOMEM;
	}
	if (!good || (is_program && !check_program(loader, key, item)))
		return 0;
	*value = (struct value){.n = n, .has_facts = true, .texts = texts};
	return 0;
}

/* n of them, from one on. */
static int read_values(struct loader *loader, const struct schema_key *key,
    const struct item *item, const struct item *one, uint32_t n,
    struct value *value)
{
	const size_t size = value_size(key->type);
	unsigned char *array =
	    arena_array(loader->profile->arena, n, size);
	bool good = true;

	if (!array)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++, one = one->next) {
		union scalar scalar = {0};
		int r = read_scalar(loader, key, one, &scalar);

		if (r < 0)
			return r;
		good &= r > 0;
		memcpy(array + i * size, &scalar, size);
	}
	if (good && (key->flags & KEY_PROGRAM))
		good = check_program(loader, key, item);
	if (!good)
		return 0;
	value->n = n;
	value->numbers = (const void *)array;
	for (uint32_t i = 0; key->type == VALUE_SECTION && i < n; i++)
		value->has_facts |= section_has_facts(&value->sections[i]);
	return 0;
}

int value_read(struct loader *loader, const struct schema_key *key,
    const struct item *item, struct value *value)
{
	const bool by_domain = key->flags & KEY_BY_DOMAIN;
	const bool is_list =
	    by_domain || (key->flags & KEY_LIST && item->type == ITEM_LIST);
	const struct item *one = is_list ? item->first : item;
	uint32_t n = is_list ? item->n : 1;

	*value = (struct value){0};
	if (by_domain) {
		int r = domains_read(loader, key, item, &value->domains);

		if (r <= 0)
			return r;
	}
	if (!n)
		return 0;
	if (may_have_facts(loader, key) && has_facts(one, n))
		return read_facts(loader, key, item, one, n, value);
	return read_values(loader, key, item, one, n, value);
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

	while (keys[n].name)
		n++;
	if (!all)
		return -ENOMEM;
	all->keys = keys;
	all->values =
	    arena_array(loader->scratch, n, sizeof(*all->values));
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

int config_new(
    struct loader *loader, const struct schema_key *keys, struct config **ret)
{
	struct arena *arena = loader->profile->arena;
	struct config *config = arena_alloc(arena, sizeof(*config));
	size_t n = 0;

	while (keys && keys[n].name)
		n++;
	if (!config)
		return -ENOMEM;
	config->keys = keys;
	config->values = arena_array(arena, n, sizeof(struct value));
	*ret = config;
	return config->values ? 0 : -ENOMEM;
}

int config_set(struct loader *loader, struct config *config,
    const struct schema_key *key, const struct item *item)
{
	struct value *values = (struct value *)config->values;

	return value_read(loader, key, item, &values[key - config->keys]);
}

int config_finish(struct loader *loader, struct config *config,
    const struct item *mapping, const struct mark *mark,
    const struct key_owner *owner)
{
	struct value *values = (struct value *)config->values;
	struct fallbacks *fallbacks;
	int r;

	if (!config->keys)
		return 0;
	r = find_fallbacks(loader, config->keys, &fallbacks);
	if (r)
		return r;
	for (size_t i = 0; config->keys[i].name; i++) {
		const struct schema_key *key = &config->keys[i];
		const struct item *item;

		if (values[i].n)
			continue;
		item = item_find(mapping, key->name);
		if (!item) {
			if (key->flags & KEY_REQUIRED)
				load_error(loader, mark,
				    "'%s' is missing; %s%s%s must have it",
				    key->name, owner->before, owner->name,
				    owner->after);
			values[i] = fallbacks->values[i];
		} else if ((key->flags & KEY_REQUIRED) &&
		    item->type == ITEM_LIST && !item->n) {
			load_error(loader, &item->mark,
			    "'%s' is empty; it needs one or more", key->name);
		}
	}
	return 0;
}
