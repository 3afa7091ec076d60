/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values that come with an event, KEY=VALUE each. A KEY begins with a
 * letter; letters, digits, '_' and '-' follow. Since it names a variable in
 * a task's environment, in capitals and with '_' for '-', two keys that are
 * the same there are one too many.
 */
#pragma once

#include <stddef.h>

#include <jansson.h>

#include "resolver/resolver.h"

struct text;

enum {
	EVENT_VALUES_MAX = 32,
	EVENT_KEY_MAX = 63,      /* bytes */
	EVENT_VALUE_MAX = 1024,
};

/* Starts as {0}. */
struct event_values {
	struct fact items[EVENT_VALUES_MAX];
	size_t n;
};

/*
 * Takes them from a JSON array of texts; NULL: none. Copies. 0; -EINVAL, and
 * said tells what is wrong with which; -ENOMEM. To be cleared in each case.
 */
int event_values_parse(
    const json_t *list, struct event_values *values, struct text *said);

/* Frees them and makes it {0} again; fit for _cleanup_. */
void event_values_clear(struct event_values *values);
