/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stddef.h>

#include "base/macros.h"
#include "cli/wire.h"

enum wire_type {
	WIRE_TEXT,
	WIRE_BOOL,
	WIRE_NUMBER,  /* from 0 to the field's limit */
	WIRE_TEXTS,   /* an array of texts */
	WIRE_FACTS,   /* an object of texts */
	WIRE_OBJECT,  /* checked when it is read itself */
	WIRE_OBJECTS, /* an array of such */
};

struct field {
	const char *name; /* NULL ends a table */
	enum wire_type type;
	bool optional;
	size_t offset;
	int64_t max; /* of a number */
	const char *problem;
};

#define REQUIRED(s, field_name, name, type, max)                               \
	{                                                                      \
		name, type, false, offsetof(s, field_name), max,               \
		    "'" name "' is missing or not what it should be"           \
	}
#define OPTIONAL(s, field_name, name, type, max)                               \
	{                                                                      \
		name, type, true, offsetof(s, field_name), max,                \
		    "'" name "' is not what it should be"                      \
	}

static const struct field node_fields[] = {
    REQUIRED(struct wire_node, name, "name", WIRE_TEXT, 0),
    REQUIRED(struct wire_node, kind, "kind", WIRE_TEXT, 0),
    OPTIONAL(struct wire_node, description, "description", WIRE_TEXT, 0),
    REQUIRED(struct wire_node, state, "state", WIRE_TEXT, 0),
    REQUIRED(
	struct wire_node, since_ms, "since_ms", WIRE_NUMBER, WIRE_TIME_MAX),
    REQUIRED(struct wire_node, goal, "goal", WIRE_BOOL, 0),
    REQUIRED(struct wire_node, masked, "masked", WIRE_BOOL, 0),
    REQUIRED(struct wire_node, is_template, "template", WIRE_BOOL, 0),
    REQUIRED(struct wire_node, permanent, "permanent", WIRE_BOOL, 0),
    OPTIONAL(struct wire_node, held, "held", WIRE_BOOL, 0),
    OPTIONAL(struct wire_node, held_for_ms, "held_for_ms", WIRE_NUMBER,
	WIRE_TIME_MAX),
    OPTIONAL(struct wire_node, reason, "reason", WIRE_TEXT, 0),
    OPTIONAL(struct wire_node, retry_in_ms, "retry_in_ms", WIRE_NUMBER,
	WIRE_TIME_MAX),
    OPTIONAL(struct wire_node, device, "device", WIRE_TEXT, 0),
    OPTIONAL(struct wire_node, selected, "selected", WIRE_TEXT, 0),
    REQUIRED(struct wire_node, facts, "facts", WIRE_FACTS, 0),
    {0},
};

static const struct field change_fields[] = {
    REQUIRED(struct wire_change, at_ms, "at_ms", WIRE_NUMBER, WIRE_TIME_MAX),
    REQUIRED(struct wire_change, node, "node", WIRE_TEXT, 0),
    REQUIRED(struct wire_change, from, "from", WIRE_TEXT, 0),
    REQUIRED(struct wire_change, to, "to", WIRE_TEXT, 0),
    REQUIRED(struct wire_change, cause, "cause", WIRE_TEXT, 0),
    OPTIONAL(struct wire_change, reason, "reason", WIRE_TEXT, 0),
    OPTIONAL(struct wire_change, retry_in_ms, "retry_in_ms", WIRE_NUMBER,
	WIRE_TIME_MAX),
    OPTIONAL(struct wire_change, facts, "facts", WIRE_FACTS, 0),
    {0},
};

static const struct field reason_fields[] = {
    REQUIRED(struct wire_reason, depth, "depth", WIRE_NUMBER, WIRE_DEPTH_MAX),
    OPTIONAL(struct wire_reason, node, "node", WIRE_TEXT, 0),
    OPTIONAL(struct wire_reason, description, "description", WIRE_TEXT, 0),
    OPTIONAL(struct wire_reason, state, "state", WIRE_TEXT, 0),
    REQUIRED(struct wire_reason, text, "text", WIRE_TEXT, 0),
    {0},
};

static const struct field progress_fields[] = {
    OPTIONAL(struct wire_progress, said, "said", WIRE_TEXTS, 0),
    OPTIONAL(struct wire_progress, change, "change", WIRE_OBJECT, 0),
    OPTIONAL(struct wire_progress, stuck, "stuck", WIRE_TEXT, 0),
    OPTIONAL(struct wire_progress, result, "result", WIRE_TEXT, 0),
    OPTIONAL(struct wire_progress, nodes, "nodes", WIRE_OBJECTS, 0),
    {0},
};

static const struct field plan_fields[] = {
    OPTIONAL(struct wire_plan, said, "said", WIRE_TEXTS, 0),
    REQUIRED(struct wire_plan, steps, "steps", WIRE_OBJECTS, 0),
    REQUIRED(struct wire_plan, outcomes, "outcomes", WIRE_OBJECTS, 0),
    {0},
};

