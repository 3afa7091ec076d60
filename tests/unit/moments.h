/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may happen at any moment of a start, at each turn of the loop. */
#pragma once

struct job_host;
struct test_job;

/* Stopped after 0, 1, ... turns, up to n: nothing with our mark is left. */
void moments_stop(struct job_host *host, struct test_job *job, int n);

/* The device that it stands on is removed after 0, 1, ... turns, and it is
 * told so; the same holds. plug() adds the device, which is there at first. */
void moments_pull(struct job_host *host, struct test_job *job, int n,
    const char *device, void (*plug)(void));
