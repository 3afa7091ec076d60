/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenarios: what happens to a profile, step by step in simulated time, and
 * what is expected to come of it. `netconf test` and `netconf simulate` run
 * them; netconf-scenario(5) is their manual.
 *
 * Pure as the resolver is: bytes come in, a watcher is told what happens. All
 * errors of a file are found when it is loaded but those that only running
 * shows (an instance that is not there); those end the scenario.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "providers/fake/fake.h"
#include "resolver/diagnostic.h"

struct arena;
struct item;
struct profile;
struct schema;
struct source;

enum step_type {
	/* inputs */
	STEP_PLUG,
	STEP_UNPLUG,
	STEP_CHANGE,
	STEP_UP,
	STEP_DOWN,
	STEP_RESET,
	STEP_RESTART,
	STEP_EMIT,
	STEP_REPORT,
	STEP_FACTS,
	STEP_RELOAD,
	STEP_CRASH,
	/* time */
	STEP_ADVANCE,
	STEP_SETTLE,
	/* expectations */
	STEP_EXPECT,
	STEP_EXPECT_FACTS,
	STEP_EXPECT_TRACE,
	STEP_EXPECT_WHY,
};

/* A device as a step gives it; of `change`: as it is from then on. */
struct step_device {
	struct device device;
	bool carrier;
	bool has_carrier;    /* it is given */
	bool has_attributes; /* others are */
};

/* What a step says of a node. */
struct claim {
	const char *node;
	struct mark mark;
	const char *text;    /* expect: the state; expect-why: the text */
	enum fake_word word; /* report */
	const struct fact *facts;
	size_t n_facts;
};

struct step {
	enum step_type type;
	const struct item *item; /* as it is written */
	struct mark mark;
	const char *const *names; /* up, down, reset, restart; expect-trace: the
				   * actions; emit, unplug: one */
	uint32_t n_names;
	bool force; /* down */
	const struct step_device *devices; /* plug; change: one */
	uint32_t n_devices;
	const struct claim *claims;
	uint32_t n_claims;
	uint64_t ms;           /* advance */
	const struct profile *profile; /* reload */
};

struct scenario_provider {
	const char *name;
	struct fake_outcome outcome;
};

struct scenario {
	const char *name;
	struct mark mark;
	const struct scenario_provider *providers;
	uint32_t n_providers;
	const struct step_device *devices; /* at start */
	uint32_t n_devices;
	const struct step *steps;
	uint32_t n_steps;
};

/* A profile that a file names: by the list of its files as they are given. */
struct scenario_profile {
	const struct item *files;
	struct profile *profile;
	struct scenario_profile *next;
};

struct scenario_file {
	struct arena *arena;
	const char *name;
	struct profile *profile; /* one of the profiles */
	const struct scenario *scenarios;
	uint32_t n_scenarios;
	struct scenario_profile *profiles;
	const struct schema **kinds; /* without timeouts of their own */
};

struct scenario_options {
	/* The kinds that profiles may have, NULL-terminated; `fake` comes with
	 * them. They live as long as the file. */
	const struct schema *const *kinds;
	/*
	 * Reads a file that the scenario file names; path is as written there,
	 * relative to it. *ret_n sources at *ret, which stay the host's and
	 * live until the next call: a directory has several. 0; -ENOMEM;
	 * another -errno with what is wrong in error.
	 */
	int (*read)(void *ctx, const char *path, const struct source **ret,
	    size_t *ret_n, struct text *error);
	void *ctx;
};

/*
 * Loads a file of scenarios, with the profiles that it names. 0 and *ret;
 * -EINVAL: diagnostics has what is wrong, with the errors of profiles;
 * -ENOMEM.
 */
int scenario_load(const struct source *source,
    const struct scenario_options *options, struct diagnostics *diagnostics,
    struct scenario_file **ret);
/* Frees it; returns NULL; accepts NULL. */
struct scenario_file *scenario_free(struct scenario_file *file);

/* ---- running ---- */

/* An expectation that is not met. */
struct scenario_failure {
	const struct step *step;
	uint32_t number; /* of the step, from 1 */
	const char *node; /* NULL: of expect-trace */
	struct mark mark;
	/* In JSON (what a program reads), and as text (what people read). */
	const char *want_json, *got_json, *want, *got;
	const char *why; /* the explanation of the node, lines; or NULL */
};

/* Who is told what happens; each of them may be NULL. */
struct scenario_watcher {
	void *ctx;
	void (*began)(void *ctx, const struct scenario_file *file,
	    const struct scenario *scenario);
	/* Also of advance and settle, before the time passes. */
	void (*input)(void *ctx, uint64_t now_ms, const struct step *step);
	void (*decision)(
	    void *ctx, uint64_t now_ms, const struct decision *decision);
	void (*notice)(void *ctx, const struct notice *notice);
	void (*failed)(void *ctx, uint64_t now_ms,
	    const struct scenario_failure *failure);
	void (*ended)(
	    void *ctx, uint64_t now_ms, const struct resolver *resolver);
};

/* Outcomes that a scenario may have in all, unless it is said otherwise. */
#define SCENARIO_OUTCOMES_MAX (10 * 1000 * 1000)

/*
 * Runs a scenario. 0, with how many expectations were not met; -EINVAL:
 * diagnostics says at which step it could not go on; -ENOMEM. max_outcomes 0:
 * SCENARIO_OUTCOMES_MAX.
 */
int scenario_run(const struct scenario_file *file,
    const struct scenario *scenario, const struct scenario_watcher *watcher,
    uint64_t max_outcomes, struct diagnostics *diagnostics,
    uint32_t *ret_n_failed);

/* "plug", "expect-facts", ... */
const char *step_type_name(enum step_type type);
