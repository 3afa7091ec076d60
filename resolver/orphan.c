/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Active nodes whose declaration a reload has taken away. They are outside
 * the graph, but what they stood on waits for them, and so does a new node of
 * the same name. They are stopped, and then they are gone.
 */
#include "resolver/card.h"
#include "resolver/device.h"
#include "resolver/node.h"
#include "resolver/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int orphan_new(struct node *node)
{
	size_t n_name = strlen(node->name) + 1;
	size_t bytes = sizeof(struct orphan) + n_name;
	struct orphan *orphan = calloc(1, bytes);

	if (!orphan)
		return -ENOMEM;
	memcpy(orphan->name, node->name, n_name);
	orphan->node.name = orphan->name;
	orphan->node.decl = node->decl;
	orphan->bytes = bytes;
	orphan->node.is_orphan = true;
	list_init(&orphan->link);
	list_init(&orphan->node.pull_link);
	list_init(&orphan->node.walk_link);
	node->first = &orphan->node;
	return 0;
}

struct orphan *orphan_of(struct node *node)
{
	return container_of(node, struct orphan, node);
}

void node_pin(struct node *node, bool must_stay)
{
	if (!node->card)
		return;
	if (must_stay)
		node->card->n_pins++;
	else
		card_unpin(node->card);
}

void orphan_set_heir(struct resolver *next, struct orphan *orphan)
{
	struct node *heir = resolver_find(next, orphan->node.name);

	orphan->heir = heir && !heir->is_top ? heir : NULL;
	if (!orphan->heir)
		return;
	orphan->heir->n_before++;
	node_pin(orphan->heir, true);
}

void orphan_update(struct node *node)
{
	if (node->state == NODE_STOPPING || node->n_holders)
		node_set_due(node, DUE_NOTHING);
	else
		node_set_due(node, node_is_own(node) ? DUE_MOVE : DUE_STOP);
}

void orphan_free(struct node *node)
{
	struct orphan *orphan = orphan_of(node);
	struct resolver *resolver = node->resolver;

	node_set_deadline(node, RESOLVER_NEVER);
	heap_remove(&resolver->dirty, node);
	node_set_due(node, DUE_NOTHING);
	node->is_dirty = true; /* not to be queued again */
	if (node->state != NODE_STOPPING)
		node_set_state(node, NODE_STOPPING, false);
	node_set_state(node, NODE_ABSENT, false);
	if (orphan->heir) {
		orphan->heir->n_before--;
		node_touch(orphan->heir);
		node_pin(orphan->heir, false);
	}
	handovers_let_go(node);
	node_set_facts(node, NULL);
	node_set_expansion(node, NULL);
	node_set_reason(node, NULL);
	node_drop_kept(node);
	list_remove(&orphan->link);
	resolver->stats.bytes -= orphan->bytes;
	resolver->n_made--;
	free(orphan);
}

void orphans_free(struct resolver *resolver)
{
	struct orphan *orphan;

	while ((orphan = list_pop(&resolver->orphans, struct orphan, link))) {
		free(orphan->node.facts);
		free(orphan->node.reason);
		free(orphan->node.kept);
		expansion_free(orphan->node.expansion);
		free(orphan);
	}
}

void orphans_lose(
    struct resolver *resolver, const struct device_record *record)
{
	struct orphan *orphan;

	list_for_each(orphan, &resolver->orphans, struct orphan, link)
		if (orphan->node.device == record)
			orphan->node.device = NULL;
}

void orphans_take_over(struct resolver *resolver, struct resolver *next)
{
	struct orphan *orphan;

	while ((orphan = list_pop(&resolver->orphans, struct orphan, link))) {
		struct node *node = &orphan->node;

		/* Who still waits for whom is counted anew. */
		node->n_holders = 0;
		orphan_set_heir(next, orphan);
		if (node->device)
			node->device =
			    device_find(next, node->device->device.key);
		node->in_dirty = node->in_due = node->in_timers = 0;
		node->due = DUE_NOTHING;
		node->is_dirty = false;
		node->resolver = next;
		list_append(&next->orphans, &orphan->link);
		node_touch(node);
		if (node->user && next->options.moved)
			next->options.moved(next->options.ctx, node, node);
	}
}
