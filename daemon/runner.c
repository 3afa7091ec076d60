/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/runner.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/alarm.h"
#include "daemon/host.h"
#include "daemon/kinds.h"
#include "daemon/log.h"
#include "daemon/way.h"
#include "providers/support/rtnl.h"
#include "resolver/profile.h"
#include "resolver/resolver.h"

/* A decision that was answered without a job. */
struct answer {
	struct node *node;
	uint32_t run;
	struct report report;
};

enum { ANSWERS_MAX = 64 };

struct runner {
	struct runner_options options;
	struct resolver *resolver;
	struct host_queue queue;
	struct kinds kinds;
	struct answer answers[ANSWERS_MAX];
	size_t n_answers;
	struct alarm alarm; /* for the resolver's deadline, and settle_ms */
	uint64_t settle_ms; /* see runner_settle_by() */
	uv_prepare_t prepare;
	uv_check_t check;
	bool has_handles;
	bool is_carrying; /* decisions: providers are on the stack */
	bool is_dirty;    /* an input since settled() */
	bool has_begun;
};

uint64_t runner_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

struct resolver *runner_resolver(const struct runner *runner)
{
	return runner->resolver;
}

/* ---- decisions ---- */

static const struct kind *find_kind(
    const struct runner *runner, const struct node *node)
{
	return kinds_find(&runner->kinds, node_schema(node));
}

/*
 * One that does not fit is lost: then the node's timeout stops it. It takes
 * more than 64 starts in one turn without memory for a single one.
 */
static void answer(struct runner *runner, const struct decision *decision,
    enum report_type type, const char *reason)
{
	if (runner->n_answers == ANSWERS_MAX)
		return;
	runner->answers[runner->n_answers++] = (struct answer){
		.node = decision->node,
		.run = decision->run,
		.report = { .type = type, .reason = reason },
	};
}

/* A job may have another place in the order of preference now. Of a node that
 * a reload has dropped there is none. */
static void prefer(struct runner *runner, struct host_job *job)
{
	if (profile_has_decl(
		resolver_profile(runner->resolver), node_decl(job->node)))
		host_job_prefer(job);
}

/* An instance has come or gone: those after it have other places in the order
 * of preference, of which 100 are told apart. */
static void prefer_instances(struct runner *runner, const struct decl *decl)
{
	const struct profile *profile = resolver_profile(runner->resolver);
	struct node *node;

	if (!(decl->schema->flags & SCHEMA_ROUTES) || !decl->root ||
	    !profile_has_decl(profile, decl))
		return;
	node = resolver_find(runner->resolver, decl->name);
	for (int i = 0; i < 100; i++) {
		node = resolver_each(runner->resolver, node);
		if (!node || node_decl(node) != decl)
			return;
		if (node_user(node))
			host_job_prefer(node_user(node));
	}
}

static void start(struct runner *runner, const struct decision *decision)
{
	const struct kind *kind = find_kind(runner, decision->node);
	struct host_job *job = NULL;

	assert(kind && !node_user(decision->node));
	job = host_job_new(&runner->queue, kind->provider, kind->shared,
	    decision->node, resolver_profile(runner->resolver), decision->run);
	if (!job) {
		log_write(LOG_LEVEL_ERROR, node_name(decision->node),
		    "out of memory: cannot start it");
		answer(runner, decision, REPORT_FAILED, "out of memory");
		return;
	}
	node_set_user(decision->node, job);
	prefer_instances(runner, node_decl(decision->node));
	host_job_start(job);
}

/* What a job was started on may be gone although its node has a device: a
 * group below has selected another one meanwhile. */
static bool device_is_gone(
    const struct runner *runner, const struct host_job *job)
{
	const struct device *device = node_device(job->node);

	if (job->job.ifindex == 0 ||
	    (device && device->ifindex == job->job.ifindex))
		return false;
	return !runner->options.rtnl ||
	    !rtnl_find_link(runner->options.rtnl, job->job.ifindex);
}

