/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/log.h"

/* More facts than that, or longer ones, are a provider's mistake. */
enum { FACTS_MAX = 64, FACT_LENGTH_MAX = 4096, REASON_MAX = 1024 };

static int compare_makers(
    const struct host_maker *a, const struct host_maker *b)
{
	return strcmp(a->device, b->device);
}

RB_PROTOTYPE(host_makers, host_maker, by_device, );
RB_GENERATE(host_makers, host_maker, by_device, compare_makers)

static struct host_queue *queue_of(const struct host_job *job)
{
	return container_of(job->job.host, struct host_queue, host);
}

void host_queue_init(struct host_queue *queue, uv_loop_t *loop,
    struct rtnl *rtnl, const char *state_dir, const char *libexec_dir)
{
	*queue = (struct host_queue){
		.host = { .loop = loop, .rtnl = rtnl, .state_dir = state_dir,
		    .libexec_dir = libexec_dir },
	};
	list_init(&queue->reports);
	list_init(&queue->jobs);
	RB_INIT(&queue->makers);
}

/* ---- jobs ---- */

struct host_job *host_job_new(struct host_queue *queue,
    const struct provider *provider, void *shared, struct node *node,
    const struct profile *profile, uint32_t run)
{
	struct host_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->job = (struct job){ .provider = provider, .host = &queue->host,
		.name = node_name(node), .config = node_config(node) };
	job->node = node;
	job->profile = profile;
	job->run = run;
	job->shared = shared;
	job->job.preference = node_preference(node);
	list_init(&job->last.link);
	list_append(&queue->jobs, &job->link);
	return job;
}

static void forget_maker(struct host_job *job)
{
	if (job->maker)
		RB_REMOVE(host_makers, &queue_of(job)->makers, job->maker);
	free(steal_ptr(job->maker));
}

void host_job_free(struct host_job *job)
{
	struct host_report *report;

	forget_maker(job);
	list_for_each(
	    report, &queue_of(job)->reports, struct host_report, link)
	{
		if (report->job != job)
			continue;
		list_remove(&report->link);
		if (report != &job->last)
			free(report);
	}
	list_remove(&job->link);
	free(job);
}

static void find_device(struct host_job *job)
{
	const struct device *device = node_device(job->node);

	job->job.device = NULL;
	job->job.ifindex = 0;
	if (!device)
		return;
	snprintf(job->device, sizeof(job->device), "%s", device->name);
	job->job.device = job->device;
	job->job.ifindex = device->ifindex;
}

void host_job_start(struct host_job *job)
{
	find_device(job);
	job->job.event = node_event(job->node);
	job->job.event_values =
	    node_event_values(job->node, &job->job.n_event_values);
	job->job.provider->start(&job->job, job->shared);
	job->job.event_values = NULL;
	job->job.n_event_values = 0;
}

void host_job_rebind(struct host_job *job)
{
	if (job->is_over || job->is_stopping)
		return;
	find_device(job);
	job->job.provider->rebind(&job->job, job->shared);
}

/* Looked at with every report: what it costs to know the place is not spent on
 * kinds that do not ask. */
void host_job_prefer(struct host_job *job)
{
	enum node_state state = node_state(job->node);
	uint32_t preference;

	if (!(job->job.provider->schema->flags & SCHEMA_ROUTES) ||
	    (state != NODE_UP && state != NODE_WAITING))
		return;
	preference = node_preference(job->node);
	if (job->job.preference == preference)
		return;
	job->job.preference = preference;
	host_job_rebind(job);
}

void host_job_update(struct host_job *job, const struct profile *profile)
{
	if (job->is_over || job->is_stopping)
		return;
	find_device(job);
	job->job.config = node_config(job->node);
	job->profile = profile;
	job->job.provider->update(&job->job, job->shared);
}

void host_job_move(struct host_job *job, struct node *to)
{
	job->node = to;
	job->job.name = node_name(to);
}

void host_job_stop(struct host_job *job, bool device_is_gone)
{
	bool is_over = job->is_over;

	job->is_stopping = true;
	job->job.device_is_gone = device_is_gone;
	/* It failed a moment ago and has undone its part: the report that
	 * is on its way answers the stop. */
	if (!is_over)
		job->job.provider->stop(&job->job, job->shared);
}

/* ---- devices that nodes make ---- */

static struct host_job *host_job_of(const struct job *job)
{
	return container_of((struct job *)job, struct host_job, job);
}

static struct host_job *find_maker(
    const struct host_queue *queue, const char *device)
{
	struct host_maker probe, *maker;

	snprintf(probe.device, sizeof(probe.device), "%s", device);
	maker = RB_FIND(
	    host_makers, (struct host_makers *)&queue->makers, &probe);
	return maker ? maker->job : NULL;
}

