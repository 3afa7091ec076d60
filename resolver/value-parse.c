/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as texts: what a row of a schema takes, and what that means. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/load.h"

static bool is_limited(const struct schema_key *key)
{
	return key->min || key->max;
}

void value_describe(const struct schema_key *key, struct text *out)
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

bool value_is_choice(const struct schema_key *key, const char *s)
{
	for (size_t i = 0; key->choices && key->choices[i]; i++)
		if (strcmp(key->choices[i], s) == 0)
			return true;
	return !key->choices;
}

bool value_parse_number(
    const struct schema_key *key, const char *text, int64_t *ret)
{
	uint64_t ms;

	if (key->type == VALUE_BOOL)
		return parse_bool(text, ret);
	if (key->type == VALUE_INTEGER)
		return parse_integer(key, text, ret);
	if (text_parse_duration(text, &ms))
		return false;
	*ret = (int64_t)ms;
	return true;
}

bool value_parse(const struct schema_key *key, const char *text,
    int64_t *ret_number, struct text *expected)
{
	const char *wanted = NULL;
	bool good;

	if (key->type != VALUE_TEXT) {
		good = value_parse_number(key, text, ret_number);
	} else {
		good = value_is_choice(key, text);
		wanted = good && key->check ? key->check(text) : NULL;
	}
	if (wanted)
		text_append(expected, wanted);
	else if (!good)
		value_describe(key, expected);
	return good && !wanted;
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
