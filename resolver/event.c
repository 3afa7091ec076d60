/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events and latches. An event is looked at when it occurs, before the next
 * move: it sets or clears latches, and is noted with tasks that wait for it.
 */
#include "resolver/card.h"
#include "resolver/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool *latch_at(const struct node *node, uint32_t index)
{
	const struct latch *latch = &node->decl->latches[index];

	return latch->is_per_card ? &node->card->latches[latch->place]
				  : &node->resolver->latches[latch->place];
}

bool latch_is_set(const struct node *node, uint32_t index)
{
	return *latch_at(node, index);
}

static bool latch_initial(const struct latch *latch)
{
	return latch->from.type == EVENT_STARTUP;
}

static void set_initial(struct resolver *resolver, bool has_booted)
{
	for (uint32_t i = 0; i < resolver->profile->n_decls; i++) {
		struct node *node = &resolver->tops[i].node;
		const struct decl *decl = node->decl;

		for (uint32_t j = 0; j < decl->n_latches; j++)
			if (!decl->latches[j].is_per_card)
				*latch_at(node, j) = !has_booted &&
				    latch_initial(&decl->latches[j]);
	}
	resolver->is_booting = !has_booted;
}

void latches_init(struct resolver *resolver)
{
	set_initial(resolver, false);
}

void resolver_restore_boot(struct resolver *resolver)
{
	set_initial(resolver, true);
}

void latches_init_node(struct node *node)
{
	const struct decl *decl = node->decl;

	for (uint32_t i = 0; i < decl->n_latches; i++)
		if (decl->latches[i].is_per_card)
			*latch_at(node, i) =
			    latch_initial(&decl->latches[i]);
}

int latch_restore(struct node *node, const char *text, bool is_set)
{
	const struct decl *decl = node->decl;
	int r = -ENOENT;

	/* Several may have the same words. */
	for (uint32_t i = 0; i < decl->n_latches; i++) {
		const struct latch *latch = &decl->latches[i];

		if (strcmp(latch->text, text) != 0 ||
		    latch->is_per_card != (node->card != NULL))
			continue;
		*latch_at(node, i) = is_set;
		node->must_decide = true;
		r = 0;
	}
	return r;
}

void latches_keep(const struct node *node,
    void (*f)(void *ctx, const struct kept *kept), void *ctx)
{
	const struct decl *decl = node->decl;

	for (uint32_t i = 0; i < decl->n_latches; i++) {
		const struct latch *latch = &decl->latches[i];
		bool usual = latch->is_per_card && latch_initial(latch);

		if (latch->is_per_card != (node->card != NULL) ||
		    latch_is_set(node, i) == usual)
			continue;
		f(ctx, &(struct kept){
			.type = KEPT_LATCH,
			.name = node->name,
			.text = latch->text,
			.number = !usual,
		});
	}
}

/* ---- occurrences ---- */

static void touch_condition(struct node *node)
{
	node->must_decide = true;
	node_touch(node);
}

/* index: as edge->index of role EVENT. */
static void occur_at(struct node *node, uint32_t index)
{
	if (node->is_absent)
		return;
	node->resolver->stats.visited++;
	if (index == EVENT_IS_TASK) {
		node->has_occurred = true;
	} else {
		bool *latch = latch_at(node, index / 2);

		if (*latch == !(index % 2))
			return;
		*latch = !(index % 2);
	}
	touch_condition(node);
}

/* What decl listens for has occurred: on that card, or (NULL) somewhere that
 * all its instances listen to. */
static void occur(struct resolver *resolver, struct decl *decl,
    uint32_t index, struct card *card)
{
	struct node *top = resolver_top(resolver, decl);

	if (index != EVENT_IS_TASK && !decl->latches[index / 2].is_per_card) {
		bool *latch = latch_at(top, index / 2);

		if (*latch == !(index % 2))
			return;
		*latch = !(index % 2);
		if (top->is_top)
			each_instance(top, touch_condition);
		else
			touch_condition(top);
	} else if (!decl->root) {
		occur_at(top, index);
	} else if (card) {
		occur_at(&card->nodes[decl->slot], index);
	} else {
		RB_FOREACH (card, card_by_key,
		    resolver_cards(resolver, decl->root))
			occur_at(&card->nodes[decl->slot], index);
	}
}

