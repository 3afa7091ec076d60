/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a job will be said to have failed, kept while what it has done is undone.
 * Most jobs never fail, and there may be thousands: it has room only then.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

struct job;

/* Starts as {0}. */
struct failure {
	char *text; /* NULL: there was no memory for it */
	bool is_permanent;
};

/* In the place of any former one. */
void failure_set(struct failure *, bool is_permanent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void failure_vset(struct failure *, bool is_permanent, const char *format,
    va_list args) __attribute__((format(printf, 3, 0)));

/* Lets go of the text; {0} again. */
void failure_clear(struct failure *);

/* Says it of the job, which is over then (job_failed()), and clears it: so it
 * must not be the job's own any more. */
void failure_tell(struct failure *, struct job *job);
