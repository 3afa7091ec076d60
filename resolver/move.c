/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The moves of the state machine that resolver.h draws. */
#include "resolver/card.h"
#include "resolver/node.h"
#include "resolver/reload.h"

#include <stdio.h>

const char *node_say_time(const struct node *node, char *words)
{
	const char *name = node->name;

	if (node->has_timed_out)
		snprintf(words, CAUSE_MAX, "%s has timed out", name);
	else if (node->hold_is_over)
		snprintf(words, CAUSE_MAX, "%s was held long enough", name);
	else if (node->is_over_limit)
		snprintf(words, CAUSE_MAX,
		    "%s has waited long enough for facts", name);
	else if (node->retry_is_due)
		snprintf(words, CAUSE_MAX, "the retry of %s is due", name);
	else
		return NULL;
	return words;
}

/* Of several whose time is up at once, each moves for its own. */
static const char *cause_of(const struct node *node, char *words)
{
	const struct resolver *resolver = node->resolver;
	const char *own = NULL;

	if (resolver->reporter == node)
		return "reported by its provider";
	if (resolver->n_timed > 1)
		own = node_say_time(node, words);
	return own ? own : resolver->cause;
}

void node_set_state(struct node *node, enum node_state to, bool is_unmet)
{
	struct resolver *resolver = node->resolver;
	char words[CAUSE_MAX];
	struct notice notice = {
		.at_ms = resolver->now_ms,
		.node = node,
		.from = node->state,
		.to = to,
		.was_unmet = node->is_unmet,
		.is_unmet = is_unmet,
		.cause = cause_of(node, words),
		.retry_at_ms =
		    to == NODE_FAILED ? node->deadline_ms : RESOLVER_NEVER,
	};

	if (to == NODE_UP)
		node->was_away = true;
	else
		hold_end(node);
	node->state = to;
	node->is_unmet = is_unmet;
	node->since_ms = resolver->now_ms;
	notice.reason = node_reason(node);
	node_touch(node);
	if (node->is_awaited && !node_is_active(node))
		handovers_end(node);
	if (resolver->options.notice)
		resolver->options.notice(resolver->options.ctx, &notice);
}

/* The group lets go of the member it had selected. */
static void deselect(struct node *group)
{
	if (group->selected && !group->is_top)
		node_hold(group, group->selected, -1);
	group->selected = NULL;
	group->selected_index = UINT32_MAX;
}

void node_rest(struct node *node)
{
	if (node->is_stale && node->card)
		for (uint32_t i = 0; i < node->decl->edges->n_slots; i++)
			node_touch(&node->card->nodes[i]);
	node->is_gone = node->is_stale = false;
	node->must_restart = node->must_rebind = node->must_update = false;
	node->has_new_config = false;
	node->has_timed_out = node->must_select = false;
	node->is_over_limit = node->hold_is_over = false;
	node->verdict = VERDICT_OPEN;
	if (node_is_any(node))
		deselect(node);
	node_hide_facts(node);
	node_set_reason(node, NULL);
	node_set_deadline(node, RESOLVER_NEVER);
}

static uint64_t retry_delay(const struct decl *decl, uint32_t failures)
{
	uint64_t delay = decl->retry_delay_ms, max = decl->retry_max_delay_ms;

	for (uint32_t k = 1; k < failures && delay < max; k++)
		delay *= 2;
	return delay < max ? delay : max;
}

void node_fail(struct node *node, bool is_permanent, char *reason)
{
	const struct decl *decl = node->decl;
	uint64_t now_ms = node->resolver->now_ms;

	if (node->state == NODE_UP &&
	    now_ms - node->since_ms >= decl->retry_max_delay_ms)
		node->failures = 0;
	if (node->failures < UINT32_MAX)
		node->failures++;
	if (decl->retry_attempts && node->failures >= decl->retry_attempts)
		is_permanent = true;
	node_rest(node);
	node_set_reason(node, reason);
	node->is_permanent = is_permanent;
	node->retry_is_due = false;
	if (!is_permanent)
		node_set_deadline(
		    node, now_ms + retry_delay(decl, node->failures));
	node_set_state(node, NODE_FAILED, false);
}

void node_forget_failures(struct node *node)
{
	node->failures = 0;
	if (node->state == NODE_FAILED) {
		node->is_permanent = false;
		node_set_deadline(node, RESOLVER_NEVER);
	}
	/* A start that timed out: forgotten before it is told. */
	if (node->state == NODE_FAILED || node->has_timed_out)
		node->retry_is_due = true;
}

void node_forget(struct node *node)
{
	node_forget_failures(node);
	if (node->state == NODE_FAILED)
		node_touch(node);
}

/* ---- telling those above ---- */

bool node_can_rebind(const struct node *node)
{
	const struct resolver_options *options = &node->resolver->options;

	return !options->can_rebind || options->can_rebind(options->ctx, node);
}

