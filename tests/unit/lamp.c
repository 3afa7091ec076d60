/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/lamp.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/profile.h"
#include "resolver/resolver.h"

static const char *const modes[] = { "works", "slow", "dark", "broken",
	"loose", NULL };
static const struct schema_key keys[] = {
	{ .name = "mode", .type = VALUE_TEXT, .fallback = "works",
	    .choices = modes, .doc = "How the lamp behaves." },
	{ .name = NULL },
};
static const struct schema_fact facts[] = {
	{ .name = "colour", .doc = "What it shines in." },
	{ .name = NULL },
};
static const struct schema schema_lamp = {
	.kind = "lamp",
	.doc = "A lamp.",
	.keys = keys,
	.facts = facts,
};
static const struct schema schema_window = {
	.kind = "window",
	.doc = "A window, at a device.",
	.flags = SCHEMA_DEVICE | SCHEMA_ROUTES,
};
static const struct schema *const schemas[] = { &schema_lamp, &schema_window,
	&schema_any, &schema_all, NULL };

const char lamps_profile[] =
    "version: 1\n"
    "nodes:\n"
    "  hall: { kind: lamp, description: \"the big one\" }\n"
    "  stairs: { kind: lamp, mode: slow, requires: [hall],\n"
    "            allow: [daemon, \"group:daemon\"] }\n"
    "  cellar: { kind: lamp, mode: broken }\n"
    "  attic: { kind: lamp, mode: dark }\n"
    "  garden: { kind: lamp, mode: loose }\n"
    "  way: { kind: any, of: [attic, stairs] }\n"
    "  door: { kind: lamp, requires: [way], when: not garden }\n"
    "  night: { kind: lamp, start: auto }\n";

static struct lamps *the_lamps;

/* What a slow lamp does next. */
struct delay {
	uv_timer_t timer;
	struct job *job;
	bool is_stop;
};

static void trace(const char *what, const struct job *job)
{
	size_t n = strlen(the_lamps->trace);

	snprintf(the_lamps->trace + n, sizeof(the_lamps->trace) - n, "%s%s %s",
	    n ? ", " : "", what, job->name);
}

static void lamp_up(struct job *job)
{
	static const struct fact colour = { "colour", "red\x1b" };

	job_up(job, &colour, 1);
}

static void on_closed(uv_handle_t *handle)
{
	struct delay *delay =
	    container_of((uv_timer_t *)handle, struct delay, timer);

	free(delay);
}

static void on_delay(uv_timer_t *timer)
{
	struct delay *delay = container_of(timer, struct delay, timer);

	delay->job->data = NULL;
	if (delay->is_stop)
		job_down(delay->job);
	else
		lamp_up(delay->job);
	uv_close((uv_handle_t *)timer, on_closed);
}

static void later(struct job *job, bool is_stop)
{
	struct delay *delay = calloc(1, sizeof(*delay));

	assert(delay);
	uv_timer_init(job->host->loop, &delay->timer);
	delay->job = job;
	delay->is_stop = is_stop;
	job->data = delay;
	uv_timer_start(&delay->timer, on_delay, 0, 0);
}

static void lamp_start(struct job *job, void *shared)
{
	const char *mode = config_text(job->config, "mode");

	(void)shared;
	trace("start", job);
	if (strcmp(mode, "slow") == 0)
		later(job, false);
	else if (strcmp(mode, "dark") == 0)
		job_unmet(job, "no current");
	else if (strcmp(mode, "broken") == 0)
		job_failed(job, true, "the bulb is gone");
	else if (strcmp(mode, "loose") == 0)
		job_failed(job, false, "a loose contact");
	else
		lamp_up(job);
}

static void lamp_stop(struct job *job, void *shared)
{
	struct delay *delay = job->data;

	(void)shared;
	trace("stop", job);
	if (delay)
		uv_close((uv_handle_t *)&delay->timer, on_closed);
	if (strcmp(config_text(job->config, "mode"), "slow") == 0)
		later(job, true);
	else
		job_down(job);
}

static const struct provider lamp = {
	.schema = &schema_lamp,
	.start = lamp_start,
	.stop = lamp_stop,
};

