/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Following what netconfd does, as a person watches it: what up, wait, down
 * and monitor share. A line is
 *
 *       0.04s  vpn0         failed     authentication failed; retry in 1s
 */
#pragma once

#include <stdbool.h>

#include "cli/session.h"

struct cli;
struct text;
struct wire_change;

/* A call that netconfd answers with progress. */
struct progress_call {
	const char *method; /* "Up" */
	json_t *parameters; /* taken over */
	/* What Ctrl-C and the time limit leave as it is, for example "is
	 * still a goal"; NULL: nothing is to be said. */
	const char *remains;
};

/*
 * Makes the call and prints what happens until the last reply; with --no-wait
 * what the first one says. Ends the process by SIGINT after Ctrl-C, with a
 * word on what goes on without it. An exit_status.
 */
int progress_run(const struct cli *cli, const struct progress_call *call);

/*
 * Appends what is to be said of a state: facts of one that is up; reason, and
 * when it is tried again, of others. retry_in_ms < 0: not.
 */
void progress_detail(struct text *text, const char *state, const json_t *facts,
    const char *reason, int64_t retry_in_ms);

/* Whether that fact is among those of one that is up. */
bool progress_has_fact(const char *key);
