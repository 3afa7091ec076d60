/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of the resolver that decides, and whose decisions are answered as if
 * all went well.
 */
#include "resolver/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/node.h"

struct plan {
	const struct resolver *live;
	struct resolver *copy;
	uint64_t now_ms;
	const struct plan_options *options;
	/* Starts and stops of the copy, in their order; node NULL: answered. */
	struct decision *decisions;
	size_t n, capacity, n_steps;
	bool is_copying; /* the goals have not been given yet */
	int error;       /* the first */
};

static void plan_clear(struct plan *plan)
{
	resolver_free(plan->copy);
	free(plan->decisions);
}

/* ---- the copy's decisions ---- */

static void remember(struct plan *plan, const struct decision *decision)
{
	if (plan->n == plan->capacity) {
		size_t capacity = plan->capacity ? plan->capacity * 2 : 64;
		struct decision *new = reallocarray(
		    plan->decisions, capacity, sizeof(*new));

		if (!new) {
			plan->error = -ENOMEM;
			return;
		}
		plan->decisions = new;
		plan->capacity = capacity;
	}
	plan->decisions[plan->n++] = *decision;
}

/* An instance that is there in the copy only, as a goal, stands for itself. */
static const struct node *live_node(
    const struct plan *plan, const struct node *copy)
{
	const struct node *live = resolver_find(plan->live, node_name(copy));

	return live ? live : copy;
}

/* The real one has that start behind it: it came to nothing, or it was for an
 * event (of a failure) that only the copy sees now. */
static bool is_past(const struct plan *plan, const struct decision *decision)
{
	const struct node *live = live_node(plan, decision->node);

	return plan->is_copying && decision->type == DECISION_START &&
	       (live->is_unmet || live->state == NODE_FAILED ||
		   (live->decl->on_event && live->state != NODE_STARTING));
}

static void tell_step(struct plan *plan, const struct decision *decision)
{
	const struct node *live = live_node(plan, decision->node);
	bool is_telling = decision->type == DECISION_REBIND ||
			  decision->type == DECISION_UPDATE;
	struct plan_step step = {
		.type = decision->type,
		.node = node_name(decision->node),
	};

	/* What was up is told of all as it is adopted. */
	if (is_past(plan, decision) || (is_telling && plan->is_copying))
		return;
	step.is_under_way =
	    plan->is_copying && live->state == NODE_STARTING;
	plan->options->on_step(plan->options->ctx, &step);
}

static void take_decisions(struct plan *plan)
{
	struct decision decision;

	while (!plan->error && resolver_next(plan->copy, &decision)) {
		if (plan->n_steps++ == plan->options->max_steps) {
			plan->error = -E2BIG;
			return;
		}
		tell_step(plan, &decision);
		if (decision.type == DECISION_START ||
		    decision.type == DECISION_STOP)
			remember(plan, &decision);
	}
}

/* ---- their answers ---- */

/* What it will give is not known before, but for that of its device. */
static size_t list_later(const struct node *node, const char **keys, size_t max)
{
	const struct schema_fact *facts = node->decl->schema->facts;
	struct fact own[DEVICE_FACTS_MAX];
	uint32_t n_own = node_device_facts(node, own);
	size_t n = 0;

	for (; facts && facts->name && n < max; facts++) {
		bool is_known = false;

		for (uint32_t i = 0; i < n_own; i++)
			is_known |= strcmp(own[i].key, facts->name) == 0;
		if (!is_known)
			keys[n++] = facts->name;
	}
	return n;
}

static void report(struct plan *plan, size_t i, const struct report *report)
{
	struct decision decision = plan->decisions[i];
	int r;

	plan->decisions[i].node = NULL;
	r = resolver_report(plan->copy, plan->now_ms, decision.node,
	    decision.run, report);
	if (r)
		plan->error = r;
	take_decisions(plan);
}

static void report_success(struct plan *plan, size_t i)
{
	const struct decision *decision = &plan->decisions[i];
	const char *later[32];
	struct report success = { .type = REPORT_DOWN };

	if (decision->type == DECISION_START) {
		success.type = REPORT_UP;
		success.later = later;
		success.n_later =
		    list_later(decision->node, later, ARRAY_SIZE(later));
	}
	report(plan, i, &success);
}

/* What is past ends as it did. */
static void report_as_live(struct plan *plan, size_t i)
{
	const struct decision *decision = &plan->decisions[i];
	const struct node *live = live_node(plan, decision->node);
	struct report ending = { .type = REPORT_UP };

	if (!is_past(plan, decision))
		return;
	ending.permanent = live->is_permanent;
	ending.reason = live->reason;
	if (live->is_unmet)
		ending.type = REPORT_UNMET;
	if (live->state == NODE_FAILED)
		ending.type = REPORT_FAILED;
	/* It is no event: that has been. */
	decision->node->is_adopted = true;
	report(plan, i, &ending);
}

/* ---- the copy ---- */

