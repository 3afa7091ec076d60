/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/fake/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/profile.h"
#include "resolver/schema.h"

static const struct fake_outcome at_once;

static int compare_timers(const struct job_timer *a, const struct job_timer *b)
{
	if (a->due_ms != b->due_ms)
		return a->due_ms < b->due_ms ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return (int)a->type - (int)b->type;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
RB_GENERATE_INTERNAL(job_timers, job_timer, by_time, compare_timers,
    static __attribute__((unused)))
#pragma GCC diagnostic pop

const struct fake_outcome *outcome_find(
    const struct fake *fake, const struct node *node)
{
	const char *name = node_name(node);
	struct setting *setting;

	HASH_FIND_STR(fake->settings, name, setting);
	if (!setting)
		HASH_FIND(hh, fake->settings, name, strcspn(name, "@"),
		    setting);
	return setting ? &setting->outcome : &at_once;
}

/* ---- jobs and timers ---- */

static struct job *job_new(struct fake *fake, const struct node *node)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->name = strdup(node_name(node));
	if (!job->name) {
		free(job);
		return NULL;
	}
	job->fake = fake;
	for (int i = 0; i < N_TIMERS; i++)
		job->timers[i] =
		    (struct job_timer){ .job = job, .type = (unsigned)i };
	job->next_job = fake->jobs;
	job->link = &fake->jobs;
	if (fake->jobs)
		fake->jobs->link = &job->next_job;
	fake->jobs = job;
	return job;
}

struct job *job_get(struct fake *fake, struct node *node)
{
	struct job *job = node_user(node);

	if (job)
		return job;
	job = job_new(fake, node);
	if (!job) {
		fake->failed = true;
		return NULL;
	}
	job->node = node;
	job->outcome = outcome_find(fake, node);
	node_set_user(node, job);
	return job;
}

static void timer_cancel(struct job_timer *timer)
{
	if (timer->is_set)
		RB_REMOVE(job_timers, &timer->job->fake->timers, timer);
	timer->is_set = false;
}

static void timer_set(struct job_timer *timer, uint64_t after_ms)
{
	const struct fake *fake = timer->job->fake;

	timer_cancel(timer);
	if (__builtin_add_overflow(fake->now_ms, after_ms, &timer->due_ms))
		return;
	timer->order = timer->job->order;
	timer->is_set = true;
	RB_INSERT(job_timers, &timer->job->fake->timers, timer);
}

static void plan(struct job *job, uint64_t after_ms, enum outcome_type next)
{
	job->next = next;
	timer_set(&job->timers[TIMER_OUTCOME], after_ms);
}

void job_cancel(struct job *job)
{
	for (int i = 0; i < N_TIMERS; i++)
		timer_cancel(&job->timers[i]);
}

void job_free(struct job *job)
{
	if (job->fake->telling == job)
		job->fake->telling = NULL;
	job_cancel(job);
	*job->link = job->next_job;
	if (job->next_job)
		job->next_job->link = job->link;
	free(job->name);
	free(job);
}

struct job_timer *job_first_timer(const struct fake *fake)
{
	struct job_timers *timers = (struct job_timers *)&fake->timers;

	return RB_MIN(job_timers, timers);
}

/* ---- reports ---- */

/* False: the node has gone, and the job with it. */
static bool report(struct job *job, const struct report *what)
{
	struct fake *fake = job->fake;
	/* What a reload took out of the profile has no name any more, and
	 * goes when it is down. */
	bool is_orphan = resolver_find(fake->resolver, job->name) != job->node;
	bool is_end = what->type == REPORT_DOWN || what->type == REPORT_FAILED;

	fake->telling = job;
	if (resolver_report(
		fake->resolver, fake->now_ms, job->node, job->run, what))
		fake->failed = true;
	job = steal_ptr(fake->telling);
	if (job && is_orphan && is_end) {
		job_free(job);
		job = NULL;
	}
	return job;
}

