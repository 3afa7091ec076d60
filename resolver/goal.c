/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The admin's up and down: goals and masks, which belong to names. */
#include "resolver/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int say_unknown(
    const struct resolver *resolver, const char *name, struct text *said)
{
	const struct profile *profile = resolver->profile;
	size_t n = profile->n_decls;
	const char **names = calloc(n + 1, sizeof(*names));
	const char *nearest = NULL;

	for (size_t i = 0; i < n && names; i++)
		names[i] = profile->decls[i].name;
	if (names)
		nearest = text_nearest(name, names, n);
	free(names);
	text_append(said, "no node is called '");
	text_append_escaped(said, name, strlen(name));
	if (nearest)
		text_printf(said, "'; did you mean '%s'?\n", nearest);
	else
		text_append(said, "'; netconf status lists them all\n");
	return -ENOENT;
}

enum { KEY_MAX = 64 }; /* a device's key; the kernel's names are shorter */

/*
 * The node that a goal or a mask of that name is about: a single node, a
 * template's top, or an instance, absent or not.
 */
static int locate(struct resolver *resolver, const char *name,
    struct text *said, struct node **ret)
{
	const char *at = strchr(name, '@');
	size_t n = at ? (size_t)(at - name) : strlen(name);
	struct decl *decl = profile_find_n(resolver->profile, name, n);
	struct card *card;

	if (!decl)
		return say_unknown(resolver, name, said);
	if (!at) {
		*ret = resolver_top(resolver, decl);
		return 0;
	}
	if (!decl->root || !at[1] || strlen(at + 1) > KEY_MAX) {
		text_append(said, "'");
		text_append_escaped(said, name, strlen(name));
		text_append(said, decl->root
			? "' does not name a device\n"
			: "': the node has no instances\n");
		return -ENOENT;
	}
	card = card_get(resolver, decl->root, at + 1);
	if (!card)
		return -ENOMEM;
	*ret = &card->nodes[decl->slot];
	return 0;
}

static int locate_all(struct resolver *resolver, const char *const *names,
    size_t n, struct text *said, struct node ***ret)
{
	struct node **nodes = calloc(n + 1, sizeof(*nodes));

	if (!nodes)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int r = locate(resolver, names[i], said, &nodes[i]);

		if (!r)
			continue;
		free(nodes);
		cards_sweep(resolver);
		return r;
	}
	*ret = nodes;
	return 0;
}

static void touch_all(struct node *node)
{
	struct card *card;

	if (!node->is_top) {
		node_touch_pull(node);
		return;
	}
	RB_FOREACH (card, card_by_key,
	    resolver_cards(node->resolver, node->decl->root))
		node_touch_pull(&card->nodes[node->decl->slot]);
}

static void set_goal(struct node *node, bool is_goal)
{
	if (node->is_goal == is_goal)
		return;
	node->is_goal = is_goal;
	if (node->card && is_goal) {
		node->card->n_pins++;
		node_appear(node);
	}
	touch_all(node);
	if (node->card && !is_goal)
		card_unpin(node->card);
}

static void set_mask(struct node *node, bool is_masked)
{
	if (node->is_masked == is_masked)
		return;
	node->is_masked = is_masked;
	if (node->card && is_masked)
		node->card->n_pins++;
	touch_all(node);
	if (node->card && !is_masked)
		card_unpin(node->card);
}

static void each_instance(struct node *top, struct list *list,
    void (*f)(struct list *list, struct node *node))
{
	struct card *card, *next;

	RB_FOREACH_SAFE (card, card_by_key,
	    resolver_cards(top->resolver, top->decl->root), next)
		f(list, &card->nodes[top->decl->slot]);
}

/* ---- up ---- */

static void unmask(struct node *node, const struct node *why, struct text *said)
{
	if (!node->is_masked)
		return;
	set_mask(node, false);
	if (node == why)
		text_printf(said, "%s is no longer taken down\n", node->name);
	else
		text_printf(said,
		    "%s is no longer taken down: %s needs it\n", node->name,
		    why->name);
}

/* The goal, its template or its instances, and all that it pulls by requires
 * and over: masks go, failures are forgotten. */
static void clear_way(struct node *goal, struct text *said)
{
	struct list list;
	struct node *node;

	walk_begin(goal->resolver, &list);
	walk_add(&list, goal);
	while ((node = walk_next(&list))) {
		const struct edges *edges = node->decl->edges;

		unmask(node, goal, said);
		if (node->card)
			unmask(&node_top(node)->node, goal, said);
		if (node->is_top) {
			each_instance(node, &list, walk_add);
			continue;
		}
		node_forget(node);
		for (uint32_t i = 0; i < edges->n_down; i++)
			if (edge_is_prerequisite(&edges->down[i]))
				walk_add(&list,
				    edge_target(node, &edges->down[i]));
	}
}

int resolver_up(struct resolver *resolver, uint64_t now_ms,
    const char *const *names, size_t n, struct text *said)
{
	struct node **nodes;
	int r = locate_all(resolver, names, n, said, &nodes);

	if (r)
		return r;
	resolver->now_ms = now_ms;
	for (size_t i = 0; i < n; i++)
		set_goal(nodes[i], true);
	settle_pulls(resolver);
	for (size_t i = 0; i < n; i++)
		clear_way(nodes[i], said);
	resolver_set_cause(resolver, "netconf up %s%s", names[0],
	    n > 1 ? " and others" : "");
	free(nodes);
	settle(resolver);
	return 0;
}

