/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a node is not up, or why it is: read from the same records that the
 * decisions are made from, never a second opinion.
 */
#include "resolver/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct item {
	struct node *node;
	uint32_t depth;
};

/* What is still to be explained, last first. */
struct stack {
	struct resolver *resolver;
	struct item *items;
	size_t n, capacity;
	bool failed;
};

static void push(struct stack *stack, struct node *node, uint32_t depth)
{
	if (stack->n == stack->capacity) {
		size_t capacity = stack->capacity ? stack->capacity * 2 : 64;
		struct item *items = reallocarray(
		    stack->items, capacity, sizeof(*items));

		if (!items) {
			stack->failed = true;
			return;
		}
		stack->items = items;
		stack->capacity = capacity;
	}
	stack->items[stack->n++] = (struct item){ node, depth };
}

/* Puts what was pushed since n into the order in which it was pushed. */
static void reverse_from(struct stack *stack, size_t n)
{
	for (size_t last = stack->n; n + 1 < last; n++) {
		struct item item = stack->items[--last];

		stack->items[last] = stack->items[n];
		stack->items[n] = item;
	}
}

/* ---- which neighbours matter ---- */

static bool is_available(const struct node *node)
{
	return node->is_top ? node->n_available > 0
			    : node->flags & FLAG_AVAILABLE;
}

static bool is_blocking(const struct node *node)
{
	return node->is_top ? node->n_blocking > 0
			    : node->flags & FLAG_BLOCKS;
}

/* Does the node wait for what this edge leads to? */
static bool is_missing(const struct node *node, const struct edge *edge)
{
	const struct node *to = edge_target(node, edge);

	if (edge_is_prerequisite(edge))
		return !is_available(to);
	if (edge->role == EDGE_OF)
		return !node_is_satisfied(node) && !is_available(to);
	if (edge->role == EDGE_AFTER)
		return is_blocking(to);
	if (edge->role == EDGE_WHEN)
		return !node->is_allowed || is_blocking(to);
	return false;
}

static void push_missing(struct stack *stack, struct node *node, uint32_t depth)
{
	const struct edges *edges = node->decl->edges;
	size_t n = stack->n;

	for (uint32_t i = 0; i < edges->n_down; i++)
		if (is_missing(node, &edges->down[i]))
			push(stack, edge_target(node, &edges->down[i]), depth);
	reverse_from(stack, n);
}

static uint32_t push_instances(
    struct stack *stack, struct node *top, uint32_t depth)
{
	size_t n = stack->n;
	struct card *card;

	RB_FOREACH (card, card_by_key,
	    resolver_cards(top->resolver, top->decl->root))
		if (!card->nodes[top->decl->slot].is_absent)
			push(stack, &card->nodes[top->decl->slot], depth);
	reverse_from(stack, n);
	return stack->n - n;
}

/* ---- words ---- */

static void say_globs(
    struct text *text, const char *key, const struct match_globs *globs)
{
	for (uint32_t i = 0; i < globs->n; i++)
		text_printf(text, "%s%s", i ? " or " : key, globs->items[i]);
}

static void say_no_device(struct text *text, const struct decl *decl)
{
	const struct match *match;

	if (decl->device) {
		text_printf(text, "no device %s is present", decl->device);
		return;
	}
	match = decl->root->match;
	text_printf(text, "no device for %s is present (it takes any with",
	    decl->root->name);
	say_globs(text, " name ", &match->name);
	say_globs(text, " mac ", &match->mac);
	say_globs(text, " type ", &match->type);
	say_globs(text, " driver ", &match->driver);
	say_globs(text, " path ", &match->path);
	say_globs(text, " vendor ", &match->vendor);
	say_globs(text, " model ", &match->model);
	text_append(text, ")");
}

static void say_list(struct text *text, const struct node *node,
    bool (*is_meant)(const struct edge *edge))
{
	const struct edges *edges = node->decl->edges;
	const char *separator = "";

	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct edge *edge = &edges->down[i];

		if (!is_meant(edge) || !is_missing(node, edge))
			continue;
		text_printf(text, "%s%s", separator,
		    edge_target(node, edge)->name);
		separator = ", ";
	}
}

static bool is_order(const struct edge *edge)
{
	return edge_is_after(edge);
}

