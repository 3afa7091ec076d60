/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/fake/fake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/sys/tree.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((element)->hh.tbl = NULL)
#include <uthash.h>

#include "base/macros.h"
#include "resolver/schema.h"

/* What was set for a name, and how often nodes of it have failed. */
struct setting {
	char *name;
	struct fake_outcome outcome;
	UT_hash_handle hh;
};

struct carrier {
	char *key;
	UT_hash_handle hh;
};

/* A node between its first start and its absence; node_user(). */
struct fake_job {
	struct fake *fake;
	struct node *node;
	const struct fake_outcome *outcome;
	uint64_t due_ms;
	uint64_t order; /* of its start or stop, among those of one instant */
	uint32_t run, n_starts;
	bool is_due; /* in the tree */
	enum report_type next;
	RB_ENTRY(fake_job) by_time;
	struct fake_job *next_job, **link;
};

RB_HEAD(fake_job_by_time, fake_job);

struct fake {
	struct resolver *resolver;
	struct fake_options options;
	uint64_t now_ms, order;
	struct setting *settings;
	struct carrier *without_carrier;
	struct fake_job_by_time due;
	struct fake_job *jobs;
	struct text trace, said;
	bool failed; /* out of memory */
};

static const struct fake_outcome at_once;

static int compare_jobs(const struct fake_job *a, const struct fake_job *b)
{
	if (a->due_ms != b->due_ms)
		return a->due_ms < b->due_ms ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
RB_GENERATE_INTERNAL(fake_job_by_time, fake_job, by_time, compare_jobs,
    static __attribute__((unused)))
#pragma GCC diagnostic pop

/* ---- jobs ---- */

static const struct fake_outcome *find_outcome(
    struct fake *fake, const struct node *node)
{
	const char *name = node_name(node);
	struct setting *setting;

	HASH_FIND_STR(fake->settings, name, setting);
	if (!setting)
		HASH_FIND(hh, fake->settings, name, strcspn(name, "@"),
		    setting);
	return setting ? &setting->outcome : &at_once;
}

static struct fake_job *job_get(struct fake *fake, struct node *node)
{
	struct fake_job *job = node_user(node);

	if (job)
		return job;
	job = calloc(1, sizeof(*job));
	if (!job) {
		fake->failed = true;
		return NULL;
	}
	job->fake = fake;
	job->node = node;
	job->next_job = fake->jobs;
	job->link = &fake->jobs;
	if (fake->jobs)
		fake->jobs->link = &job->next_job;
	fake->jobs = job;
	node_set_user(node, job);
	return job;
}

static void job_cancel(struct fake_job *job)
{
	if (job->is_due)
		RB_REMOVE(fake_job_by_time, &job->fake->due, job);
	job->is_due = false;
}

static void job_free(struct fake_job *job)
{
	job_cancel(job);
	*job->link = job->next_job;
	if (job->next_job)
		job->next_job->link = job->link;
	free(job);
}

static void job_plan(
    struct fake_job *job, uint64_t after_ms, enum report_type next)
{
	job_cancel(job);
	job->due_ms = job->fake->now_ms + after_ms;
	job->order = job->fake->order++;
	job->next = next;
	job->is_due = true;
	RB_INSERT(fake_job_by_time, &job->fake->due, job);
}

/* ---- the ends of starts ---- */

static bool has_carrier(struct fake *fake, const struct node *node)
{
	const struct device *device = node_device(node);
	struct carrier *carrier = NULL;

	if (device && node_schema(node)->flags & SCHEMA_DEVICE)
		HASH_FIND_STR(fake->without_carrier, device->key, carrier);
	return !carrier;
}

static enum report_type end_of_start(const struct fake_job *job)
{
	const struct fake_outcome *outcome = job->outcome;
	bool always = outcome->permanent && !outcome->fails;

	if (always || job->n_starts <= outcome->fails)
		return REPORT_FAILED;
	return outcome->unmet ? REPORT_UNMET : REPORT_UP;
}

static void tell(struct fake_job *job, enum report_type type)
{
	const struct fake_outcome *outcome = job->outcome;
	struct report report = {
		.type = type,
		.reason = outcome->error,
		.facts = outcome->facts,
		.n_facts = outcome->n_facts,
	};

	if (type == REPORT_UP && !has_carrier(job->fake, job->node)) {
		report.type = REPORT_UNMET;
		report.reason = "no carrier";
	}
	report.permanent = type == REPORT_FAILED && outcome->permanent &&
			   node_state(job->node) == NODE_STARTING;
	if (report.type == REPORT_UP && outcome->lost_after_ms)
		job_plan(job, outcome->lost_after_ms, REPORT_FAILED);
	if (resolver_report(job->fake->resolver, job->fake->now_ms, job->node,
		job->run, &report))
		job->fake->failed = true;
}

static void start(struct fake_job *job, const struct decision *decision)
{
	job->run = decision->run;
	job->n_starts++;
	job->outcome = find_outcome(job->fake, job->node);
	job_cancel(job);
	if (!job->outcome->never)
		job_plan(job, job->outcome->takes_ms, end_of_start(job));
}

static void carry_out(struct fake *fake, const struct decision *decision)
{
	struct fake_job *job = job_get(fake, decision->node);
	const char *name = node_name(decision->node);

	if (!job)
		return;
	switch (decision->type) {
	case DECISION_START:
		text_printf(&fake->trace, "start %s\n", name);
		start(job, decision);
		break;
	case DECISION_STOP:
		text_printf(&fake->trace, "stop %s\n", name);
		job_plan(job, job->outcome->stop_takes_ms, REPORT_DOWN);
		break;
	case DECISION_REBIND:
		text_printf(&fake->trace, "rebind %s\n", name);
		break;
	}
}

/* Everything that is due at this instant: what the clock says first, then
 * outcomes; each with all that follows from it before the next. */
static void run(struct fake *fake)
{
	struct decision decision;

	for (;;) {
		struct fake_job *job;

		while (resolver_next(fake->resolver, &decision))
			carry_out(fake, &decision);
		if (resolver_deadline(fake->resolver) <= fake->now_ms) {
			resolver_time(fake->resolver, fake->now_ms);
			continue;
		}
		job = RB_MIN(fake_job_by_time, &fake->due);
		if (!job || job->due_ms > fake->now_ms)
			break;
		job_cancel(job);
		tell(job, job->next);
	}
}

/* ---- the resolver's callbacks ---- */

static void on_notice(void *ctx, const struct notice *notice)
{
	struct fake *fake = ctx;
	struct fake_job *job = node_user(notice->node);

	/* Of an absent node nothing may be left over. */
	if (notice->to == NODE_ABSENT && job)
		job_free(job);
	if (fake->options.notice)
		fake->options.notice(fake->options.ctx, notice);
}

static bool can_rebind(void *ctx, const struct schema *schema)
{
	const struct fake *fake = ctx;

	return !fake->options.rigid_kind ||
	       strcmp(fake->options.rigid_kind, schema->kind) != 0;
}

/* ---- public ---- */

int fake_new(const struct profile *profile, const struct fake_options *options,
    struct fake **ret)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	int r;

	if (!fake)
		return -ENOMEM;
	if (options)
		fake->options = *options;
	RB_INIT(&fake->due);
	r = resolver_new(profile,
	    &(struct resolver_options){ .notice = on_notice,
		.can_rebind = can_rebind,
		.ctx = fake },
	    &fake->resolver);
	if (!r)
		r = resolver_devices(fake->resolver, 0, NULL, 0);
	if (r) {
		fake_free(fake);
		return r;
	}
	run(fake);
	*ret = fake;
	return 0;
}

