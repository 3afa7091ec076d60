/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/varlink.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

void varlink_input_clear(struct varlink_input *input)
{
	free(input->data);
	*input = (struct varlink_input){ 0 };
}

size_t varlink_input_room(const struct varlink_input *input)
{
	return VARLINK_INPUT_MAX - (input->n - input->start);
}

/* Taking calls moves start only: many small ones are not moved each time. */
static void move_to_front(struct varlink_input *input)
{
	if (input->start == 0)
		return;
	memmove(input->data, input->data + input->start,
	    input->n - input->start);
	input->n -= input->start;
	input->searched -= input->start;
	input->start = 0;
}

int varlink_input_add(struct varlink_input *input, const char *data, size_t n)
{
	size_t capacity = input->capacity ? input->capacity : 512;

	assert(n <= varlink_input_room(input));
	if (n == 0)
		return 0;
	move_to_front(input);
	while (capacity < input->n + n)
		capacity *= 2;
	if (capacity > input->capacity) {
		char *grown = realloc(input->data, capacity);

		if (!grown)
			return -ENOMEM;
		input->data = grown;
		input->capacity = capacity;
	}
	memcpy(input->data + input->n, data, n);
	input->n += n;
	return 0;
}

static void drop_front(struct varlink_input *input, size_t n)
{
	input->start += n;
	input->searched = input->start;
	/* A client that waits holds no memory for what it sent before. */
	if (input->start == input->n)
		varlink_input_clear(input);
}

void varlink_call_clear(struct varlink_call *call)
{
	json_decref(call->message);
	*call = (struct varlink_call){ 0 };
}

static bool get_flag(const json_t *message, const char *key, bool *ret)
{
	const json_t *value = json_object_get(message, key);

	*ret = json_is_true(value);
	return !value || json_is_null(value) || json_is_boolean(value);
}

static const char *take_apart(struct varlink_call *call)
{
	json_t *message = call->message;
	bool upgrade;

	if (!json_is_object(message))
		return "a call is a JSON object";
	call->method = json_string_value(json_object_get(message, "method"));
	if (!call->method)
		return "\"method\" is to be a string";
	call->parameters = json_object_get(message, "parameters");
	if (json_is_null(call->parameters))
		call->parameters = NULL;
	if (call->parameters && !json_is_object(call->parameters))
		return "\"parameters\" is to be an object";
	if (!get_flag(message, "more", &call->more) ||
	    !get_flag(message, "oneway", &call->oneway) ||
	    !get_flag(message, "upgrade", &upgrade))
		return "\"more\", \"oneway\", \"upgrade\" are to be booleans";
	if (upgrade)
		return "\"upgrade\" is not possible";
	return NULL;
}

int varlink_input_next(
    struct varlink_input *input, struct varlink_call *ret, struct text *said)
{
	_cleanup_(varlink_call_clear) struct varlink_call call = { 0 };
	json_error_t error;
	const char *wrong, *front, *end;
	size_t n;

	if (input->searched == input->n)
		return 0;
	end = memchr(input->data + input->searched, '\0',
	    input->n - input->searched);
	if (!end) {
		input->searched = input->n;
		return 0;
	}
	front = input->data + input->start;
	n = (size_t)(end - front);
	call.message = json_loadb(front, n, JSON_REJECT_DUPLICATES, &error);
	drop_front(input, n + 1);
	if (!call.message &&
	    json_error_code(&error) == json_error_out_of_memory)
		return -ENOMEM;
	if (!call.message) {
		text_append(said, "not JSON: ");
		text_append_escaped(said, error.text, strlen(error.text));
		return -EBADMSG;
	}
	wrong = take_apart(&call);
	if (wrong) {
		text_append(said, wrong);
		return -EBADMSG;
	}
	*ret = call;
	call.message = NULL;
	return 1;
}

/* Takes message over. */
static char *dump(json_t *message, size_t *ret_n)
{
	char *data;

	if (!message)
		return NULL;
	data = json_dumps(message, JSON_COMPACT);
	json_decref(message);
	if (data)
		*ret_n = strlen(data) + 1;
	return data;
}

char *varlink_reply(json_t *parameters, bool continues, size_t *ret_n)
{
	if (!parameters)
		return NULL;
	if (continues)
		return dump(json_pack("{s:o, s:b}", "parameters", parameters,
				"continues", 1),
		    ret_n);
	return dump(json_pack("{s:o}", "parameters", parameters), ret_n);
}

char *varlink_error(const char *error, json_t *parameters, size_t *ret_n)
{
	if (!parameters)
		return NULL;
	return dump(json_pack("{s:s, s:o}", "error", error, "parameters",
			parameters),
	    ret_n);
}

json_t *varlink_string(const char *s)
{
	_cleanup_(text_clear) struct text escaped = { 0 };
	json_t *string;

	if (!s)
		return NULL;
	string = json_string(s);
	if (string)
		return string;
	text_append_escaped(&escaped, s, strlen(s));
	return escaped.data && !escaped.failed ? json_string(escaped.data) :
						 NULL;
}