static bool is_member(const struct edge *edge)
{
	return edge->role == EDGE_OF;
}

static void say_failure(struct text *text, const struct node *node)
{
	uint64_t now_ms = node->resolver->now_ms;

	text_printf(text, "failed: %s; ",
	    node->reason ? node->reason : "its provider gave no reason");
	if (node->is_permanent) {
		text_printf(text,
		    "not retried by itself ('netconf up %s' tries again)",
		    node->name);
	} else if (node->deadline_ms != RESOLVER_NEVER) {
		text_append(text, "next try in ");
		text_append_duration(text, node->deadline_ms > now_ms
			? node->deadline_ms - now_ms : 0);
	} else {
		text_append(text, "it is to be tried again now");
	}
}

static void say_not_wanted(struct text *text, const struct node *node)
{
	const struct node *top = &node_top(node)->node;

	if (node->is_masked || top->is_masked)
		text_printf(text,
		    "was taken down by the admin ('netconf up %s' takes that "
		    "back)",
		    node->is_masked ? node->name : top->name);
	else if (node->decl->start == START_HOTPLUG && node->n_unready) {
		text_append(text, "comes up by itself once it is there: ");
		say_list(text, node, edge_is_prerequisite);
	} else if (node->decl->start == START_HOTPLUG)
		say_no_device(text, node->decl);
	else
		text_printf(text,
		    "nobody asks for it ('netconf up %s' would)", node->name);
}

static void say_waiting(struct text *text, const struct node *node)
{
	if (!node->is_allowed) {
		text_append(text, "its condition is not true: ");
		text_append(text, node->decl->when->text);
	} else if (!node_device_is_present(node)) {
		say_no_device(text, node->decl);
	} else if (node->n_unready) {
		text_append(text, "needs ");
		say_list(text, node, edge_is_prerequisite);
	} else if (node->is_unmet && node_is_group(node)) {
		text_append(text, "none is available of ");
		say_list(text, node, is_member);
	} else if (node->is_unmet) {
		text_append(text, node->reason ? node->reason
			: "what it watches for is not there");
	} else if (node->n_before) {
		text_append(text, "its turn comes after ");
		say_list(text, node, is_order);
	} else {
		text_append(text, "its turn has not come yet");
	}
}

static void first_puller(void *ctx, const struct edge *edge, struct node *above)
{
	const struct node **found = ctx;

	if (!*found && edge_is_pull(edge) && above->flags & FLAG_PULLED)
		*found = above;
}

static void say_up(struct text *text, struct node *node)
{
	const struct node *puller = NULL, *top = &node_top(node)->node;

	node_each_up(node, first_puller, &puller);
	if (!puller && node->card)
		node_each_up(&node_top(node)->node, first_puller, &puller);
	if (node->is_goal || top->is_goal)
		text_append(text, "is up: it is a goal");
	else if (node->decl->start == START_AUTO)
		text_append(text, "is up: it starts by itself (auto)");
	else if (puller)
		text_printf(text, "is up: %s needs it", puller->name);
	else
		text_append(text,
		    "is up: it comes by itself with what it needs (hotplug)");
	if (node->selected)
		text_printf(text, "; it uses %s", node->selected->name);
}

static void say_since(struct text *text, const struct node *node)
{
	text_printf(text, "is %s, for ", node_state_name(node->state));
	text_append_duration(text, node->resolver->now_ms - node->since_ms);
}

static void say_node(struct text *text, struct node *node)
{
	switch ((enum node_state)node->state) {
	case NODE_UP:
		if (node->is_desired && node_is_satisfied(node)) {
			say_up(text, node);
			break;
		}
		text_append(text, "is up and about to stop: ");
		if (!node->is_wanted)
			say_not_wanted(text, node);
		else
			say_waiting(text, node);
		break;
	case NODE_STARTING:
	case NODE_STOPPING:
		say_since(text, node);
		break;
	case NODE_FAILED:
		say_failure(text, node);
		break;
	case NODE_IDLE:
	case NODE_WAITING:
	case NODE_ABSENT:
		if (!node->is_wanted)
			say_not_wanted(text, node);
		else
			say_waiting(text, node);
		break;
	}
}

