/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/card.h"
#include "resolver/node.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* The device's name of an instance, else NULL. */
static const char *instance_key(const struct node *node)
{
	const char *at;

	if (node->card || !node->is_orphan)
		return node->card ? node->card->key : NULL;
	at = strchr(node->name, '@');
	return at ? at + 1 : NULL;
}

static int compare_orphans(const struct node *a, const struct node *b)
{
	if (a->is_orphan != b->is_orphan)
		return a->is_orphan ? -1 : 1;
	return strcmp(a->name, b->name);
}

int node_compare(const struct node *a, const struct node *b)
{
	bool has_orphan = a->is_orphan || b->is_orphan;
	const char *x = instance_key(a), *y = instance_key(b);
	int order = (x != NULL) - (y != NULL);

	if (x && y && x != y)
		order = text_compare_names(x, y);
	return order || !has_orphan ? order : compare_orphans(a, b);
}

bool node_device_is_present(const struct node *node)
{
	if (node->decl->device)
		return node->device && !node->is_stale;
	if (node->decl->match)
		return node->card && node->card->device && !node->is_stale;
	return true;
}

struct node *edge_target(const struct node *from, const struct edge *edge)
{
	const struct resolver *resolver = from->resolver;
	struct card *card = NULL;

	if (edge->device)
		card = resolver->named[edge->named].card;
	else if (edge->is_same_card)
		card = from->card;
	return card ? &card->nodes[edge->to->slot]
		    : resolver_top(resolver, edge->to);
}

const struct edge *node_over(const struct node *node)
{
	const struct decl *decl = node->decl;

	return decl->over.n ? &decl->edges->down[decl->requires.n] : NULL;
}

const struct edge *node_member(const struct node *group, uint32_t member)
{
	const struct decl *decl = group->decl;
	uint32_t first = decl->requires.n + decl->over.n +
			 decl->rare->wants.n + decl->rare->after.n;

	return &decl->edges->down[first + member];
}

void node_init(struct node *node, struct resolver *resolver,
    struct decl *decl, struct card *card, const char *name)
{
	node->resolver = resolver;
	node->decl = decl;
	node->card = card;
	node->anchor = card;
	node->name = name;
	node->deadline_ms = node->hold_ms = RESOLVER_NEVER;
	node->selected_index = UINT32_MAX;
	node->must_decide = true;
	node->is_absent = card != NULL;
	list_init(&node->pull_link);
	list_init(&node->walk_link);
}

void node_count(struct node *node)
{
	const struct edges *edges = node->decl->edges;

	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *edge = &edges->down[i];
		const struct node *to = edge_target(node, edge);
		bool is_available = to->flags & FLAG_AVAILABLE;
		bool has_prospect = to->flags & FLAG_PROSPECT;
		bool blocks = to->flags & FLAG_BLOCKS;
		bool is_taken = to->flags & FLAG_TAKEN;

		if (to->is_top) {
			is_available = to->n_available;
			has_prospect = to->n_prospects;
			blocks = to->n_blocking;
		}
		if (edge_is_prerequisite(edge)) {
			node->n_unready += !is_available;
			node->n_hopeless += !has_prospect;
			node->n_taken += is_taken;
		} else if (edge->role == EDGE_OF) {
			node->n_available += is_available;
			node->n_prospects += has_prospect;
			members_note(
			    node, edge, FLAG_AVAILABLE, is_available);
			members_note(node, edge, FLAG_PROSPECT, has_prospect);
			node->n_members_taken += is_taken;
		} else if (edge_is_after(edge)) {
			node->n_before += blocks;
		}
	}
}

void node_appear(struct node *node)
{
	if (!node->is_absent)
		return;
	node->is_absent = false;
	node->since_ms = node->resolver->now_ms;
	node->card->n_absent--;
	list_remove(&node->card->unused_link);
	node->resolver->stats.n_nodes++;
	latches_init_node(node);
	node_top(node)->node.n_present++;
	top_recount(node);
	node_touch_pull(node);
}

void walk_begin(struct resolver *resolver, struct list *list)
{
	resolver->traversal++;
	list_init(list);
}

void walk_add(struct list *list, struct node *node)
{
	if (node->visited == node->resolver->traversal)
		return;
	node->visited = node->resolver->traversal;
	list_append(list, &node->walk_link);
}

struct node *walk_next(struct list *list)
{
	return list_pop(list, struct node, walk_link);
}

/* All nodes of a declaration: the single one, or the instances. */
static void each_of(struct resolver *resolver, const struct edge *edge,
    void (*f)(void *ctx, const struct edge *edge, struct node *dependent),
    void *ctx)
{
	struct decl *decl = edge->from;
	struct card *card;

	if (!decl->root) {
		f(ctx, edge, resolver_top(resolver, decl));
		return;
	}
	RB_FOREACH (card, card_by_key, resolver_cards(resolver, decl->root))
		f(ctx, edge, &card->nodes[decl->slot]);
}