bool node_can_update(const struct node *node)
{
	const struct resolver_options *options = &node->resolver->options;

	return !options->can_update || options->can_update(options->ctx, node);
}

struct telling {
	const struct node *origin, *from;
	const struct news *news; /* NULL: anything may be another */
	bool has_selected;
	bool is_new; /* the group was not available */
	/* Those are told who refer to the template, and it is not the first
	 * instance: that is news to whose keys name all of them. */
	bool is_other;
	struct list next; /* to go on from */
};

/* Available, or when a reload is over. */
static bool is_shown(const struct node *node)
{
	return node->is_top ? node->n_available > 0
		: node->is_adopted ? node->was_available
				   : node->flags & FLAG_AVAILABLE;
}

static void tell_group(
    struct telling *telling, const struct edge *edge, struct node *group)
{
	if (!node_is_any(group))
		return;
	if (telling->from->is_top && edge->index <= group->selected_index) {
		group->must_select = true;
		node_touch(group);
	} else if (group->selected == telling->from) {
		walk_add(&telling->next, group);
	}
}

/* What is over it has its facts too, and so on up; what requires it has not:
 * those above that are not told. */
static void tell_node(void *ctx, const struct edge *edge, struct node *node)
{
	struct telling *telling = ctx;

	node->resolver->stats.visited++;
	if (node->is_absent)
		return;
	if (edge->role == EDGE_OF && !telling->is_other)
		tell_group(telling, edge, node);
	if ((edge->role == EDGE_FOLLOWS || edge->role == EDGE_KEY_PULLS) &&
	    is_shown(telling->from))
		node_must_update(node);
	if (!edge_is_prerequisite(edge) || telling->is_other)
		return;
	if (node->decl->rare->fact_uses)
		node_touch(node);
	if (node->state == NODE_FAILED && node_has_new_facts(node, false))
		node_forget(node);
	node_must_rebind(node);
	if (node_is_observer(node)) {
		node->must_decide = true;
		node_touch(node);
	} else if (node->state == NODE_STARTING && telling->has_selected &&
		   telling->from == telling->origin &&
		   edge->role == EDGE_OVER && node_is_any(telling->from) &&
		   !node_is_group(node)) {
		node->must_restart = true;
	}
	/* An `any` has the facts of its member, whatever it is over. */
	if (edge->role == EDGE_OVER && !node_is_any(node) &&
	    news_pass(telling->news, node))
		walk_add(&telling->next, node);
}

/* Another member is another try for all above, however far. */
static void forget_above(void *ctx, const struct edge *edge, struct node *node)
{
	struct telling *telling = ctx;

	node->resolver->stats.visited++;
	if (node->is_absent || telling->is_other ||
	    (telling->is_new && !node->is_desired &&
		node->state != NODE_FAILED))
		return;
	if (edge_is_prerequisite(edge))
		node_forget(node);
	else if (edge->role != EDGE_OF ||
		 (node_is_any(node) && node->selected != telling->from))
		return;
	walk_add(&telling->next, node);
}

static void tell_all(struct telling *telling, struct node *node,
    void (*tell)(void *, const struct edge *, struct node *))
{
	walk_begin(node->resolver, &telling->next);
	for (; node; node = walk_next(&telling->next)) {
		struct node *top = &node_top(node)->node;

		telling->from = node;
		telling->is_other = false;
		node_each_up(node, tell, telling);
		if (!node->card || !is_shown(node))
			continue;
		/* Seen from elsewhere, the first instance is the template. */
		telling->is_other = top->first != node;
		node_each_up(top, tell, telling);
	}
}

void node_tell(struct node *node, const struct news *news)
{
	struct telling telling = { .origin = node, .news = news };

	if (news_reach(news, node))
		tell_all(&telling, node, tell_node);
}

static void tell_selection(struct node *node)
{
	struct telling telling = { .origin = node, .has_selected = true };

	tell_all(&telling, node, tell_node);
	tell_all(&telling, node, forget_above);
}

void node_must_rebind(struct node *node)
{
	if (!node_is_active(node) || node->state == NODE_STOPPING ||
	    node_is_own(node))
		return;
	node->must_rebind = true;
	node_touch(node);
}

void node_must_update(struct node *node)
{
	if (!node_is_active(node) || node->state == NODE_STOPPING ||
	    node_is_own(node))
		return;
	node->must_update = true;
	node_touch(node);
}

/* ---- groups ---- */

/* Of a template, it is the first instance that is. */
static struct node *first_available(const struct node *group, uint32_t index)
{
	struct node *to = edge_target(group, node_member(group, index));

	group->resolver->stats.visited++;
	return to->is_top ? RB_MIN(node_by_name, &node_top(to)->available)
			  : to;
}

