/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes at run time. For resolver/ only.
 *
 * Every declaration has one struct node in resolver->tops: a single node is
 * that; of a template it is the top, which counts its instances for whoever
 * refers to the template from elsewhere. The instances of all templates with
 * one root and one device live together in a card, allocated as one block.
 *
 * A node's flags are facts about itself (pulled, available, ...). Neighbours
 * never look at them: when a flag changes, node_publish() adds to or takes
 * from the counters of the neighbours whom it concerns and marks them dirty.
 * So an input costs work in proportion to what it changes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <bsd/sys/tree.h>

#include "base/heap.h"
#include "base/list.h"
#include "resolver/graph.h"
#include "resolver/resolver.h"

struct card;
struct device_record;
struct factset;

/* What neighbours are told of a node. */
enum node_flag {
	FLAG_PULLED = 1 << 0,
	FLAG_AVAILABLE = 1 << 1, /* up and desired; a group: and satisfied */
	FLAG_PROSPECT = 1 << 2,  /* available or coming */
	FLAG_BLOCKS = 1 << 3,    /* starting, stopping or coming: see after */
	FLAG_UP = 1 << 4,        /* the state is up: see conditions */
	FLAG_ACTIVE = 1 << 5,    /* starting, up, unmet or stopping */
	FLAG_LEAVING = 1 << 6,   /* active, and to be stopped */
	FLAG_HOLDS = 1 << 7, /* active, not unmet: a group holds its members */
};

/* What is to be done with a node, in the order in which it is done. */
enum due {
	DUE_NOTHING,
	DUE_MOVE, /* by the resolver itself */
	DUE_STOP,
	DUE_REBIND,
	DUE_START,
};

struct node {
	struct resolver *resolver;
	struct decl *decl;
	struct card *card; /* of an instance, else NULL */
	const char *name;
	/* The card or the bound single node that it stands on, following
	 * `over` but not through a single group; or NULL. */
	const void *anchor;
	struct device_record *device; /* of a single node with `device:` */
	struct factset *facts;        /* its own, or NULL */
	char *reason;                 /* of unmet and failed, or NULL */
	void *user;
	/* any: the selected member; kept while it is lost until the group has
	 * left up. top: the last instance to be available, while none is. */
	struct node *selected;
	const struct node *first; /* top: the first available instance told */

	uint64_t since_ms;
	uint64_t deadline_ms; /* timeout of starting, retry of failed */
	uint32_t run, failures;
	uint32_t visited; /* by the traversal of that number */
	uint32_t selected_index; /* any: in `of`; n of them while none is */

	uint32_t n_pulls;    /* pulled nodes that pull it */
	uint32_t n_unready;  /* prerequisites not available */
	uint32_t n_hopeless; /* prerequisites neither available nor coming */
	uint32_t n_before;   /* nodes it is after that block it */
	uint32_t n_holders;  /* active nodes that stand on or require it */
	uint32_t n_near;     /* those of them with the same anchor */
	uint32_t n_leaving;  /* nodes after it that are leaving */
	/* Groups: members available, and with a prospect. A top: instances. */
	uint32_t n_available, n_prospects;
	uint32_t n_blocking, n_up, n_wanted; /* of a top: instances */

	/* Places in the resolver's queues of these names; 0: not in it. */
	uint32_t in_dirty, in_due, in_timers;

	uint8_t state; /* enum node_state */
	uint8_t flags; /* as published */
	uint8_t due;   /* enum due */
	bool is_top : 1;
	bool is_unmet : 1; /* waiting, and the provider watches */
	bool is_goal : 1, is_masked : 1;
	bool is_permanent : 1;
	bool is_absent : 1;
	bool is_wanted : 1, is_allowed : 1, is_desired : 1;
	bool must_restart : 1; /* not desired until it is down */
	bool must_rebind : 1;
	bool must_select : 1; /* any: another member may be the first now */
	bool has_timed_out : 1;
	bool retry_is_due : 1;
	bool is_stale : 1; /* bound: its device was replaced */
	bool is_gone : 1;  /* what it stands on was removed while active */
	bool is_dirty : 1, is_listed : 1;

