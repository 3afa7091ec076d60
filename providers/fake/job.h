/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the simulated provider: what it does for a node. */
#pragma once

#include <bsd/sys/tree.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((element)->hh.tbl = NULL)
#include <uthash.h>

#include "providers/fake/fake.h"

/* By which they go at one instant, where they are of one start. */
enum timer_type { TIMER_TIMEOUT, TIMER_LATER, TIMER_OUTCOME, N_TIMERS };

struct job_timer {
	struct job *job;
	enum timer_type type;
	bool is_set; /* in the tree */
	uint64_t due_ms;
	uint64_t order; /* of the start or stop that it belongs to */
	RB_ENTRY(job_timer) by_time;
};

RB_HEAD(job_timers, job_timer);

/* What an outcome is of. */
enum outcome_type { OUTCOME_OF_START, OUTCOME_OF_STOP, OUTCOME_LOST };

/* Of a node, between its first start and its absence; node_user(). */
struct job {
	struct fake *fake;
	struct node *node; /* NULL: between two resolvers, in a crash */
	char *name;
	const struct fake_outcome *outcome;
	const struct fact *facts; /* while it is up */
	size_t n_facts;
	uint64_t order; /* of its latest start or stop */
	uint32_t run, n_starts;
	uint64_t device; /* number of the device at its latest start */
	bool is_watching; /* it has said unmet */
	bool is_moved;    /* by the reload that is at work */
	enum outcome_type next;
	struct job_timer timers[N_TIMERS];
	struct job *next_job, **link;
};

/* What was set for a name. */
struct setting {
	char *name;
	struct fake_outcome outcome;
	UT_hash_handle hh;
};

struct carrier {
	char *key;
	UT_hash_handle hh;
};

/* A device that is there; its strings follow it. */
struct fake_device {
	struct device device;
	uint64_t number; /* another of the same name has another one */
	UT_hash_handle hh;
};

struct fake {
	struct resolver *resolver;
	const struct profile *profile;
	struct fake_options options;
	uint64_t now_ms, order, n_outcomes, n_devices;
	struct setting *settings;
	struct carrier *without_carrier;
	struct fake_device *devices;
	struct job_timers timers;
	struct job *jobs;
	struct job *telling; /* whose report is at work; NULL: it has gone */
	struct text trace, said;
	bool has_reloaded;
	bool failed; /* out of memory */
};

/* The outcome of the node's next start. */
const struct fake_outcome *outcome_find(
    const struct fake *fake, const struct node *node);

/* The job of the node, made if it has none; NULL: out of memory. */
struct job *job_get(struct fake *fake, struct node *node);
void job_free(struct job *job);
void job_cancel(struct job *job);

/* A timer that is due at the earliest; NULL: none is set. */
struct job_timer *job_first_timer(const struct fake *fake);
void job_fire(struct job_timer *timer);

void job_decide(struct fake *fake, const struct decision *decision);
/* As fake_say(), without what follows from it. */
void job_say(struct job *job, enum fake_word word, const char *reason);
void job_say_facts(
    struct job *job, const struct fact *facts, size_t n_facts);

bool job_follows_carrier(const struct node *node);
/* Not another one of that name, which has come since it was started. */
bool job_has_its_device(const struct job *job);

/* netconfd was killed: what is up stays, what is at work is lost. */
void job_crash(struct job *job);
