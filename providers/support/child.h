/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of somebody's program: started by netconf-exec (see exec.h) with
 * nothing but the environment given, its output read line by line, ended
 * with all that it has started.
 *
 *     child_start() ... line() ... ended()
 *
 * The loop is never held up: netconf-exec looks up the user and waits for
 * the processes. What a program writes without end costs a bounded share of
 * the processor, and no memory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct child;
struct host;
struct text;

enum {
	/* The longest line; of a longer one the rest is left out. */
	CHILD_LINE_MAX = 512,
	/* So many lines in so long a time; others are counted only. */
	CHILD_LINES_MAX = 200,
	CHILD_LINES_MS = 10000,
	/* From SIGTERM to SIGKILL. */
	CHILD_GRACE_MS = 5000,
};

struct child_options {
	const char *user;  /* whom it runs as; NULL: who netconfd is */
	uint64_t capabilities; /* that the user keeps: 1 << CAP_... */
	char *const *argv; /* NULL-terminated; [0] is the path */
	char *const *environment; /* NULL-terminated: all that it gets */
	const char *input; /* on its standard input; NULL: nothing */
	uint64_t limit_ms; /* then child_terminate() comes by itself; 0: none */
};

enum child_how {
	CHILD_EXITED,  /* value: its exit status */
	CHILD_KILLED,  /* value: the signal */
	CHILD_NOT_RUN, /* it has not begun: `text` says why */
};

struct child_end {
	enum child_how how;
	int value;
	bool is_late; /* it was ended at its limit */
	/* NOT_RUN: it will not do better until somebody changes something. */
	bool is_permanent;
	const char *text; /* in words; with the last line of stderr, if any */
};

struct child_events {
	/* A line of its standard output or error, without its end. */
	void (*line)(void *ctx, const char *line);
	/* Once; the child is no more when this returns. Not from within
	 * child_start(). */
	void (*ended)(void *ctx, const struct child_end *end);
	void *ctx;
};

/* 0 or -errno: netconf-exec cannot be started. The options are not needed
 * afterwards. */
int child_start(struct host *host, const struct child_options *options,
    const struct child_events *events, struct child **ret);

/* Asks it to end: SIGTERM to its process group, after CHILD_GRACE_MS SIGKILL
 * to all that it has started. ended() comes. May be called again. */
void child_terminate(struct child *child);

/* Kills all that it has started, at once; no event comes any more. */
void child_abandon(struct child *child);
