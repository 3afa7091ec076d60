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
#include "resolver/facts.h"
#include "resolver/graph.h"
#include "resolver/resolver.h"

struct card;
struct device_record;
struct factset;
struct handover;

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
	FLAG_STANDS = 1 << 8, /* active, not held: keeps what it stands on */
	FLAG_BUSY = 1 << 9,   /* active or failed: see in-order groups */
	FLAG_FAILED = 1 << 10,
	/* Away not because it was lost: see hold. */
	FLAG_TAKEN = 1 << 11,
};

/* What is to be done with a node, in the order in which it is done. */
enum due {
	DUE_NOTHING,
	DUE_FORGET, /* its failures: it is not desired */
	DUE_SELECT, /* by a group or a template */
	DUE_MOVE,   /* by the resolver itself */
	DUE_STOP,
	DUE_UPDATE,
	DUE_REBIND,
	DUE_START,
};

/* What a state or a location says of itself, without provider. */
enum verdict { VERDICT_OPEN, VERDICT_NO, VERDICT_YES };

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
	/* Held: of what it stood on, or NULL; without a value: to come. */
	struct factset *kept;
	/* Of values with ${FACT}: when it was started, or told by update. */
	struct expansion *expansion;
	char *reason;                 /* of unmet and failed, or NULL */
	void *user;
	union {
		/* any: the selected member; kept while it is lost until the
		 * group has left up. top: the last instance to be available,
		 * while none is. See node_choice(). */
		struct node *selected;
		/* node_has_event(): what came with the event that it runs or
		 * is to run for, or NULL; has_new_values: with the one that
		 * is just occurring. */
		struct factset *values;
	};
	/* top: the first available instance, as last told; kept while it is
	 * lost. */
	const struct node *first;

	uint64_t since_ms;
	/* The timeout of starting, the retry of failed, the limit of an
	 * undecided location. */
	uint64_t deadline_ms;
	uint64_t hold_ms; /* until when it is held */
	uint32_t run, failures;
	uint32_t visited; /* by the traversal of that number */
	union {
		/* any: in `of`; UINT32_MAX while none is */
		uint32_t selected_index;
		uint32_t n_up; /* of a top: instances */
	};

	uint32_t n_pulls;    /* pulled nodes that pull it */
	uint32_t n_inner;    /* those of them on its ring; while in use */
	union {
		uint32_t prefix; /* in-order: members pulled, from the first */
		uint32_t n_blocking; /* of a top: instances */
	};
	uint32_t gate;       /* in-order: member to be looked at, or 0 */
	uint32_t n_unready;  /* prerequisites not available */
	uint32_t n_hopeless; /* prerequisites neither available nor coming */
	uint32_t n_before;   /* nodes it is after that block it */
	uint32_t n_holders;  /* active nodes that stand on or require it */
	uint32_t n_near;     /* those of them with the same anchor */
	uint32_t n_leaving;  /* nodes after it that are leaving */
	uint32_t n_taken;    /* prerequisites taken away */
	/* Groups: members available, with a prospect, taken away. A top:
	 * instances. */
	uint32_t n_available, n_prospects, n_members_taken;
	union {
		uint32_t n_wanted; /* of a top */
		/* Of others: those of n_leaving with the same anchor. */
		uint32_t n_leaving_near;
	};
	uint32_t n_present; /* of a top */

	/* Places in the resolver's queues of these names; 0: not in it. */
	uint32_t in_dirty, in_due, in_timers;

	uint16_t flags;  /* as published */
	uint8_t state;   /* enum node_state */
	uint8_t due;     /* enum due */
	uint8_t verdict; /* enum verdict, when last looked */
	bool is_top : 1;
	bool is_unmet : 1; /* waiting, and the provider watches */
	bool is_goal : 1, is_masked : 1;
	bool is_permanent : 1;
	bool is_absent : 1;
	bool is_wanted : 1, is_allowed : 1, is_desired : 1;
	bool lacks_fact : 1;   /* its values use one that is not there */
	bool fact_is_later : 1; /* but that one is still to come */
	bool must_restart : 1; /* not desired until it is down */
	bool must_rebind : 1, must_update : 1;
	bool has_new_config : 1; /* since a reload, and was not told yet */
	bool must_decide : 1; /* state, location: the verdict may change */
	bool is_over_limit : 1; /* location: decided by time */
	/* It, or what it stands on, has left up since it was last available. */
	bool was_away : 1;
	bool is_held : 1;      /* up without its prerequisites */
	bool hold_is_over : 1; /* of this loss */
	bool has_old_facts : 1; /* they are shown no more; see node_keep() */
	bool has_occurred : 1; /* a task: its event, just now */
	bool has_new_values : 1;
	bool is_pending : 1;   /* a task: to run */
	bool is_event_run : 1; /* its latest start was for an event */
	/* Was up before the resolver was made; a top: knows the first that it
	 * had before a reload. */
	bool is_adopted : 1;
	bool was_available : 1; /* adopted: who names it knows of that */
	bool is_on_trial : 1;  /* see is_droppable() */
	bool is_undecided : 1; /* in-order: earlier coming, later pulled */
	bool is_timeout : 1;   /* the deadline is that of a start */
	bool is_orphan : 1;    /* its declaration is gone; see reload.c */
	bool is_awaited : 1;   /* see handover.c */
	bool has_new_choice : 1; /* a group: those above are to be told */
	bool must_select : 1; /* any: another member may be the first now */
	bool has_timed_out : 1;
	bool retry_is_due : 1;
	bool is_stale : 1; /* bound: its device was replaced */
	bool is_gone : 1;  /* what it stands on was removed while active */
	bool is_dirty : 1, is_listed : 1;

	union {
		RB_ENTRY(node) by_name; /* instance: of those available */
		struct { /* template */
			/* Of the instances that went in the latest pass in
			 * which some did, the last by name; and that pass. */
			struct node *went;
			uint64_t went_in;
		};
	};
	struct list pull_link;  /* worklist of pulls */
	struct list walk_link;  /* worklist of a walk; see walk_add() */
};

