/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A second evaluation of a profile, for tests: written from the definitions
 * (doc/semantics.md), not from the resolver. It keeps plain
 * arrays and, after each input and each move, computes everything anew from
 * the definitions, over all nodes, until nothing changes. It takes the same
 * inputs as the resolver and must give the same decisions and states.
 *
 * Out of memory it aborts: it is a test.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "resolver/profile.h"
#include "resolver/resolver.h"

enum { MODEL_NAME_MAX = 140, MODEL_LATCHES_MAX = 4, MODEL_FACTS_MAX = 4 };

/* Goals and masks stand on names. */
struct model_name {
	char text[MODEL_NAME_MAX];
	bool is_goal, is_masked;
};

enum model_role {
	MODEL_OVER,
	MODEL_REQUIRES,
	MODEL_WANTS,
	MODEL_KEY_PULLS,
	MODEL_FOLLOWS,
	MODEL_OF,
	MODEL_AFTER, /* also of conditions */
	MODEL_WHEN,  /* for the condition's value */
};

/* A reference of a node, resolved to nodes; those that are absent count for
 * nothing. */
struct model_link {
	enum model_role role;
	uint32_t index; /* in its list: of members, of a condition's names */
	bool is_some;   /* to a template from elsewhere: some instance */
	const struct decl *decl;
	uint32_t n;
	struct model_node **to; /* instances by name */
};

struct model_fact {
	char key[16], value[32];
};

/* What stands in a node while it is not absent. */
struct model_facts {
	uint32_t n, n_later;
	struct model_fact items[MODEL_FACTS_MAX];
	char later[MODEL_FACTS_MAX][16];
};

struct model_life {
	enum node_state state;
	bool is_unmet, is_permanent, to_restart, has_timed_out;
	bool was_available, must_update;
	bool was_away; /* it, or what it stands on, since it was available */
	bool is_adopted; /* until the first input */
	bool is_forgiven; /* timed out, then forgotten */
	bool has_new_config; /* by a reload, and it was not told */
	bool has_occurred; /* a task's event, not yet run for */
	uint32_t run; /* what whoever takes decisions calls the start */
	uint32_t n_failures;
	uint64_t retry_at_ms, timeout_at_ms, since_ms, start_order;
	uint64_t hold_until_ms; /* 0: none is running */
	bool has_hold;
	bool is_gone; /* what it stands on was removed while it was active */
	uint32_t birth;     /* counts: which life it is */
	uint64_t version;   /* what dependents are told of */
	uint64_t told, told_over, chosen; /* digests; see derive.c */
	uint64_t members; /* of those that keys name */
	/* Of values with ${FACT}: those of its start, or of its last update. */
	uint32_t n_used;
	struct model_fact used[MODEL_FACTS_MAX];
	uint32_t prefix;    /* members that an in-order group pulls */
	struct model_node *selected;
	uint64_t choice; /* another, when it selects another than before */
	uint64_t choices; /* with those below; while it has one, the last */
	bool latches[MODEL_LATCHES_MAX]; /* those per card */
	struct model_facts facts; /* at rest: those that it had */
	bool has_facts;		  /* they are of this start */
	/* As those above were told of them: not before it was available. */
	struct model_facts shown;
	/* Held: what it knew of what it is over; without a value: to come. */
	bool has_kept;
	uint32_t n_kept;
	struct model_fact kept[MODEL_FACTS_MAX];
	/* Digests: of what had been selected below it when that was; by how
	 * much that is another when it keeps them no more. Those above do not
	 * hear of it. */
	uint64_t kept_choices, hidden_choices;
	uint64_t seen; /* of it, when it was available: digest */
	uint64_t decided_ms; /* of a location: since when it is undecided */
};

struct model_node {
	const struct decl *decl;
	const char *card; /* the device's key of an instance, or NULL */
	uint32_t id;      /* place among the nodes */
	char name[MODEL_NAME_MAX];
	struct model_name *own, *template; /* whose goals and masks count */
	uint32_t level;
	bool exists;
	/* A reload has taken it out: what it keeps until it is down, and who
	 * waits for it. */
	bool is_leaving;
	struct model_node **holds, *heir;
	uint32_t n_holds;
	void *theirs; /* its struct node */
	uint64_t chosen_before; /* its digest, while it is absent */
	struct model_life life;
	/* Derived; see derive.c */
	bool pulled, wanted, allowed, ready, desired, available, coming, taken;
	bool held, hold_ends, next_to_restart, next_was_away;
	bool lacks_fact, fact_is_coming;
	uint64_t next_hold_until_ms;
	bool next_has_hold;
	uint32_t next_prefix;
	struct model_node *next_selected;
	uint32_t n_links;
	struct model_link *links;
};

