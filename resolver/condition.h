/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conditions of `when`, and the events they and others name:
 *     condition := conjunction ('or' conjunction)*
 *     conjunction := term ('and' term)*
 *     term := 'not' term | '(' condition ')' | interval | node
 *     interval := 'from' event ['until' event]
 *     event := NAME | node ('up' | 'down' | 'failed') | 'startup'
 * compiled to postfix, so that evaluating needs no recursion.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arena;

enum event_type {
	EVENT_NONE,    /* of an interval without `until` */
	EVENT_NAMED,   /* `netconf emit NAME` */
	EVENT_STARTUP, /* once per boot, before anything else */
	EVENT_UP,      /* a node reaches up */
	EVENT_DOWN,    /* it leaves up, whatever for */
	EVENT_FAILED,  /* it becomes failed */
};

/* An event as written. */
struct event {
	enum event_type type;
	const char *name; /* the event's, or the node's: NAME or NAME@DEVICE;
			   * NULL of NONE and STARTUP */
	uint32_t offset, length; /* of the name in the text, in bytes */
};

/* from A until B. */
struct interval {
	struct event from, until;
	uint32_t offset, length; /* all of it, in the text */
};

enum condition_op {
	CONDITION_NODE, /* push: is the node's state up? */
	CONDITION_LATCH, /* push: is the interval's latch set? */
	CONDITION_NOT,
	CONDITION_AND,
	CONDITION_OR,
};

struct condition_step {
	enum condition_op op;
	uint32_t ref; /* NODE: index into the names; LATCH: the intervals */
	uint32_t offset, length; /* where it stands in the text, in bytes */
};

enum {
	CONDITION_DEPTH_MAX = 64,   /* values on the stack at a time */
	CONDITION_WORDS_MAX = 1024, /* words and parentheses of one text */
};

struct condition {
	const char *text; /* as written */
	uint32_t n_steps;
	const struct condition_step *steps;
	uint32_t n_names; /* distinct nodes, in the order first named */
	const char *const *names; /* NAME or NAME@DEVICE */
	const uint32_t *offsets;  /* in text, of each name's first use */
	uint32_t n_intervals; /* in the order written, each with its latch */
	const struct interval *intervals;
};

/*
 * Parses text (NUL-terminated) into the arena. Returns 0; -ENOMEM; or
 * -EINVAL with *ret_offset the byte at which it went wrong and *ret_error a
 * static text, the whole message: what was expected there. That `from` and
 * `until` of an interval differ is checked here; whether a name is a node or
 * an event is not.
 */
int condition_parse(struct arena *, const char *text,
    const struct condition **ret, uint32_t *ret_offset,
    const char **ret_error);

/* Parses one event, as `on-event` and a state's `from` and `until` have it;
 * as condition_parse(). */
int event_parse(struct arena *, const char *text, struct event *ret,
    uint32_t *ret_offset, const char **ret_error);

/* Evaluates: is_up(ctx, i) tells whether names[i] is up, is_set(ctx, i)
 * whether the latch of intervals[i] is set. */
bool condition_eval(const struct condition *,
    bool (*is_up)(void *ctx, uint32_t name),
    bool (*is_set)(void *ctx, uint32_t interval), void *ctx);

/* True for 'and', 'or', 'not', 'from', 'until', 'up', 'down', 'failed',
 * 'startup': words of the grammar, which no node may have as its name. */
bool condition_is_word(const char *name);
