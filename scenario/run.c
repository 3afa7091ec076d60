/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"

enum { HOUR_MS = 60 * 60 * 1000 };

/* The scenario cannot go on. */
static int __attribute__((format(printf, 2, 3))) report(
    struct run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diagnostics_vadd(run->diagnostics, SEVERITY_ERROR, &run->step->mark,
	    format, args);
	va_end(args);
	return -EINVAL;
}

/* ---- time ---- */

/* A start that has no end is not waited for. */
static bool is_at_work(const struct node *node)
{
	uint64_t held_ms = node_held_until_ms(node);

	if (node_is_template(node))
		return false;
	if (held_ms && held_ms != RESOLVER_NEVER)
		return true;
	switch (node_state(node)) {
	case NODE_STARTING:
		return !fake_is_endless(node);
	case NODE_STOPPING:
		return true;
	case NODE_UP:
	case NODE_WAITING:
		return node_is_undecided(node);
	case NODE_IDLE:
	case NODE_FAILED:
	case NODE_ABSENT:
		break;
	}
	return false;
}

static const struct node *find_at_work(const struct run *run)
{
	const struct node *node = NULL;

	while ((node = resolver_each(fake_resolver(run->fake), node)))
		if (is_at_work(node))
			return node;
	return fake_leaving(run->fake);
}

static int exhausted(struct run *run)
{
	return report(run,
	    "too much happens: the scenario is given up after %" PRIu64
	    " outcomes of starts and stops", run->max_outcomes);
}

static int settle(struct run *run)
{
	uint64_t limit_ms = fake_now_ms(run->fake) + HOUR_MS;
	const struct node *node;

	while ((node = find_at_work(run))) {
		if (fake_step(run->fake, limit_ms))
			continue;
		if (fake_is_exhausted(run->fake))
			return exhausted(run);
		return report(run,
		    "it does not settle: after an hour '%s' is still %s",
		    node_name(node), node_state_name(node_state(node)));
	}
	return 0;
}

static int advance(struct run *run)
{
	fake_advance(run->fake, run->step->ms);
	return fake_is_exhausted(run->fake) ? exhausted(run) : 0;
}

/* ---- inputs ---- */

static int plug(struct run *run, const struct step_device *devices, size_t n,
    int (*f)(struct fake *fake, const struct device *devices, size_t n))
{
	_cleanup_(free_ptr) struct device *plugged =
	    calloc(n + 1, sizeof(*plugged));
	int r = plugged ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && !r; i++) {
		plugged[i] = devices[i].device;
		r = fake_set_carrier(run->fake, devices[i].device.key,
		    devices[i].carrier);
	}
	return r ? r : f(run->fake, plugged, n);
}

static int change(struct run *run)
{
	const struct step_device *device = run->step->devices;
	int r = 0;

	if (device->has_attributes)
		r = fake_change(run->fake, &device->device);
	if (!r && device->has_carrier)
		r = fake_carrier(
		    run->fake, device->device.key, device->carrier);
	return r;
}

/* The admin's commands: an unknown name is an error of the file. */
static int command(struct run *run)
{
	const struct step *step = run->step;
	struct fake *fake = run->fake;
	const char *said;
	int r = 0;

	fake_clear_said(fake);
	if (step->type == STEP_UP)
		r = fake_up(fake, step->names, step->n_names);
	else if (step->type == STEP_DOWN)
		r = fake_down(fake, step->names, step->n_names, step->force);
	else if (step->type == STEP_RESET)
		r = fake_reset(fake, step->names, step->n_names);
	else
		r = fake_restart(fake, step->names, step->n_names);
	said = fake_said(fake);
	return r == -ENOENT
	    ? report(run, "%.*s", (int)strcspn(said, "\n"), said)
	    : r;
}