struct model_device {
	char key[64], type[16], mac[24];
	bool is_present;
	const struct decl *owner; /* of the card, or bound to it; or NULL */
};

struct model_decision {
	enum decision_type type;
	struct model_node *node;
};

/* Since a reload: one may not start, or not stop, until the other is down. */
struct model_wait {
	struct model_node *first, *second;
	bool is_of_stop;
};

/* Since when an instance is up, or none is. */
struct model_span {
	bool is_up;
	uint64_t since_ms;
};

struct model {
	const struct profile *profile;
	bool is_rigid; /* fake and kit cannot follow a rebind */
	bool is_fixed; /* kit cannot take an update */
	uint64_t now_ms, n_starts, n_versions;
	uint32_t n_nodes, n_names, n_devices, n_births, n_leaving;
	struct model_node **nodes; /* in the profile's order, then by name */
	struct model_node **leaving;
	struct model_wait *waits;
	uint32_t n_waits;
	struct model_name **names;
	struct model_device *devices[32];
	const struct decl **roots;      /* by declaration; NULL: single */
	/* By declaration of a template: the first available instance, and the
	 * last; when there is none, those that were. */
	struct model_node **selected, **last;
	struct model_node **next_selected;
	uint32_t *chosen; /* as selected, also if absent since: its birth */
	uint64_t *below;  /* and what it stood on had chosen */
	uint64_t *choices; /* another, when another is selected */
	struct model_span *spans; /* by declaration of a template */
	bool (*latches)[MODEL_LATCHES_MAX]; /* by declaration: not per card */
	uint32_t n_occurred; /* tasks whose event has just been */
	bool is_begun, has_failed;
	bool is_deriving; /* what is next is looked at, not what was last */
	bool keeps_selections; /* for now none is another */
	bool has_booted; /* not the first of this boot */
	void (*moved)(void *ctx, const struct model_node *, enum node_state);
	void *ctx; /* moved: called with the former state */
};

struct model *model_new(
    const struct profile *profile, bool is_rigid, bool is_fixed);
struct model *model_free(struct model *model);
/* The one after `old` has been killed: what outlives it, without devices. */
struct model *model_crash(const struct model *old);

/* The same with another profile; frees the old one. */
struct model *model_reload(
    struct model *old, uint64_t now_ms, const struct profile *profile);

/* All is what it is since now. */
void model_begin(struct model *m);
/* An instance of it may have come up, or gone. */
void model_review_span(struct model *m, const struct decl *decl);

/* The inputs of resolver.h, and what they return. */
int model_devices(
    struct model *, uint64_t now_ms, const struct device *, size_t n);
int model_added(struct model *, uint64_t now_ms, const struct device *);
int model_removed(struct model *, uint64_t now_ms, const char *key);
void model_report(struct model *, uint64_t now_ms, struct model_node *,
    uint32_t run, const struct report *);
void model_time(struct model *, uint64_t now_ms);
void model_emit(struct model *, uint64_t now_ms, const char *event);
int model_up(
    struct model *, uint64_t now_ms, const char *const *names, size_t n);
int model_down(struct model *, uint64_t now_ms, const char *const *names,
    size_t n, bool force);
int model_reset(
    struct model *, uint64_t now_ms, const char *const *names, size_t n);
int model_restart(
    struct model *, uint64_t now_ms, const char *const *names, size_t n);

bool model_next(struct model *, struct model_decision *ret);
uint64_t model_deadline(const struct model *);

/* The single node or the instance of that name that is not absent. */
struct model_node *model_find(const struct model *, const char *name);
bool model_is_goal(const struct model_node *);
bool model_is_masked(const struct model_node *);

/* ---- between the files of the model ---- */