static void restore(void *ctx, const struct kept *kept)
{
	struct plan *plan = ctx;
	int r = resolver_restore(plan->copy, kept);

	/* Of a name that is not in the profile it changes no plan. */
	if (r == -ENOMEM)
		plan->error = r;
}

/* A device belongs to whom it was given under its first name. */
static int copy_devices(struct plan *plan)
{
	struct device_by_key *all = (struct device_by_key *)
	    &plan->live->devices;
	struct device_record *record;
	size_t n = 0;
	int r;

	RB_FOREACH (record, device_by_key, all)
		n++;
	_cleanup_(free_ptr) struct device *devices =
	    calloc(n + 1, sizeof(*devices));
	if (!devices)
		return -ENOMEM;
	n = 0;
	RB_FOREACH (record, device_by_key, all) {
		devices[n] = record->device;
		devices[n++].name = record->device.key;
	}
	r = resolver_devices(plan->copy, plan->now_ms, devices, n);
	take_decisions(plan);
	RB_FOREACH (record, device_by_key, all) {
		if (r || strcmp(record->device.name, record->device.key) == 0)
			continue;
		r = resolver_device_changed(
		    plan->copy, plan->now_ms, &record->device);
		take_decisions(plan);
	}
	return r;
}

/* What outlives no netconfd: that a location has waited for its facts in vain,
 * for which event a task runs, or has failed, and what one that is held is to
 * be told when all is back. */
static void copy_rest(struct plan *plan)
{
	struct node *node = NULL;

	while ((node = resolver_each(plan->copy, node))) {
		const struct node *live = live_node(plan, node);

		if (node_is_undecided(node) && !node_is_undecided(live))
			node->is_over_limit = true;
		if (live->must_update)
			node_must_update(node);
		if (live->decl->on_event)
			node->is_pending = live->is_pending ||
					   live->is_unmet ||
					   live->state == NODE_STARTING ||
					   live->state == NODE_FAILED;
		node_touch(node);
	}
	settle(plan->copy);
	take_decisions(plan);
}

static int make_copy(struct plan *plan)
{
	struct resolver_options options = plan->live->options;
	int r;

	options.notice = NULL;
	r = resolver_new(plan->live->profile, &options, &plan->copy);
	if (r)
		return r;
	plan->is_copying = true;
	resolver_restore_boot(plan->copy);
	resolver_each_kept(plan->live, restore, plan);
	r = plan->error ? plan->error : copy_devices(plan);
	if (r)
		return r;
	if (!plan->error)
		copy_rest(plan);
	for (size_t i = 0; i < plan->n && !plan->error; i++)
		report_as_live(plan, i);
	plan->is_copying = false;
	return plan->error;
}

/* ---- the plan ---- */

struct causes {
	struct text text;
	bool has_cause;
};

static void add_cause(void *ctx, const struct why_line *line)
{
	struct causes *causes = ctx;
	const char *text = line->text;

	if (line->cause == WHY_NONE)
		return;
	/* Every start of a provider has ended: it is a location. */
	if (line->cause == WHY_STARTING || line->cause == WHY_AFTER)
		text = "depends on facts that are not known yet";
	if (causes->has_cause)
		text_append(&causes->text, "; ");
	if (line->depth)
		text_printf(&causes->text, "%s: ", line->node);
	text_append(&causes->text, text);
	causes->has_cause = true;
}

static void causes_clear(struct causes *causes)
{
	text_clear(&causes->text);
}

static int tell_goal(struct plan *plan, const char *name)
{
	const struct node *live = resolver_find(plan->live, name);
	const struct node *copy = resolver_find(plan->copy, name);
	_cleanup_(causes_clear) struct causes causes = { 0 };
	struct plan_goal goal = {
		.name = name,
		.now = live ? node_state(live) : NODE_ABSENT,
		.then = node_state(copy),
	};

	if (goal.then != NODE_UP) {
		int r = resolver_why(
		    plan->copy, plan->now_ms, name, add_cause, &causes);

		if (r || causes.text.failed)
			return -ENOMEM;
		goal.missing = causes.text.data;
	}
	plan->options->on_goal(plan->options->ctx, &goal);
	return 0;
}

int resolver_plan(const struct resolver *resolver, uint64_t now_ms,
    const char *const *names, size_t n, const struct plan_options *options,
    struct text *said)
{
	_cleanup_(plan_clear) struct plan plan = {
		.live = resolver,
		.now_ms = now_ms,
		.options = options,
	};
	int r = make_copy(&plan);

	if (!r)
		r = resolver_up(plan.copy, now_ms, names, n, said);
	if (r)
		return r;
	take_decisions(&plan);
	for (size_t i = 0; i < plan.n && !plan.error; i++)
		if (plan.decisions[i].node)
			report_success(&plan, i);
	r = plan.error;
	for (size_t i = 0; i < n && !r; i++)
		r = tell_goal(&plan, names[i]);
	return r;
}
