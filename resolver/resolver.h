/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The resolver: works out what should be up and in which order to get there.
 *
 * It is pure. Devices, provider reports, goals and time come in as
 * arguments; decisions (start this, stop that) and notices (this changed,
 * because of that) go out. It does no I/O, reads no clock, logs nothing and
 * keeps no global. The same inputs give the same outputs, byte for byte.
 *
 * Use:
 *     resolver_device_added(resolver, now_ms, &device);    an input
 *     while (resolver_next(resolver, &decision))           its decisions
 *             carry it out, later resolver_report(...);
 *     wait until resolver_deadline(resolver) or an input;
 *
 * An input takes effect at once on everything that needs no provider;
 * resolver_next() then hands out, one at a time, what providers have to do:
 * stops first, dependents before prerequisites, then starts, prerequisites
 * before dependents. Take all of them before the next input.
 *
 * The state machine of a node ("moves, and there are no others"):
 *
 *                desired, `after` allows                 report up
 *     idle, waiting ----------------> starting ------------------> up
 *     failed (retry due) ------------>   | |  \                    | |
 *                                        | |   \ report failed     | | lost
 *          report unmet                  | |    `---> failed <-----' |
 *     waiting(unmet) <-------------------' |timed out                |
 *       |    `----- report up -----> up    |                         |
 *       |    <---------------- report unmet -------------------------|
 *       | no longer desired, dependents down                         |
 *       `-------------------------> stopping <----------------------'
 *                                       | report down
 *                                       v
 *                               idle, waiting, failed
 *
 *     idle <-> waiting <- failed   as wanted and desired change
 *
 * Only resolver_new(), resolver_devices(), resolver_device_added(),
 * resolver_device_changed(), resolver_up(), resolver_down(), reset, restart,
 * reload, emit with values, and reports with facts or a reason allocate, and
 * they do so before they change anything: -ENOMEM means nothing happened. A
 * reason for which there is no memory, or facts that a held node is to keep,
 * are left out. All other inputs neither allocate nor fail. resolver_next()
 * allocates for nodes with ${FACT} in their values: without memory such a
 * start has failed, and is retried; instead of an update there is a restart.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "resolver/schema.h"

struct decl;
struct node;
struct profile;
struct resolver;

#define RESOLVER_NEVER UINT64_MAX

enum node_state {
	NODE_IDLE,     /* not wanted */
	NODE_WAITING,  /* wanted, not desired; or unmet */
	NODE_STARTING, /* the provider is at work */
	NODE_UP,
	NODE_STOPPING, /* the provider is undoing it */
	NODE_FAILED,   /* retried after a delay, or for good */
	NODE_ABSENT,   /* an instance that no longer exists; in notices only */
};

/* "idle", "waiting", ... */
const char *node_state_name(enum node_state state);

struct fact {
	const char *key, *value;
};

/* A network device, as the kernel shows it. NULL: not known. */
struct device {
	const char *key;  /* its name when it appeared: names the instance */
	const char *name; /* its name now */
	uint32_t ifindex;
	const char *type; /* ethernet, wlan, vlan, bridge, ... */
	const char *mac;  /* the permanent one */
	const char *driver, *path;
	const char *vendor, *model; /* its numbers: 0x8086 */
	const char *vendor_name, *model_name;
	const char *maker; /* the node that made it */
};

/* What a provider says of its node. */
enum report_type {
	REPORT_UP,     /* it is up; from starting or unmet */
	REPORT_UNMET,  /* what it watches for is not there */
	REPORT_FAILED, /* the start failed, or what was up is lost; undone */
	REPORT_DOWN,   /* the stop has ended */
	REPORT_FACTS,  /* it is still up, with other facts */
};

struct report {
	enum report_type type;
	bool permanent;     /* FAILED: trying again is no use */
	const char *reason; /* UNMET, FAILED: for people; may be NULL */
	/* UP, FACTS: all facts of the node, replacing the former ones. */
	const struct fact *facts;
	size_t n_facts;
	/* UP, FACTS: the keys of facts that are still to come; see location. */
	const char *const *later;
	size_t n_later;
};

enum decision_type {
	DECISION_START,
	DECISION_STOP,   /* also of one that is starting or unmet */
	DECISION_REBIND, /* facts of what it stands on have changed */
	/* Its configuration has changed, or who its keys name came or went. */
	DECISION_UPDATE,
};

struct decision {
	enum decision_type type;
	struct node *node;
	/* Names the start; a report says which one it is about. */
	uint32_t run;
};

/* A change, for logs, monitors, the timeline. Valid during the call only. */
struct notice {
	uint64_t at_ms;
	const struct node *node;
	enum node_state from, to;
	bool was_unmet, is_unmet; /* of waiting: the provider watches */
	const char *cause;  /* why, for people; never NULL */
	const char *reason; /* of waiting and failed: the provider's; or NULL */
	uint64_t retry_at_ms; /* of failed: when it is tried again, or NEVER */
};

struct resolver_options {
	/* Called for every change, in order. Must not call the resolver. */
	void (*notice)(void *ctx, const struct notice *notice);
	void *ctx;
	/*
	 * False: a rebind of that node is not possible, it is stopped and
	 * started instead. NULL: all can.
	 */
	bool (*can_rebind)(void *ctx, const struct node *node);
	/* The same for an update. */
	bool (*can_update)(void *ctx, const struct node *node);
	/*
	 * resolver_reload() has put `to` in the place of `from`, which goes
	 * when this returns: pointers to it, and its user pointer, are to be
	 * moved. Called for all nodes with a user pointer that go on; from and
	 * to are the same if it only goes on leaving. May be NULL.
	 */
	void (*moved)(void *ctx, struct node *from, struct node *to);
};

/*
 * A resolver of the profile, which must outlive it. No devices are present;
 * nodes that start by themselves want to from the first input on.
 * 0 or -ENOMEM.
 */
int resolver_new(const struct profile *profile,
    const struct resolver_options *options, struct resolver **ret);
struct resolver *resolver_free(struct resolver *resolver);

/* ---- inputs; now_ms never goes back ---- */

/* The devices present at start, one input, to be given once, first. */
int resolver_devices(struct resolver *, uint64_t now_ms,
    const struct device *devices, size_t n);

/* Devices appeared, all at once: none is looked at before the others are
 * there. -EEXIST: one with that key is present; nothing happened. */
int resolver_devices_added(struct resolver *, uint64_t now_ms,
    const struct device *devices, size_t n);

/* A device appeared. -EEXIST if one with that key is present. */
int resolver_device_added(
    struct resolver *, uint64_t now_ms, const struct device *device);

/* Its attributes changed (a new name); -ENOENT if it is not present. */
int resolver_device_changed(
    struct resolver *, uint64_t now_ms, const struct device *device);

/* The device is gone. -ENOENT if it was not present. */
int resolver_device_removed(
    struct resolver *, uint64_t now_ms, const char *key);

/*
 * A provider's report on the start `run` of the node. One that the state
 * does not allow, or of an earlier run, is ignored. 0 or -ENOMEM (facts).
 */
int resolver_report(struct resolver *, uint64_t now_ms, struct node *,
    uint32_t run, const struct report *);

/*
 * Time has passed. First what is due of holds, retries and the limits of
 * undecided locations, as one; then the timeouts, in the order in which their
 * starts were decided.
 */
void resolver_time(struct resolver *, uint64_t now_ms);

/* The first part of resolver_time() alone, and then the timeout of one node
 * if it is due: for simulations, where outcomes come between them. */
void resolver_time_early(struct resolver *, uint64_t now_ms);
void resolver_time_of(struct resolver *, uint64_t now_ms, struct node *);

/*
 * An external event has occurred (netconf emit), with values for the tasks
 * that run at it; they are copied. *ret_listeners: how many listen to it; 0
 * means that no node of the profile names it. 0; or -ENOMEM, only with
 * values: nothing happened.
 */
int resolver_emit(struct resolver *, uint64_t now_ms, const char *event,
    const struct fact *values, size_t n, uint32_t *ret_listeners);

/*
 * The admin's up and down of several names (NODE or NODE@DEVICE), one act.
 * said receives, a line each, what else that did (masks taken off, by what a
 * node is still held up). 0; -ENOENT: an unknown name, said tells which and
 * the nearest known one, nothing happened; -ENOMEM. down with force masks
 * also what is still pulled.
 */
int resolver_up(struct resolver *, uint64_t now_ms, const char *const *names,
    size_t n, struct text *said);
int resolver_down(struct resolver *, uint64_t now_ms,
    const char *const *names, size_t n, bool force, struct text *said);

/*
 * The admin's reset: failures of these nodes, and of all they pull by
 * requires and over, are forgotten; what is desired starts at once. restart:
 * stops and starts them, their dependents around them. Else as resolver_up().
 */
int resolver_reset(struct resolver *, uint64_t now_ms,
    const char *const *names, size_t n, struct text *said);
int resolver_restart(struct resolver *, uint64_t now_ms,
    const char *const *names, size_t n, struct text *said);

/*
 * Another profile takes the place of the resolver's, at once. A node of the
 * same name and kind goes on as it is; if its own keys have changed it is
 * told by update, or restarted if it cannot be. What is declared no more and
 * still active is stopped, before what it stands on; until it is down it is
 * found by no name, and resolver_uses() its old profile. Both profiles must
 * live while they are in use. 0, or -ENOMEM: nothing happened.
 */
int resolver_reload(
    struct resolver *, uint64_t now_ms, const struct profile *profile);
const struct profile *resolver_profile(const struct resolver *);
bool resolver_uses(const struct resolver *, const struct profile *);

/* netconfd is ending: every node goes down, in order. Nothing comes up any
 * more; only reports and time are to be given after that. */
void resolver_end(struct resolver *, uint64_t now_ms);

/* ---- outputs ---- */

/* The next decision; false: none is due. */
bool resolver_next(struct resolver *, struct decision *ret);

/* When resolver_time() is to be called at the latest; NEVER: no need. */
uint64_t resolver_deadline(const struct resolver *);

/* ---- queries ---- */

/*
 * The node of that name: a single node, an instance (NAME@KEY), or a
 * template. NULL if there is none, or the instance is absent.
 */
struct node *resolver_find(const struct resolver *, const char *name);

/* All nodes: for each declaration in the profile's order the single node, or
 * the template followed by its instances by name. prev NULL: the first. */
struct node *resolver_each(const struct resolver *, const struct node *prev);

/* Lives as long as the node. NAME or NAME@KEY. */
const char *node_name(const struct node *);
const struct decl *node_decl(const struct node *);
const struct schema *node_schema(const struct node *);
/* With facts in the places of ${FACT} while it is active. What a decision gave
 * lives until the node is down or has failed; when there is an update, until
 * the next resolver_next(). */
const struct config *node_config(const struct node *);
bool node_is_template(const struct node *);
/* The device it is bound to or stands on, while it has one; or NULL. A group
 * gives its selected member's. */
const struct device *node_device(const struct node *);
/* The device that stands for it above: one that it has made, or else that of
 * node_device(). */
const struct device *node_given_device(const struct node *);
/* A template is up while an instance is, else waiting if wanted, else idle */
enum node_state node_state(const struct node *);
/* Of its last state change, or since when it is known; of a template: since
 * when an instance is up, or none is. */
uint64_t node_since_ms(const struct node *);
bool node_is_goal(const struct node *);
bool node_is_masked(const struct node *);
bool node_is_permanent(const struct node *); /* failed for good */
/* Of waiting(unmet) and failed: the provider's words. Else NULL. */
const char *node_reason(const struct node *);
uint64_t node_retry_at_ms(const struct node *); /* of failed, or NEVER */
uint32_t node_run(const struct node *);         /* of the latest start */
/* Of a start for an event (on-event): which, as written; else NULL. */
const char *node_event(const struct node *);
/* The values that came with that event: of the last occurrence that it is to
 * run for. *ret_n of them; NULL if none. */
const struct fact *node_event_values(const struct node *, size_t *ret_n);
/* The fact, its own or the nearest below (`over`); NULL if there is none. */
const char *node_fact(const struct node *, const char *key);
/* The fact as it tells it itself, or, of an `any`, the selected member; NULL
 * if it does not. */
const char *node_told_fact(const struct node *, const char *key);
/* As node_fact(), without its own: what it stands on. */
const char *node_fact_below(const struct node *, const char *key);
/* Calls back with each of these, nearest first; one of each key. */
void node_each_fact_below(const struct node *,
    void (*f)(void *ctx, const struct fact *fact), void *ctx);
/* Its own facts only; *ret_n of them; NULL if none. */
const struct fact *node_facts(const struct node *, size_t *ret_n);
/* While it is held up without its prerequisites: until when; else 0. FOREVER:
 * RESOLVER_NEVER. */
uint64_t node_held_until_ms(const struct node *);
/* Of a location: facts that it compares are still to come. */
bool node_is_undecided(const struct node *);
/*
 * Its place in the order of preference, the most preferred first: 100 times
 * that of the node in the profile, and of an instance how many instances there
 * are before it (at most 99).
 */
uint32_t node_preference(const struct node *);
/* The selected member of an `any`, or NULL. */
const struct node *node_selected(const struct node *);

/*
 * Calls back for each node that is available of those that keys of the node's
 * kind name with that relation (PULLS or FOLLOWS), in the order of the list; of
 * a template its instances, by name.
 */
void node_each_named(const struct node *, enum key_relation relation,
    void (*f)(void *ctx, const struct node *named), void *ctx);

/* One pointer for the owner of the resolver; NULL at first. */
void node_set_user(struct node *, void *user);
void *node_user(const struct node *);

/*
 * What outlives netconfd: goals, masks, latches; and for a netconfd that
 * adopts what a former one left up: who is up, with its facts, and how many
 * members an in-order group pulls.
 */
enum kept_type { KEPT_GOAL, KEPT_MASK, KEPT_LATCH, KEPT_UP, KEPT_PREFIX };

struct kept {
	enum kept_type type;
	const char *name; /* the node's; of a latch: whose condition it is */
	const char *text; /* LATCH: the interval, "from A until B" */
	uint32_t number;  /* PREFIX: how many; LATCH: 1 or 0 */
	const struct fact *facts; /* UP: its own */
	size_t n_facts;
	const char *const *later; /* UP: facts still to come */
	size_t n_later;
	/* UP, while it is held: the facts of what it stood on that it keeps;
	 * without a value those that were still to come then. */
	const struct fact *held;
	size_t n_held;
};

/* Calls back with each; those that are not up, set, ... are left out. */
void resolver_each_kept(const struct resolver *,
    void (*f)(void *ctx, const struct kept *kept), void *ctx);
/*
 * The resolver is not the first of this boot: `startup` has occurred before,
 * and no latch is set. To be called before resolver_restore().
 */
void resolver_restore_boot(struct resolver *);
/*
 * Puts one back, before the first input, which is resolver_devices(). A node
 * that is up is up from then on, without a start; if it should not be, or its
 * device is not there, it is stopped. A goal or mask of a name that the profile
 * does not have is kept for a reload that brings the name. 0, -ENOENT (the
 * profile has no such node or interval; or of such goals and masks there are
 * too many), -ENOMEM.
 */
int resolver_restore(struct resolver *, const struct kept *kept);

/*
 * Why the node is not up, or why it is. Calls back for each line of the
 * explanation: how deep it stands under the node, which node it is about (or
 * NULL), and what it says. -ENOENT: no such name.
 */
enum why_cause {
	WHY_NONE,     /* a line between; what would change it stands below */
	WHY_DEVICE,   /* no device is there for it */
	WHY_UNMET,    /* what its provider watches for is not there */
	WHY_FAILED,   /* it failed; to be retried, or for good */
	WHY_MASK,     /* the admin took it down */
	WHY_UNASKED,  /* nobody asks for it */
	WHY_STARTING, /* its start is under way */
	WHY_AFTER,    /* the same, of what has to come to an end before */
	WHY_STOPPING, /* it has to be down first */
	WHY_EVENT,    /* an event has to occur */
	WHY_LATER,    /* facts of a location are still to come */
	WHY_MISMATCH, /* facts of a location do not match */
	WHY_UP,       /* it would have to go down */
	WHY_NEVER,    /* that cannot become true any more */
};

/* "none", "device", ... */
const char *why_cause_name(enum why_cause cause);

struct why_line {
	uint32_t depth;
	enum why_cause cause; /* other than NONE: what has to change */
	const char *node; /* name, or NULL */
	const char *state; /* state name, or NULL */
	const char *event; /* of EVENT: what `netconf emit` takes, or NULL */
	const char *text;
};
/* now_ms as in the inputs: for "next try in 4s". */
int resolver_why(const struct resolver *, uint64_t now_ms, const char *name,
    void (*f)(void *ctx, const struct why_line *line), void *ctx);

/* Appends what a waiting node waits for, in a few words: "needs uplink".
 * Nothing of other nodes, nor of templates. */
void node_say_waiting(const struct node *, struct text *text);

/* True when nothing on the way of this node can come up by itself: it is
 * waiting, nothing below is starting or to be retried. ret_text (may be
 * NULL) says what is missing, and of other nodes of which. It takes the longer
 * the more is on its way; what is looked at counts as visited. */
bool resolver_is_stuck(
    const struct resolver *, const struct node *, struct text *ret_text);

/* ---- figures, for benches and tests ---- */

struct resolver_stats {
	uint64_t visited;  /* nodes looked at since resolver_new() */
	uint64_t n_nodes;  /* nodes and instances now */
	uint64_t bytes;    /* memory of nodes, instances and facts now */
};
void resolver_stats(const struct resolver *, struct resolver_stats *ret);
