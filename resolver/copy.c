/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/copy.h"
#include "resolver/reload.h"

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

void copy_take_decisions(struct copy *copy)
{
	struct decision decision;

	while (!copy->error && resolver_next(copy->resolver, &decision)) {
		if (copy->n_steps++ == copy->max_steps) {
			copy->error = -E2BIG;
			return;
		}
		if (copy->on_decision)
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

/* ---- the copy ---- */

/* Its provider is at work: that is still to be answered. */
static void take_on(struct copy *copy, struct node *node)
{
	struct decision decision = { .node = node, .run = node->run };

	if (node->is_top || node_is_own(node))
		return;
	if (node->state == NODE_STARTING)
		decision.type = DECISION_START;
	else if (node->state == NODE_STOPPING)
		decision.type = DECISION_STOP;
	else
		return;
	remember(copy, &decision);
}

int copy_make(struct copy *copy)
{
	struct node *node = NULL;
	struct orphan *orphan;
	int r = resolver_clone(copy->live, &copy->resolver);

	if (r)
		return r;
	copy->resolver->options.notice = NULL;
	while ((node = resolver_each(copy->resolver, node)))
		take_on(copy, node);
	/* Nobody waits for one of these to be up. */
	list_for_each(
	    orphan, &copy->resolver->orphans, struct orphan, link)
		if (orphan->node.state == NODE_STOPPING)
			take_on(copy, &orphan->node);
	return copy->error;
}
