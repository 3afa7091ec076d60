/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

void copy_clear(struct copy *copy)
{
	resolver_free(copy->resolver);
	free(copy->decisions);
	copy->resolver = NULL;
	copy->decisions = NULL;
}

/* ---- the copy's decisions ---- */

static void remember(struct copy *copy, const struct decision *decision)
{
	if (copy->n == copy->capacity) {
		size_t capacity = copy->capacity ? copy->capacity * 2 : 64;
		struct decision *new = reallocarray(
		    copy->decisions, capacity, sizeof(*new));

		if (!new) {
			copy->error = -ENOMEM;
			return;
		}
		copy->decisions = new;
		copy->capacity = capacity;
	}
	copy->decisions[copy->n++] = *decision;
}

/* An instance that is there in the copy only, as a goal, stands for itself. */
const struct node *copy_live_node(
    const struct copy *copy, const struct node *node)
{
	const struct node *live = resolver_find(copy->live, node_name(node));

	return live ? live : node;
}

/* The real one has that start behind it: it came to nothing, or it was for an
 * event (of a failure) that only the copy sees now. */
static bool is_past(const struct copy *copy, const struct decision *decision)
{
	const struct node *live = copy_live_node(copy, decision->node);

	return copy->is_making && decision->type == DECISION_START &&
	       (live->is_unmet || live->state == NODE_FAILED ||
		   (live->decl->on_event && live->state != NODE_STARTING));
}

/* What was up is told of all as it is adopted. */
static bool is_repeated(
    const struct copy *copy, const struct decision *decision)
{
	return is_past(copy, decision) ||
	       (copy->is_making && (decision->type == DECISION_REBIND ||
					decision->type == DECISION_UPDATE));
}

void copy_take_decisions(struct copy *copy)
{
	struct decision decision;

	while (!copy->error && resolver_next(copy->resolver, &decision)) {
		if (copy->n_steps++ == copy->max_steps) {
			copy->error = -E2BIG;
			return;
		}
		if (copy->on_decision && !is_repeated(copy, &decision))
			copy->on_decision(copy->ctx, &decision);
		if (decision.type == DECISION_START ||
		    decision.type == DECISION_STOP)
			remember(copy, &decision);
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

void copy_report(
    struct copy *copy, size_t i, const struct report *report)
{
	struct decision decision = copy->decisions[i];
	int r;

	copy->decisions[i].node = NULL;
	r = resolver_report(copy->resolver, copy->now_ms, decision.node,
	    decision.run, report);
	if (r)
		copy->error = r;
	copy_take_decisions(copy);
}

void copy_report_success(struct copy *copy, size_t i)
{
	const struct decision *decision = &copy->decisions[i];
	const char *later[32];
	struct report success = { .type = REPORT_DOWN };

	if (decision->type == DECISION_START) {
		success.type = REPORT_UP;
		success.later = later;
		success.n_later =
		    list_later(decision->node, later, ARRAY_SIZE(later));
	}
	copy_report(copy, i, &success);
}

/* What is past ends as it did. */
static void report_as_live(struct copy *copy, size_t i)
{
	const struct decision *decision = &copy->decisions[i];
	const struct node *live = copy_live_node(copy, decision->node);
	struct report ending = { .type = REPORT_UP };

	if (!is_past(copy, decision))
		return;
	ending.permanent = live->is_permanent;
	ending.reason = live->reason;
	if (live->is_unmet)
		ending.type = REPORT_UNMET;
	if (live->state == NODE_FAILED)
		ending.type = REPORT_FAILED;
	/* It is no event: that has been. */
	decision->node->is_adopted = true;
	copy_report(copy, i, &ending);
}

/* ---- the copy ---- */

static void restore(void *ctx, const struct kept *kept)
{
	struct copy *copy = ctx;
	int r = resolver_restore(copy->resolver, kept);

	if (!r && kept->type == KEPT_UP)
		r = hold_copy(resolver_find(copy->resolver, kept->name),
		    resolver_find(copy->live, kept->name));
	/* Of a name that is not in the profile it changes no plan. */
	if (r == -ENOMEM)
		copy->error = r;
}

/* A device belongs to whom it was given under its first name. */
static int copy_devices(struct copy *copy)
{
	struct device_by_key *all = (struct device_by_key *)
	    &copy->live->devices;
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
	r = resolver_devices(copy->resolver, copy->now_ms, devices, n);
	copy_take_decisions(copy);
	RB_FOREACH (record, device_by_key, all) {
		if (r || strcmp(record->device.name, record->device.key) == 0)
			continue;
		r = resolver_device_changed(
		    copy->resolver, copy->now_ms, &record->device);
		copy_take_decisions(copy);
	}
	return r;
}

/* What a location has come to: it has waited for its facts in vain, or had been
 * decided before they were to come anew, or looks already, while what it comes
 * after looks, too. */
static void copy_location(struct node *node, const struct node *live)
{
	if (live->state == NODE_STARTING && node->state == NODE_WAITING &&
	    node->is_desired) {
		node_set_state(node, NODE_STARTING, false);
		node->must_decide = true;
	}
	if (node_is_undecided(node) &&
	    (live->is_unmet || !node_is_undecided(live)))
		node->is_over_limit = true;
}

/* What outlives no netconfd: of locations, for which event a task runs, or has
 * failed, and what one that is held is to be told when all is back. */
static void copy_rest(struct copy *copy)
{
	struct node *node = NULL;

	while ((node = resolver_each(copy->resolver, node))) {
		const struct node *live = copy_live_node(copy, node);

		if (node->decl->schema == &schema_location)
			copy_location(node, live);
		if (live->must_update)
			node_must_update(node);
		if (live->decl->on_event)
			node->is_pending = live->is_pending ||
					   live->is_unmet ||
					   live->state == NODE_STARTING ||
					   live->state == NODE_FAILED;
		node_touch(node);
	}
	settle(copy->resolver);
	copy_take_decisions(copy);
}

static void copy_times(struct copy *copy)
{
	struct node *node = NULL;

	while ((node = resolver_each(copy->resolver, node))) {
		const struct node *live = copy_live_node(copy, node);

		if (node_state(node) == node_state(live))
			node->since_ms = live->since_ms;
	}
}

int copy_make(struct copy *copy)
{
	struct resolver_options options = copy->live->options;
	int r;

	options.notice = NULL;
	r = resolver_new(copy->live->profile, &options, &copy->resolver);
	if (r)
		return r;
	copy->is_making = true;
	resolver_restore_boot(copy->resolver);
	resolver_each_kept(copy->live, restore, copy);
	r = copy->error ? copy->error : copy_devices(copy);
	if (r)
		return r;
	if (!copy->error)
		copy_rest(copy);
	for (size_t i = 0; i < copy->n && !copy->error; i++)
		report_as_live(copy, i);
	copy_times(copy);
	copy->is_making = false;
	return copy->error;
}
