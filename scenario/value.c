/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values in a scenario file. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "scenario/read.h"

struct diagnostic *read_error(struct reader *reader, const struct mark *mark,
    const char *format, ...)
{
	struct diagnostic *diagnostic;
	va_list args;

	va_start(args, format);
	diagnostic = diagnostics_vadd(
	    reader->diagnostics, SEVERITY_ERROR, mark, format, args);
	va_end(args);
	return diagnostic;
}

struct diagnostic *read_warning(struct reader *reader,
    const struct mark *mark, const char *format, ...)
{
	struct diagnostic *diagnostic;
	va_list args;

	va_start(args, format);
	diagnostic = diagnostics_vadd(
	    reader->diagnostics, SEVERITY_WARNING, mark, format, args);
	va_end(args);
	return diagnostic;
}

void read_suggest(struct reader *reader, struct diagnostic *diagnostic,
    const char *name, const char *const *candidates, size_t n)
{
	const char *nearest = text_nearest(name, candidates, n);

	if (nearest)
		diagnostics_hint(reader->diagnostics, diagnostic,
		    "did you mean '%s'?", nearest);
}

void read_type_error(struct reader *reader, const struct item *item,
    const char *what, const char *expected)
{
	const char *is = NULL;

	/* It has been reported, or is cut off by what has been. */
	if (item->is_bad)
		return;
	switch (item->type) {
	case ITEM_TEXT:
		break;
	case ITEM_LIST:
		is = "a list";
		break;
	case ITEM_MAPPING:
		is = "a mapping";
		break;
	}
	if (item_is_empty(item))
		is = "nothing";
	if (is)
		read_error(reader, &item->mark, "'%s' must be %s, not %s",
		    what, expected, is);
	else
		read_error(reader, &item->mark, "'%s' must be %s, not '%s'",
		    what, expected, item->text);
}

bool read_text(struct reader *reader, const struct item *item,
    const char *what, const char **ret)
{
	if (item->type != ITEM_TEXT || item_is_empty(item) || item->is_bad) {
		read_type_error(reader, item, what, "a text");
		return false;
	}
	*ret = item->text;
	return true;
}

bool read_bool(struct reader *reader, const struct item *item,
    const char *what, bool *ret)
{
	static const char *const words[] = {
	    "false", "true", "no", "yes", "off", "on"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (item->type != ITEM_TEXT ||
		    strcmp(item->text, words[i]) != 0)
			continue;
		*ret = i % 2;
		return true;
	}
	read_type_error(reader, item, what, "true or false");
	return false;
}

bool read_duration(struct reader *reader, const struct item *item,
    const char *what, uint64_t *ret)
{
	if (item->type == ITEM_TEXT && !item->is_bad &&
	    text_parse_duration(item->text, ret) == 0)
		return true;
	read_type_error(
	    reader, item, what, "a duration, such as 250ms, 10s, 5m or 1h");
	return false;
}

bool read_number(struct reader *reader, const struct item *item,
    const char *what, uint32_t *ret)
{
	uint32_t number = 0;
	const char *s = item->type == ITEM_TEXT ? item->text : "";
	bool good = *s;

	for (; *s && good; s++)
		good = *s >= '0' && *s <= '9' && number < 100 * 1000 * 1000 &&
		    (number = number * 10 + (uint32_t)(*s - '0'), true);
	if (good)
		*ret = number;
	else
		read_type_error(
		    reader, item, what, "a number from 0 to 999999999");
	return good;
}

bool read_mapping(struct reader *reader, const struct item *item,
    const char *what, const char *expected)
{
	if (item->type == ITEM_MAPPING)
		return true;
	read_type_error(reader, item, what, expected);
	return false;
}

int read_key(struct reader *reader, const struct item *item,
    const char *owner, const char *const *keys, size_t n)
{
	struct diagnostic *diagnostic;

	for (size_t i = 0; i < n; i++)
		if (strcmp(item->key, keys[i]) == 0)
			return (int)i;
	diagnostic = read_error(reader, &item->key_mark,
	    "'%s' is not a key of %s", item->key, owner);
	read_suggest(reader, diagnostic, item->key, keys, n);
	return -1;
}

int read_facts(struct reader *reader, const struct item *item,
    const char *what, const struct fact **ret, size_t *ret_n)
{
	struct fact *facts;
	size_t n = 0;

	if (!read_mapping(reader, item, what,
		"a mapping of facts, such as { address: 192.0.2.7/24 }"))
		return 0;
	facts = arena_array(
	    reader->file->arena, (size_t)item->n + 1, sizeof(*facts));
	if (!facts)
		return -ENOMEM;
	for (const struct item *at = item->first; at; at = at->next) {
		facts[n].key = at->key;
		if (!*at->key)
			read_error(reader, &at->key_mark,
			    "a fact needs a name");
		else if (read_text(reader, at, at->key, &facts[n].value))
			n++;
	}
	*ret = facts;
	*ret_n = n;
	return 0;
}

const struct item *read_items(const struct item *item, uint32_t *ret_n)
{
	bool is_list = item->type == ITEM_LIST;

	*ret_n = is_list ? item->n : 1;
	return is_list ? item->first : item;
}
