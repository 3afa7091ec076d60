/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A profile: the declared nodes, validated, with their references resolved.
 * Immutable once loaded; one arena holds it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/source.h"
#include "resolver/condition.h"
#include "resolver/diagnostic.h"
#include "resolver/schema.h"

struct arena;
struct decl;

enum start_mode { START_MANUAL, START_AUTO, START_HOTPLUG };

/* A reference to a node, to a template, or to one instance of it. */
struct ref {
	struct decl *decl;
	const char *device; /* of NAME@DEVICE; NULL: no device named */
	/* That it is in; NULL: one that every node has. */
	const struct schema_key *key;
	struct mark mark;
};

struct refs {
	uint32_t n;
	struct ref *items;
};

/* Which devices a template owns. A key: globs, of which one must match;
 * n == 0: not given. */
struct match_globs {
	uint32_t n;
	const char *const *items;
};

struct match {
	struct match_globs name, mac, type, driver, path, vendor, model;
};

/* An event that a node listens to. */
struct trigger {
	enum event_type type;
	const char *name; /* of NAMED: the event's; else NULL */
	struct ref ref;   /* of UP, DOWN, FAILED: the node; else decl NULL */
};

/*
 * An interval of a condition, or that of a `kind: state`: set when `from`
 * occurs, cleared when `until` does. One that names nodes of its own card has
 * a latch on each card, else there is one latch.
 */
struct latch {
	struct trigger from, until;
	const char *text; /* "from A until B": names it in the stored state */
	/* Set by graph_build() */
	bool is_per_card;
	uint32_t place; /* among the graph's latches, or among its card's */
};

/* A key of a location's `match`. */
struct fact_globs {
	const char *key; /* of the fact */
	bool ignore_case; /* MAC addresses */
	struct match_globs globs;
};

/* A fact that values of a node use. */
struct fact_use {
	const char *name;
	bool is_fixed; /* in a key that cannot change while the node is up */
	struct fact_use *next;
};

#define HOLD_FOREVER UINT64_MAX

/* What a node's edges become when the graph is built; see graph.h. */
struct edges;

/* What few of thousands of nodes have: the others share an empty one. */
struct decl_rare {
	const char *description; /* or NULL */
	struct refs wants, after;
	/* Nodes that keys of its kind name; see schema.h, VALUE_NODE. */
	struct refs key_requires, key_pulls, follows;
	struct refs when_refs; /* when->names, resolved, same order */
	const char *event_text; /* on_event, as written */
	/* location: what must match; all of it. */
	uint32_t n_fact_globs;
	uint32_t n_allow;
	const struct fact_globs *fact_globs;
	const char *const *allow; /* USER or group:GROUP */
	uint32_t n_fact_uses;
	struct fact_use *fact_uses; /* in the order of the text; or NULL */
};

/* A declared node: a single node or a template. */
struct decl {
	const char *name;
	const struct schema *schema;
	const struct decl_rare *rare; /* never NULL */
	struct mark mark; /* of the name */
	uint32_t index;   /* place in the profile, from 0 */

	enum start_mode start;
	struct refs requires, of;
	struct refs over; /* none, or one */
	const struct condition *when; /* or NULL */
	/* The intervals of when, in its order; then of a state: its own. */
	struct latch *latches;
	uint32_t n_latches;
	uint32_t retry_attempts; /* starts in all; 0: for ever */
	uint64_t retry_delay_ms, retry_max_delay_ms;
	uint64_t timeout_ms;          /* 0: none */
	uint64_t hold_ms;             /* 0: none; or HOLD_FOREVER */
	const struct trigger *on_event; /* of a task, or NULL */

	const char *device;        /* bound to that one, or NULL */
	const struct match *match; /* of a template's root, or NULL */
	const struct config *config; /* own keys; never NULL */

	bool is_in_order;          /* any: try: in-order */
	/* The rest is set by graph_build() */
	bool has_named_place; /* some `any` lists an instance of it */
	uint32_t preference; /* its place, from 0; see preference.c */
	uint32_t slot;     /* among the declarations of that root: */
	uint32_t level;    /* longest way down through prerequisites */
	struct decl *root; /* template that my instances follow, or NULL */
	struct edges *edges;
};

struct profile {
	struct arena *arena;
	uint32_t n_decls;
	struct decl *decls; /* in the order of files and lines */
	uint32_t *names;    /* a table of the names; see profile_find() */
	size_t names_mask;  /* so many places has it, less 1 */
	void *graph;        /* graph_build()'s own, in the arena */
};

/*
 * Loads n files, read by the caller, as one profile: parses, validates against
 * the schemas (NULL-terminated table of kinds), resolves references, builds
 * the graph. Returns 0 and *ret; -EINVAL when diagnostics has errors;
 * -ENOMEM. Every error of every file is reported. The sources may go
 * afterwards.
 */
int profile_load(const struct source *sources, size_t n,
    const struct schema *const *kinds, struct diagnostics *diagnostics,
    struct profile **ret);

/* Frees it; returns NULL; accepts NULL. */
struct profile *profile_free(struct profile *profile);

/* The declaration of that name, or NULL. */
struct decl *profile_find(const struct profile *profile, const char *name);

/* The name that is meant by an unknown one, of which @DEVICE does not count;
 * NULL: none is near, or out of memory. */
const char *profile_nearest(const struct profile *profile, const char *name);

/* As profile_find(), for the n bytes at name. */
struct decl *profile_find_n(
    const struct profile *profile, const char *name, size_t n);

/*
 * The last step of loading, for the loader: derives root, slot, level and
 * edges, and reports cycles, a device named by two nodes and the like.
 * 0, -EINVAL with diagnostics, or -ENOMEM.
 */
int graph_build(struct profile *profile, struct diagnostics *diagnostics);

/*
 * Of a profile with errors: reports what is wrong between the nodes that could
 * be read (cycles, devices of two nodes), as far as more of them could not make
 * it right. 0, -EINVAL, -ENOMEM; the profile is of no use afterwards.
 */
int graph_check(struct profile *profile, struct diagnostics *diagnostics);
