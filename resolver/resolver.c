/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making a resolver, its inputs from providers and the clock, its decisions. */
#include "resolver/card.h"
#include "resolver/device.h"
#include "resolver/node.h"
#include "resolver/reload.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

/* Where a single node stands; see struct node, anchor. */
static const void *single_anchor(const struct node *node)
{
	const struct edge *over;

	while ((over = node_over(node))) {
		node = edge_target(node, over);
		if (node->card)
			return node->card;
		if (node_is_group(node))
			return NULL;
	}
	return node->decl->device ? node : NULL;
}

static int make_cards(struct resolver *resolver)
{
	const struct graph *graph = profile_graph(resolver->profile);

	for (uint32_t i = 0; i < graph->n_roots; i++)
		RB_INIT(resolver_cards(resolver, graph->roots[i]));
	for (uint32_t i = 0; i < graph->n_named; i++) {
		const struct edge *edge = graph->named[i];
		struct named *named = &resolver->named[i];

		named->edge = edge;
		named->card =
		    card_find(resolver, edge->to->root, edge->device);
		if (!named->card)
			named->card = card_new(
			    resolver, edge->to->root, edge->device);
		if (!named->card)
			return -ENOMEM;
		named->next = named->card->named;
		named->card->named = named;
		named->card->n_pins++;
	}
	return 0;
}

static void make_nodes(struct resolver *resolver)
{
	const struct profile *profile = resolver->profile;
	const struct graph *graph = profile_graph(profile);
	struct card *card;

	for (uint32_t i = 0; i < profile->n_decls; i++) {
		struct node *node = &resolver->tops[i].node;

		RB_INIT(&resolver->tops[i].available);
		node_init(node, resolver, &profile->decls[i], NULL,
		    profile->decls[i].name);
		node->is_top = profile->decls[i].root != NULL;
		if (node->is_top)
			node->n_up = 0;
	}
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		struct node *node = &resolver->tops[i].node;

		if (node->is_top)
			continue;
		node->anchor = single_anchor(node);
		node_count(node);
		node_touch_pull(node);
		resolver->stats.n_nodes++;
	}
	for (uint32_t i = 0; i < graph->n_roots; i++)
		RB_FOREACH (card, card_by_key,
		    resolver_cards(resolver, graph->roots[i]))
			for (uint32_t j = 0;
				j < card->root->edges->n_slots; j++)
				node_count(&card->nodes[j]);
}

int resolver_new(const struct profile *profile,
    const struct resolver_options *options, struct resolver **ret)
{
	const struct graph *graph = profile_graph(profile);
	struct resolver *resolver = calloc(1, sizeof(*resolver));
	size_t n = profile->n_decls;

	if (!resolver)
		return -ENOMEM;
	resolver->profile = profile;
	if (options)
		resolver->options = *options;
	RB_INIT(&resolver->devices);
	RB_INIT(&resolver->ifindexes);
	queues_init(resolver);
	list_init(&resolver->pulls);
	list_init(&resolver->unused);
	list_init(&resolver->orphans);
	RB_INIT(&resolver->first_handovers);
	RB_INIT(&resolver->second_handovers);
	resolver_set_cause(resolver, "netconfd started");
	resolver->tops = calloc(n, sizeof(*resolver->tops));
	resolver->cards = calloc(n, sizeof(*resolver->cards));
	resolver->named = calloc(graph->n_named + 1, sizeof(*resolver->named));
	resolver->latches = calloc(graph->n_latches + 1, sizeof(bool));
	resolver->words = calloc(graph->n_words + 1, sizeof(uint64_t));
	if (!resolver->tops || !resolver->cards || !resolver->named ||
	    !resolver->latches || !resolver->words ||
	    queues_reserve(resolver, n)) {
		resolver_free(resolver);
		return -ENOMEM;
	}
	resolver->n_made = n;
	if (make_cards(resolver)) {
		resolver_free(resolver);
		return -ENOMEM;
	}
	resolver->stats.bytes +=
	    sizeof(*resolver) +
	    n * (sizeof(*resolver->tops) + sizeof(*resolver->cards)) +
	    graph->n_named * sizeof(*resolver->named) + graph->n_latches +
	    graph->n_words * sizeof(uint64_t);
	make_nodes(resolver);
	latches_init(resolver);
	*ret = resolver;
	return 0;
}

static int begin_now(struct resolver *resolver, struct node *node)
{
	node->since_ms = resolver->now_ms;
	return 0;
}

void resolver_begin(struct resolver *resolver, uint64_t now_ms)
{
	resolver->now_ms = now_ms;
	resolver_each_node(resolver, resolver, begin_now);
}

struct resolver *resolver_free(struct resolver *resolver)
{
	if (!resolver)
		return NULL;
	handovers_free(resolver);
	orphans_free(resolver);
	dormant_free(resolver);
	devices_free(resolver);
	cards_free(resolver);
	for (uint32_t i = 0; i < resolver->profile->n_decls; i++) {
		if (!resolver->tops)
			break;
		free(resolver->tops[i].node.facts);
		free(resolver->tops[i].node.kept);
		expansion_free(resolver->tops[i].node.expansion);
		/* Without memory it may not have got so far. */
		if (resolver->tops[i].node.decl &&
		    node_has_event(&resolver->tops[i].node))
			free(resolver->tops[i].node.values);
		free(resolver->tops[i].node.reason);
	}
	expansion_free(resolver->former);
	free(resolver->latches);
	free(resolver->words);
	free(resolver->named);
	free(resolver->cards);
	free(resolver->tops);
	queues_clear(resolver);
	free(resolver);
	return NULL;
}

/* ---- reports ---- */

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

/* ---- time ---- */