RB_HEAD(node_by_name, node);

/* A single node, or a template. */
struct top {
	struct node node;
	struct node_by_name available; /* instances, in their order */
};

RB_HEAD(card_by_key, card);
RB_HEAD(device_by_key, device_record);
RB_HEAD(device_by_ifindex, device_record);

/* n facts, and n_later keys of facts that are still to come; one block. */
struct factset {
	uint32_t n, n_later;
	size_t bytes;
	union {
		const char **later;
		/* Of new values of a task, which has none to come: those
		 * before. */
		struct factset *former;
	};
	struct fact items[];
};

RB_HEAD(handover_by_first, handover);
RB_HEAD(handover_by_second, handover);

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
	struct device_by_ifindex ifindexes; /* the same */
	/* With room for all nodes, absent ones too, so that an input needs no
	 * memory to queue what it changes. */
	struct heap dirty;  /* by rank */
	struct heap due;    /* nodes with something to do, in that order */
	struct heap timers; /* nodes with a deadline, by time */
	uint32_t n_made;    /* nodes, absent ones too */
	struct list pulls;  /* nodes whose FLAG_PULLED may have to change */
	uint32_t n_undecided; /* in-order groups: see node.is_undecided */
	uint32_t n_runs;      /* starts so far, of all nodes */
	uint64_t n_passes;    /* of settle_flags() */
	struct list orphans;
	struct handover_by_first first_handovers;
	struct handover_by_second second_handovers; /* the same */
	struct dormant *dormant; /* see dormant.c */
	bool *latches;        /* as graph.h numbers them */
	uint64_t *words;      /* see members.c */
	/* A device that is just being removed: its facts are still to be had
	 * by those who keep them. Or NULL. */
	struct device_record *removed;
	struct list unused; /* cards */
	/* What the provider of the latest decision may still use. */
	struct expansion *former;
	uint32_t traversal;
	bool is_booting; /* until the first input has been worked in */
	bool has_begun;  /* since then, also before a reload */
	struct resolver_stats stats;
	char cause[CAUSE_MAX]; /* of what happens now */
	uint32_t n_timed; /* so many whose time is up at once are its cause */
	const struct node *reporter; /* whose report it is, or NULL */
};

