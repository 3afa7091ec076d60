/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes that say by themselves whether they are up: states and locations. */
#include "resolver/device.h"
#include "resolver/node.h"

/* How long a location may wait for facts that are still to come. */
enum { LOCATION_LIMIT_MS = 2000 };

static enum verdict compare_fact(
    const struct node *node, const struct fact_globs *wanted)
{
	bool is_later;
	const char *value =
	    node_find_fact_below(node, wanted->key, &is_later);

	if (is_later)
		return VERDICT_OPEN;
	return value && globs_match(&wanted->globs, value, wanted->ignore_case)
		? VERDICT_YES
		: VERDICT_NO;
}

/* One that does not match decides; else all must be known. */
static enum verdict compare_facts(const struct node *node)
{
	const struct decl *decl = node->decl;
	enum verdict verdict = VERDICT_YES;

	for (uint32_t i = 0; i < decl->rare->n_fact_globs; i++) {
		enum verdict one =
		    compare_fact(node, &decl->rare->fact_globs[i]);

		node->resolver->stats.visited++;
		if (one == VERDICT_NO)
			return VERDICT_NO;
		if (one == VERDICT_OPEN)
			verdict = VERDICT_OPEN;
	}
	return verdict;
}

void observer_update(struct node *node)
{
	const bool is_state = node->decl->schema->flags & SCHEMA_STATE;
	enum verdict verdict;

	/* One at rest looks when it starts, one that is to stop if it is not,
	 * a location that is held by what it has kept when that is back. */
	if (!node_is_active(node) || node->state == NODE_STOPPING ||
	    (!is_state && hold_keeps_facts(node)))
		return;
	if (!node->is_desired) {
		node_set_deadline(node, RESOLVER_NEVER);
		node->is_over_limit = false;
		node->must_decide = true;
	}
	if (!node->must_decide || !node->is_desired)
		return;
	node->must_decide = false;
	if (is_state)
		verdict = latch_is_set(node, state_latch(node->decl))
			? VERDICT_YES
			: VERDICT_NO;
	else
		verdict = compare_facts(node);
	node->verdict = verdict;
	if (verdict != VERDICT_OPEN) {
		node->is_over_limit = false;
		node_set_deadline(node, RESOLVER_NEVER);
	} else if (node->deadline_ms == RESOLVER_NEVER &&
		   !node->is_over_limit) {
		node_set_deadline(
		    node, node->resolver->now_ms + LOCATION_LIMIT_MS);
	}
}

enum verdict observer_verdict(const struct node *node)
{
	/* It stays up, also if it has just seen that it does not match. */
	if (node->decl->schema->flags & SCHEMA_LOCATION &&
	    hold_keeps_facts(node))
		return VERDICT_YES;
	return node->verdict == VERDICT_OPEN && node->is_over_limit
		? VERDICT_NO
		: node->verdict;
}

bool node_is_undecided(const struct node *node)
{
	return node->decl->schema->flags & SCHEMA_LOCATION &&
	       (node->state == NODE_STARTING ||
		   (node->deadline_ms != RESOLVER_NEVER &&
		       node_is_active(node) &&
		       node->state != NODE_STOPPING));
}