/* What follows from several at one instant is told with the first. */
static void set_time_cause(struct node *node)
{
	struct resolver *resolver = node->resolver;
	uint32_t n = resolver->n_timed;
	char words[CAUSE_MAX];

	if (n == 0) {
		resolver_set_cause(resolver, "%s", node_say_time(node, words));
	} else if (n == 1) {
		memcpy(words, resolver->cause, sizeof(words));
		resolver_set_cause(resolver, "%s, and others", words);
	}
	resolver->n_timed = n + 1;
}

static void time_out(struct node *node)
{
	node_set_deadline(node, RESOLVER_NEVER);
	node->has_timed_out = true;
	set_time_cause(node);
	node_touch(node);
}

/* What is due of a node, other than the timeout of its start. */
static void time_is_up(struct node *node)
{
	struct resolver *resolver = node->resolver;

	if (node->hold_ms <= resolver->now_ms) {
		node->hold_is_over = true;
		set_time_cause(node);
		hold_end(node);
	}
	if (node->deadline_ms <= resolver->now_ms && !node->is_timeout) {
		node_set_deadline(node, RESOLVER_NEVER);
		if (node->state == NODE_FAILED)
			node->retry_is_due = true;
		else
			node->is_over_limit = true;
		set_time_cause(node);
	}
	node_touch(node);
}

/* The first that is due; NULL: nothing is. */
static struct node *due_timer(const struct resolver *resolver)
{
	return timers_next(resolver) <= resolver->now_ms
		? heap_min(&resolver->timers)
		: NULL;
}

static void time_early(struct resolver *resolver)
{
	struct node *node;

	while ((node = due_timer(resolver)) && !node->is_timeout)
		time_is_up(node);
	settle(resolver);
}

static void begin_time(struct resolver *resolver, uint64_t now_ms)
{
	resolver->now_ms = now_ms;
	resolver->n_timed = 0;
}

void resolver_time_early(struct resolver *resolver, uint64_t now_ms)
{
	begin_time(resolver, now_ms);
	time_early(resolver);
}

void resolver_time_of(
    struct resolver *resolver, uint64_t now_ms, struct node *node)
{
	begin_time(resolver, now_ms);
	if (!node->is_timeout || node->deadline_ms > now_ms)
		return;
	time_out(node);
	settle(resolver);
}

void resolver_time(struct resolver *resolver, uint64_t now_ms)
{
	struct node *node;

	begin_time(resolver, now_ms);
	time_early(resolver);
	while ((node = due_timer(resolver))) {
		if (node->is_timeout) {
			time_out(node);
			settle(resolver);
		} else {
			time_early(resolver);
		}
	}
}

uint64_t resolver_deadline(const struct resolver *resolver)
{
	return timers_next(resolver);
}

/* ---- decisions ---- */

static void start(struct node *node)
{
	uint64_t timeout_ms = node->decl->timeout_ms;

	node->run = ++node->resolver->n_runs;
	node->must_rebind = node->must_update = false;
	node->has_new_config = false;
	node->is_pending = false;
	node->is_event_run = node->decl->on_event;
	node_set_reason(node, NULL);
	if (timeout_ms)
		node_set_timeout(
		    node, node->resolver->now_ms + timeout_ms);
	else
		node_set_deadline(node, RESOLVER_NEVER);
	node_set_state(node, NODE_STARTING, false);
	node->retry_is_due = false;
}

static void stop(struct node *node)
{
	node_set_deadline(node, RESOLVER_NEVER);
	node_set_reason(node, NULL);
	node_set_state(node, NODE_STOPPING, false);
}

/* False: its values, with the facts of what it is over, are not good, or
 * there is no memory for them: it has failed. */
static bool is_started(struct node *node)
{
	int r = node_expand(node);
	const char *error = r == -EINVAL ? node_expansion_error(node)
					 : "out of memory";

	if (!r)
		return true;
	/* That it was starting is known before: it is another failure. */
	settle_flags(node->resolver);
	resolver_set_cause(
	    node->resolver, "%s cannot be started", node->name);
	node_fail(node, r == -EINVAL, strdup(error));
	return false;
}

/* An update or a rebind is due. False: it is restarted instead. */
static bool tell(struct node *node, struct decision *ret)
{
	bool is_update = node->due == DUE_UPDATE;
	bool is_fixed = is_update && node_has_new_facts(node, true);

	ret->type = is_update ? DECISION_UPDATE : DECISION_REBIND;
	/* An update brings all that a rebind would. */
	node->must_update = node->must_rebind = false;
	if (is_update)
		node->has_new_config = false;
	node_touch(node);
	if (is_update ? !is_fixed && node_can_update(node) &&
			    node_expand(node) == 0
		      : node_can_rebind(node))
		return true;
	node->must_restart = true;
	return false;
}

/* False: it has failed, or is restarted, instead. */
static bool carry_out(struct node *node, struct decision *ret)
{
	assert(node->due > DUE_MOVE); /* settle() leaves nothing else */
	ret->node = node;
	if (node->due == DUE_STOP) {
		stop(node);
		ret->type = DECISION_STOP;
		return true;
	}
	if (node->due != DUE_START)
		return tell(node, ret);
	start(node);
	ret->type = DECISION_START;
	return is_started(node);
}

bool resolver_next(struct resolver *resolver, struct decision *ret)
{
	bool is_decided = false;
	struct node *node;

	resolver->former = expansion_free(resolver->former);
	while (!is_decided && (node = heap_min(&resolver->due))) {
		is_decided = carry_out(node, ret);
		ret->run = node->run;
		settle(resolver);
	}
	return is_decided;
}

void resolver_stats(
    const struct resolver *resolver, struct resolver_stats *ret)
{
	*ret = resolver->stats;
	ret->bytes += queues_bytes(resolver);
}
