/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/event-values.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

void event_values_clear(struct event_values *values)
{
	/* The value stands behind the key, in the same block. */
	for (size_t i = 0; i < values->n; i++)
		free((char *)values->items[i].key);
	*values = (struct event_values){0};
}

static int refuse(struct text *said, const char *about, const char *problem)
{
	text_append_char(said, '\'');
	text_append_escaped(said, about, strnlen(about, 80));
	text_printf(said, "' %s", problem);
	return said->failed ? -ENOMEM : -EINVAL;
}

/* In the environment there are capitals and '_' only. */
static bool is_same_variable(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char x = a[i] == '-' ? '_' : a[i];
		char y = b[i] == '-' ? '_' : b[i];

		if (strncasecmp(&x, &y, 1) != 0)
			return false;
	}
	return b[n] == '\0';
}

static int check(const struct event_values *values, const char *item,
    size_t n_key, struct text *said)
{
	if (item[n_key] != '=' || !n_key || !strchr(LETTERS, *item))
		return refuse(said, item,
		    "must be KEY=VALUE; a KEY begins with a letter, and "
		    "letters, digits, '_' and '-' follow");
	if (n_key > EVENT_KEY_MAX)
		return refuse(said, item, "has a key of more than 63 bytes");
	if (strlen(item + n_key + 1) > EVENT_VALUE_MAX)
		return refuse(
		    said, item, "has a value of more than 1024 bytes");
	for (size_t i = 0; i < values->n; i++)
		if (is_same_variable(item, values->items[i].key, n_key))
			return refuse(said, item,
			    "has a key that was there before");
	return 0;
}

static int add(struct event_values *values, const char *item, size_t n_key)
{
	char *copy = strdup(item);

	if (!copy)
		return -ENOMEM;
	copy[n_key] = '\0';
	values->items[values->n++] =
	    (struct fact){.key = copy, .value = copy + n_key + 1};
	return 0;
}

int event_values_parse(
    const json_t *list, struct event_values *values, struct text *said)
{
	size_t n = json_array_size(list);
	int r = 0;

	if (n > EVENT_VALUES_MAX) {
		text_printf(said, "%zu values are more than an event can have: "
				  "%d",
		    n, EVENT_VALUES_MAX);
		return said->failed ? -ENOMEM : -EINVAL;
	}
	for (size_t i = 0; i < n && r == 0; i++) {
		const char *item =
		    json_string_value(json_array_get(list, i));
		size_t n_key = strspn(item, LETTERS "0123456789_-");

		r = check(values, item, n_key, said);
		if (r == 0)
			r = add(values, item, n_key);
	}
	return r;
}