static void window_start(struct job *job, void *shared)
{
	(void)shared;
	trace("start", job);
	later(job, false);
}

static void window_rebind(struct job *job, void *shared)
{
	char what[32];

	(void)shared;
	snprintf(what, sizeof(what), "%u is", job->preference);
	trace(what, job);
}

static void window_stop(struct job *job, void *shared)
{
	struct delay *delay = job->data;

	(void)shared;
	if (delay)
		uv_close((uv_handle_t *)&delay->timer, on_closed);
	job_down(job);
}

static const struct provider window = {
	.schema = &schema_window,
	.start = window_start,
	.rebind = window_rebind,
	.stop = window_stop,
};
static const struct provider *const all[] = { &lamp, &window, NULL };

static void on_changed(void *ctx, const struct notice *notice)
{
	struct lamps *lamps = ctx;

	lamps->n_changes++;
	service_changed(&lamps->service, notice);
}

static void on_settled(void *ctx)
{
	struct lamps *lamps = ctx;

	service_settled(&lamps->service);
}

static uint64_t on_goals(void *ctx)
{
	struct lamps *lamps = ctx;

	lamps->n_saved++;
	return lamps->save;
}

static void load(struct lamps *lamps, const char *profile)
{
	const struct source source = { .name = "lamps.yaml", .data = profile,
		.size = strlen(profile) };
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = { 0 };
	int r = profile_load(
	    &source, 1, schemas, &diagnostics, &lamps->profile);

	for (uint32_t i = 0; i < diagnostics.n; i++) {
		_cleanup_(text_clear) struct text text = { 0 };

		diagnostic_print(&diagnostics.items[i], &text);
		fprintf(stderr, "# %s\n", text.data);
	}
	assert(r == 0);
}

void lamps_open(struct lamps *lamps, const char *profile)
{
	_cleanup_(text_clear) struct text said = { 0 };
	struct runner_options options = {
		.loop = &lamps->loop,
		.providers = all,
		.changed = on_changed,
		.settled = on_settled,
		.ctx = lamps,
	};
	int r;

	*lamps = (struct lamps){ 0 };
	the_lamps = lamps;
	r = uv_loop_init(&lamps->loop);
	assert(r == 0);
	r = uv_async_init(&lamps->loop, &lamps->alive, NULL);
	assert(r == 0);
	load(lamps, profile);
	options.profile = lamps->profile;
	r = runner_new(&options, &lamps->runner, &said);
	assert(r == 0);
	r = service_init(&lamps->service, lamps->runner, lamps->profile,
	    on_goals, lamps);
	assert(r == 0);
	r = runner_begin(lamps->runner, NULL, 0);
	assert(r == 0);
	lamps_settle(lamps);
}

void lamps_reload(struct lamps *lamps, const char *profile)
{
	_cleanup_(text_clear) struct text said = { 0 };
	int r;

	assert(!lamps->former);
	lamps->former = lamps->profile;
	load(lamps, profile);
	r = runner_prepare(lamps->runner, lamps->profile, &said);
	assert(r == 0);
	r = service_set_profile(&lamps->service, lamps->profile);
	assert(r == 0);
	r = runner_reload(lamps->runner, lamps->profile);
	assert(r == 0);
}

void lamps_close(struct lamps *lamps)
{
	int r;

	runner_end(lamps->runner);
	while (runner_has_jobs(lamps->runner))
		lamps_settle(lamps);
	uv_close((uv_handle_t *)&lamps->alive, NULL);
	runner_close(lamps->runner);
	uv_run(&lamps->loop, UV_RUN_DEFAULT);
	runner_free(lamps->runner);
	service_clear(&lamps->service);
	profile_free(lamps->profile);
	profile_free(lamps->former);
	r = uv_loop_close(&lamps->loop);
	assert(r == 0);
}

void lamps_settle(struct lamps *lamps)
{
	/* Twice: what a check handle finds, and what comes of that. */
	uv_run(&lamps->loop, UV_RUN_NOWAIT);
	uv_run(&lamps->loop, UV_RUN_NOWAIT);
}