struct fake *fake_free(struct fake *fake)
{
	struct setting *setting, *next_setting;
	struct carrier *carrier, *next_carrier;

	if (!fake)
		return NULL;
	resolver_free(fake->resolver);
	while (fake->jobs)
		job_free(fake->jobs);
	HASH_ITER (hh, fake->settings, setting, next_setting) {
		HASH_DEL(fake->settings, setting);
		free(setting->name);
		free(setting);
	}
	HASH_ITER (hh, fake->without_carrier, carrier, next_carrier) {
		HASH_DEL(fake->without_carrier, carrier);
		free(carrier->key);
		free(carrier);
	}
	text_clear(&fake->trace);
	text_clear(&fake->said);
	free(fake);
	return NULL;
}

struct resolver *fake_resolver(struct fake *fake)
{
	return fake->resolver;
}

uint64_t fake_now_ms(const struct fake *fake)
{
	return fake->now_ms;
}

int fake_set(struct fake *fake, const char *name,
    const struct fake_outcome *outcome)
{
	struct setting *setting;

	HASH_FIND_STR(fake->settings, name, setting);
	if (!setting) {
		setting = calloc(1, sizeof(*setting));
		if (!setting)
			return -ENOMEM;
		setting->name = strdup(name);
		if (setting->name)
			HASH_ADD_KEYPTR(hh, fake->settings, setting->name,
			    strlen(setting->name), setting);
		if (!setting->name || !setting->hh.tbl) {
			free(setting->name);
			free(setting);
			return -ENOMEM;
		}
	}
	setting->outcome = *outcome;
	return 0;
}