static const struct field step_fields[] = {
    REQUIRED(struct wire_step, action, "action", WIRE_TEXT, 0),
    REQUIRED(struct wire_step, node, "node", WIRE_TEXT, 0),
    REQUIRED(struct wire_step, under_way, "under_way", WIRE_BOOL, 0),
    {0},
};

static const struct field outcome_fields[] = {
    REQUIRED(struct wire_outcome, node, "node", WIRE_TEXT, 0),
    REQUIRED(struct wire_outcome, state, "state", WIRE_TEXT, 0),
    REQUIRED(struct wire_outcome, then, "then", WIRE_TEXT, 0),
    OPTIONAL(struct wire_outcome, missing, "missing", WIRE_TEXT, 0),
    {0},
};

static bool is_text(const json_t *value)
{
	return json_is_string(value) &&
	       json_string_length(value) <= WIRE_TEXT_MAX;
}

static bool are_texts(const json_t *value)
{
	if (!json_is_array(value))
		return false;
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (!is_text(json_array_get(value, i)))
			return false;
	}
	return true;
}

static bool are_facts(const json_t *value)
{
	const char *key;
	json_t *fact;

	if (!json_is_object(value))
		return false;
	json_object_foreach((json_t *)value, key, fact)
	{
		if (!is_text(fact))
			return false;
	}
	return true;
}

/* Stores the value of a present field. */
static int read_value(const json_t *value, const struct field *field, void *at)
{
	switch (field->type) {
	case WIRE_TEXT:
		*(const char **)at = json_string_value(value);
		return is_text(value) ? 0 : -EBADMSG;
	case WIRE_BOOL:
		*(bool *)at = json_is_true(value);
		return json_is_boolean(value) ? 0 : -EBADMSG;
	case WIRE_NUMBER:
		*(int64_t *)at = json_integer_value(value);
		return json_is_integer(value) && *(int64_t *)at >= 0 &&
			       *(int64_t *)at <= field->max
			   ? 0
			   : -EBADMSG;
	case WIRE_TEXTS:
		*(const json_t **)at = value;
		return are_texts(value) ? 0 : -EBADMSG;
	case WIRE_FACTS:
		*(const json_t **)at = value;
		return are_facts(value) ? 0 : -EBADMSG;
	case WIRE_OBJECT:
		*(const json_t **)at = value;
		return json_is_object(value) ? 0 : -EBADMSG;
	case WIRE_OBJECTS:
		*(const json_t **)at = value;
		return json_is_array(value) ? 0 : -EBADMSG;
	}
	return -EBADMSG;
}

static int read_fields(const json_t *object, const struct field *fields,
    void *ret, const char **ret_problem)
{
	if (!json_is_object(object)) {
		*ret_problem = "it is not an object";
		return -EBADMSG;
	}
	for (const struct field *f = fields; f->name; f++) {
		const json_t *value = json_object_get(object, f->name);
		void *at = (char *)ret + f->offset;

		/* Varlink: null and absent are the same. */
		if (!value || json_is_null(value)) {
			if (f->optional)
				continue;
		} else if (read_value(value, f, at) == 0) {
			continue;
		}
		*ret_problem = f->problem;
		return -EBADMSG;
	}
	return 0;
}

int wire_read_node(
    const json_t *object, struct wire_node *ret, const char **ret_problem)
{
	*ret = (struct wire_node){.retry_in_ms = -1, .held_for_ms = -1};
	return read_fields(object, node_fields, ret, ret_problem);
}

int wire_read_change(
    const json_t *object, struct wire_change *ret, const char **ret_problem)
{
	*ret = (struct wire_change){.retry_in_ms = -1};
	return read_fields(object, change_fields, ret, ret_problem);
}

int wire_read_reason(
    const json_t *object, struct wire_reason *ret, const char **ret_problem)
{
	*ret = (struct wire_reason){0};
	return read_fields(object, reason_fields, ret, ret_problem);
}

int wire_read_progress(
    const json_t *object, struct wire_progress *ret, const char **ret_problem)
{
	*ret = (struct wire_progress){0};
	return read_fields(object, progress_fields, ret, ret_problem);
}

int wire_read_plan(
    const json_t *object, struct wire_plan *ret, const char **ret_problem)
{
	*ret = (struct wire_plan){0};
	return read_fields(object, plan_fields, ret, ret_problem);
}

int wire_read_step(
    const json_t *object, struct wire_step *ret, const char **ret_problem)
{
	*ret = (struct wire_step){0};
	return read_fields(object, step_fields, ret, ret_problem);
}

int wire_read_outcome(
    const json_t *object, struct wire_outcome *ret, const char **ret_problem)
{
	*ret = (struct wire_outcome){0};
	return read_fields(object, outcome_fields, ret, ret_problem);
}

const json_t *wire_array(const json_t *parameters, const char *name)
{
	const json_t *array = json_object_get(parameters, name);

	return json_is_array(array) ? array : NULL;
}

const char *wire_fact(const json_t *facts, const char *key)
{
	return json_string_value(json_object_get(facts, key));
}
