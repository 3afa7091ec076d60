/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether what why names is enough, and none of it too much: it is made true
 * in a copy of the resolver, which then decides.
 *
 * What has not been tried yet is taken to succeed; what has failed, or is
 * unmet, stays so unless it is named. What is under way and not named may end
 * well or not: both must do.
 */
#include "resolver/card.h"
#include "resolver/device.h"
#include "resolver/why.h"

#include <errno.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/copy.h"

struct rehearsal {
	struct copy copy;
	struct walk *walk;
	const struct leaves *leaves;
	size_t n_true;	 /* so many have had their turn */
	size_t left_out; /* this one is not made true */
	bool ends_ill;
	bool is_split; /* with the other value it would have gone otherwise */
};

/* Whose coming up is waited for, as it is up already. NULL: the event is
 * another. */
static const struct node *find_comer(const struct leaf *leaf)
{
	const struct decl *decl = leaf->node->decl;

	if (leaf->trigger->type != EVENT_UP)
		return NULL;
	for (uint32_t i = 0; i < decl->n_latches; i++) {
		if (leaf->trigger == &decl->latches[i].from)
			return needs_event_node(leaf->node, i, false);
		if (leaf->trigger == &decl->latches[i].until)
			return needs_event_node(leaf->node, i, true);
	}
	return NULL;
}

/* What can be made true; of others nothing is known. */
static bool is_feasible(const struct leaf *leaf)
{
	switch (leaf->cause) {
	case WHY_UNMET:
		return leaf->node->is_unmet;
	case WHY_EVENT:
		return (leaf->trigger->type == EVENT_NAMED &&
			   leaf->trigger != leaf->node->decl->on_event) ||
		       find_comer(leaf);
	case WHY_LATER:
	case WHY_MISMATCH:
	case WHY_NEVER:
		return false;
	case WHY_NONE:
	case WHY_DEVICE:
	case WHY_FAILED:
	case WHY_MASK:
	case WHY_UNASKED:
	case WHY_STARTING:
	case WHY_AFTER:
	case WHY_STOPPING:
	case WHY_UP:
		break;
	}
	return true;
}

/* By one of the first n. */
static bool is_named(const struct rehearsal *rehearsal, size_t n,
    const struct node *live, enum why_cause cause)
{
	rehearsal->walk->steps->n += n / LEAVES_A_STEP;
	for (size_t i = 0; i < n; i++) {
		const struct leaf *leaf = &rehearsal->leaves->items[i];

		if (leaf->node == live && leaf->cause == cause &&
		    i != rehearsal->left_out && !leaf->is_dropped)
			return true;
	}
	return false;
}

/* ---- how starts end ---- */

/* Its line has had its turn: not before, as what comes then would come too
 * early for the lines between. */
static bool is_true(const struct rehearsal *rehearsal,
    const struct node *live, enum why_cause cause)
{
	return is_named(rehearsal, rehearsal->n_true, live, cause);
}

/* live: NULL of an instance that is there in the copy only. */
static bool ends_well(struct rehearsal *rehearsal, const struct node *live)
{
	if (!live)
		return true;
	if (is_true(rehearsal, live, WHY_STARTING) ||
	    is_true(rehearsal, live, WHY_UNMET) ||
	    is_true(rehearsal, live, WHY_FAILED))
		return true;
	if (live->is_unmet || live->state == NODE_FAILED)
		return false;
	if (live->state == NODE_STARTING ||
	    is_named(rehearsal, rehearsal->leaves->n, live, WHY_AFTER)) {
		rehearsal->is_split = true;
		return !rehearsal->ends_ill;
	}
	return true;
}

/* It is under way, and its end does not belong to what is true by now. */
static bool is_open(
    const struct rehearsal *rehearsal, const struct node *live)
{
	return live && live->state == NODE_STARTING &&
	       !is_true(rehearsal, live, WHY_STARTING);
}

static void answer(struct rehearsal *rehearsal, size_t i)
{
	struct copy *copy = &rehearsal->copy;
	const struct node *live =
	    resolver_find(copy->live, copy->decisions[i].node->name);
	struct report report = { .type = REPORT_FAILED, .permanent = true };

	if (copy->decisions[i].type == DECISION_STOP ||
	    ends_well(rehearsal, live)) {
		copy_report_success(copy, i);
		return;
	}
	if (live->is_unmet)
		report.type = REPORT_UNMET;
	copy_report(copy, i, &report);
}

static void answer_all(struct rehearsal *rehearsal, bool is_end)
{
	struct copy *copy = &rehearsal->copy;

	copy_take_decisions(copy);
	for (size_t i = 0; i < copy->n && !copy->error; i++) {
		const struct node *node = copy->decisions[i].node;

		if (node && (is_end ||
				copy->decisions[i].type == DECISION_STOP ||
				!is_open(rehearsal,
				    resolver_find(copy->live, node->name))))
			answer(rehearsal, i);
	}
}