static void carry_out(struct runner *runner, const struct decision *decision)
{
	struct host_job *job = node_user(decision->node);

	switch (decision->type) {
	case DECISION_START:
		start(runner, decision);
		break;
	case DECISION_STOP:
		if (job)
			host_job_stop(job, device_is_gone(runner, job));
		else
			answer(runner, decision, REPORT_DOWN, NULL);
		break;
	case DECISION_REBIND:
		if (job)
			host_job_rebind(job);
		break;
	case DECISION_UPDATE:
		if (job)
			host_job_update(
			    job, resolver_profile(runner->resolver));
		break;
	}
}

/* After every input. */
static void carry_out_all(struct runner *runner)
{
	struct decision decision;

	runner->is_dirty = true;
	runner->is_carrying = true;
	while (resolver_next(runner->resolver, &decision))
		carry_out(runner, &decision);
	runner->is_carrying = false;
}

/* ---- reports ---- */

static void tell(struct runner *runner, struct node *node, uint32_t run,
    const struct report *report)
{
	int r = resolver_report(
	    runner->resolver, runner_now_ms(), node, run, report);

	/* As when there is no memory for the report: see host.c. */
	if (r < 0)
		log_write(LOG_LEVEL_ERROR, NULL,
		    "a provider's report is lost: %s", strerror(-r));
	carry_out_all(runner);
}

static void take_answers(struct runner *runner)
{
	while (runner->n_answers > 0) {
		struct answer first = runner->answers[0];

		memmove(runner->answers, runner->answers + 1,
		    --runner->n_answers * sizeof(first));
		tell(runner, first.node, first.run, &first.report);
	}
}

static void take_report(struct runner *runner, struct host_report *report)
{
	struct host_job *job = report->job;
	const struct decl *decl = node_decl(job->node);
	bool is_last = host_report_is_last(report);

	/* The node may be started again, or be gone, when the resolver has
	 * been told. */
	if (is_last)
		node_set_user(job->node, NULL);
	tell(runner, job->node, job->run, report->report);
	if (report->report->type == REPORT_FACTS && runner->options.facts)
		runner->options.facts(runner->options.ctx);
	if (is_last)
		prefer_instances(runner, decl);
	else
		prefer(runner, job);
	host_report_free(report);
}

static void take_all(struct runner *runner)
{
	struct host_report *report;

	if (!runner->has_begun)
		return;
	do {
		take_answers(runner);
		report = host_next_report(&runner->queue);
		if (report)
			take_report(runner, report);
	} while (report || runner->n_answers > 0);
}

static void set_alarm(struct runner *runner)
{
	uint64_t deadline_ms = resolver_deadline(runner->resolver);

	alarm_set(&runner->alarm, deadline_ms < runner->settle_ms
		? deadline_ms : runner->settle_ms);
}

void runner_settle_by(struct runner *runner, uint64_t at_ms)
{
	if (at_ms < runner->settle_ms)
		runner->settle_ms = at_ms;
	set_alarm(runner);
}

/*
 * Runs after the loop's callbacks of each kind, before it would wait: as
 * prepare (timers, what was closed) and as check (input). Neither wakes the
 * loop up.
 */
static void settle(struct runner *runner)
{
	take_all(runner);
	while (runner->is_dirty) {
		runner->is_dirty = false;
		runner->settle_ms = UINT64_MAX;
		set_alarm(runner);
		if (runner->options.settled)
			runner->options.settled(runner->options.ctx);
		take_all(runner);
	}
}

static void on_prepare(uv_prepare_t *handle)
{
	settle(handle->data);
}

static void on_check(uv_check_t *handle)
{
	settle(handle->data);
}

static void on_alarm(struct alarm *alarm)
{
	struct runner *runner = container_of(alarm, struct runner, alarm);

	resolver_time(runner->resolver, runner_now_ms());
	carry_out_all(runner);
}

/* ---- inputs ---- */

