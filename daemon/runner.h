/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runner joins the resolver and the providers: it hands inputs to the
 * resolver, carries its decisions out at once, and hands it the providers'
 * reports when no provider is on the stack: in the same turn of the loop,
 * after the callbacks that made them. It wakes the resolver at its deadline.
 *
 * Time is CLOCK_BOOTTIME in milliseconds, so that a retry that fell due
 * while the machine was suspended is made at once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "providers/provider.h"

struct device;
struct notice;
struct profile;
struct resolver;
struct rtnl;
struct runner;
struct text;
struct way;

struct runner_options {
	uv_loop_t *loop;
	struct rtnl *rtnl; /* NULL: providers that need none (tests) */
	const char *state_dir, *libexec_dir;
	const struct profile *profile;
	const struct provider *const *providers; /* NULL-terminated */
	/* Called for every change; must not call the runner. */
	void (*changed)(void *ctx, const struct notice *notice);
	/* Called when a node has other facts and stays up; or NULL. Must not
	 * call the runner. */
	void (*facts)(void *ctx);
	/* Called when all reports have been taken and all decisions carried
	 * out, after at least one input, or by runner_settle_by(). May give
	 * inputs. */
	void (*settled)(void *ctx);
	void *ctx;
};

/*
 * Makes the resolver and opens the providers of the kinds that the profile
 * has. What options points to must outlive the runner. 0, or -errno with
 * said; in both cases *ret is to be closed and freed.
 */
int runner_new(const struct runner_options *options, struct runner **ret,
    struct text *said);

/* Closes the providers and the handles; when no provider is on the stack.
 * No input after that. Accepts NULL. */
void runner_close(struct runner *runner);

/* When the loop has run out after runner_close(): frees it, with the jobs
 * that are left. Returns NULL; accepts NULL. */
struct runner *runner_free(struct runner *runner);

/* The present time of all inputs. */
uint64_t runner_now_ms(void);

struct resolver *runner_resolver(const struct runner *runner);

/* settled() is called at that moment, if not before; for this once. */
void runner_settle_by(struct runner *runner, uint64_t at_ms);

/* ---- inputs; errors are logged, too ---- */

/* The devices present at start, once, before any other input. */
int runner_begin(
    struct runner *runner, const struct device *devices, size_t n);
void runner_device_added(struct runner *runner, const struct device *device);
void runner_device_changed(struct runner *runner, const struct device *device);
void runner_device_removed(struct runner *runner, const char *key);

/* As resolver_up() and resolver_down(). */
int runner_up(struct runner *runner, const char *const *names, size_t n,
    struct text *said);
int runner_down(struct runner *runner, const char *const *names, size_t n,
    bool force, struct text *said);

/* As resolver_reset() and resolver_restart(). */
int runner_reset(struct runner *runner, const char *const *names, size_t n,
    struct text *said);
int runner_restart(struct runner *runner, const char *const *names, size_t n,
    struct text *said);

/* As resolver_emit(). */
int runner_emit(struct runner *runner, const char *event,
    const struct fact *values, size_t n, uint32_t *ret_listeners);

/*
 * Opens the providers that the profile needs and that are not open yet: to be
 * called before runner_reload(). 0, or -errno with said.
 */
int runner_prepare(struct runner *runner, const struct profile *profile,
    struct text *said);

/* As resolver_reload(). */
int runner_reload(struct runner *runner, const struct profile *profile);

/* True while a node or a job has something of that profile. */
bool runner_uses(const struct runner *runner, const struct profile *profile);

/* Takes every node down, for good. */
void runner_end(struct runner *runner);

/* ---- queries ---- */

/* The node that makes a device of that name, or NULL. */
const char *runner_maker(const struct runner *runner, const char *device);

/* True while a start of some node has not come to the end of its stop. */
bool runner_has_jobs(const struct runner *runner);

/* Calls back with the name of each node of which this is true. */
void runner_each_job(const struct runner *runner,
    void (*f)(void *ctx, const char *name), void *ctx);

/* True while a node in the set is being stopped, which is one of the present
 * profile; NULL: any node, also one that a reload has taken away. */
bool runner_is_stopping(const struct runner *runner, const struct way *way);