	RB_ENTRY(node) by_name; /* top: its available instances */
	struct list pull_link;  /* worklist of pulls */
	struct list walk_link;  /* worklist of a walk; see walk_add() */
};

RB_HEAD(node_by_name, node);

/* A single node, or a template. */
struct top {
	struct node node;
	struct node_by_name available; /* instances, in their order */
};

/* The place of a reference NAME@DEVICE. */
struct named {
	const struct edge *edge;
	struct card *card;
	struct named *next; /* of the same card */
};

/* A device of a root template, with the instances that stand on it. */
struct card {
	struct decl *root;
	struct device_record *device; /* NULL while it is not present */
	struct named *named;          /* who refers to its instances by name */
	uint32_t n_pins;  /* references, goals and masks: keep it */
	uint32_t n_absent; /* nodes */
	const char *key;
	RB_ENTRY(card) by_key;
	struct list unused_link; /* to be freed when at rest */
	size_t bytes;
	struct node nodes[];
};

RB_HEAD(card_by_key, card);

/* A device that is present. */
struct device_record {
	struct device device; /* strings in the same block */
	char ifindex[11];     /* in decimal, as a fact */
	struct card *card;    /* the instances on it, or NULL */
	struct node *node;    /* the single node bound to it, or NULL */
	RB_ENTRY(device_record) by_key;
	size_t bytes;
};

RB_HEAD(device_by_key, device_record);

struct factset {
	uint32_t n;
	size_t bytes;
	struct fact items[];
};

enum { CAUSE_MAX = 256 };

struct resolver {
	const struct profile *profile;
	struct resolver_options options;
	uint64_t now_ms;
	struct top *tops;          /* by decl->index */
	char *names;               /* not owned; see node->name */
	struct card_by_key *cards; /* by the place of the root in the graph */
	struct named *named;       /* by edge->named */
	struct device_by_key devices;
	/* With room for all nodes, absent ones too, so that an input needs no
	 * memory to queue what it changes. */
	struct heap dirty;  /* by rank */
	struct heap due;    /* nodes with something to do, in that order */
	struct heap timers; /* nodes with a deadline, by time */
	uint32_t n_made;    /* nodes, absent ones too */
	struct list pulls;  /* nodes whose FLAG_PULLED may have to change */
	struct list unused; /* cards */
	uint32_t traversal;
	struct resolver_stats stats;
	char cause[CAUSE_MAX]; /* of what happens now */
	const struct node *reporter; /* whose report it is, or NULL */
};

/* ---- node.c ---- */

/* Orders nodes by the order of their declarations' given number, then by the
 * names of the instances; total. */
int node_compare(const struct node *a, const struct node *b);

static inline struct node *resolver_top(
    const struct resolver *resolver, const struct decl *decl)
{
	return &resolver->tops[decl->index].node;
}

static inline struct top *node_top(const struct node *node)
{
	return &node->resolver->tops[node->decl->index];
}

static inline bool node_is_group(const struct node *node)
{
	return node->decl->schema->flags & SCHEMA_GROUP;
}

static inline bool node_is_any(const struct node *node)
{
	return node->decl->schema == &schema_any;
}

static inline bool node_is_active(const struct node *node)
{
	return node->state == NODE_STARTING || node->state == NODE_UP ||
	       node->state == NODE_STOPPING || node->is_unmet;
}

/* Goal or mask of its own or, of an instance, of its template. */
static inline bool node_is_masked_by_any(const struct node *node)
{
	return node->is_masked ||
	       (node->card && node_top(node)->node.is_masked);
}

/* The device is there that it is bound to; true if it is bound to none. */
bool node_device_is_present(const struct node *node);

/* What the edge of this node leads to: a node, or a template's top. */
struct node *edge_target(const struct node *from, const struct edge *edge);

/*
 * Walks those who refer to a node: f(ctx, edge, dependent). Of an instance,
 * those on its card and those who name it; who refers to the template from
 * elsewhere is found at the top.
 */
void node_each_up(struct node *node,
    void (*f)(void *ctx, const struct edge *edge, struct node *dependent),
    void *ctx);
/* The edge to what it is over; NULL if it is over nothing. */
const struct edge *node_over(const struct node *node);