static int say(struct run *run)
{
	const struct step *step = run->step;
	int r = 0;

	for (uint32_t i = 0; i < step->n_claims && !r; i++) {
		const struct claim *claim = &step->claims[i];

		r = step->type == STEP_REPORT
		    ? fake_say(run->fake, claim->node, claim->word)
		    : fake_facts(run->fake, claim->node, claim->facts,
			  claim->n_facts);
	}
	return r;
}

static int do_step(struct run *run)
{
	const struct step *step = run->step;

	switch (step->type) {
	case STEP_PLUG:
		return plug(
		    run, step->devices, step->n_devices, fake_plug_all);
	case STEP_UNPLUG:
		return fake_unplug(run->fake, step->names[0]);
	case STEP_CHANGE:
		return change(run);
	case STEP_UP:
	case STEP_DOWN:
	case STEP_RESET:
	case STEP_RESTART:
		return command(run);
	case STEP_EMIT:
		fake_emit(run->fake, step->names[0]);
		return 0;
	case STEP_REPORT:
	case STEP_FACTS:
		return say(run);
	case STEP_RELOAD:
		return fake_reload(run->fake, step->profile);
	case STEP_CRASH:
		return fake_crash(run->fake);
	case STEP_ADVANCE:
		return advance(run);
	case STEP_SETTLE:
		return settle(run);
	case STEP_EXPECT:
	case STEP_EXPECT_FACTS:
	case STEP_EXPECT_TRACE:
	case STEP_EXPECT_WHY:
		return expect_check(run);
	}
	return 0;
}

/* ---- the run ---- */

static void on_decision(void *ctx, const struct decision *decision)
{
	struct run *run = ctx;

	if (run->watcher->decision)
		run->watcher->decision(
		    run->watcher->ctx, fake_now_ms(run->fake), decision);
}

static void on_notice(void *ctx, const struct notice *notice)
{
	struct run *run = ctx;

	if (run->watcher->notice)
		run->watcher->notice(run->watcher->ctx, notice);
}

static int begin(struct run *run, const struct scenario *scenario)
{
	int r = 0;

	for (uint32_t i = 0; i < scenario->n_providers && !r; i++)
		r = fake_set(run->fake, scenario->providers[i].name,
		    &scenario->providers[i].outcome);
	return r ? r : plug(run, scenario->devices, scenario->n_devices,
			   fake_begin);
}

static int run_steps(struct run *run, const struct scenario *scenario)
{
	for (uint32_t i = 0; i < scenario->n_steps; i++) {
		int r;

		run->step = &scenario->steps[i];
		run->number = i + 1;
		if (run->step->type < STEP_EXPECT && run->watcher->input)
			run->watcher->input(run->watcher->ctx,
			    fake_now_ms(run->fake), run->step);
		r = do_step(run);
		if (fake_has_failed(run->fake))
			return -ENOMEM;
		if (!r && fake_is_exhausted(run->fake))
			r = exhausted(run);
		if (r)
			return r;
	}
	return 0;
}

int scenario_run(const struct scenario_file *file,
    const struct scenario *scenario, const struct scenario_watcher *watcher,
    uint64_t max_outcomes, struct diagnostics *diagnostics,
    uint32_t *ret_n_failed)
{
	struct run run = {.file = file,
	    .watcher = watcher,
	    .diagnostics = diagnostics,
	    .max_outcomes =
		max_outcomes ? max_outcomes : SCENARIO_OUTCOMES_MAX};
	struct fake_options options = {.notice = on_notice,
	    .decision = on_decision,
	    .ctx = &run,
	    .max_outcomes = run.max_outcomes};
	int r = fake_prepare(file->profile, &options, &run.fake);

	if (r)
		return r;
	if (watcher->began)
		watcher->began(watcher->ctx, file, scenario);
	r = begin(&run, scenario);
	if (!r)
		r = run_steps(&run, scenario);
	if (!r && watcher->ended)
		watcher->ended(watcher->ctx, fake_now_ms(run.fake),
		    fake_resolver(run.fake));
	fake_free(run.fake);
	*ret_n_failed = run.n_failed;
	return r;
}
