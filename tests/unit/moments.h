/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may happen at any moment of a start. The moments are all there are:
 * between two messages to the kernel by netlink (also two that leave
 * together), and between two events of the loop, until the start has ended,
 * and a little later.
 */
#pragma once

#include <stdbool.h>

struct job_host;
struct test_job;

/* Stopped at each moment: nothing with our mark is left. */
void moments_stop(struct job_host *host, struct test_job *job);

/*
 * At each moment the device that it stands on is removed, and soon it is told
 * so and stopped: it ends, and nothing with our mark is left. plug() adds the
 * device, which is there at first. check() looks what else must hold then;
 * may be NULL. Every start ends in up or failed, if nothing happens.
 */
void moments_pull(struct job_host *host, struct test_job *job,
    const char *device, void (*plug)(void), void (*check)(void));

/* The same after each event of a stop, which nobody tells of it. */
void moments_pull_in_stop(struct job_host *host, struct test_job *job,
    const char *device, void (*plug)(void), void (*check)(void));

/* ---- for tests with more to do ---- */

struct moment {
	unsigned number;
	bool is_message; /* before that message, or after that many events */
};

/* Starts the job and runs it until that moment, when happens() is called;
 * NULL: nothing. False: the start has ended before, up or failed. *ret, if it
 * is not NULL, is the last report so far but of facts, or NULL. */
struct report;
bool moment_reach(struct job_host *host, struct test_job *job,
    struct moment moment, void (*happens)(void *ctx), void *ctx,
    const struct report **ret);

/* Stops it, if it is not over, and waits for the end. */
void moment_end(struct test_job *job);
