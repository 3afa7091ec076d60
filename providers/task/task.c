/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a program to its end. What has been begun is undone when the node
 * stops, when the run has failed, and when it is cut short; not when a run
 * for an event has come to its good end, which is over then.
 *
 *     run ---- status 0 ----> up (for an event: over) -- stop --> undo -> down
 *      |---- else ----> undo -> failed
 *      `---- stop ----> (killed) -> undo -> down
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/macros.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/child.h"
#include "providers/task/environment.h"

/* Enough for a service to end; netconfd itself waits for 15 s at its end. */
enum { UNDO_LIMIT_MS = 30000 };

struct shared {
	struct list tasks;
};

struct task {
	struct list link;
	struct job *job;
	struct child *child;  /* run or undo, under way; or NULL */
	char **environment;   /* of both: as it was at the start */
	char *reason;         /* of a run that has failed, being undone */
	bool is_undoing, is_stopping, is_permanent;
};

static void task_free(struct task *task)
{
	list_remove(&task->link);
	environment_free(task->environment);
	free(task->reason);
	free(task);
}

/* ---- the end of a job: nothing may be said of it any more ---- */

static void end_down(struct task *task)
{
	struct job *job = task->job;

	task_free(task);
	job_down(job);
}

static void end_failed(struct task *task)
{
	struct job *job = task->job;
	_cleanup_(free_ptr) char *reason = steal_ptr(task->reason);
	bool is_permanent = task->is_permanent;

	task_free(task);
	job_failed(job, is_permanent, "%s", reason ? reason : "out of memory");
}

static void end_undone(struct task *task)
{
	if (task->is_stopping)
		end_down(task);
	else
		end_failed(task);
}

/* ---- running ---- */

static void on_line(void *ctx, const char *line)
{
	const struct task *task = ctx;

	job_log(task->job, LOG_LEVEL_NOTICE, "%s: %s",
	    task->is_undoing ? "undo" : "run", line);
}

static void on_ended(void *ctx, const struct child_end *end);

/* key: run or undo. 0 or -errno. */
static int launch(struct task *task, const char *key, uint64_t limit_ms)
{
	const struct config *config = task->job->config;
	const struct child_events events = {
		.line = on_line, .ended = on_ended, .ctx = task};
	uint32_t n = config_count(config, key);
	_cleanup_(free_ptr) char **argv = calloc(n + 1, sizeof(*argv));
	const struct child_options options = {
		.user = config_text(config, "user"),
		.argv = argv,
		.environment = task->environment,
		.limit_ms = limit_ms,
	};

	if (!argv)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		argv[i] = (char *)config_text_at(config, key, i);
	return child_start(task->job->host, &options, &events, &task->child);
}

/* Undoes what has been begun; then end_undone(). */
static void undo(struct task *task)
{
	int r = 0;

	task->is_undoing = true;
	if (config_count(task->job->config, "undo"))
		r = launch(task, "undo", UNDO_LIMIT_MS);
	if (r)
		job_log(task->job, LOG_LEVEL_ERROR,
		    "cannot start undo: %s; it is left out", strerror(-r));
	if (!task->child)
		end_undone(task);
}

static void undo_ended(struct task *task, const struct child_end *end)
{
	if (end->is_late)
		job_log(task->job, LOG_LEVEL_ERROR,
		    "undo has taken longer than %d s, and was ended",
		    UNDO_LIMIT_MS / 1000);
	else if (end->how != CHILD_EXITED || end->value)
		job_log(task->job, LOG_LEVEL_ERROR, "undo: %s", end->text);
	end_undone(task);
}

static void run_succeeded(struct task *task)
{
	struct job *job = task->job;

	/* Then the job is over: see provider.h. */
	if (job->event)
		task_free(task);
	job_up(job, NULL, 0);
}

static void on_ended(void *ctx, const struct child_end *end)
{
	struct task *task = ctx;

	task->child = NULL;
	if (task->is_undoing) {
		undo_ended(task, end);
	} else if (task->is_stopping && end->how == CHILD_NOT_RUN) {
		end_down(task);
	} else if (task->is_stopping) {
		undo(task);
	} else if (end->how == CHILD_EXITED && end->value == 0) {
		run_succeeded(task);
	} else {
		task->reason = strdup(end->text);
		task->is_permanent = end->is_permanent;
		if (end->how == CHILD_NOT_RUN)
			end_failed(task);
		else
			undo(task);
	}
}

/* ---- what netconfd asks for ---- */

static void start(struct job *job, void *ctx)
{
	struct shared *shared = ctx;
	struct task *task = calloc(1, sizeof(*task));
	int r = -ENOMEM;

	if (!task) {
		job_failed(job, false, "out of memory");
		return;
	}
	task->job = job;
	job->data = task;
	list_append(&shared->tasks, &task->link);
	task->environment = environment_new(job);
	if (task->environment)
		r = launch(task, "run", 0);
	if (r) {
		task_free(task);
		job_failed(job, false, "cannot start its program: %s",
		    strerror(-r));
	}
}

static void stop(struct job *job, void *ctx)
{
	struct task *task = job->data;

	(void)ctx;
	task->is_stopping = true;
	if (!task->child)
		undo(task);
	else if (!task->is_undoing)
		child_terminate(task->child);
}

/* It has run: other facts are for the next start. */
static void rebind(struct job *job, void *ctx)
{
	(void)job;
	(void)ctx;
}

static int open_shared(struct host *host, void **ret)
{
	struct shared *shared = malloc(sizeof(*shared));

	(void)host;
	if (!shared)
		return -ENOMEM;
	list_init(&shared->tasks);
	*ret = shared;
	return 0;
}

/* netconfd does not wait any longer for what is left. */
static void close_shared(struct host *host, void *ctx)
{
	struct shared *shared = ctx;
	struct task *task;

	(void)host;
	list_for_each(task, &shared->tasks, struct task, link)
	{
		if (task->child)
			child_abandon(task->child);
		task_free(task);
	}
	free(shared);
}

const struct provider provider_task = {
	.schema = &schema_task,
	.open = open_shared,
	.close = close_shared,
	.start = start,
	.stop = stop,
	.rebind = rebind,
};