static int done(struct runner *runner, const char *what, const char *about,
    int r)
{
	if (r < 0 && r != -ENOENT)
		log_write(LOG_LEVEL_ERROR, NULL, "%s%s%s: %s; ignored", what,
		    about ? " " : "", about ? about : "", strerror(-r));
	carry_out_all(runner);
	return r;
}

int runner_begin(struct runner *runner, const struct device *devices, size_t n)
{
	int r = resolver_devices(
	    runner->resolver, runner_now_ms(), devices, n);

	runner->has_begun = r == 0;
	return done(runner, "the devices present", NULL, r);
}

/* A provider may have seen the same before, and said what it means to its
 * job: that a link went with the card that it was on, say. Told in another
 * order, it would have failed on what it stands on next. */
static void before_device(struct runner *runner)
{
	assert(!runner->is_carrying);
	take_all(runner);
}

void runner_device_added(struct runner *runner, const struct device *device)
{
	before_device(runner);
	done(runner, "new device", device->key,
	    resolver_device_added(runner->resolver, runner_now_ms(), device));
}

void runner_device_changed(struct runner *runner, const struct device *device)
{
	before_device(runner);
	done(runner, "changed device", device->key,
	    resolver_device_changed(
		runner->resolver, runner_now_ms(), device));
}

void runner_device_removed(struct runner *runner, const char *key)
{
	before_device(runner);
	done(runner, "removed device", key,
	    resolver_device_removed(runner->resolver, runner_now_ms(), key));
}

int runner_up(struct runner *runner, const char *const *names, size_t n,
    struct text *said)
{
	assert(!runner->is_carrying);
	return done(runner, "up", NULL,
	    resolver_up(runner->resolver, runner_now_ms(), names, n, said));
}

int runner_down(struct runner *runner, const char *const *names, size_t n,
    bool force, struct text *said)
{
	assert(!runner->is_carrying);
	return done(runner, "down", NULL,
	    resolver_down(runner->resolver, runner_now_ms(), names, n, force,
		said));
}

int runner_reset(struct runner *runner, const char *const *names, size_t n,
    struct text *said)
{
	assert(!runner->is_carrying);
	return done(runner, "reset", NULL,
	    resolver_reset(runner->resolver, runner_now_ms(), names, n, said));
}

int runner_restart(struct runner *runner, const char *const *names, size_t n,
    struct text *said)
{
	assert(!runner->is_carrying);
	return done(runner, "restart", NULL,
	    resolver_restart(
		runner->resolver, runner_now_ms(), names, n, said));
}

int runner_emit(struct runner *runner, const char *event,
    const struct fact *values, size_t n, uint32_t *ret_listeners)
{
	assert(!runner->is_carrying);
	return done(runner, "event", event,
	    resolver_emit(runner->resolver, runner_now_ms(), event, values, n,
		ret_listeners));
}

int runner_reload(struct runner *runner, const struct profile *profile)
{
	struct host_job *job;
	int r;

	assert(!runner->is_carrying);
	/* What was answered without a job names nodes that are to go. */
	take_all(runner);
	r = done(runner, "reload", NULL,
	    resolver_reload(runner->resolver, runner_now_ms(), profile));
	list_for_each(job, &runner->queue.jobs, struct host_job, link)
		prefer(runner, job);
	return r;
}

void runner_end(struct runner *runner)
{
	resolver_end(runner->resolver, runner_now_ms());
	carry_out_all(runner);
}

/* ---- queries ---- */

const char *runner_maker(const struct runner *runner, const char *device)
{
	return host_maker(&runner->queue, device);
}

bool runner_has_jobs(const struct runner *runner)
{
	return !list_is_empty(&runner->queue.jobs) || runner->n_answers > 0;
}

void runner_each_job(const struct runner *runner,
    void (*f)(void *ctx, const char *name), void *ctx)
{
	const struct host_job *job;

	list_for_each(job, &runner->queue.jobs, struct host_job, link)
		f(ctx, job->job.name);
}

bool runner_uses(const struct runner *runner, const struct profile *profile)
{
	const struct host_job *job;

	list_for_each(job, &runner->queue.jobs, struct host_job, link)
	{
		if (job->profile == profile)
			return true;
	}
	return resolver_uses(runner->resolver, profile);
}

