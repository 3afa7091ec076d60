/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conditions of `when`:
 *     condition := conjunction ('or' conjunction)*
 *     conjunction := term ('and' term)*
 *     term := 'not' term | '(' condition ')' | node
 * compiled to postfix, so that evaluating needs no recursion.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arena;

enum condition_op {
	CONDITION_NODE, /* push: is the node's state up? */
	CONDITION_NOT,
	CONDITION_AND,
	CONDITION_OR,
};

struct condition_step {
	enum condition_op op;
	uint32_t ref; /* of CONDITION_NODE: index into the names */
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
};

/*
 * Parses text (NUL-terminated) into the arena. Returns 0; -ENOMEM; or
 * -EINVAL with *ret_offset the byte at which it went wrong and *ret_error a
 * static text, the whole message: what was expected there.
 */
int condition_parse(struct arena *, const char *text,
    const struct condition **ret, uint32_t *ret_offset,
    const char **ret_error);

/* Evaluates: is_up(ctx, i) tells whether names[i] is up. */
bool condition_eval(const struct condition *,
    bool (*is_up)(void *ctx, uint32_t name), void *ctx);

/* True for 'and', 'or', 'not', 'from', 'until', 'up', 'down', 'failed',
 * 'startup': words of the grammar, which no node may have as its name. */
bool condition_is_word(const char *name);