/* ---- resolver.c ---- */

/* It is that time, and all nodes are what they are since then. */
void resolver_begin(struct resolver *resolver, uint64_t now_ms);

/* ---- dormant.c ---- */

/* Takes a goal or mask of a name that the profile does not have. -ENOENT (too
 * many are there, or the name is too long), -ENOMEM. */
int dormant_add(struct resolver *resolver, const struct kept *kept);
void dormant_each(const struct resolver *resolver,
    void (*f)(void *ctx, const struct kept *kept), void *ctx);
void dormant_free(struct resolver *resolver);

/* ---- node.c ---- */

/* Orders nodes of one declaration by the names of the instances; before them
 * orphans that have its place in a former profile. Total. */
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

/* A task that runs at each occurrence of an event. */
static inline bool node_has_event(const struct node *node)
{
	return node->decl->on_event && !node->is_top;
}

/* What it has selected, whatever it is; NULL: nothing. */
static inline struct node *node_choice(const struct node *node)
{
	return node_has_event(node) ? NULL : node->selected;
}

/* It has no provider: the resolver carries it out. */
static inline bool node_is_own(const struct node *node)
{
	return node->decl->schema->flags & SCHEMA_RESOLVER;
}

/* A state or a location. */
static inline bool node_is_observer(const struct node *node)
{
	return node->decl->schema->flags & (SCHEMA_STATE | SCHEMA_LOCATION);
}

static inline bool node_is_active(const struct node *node)
{
	return node->state == NODE_STARTING || node->state == NODE_UP ||
	       node->state == NODE_STOPPING || node->is_unmet;
}

/* Which of its latches is that of the state itself, not of its condition. */
static inline uint32_t state_latch(const struct decl *decl)
{
	return decl->n_latches - 1;
}

/* Goal or mask of its own or, of an instance, of its template. */
static inline bool node_is_masked_by_any(const struct node *node)
{
	return node->is_masked ||
	       (node->card && node_top(node)->node.is_masked);
}

/* The device is there that it is bound to; true if it is bound to none. */
bool node_device_is_present(const struct node *node);

/* A new node at rest, with the counters of what it refers to. */
void node_init(struct node *node, struct resolver *resolver,
    struct decl *decl, struct card *card, const char *name);
void node_count(struct node *node);
/* Makes an absent node part of the graph. */
void node_appear(struct node *node);

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
/* The edge to that member of a group. */
const struct edge *node_member(const struct node *group, uint32_t member);

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

/* Copies facts, also those without a value. 0, and NULL when n == n_later == 0;
 * or -ENOMEM, -E2BIG. */
int factset_new(const struct fact *facts, size_t n,
    const char *const *later, size_t n_later, struct factset **ret);
/* Its value, or fact_to_come, or NULL: the set says nothing of it. */
const char *factset_find(const struct factset *set, const char *key);
extern const char fact_to_come[];
bool factset_equal(const struct factset *a, const struct factset *b);
void node_set_facts(struct node *node, struct factset *facts);
/* The same; returns the former ones, which the caller frees. */
struct factset *node_swap_facts(struct node *node, struct factset *facts);
/* Those of its event; NULL: none. */
void node_set_values(struct node *node, struct factset *values);
/* They are shown no more, but are still there for who keeps them. */
void node_hide_facts(struct node *node);

