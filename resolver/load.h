/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading a profile: what its steps share. In this order: yaml.c reads the
 * files, file-keys.c their tops, load.c enters the names of all nodes,
 * node-read.c reads each node, with node-keys.c for the keys of every kind,
 * condition-keys.c and location-keys.c for some of them, config-read.c for the
 * keys of its kind, value-read.c and value-parse.c for typed values,
 * config-check.c for what the kind wants of them together, and reference.c
 * for references, and then for those that name a device; graph_build() ends
 * it.
 *
 * These functions return 0 or -ENOMEM. What is wrong with the profile is
 * reported, and loading goes on, to find all of it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "resolver/profile.h"
#include "resolver/yaml.h"

/* Whether a node is a template, as far as known. */
enum template_state {
	TEMPLATE_UNKNOWN,
	TEMPLATE_VISITING,
	TEMPLATE_UNKNOWABLE, /* it, or what it is over, has errors */
	TEMPLATE_NO,
	TEMPLATE_YES,
};

/* Whether a node of the profile is of a kind for simulations. */
enum simulated_state { SIMULATED_UNKNOWN, SIMULATED_NO, SIMULATED_YES };

/* What a name must be; for messages. */
#define NAME_RULE                                                       \
	"a letter, then letters, digits, '_', '.' and '-', up to 63 in" \
	" all"

/* What loading knows of a file. */
struct load_file {
	const struct source *source;
	const char *name;         /* a copy that lives as the profile */
	const struct item *nodes; /* or NULL */
	const char *start;        /* or NULL */
	struct hidden *hidden;    /* or NULL */
};

/* What no message may show; see load_hide(). */
struct hidden {
	uint32_t line, column, end_line;
	struct hidden *next;
};

/* What loading knows of a declaration besides it. */
struct load_node {
	const struct item *item;
	struct load_file *file;
	bool is_bad;       /* it has errors */
	enum template_state template;
};

struct fallbacks;
struct text;

struct loader {
	struct load_file *files;
	size_t n_files;
	const struct schema *const *kinds;
	struct diagnostics *diagnostics;
	struct profile *profile;
	struct arena *scratch;   /* freed when loading ends */
	struct load_node *nodes; /* of each declaration, by its index */
	bool is_incomplete; /* a file was not read to its end */
	struct load_file *file; /* of the node being read */
	struct decl *decl;      /* it */
	bool is_over;           /* that node is over another */
	const struct schema_key *own_key; /* of its kind, being read; or NULL */
	struct fallbacks *fallbacks; /* of the tables that nodes have */
	const char **names; /* of all nodes, once a hint was asked for */
	uint64_t n_compared; /* names, to find hints */
	enum simulated_state simulated;
};