#define EACH_NODE(n, m) \
	for (uint32_t n##_i = 0; n##_i < (m)->n_nodes; n##_i++) \
		if (((n) = (m)->nodes[n##_i])->exists)

#define EACH_LINK(l, n) \
	for (struct model_link *l = (n)->links; \
		l < (n)->links + (n)->n_links; l++)

static inline bool is_any(const struct model_node *node)
{
	return node->decl->schema == &schema_any;
}

static inline bool is_group(const struct model_node *node)
{
	return node->decl->schema->flags & SCHEMA_GROUP;
}

static inline uint64_t mix(uint64_t a, uint64_t b)
{
	a ^= b + 0x9e3779b97f4a7c15ull + (a << 6) + (a >> 2);
	a *= 0xff51afd7ed558ccdull;
	return a ^ a >> 32; /* so that sums of them are not those of others */
}

static inline uint64_t mix_text(uint64_t sum, const char *text)
{
	for (; *text; text++)
		sum = mix(sum, (unsigned char)*text);
	return mix(sum, 0);
}

/* The device of that key, with the nodes that it may get. */
struct model_device *model_know_device(struct model *, const char *key);
/* The device of a former model is present in this one. */
void model_take_device(struct model *, const struct model_device *);
bool model_can_update(const struct model *, const struct model_node *);
bool model_can_rebind(const struct model *, const struct model_node *);
/* A node that is leaving keeps it, or has to be down before it. */
bool model_is_kept(const struct model *, const struct model_node *);
/* Nobody waits for it any more; with it, those that waited neither. */
void model_end_waits(
    struct model *, const struct model_node *first, const void *second);
/* The node is absent no more. */
void model_appear(struct model *, struct model_node *);
uint32_t model_level(const struct decl *);

struct model_name *model_name(struct model *, const char *text);
bool model_is_active(const struct model_node *);
bool model_has_provider(const struct model_node *);
bool model_link_is_prerequisite(const struct model_link *);
struct model_device *model_device(const struct model *, const char *key);
/* The device-bound node that it stands on (itself, or following `over`, not
 * through a single group), or NULL; and that device, if present. */
const struct model_node *model_base(const struct model_node *);
struct model_device *model_base_device(
    const struct model *, const struct model_node *);

/* What was up before has its devices: takes it for told. */
void model_adopt(struct model *);
void model_derive(struct model *);
/* The end of that: what has been derived is so, and those who were told of
 * something else hear of it. */
void model_commit(struct model *);
/* It, or what it stands on, has been away since it was last available. */
bool model_was_away(const struct model_node *);
/* The reference sees it: of a template, it is the first. */
bool model_is_first(const struct model *, const struct model_link *,
    const struct model_node *);
uint64_t model_told(const struct model *, const struct model_node *);
uint64_t model_told_over(const struct model *, const struct model_node *);
uint64_t model_choices(const struct model *, const struct model_node *);
uint64_t model_chosen(const struct model *, const struct model_node *);
/* What is seen of a node: facts, selections, that it has been away. */
uint64_t model_view(const struct model *, const struct model_node *);
/* NULL: it is not there, or is still to come. */
const char *model_fact_below(const struct model *, const struct model_node *,
    const char *key, bool *ret_is_later);
bool model_lacks_fact(const struct model *, const struct model_node *,
    bool *ret_is_coming);
/* A fact that its values use is another; fixed: in a key that cannot change. */
bool model_has_new_values(
    const struct model *, const struct model_node *, bool is_fixed);
/* False: what comes of a value is not good. */
bool model_take_values(const struct model *, struct model_node *);
/* A digest of what is known of the nodes that its keys name. */
uint64_t model_members(const struct model *, const struct model_node *);
/* Of the members of an `any`. */
struct model_node *model_first_available(const struct model_node *);
bool model_enough(const struct model_node *);
/* It is held, and keeps the facts of what it was over. */
bool model_keeps_facts(const struct model_node *);
void model_keep_facts(const struct model *, struct model_node *);
void model_drop_facts(const struct model *, struct model_node *);
/* A location: 1 matches, 0 does not, -1 still to come. */
int model_match(const struct model *, const struct model_node *);
bool model_is_held(const struct model *, const struct model_node *);
bool model_may_stop(const struct model *, const struct model_node *);
bool model_has_dependents(const struct model *, const struct model_node *);

/* A change of state with the events it is. */
void model_set(struct model *, struct model_node *, enum node_state,
    bool is_unmet);
void model_event(struct model *, enum event_type, const char *name);
void model_fail(struct model *, struct model_node *, bool is_permanent);
void model_settle(struct model *);
void model_forget(struct model *, struct model_node *);