/* ---- down ---- */

static void clear_goal(struct list *list, struct node *node)
{
	(void)list;
	set_goal(node, false);
}

static bool is_asked(const struct node *node)
{
	return node->decl->start != START_MANUAL ||
	       (node->card && node_top(node)->node.is_goal);
}

struct puller {
	const struct node *node;  /* who is pulled */
	const struct node *found; /* by whom, or NULL */
};

/* Would the group be without any member if the node went? The edge leads to
 * the node, or to its template, of which other instances may be available. */
static bool is_last_member(const struct node *group, const struct edge *edge,
    const struct node *node)
{
	const struct node *member = edge_target(group, edge);

	if (!group->n_available)
		return true;
	if (group->n_available > 1)
		return false;
	if (!member->is_top)
		return member->flags & FLAG_AVAILABLE;
	return member->n_available &&
	       (node->is_top ||
		   (member->n_available == 1 && node->flags & FLAG_AVAILABLE));
}

static void look_for_puller(
    void *ctx, const struct edge *edge, struct node *above)
{
	struct puller *puller = ctx;

	if (puller->found || !(above->flags & FLAG_PULLED) ||
	    node_is_masked_by_any(above))
		return;
	if (edge_is_prerequisite(edge) ||
	    (edge->role == EDGE_OF &&
		(!node_is_any(above) ||
		    is_last_member(above, edge, puller->node))))
		puller->found = above;
}

/* Who keeps the node up against the admin's down; NULL: nobody. */
static const struct node *find_puller(struct node *node)
{
	struct puller puller = { .node = node };
	struct card *card;

	node_each_up(node, look_for_puller, &puller);
	if (node->card)
		node_each_up(
		    &node_top(node)->node, look_for_puller, &puller);
	if (!node->is_top || puller.found)
		return puller.found;
	RB_FOREACH (card, card_by_key,
	    resolver_cards(node->resolver, node->decl->root)) {
		node_each_up(&card->nodes[node->decl->slot], look_for_puller,
		    &puller);
		if (puller.found)
			break;
	}
	return puller.found;
}

/* Dependents first: what only they pulled is no longer pulled then. */
static int compare_down(const void *a, const void *b)
{
	const struct node *x = *(struct node *const *)a;
	const struct node *y = *(struct node *const *)b;
	uint32_t i = x->decl->edges->rank, j = y->decl->edges->rank;

	return i != j ? (i < j) - (i > j) : node_compare(x, y);
}

int resolver_down(struct resolver *resolver, uint64_t now_ms,
    const char *const *names, size_t n, bool force, struct text *said)
{
	struct node **nodes;
	int r = locate_all(resolver, names, n, said, &nodes);

	if (r)
		return r;
	resolver->now_ms = now_ms;
	for (size_t i = 0; i < n; i++) {
		set_goal(nodes[i], false);
		if (nodes[i]->is_top)
			each_instance(nodes[i], NULL, clear_goal);
	}
	qsort(nodes, n, sizeof(*nodes), compare_down);
	for (size_t i = 0; i < n; i++) {
		settle_pulls(resolver);
		const struct node *puller = find_puller(nodes[i]);

		if (puller && !force)
			text_printf(said,
			    "%s stays: %s needs it (--force takes it down "
			    "all the same)\n",
			    nodes[i]->name, puller->name);
		else if (puller || is_asked(nodes[i]))
			set_mask(nodes[i], true);
	}
	resolver_set_cause(resolver, "netconf down %s%s", names[0],
	    n > 1 ? " and others" : "");
	free(nodes);
	settle(resolver);
	return 0;
}

void resolver_end(struct resolver *resolver, uint64_t now_ms)
{
	resolver->now_ms = now_ms;
	for (uint32_t i = 0; i < resolver->profile->n_decls; i++)
		set_mask(&resolver->tops[i].node, true);
	resolver_set_cause(resolver, "netconfd is ending");
	settle(resolver);
}

/* ---- keeping them ---- */

static void each_goal_of(const struct node *node,
    void (*f)(void *ctx, const char *name, bool masked), void *ctx)
{
	if (node->is_goal)
		f(ctx, node->name, false);
	if (node->is_masked)
		f(ctx, node->name, true);
}

void resolver_each_goal(const struct resolver *resolver,
    void (*f)(void *ctx, const char *name, bool masked), void *ctx)
{
	for (uint32_t i = 0; i < resolver->profile->n_decls; i++) {
		const struct decl *decl = &resolver->profile->decls[i];
		struct card *card;

		each_goal_of(&resolver->tops[i].node, f, ctx);
		if (!decl->root)
			continue;
		RB_FOREACH (card, card_by_key,
		    resolver_cards(resolver, decl->root))
			each_goal_of(&card->nodes[decl->slot], f, ctx);
	}
}

int resolver_restore_goal(
    struct resolver *resolver, const char *name, bool masked)
{
	_cleanup_(text_clear) struct text said = { 0 };
	struct node *node;
	int r = locate(resolver, name, &said, &node);

	if (r)
		return r;
	if (masked)
		set_mask(node, true);
	else
		set_goal(node, true);
	return 0;
}