/*
 * Walks without recursion: walk_begin() once, then walk_add() what is to be
 * visited (once in a walk, else it is ignored) and walk_next() until NULL.
 * One walk at a time.
 */
void walk_begin(struct resolver *resolver, struct list *list);
void walk_add(struct list *list, struct node *node);
struct node *walk_next(struct list *list);

/* Replaces reason and owns it from then on; NULL: none. */
void node_set_reason(struct node *node, char *reason);

/* Copies facts; NULL on n == 0 with 0, or -ENOMEM. */
int factset_new(const struct fact *facts, size_t n, struct factset **ret);
bool factset_equal(const struct factset *a, const struct factset *b);
void node_set_facts(struct node *node, struct factset *facts);

void resolver_set_cause(struct resolver *resolver, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- settle.c ---- */

RB_PROTOTYPE(node_by_name, node, by_name, );

/* Empty queues of dirty nodes, of those with something due, of timers. */
void queues_init(struct resolver *resolver);
void queues_clear(struct resolver *resolver);
/* Makes room for n more nodes than there are, which the caller then counts in
 * n_made; or -ENOMEM: nothing has changed. */
int queues_reserve(struct resolver *resolver, uint32_t n);
size_t queues_bytes(const struct resolver *resolver);
/* To be looked at again before the input is over. */
void node_touch(struct node *node);
/* As node_touch(); whether it is pulled may have changed as well. */
void node_touch_pull(struct node *node);
/* Settles pulls only: FLAG_PULLED is right everywhere afterwards. */
void settle_pulls(struct resolver *resolver);
/* Works until nothing is dirty and nothing but provider work is due. */
void settle(struct resolver *resolver);
/* A group: enough members are available. Others: true. */
bool node_is_satisfied(const struct node *node);
/* One more (1) or one less (-1) active node stands on `to`. */
void node_hold(struct node *from, struct node *to, int change);
/* Takes a node at rest out of the graph; its card may go with the last. */
void node_vanish(struct node *node);
/* Sets the deadline; RESOLVER_NEVER: none. */
void node_set_deadline(struct node *node, uint64_t at_ms);

/* ---- move.c ---- */

/* The one way to change a state: notice, time, reason. */
void node_set_state(struct node *node, enum node_state to, bool is_unmet);
/* A start failed, or what was up is lost. Owns reason, which may be NULL. */
void node_fail(struct node *node, bool is_permanent, char *reason);
/* It comes to rest: forgets what belonged to the start that is over. */
void node_rest(struct node *node);
/* Does what is due to a node without a provider, or at rest. */
void node_move(struct node *node);
/* Its own facts changed, or a group or template selected another member:
 * those above are told. */
void node_tell(struct node *node, bool has_selected);
/* Its provider can follow a change of what it stands on. */
bool node_can_rebind(const struct node *node);
/* It is to be told of such a change, if it is active; else nothing. */
void node_must_rebind(struct node *node);
/* Forgets a failure: it starts anew at once. */
void node_forget(struct node *node);

/* ---- device.c ---- */

RB_PROTOTYPE(card_by_key, card, by_key, );
RB_PROTOTYPE(device_by_key, device_record, by_key, );

struct card_by_key *resolver_cards(
    const struct resolver *resolver, const struct decl *root);
/* NULL: there is no card of that key. */
struct card *card_find(
    const struct resolver *, const struct decl *root, const char *key);
/* A new card, all of it absent; node_count() is the caller's. */
struct card *card_new(struct resolver *, struct decl *root, const char *key);
/* The card, made if need be; NULL when out of memory. */
struct card *card_get(struct resolver *, struct decl *root, const char *key);
/* Makes an absent node part of the graph. */
void node_appear(struct node *node);
/* A new node at rest, with the counters of what it refers to. */
void node_init(struct node *node, struct resolver *resolver,
    struct decl *decl, struct card *card, const char *name);
void node_count(struct node *node);
/* The card is no longer needed by a name (a goal or a mask). */
void card_unpin(struct card *card);
/* Frees cards that nothing needs any more. */
void cards_sweep(struct resolver *resolver);
void devices_free(struct resolver *resolver);