const char *host_maker(const struct host_queue *queue, const char *device)
{
	const struct host_job *job = find_maker(queue, device);

	return job ? job->job.name : NULL;
}

int job_makes(struct job *job, const char *name)
{
	struct host_job *host_job = host_job_of(job);
	struct host_queue *queue = queue_of(host_job);
	struct host_job *other = find_maker(queue, name);
	struct host_maker *maker;

	if (other == host_job)
		return 0;
	if (other)
		return -EEXIST;
	forget_maker(host_job);
	maker = calloc(1, sizeof(*maker));
	if (!maker)
		return -ENOMEM;
	maker->job = host_job;
	snprintf(maker->device, sizeof(maker->device), "%s", name);
	RB_INSERT(host_makers, &queue->makers, maker);
	host_job->maker = maker;
	return 0;
}

/* ---- reports ---- */

/* One with words or facts, which stand behind it in the same block. */
struct full_report {
	struct host_report queued;
	struct report report;
	const char *later[]; /* room for LATER_MAX */
};

/* Those without. */
static const struct report plain_up = { .type = REPORT_UP };
static const struct report plain_down = { .type = REPORT_DOWN };
static const struct report plain_failed = { .type = REPORT_FAILED };
static const struct report plain_permanent = { .type = REPORT_FAILED,
	.permanent = true };

/* False, and a line in the log, when the job is over already. */
static bool may_report(struct host_job *job, const char *what)
{
	if (!job->is_over)
		return true;
	log_write(LOG_LEVEL_ERROR, job->job.name,
	    "the provider says %s after its end; ignored", what);
	return false;
}

static void enqueue(struct host_job *job, struct host_report *report)
{
	report->job = job;
	list_append(&queue_of(job)->reports, &report->link);
}

static char *copy(char **end, const char *s)
{
	size_t n = strlen(s) + 1;
	char *start = *end;

	memcpy(start, s, n);
	*end += n;
	return start;
}

/* NULL when out of memory. The size is added up first, then all is copied
 * into one block. A fact without value is left out. */
static struct full_report *report_new(enum report_type type,
    const char *reason, const struct fact *facts, size_t n)
{
	struct full_report *report;
	size_t size = sizeof(*report) + LATER_MAX * sizeof(*report->later) +
	    n * sizeof(struct fact);
	struct fact *copies, *fact;
	char *end;

	size += reason ? strlen(reason) + 1 : 0;
	for (size_t i = 0; i < n; i++)
		if (facts[i].value)
			size +=
			    strlen(facts[i].key) + strlen(facts[i].value) + 2;
	report = malloc(size);
	if (!report)
		return NULL;
	*report = (struct full_report){ .queued.report = &report->report,
		.report.type = type };
	list_init(&report->queued.link);
	fact = copies = (struct fact *)(report->later + LATER_MAX);
	end = (char *)(copies + n);
	for (size_t i = 0; i < n; i++)
		if (facts[i].value)
			*fact++ = (struct fact){ copy(&end, facts[i].key),
				copy(&end, facts[i].value) };
	if (reason)
		report->report.reason = copy(&end, reason);
	report->report.facts = fact > copies ? copies : NULL;
	report->report.n_facts = fact - copies;
	return report;
}

/* Which facts are still to come, says the schema. */
static void set_later(struct full_report *report, const struct schema *schema,
    const struct fact *facts, size_t n)
{
	const struct schema_fact *one = schema->facts;

	for (; one && one->name; one++) {
		size_t i = 0;

		while (i < n && strcmp(facts[i].key, one->name) != 0)
			i++;
		if (one->later && i == n &&
		    report->report.n_later < LATER_MAX)
			report->later[report->report.n_later++] = one->name;
	}
	report->report.later = report->later;
}

/*
 * Without memory for up, the node stays starting until its timeout, which
 * stops it: the state stays true. Changed facts come with the next report.
 */
static void queue_report(struct host_job *job, enum report_type type,
    const char *what, const char *reason, const struct fact *facts, size_t n)
{
	struct full_report *report;

	if (!may_report(job, what))
		return;
	report = report_new(type, reason, facts, n);
	if (report && (type == REPORT_UP || type == REPORT_FACTS))
		set_later(report, job->job.provider->schema, facts, n);
	if (report)
		enqueue(job, &report->queued);
	else
		log_write(LOG_LEVEL_ERROR, job->job.name,
		    "out of memory: it is %s, but this is lost", what);
}

static bool facts_are_good(
    const struct job *job, const struct fact *facts, size_t n)
{
	bool good = n <= FACTS_MAX;

	for (size_t i = 0; good && i < n; i++)
		good = strlen(facts[i].key) <= FACT_LENGTH_MAX &&
		    (!facts[i].value ||
			strlen(facts[i].value) <= FACT_LENGTH_MAX);
	if (!good)
		log_write(LOG_LEVEL_ERROR, job->name,
		    "its facts are too many or too long; left out");
	return good;
}

