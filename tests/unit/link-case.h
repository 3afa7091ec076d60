/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link node with a cable: c0 is its card, r0 the far end. */
#pragma once

#include <stdbool.h>

#include "tests/unit/job-host.h"

#define NODE(keys) "  wired: { kind: link, device: c0" keys " }\n"
/* The same node after a reload. */
#define OTHER(keys) "  other: { kind: link, device: c1" keys " }\n"

/* Of the test that runs: there is one at a time. */
extern struct job_host *host;
extern struct test_job *job; /* of the node `wired` */

/* Makes the cable, and the host with those nodes. */
void plug(const char *nodes);

/* The next report, which is of that type; facts are passed over. */
const struct report *expect(enum report_type type);
/* Starts, stops the job. */
const struct report *bring_up(void);
void bring_down(void);
/* It fails for good, with that in its reason. */
void expect_failure(const char *reason);

/* Whether `ethtool -k` says that it is on. */
bool feature(const char *name);