static bool is_until(const struct edge *edge)
{
	return edge->index != EVENT_IS_TASK && edge->index % 2;
}

static void fire_edge(struct node *node, const struct edge *edge,
    enum event_type type, bool is_end)
{
	if (edge->role == EDGE_EVENT && edge_trigger(edge)->type == type &&
	    is_until(edge) == is_end)
		occur(node->resolver, edge->from, edge->index,
		    edge->is_same_card ? node->card : NULL);
}

void event_fire(struct node *node, enum event_type type, bool is_end)
{
	const struct edges *edges = node->decl->edges;

	for (uint32_t i = 0; i < edges->n_up; i++)
		if (edges->up[i]->is_same_card == (node->card != NULL))
			fire_edge(node, edges->up[i], type, is_end);
	if (!node->card)
		return;
	for (struct named *named = node->card->named; named;
		named = named->next)
		if (named->edge->to == node->decl)
			fire_edge(node, named->edge, type, is_end);
}

/* What comes with an event. */
struct message {
	const struct fact *values;
	size_t n;
};

static int prepare_values(struct node *node, const struct message *message)
{
	struct factset *values;
	int r;

	if (node->is_absent)
		return 0;
	r = factset_new(message->values, message->n, NULL, 0, &values);
	if (values) {
		values->former = node->values;
		node->values = values;
		node->has_new_values = true;
	}
	return r;
}

static int drop_values(struct node *node, const struct message *message)
{
	struct factset *values = node->values;

	(void)message;
	if (!node->has_new_values)
		return 0;
	node->has_new_values = false;
	node->values = values->former;
	free(values);
	return 0;
}

/* The values are those of the occurrence, if it has any. */
static void take_values(struct node *node)
{
	struct factset *values = NULL;

	if (node->has_new_values) {
		values = node->values;
		node->values = values->former;
		values->former = NULL;
		node->has_new_values = false;
	}
	node_set_values(node, values);
}

/* f(node, message) for each node of the listening tasks, until one fails. */
static int each_task(struct resolver *resolver,
    const struct listener *listeners, uint32_t n,
    int (*f)(struct node *node, const struct message *message),
    const struct message *message)
{
	int r = 0;

	for (uint32_t i = 0; i < n && !r; i++) {
		struct decl *decl = listeners[i].decl;
		struct card *card;

		if (listeners[i].index != EVENT_IS_TASK)
			continue;
		if (!decl->root) {
			r = f(resolver_top(resolver, decl), message);
			continue;
		}
		RB_FOREACH (card, card_by_key,
		    resolver_cards(resolver, decl->root))
			if (!r)
				r = f(&card->nodes[decl->slot], message);
	}
	return r;
}

int resolver_emit(struct resolver *resolver, uint64_t now_ms,
    const char *event, const struct fact *values, size_t n_values,
    uint32_t *ret_listeners)
{
	const struct message message = {values, n_values};
	uint32_t n;
	const struct listener *listeners =
	    graph_listeners(resolver->profile, event, &n);
	int r = each_task(resolver, listeners, n, prepare_values, &message);

	if (r) {
		each_task(resolver, listeners, n, drop_values, NULL);
		return r;
	}
	resolver->now_ms = now_ms;
	resolver_set_cause(resolver, "event %s", event);
	for (uint32_t i = 0; i < n; i++)
		occur(resolver, listeners[i].decl, listeners[i].index, NULL);
	settle(resolver);
	*ret_listeners = n;
	return 0;
}

/* ---- tasks ---- */

void tasks_start_up(struct resolver *resolver)
{
	for (uint32_t i = 0; i < resolver->profile->n_decls; i++) {
		struct decl *decl = &resolver->profile->decls[i];

		if (decl->on_event && decl->on_event->type == EVENT_STARTUP)
			occur(resolver, decl, EVENT_IS_TASK, NULL);
	}
}

void task_take_event(struct node *node)
{
	if (node->has_occurred && node->is_desired &&
	    node->state != NODE_FAILED) {
		node->is_pending = true;
		take_values(node);
	}
	node->has_occurred = false;
	drop_values(node, NULL);
	if (!node->is_desired)
		node->is_pending = false;
}