enum { LATER_MAX = 64 };

/* With the facts that it has, and the names of those to come. */
static bool report_facts(struct job *job, enum report_type type)
{
	const struct fake_outcome *outcome = job->outcome;
	const char *later[LATER_MAX];
	struct report what = { .type = type,
		.facts = job->facts,
		.n_facts = job->n_facts,
		.later = later };

	if (type == REPORT_UP || job->timers[TIMER_LATER].is_set)
		what.n_later = outcome->n_later;
	if (what.n_later > LATER_MAX)
		what.n_later = LATER_MAX;
	for (size_t i = 0; i < what.n_later; i++)
		later[i] = outcome->later_facts[i].key;
	return report(job, &what);
}

static void say_up(struct job *job)
{
	const struct fake_outcome *outcome = job->outcome;

	job_cancel(job);
	job->is_watching = false;
	job->facts = outcome->facts;
	job->n_facts = outcome->n_facts;
	/* A task that has run is not up. */
	if (!report_facts(job, REPORT_UP) || node_state(job->node) != NODE_UP)
		return;
	if (outcome->is_lost || outcome->lost_after_ms)
		plan(job, outcome->lost_after_ms, OUTCOME_LOST);
	if (outcome->n_later)
		timer_set(&job->timers[TIMER_LATER], outcome->later_ms);
}

static void say_unmet(struct job *job, const char *reason)
{
	job_cancel(job);
	job->is_watching = true;
	report(job,
	    &(struct report){ .type = REPORT_UNMET, .reason = reason });
}

static void say_failed(struct job *job, bool permanent)
{
	job_cancel(job);
	job->is_watching = false;
	report(job,
	    &(struct report){ .type = REPORT_FAILED,
		.permanent = permanent,
		.reason = job->outcome->error });
}

void job_say(struct job *job, enum fake_word word, const char *reason)
{
	enum node_state state = node_state(job->node);
	bool is_starting = state == NODE_STARTING;

	switch (word) {
	case FAKE_UP:
		if (is_starting || (state == NODE_WAITING && job->is_watching))
			say_up(job);
		break;
	case FAKE_UNMET:
		if (is_starting || state == NODE_UP)
			say_unmet(job, reason);
		break;
	case FAKE_FAILED:
	case FAKE_PERMANENT:
		if (is_starting)
			say_failed(job, word == FAKE_PERMANENT);
		break;
	case FAKE_LOST:
		if (state == NODE_UP)
			say_failed(job, false);
		break;
	}
}

void job_say_facts(struct job *job, const struct fact *facts, size_t n_facts)
{
	if (node_state(job->node) != NODE_UP)
		return;
	job->facts = facts;
	job->n_facts = n_facts;
	report_facts(job, REPORT_FACTS);
}

/* The facts that were still to come, besides those that it has. */
static void say_later(struct job *job)
{
	const struct fake_outcome *outcome = job->outcome;
	size_t n = outcome->n_later;
	struct fact *all = calloc(n + job->n_facts, sizeof(*all));

	if (!all) {
		job->fake->failed = true;
		return;
	}
	memcpy(all, outcome->later_facts, n * sizeof(*all));
	for (size_t i = 0; i < job->n_facts; i++) {
		size_t j = 0;

		while (j < outcome->n_later &&
			strcmp(all[j].key, job->facts[i].key) != 0)
			j++;
		if (j == outcome->n_later)
			all[n++] = job->facts[i];
	}
	report(job,
	    &(struct report){
		.type = REPORT_FACTS, .facts = all, .n_facts = n });
	free(all);
}

/* ---- carriers ---- */

bool job_follows_carrier(const struct node *node)
{
	const struct schema *schema = node_schema(node);
	const struct schema_key *key = schema->keys;

	if (!(schema->flags & SCHEMA_DEVICE))
		return false;
	while (key && key->name && strcmp(key->name, "carrier") != 0)
		key++;
	if (!key || !key->name || key->type != VALUE_TEXT ||
	    !config_count(node_config(node), "carrier"))
		return true;
	return strcmp(config_text(node_config(node), "carrier"), "ignore") != 0;
}