int fake_plug(struct fake *fake, const struct device *device)
{
	int r = resolver_device_added(fake->resolver, fake->now_ms, device);

	run(fake);
	return r;
}

int fake_unplug(struct fake *fake, const char *key)
{
	int r = resolver_device_removed(fake->resolver, fake->now_ms, key);

	run(fake);
	return r;
}

int fake_up(struct fake *fake, const char *const *names, size_t n)
{
	int r = resolver_up(
	    fake->resolver, fake->now_ms, names, n, &fake->said);

	run(fake);
	return r;
}

int fake_down(
    struct fake *fake, const char *const *names, size_t n, bool force)
{
	int r = resolver_down(
	    fake->resolver, fake->now_ms, names, n, force, &fake->said);

	run(fake);
	return r;
}

int fake_report(
    struct fake *fake, const char *name, const struct report *report)
{
	struct node *node = resolver_find(fake->resolver, name);
	int r;

	if (!node)
		return -ENOENT;
	r = resolver_report(fake->resolver, fake->now_ms, node,
	    node_run(node), report);
	run(fake);
	return r;
}

static int set_carrier(struct fake *fake, const char *key, bool has)
{
	struct carrier *carrier;

	HASH_FIND_STR(fake->without_carrier, key, carrier);
	if (!carrier == has)
		return 0;
	if (carrier) {
		HASH_DEL(fake->without_carrier, carrier);
		free(carrier->key);
		free(carrier);
		return 0;
	}
	carrier = calloc(1, sizeof(*carrier));
	if (!carrier)
		return -ENOMEM;
	carrier->key = strdup(key);
	if (carrier->key)
		HASH_ADD_KEYPTR(hh, fake->without_carrier, carrier->key,
		    strlen(carrier->key), carrier);
	if (!carrier->key || !carrier->hh.tbl) {
		free(carrier->key);
		free(carrier);
		return -ENOMEM;
	}
	return 0;
}

int fake_carrier(struct fake *fake, const char *key, bool carrier)
{
	struct report report = { .type = carrier ? REPORT_UP : REPORT_UNMET,
		.reason = carrier ? NULL : "no carrier" };
	struct node *node = NULL;
	int r = set_carrier(fake, key, carrier);

	while (!r && (node = resolver_each(fake->resolver, node))) {
		const struct device *device = node_device(node);
		enum node_state state = node_state(node);

		/* A start that is under way looks when it is over. */
		if (!(node_schema(node)->flags & SCHEMA_DEVICE) ||
		    !device || strcmp(device->key, key) ||
		    (state != NODE_UP && state != NODE_WAITING))
			continue;
		r = resolver_report(fake->resolver, fake->now_ms, node,
		    node_run(node), &report);
		break;
	}
	run(fake);
	return r;
}

bool fake_step(struct fake *fake, uint64_t limit_ms)
{
	const struct fake_job *job = RB_MIN(fake_job_by_time, &fake->due);
	uint64_t next_ms = resolver_deadline(fake->resolver);

	if (job && job->due_ms < next_ms)
		next_ms = job->due_ms;
	if (next_ms > limit_ms || next_ms == RESOLVER_NEVER)
		return false;
	fake->now_ms = next_ms;
	run(fake);
	return true;
}

void fake_advance(struct fake *fake, uint64_t ms)
{
	uint64_t until_ms = fake->now_ms + ms;

	while (fake_step(fake, until_ms))
		;
	fake->now_ms = until_ms;
	resolver_time(fake->resolver, until_ms);
	run(fake);
}

const char *fake_trace(const struct fake *fake)
{
	return fake->trace.data ? fake->trace.data : "";
}

void fake_clear_trace(struct fake *fake)
{
	text_clear(&fake->trace);
}

const char *fake_said(const struct fake *fake)
{
	return fake->said.data ? fake->said.data : "";
}

void fake_clear_said(struct fake *fake)
{
	text_clear(&fake->said);
}