bool runner_is_stopping(const struct runner *runner, const struct way *way)
{
	const struct profile *profile = resolver_profile(runner->resolver);
	const struct host_job *job;

	list_for_each(job, &runner->queue.jobs, struct host_job, link)
	{
		if (job->is_stopping &&
		    (!way ||
			(profile_has_decl(profile, node_decl(job->node)) &&
			    way_has(way, node_decl(job->node)))))
			return true;
	}
	return false;
}

/* ---- making and closing ---- */

static void on_notice(void *ctx, const struct notice *notice)
{
	struct runner *runner = ctx;

	if (runner->options.changed)
		runner->options.changed(runner->options.ctx, notice);
}

static bool can_rebind(void *ctx, const struct node *node)
{
	const struct kind *kind = find_kind(ctx, node);

	return kind && kind->provider->rebind;
}

static bool can_update(void *ctx, const struct node *node)
{
	const struct kind *kind = find_kind(ctx, node);

	return kind && kind->provider->update;
}

static void on_moved(void *ctx, struct node *from, struct node *to)
{
	(void)ctx;
	host_job_move(node_user(from), to);
}

int runner_prepare(struct runner *runner, const struct profile *profile,
    struct text *said)
{
	return kinds_open(
	    &runner->kinds, &runner->queue.host, profile, said);
}

static int open_handles(struct runner *runner)
{
	uv_loop_t *loop = runner->options.loop;
	int r = alarm_open(&runner->alarm, loop, on_alarm);

	if (r < 0)
		return r;
	/* These two cannot fail. */
	uv_prepare_init(loop, &runner->prepare);
	uv_check_init(loop, &runner->check);
	runner->prepare.data = runner;
	runner->check.data = runner;
	runner->has_handles = true;
	uv_prepare_start(&runner->prepare, on_prepare);
	uv_check_start(&runner->check, on_check);
	uv_unref((uv_handle_t *)&runner->prepare);
	uv_unref((uv_handle_t *)&runner->check);
	return 0;
}

int runner_new(const struct runner_options *options, struct runner **ret,
    struct text *said)
{
	struct runner *runner = calloc(1, sizeof(*runner));
	const struct resolver_options resolver_options = {
		.notice = on_notice,
		.can_rebind = can_rebind,
		.can_update = can_update,
		.moved = on_moved,
		.ctx = runner,
	};
	int r;

	*ret = runner;
	if (!runner)
		return -ENOMEM;
	runner->options = *options;
	runner->alarm.fd = -1;
	runner->settle_ms = UINT64_MAX;
	host_queue_init(&runner->queue, options->loop, options->rtnl,
	    options->state_dir, options->libexec_dir);
	r = open_handles(runner);
	if (r == 0)
		r = kinds_init(&runner->kinds, options->providers);
	if (r == 0)
		r = runner_prepare(runner, options->profile, said);
	if (r == 0)
		r = resolver_new(
		    options->profile, &resolver_options, &runner->resolver);
	if (r < 0 && said->n == 0)
		text_append(said, strerror(-r));
	return r;
}

void runner_close(struct runner *runner)
{
	if (!runner)
		return;
	/* From here on nothing is settled: what a provider still says of a
	 * job that is left goes with it. */
	runner->has_begun = false;
	kinds_close(&runner->kinds, &runner->queue.host);
	alarm_close(&runner->alarm);
	if (!runner->has_handles)
		return;
	uv_close((uv_handle_t *)&runner->prepare, NULL);
	uv_close((uv_handle_t *)&runner->check, NULL);
}

struct runner *runner_free(struct runner *runner)
{
	struct host_job *job;

	if (!runner)
		return NULL;
	list_for_each(job, &runner->queue.jobs, struct host_job, link)
		host_job_free(job);
	resolver_free(runner->resolver);
	kinds_free(&runner->kinds);
	alarm_free(&runner->alarm);
	free(runner);
	return NULL;
}
