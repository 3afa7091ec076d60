/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a condition and as an event: compiled, or refused with a place
 * within it; and what was compiled is evaluated. */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "resolver/condition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_event(
    const struct event *event, const char *text, size_t length)
{
	assert((event->name != NULL) ==
	    (event->type != EVENT_NONE && event->type != EVENT_STARTUP));
	assert((size_t)event->offset + event->length <= length);
	if (!event->name)
		return;
	assert(strlen(event->name) == event->length);
	assert(memcmp(event->name, text + event->offset, event->length) == 0);
	assert(!condition_is_word(event->name));
}

static bool is_true(void *ctx, uint32_t name)
{
	const struct condition *condition = ctx;

	assert(name < condition->n_names);
	return true;
}

static bool is_set(void *ctx, uint32_t interval)
{
	const struct condition *condition = ctx;

	assert(interval < condition->n_intervals);
	return interval % 2;
}

static void check_condition(const struct condition *condition, size_t length)
{
	assert(condition->n_steps > 0);
	assert(condition->n_names + condition->n_intervals > 0);
	for (uint32_t i = 0; i < condition->n_steps; i++) {
		const struct condition_step *step = &condition->steps[i];

		assert(step->length > 0);
		assert((size_t)step->offset + step->length <= length);
	}
	for (uint32_t i = 0; i < condition->n_intervals; i++) {
		const struct interval *interval = &condition->intervals[i];

		assert((size_t)interval->offset + interval->length <= length);
		assert(interval->from.type != EVENT_NONE);
		check_event(&interval->from, condition->text, length);
		check_event(&interval->until, condition->text, length);
	}
	condition_eval(condition, is_true, is_set, (void *)condition);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	char *text = malloc(size + 1);
	const struct condition *condition;
	const char *error = NULL;
	struct event event;
	uint32_t offset;
	size_t length;
	int r;

	assert(arena && text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	length = strlen(text);
	r = condition_parse(arena, text, &condition, &offset, &error);
	assert(r == 0 || (r == -EINVAL && error && offset <= length));
	if (!r)
		check_condition(condition, length);
	error = NULL;
	r = event_parse(arena, text, &event, &offset, &error);
	assert(r == 0 || (r == -EINVAL && error && offset <= length));
	if (!r) {
		assert(event.type != EVENT_NONE);
		check_event(&event, text, length);
	}
	free(text);
	arena_free(arena);
	return 0;
}