/* 0: it has none. */
static uint64_t device_number(const struct job *job)
{
	const struct device *device = node_device(job->node);
	struct fake_device *found = NULL;

	if (device)
		HASH_FIND_STR(job->fake->devices, device->key, found);
	return found ? found->number : 0;
}

bool job_has_its_device(const struct job *job)
{
	return job->device == device_number(job);
}

static bool has_carrier(const struct job *job)
{
	const struct device *device = node_device(job->node);
	struct carrier *carrier = NULL;

	if (device && job_follows_carrier(job->node) &&
	    job_has_its_device(job))
		HASH_FIND_STR(
		    job->fake->without_carrier, device->key, carrier);
	return !carrier;
}

/* ---- outcomes ---- */

static void end_start(struct job *job)
{
	const struct fake_outcome *outcome = job->outcome;

	if ((outcome->permanent && !outcome->fails) ||
	    job->n_starts <= outcome->fails)
		say_failed(job, outcome->permanent);
	else if (!has_carrier(job))
		say_unmet(job, "no carrier");
	else if (outcome->unmet)
		say_unmet(job, outcome->error);
	else
		say_up(job);
}

void job_fire(struct job_timer *timer)
{
	struct job *job = timer->job;
	struct fake *fake = job->fake;

	timer_cancel(timer);
	switch (timer->type) {
	case TIMER_TIMEOUT:
		resolver_time_of(fake->resolver, fake->now_ms, job->node);
		return;
	case TIMER_LATER:
		say_later(job);
		return;
	case TIMER_OUTCOME:
	case N_TIMERS:
		break;
	}
	switch (job->next) {
	case OUTCOME_OF_START:
		end_start(job);
		break;
	case OUTCOME_OF_STOP:
		job->is_watching = false;
		report(job, &(struct report){ .type = REPORT_DOWN });
		break;
	case OUTCOME_LOST:
		job_say(job, FAKE_LOST, NULL);
		break;
	}
}

static void start(struct job *job)
{
	uint64_t timeout_ms = node_decl(job->node)->timeout_ms;

	job_cancel(job);
	job->n_starts++;
	job->is_watching = false;
	job->device = device_number(job);
	job->outcome = outcome_find(job->fake, job->node);
	job->order = job->fake->order++;
	if (timeout_ms)
		timer_set(&job->timers[TIMER_TIMEOUT], timeout_ms);
	if (!job->outcome->never)
		plan(job, job->outcome->takes_ms, OUTCOME_OF_START);
}

static void stop(struct job *job)
{
	job_cancel(job);
	job->order = job->fake->order++;
	plan(job, job->outcome->stop_takes_ms, OUTCOME_OF_STOP);
}

void job_decide(struct fake *fake, const struct decision *decision)
{
	struct job *job = job_get(fake, decision->node);
	const char *name = node_name(decision->node), *what = NULL;

	if (!job)
		return;
	switch (decision->type) {
	case DECISION_START:
		what = "start";
		job->run = decision->run;
		start(job);
		break;
	case DECISION_STOP:
		what = "stop";
		job->run = decision->run;
		stop(job);
		break;
	case DECISION_REBIND:
		what = "rebind";
		break;
	case DECISION_UPDATE:
		what = "update";
		break;
	}
	text_printf(&fake->trace, "%s %s\n", what, name);
	if (fake->options.decision)
		fake->options.decision(fake->options.ctx, decision);
}

void job_crash(struct job *job)
{
	if (job->node && node_state(job->node) == NODE_UP) {
		timer_cancel(&job->timers[TIMER_TIMEOUT]);
	} else {
		job_cancel(job);
		job->is_watching = false;
	}
	job->node = NULL;
}
