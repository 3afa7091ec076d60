/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types of org.netconf as C structs, read from replies. Every field is
 * checked: present or optional, of its type, not negative, not too long.
 * Texts belong to the reply and are as netconfd sent them: to be escaped
 * where they are printed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

enum {
	WIRE_TEXT_MAX = 64 * 1024,
	WIRE_DEPTH_MAX = 1000 * 1000,
};

/* The last millisecond of the year 9999: times print in four digits. */
#define WIRE_TIME_MAX INT64_C(253402300799999)

/* Optional texts and objects are NULL when absent, numbers -1. */
struct wire_node {
	const char *name, *kind, *state;
	const char *description, *reason, *device, *selected;
	bool goal, masked, is_template, permanent, held;
	int64_t since_ms, retry_in_ms, held_for_ms;
	const json_t *facts;
};

struct wire_change {
	const char *node, *from, *to, *cause;
	const char *reason;
	int64_t at_ms, retry_in_ms;
	const json_t *facts;
};

struct wire_reason {
	int64_t depth;
	const char *node, *description, *state;
	const char *text;
};

/* What an up, wait, down or monitor says at a time. */
struct wire_progress {
	const json_t *said;   /* texts */
	const json_t *change; /* a wire_change */
	const char *stuck;
	const char *result;
	const json_t *nodes; /* wire_nodes */
};

/* What an up would do, and what each goal comes to. */
struct wire_plan {
	const json_t *said;  /* texts */
	const json_t *steps; /* wire_steps */
	const json_t *outcomes;
};

struct wire_step {
	const char *action, *node;
	bool under_way;
};

struct wire_outcome {
	const char *node, *state, *then;
	const char *missing;
};

/* Each reads the object; 0, or -EBADMSG with what is wrong with it in
 * *ret_problem (a static text) . */
int wire_read_node(
    const json_t *object, struct wire_node *ret, const char **ret_problem);
int wire_read_change(
    const json_t *object, struct wire_change *ret, const char **ret_problem);
int wire_read_reason(
    const json_t *object, struct wire_reason *ret, const char **ret_problem);
int wire_read_progress(
    const json_t *object, struct wire_progress *ret, const char **ret_problem);
int wire_read_plan(
    const json_t *object, struct wire_plan *ret, const char **ret_problem);
int wire_read_step(
    const json_t *object, struct wire_step *ret, const char **ret_problem);
int wire_read_outcome(
    const json_t *object, struct wire_outcome *ret, const char **ret_problem);

/* The array under that name in the parameters; NULL if it is not one. */
const json_t *wire_array(const json_t *parameters, const char *name);

/* The fact, or NULL; facts may be NULL. */
const char *wire_fact(const json_t *facts, const char *key);
