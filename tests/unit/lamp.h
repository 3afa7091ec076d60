/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole netconfd but for the kernel: loop, profile, runner and service,
 * with a kind of its own, lamp, whose `mode` says how it behaves:
 *     works    up and down at once; fact `colour`
 *     slow     the same, a turn of the loop later
 *     dark     unmet: no current
 *     broken   fails for good: the bulb is gone
 *     loose    fails, to be retried
 * and another, window, which is at a device and is up a turn later; what it is
 * told by rebind is its place: "100 is window@eth0".
 */
#pragma once

#include <stdbool.h>

#include <uv.h>

#include "daemon/runner.h"
#include "daemon/service.h"

struct lamps {
	uv_loop_t loop;
	uv_async_t alive; /* a loop without handles does not turn */
	struct profile *profile;
	struct profile *former; /* before lamps_reload() */
	struct runner *runner;
	struct service service;
	unsigned n_saved;   /* times goals have been changed */
	uint64_t save;	    /* the number that they are stored by */
	unsigned n_changes; /* notices */
	char trace[4096];   /* "start a, stop b" */
};

/* The profile that all tests share, as YAML. */
extern const char lamps_profile[];

/* Makes it from the text; asserts. The first input has been given. */
void lamps_open(struct lamps *lamps, const char *profile);

/* Puts another profile in its place, once; asserts. */
void lamps_reload(struct lamps *lamps, const char *profile);

/* Closes what lamps_open() made; the loop must have nothing else left. */
void lamps_close(struct lamps *lamps);

/* Takes reports and settles what follows, without waiting. */
void lamps_settle(struct lamps *lamps);
