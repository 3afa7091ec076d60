/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ${FACT} in values. When a profile is loaded, such a value is kept as it is
 * written, and its node knows which facts it uses. When the node starts, and
 * when one of these facts has changed, its configuration is expanded: made
 * anew, with the facts of the node below in their places, and each value
 * checked as if it stood in the profile.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct node;

/* A part of a text: n bytes that stand for themselves, or a fact's name. */
struct piece {
	const char *at;
	size_t n;
	bool is_fact;
	bool is_open; /* a fact without its '}' */
};

/* Takes the next one from the text; false: it is at its end. */
bool piece_next(const char **text, struct piece *ret);

/* ---- the configuration of a node, with facts in their places ---- */

struct expansion;

struct expansion *expansion_free(struct expansion *expansion);
/* A copy that shares all but itself with the other, which has to outlive it;
 * NULL: of none. 0, -ENOMEM. */
int expansion_copy(const struct expansion *expansion, struct expansion **ret);
size_t expansion_bytes(const struct expansion *expansion);

/* The first fact that its values use and that is not there, or is empty; NULL:
 * there is none. *ret_later: it is still to come. */
const char *node_missing_fact(const struct node *node, bool *ret_later);

/* One of the facts that its values use is another than when it was expanded.
 * is_fixed: of those only in keys that cannot change while it is up. */
bool node_has_new_facts(const struct node *node, bool is_fixed);

/*
 * Expands its configuration, for node_config(). The former one lives until
 * the next resolver_next(). 0; -ENOMEM: nothing happened; -EINVAL: with these
 * facts a value is not good, see node_expansion_error().
 */
int node_expand(struct node *node);
/* Owns it from then on; NULL: none. */
void node_set_expansion(struct node *node, struct expansion *expansion);
const char *node_expansion_error(const struct node *node);
