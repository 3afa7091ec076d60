/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where latches and sets of members are kept, and who listens to which event
 * of `emit`. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/numset.h"
#include "base/text.h"
#include "resolver/graph-build.h"

static bool is_of_card(const struct decl *decl, const struct trigger *trigger)
{
	const struct ref *ref = &trigger->ref;

	return decl->root && ref->decl && !ref->device &&
	       ref->decl->root == decl->root;
}

static void place_latches(struct decl *decl, struct graph *graph)
{
	for (uint32_t i = 0; i < decl->n_latches; i++) {
		struct latch *latch = &decl->latches[i];

		latch->is_per_card = is_of_card(decl, &latch->from) ||
				     is_of_card(decl, &latch->until);
		latch->place = latch->is_per_card
				   ? decl->root->edges->n_card_latches++
				   : graph->n_latches++;
	}
}

/* In-order, there are two sets of them: see members.c. */
static void place_members(struct decl *decl, struct graph *graph)
{
	uint32_t *n_words = decl->root ? &decl->root->edges->n_card_words
				       : &graph->n_words;

	if (decl->schema != &schema_any)
		return;
	decl->edges->members_at = *n_words;
	*n_words += numset_words(decl->of.n) * (decl->is_in_order ? 2 : 1);
}

/* Counts it, and enters it where there is a table. */
static void listen(struct graph *graph, struct listener *listeners,
    struct decl *decl, const struct trigger *trigger, uint32_t index)
{
	if (trigger->type != EVENT_NAMED)
		return;
	if (listeners)
		listeners[graph->n_listeners] = (struct listener){
			.event = trigger->name,
			.decl = decl,
			.index = index,
		};
	graph->n_listeners++;
}

static void listen_all(const struct profile *profile, struct graph *graph,
    struct listener *listeners)
{
	graph->n_listeners = 0;
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		struct decl *decl = &profile->decls[i];

		for (uint32_t j = 0; j < decl->n_latches; j++) {
			listen(graph, listeners, decl, &decl->latches[j].from,
			    2 * j);
			listen(graph, listeners, decl, &decl->latches[j].until,
			    2 * j + 1);
		}
		if (decl->on_event)
			listen(graph, listeners, decl, decl->on_event,
			    EVENT_IS_TASK);
	}
}

static int compare(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;
	int order = strcmp(x->event, y->event);

	if (order)
		return order;
	if (x->decl != y->decl)
		return x->decl->index < y->decl->index ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

int graph_listen(struct profile *profile, struct graph *graph)
{
	struct listener *listeners;

	for (uint32_t i = 0; i < profile->n_decls; i++) {
		place_latches(&profile->decls[i], graph);
		place_members(&profile->decls[i], graph);
	}
	listen_all(profile, graph, NULL);
	listeners = arena_array(
	    profile->arena, graph->n_listeners, sizeof(*listeners));
	if (!listeners)
		return -ENOMEM;
	listen_all(profile, graph, listeners);
	qsort(listeners, graph->n_listeners, sizeof(*listeners), compare);
	graph->listeners = listeners;
	return 0;
}

/* The first listener whose event is not before (or, past: is after) it. */
static uint32_t find(const struct graph *graph, const char *event, bool past)
{
	uint32_t low = 0, high = graph->n_listeners;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(graph->listeners[middle].event, event);

		if (order < 0 || (past && !order))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct listener *graph_listeners(
    const struct profile *profile, const char *event, uint32_t *ret_n)
{
	const struct graph *graph = profile_graph(profile);
	uint32_t first = find(graph, event, false);

	*ret_n = find(graph, event, true) - first;
	return *ret_n ? &graph->listeners[first] : NULL;
}

const char *graph_nearest_event(
    const struct profile *profile, const char *event)
{
	const struct graph *graph = profile_graph(profile);
	_cleanup_(free_ptr) const char **names =
	    calloc((size_t)graph->n_listeners + 1, sizeof(*names));

	for (uint32_t i = 0; names && i < graph->n_listeners; i++)
		names[i] = graph->listeners[i].event;
	return names ? text_nearest(event, names, graph->n_listeners) : NULL;
}