/* Reports an error. NULL as diagnostics_add(). */
struct diagnostic *load_error(struct loader *, const struct mark *,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Reports that the item is of the wrong type or has a wrong value: "'mtu'
 * must be a number, not 'big'". */
struct diagnostic *load_type_error(struct loader *, const struct item *,
    const char *key, const char *expected);

/* Adds "did you mean 'X'?" when one of the candidates is near; false: none. */
bool load_suggest(struct loader *, struct diagnostic *, const char *name,
    const char *const *candidates, size_t n);

/* Keeps the item, of the file being read, out of messages, with what follows
 * it on its lines: it is, or may be, a secret in clear text. So is what is not
 * read as it should be, and nobody knows what is in it. 0 or -ENOMEM. */
int load_hide(struct loader *, const struct item *item);

/* What few nodes have, of this one, to be written; NULL: out of memory. */
struct decl_rare *load_rare(struct loader *, struct decl *decl);

/* True for what a node or an external event may be called, but for the words
 * of conditions. */
bool name_is_valid(const char *name);

/* ---- profile.c ---- */

/* Makes room for the names of all n_decls. 0 or -ENOMEM. */
int profile_reserve_names(struct profile *);

/* Enters the declaration's name; returns NULL, or the one that has it. */
struct decl *profile_add_name(struct profile *, struct decl *);

/* ---- value-parse.c ---- */

/* "a number from 68 to 65535": appends what the row wants, for messages. */
void value_describe(const struct schema_key *key, struct text *out);

/* It is one of the row's choices, or there are none to choose from. */
bool value_is_choice(const struct schema_key *key, const char *text);

/* The text is good for a value of that key, of type bool, integer or
 * duration. */
bool value_parse_number(
    const struct schema_key *key, const char *text, int64_t *ret);

/* The same of a text, too. Else expected is appended what was. */
bool value_parse(const struct schema_key *key, const char *text,
    int64_t *ret_number, struct text *expected);

/* The bytes of one value of that type. */
size_t value_size(enum value_type type);

/* ---- value-read.c ---- */

/* Reads the item as the value of that key. A wrong one is left absent. */
int value_read(struct loader *, const struct schema_key *key,
    const struct item *item, struct value *value);

/* ---- config-read.c ---- */

/* The row of that key, or NULL; keys may be NULL. */
const struct schema_key *schema_find_key(
    const struct schema_key *keys, const char *name);

/* Is there a secret among these keys, or in their sections? */
bool schema_has_secret(const struct schema_key *keys);

/* A config of these keys, with none given, and room for those that the mapping
 * gives: where a key is absent there is its fallback. */
int config_new(struct loader *, const struct schema_key *keys,
    const struct item *mapping, struct config **ret);

/* Reads the item as the value of its key in the config; a wrong one is
 * absent, without its fallback. */
int config_set(struct loader *, struct config *config,
    const struct schema_key *key, const struct item *item);

/* Whose keys they are, for messages: "ipsec nodes", "'retry'". */
struct key_owner {
	const char *before, *name, *after;
};

/* Reports the required keys that the mapping does not give. The owner has
 * them. */
void config_finish(struct loader *, const struct config *config,
    const struct item *mapping, const struct mark *mark,
    const struct key_owner *owner);

/* Reads a mapping, the value of a key with keys of its own. 1: read;
 * -ENOMEM. */
int config_read(struct loader *, const struct schema_key *key,
    const struct item *mapping, struct config *ret);

/* ---- config-check.c ---- */

/* Reports what its kind does not like of the node's keys together. */
int config_check(struct loader *, const struct decl *decl,
    const struct item *mapping);

/* ---- file-keys.c ---- */

/* Checks the top of a file, root (NULL: it is empty), and finds its nodes. */
int file_read(
    struct loader *, const struct item *root, struct load_file *file);

/* ---- node-read.c ---- */

/* Reads what the file says of the node. */
int node_read(struct loader *, struct decl *decl);

/* ---- node-keys.c ---- */

/* Reads a key that nodes of all kinds, or of this one's sort, have. 1: it is
 * none of them. */
int node_key_read(
    struct loader *, struct decl *decl, const struct item *item);

/* The names of those keys; returns how many. */
size_t node_key_names(
    const struct schema *schema, const char **ret_names, size_t n_max);

/* manual, auto or hotplug; one of them has been checked to be given. */
enum start_mode start_parse(const char *name);

/* Of a node that does not say. */
void retry_set_defaults(struct decl *decl);

/* ---- domain-keys.c ---- */

/* A mapping by domain, and all of them are domains. False: that is reported. */
bool domains_check(struct loader *, const struct schema_key *key,
    const struct item *mapping);
/* Puts the domains of the n items, from one on, there. 0 or -ENOMEM. */
int domains_read(struct loader *, const struct item *one, uint32_t n,
    const char **domains);

/* ---- condition-keys.c ---- */

/* These read texts that value_read() has found good: a condition; an event;
 * a state's two events, the second of which may be NULL. */
int when_read(struct loader *, struct decl *decl, const struct item *item);
int on_event_read(struct loader *, struct decl *decl, const struct item *item);
int interval_read(struct loader *, struct decl *decl,
    const struct item *from, const struct item *until);

/* ---- location-keys.c ---- */

/* Reads the mapping `match` of a location. */
int fact_globs_read(
    struct loader *, struct decl *decl, const struct item *item);

/* That is a fact which some kind gives; else it is reported, and what
 * else could be done (or ""). */
bool fact_is_known(struct loader *, const char *name, const struct mark *mark,
    const char *way_out);

/* ---- fact-values.c ---- */

/* There is ${FACT} in the text. */
bool fact_values_has(const char *text);
/* A copy of one without, in which "$${" is "${". */
char *fact_values_plain(struct arena *arena, const char *text);
/* Checks the facts of an item, a text, and enters them with the node that is
 * being read. 1: good; 0: reported; -ENOMEM. */
int fact_values_read(struct loader *, const struct item *item);

/* ---- reference.c ---- */

/* Reads an item, NODE or NODE@DEVICE or a list of them. */
int refs_read(struct loader *, const struct item *item, struct refs *ret);

/* Resolves a value of a key of type VALUE_NODE, for the node being read. */
int key_ref_add(struct loader *, const struct schema_key *key,
    const struct item *item);

/* Reports members that are named twice. */
int refs_check_distinct(struct loader *, const struct refs *refs,
    const char *key);

/* Resolves the n bytes at text. ret->decl is NULL when it was reported. */
int ref_resolve(struct loader *, const char *text, size_t n,
    const struct mark *mark, struct ref *ret);

/* Reports references to instances of what is no template. */
void refs_check_devices(struct loader *);

/* ---- later.c: the language that is not built yet ---- */

bool later_has_profile_key(const char *key);
bool later_has_kind(const char *kind);
