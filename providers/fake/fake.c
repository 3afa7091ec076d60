/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/fake/fake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/fake/input.h"
#include "providers/fake/job.h"
#include "resolver/schema.h"

/* ---- what follows from an input ---- */

static void drain(struct fake *fake)
{
	struct decision decision;

	while (resolver_next(fake->resolver, &decision))
		job_decide(fake, &decision);
}

void fake_follow(struct fake *fake)
{
	struct resolver *resolver = fake->resolver;

	for (;;) {
		struct job_timer *timer;

		drain(fake);
		if (resolver_deadline(resolver) <= fake->now_ms) {
			resolver_time_early(resolver, fake->now_ms);
			drain(fake);
		}
		timer = job_first_timer(fake);
		if (timer && timer->due_ms > fake->now_ms)
			timer = NULL;
		if (!timer && resolver_deadline(resolver) > fake->now_ms)
			break;
		if (fake_is_exhausted(fake))
			break;
		fake->n_outcomes++;
		if (timer)
			job_fire(timer);
		else
			/* The timeout of a start that it does not know. */
			resolver_time(resolver, fake->now_ms);
	}
}

bool fake_is_exhausted(const struct fake *fake)
{
	return fake->options.max_outcomes &&
	       fake->n_outcomes >= fake->options.max_outcomes;
}

bool fake_has_failed(const struct fake *fake)
{
	return fake->failed || fake->trace.failed;
}

/* ---- the resolver's callbacks ---- */

static void on_notice(void *ctx, const struct notice *notice)
{
	struct fake *fake = ctx;
	struct job *job = node_user(notice->node);

	/* Of an absent node nothing may be left over. */
	if (notice->to == NODE_ABSENT && job)
		job_free(job);
	if (fake->options.notice)
		fake->options.notice(fake->options.ctx, notice);
}

static bool can_rebind(void *ctx, const struct node *node)
{
	const struct fake *fake = ctx;
	const char *rigid_kind = fake->options.rigid_kind;

	if (rigid_kind && !strcmp(rigid_kind, node_schema(node)->kind))
		return false;
	return !outcome_find(fake, node)->is_rigid;
}

static bool can_update(void *ctx, const struct node *node)
{
	return !outcome_find(ctx, node)->is_fixed;
}

static void on_moved(void *ctx, struct node *from, struct node *to)
{
	struct job *job = node_user(from);

	(void)ctx;
	node_set_user(to, job);
	job->node = to;
	job->is_moved = true;
}

int fake_make_resolver(struct fake *fake, struct resolver **ret)
{
	return resolver_new(fake->profile,
	    &(struct resolver_options){ .notice = on_notice,
		.can_rebind = can_rebind,
		.can_update = can_update,
		.moved = on_moved,
		.ctx = fake },
	    ret);
}

/* ---- making and freeing ---- */

int fake_prepare(const struct profile *profile,
    const struct fake_options *options, struct fake **ret)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	int r;

	if (!fake)
		return -ENOMEM;
	if (options)
		fake->options = *options;
	fake->profile = profile;
	RB_INIT(&fake->timers);
	r = fake_make_resolver(fake, &fake->resolver);
	if (r) {
		fake_free(fake);
		return r;
	}
	*ret = fake;
	return 0;
}

int fake_new(const struct profile *profile, const struct fake_options *options,
    struct fake **ret)
{
	struct fake *fake;
	int r = fake_prepare(profile, options, &fake);

	if (r)
		return r;
	r = fake_begin(fake, NULL, 0);
	if (r) {
		fake_free(fake);
		return r;
	}
	*ret = fake;
	return 0;
}

struct fake *fake_free(struct fake *fake)
{
	struct setting *setting, *next_setting;

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
	fake_free_devices(fake);
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

/* ---- time ---- */

bool fake_step(struct fake *fake, uint64_t limit_ms)
{
	const struct job_timer *timer = job_first_timer(fake);
	uint64_t next_ms = resolver_deadline(fake->resolver);

	if (timer && timer->due_ms < next_ms)
		next_ms = timer->due_ms;
	if (next_ms > limit_ms || next_ms == RESOLVER_NEVER ||
	    fake_is_exhausted(fake))
		return false;
	fake->now_ms = next_ms;
	fake_follow(fake);
	return true;
}

void fake_advance(struct fake *fake, uint64_t ms)
{
	uint64_t until_ms;

	if (__builtin_add_overflow(fake->now_ms, ms, &until_ms))
		until_ms = RESOLVER_NEVER - 1;
	while (fake_step(fake, until_ms))
		;
	if (fake_is_exhausted(fake))
		return;
	fake->now_ms = until_ms;
	resolver_time_early(fake->resolver, until_ms);
	fake_follow(fake);
}

bool fake_is_endless(const struct node *node)
{
	const struct job *job = node_user(node);

	return job && node_state(node) == NODE_STARTING &&
	       !job->timers[TIMER_OUTCOME].is_set &&
	       !job->timers[TIMER_TIMEOUT].is_set;
}

/* ---- what came of it ---- */

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
