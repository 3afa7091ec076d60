/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Varlink wire protocol (https://varlink.org): JSON objects, each ended
 * by a NUL byte.
 *     call:  {"method": "org.netconf.Up", "parameters": {...},
 *             "more": true, "oneway": true}
 *     reply: {"parameters": {...}, "continues": true}
 *     error: {"error": "org.netconf.Busy", "parameters": {...}}
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct text;

/* Of one call, and of all that a client has sent and that waits. */
enum { VARLINK_INPUT_MAX = 64 << 10 };

/* Bytes received and not yet taken. Starts as {0}. */
struct varlink_input {
	char *data;
	size_t n, capacity; /* bytes at data: the first start are taken */
	size_t start;
	size_t searched; /* no NUL from start up to there */
};

/* Frees it and makes it {0} again. */
void varlink_input_clear(struct varlink_input *input);

/* How many bytes it takes at present. */
size_t varlink_input_room(const struct varlink_input *input);

/* Adds what was received: at most as much as there is room for. 0 or
 * -ENOMEM. */
int varlink_input_add(
    struct varlink_input *input, const char *data, size_t n);

struct varlink_call {
	json_t *message;    /* owned: the whole */
	const char *method; /* in message */
	json_t *parameters; /* in message; NULL: none */
	bool more, oneway;
};

/* Frees what it owns and makes it {0} again; fit for _cleanup_. */
void varlink_call_clear(struct varlink_call *call);

/*
 * Takes the next call out of the input. 1: *ret is one; 0: no whole one is
 * there; -EBADMSG: it is not a call, and said tells why; -ENOMEM.
 */
int varlink_input_next(struct varlink_input *input, struct varlink_call *ret,
    struct text *said);

/*
 * A reply, or an error, as bytes with the NUL that ends them: to be freed
 * with free(). The parameters' reference is taken over; NULL means that
 * there was no memory for them. NULL when out of memory.
 */
char *varlink_reply(json_t *parameters, bool continues, size_t *ret_n);
char *varlink_error(const char *error, json_t *parameters, size_t *ret_n);

/* A string from text that need not be UTF-8: what is not becomes \xNN. NULL
 * when out of memory, and for NULL. */
json_t *varlink_string(const char *text);
