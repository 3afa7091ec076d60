/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The admin's up and down: goals and masks, which belong to names. */
#include "resolver/card.h"
#include "resolver/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int say_unknown(
    const struct resolver *resolver, const char *name, struct text *said)
{
	const char *nearest = profile_nearest(resolver->profile, name);

	text_append(said, "no node is called '");
	text_append_escaped(said, name, strlen(name));
	if (nearest)
		text_printf(said, "'; did you mean '%s'?\n", nearest);
	else
		text_append(said, "'; netconf status lists them all\n");
	return -ENOENT;
}

enum { KEY_MAX = 64 }; /* a device's key; the kernel's names are shorter */

int node_locate(struct resolver *resolver, const char *name,
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
		int r = node_locate(resolver, names[i], said, &nodes[i]);

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

void node_set_goal(struct node *node, bool is_goal)
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

void node_set_mask(struct node *node, bool is_masked)
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

static void list_instances(struct node *top, struct list *list,
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
	node_set_mask(node, false);
	if (node == why)
		text_printf(said, "%s is no longer taken down\n", node->name);
	else
		text_printf(said,
		    "%s is no longer taken down: %s needs it\n", node->name,
		    why->name);
}

/* The goal, its template or its instances, and all that it pulls by requires
 * and over: masks go (on up), failures are forgotten. */
static void clear_way(struct node *goal, bool must_unmask, struct text *said)
{
	struct list list;
	struct node *node;

	walk_begin(goal->resolver, &list);
	walk_add(&list, goal);
	while ((node = walk_next(&list))) {
		const struct edges *edges = node->decl->edges;

		if (must_unmask)
			unmask(node, goal, said);
		if (must_unmask && node->card)
			unmask(&node_top(node)->node, goal, said);
		/* Of a template without a card, too: one may come. */
		if (node->is_top)
			list_instances(node, &list, walk_add);
		else
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
		node_set_goal(nodes[i], true);
	settle_pulls(resolver);
	for (size_t i = 0; i < n; i++)
		clear_way(nodes[i], true, said);
	resolver_set_cause(resolver, "netconf up %s%s", names[0],
	    n > 1 ? " and others" : "");
	free(nodes);
	settle(resolver);
	return 0;
}

/* ---- reset, restart ---- */

int resolver_reset(struct resolver *resolver, uint64_t now_ms,
    const char *const *names, size_t n, struct text *said)
{
	struct node **nodes;
	int r = locate_all(resolver, names, n, said, &nodes);

	if (r)
		return r;
	resolver->now_ms = now_ms;
	for (size_t i = 0; i < n; i++)
		clear_way(nodes[i], false, said);
	resolver_set_cause(resolver, "netconf reset %s%s", names[0],
	    n > 1 ? " and others" : "");
	free(nodes);
	settle(resolver);
	return 0;
}

static void restart(struct node *node)
{
	node_forget(node);
	if (!node_is_active(node) || node->state == NODE_STOPPING)
		return;
	node->must_restart = true;
	node_touch(node);
}

int resolver_restart(struct resolver *resolver, uint64_t now_ms,
    const char *const *names, size_t n, struct text *said)
{
	struct node **nodes;
	int r = locate_all(resolver, names, n, said, &nodes);

	if (r)
		return r;
	resolver->now_ms = now_ms;
	for (size_t i = 0; i < n; i++) {
		if (nodes[i]->is_top)
			each_instance(nodes[i], restart);
		else
			restart(nodes[i]);
	}
	resolver_set_cause(resolver, "netconf restart %s%s", names[0],
	    n > 1 ? " and others" : "");
	free(nodes);
	settle(resolver);
	return 0;
}

/* ---- down ---- */

static void clear_goal(struct list *list, struct node *node)
{
	(void)list;
	node_set_goal(node, false);
}

bool node_is_started(const struct node *node)
{
	return node->decl->start != START_MANUAL ||
	       (node->card && node_top(node)->node.is_goal);
}

struct pullers {
	const struct node *node;   /* who is pulled */
	const struct node *needer; /* by whom, who cannot do without it */
	const struct node *wanter; /* by whom, who can */
};

/* Is the member available when the node, or the template, has gone? */
static bool survives(const struct node *member, const struct node *node)
{
	bool is_available = member->is_top ? member->n_available > 0
					   : member->flags & FLAG_AVAILABLE;

	if (member->decl != node->decl)
		return is_available;
	if (node->is_top || member == node)
		return false;
	if (!member->is_top)
		return is_available;
	return member->n_available > !!(node->flags & FLAG_AVAILABLE);
}

/* Would the group be without any member? */
static bool is_last_member(const struct node *group, const struct node *node)
{
	const struct edges *edges = group->decl->edges;

	for (uint32_t i = 0; i < edges->n_down; i++)
		if (edges->down[i].role == EDGE_OF &&
		    survives(edge_target(group, &edges->down[i]), node))
			return false;
	return true;
}

static void look_for_puller(
    void *ctx, const struct edge *edge, struct node *above)
{
	struct pullers *pullers = ctx;
	bool needs = edge_is_prerequisite(edge);

	if (pullers->needer || !(above->flags & FLAG_PULLED) ||
	    !node_pulls(above, edge) || node_is_masked_by_any(above))
		return;
	if (edge->role == EDGE_OF)
		needs = !node_is_any(above) ||
			is_last_member(above, pullers->node);
	if (needs)
		pullers->needer = above;
	else if (!pullers->wanter)
		pullers->wanter = above;
}

/* Who keeps the node up against the admin's down. */
static struct pullers find_pullers(struct node *node)
{
	struct pullers pullers = { .node = node };
	struct card *card;

	node_each_up(node, look_for_puller, &pullers);
	if (node->card)
		node_each_up(
		    &node_top(node)->node, look_for_puller, &pullers);
	if (!node->is_top)
		return pullers;
	RB_FOREACH (card, card_by_key,
	    resolver_cards(node->resolver, node->decl->root)) {
		if (pullers.needer)
			break;
		node_each_up(&card->nodes[node->decl->slot], look_for_puller,
		    &pullers);
	}
	return pullers;
}

const struct node *node_needer(struct node *node)
{
	return find_pullers(node).needer;
}

/* As stops are ordered: what only dependents pulled is then pulled no more. */
static int compare_down(const void *a, const void *b)
{
	const struct node *x = *(struct node *const *)a;
	const struct node *y = *(struct node *const *)b;
	uint32_t i = x->decl->level, j = y->decl->level;

	if (i != j)
		return i < j ? 1 : -1;
	i = x->decl->index;
	j = y->decl->index;
	return i != j ? (i > j) - (i < j) : node_compare(x, y);
}

/* Masks the first that starts by itself and that nobody keeps up; force: the
 * first that somebody does. False: there is none. */
static bool mask_one(struct node **nodes, size_t n, bool force)
{
	for (size_t i = 0; i < n; i++) {
		if (nodes[i]->is_masked ||
		    (!force && !node_is_started(nodes[i])) ||
		    !find_pullers(nodes[i]).needer == force)
			continue;
		node_set_mask(nodes[i], true);
		settle_flags(nodes[i]->resolver);
		return true;
	}
	return false;
}

static void say_kept(struct node **nodes, size_t n, struct text *said)
{
	for (size_t i = 0; i < n; i++) {
		const struct pullers pullers = find_pullers(nodes[i]);
		const char *stays = "stays:";

		if (nodes[i]->is_masked)
			continue;
		if (nodes[i]->card && !nodes[i]->card->device)
			stays = "is not there; when its device comes,";
		if (pullers.needer)
			text_printf(said,
			    "%s %s %s needs it (--force takes it down all "
			    "the same)\n",
			    nodes[i]->name, stays, pullers.needer->name);
		else if (pullers.wanter)
			text_printf(said,
			    "%s %s %s pulls it (--force does not change "
			    "that, 'netconf down %s' does)\n",
			    nodes[i]->name, stays, pullers.wanter->name,
			    pullers.wanter->name);
	}
}

static void clear_goals(struct node **nodes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		node_set_goal(nodes[i], false);
		if (nodes[i]->is_top)
			list_instances(nodes[i], NULL, clear_goal);
	}
}

/* One may be pulled by another until that is masked, or be the last of a group
 * when that is. */
static void take_down(struct node **nodes, size_t n, bool force)
{
	clear_goals(nodes, n);
	settle_flags(nodes[0]->resolver);
	while (mask_one(nodes, n, false) ||
		(force && mask_one(nodes, n, true)))
		;
}

/* Several are one act: what comes of the one is looked at in a copy, for what
 * is let go by it and asked for by the next shall not notice. */
static int take_all_down(struct resolver *resolver, const char *const *names,
    struct node **nodes, size_t n, bool force, struct text *said)
{
	struct resolver *copy;
	struct node **others;
	int r = resolver_clone(resolver, &copy);

	if (r)
		return r;
	copy->options.notice = NULL;
	r = locate_all(copy, names, n, said, &others);
	if (!r) {
		qsort(others, n, sizeof(*others), compare_down);
		take_down(others, n, force);
		clear_goals(nodes, n);
		for (size_t i = 0; i < n; i++)
			node_set_mask(nodes[i], others[i]->is_masked);
		settle_flags(resolver);
		free(others);
	}
	resolver_free(copy);
	return r;
}

int resolver_down(struct resolver *resolver, uint64_t now_ms,
    const char *const *names, size_t n, bool force, struct text *said)
{
	struct node **nodes;
	int r = locate_all(resolver, names, n, said, &nodes);

	if (r)
		return r;
	resolver->now_ms = now_ms;
	qsort(nodes, n, sizeof(*nodes), compare_down);
	if (n > 1)
		r = take_all_down(resolver, names, nodes, n, force, said);
	else
		take_down(nodes, n, force);
	if (!r) {
		say_kept(nodes, n, said);
		resolver_set_cause(resolver, "netconf down %s%s", names[0],
		    n > 1 ? " and others" : "");
	}
	free(nodes);
	settle(resolver);
	return r;
}

void resolver_end(struct resolver *resolver, uint64_t now_ms)
{
	resolver->now_ms = now_ms;
	for (uint32_t i = 0; i < resolver->profile->n_decls; i++)
		node_set_mask(&resolver->tops[i].node, true);
	resolver_set_cause(resolver, "netconfd is ending");
	settle(resolver);
}
