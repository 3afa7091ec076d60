/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether anything on the way to a node that is not up is under way. */
#include "resolver/why.h"

#include "base/text.h"

static bool is_under_way(const struct leaf *leaf)
{
	switch (leaf->cause) {
	case WHY_STARTING:
	case WHY_AFTER:
	case WHY_STOPPING:
	case WHY_LATER:
		return true;
	case WHY_FAILED:
		return !leaf->node->is_permanent;
	case WHY_UNMET:
		return leaf->node->lacks_fact && leaf->node->fact_is_later;
	case WHY_NONE:
	case WHY_DEVICE:
	case WHY_MASK:
	case WHY_UNASKED:
	case WHY_EVENT:
	case WHY_MISMATCH:
	case WHY_UP:
	case WHY_NEVER:
		break;
	}
	return false;
}

/* walk->cost counts what is under way. */
static void watch_leaf(struct walk *walk, const struct leaf *leaf)
{
	walk->cost += is_under_way(leaf);
}

static void watch_need(
    struct walk *walk, struct node *node, enum why_mode mode)
{
	struct visit *visit = visit_of(walk, node);

	walk->cost += !node->is_top && node->due != DUE_NOTHING;
	if (visit->is_printed)
		return;
	visit->is_printed = true;
	walk_push(walk, node, mode);
}

/* Something on any way to it is under way. */
static bool has_movement(struct walk *walk, struct node *node)
{
	walk->takes_all = true;
	walk->on_leaf = watch_leaf;
	walk->on_need = watch_need;
	walk->cost = 0;
	walk->open.n = 0;
	watch_need(walk, node, WHY_RIDES);
	while (!walk->failed && !walk->cost && walk->open.n) {
		struct item item = walk->open.items[--walk->open.n];

		needs_expand(walk, item.node, item.mode);
	}
	return walk->cost;
}

struct causes {
	struct text *text;
	bool has_cause;
};

static void add_cause(void *ctx, const struct why_line *line)
{
	struct causes *causes = ctx;

	if (line->cause == WHY_NONE)
		return;
	if (causes->has_cause)
		text_append(causes->text, "; ");
	if (line->depth)
		text_printf(causes->text, "%s: ", line->node);
	text_append(causes->text, line->text);
	causes->has_cause = true;
}

/* So many steps of why take as long as a visit here. */
enum { STEPS_A_VISIT = 64 };

bool resolver_is_stuck(const struct resolver *resolver,
    const struct node *goal, struct text *ret_text)
{
	struct causes causes = { .text = ret_text };
	struct why_steps steps = { .max = WHY_STEPS_MAX };
	struct resolver_stats *stats;
	struct walk *walk;
	bool is_stuck;

	if (needs_is_there(goal))
		return false;
	walk = walk_new(resolver, &steps);
	if (!walk)
		return false;
	stats = &walk->resolver->stats;
	is_stuck = !has_movement(walk, (struct node *)goal) && !walk->failed;
	stats->visited += walk->n_visits;
	walk_free(walk);
	steps.n = 0;
	if (is_stuck && ret_text &&
	    why_within(resolver, resolver->now_ms, goal->name, &steps,
		add_cause, &causes) < 0)
		ret_text->failed = true;
	stats->visited += steps.n / STEPS_A_VISIT;
	return is_stuck;
}
