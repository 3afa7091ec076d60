/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of /proc/sys, read, written and read back by a thread: some of them
 * wait for others' work on the kernel's tables.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

enum { SYSCTL_SIZE = 16, SYSCTLS_MAX = 32 };

struct sysctl {
	char path[96];           /* below /proc/sys */
	char value[SYSCTL_SIZE]; /* it is to have */
	char only[SYSCTL_SIZE];  /* if it is there, and has this one; "": in
				  * any case */
	bool only_reads; /* nothing is written */
	/* What has become of it: */
	char former[SYSCTL_SIZE];
	bool is_written; /* it had another value */
	char now[SYSCTL_SIZE]; /* afterwards: what the kernel shows */
	int error;       /* 0 or -errno; then it and those after it were left */
};

struct sysctl_work;

/* Goes through the n items (up to SYSCTLS_MAX) in order until one fails, then
 * calls done with what has become of them, in a later turn of the loop.
 * NULL: out of memory. */
struct sysctl_work *sysctl_write(uv_loop_t *loop, const struct sysctl *items,
    size_t n, void (*done)(void *ctx, const struct sysctl *items, size_t n),
    void *ctx);

/* What is begun goes on, but done will not be called. Accepts NULL. */
void sysctl_forget(struct sysctl_work *);