void node_each_up(struct node *node,
    void (*f)(void *ctx, const struct edge *edge, struct node *dependent),
    void *ctx)
{
	const struct edges *edges = node->decl->edges;

	for (uint32_t i = 0; i < edges->n_up; i++) {
		const struct edge *edge = edges->up[i];

		if (node->card && edge->is_same_card)
			f(ctx, edge, &node->card->nodes[edge->from->slot]);
		else if (!node->card && !edge->is_same_card)
			each_of(node->resolver, edge, f, ctx);
	}
	if (!node->card)
		return;
	for (struct named *named = node->card->named; named;
		named = named->next)
		if (named->edge->to == node->decl)
			each_of(node->resolver, named->edge, f, ctx);
}

void node_set_reason(struct node *node, char *reason)
{
	struct resolver_stats *stats = &node->resolver->stats;

	if (node->reason)
		stats->bytes -= strlen(node->reason) + 1;
	free(node->reason);
	node->reason = reason;
	if (node->reason)
		stats->bytes += strlen(node->reason) + 1;
}

int factset_new(const struct fact *facts, size_t n,
    const char *const *later, size_t n_later, struct factset **ret)
{
	size_t bytes = sizeof(struct factset) + n * sizeof(struct fact) +
		       n_later * sizeof(char *);
	char *at;

	*ret = NULL;
	if (!n && !n_later)
		return 0;
	if (n > UINT16_MAX || n_later > UINT16_MAX)
		return -E2BIG;
	for (size_t i = 0; i < n; i++)
		bytes += strlen(facts[i].key) + 1 +
			 (facts[i].value ? strlen(facts[i].value) + 1 : 0);
	for (size_t i = 0; i < n_later; i++)
		bytes += strlen(later[i]) + 1;
	struct factset *set = malloc(bytes);
	if (!set)
		return -ENOMEM;
	*set = (struct factset){ .n = n, .n_later = n_later, .bytes = bytes };
	set->later = (const char **)&set->items[n];
	at = (char *)&set->later[n_later];
	for (size_t i = 0; i < n; i++) {
		set->items[i] = (struct fact){ .key = at };
		at = stpcpy(at, facts[i].key) + 1;
		if (!facts[i].value)
			continue;
		set->items[i].value = at;
		at = stpcpy(at, facts[i].value) + 1;
	}
	for (size_t i = 0; i < n_later; i++) {
		set->later[i] = at;
		at = stpcpy(at, later[i]) + 1;
	}
	*ret = set;
	return 0;
}

const char fact_to_come[] = "";

const char *factset_find(const struct factset *set, const char *key)
{
	for (uint32_t i = 0; set && i < set->n; i++)
		if (!strcmp(set->items[i].key, key))
			return set->items[i].value ? set->items[i].value
						   : fact_to_come;
	for (uint32_t i = 0; set && i < set->n_later; i++)
		if (!strcmp(set->later[i], key))
			return fact_to_come;
	return NULL;
}

bool factset_equal(const struct factset *a, const struct factset *b)
{
	if (!a || !b)
		return a == b;
	if (a->n != b->n || a->n_later != b->n_later)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (strcmp(a->items[i].key, b->items[i].key) ||
		    strcmp(a->items[i].value, b->items[i].value))
			return false;
	for (uint32_t i = 0; i < a->n_later; i++)
		if (strcmp(a->later[i], b->later[i]))
			return false;
	return true;
}

void node_hide_facts(struct node *node)
{
	node->has_old_facts = node->facts != NULL;
}

void node_set_values(struct node *node, struct factset *values)
{
	struct resolver_stats *stats = &node->resolver->stats;

	if (!node_has_event(node))
		return;
	if (node->values)
		stats->bytes -= node->values->bytes;
	free(node->values);
	node->values = values;
	if (values)
		stats->bytes += values->bytes;
}

struct factset *node_swap_facts(struct node *node, struct factset *facts)
{
	struct resolver_stats *stats = &node->resolver->stats;
	struct factset *former = node->facts;

	node->has_old_facts = false;
	node->facts = facts;
	stats->bytes -= former ? former->bytes : 0;
	stats->bytes += facts ? facts->bytes : 0;
	return former;
}

void node_set_facts(struct node *node, struct factset *facts)
{
	free(node_swap_facts(node, facts));
}

void resolver_set_cause(struct resolver *resolver, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(resolver->cause, sizeof(resolver->cause), format, args);
	va_end(args);
	resolver->n_timed = 0;
}