/* Selects the first member that is available; none: when there is one. */
static void select_member(struct node *group)
{
	struct node *best;
	uint32_t index;

	group->must_select = false;
	if (!node_is_any(group))
		return;
	index = members_first(group, FLAG_AVAILABLE);
	if (index == UINT32_MAX) {
		group->must_select = true;
		return;
	}
	best = first_available(group, index);
	if (best == group->selected)
		return;
	deselect(group);
	group->selected = best;
	group->selected_index = index;
	node_hold(group, best, 1);
	if (group->state == NODE_UP && !group->is_adopted)
		tell_selection(group);
}

void node_settled(struct node *node)
{
	if (!node->is_adopted)
		return;
	/* Who is adopted by a new netconfd knows nothing from before. */
	if (node->was_available && !(node->flags & FLAG_AVAILABLE) &&
	    node->resolver->has_begun)
		node_tell_members(node);
	node->was_available = false;
	node->is_adopted = !node->has_new_choice;
	node->has_new_choice = false;
	/* A group that is about to stop keeps what it has. */
	if (node_is_group(node) && node->state == NODE_UP) {
		if (node->is_desired || !node->selected)
			select_member(node);
		else
			node->must_select = true;
	}
	/* Without memory, it is told by update when one changes. */
	if (node->decl->rare->fact_uses && !node->expansion &&
	    node->state == NODE_UP)
		node_expand(node);
	/* A reload has given it others to be configured by. */
	if (node->state == NODE_FAILED && node_has_new_facts(node, false))
		node_forget(node);
	node->is_adopted = false;
}

void node_select(struct node *node)
{
	if (node->is_top) {
		node->first =
		    RB_MIN(node_by_name, &node_top(node)->available);
		tell_selection(node);
	} else {
		select_member(node);
		node_touch(node);
	}
}

static void group_decide(struct node *group)
{
	/* Above it, only those can have failed who were held meanwhile, or
	 * stand on one, or had no time to move. */
	struct telling telling = { .is_new = true };

	if (node_is_satisfied(group)) {
		select_member(group);
		if (node_is_any(group))
			tell_all(&telling, group, forget_above);
		node_set_state(group, NODE_UP, false);
	} else {
		deselect(group);
		node_set_state(group, NODE_WAITING, true);
	}
}

/* What is not desired any more has had its failures forgotten. */
static void rest_state(struct node *node)
{
	node_set_reason(node, NULL);
	node_set_deadline(node, RESOLVER_NEVER);
	node_set_state(
	    node, node->is_wanted ? NODE_WAITING : NODE_IDLE, false);
}

/* A state or a location says what it came to, or goes on waiting for facts. */
static void observer_decide(struct node *node)
{
	enum verdict verdict = observer_verdict(node);

	if (verdict == VERDICT_YES)
		node_set_state(node, NODE_UP, false);
	else if (verdict == VERDICT_NO)
		node_set_state(node, NODE_WAITING, true);
}

static void own_start(struct node *node)
{
	node_set_state(node, NODE_STARTING, false);
	if (node_is_group(node)) {
		group_decide(node);
		return;
	}
	node->must_decide = true;
	observer_update(node);
	observer_decide(node);
}

static void own_stop(struct node *node)
{
	node_set_state(node, NODE_STOPPING, false);
	node_rest(node);
	rest_state(node);
}

/* A move of a node without provider. */
static void move_own(struct node *node)
{
	if (!node_is_active(node)) {
		own_start(node);
	} else if (!node->is_desired) {
		own_stop(node);
	} else if (node_is_observer(node)) {
		observer_decide(node);
	} else {
		group_decide(node);
	}
}

/* ---- absence ---- */

static void forget_member(void *ctx, const struct edge *edge, struct node *node)
{
	if (edge->role == EDGE_OF && node_is_any(node) && node->selected == ctx)
		deselect(node);
}

/* Nothing may point to an instance that is about to be absent. A group can
 * still have it selected: what stands on a removed device does not wait for
 * those who do not. */
static void become_absent(struct node *node)
{
	if (node->n_holders) {
		node_each_up(node, forget_member, node);
		node_each_up(&node_top(node)->node, forget_member, node);
	}
	node_set_deadline(node, RESOLVER_NEVER);
	node_set_reason(node, NULL);
	node_set_facts(node, NULL);
	node_set_expansion(node, NULL);
	node_set_values(node, NULL);
	node_set_state(node, NODE_ABSENT, false);
	node->state = NODE_IDLE;
	handovers_let_go(node);
	node_vanish(node);
	node->user = NULL;
	node->failures = 0;
	if (++node->card->n_absent == node->card->root->edges->n_slots)
		list_append(
		    &node->resolver->unused, &node->card->unused_link);
}

void node_move(struct node *node)
{
	if (node->is_orphan) {
		orphan_free(node);
	} else if (node_is_active(node)) {
		move_own(node);
	} else if (node->card && !node->card->device && !node->is_goal) {
		become_absent(node);
	} else if (node_is_own(node) && node->is_desired &&
		   !node->n_before) {
		move_own(node);
	} else {
		rest_state(node);
	}
}