/* Facts that are to come do not come. */
static void decide_locations(struct rehearsal *rehearsal)
{
	struct resolver *resolver = rehearsal->copy.resolver;
	struct node *node = NULL;

	while ((node = (struct node *)resolver_each(resolver, node))) {
		if (!node_is_undecided(node))
			continue;
		node->is_over_limit = true;
		node_touch(node);
	}
	settle(resolver);
	answer_all(rehearsal, true);
}

/* ---- making it true ---- */

static int plug(struct rehearsal *rehearsal, const struct node *live)
{
	struct decl *decl = live->decl->root ? live->decl->root : live->decl;
	struct device device = { .key = "?", .name = "?", .type = "ethernet",
		.ifindex = UINT32_MAX - live->decl->index };
	int r;

	if (decl->device)
		device.key = device.name = decl->device;
	else if (live->card)
		device.key = device.name = live->card->key;
	r = device_insert_for(rehearsal->copy.resolver, &device, decl);
	if (r == -EEXIST)
		return 0;
	settle(rehearsal->copy.resolver);
	return r;
}

static int take_down(struct rehearsal *rehearsal, const struct leaf *leaf,
    struct text *said)
{
	struct items *found = &rehearsal->walk->downs;
	bool force = down_list(rehearsal->walk, leaf->node, found);
	_cleanup_(free_ptr) const char **names =
	    calloc(found->n + 1, sizeof(*names));

	if (!names || rehearsal->walk->failed)
		return -ENOMEM;
	for (size_t i = 0; i < found->n; i++)
		names[i] = found->items[i].node->name;
	return resolver_down(rehearsal->copy.resolver, rehearsal->copy.now_ms,
	    names, found->n, force, said);
}

static int report_met(struct rehearsal *rehearsal, const struct leaf *leaf)
{
	struct copy *copy = &rehearsal->copy;
	struct node *node = resolver_find(copy->resolver, leaf->node->name);

	if (!node || !node->is_unmet)
		return 0;
	return resolver_report(copy->resolver, copy->now_ms, node, node->run,
	    &(struct report){ .type = REPORT_UP });
}

/* One whose start has timed out has failed when its stop ends. */
static void try_again(struct rehearsal *rehearsal, const struct leaf *leaf)
{
	struct resolver *resolver = rehearsal->copy.resolver;
	struct node *node = resolver_find(resolver, leaf->node->name);

	if (!node)
		return;
	node_forget(node);
	settle(resolver);
}

/* It leaves up and comes up again: whoever listens to that hears of it. */
static int come_again(struct rehearsal *rehearsal, const struct node *live,
    struct text *said)
{
	struct resolver *resolver = rehearsal->copy.resolver;
	const struct node *node = resolver_find(resolver, live->name);

	if (!node || node_state(node) != NODE_UP)
		return 0;
	return resolver_restart(
	    resolver, rehearsal->copy.now_ms, &live->name, 1, said);
}

static int make_true(struct rehearsal *rehearsal, const struct leaf *leaf)
{
	struct resolver *resolver = rehearsal->copy.resolver;
	uint64_t now_ms = rehearsal->copy.now_ms;
	_cleanup_(text_clear) struct text said = { 0 };
	const struct node *comer;
	uint32_t n;

	switch (leaf->cause) {
	case WHY_DEVICE:
		return plug(rehearsal, leaf->node);
	case WHY_UNMET:
		return report_met(rehearsal, leaf);
	case WHY_FAILED:
		return resolver_reset(
		    resolver, now_ms, &leaf->node->name, 1, &said);
	case WHY_MASK:
	case WHY_UNASKED:
		return resolver_up(
		    resolver, now_ms, &leaf->node->name, 1, &said);
	case WHY_UP:
		return take_down(rehearsal, leaf, &said);
	case WHY_EVENT:
		comer = find_comer(leaf);
		if (comer)
			return come_again(rehearsal, comer, &said);
		return resolver_emit(resolver, now_ms, leaf->trigger->name,
		    NULL, 0, &n);
	case WHY_STOPPING:
		try_again(rehearsal, leaf);
		break;
	case WHY_NONE:
	case WHY_STARTING:
	case WHY_AFTER:
	case WHY_LATER:
	case WHY_MISMATCH:
	case WHY_NEVER:
		break;
	}
	return 0;
}

/* 1: the node is up in the end; 0: it is not; negative: could not do it. */
static int rehearse(struct rehearsal *rehearsal, const struct node *goal)
{
	struct copy *copy = &rehearsal->copy;
	const struct leaves *leaves = rehearsal->leaves;
	const struct node *then;
	int r = copy_make(copy);

	if (!r)
		answer_all(rehearsal, false);
	for (size_t i = 0; i < leaves->n && !r; i++) {
		if (i == rehearsal->left_out || leaves->items[i].is_dropped)
			continue;
		rehearsal->n_true = i + 1;
		r = make_true(rehearsal, &leaves->items[i]);
		answer_all(rehearsal, false);
	}
	if (r)
		return r;
	answer_all(rehearsal, true);
	decide_locations(rehearsal);
	if (copy->error)
		return copy->error;
	then = resolver_find(copy->resolver, goal->name);
	return then && node_state(then) == NODE_UP;
}

