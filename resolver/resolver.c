/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making a resolver, its clock, its decisions. */
#include "resolver/card.h"
#include "resolver/device.h"
#include "resolver/node.h"
#include "resolver/reload.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