static void queue_plain(
    struct host_job *job, const char *what, const struct report *report)
{
	if (!may_report(job, what))
		return;
	job->is_over = true;
	job->last.report = report;
	enqueue(job, &job->last);
}

void job_up(struct job *job, const struct fact *facts, size_t n)
{
	/* See provider.h: then there is nothing more to come. */
	if (job->event) {
		queue_plain(host_job_of(job), "up", &plain_up);
		return;
	}
	queue_report(host_job_of(job), REPORT_UP, "up", NULL, facts,
	    facts_are_good(job, facts, n) ? n : 0);
}

void job_facts(struct job *job, const struct fact *facts, size_t n)
{
	if (facts_are_good(job, facts, n))
		queue_report(host_job_of(job), REPORT_FACTS,
		    "up with other facts", NULL, facts, n);
}

/* The text as people may see it: bounded, and harmless. */
static void format_reason(struct text *reason, const char *format,
    va_list args) __attribute__((format(printf, 2, 0)));

static void format_reason(
    struct text *reason, const char *format, va_list args)
{
	char buffer[REASON_MAX];

	vsnprintf(buffer, sizeof(buffer), format, args);
	text_append_escaped(reason, buffer, strlen(buffer));
}

void job_unmet(struct job *job, const char *format, ...)
{
	_cleanup_(text_clear) struct text reason = { 0 };
	va_list args;

	va_start(args, format);
	format_reason(&reason, format, args);
	va_end(args);
	queue_report(host_job_of(job), REPORT_UNMET, "unmet",
	    reason.failed ? NULL : reason.data, NULL, 0);
}

void job_failed(struct job *job, bool permanent, const char *format, ...)
{
	struct host_job *host_job = host_job_of(job);
	_cleanup_(text_clear) struct text reason = { 0 };
	struct full_report *report = NULL;
	va_list args;

	va_start(args, format);
	format_reason(&reason, format, args);
	va_end(args);
	if (!reason.failed && !host_job->is_over)
		report = report_new(REPORT_FAILED, reason.data, NULL, 0);
	if (!report) {
		queue_plain(host_job, "failed",
		    permanent ? &plain_permanent : &plain_failed);
		return;
	}
	host_job->is_over = true;
	report->report.permanent = permanent;
	enqueue(host_job, &report->queued);
}

void job_down(struct job *job)
{
	queue_plain(host_job_of(job), "down", &plain_down);
}

bool host_report_is_last(const struct host_report *report)
{
	switch (report->report->type) {
	case REPORT_UP:
		return report->job->job.event;
	case REPORT_FAILED:
	case REPORT_DOWN:
		return true;
	case REPORT_UNMET:
	case REPORT_FACTS:
		break;
	}
	return false;
}

struct host_report *host_next_report(struct host_queue *queue)
{
	struct host_report *report =
	    list_pop(&queue->reports, struct host_report, link);

	if (!report || !host_report_is_last(report))
		return report;
	/* Who is told of it may start the node's next job at once. */
	forget_maker(report->job);
	if (report->job->is_stopping)
		report->report = &plain_down;
	return report;
}

void host_report_free(struct host_report *report)
{
	struct host_job *job = report->job;
	bool is_last = host_report_is_last(report);

	if (report != &job->last)
		free(report);
	if (is_last)
		host_job_free(job);
}

/* ---- questions ---- */

const char *job_fact(const struct job *job, const char *key)
{
	return node_fact_below(host_job_of(job)->node, key);
}

struct named_call {
	void (*f)(void *ctx, const struct job_node *named);
	void *ctx;
};

static void call_named(void *ctx, const struct node *node)
{
	const struct named_call *call = ctx;
	const struct device *device = node_given_device(node);
	struct job_node named = { .name = node_name(node), .node = node };

	if (device) {
		named.device = device->name;
		named.ifindex = device->ifindex;
	}
	call->f(call->ctx, &named);
}

void job_each_named(const struct job *job, enum key_relation relation,
    void (*f)(void *ctx, const struct job_node *named), void *ctx)
{
	struct named_call call = { f, ctx };

	node_each_named(
	    host_job_of(job)->node, relation, call_named, &call);
}

const char *job_named_fact(const struct job_node *named, const char *key)
{
	return node_told_fact(named->node, key);
}

void job_each_fact(const struct job *job,
    void (*f)(void *ctx, const struct fact *fact), void *ctx)
{
	node_each_fact_below(host_job_of(job)->node, f, ctx);
}

/* ---- log ---- */

void job_log(
    const struct job *job, enum log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_vwrite(level, job->name, format, args);
	va_end(args);
}

void host_log(
    const struct host *host, enum log_level level, const char *format, ...)
{
	va_list args;

	(void)host;
	va_start(args, format);
	log_vwrite(level, NULL, format, args);
	va_end(args);
}
