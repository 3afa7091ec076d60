/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What providers report. */
#include "resolver/node.h"
#include "resolver/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

/* May the state take it? See the drawing in resolver.h. */
static bool is_expected(const struct node *node, enum report_type type)
{
	bool is_starting =
	    node->state == NODE_STARTING && !node->has_timed_out;

	switch (type) {
	case REPORT_UP:
		return is_starting || node->is_unmet;
	case REPORT_UNMET:
	case REPORT_FAILED:
		return is_starting || node->is_unmet || node->state == NODE_UP;
	case REPORT_DOWN:
		return node->state == NODE_STOPPING;
	case REPORT_FACTS:
		return node->state == NODE_UP;
	}
	return false;
}

/* The end of a run: a task that waits for events waits for the next. */
static void end_run(struct node *node, struct factset *facts)
{
	free(facts);
	resolver_set_cause(node->resolver, "%s has run", node->name);
	node_rest(node);
	node->failures = 0;
	node_set_state(node, NODE_WAITING, false);
}

static void report_up(struct node *node, struct factset *facts)
{
	if (node->is_event_run) {
		end_run(node, facts);
		return;
	}
	node_set_facts(node, facts);
	node_set_reason(node, NULL);
	node_set_deadline(node, RESOLVER_NEVER);
	resolver_set_cause(node->resolver, "%s is up", node->name);
	node_set_state(node, NODE_UP, false);
}

/* What is declared no more goes, instead of failing or waiting. */
static bool orphan_is_down(struct node *node, char *reason)
{
	if (!node->is_orphan)
		return false;
	free(reason);
	resolver_set_cause(node->resolver, "%s is down", node->name);
	orphan_free(node);
	return true;
}

static void report_unmet(struct node *node, char *reason)
{
	bool is_new = !node->is_unmet || !reason || !node->reason ||
		      strcmp(reason, node->reason) != 0;

	if (!is_new) {
		free(reason);
		return;
	}
	node_hide_facts(node);
	resolver_set_cause(node->resolver, "%s waits: %s", node->name,
	    reason ? reason : "what it watches for is not there");
	node_set_reason(node, reason);
	node_set_deadline(node, RESOLVER_NEVER);
	node_set_state(node, NODE_WAITING, true);
}

/* The failure counts for nothing: of what was not desired, as it was to be
 * restarted, or had a former configuration or other facts in its values. */
static void fail(struct node *node, bool is_permanent, char *reason)
{
	bool is_forgotten = node->must_restart || node->has_new_config ||
	    (node->has_timed_out && node->retry_is_due);

	node_fail(node, is_permanent, reason);
	if (is_forgotten || node_has_new_facts(node, false))
		node_forget(node);
}

static void report_failed(struct node *node, bool is_permanent, char *reason)
{
	bool was_up = node->state == NODE_UP;

	if (orphan_is_down(node, reason))
		return;
	resolver_set_cause(node->resolver, "%s %s%s%s", node->name,
	    was_up ? "is lost" : "failed", reason ? ": " : "",
	    reason ? reason : "");
	/* What gives up watching has stopped by itself. */
	if (node->is_unmet)
		node_set_state(node, NODE_STOPPING, false);
	fail(node, is_permanent, reason);
}

/* reason: of one that has timed out. */
static void report_down(struct node *node, char *reason)
{
	if (orphan_is_down(node, reason))
		return;
	resolver_set_cause(node->resolver, "%s is down", node->name);
	if (node->has_timed_out) {
		fail(node, false, reason);
		return;
	}
	free(reason);
	node_rest(node);
	node->failures = 0;
	node_set_state(
	    node, node->is_wanted ? NODE_WAITING : NODE_IDLE, false);
}

/* What a report brings, allocated before anything is changed. */
struct prepared {
	struct factset *facts;
	char *reason;
};

static int prepare(const struct node *node, const struct report *report,
    struct prepared *ret)
{
	const char *reason = report->reason;
	char late[64];

	*ret = (struct prepared){ 0 };
	switch (report->type) {
	case REPORT_UP:
	case REPORT_FACTS:
		return factset_new(report->facts, report->n_facts,
		    report->later, report->n_later, &ret->facts);
	case REPORT_DOWN:
		reason = NULL;
		if (!node->has_timed_out)
			break;
		snprintf(late, sizeof(late), "not %s after %g s",
		    node->is_event_run ? "ended" : "up",
		    (double)node->decl->timeout_ms / 1000);
		reason = late;
		break;
	case REPORT_UNMET:
	case REPORT_FAILED:
		break;
	}
	/* Failed and down must get through: without memory, without words. */
	if (reason && *reason)
		ret->reason = strdup(reason);
	return 0;
}

static void report_facts(struct node *node, struct factset *facts)
{
	struct news news = {.source = node, .now = facts, .is_own = true};
	_cleanup_(free_ptr) struct factset *before = NULL;

	if (factset_equal(facts, node->facts) || node->is_orphan) {
		free(facts);
		return;
	}
	resolver_set_cause(node->resolver, "facts of %s changed", node->name);
	before = node_swap_facts(node, facts);
	news.before = before;
	node_tell(node, &news);
}

int resolver_report(struct resolver *resolver, uint64_t now_ms,
    struct node *node, uint32_t run, const struct report *report)
{
	struct prepared prepared;
	int r;

	if (run != node->run || !is_expected(node, report->type))
		return 0;
	r = prepare(node, report, &prepared);
	if (r)
		return r;
	resolver->now_ms = now_ms;
	resolver->reporter = node;
	switch (report->type) {
	case REPORT_UP:
		report_up(node, prepared.facts);
		break;
	case REPORT_UNMET:
		report_unmet(node, prepared.reason);
		break;
	case REPORT_FAILED:
		report_failed(node, report->permanent, prepared.reason);
		break;
	case REPORT_DOWN:
		report_down(node, prepared.reason);
		break;
	case REPORT_FACTS:
		report_facts(node, prepared.facts);
		break;
	}
	resolver->reporter = NULL;
	settle(resolver);
	return 0;
}