/* ---- the answer ---- */

enum {
	ROUNDS_MAX = 16,
	DROPS_MAX = 24,	   /* of more, it is not looked which could go */
};

/* What the copy says is still missing. */
static int ask_copy(
    struct rehearsal *rehearsal, const struct node *goal, struct leaves *ret)
{
	const struct resolver *live = rehearsal->copy.live;
	struct leaves more = { 0 };
	int r = 0;

	ret->n = 0;
	if (resolver_find(rehearsal->copy.resolver, goal->name))
		r = why_collect(rehearsal->walk,
		    rehearsal->copy.resolver, goal->name, &more);
	for (size_t i = 0; i < more.n && !r; i++) {
		struct leaf leaf = more.items[i];

		leaf.node = resolver_find(live, leaf.node->name);
		if (leaf.node)
			r = leaves_add(ret, &leaf);
	}
	free(more.items);
	return r;
}

/* One more copy is within the limit. Else it is over. */
static bool take_copy(struct walk *walk)
{
	uint64_t cost = (uint64_t)walk->resolver->n_made * STEPS_A_COPY;
	uint64_t left = walk_is_over(walk) ? 0
					   : walk->limit - walk->steps->n;

	walk->steps->n += cost < left ? cost : left;
	return cost < left;
}

/* Up however things end that are under way. What it lacks in a world in which
 * it is not up goes to ret_more, if that is not NULL. 0, too: it is not known,
 * as that would take too long. */
static int comes_up(struct walk *walk, const struct node *goal,
    size_t left_out, struct leaves *ret_more)
{
	bool is_split = true;
	int r = 1;

	for (int ends_ill = 1; ends_ill >= 0 && r == 1 && is_split;
		ends_ill--) {
		if (!take_copy(walk))
			return 0;
		struct rehearsal rehearsal = {
			.copy = { .live = walk->resolver,
				.now_ms = walk->resolver->now_ms,
				.max_steps = (walk->limit - walk->steps->n) /
				    STEPS_A_DECISION },
			.walk = walk,
			.leaves = &walk->leaves,
			.left_out = left_out,
			.ends_ill = ends_ill,
		};

		r = rehearse(&rehearsal, goal);
		walk->steps->n += rehearsal.copy.n_steps * STEPS_A_DECISION;
		if (r == -E2BIG)
			r = 0;
		else if (!r && ret_more) {
			int error = ask_copy(&rehearsal, goal, ret_more);

			r = error ? error : 0;
		}
		is_split = rehearsal.is_split;
		copy_clear(&rehearsal.copy);
	}
	return r;
}

/* Whether the leaves can be tried. */
static enum why_check look_at_all(const struct leaves *leaves)
{
	enum why_check found = CHECK_HOLDS;

	for (size_t i = 0; i < leaves->n; i++) {
		if (leaves->items[i].cause == WHY_NEVER)
			return CHECK_FAILS;
		if (!is_feasible(&leaves->items[i]))
			found = CHECK_OPEN;
	}
	return found;
}

static int add_all(struct leaves *leaves, const struct leaves *more)
{
	int r = 0;

	for (size_t i = 0; i < more->n && !r; i++)
		r = leaves_add(leaves, &more->items[i]);
	return r;
}

/* Adds what is missing until it comes up. */
static int complete(struct walk *walk, struct node *goal)
{
	struct leaves more = { 0 };
	int r = CHECK_FAILS;

	for (int i = 0; i < ROUNDS_MAX && !walk_is_over(walk); i++) {
		size_t n = walk->leaves.n;

		r = look_at_all(&walk->leaves);
		if (r != CHECK_HOLDS)
			break;
		r = comes_up(walk, goal, SIZE_MAX, &more);
		if (r)
			break;
		r = add_all(&walk->leaves, &more);
		if (r || walk->leaves.n == n)
			break;
	}
	free(more.items);
	return r;
}

static bool ends_by_itself(const struct leaf *leaf)
{
	return !(uint32_t)leaf_cost(leaf);
}

/* Drops what it comes up without. 1: something was dropped; 0, negative. */
static int drop(struct walk *walk, struct node *goal)
{
	int found = 0, r = 0;

	for (size_t i = walk->leaves.n; i-- && r >= 0;) {
		struct leaf *leaf = &walk->leaves.items[i];

		if (walk_is_over(walk) || leaf->is_dropped ||
		    ends_by_itself(leaf))
			continue;
		r = comes_up(walk, goal, i, NULL);
		leaf->is_dropped = r == 1;
		found |= leaf->is_dropped;
	}
	return r < 0 ? r : found;
}

int why_check(struct walk *walk, struct node *goal)
{
	int r = complete(walk, goal), dropped = 1;

	if (r != CHECK_HOLDS || walk->leaves.n > DROPS_MAX)
		return r;
	/* Others may have been needed only because of what was dropped: it
	 * makes an event occur, which they make up for. */
	while (dropped == 1)
		dropped = drop(walk, goal);
	return dropped < 0 ? dropped : r;
}
