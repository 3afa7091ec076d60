/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holding: a node that is up stays up for a while when it has lost what it
 * stands on. What it stood on, it keeps: its facts are copied when they go. One
 * that was still to come then has no value in the copy. An `any` keeps none:
 * it has those of its member, which it has not lost.
 */
#include "resolver/card.h"
#include "resolver/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

static void each_later(const struct factset *set,
    void (*f)(void *ctx, const struct fact *fact), void *ctx)
{
	for (uint32_t i = 0; set && i < set->n_later; i++)
		f(ctx, &(struct fact){ .key = set->later[i] });
}

/* f(ctx, fact) for each fact that the node has kept. */
static void each_kept(const struct node *node,
    void (*f)(void *ctx, const struct fact *fact), void *ctx)
{
	for (uint32_t i = 0; node->kept && i < node->kept->n; i++)
		f(ctx, &node->kept->items[i]);
}

/* The same of the chain from the node on, nearest first. Those that are hidden
 * by now are what is to be kept. */
static void each_fact(const struct node *node,
    void (*f)(void *ctx, const struct fact *fact), void *ctx)
{
	struct fact own[DEVICE_FACTS_MAX];

	for (; node; node = node->kept ? NULL : node_below(node)) {
		uint32_t n = node_device_facts(node, own);

		for (uint32_t i = 0; node->facts && i < node->facts->n; i++)
			f(ctx, &node->facts->items[i]);
		each_later(node->facts, f, ctx);
		for (uint32_t i = 0; i < n; i++)
			f(ctx, &own[i]);
		each_kept(node, f, ctx);
	}
}

struct copying {
	struct factset *set; /* NULL: only counted */
	char *at;
	uint32_t n;
	size_t bytes; /* of the texts */
};

static const char *copy_text(struct copying *copying, const char *text)
{
	char *copy = copying->at;

	if (!text)
		return NULL;
	copying->at = stpcpy(copy, text) + 1;
	return copy;
}

static void copy_fact(void *ctx, const struct fact *fact)
{
	struct copying *copying = ctx;
	struct factset *set = copying->set;

	copying->bytes += strlen(fact->key) + 1;
	copying->bytes += fact->value ? strlen(fact->value) + 1 : 0;
	if (set)
		set->items[copying->n] = (struct fact){
			.key = copy_text(copying, fact->key),
			.value = copy_text(copying, fact->value) };
	copying->n++;
}

/* Of all that each() tells of the node; NULL: no memory. */
static struct factset *copy_facts(const struct node *node,
    void (*each)(const struct node *node,
	void (*f)(void *ctx, const struct fact *fact), void *ctx))
{
	struct copying copying = { 0 };
	struct factset *set;
	size_t bytes;

	each(node, copy_fact, &copying);
	bytes = sizeof(*set) + copying.n * sizeof(set->items[0]) +
		copying.bytes;
	set = malloc(bytes);
	if (!set)
		return NULL;
	*set = (struct factset){ .n = copying.n, .bytes = bytes };
	copying = (struct copying){ .set = set,
		.at = (char *)&set->items[set->n] };
	each(node, copy_fact, &copying);
	return set;
}

/* Of all that is below the node. NULL: nothing, or no memory. */
static struct factset *copy_below(const struct node *node)
{
	const struct node *below = node_below(node);

	return below ? copy_facts(below, each_fact) : NULL;
}

static void keep_facts(struct node *node, struct factset *kept)
{
	node->kept = kept;
	if (kept)
		node->resolver->stats.bytes += kept->bytes;
}

void node_drop_kept(struct node *node)
{
	if (node->kept)
		node->resolver->stats.bytes -= node->kept->bytes;
	free(node->kept);
	node->kept = NULL;
}

int hold_restore(struct node *node, const struct fact *held, size_t n)
{
	struct factset *kept;
	int r;

	if (!node->decl->hold_ms || !node_over(node) || node_is_any(node))
		return 0;
	r = factset_new(held, n, NULL, 0, &kept);
	if (r)
		return r;
	node_drop_kept(node);
	keep_facts(node, kept);
	return 0;
}

void hold_end(struct node *node)
{
	node_drop_kept(node);
	if (!node->is_held)
		return;
	node->is_held = false;
	node_set_hold(node, RESOLVER_NEVER);
}

static bool has_lost_over(const struct node *node)
{
	const struct edge *over = node_over(node);
	const struct node *to;

	if (!over)
		return false;
	to = edge_target(node, over);
	return !(to->is_top ? to->n_available > 0
			    : to->flags & FLAG_AVAILABLE);
}

bool hold_keeps_facts(const struct node *node)
{
	return node->is_held && has_lost_over(node);
}

/* What it is over is there again: those above may see other facts. */
static void take_back(struct node *node)
{
	_cleanup_(free_ptr) struct factset *before = NULL, *now = NULL;
	struct news news = { .source = node_below(node) };

	if (!node->kept)
		return;
	node->resolver->stats.bytes -= node->kept->bytes;
	news.before = before = steal_ptr(node->kept);
	news.now = now = copy_below(node);
	node_tell(node, now ? &news : NULL);
}

/* A reload has given the card that it stands on to another template, or to
 * none. */
static bool has_lost_card(const struct node *node)
{
	const struct edge *over;

	while (!node->card) {
		over = node_over(node);
		if (!over)
			return false;
		node = edge_target(node, over);
		if (!node->card && node_is_group(node))
			return false;
	}
	return !node->card->device;
}

/* Some of what it stands on is lost, and none is taken away. */
static bool has_loss(const struct node *node)
{
	return node->n_unready && !node->n_taken && !node->is_gone &&
	       !has_lost_card(node);
}

void hold_update(struct node *node)
{
	uint64_t hold_ms = node->decl->hold_ms;
	bool is_loss;

	if (!hold_ms || node->state != NODE_UP)
		return;
	is_loss = has_loss(node);
	if (!is_loss)
		node->hold_is_over = false;
	if (!is_loss || node->hold_is_over) {
		if (!node->n_unready) {
			node->must_rebind |=
			    node->is_held && !node_is_own(node);
			take_back(node);
		}
		hold_end(node);
		return;
	}
	if (!node->is_held) {
		node->is_held = true;
		node_set_hold(node, hold_ms == HOLD_FOREVER
			? RESOLVER_NEVER
			: node->resolver->now_ms + hold_ms);
	}
	/* Without memory it is held all the same, and knows no facts. */
	if (!has_lost_over(node))
		take_back(node);
	else if (!node->kept && !node_is_any(node))
		keep_facts(node, copy_below(node));
}

uint64_t node_held_until_ms(const struct node *node)
{
	return node->is_held ? node->hold_ms : 0;
}