void resolver_set_cause(struct resolver *resolver, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- goal.c ---- */

/* The node that a goal or a mask of that name is about: a single node, a
 * template's top, or an instance, absent or not. 0, -ENOENT (said tells it),
 * -ENOMEM. */
int node_locate(struct resolver *resolver, const char *name,
    struct text *said, struct node **ret);
/* It is a goal or masked from now on, or no longer. */
void node_set_goal(struct node *node, bool is_goal);
void node_set_mask(struct node *node, bool is_masked);
/* Who keeps the node up against the admin's down without force, or NULL. */
const struct node *node_needer(struct node *node);
/* It is up because it is so written, or its template is a goal: `down` masks
 * it, where nobody needs it. */
bool node_is_started(const struct node *node);

/* ---- queues.c ---- */

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
/* Queues what is to be done with it; NOTHING: takes it out. */
void node_set_due(struct node *node, enum due due);
/* Sets the deadline; RESOLVER_NEVER: none. */
void node_set_deadline(struct node *node, uint64_t at_ms);
/* The same, of a start: at one instant it comes after all others. */
void node_set_timeout(struct node *node, uint64_t at_ms);
void node_set_hold(struct node *node, uint64_t at_ms);
/* When the first of all of them is due. */
uint64_t timers_next(const struct resolver *resolver);

/* ---- publish.c ---- */

/* The node has these flags now: those whom it concerns are told. */
void node_publish(struct node *node, uint16_t flags);
/* One more (1) or one less (-1) active node stands on `to`. */
void node_hold(struct node *from, struct node *to, int change);
/* Who names it in a key is told that it is no longer available. */
void node_tell_members(struct node *node);
/* An instance has come or gone: whether all are taken away may change. */
void top_recount(struct node *instance);

/* ---- settle.c ---- */

/* Works until nothing is dirty and nothing but provider work is due. */
void settle(struct resolver *resolver);
/* The first part: until every node knows what it is, before any move. */
void settle_flags(struct resolver *resolver);
/* A group: enough members are available. Others: true. */
bool node_is_satisfied(const struct node *node);
/* Takes a node at rest out of the graph; its card may go with the last. */
void node_vanish(struct node *node);
/* The instances of a template, absent ones too, in their order. */
void each_instance(struct node *top, void (*f)(struct node *));

/* ---- pull.c ---- */

/* As node_touch(); whether it is pulled may have changed as well. */
void node_touch_pull(struct node *node);
/* FLAG_PULLED is right everywhere afterwards, but for what in-order groups do
 * when they look at their members again. */
void settle_pulls(struct resolver *resolver);
/* Does that edge of the node pull, while the node is pulled? */
bool node_pulls(const struct node *node, const struct edge *edge);
/* It is absent: neither pulled nor pulling. */
void node_unpull(struct node *node);
/* An in-order group will look again whether it pulls that member and those
 * after it. */
void gate_touch(struct node *group, uint32_t member);
/* Looks at the member group->gate. */
void gate_pass(struct node *group);
/* What a later member of an in-order group pulls came to rest, or is pulled
 * by somebody else, too. */
void fallback_changed(struct node *node);

/* ---- members.c ---- */

/* What the edge of an `any` leads to is available or has a prospect (1), or
 * no longer (-1). */
void members_note(struct node *group, const struct edge *edge,
    enum node_flag flag, int change);
/* The place in `of` of the first for which that is so; UINT32_MAX: none.
 * Prospects only of an in-order group. */
uint32_t members_first(const struct node *group, enum node_flag flag);

/* ---- hold.c ---- */

/* Works out whether the node is held, from its counters. */
void hold_update(struct node *node);
/* It is adopted, with what it kept while it was held, if it was. 0 or as
 * factset_new(). */
int hold_restore(struct node *node, const struct fact *held, size_t n);
/* It leaves up, or is to. */
void hold_end(struct node *node);
void node_drop_kept(struct node *node);
/* It is held, and has the facts from before the loss. */
bool hold_keeps_facts(const struct node *node);

/* ---- event.c ---- */

/* Something happened to a node, or to a template seen from elsewhere: for the
 * intervals that end with it; or for those that begin, and for tasks. */
void event_fire(struct node *node, enum event_type type, bool is_end);
/* Whether the latch of an interval of the node's is set. */
bool latch_is_set(const struct node *node, uint32_t latch);
/* Latches as they are before anything has happened. */
void latches_init(struct resolver *resolver);
/* Those of an instance that was absent. */
void latches_init_node(struct node *node);
/* Those of the node that are not as at first; see resolver_each_kept(). */
void latches_keep(const struct node *node,
    void (*f)(void *ctx, const struct kept *kept), void *ctx);
/* Puts back the latch of the interval of that text. 0, -ENOENT. */
int latch_restore(struct node *node, const char *text, bool is_set);
/* `startup` occurs, for tasks. */
void tasks_start_up(struct resolver *resolver);
/* A task's event has occurred: is there to be a run? */
void task_take_event(struct node *node);

/* ---- observe.c ---- */

/* Looks at what a state or a location is about, if that may have changed. */
void observer_update(struct node *node);
/* What it came to; OPEN: it waits for facts. */
enum verdict observer_verdict(const struct node *node);

/* ---- query.c ---- */

/* What gives it device and facts; NULL at the bottom. */
const struct node *node_below(const struct node *node);
enum { DEVICE_FACTS_MAX = 3 };
/* The facts of the device it is bound to, also of one just being removed;
 * returns how many. They live as long as the device. */
uint32_t node_device_facts(
    const struct node *node, struct fact facts[DEVICE_FACTS_MAX]);
/* As node_fact_below(). *ret_later: it is still to come; NULL then. */
const char *node_find_fact_below(
    const struct node *node, const char *key, bool *ret_later);

/* ---- news.c ---- */

/* What facts were and are, as the source shows them to those above. */
struct news {
	const struct node *source;
	const struct factset *before, *now;
	bool is_own; /* of its own; else the sets have all that is below, too */
};

/* Can those above the node, which is the source or stands on it, see that
 * something has changed? NULL: anything may have. */
bool news_reach(const struct news *news, const struct node *node);
/* The same of a node over one for which it is so. */
bool news_pass(const struct news *news, const struct node *node);

/* ---- move.c ---- */

/* Those above the node are told of what they can see of the news; NULL: of
 * anything. */
void node_tell(struct node *node, const struct news *news);

/* What the clock has just done to the node, into words[CAUSE_MAX], which it
 * returns; NULL: nothing. */
const char *node_say_time(const struct node *node, char *words);

/* The one way to change a state: notice, time, reason. */
void node_set_state(struct node *node, enum node_state to, bool is_unmet);
/* A start failed, or what was up is lost. Owns reason, which may be NULL. */
void node_fail(struct node *node, bool is_permanent, char *reason);
/* It comes to rest: forgets what belonged to the start that is over. */
void node_rest(struct node *node);
/* Does what is due to a node without a provider, or at rest. */
void node_move(struct node *node);
/* A group that is up selects the first member that is available, a template
 * its first available instance: there is one. Those above are told. */
void node_select(struct node *node);
/* It has been looked at for the first time after resolver_restore(). */
void node_settled(struct node *node);
/* Its provider can follow a change of what it stands on. */
bool node_can_rebind(const struct node *node);
bool node_can_update(const struct node *node);
/* It is to be told that its configuration, or a node that a key of its kind
 * names, has changed. */
void node_must_update(struct node *node);
/* It is to be told of such a change, if it is active; else nothing. */
void node_must_rebind(struct node *node);
/* Forgets a failure: it starts anew at once. */
void node_forget(struct node *node);
/* The same of a node that is being looked at. */
void node_forget_failures(struct node *node);

/* ---- clone.c ---- */

/* Another resolver of the same profile and options, that is what this one is:
 * the same inputs make it do the same. (It forgets goals and masks of names
 * that the profile does not have.) While it is there, the first one has to stay
 * as it is. 0, -ENOMEM. */
int resolver_clone(const struct resolver *resolver, struct resolver **ret);
