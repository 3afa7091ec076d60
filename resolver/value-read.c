/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of a profile, read as the rows of a schema say. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "resolver/load.h"

/* One value, whatever its type. */
union scalar {
	int64_t number;
	const char *text;
	struct secret secret;
	struct config section;
};

/* The item is not what the row wants. */
static void report_wrong(struct loader *loader, const struct schema_key *key,
    const struct item *item)
{
	struct text expected = {0};
	struct diagnostic *diagnostic;
	size_t n = 0;

	value_describe(key, &expected);
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

/* No fact can stand there. True when there is none; else reported. A
 * description is for people, whatever it looks like. */
static bool check_no_fact(struct loader *loader, const struct schema_key *key,
    const struct item *item)
{
	if (!fact_values_has(item->text) ||
	    (!loader->own_key && strcmp(key->name, "description") == 0))
		return true;
	if (key->flags & KEY_PLAIN)
		load_error(loader, &item->mark,
		    "'%s' cannot have '${' in it: no fact can say which other "
		    "keys a node needs", key->name);
	else
		load_error(loader, &item->mark,
		    "'%s' cannot have '${' in it: facts stand only in values "
		    "of a kind's own keys that are no nodes and no secrets",
		    key->name);
	return false;
}

/* Checks a text. True when it is good; else it has been reported. */
static bool check_text(struct loader *loader, const struct schema_key *key,
    const struct item *item, const char *text)
{
	char suggestion[SUGGESTION_SIZE];
	struct diagnostic *diagnostic;
	const char *expected;

	if (!check_no_fact(loader, key, item))
		return false;
	if (!value_is_choice(key, text)) {
		report_wrong(loader, key, item);
		return false;
	}
	expected = key->check ? key->check(text) : NULL;
	if (!expected)
		return true;
	diagnostic = load_type_error(loader, item, key->name, expected);
	if (key->suggest && key->suggest(text, suggestion))
		diagnostics_hint(loader->diagnostics, diagnostic,
		    "did you mean '%s'?", suggestion);
	return false;
}

/* A mapping that has no `file`, or a list. A key in it is shown only where it
 * can be meant as that: it may be the secret itself. */
static void report_wrong_secret(struct loader *loader,
    const struct schema_key *key, const struct item *item)
{
	static const char *const file[] = {"file"};
	const struct item *one =
	    item->type == ITEM_MAPPING ? item->first : NULL;

	while (one && !text_nearest(one->key, file, 1))
		one = one->next;
	if (!one || item_find(item, "file"))
		report_wrong(loader, key, item);
	else
		load_suggest(loader,
		    load_error(loader, &one->key_mark,
			"'%s' is not a key of '%s'", one->key, key->name),
		    one->key, file, 1);
}

/* Text, or { file: PATH }. 1: good; 0: reported; -ENOMEM. */
static int read_secret(struct loader *loader, const struct schema_key *key,
    const struct item *item, struct secret *ret)
{
	const char *copy, *expected;
	const struct item *file;

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
		expected = key->check ? key->check(item->text) : NULL;
		if (expected) {
			load_error(loader, &item->mark, "'%s' must be %s",
			    key->name, expected);
			return 0;
		}
		copy = arena_strdup(loader->profile->arena, item->text);
		*ret = (struct secret){.text = copy};
		return copy ? 1 : -ENOMEM;
	}
	if (!file || item->n != 1) {
		report_wrong_secret(loader, key, item);
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

/* It is one, or has one in it. */
static bool is_secret(const struct schema_key *key)
{
	return key->type == VALUE_SECRET || schema_has_secret(key->keys);
}

/* Perhaps the secret itself. 0 or -ENOMEM. */
static int report_no_section(struct loader *loader,
    const struct schema_key *key, const struct item *item)
{
	load_error(loader, &item->mark,
	    "'%s' must be a mapping of keys, not a %s", key->name,
	    item->type == ITEM_LIST ? "list" : "text");
	return load_hide(loader, item);
}

/* One value. 1: good; 0: it has been reported; -ENOMEM. */
static int read_scalar(struct loader *loader, const struct schema_key *key,
    const struct item *item, union scalar *ret)
{
	const bool is_text = item->type == ITEM_TEXT;
	bool good = false;

	if (is_secret(key) && item->is_bad)
		return load_hide(loader, item);
	if (item->is_bad)
		return 0;
	if (key->type != VALUE_SECTION && item_is_empty(item)) {
		load_error(loader, item->key ? &item->key_mark : &item->mark,
		    "'%s' has no value", key->name);
		return 0;
	}
	switch (key->type) {
	case VALUE_BOOL:
	case VALUE_INTEGER:
	case VALUE_DURATION:
		good = is_text &&
		    value_parse_number(key, item->text, &ret->number);
		break;
	case VALUE_TEXT:
	case VALUE_NODE:
		if (is_text)
			return read_text(loader, key, item, &ret->text);
		break;
	case VALUE_SECRET:
		return read_secret(loader, key, item, &ret->secret);
	case VALUE_SECTION:
		if (item->type == ITEM_MAPPING)
			return config_read(loader, key, item, &ret->section);
		if (is_secret(key) && !item_is_empty(item))
			return report_no_section(loader, key, item);
		break;
	}
	if (!good)
		report_wrong(loader, key, item);
	return good;
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
		return loader->own_key && !(key->flags & KEY_PLAIN);
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
		if (config_value(section, i)->has_facts)
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
	const bool by_domain = key->flags & KEY_BY_DOMAIN;
	const size_t size = value_size(key->type);
	unsigned char *array = arena_array(
	    loader->profile->arena, (size_t)n << by_domain, size);
	bool good = true;

	if (!array)
		return -ENOMEM;
	if (by_domain &&
	    domains_read(loader, one, n, (const char **)array + n))
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
	if (by_domain && !domains_check(loader, key, item))
		return 0;
	if (!n)
		return 0;
	if (may_have_facts(loader, key) && has_facts(one, n))
		return read_facts(loader, key, item, one, n, value);
	return read_values(loader, key, item, one, n, value);
}