/* A template as a whole, seen from elsewhere. */
static void say_template(
    struct text *text, struct node *top, uint32_t n_instances)
{
	if (top->n_up)
		text_printf(text, "is up on %u of %u devices", top->n_up,
		    n_instances);
	else if (top->is_masked)
		say_not_wanted(text, top);
	else if (n_instances)
		text_append(text, "is not up on any device");
	else
		say_no_device(text, top->decl);
}

/* ---- the walk ---- */

static bool has_children(const struct node *node)
{
	if (node->state == NODE_IDLE || node->state == NODE_WAITING)
		return !node_is_masked_by_any(node);
	return node->state == NODE_UP &&
	       !(node->is_desired && node_is_satisfied(node));
}

static void explain(struct stack *stack, const struct item *item,
    struct text *text)
{
	struct node *node = item->node;
	uint32_t depth = item->depth + 1, n = 0;

	if (node->is_top) {
		if (!node->is_masked)
			n = push_instances(stack, node, depth);
		say_template(text, node, n);
		return;
	}
	say_node(text, node);
	if (has_children(node))
		push_missing(stack, node, depth);
}

static int why_walk(struct stack *stack,
    void (*f)(void *ctx, const struct why_line *line), void *ctx)
{
	_cleanup_(text_clear) struct text text = { 0 };
	struct resolver *resolver = stack->resolver;

	resolver->traversal++;
	while (stack->n && !stack->failed && !text.failed) {
		struct item item = stack->items[--stack->n];

		if (item.node->visited == resolver->traversal)
			continue;
		item.node->visited = resolver->traversal;
		text_clear(&text);
		explain(stack, &item, &text);
		f(ctx, &(struct why_line){
			.depth = item.depth,
			.node = item.node->name,
			.state = node_state_name(node_state(item.node)),
			.text = text.data ? text.data : "",
		});
	}
	return stack->failed || text.failed ? -ENOMEM : 0;
}

int resolver_why(const struct resolver *resolver, uint64_t now_ms,
    const char *name, void (*f)(void *ctx, const struct why_line *line),
    void *ctx)
{
	struct node *node = resolver_find(resolver, name);
	/* A walk marks nodes as visited: nothing that anyone can see. */
	struct stack stack = { .resolver = (struct resolver *)resolver };
	int r;

	if (!node)
		return -ENOENT;
	stack.resolver->now_ms = now_ms;
	push(&stack, node, 0);
	r = why_walk(&stack, f, ctx);
	free(stack.items);
	return r;
}

void node_say_waiting(const struct node *node, struct text *text)
{
	if (node->state == NODE_WAITING && node->is_wanted && !node->is_top)
		say_waiting(text, node);
}

/* ---- stuck ---- */

/* Something is under way here, or will be by itself. */
static bool is_under_way(const struct node *node)
{
	if (node->is_top)
		return false;
	return node->state == NODE_STARTING || node->state == NODE_STOPPING ||
	       node->due != DUE_NOTHING ||
	       (node->state == NODE_FAILED && !node->is_permanent);
}

struct stuck {
	bool is_under_way, has_cause;
	struct text *text;
};

/* A line without lines under it is a cause. */
static void add_cause(struct stuck *stuck, const struct node *node,
    const struct text *text)
{
	if (!stuck->text)
		return;
	text_printf(stuck->text, "%s%s: %s", stuck->has_cause ? "; " : "",
	    node->name, text->data ? text->data : "");
	stuck->has_cause = true;
}

bool resolver_is_stuck(const struct resolver *resolver,
    const struct node *goal, struct text *ret_text)
{
	_cleanup_(text_clear) struct text text = { 0 };
	struct stack stack = { .resolver = (struct resolver *)resolver };
	struct stuck stuck = { .text = ret_text };

	if (is_available(goal))
		return false;
	push(&stack, resolver_find(resolver, goal->name), 0);
	stack.resolver->traversal++;
	while (stack.n && !stuck.is_under_way) {
		struct item item = stack.items[--stack.n];
		size_t n = stack.n;

		if (item.node->visited == resolver->traversal)
			continue;
		item.node->visited = resolver->traversal;
		text_clear(&text);
		explain(&stack, &item, &text);
		stuck.is_under_way = is_under_way(item.node);
		if (stack.n == n)
			add_cause(&stuck, item.node, &text);
	}
	free(stack.items);
	return !stuck.is_under_way && !stack.failed;
}
