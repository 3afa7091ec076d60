/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `why` says, in the words of the admin. */
#include "resolver/card.h"
#include "resolver/device.h"
#include "resolver/reload.h"
#include "resolver/why.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"

enum { NAMES_MAX = 16 }; /* of a list; what more there is, is counted */

const char *why_cause_name(enum why_cause cause)
{
	static const char *const names[] = {
		[WHY_NONE] = "none", [WHY_DEVICE] = "device",
		[WHY_UNMET] = "unmet", [WHY_FAILED] = "failed",
		[WHY_MASK] = "mask", [WHY_UNASKED] = "unasked",
		[WHY_STARTING] = "starting", [WHY_AFTER] = "after",
		[WHY_STOPPING] = "stopping", [WHY_EVENT] = "event",
		[WHY_LATER] = "later", [WHY_MISMATCH] = "mismatch",
		[WHY_UP] = "up", [WHY_NEVER] = "never",
	};

	return names[cause];
}

static uint64_t now(const struct node *node)
{
	return node->resolver->now_ms;
}

void say_span(struct text *text, uint64_t from_ms, uint64_t to_ms)
{
	text_append_duration(text, to_ms > from_ms ? to_ms - from_ms : 0);
}

/* ---- devices ---- */

static void say_globs(
    struct text *text, const char *key, const struct match_globs *globs)
{
	for (uint32_t i = 0; i < globs->n; i++)
		text_printf(text, "%s%s", i ? " or " : key, globs->items[i]);
}

static void say_no_device(struct text *text, const struct node *node)
{
	const struct decl *decl = node->decl;
	const struct match *match = decl->match;

	if (decl->device || node->card) {
		text_printf(text, "no device %s is present",
		    decl->device ? decl->device : node->card->key);
		return;
	}
	text_printf(text, "no device for %s is present (it takes any with",
	    decl->name);
	say_globs(text, " name ", &match->name);
	say_globs(text, " mac ", &match->mac);
	say_globs(text, " type ", &match->type);
	say_globs(text, " driver ", &match->driver);
	say_globs(text, " path ", &match->path);
	say_globs(text, " vendor ", &match->vendor);
	say_globs(text, " model ", &match->model);
	text_append(text, ")");
}

/* ---- states ---- */

static void say_failure(struct text *text, const struct node *node)
{
	text_printf(text, "failed: %s; ",
	    node->reason ? node->reason : "its provider gave no reason");
	if (node->is_permanent) {
		text_printf(text,
		    "not retried by itself ('netconf reset %s' tries again)",
		    node->name);
	} else if (node->deadline_ms == RESOLVER_NEVER) {
		text_append(text, "it is to be tried again now");
	} else {
		text_append(text, "next try in ");
		say_span(text, now(node), node->deadline_ms);
	}
}

static void say_unmet(struct text *text, const struct node *node)
{
	const struct edge *over = node_over(node);
	bool is_later;
	const char *fact;

	if (node->is_unmet || !node->lacks_fact || !over) {
		text_append(text, node->reason ? node->reason
			: "what it watches for is not there");
		return;
	}
	fact = node_missing_fact(node, &is_later);
	text_printf(text, "%s does not say '%s'%s, which its values use",
	    edge_target(node, over)->name, fact ? fact : "?",
	    is_later ? " yet" : "");
}

static void say_since(struct text *text, const struct node *node)
{
	text_printf(text, "is %s, for ", node_state_name(node->state));
	say_span(text, node->since_ms, now(node));
	if (node->state != NODE_STARTING || !node->is_timeout)
		return;
	text_printf(text, "; it has failed if it %s in ",
	    node->is_event_run ? "has not ended" : "is not up");
	say_span(text, now(node), node->deadline_ms);
}

/* What it waits for since a reload. */
static void say_former(struct text *text, const struct node *node)
{
	const struct node *owner = handover_owner(node);

	if (owner)
		text_printf(text,
		    "waits until %s, whose device it has taken over by a "
		    "reload, is down", owner->name);
	else
		text_printf(text,
		    "waits until the former %s, which a reload replaced, is "
		    "down", node->name);
}

static void say_stopping(struct text *text, const struct node *node)
{
	if (node->state == NODE_STOPPING)
		say_since(text, node);
	else if (node->must_restart)
		text_append(text, "is to be restarted, once what stands on "
				  "it has stopped");
	else if (node->is_stale)
		text_append(text, "its device was replaced; what stands on "
				  "the old one stops first");
	else if (node_is_active(node))
		text_append(text, "is to stop before it can start anew");
	else
		say_former(text, node);
}

static void say_later(struct text *text, const struct node *node)
{
	const struct decl *decl = node->decl;
	const char *separator = "";

	text_append(text, "is not decided: still to come ");
	for (uint32_t i = 0; i < decl->rare->n_fact_globs; i++) {
		const char *key = decl->rare->fact_globs[i].key;
		bool is_later;

		node_find_fact_below(node, key, &is_later);
		if (!is_later)
			continue;
		text_printf(text, "%s%s", separator, key);
		separator = ", ";
	}
	/* It may not look yet. */
	if (node->deadline_ms == RESOLVER_NEVER)
		return;
	text_append(text, "; decided without in ");
	say_span(text, now(node), node->deadline_ms);
}

static void say_fact(struct text *text, const struct node *node,
    const struct fact_globs *wanted)
{
	bool is_later;
	const char *value = node_find_fact_below(node, wanted->key, &is_later);

	if (value && globs_match(&wanted->globs, value, wanted->ignore_case))
		return;
	if (value) {
		text_printf(text, "; %s is ", wanted->key);
		text_append_escaped(text, value, strlen(value));
	} else {
		text_printf(text,
		    is_later ? "; %s is still to come" : "; there is no %s",
		    wanted->key);
	}
	say_globs(text, ", wanted ", &wanted->globs);
}

static void say_mismatch(struct text *text, const struct node *node)
{
	text_append(text, "does not match");
	for (uint32_t i = 0; i < node->decl->rare->n_fact_globs; i++)
		say_fact(text, node, &node->decl->rare->fact_globs[i]);
}

/* ---- events ---- */

static void say_event(struct text *text, const struct trigger *trigger)
{
	const struct ref *ref = &trigger->ref;

	switch (trigger->type) {
	case EVENT_NAMED:
		text_printf(text, "event %s ('netconf emit %s')",
		    trigger->name, trigger->name);
		return;
	case EVENT_STARTUP:
		text_append(text, "startup");
		return;
	case EVENT_NONE: /* it would never occur: say_never() */
	case EVENT_UP:
	case EVENT_DOWN:
	case EVENT_FAILED:
		break;
	}
	text_printf(text, "%s%s%s to %s", ref->decl->name,
	    ref->device ? "@" : "", ref->device ? ref->device : "",
	    trigger->type == EVENT_UP	  ? "come up"
		: trigger->type == EVENT_DOWN ? "leave up"
					      : "fail");
}

static void say_never(struct text *text, const struct leaf *leaf)
{
	if (!leaf->trigger)
		text_append(text, "would have to be up and down at once");
	else if (leaf->trigger->type == EVENT_STARTUP)
		text_append(text, "starts at startup, which was; the next is "
				  "after a boot");
	else
		text_append(text, "is without end: nothing makes its "
				  "condition true again");
}

static void say_wait(struct text *text, const struct leaf *leaf)
{
	bool is_task = leaf->node->decl->on_event == leaf->trigger;

	text_append(text, is_task ? "runs at each occurrence, waits for "
				  : "waits for ");
	say_event(text, leaf->trigger);
}

/* ---- what it waits for ---- */

/* Appends "; " between parts; the part's own first words. */
static void part(struct text *text, bool *is_first, const char *words)
{
	if (!*is_first)
		text_append(text, "; ");
	*is_first = false;
	text_append(text, words);
}

static bool is_missing(const struct node *node, const struct edge *edge)
{
	return edge_is_prerequisite(edge) &&
	       !needs_is_there(edge_target(node, edge));
}

static bool is_missing_member(const struct node *node, const struct edge *edge)
{
	return edge->role == EDGE_OF &&
	       (node->is_top || !node_is_satisfied(node)) &&
	       !needs_is_there(edge_target(node, edge));
}

static bool is_before(const struct node *node, const struct edge *edge)
{
	return edge_is_after(edge) &&
	       needs_is_blocking(edge_target(node, edge));
}

static bool has_node(
    const struct node *const *list, uint32_t n, const struct node *node)
{
	while (n)
		if (list[--n] == node)
			return true;
	return false;
}

/* Each once, though it may be over what it requires. */
static void say_list(struct text *text, bool *is_first, const char *words,
    const struct node *node,
    bool (*is_meant)(const struct node *node, const struct edge *edge))
{
	const struct edges *edges = node->decl->edges;
	const struct node *listed[NAMES_MAX];
	uint32_t n = 0, n_more = 0;

	for (uint32_t i = 0; i < edges->n_down; i++) {
		const struct node *to = edge_target(node, &edges->down[i]);

		if (!is_meant(node, &edges->down[i]) ||
		    has_node(listed, n, to))
			continue;
		if (n == NAMES_MAX) {
			n_more++;
			continue;
		}
		if (!n)
			part(text, is_first, words);
		text_printf(text, "%s%s", n ? ", " : "", to->name);
		listed[n++] = to;
	}
	if (n_more)
		text_printf(text, " and %u more", n_more);
}

void say_missing(
    struct text *text, const char *words, const struct node *node)
{
	bool is_first = true;

	say_list(text, &is_first, words, node, is_missing);
}

static void say_names(struct text *text, const struct node *node)
{
	const struct edges *edges = node->decl->edges;
	uint32_t n = node->decl->rare->when_refs.n;

	for (uint32_t i = 0; i < n; i++) {
		const struct node *to =
		    edge_target(node, &edges->down[edges->n_down - n + i]);

		text_printf(text, "%s%s is %s", i ? ", " : "", to->name,
		    node_state_name(node_state(to)));
	}
}

/* The condition, with the value of each part. */
static void say_condition(
    struct text *text, bool *is_first, const struct node *node)
{
	const struct decl *decl = node->decl;

	if (!needs_condition(node))
		return;
	if (!decl->when) {
		part(text, is_first, "it is not between its events");
		return;
	}
	part(text, is_first, "its condition is not true: ");
	text_printf(text, "%s (", decl->when->text);
	say_names(text, node);
	for (uint32_t i = 0; i < decl->n_latches; i++)
		text_printf(text, "%s'%s' is %s",
		    i || decl->rare->when_refs.n ? ", " : "",
		    decl->latches[i].text,
		    needs_latch(node, i) ? "true" : "false");
	text_append(text, ")");
}

static bool rides(const struct node *node)
{
	return !node->is_top && !node->is_wanted && !node->is_absent &&
	       node->decl->start == START_HOTPLUG &&
	       !node_is_masked_by_any(node);
}

bool say_needs(struct text *text, const struct node *node, bool is_first)
{
	bool was_first = is_first;

	if (node->is_top && node->n_present) {
		part(text, &is_first, "is not up on any device");
		return true;
	}
	say_condition(text, &is_first, node);
	say_list(text, &is_first,
	    was_first && rides(node)
		? "comes up by itself once it is there: " : "needs ",
	    node, is_missing);
	say_list(text, &is_first,
	    node_is_any(node) ? "none is available of " : "needs ", node,
	    is_missing_member);
	say_list(text, &is_first, "its turn comes after ", node, is_before);
	return is_first != was_first;
}

/* Where only an `any` or a `wants` pulls it, a mask is not set. */
static void say_down(
    struct walk *walk, struct text *text, const struct node *node)
{
	bool force = down_list(walk, (struct node *)node, &walk->downs);
	const struct items *list = &walk->downs;

	text_append(text, "it has to be down");
	for (size_t i = 0; i < list->n && list->items[0].node != node; i++)
		text_printf(text, "%s%s", i ? ", " : ", but is pulled by ",
		    list->items[i].node->name);
	text_append(text, " ('netconf down");
	if (force)
		text_append(text, " --force");
	for (size_t i = 0; i < list->n; i++)
		text_printf(text, " %s", list->items[i].node->name);
	text_append(text, "')");
}

void say_leaf(struct walk *walk, struct text *text, const struct leaf *leaf)
{
	const struct node *node = leaf->node;

	switch (leaf->cause) {
	case WHY_NONE:
		break;
	case WHY_DEVICE:
		say_no_device(text, node);
		break;
	case WHY_UNMET:
		say_unmet(text, node);
		break;
	case WHY_FAILED:
		say_failure(text, node);
		break;
	case WHY_MASK:
		text_printf(text,
		    "was taken down by the admin ('netconf up %s' takes that "
		    "back)", node->name);
		break;
	case WHY_UNASKED:
		text_printf(text,
		    "nobody asks for it ('netconf up %s' would)", node->name);
		break;
	case WHY_AFTER:
		if (node->state != NODE_STARTING &&
		    node->state != NODE_STOPPING) {
			text_append(text, "is coming; ");
			if (!say_needs(text, node, true))
				text_append(text, "its turn is next");
			break;
		}
		say_since(text, node);
		break;
	case WHY_STARTING:
		say_since(text, node);
		break;
	case WHY_STOPPING:
		say_stopping(text, node);
		break;
	case WHY_EVENT:
		say_wait(text, leaf);
		break;
	case WHY_LATER:
		say_later(text, node);
		break;
	case WHY_MISMATCH:
		say_mismatch(text, node);
		break;
	case WHY_UP:
		say_down(walk, text, node);
		break;
	case WHY_NEVER:
		say_never(text, leaf);
		break;
	}
}

void say_cost(struct text *text, uint64_t cost)
{
	uint32_t n = cost >> 32;

	if (cost >= COST_NEVER)
		text_append(text, "not possible");
	else if (cost == COST_NEVER - 1)
		text_append(text, "many things");
	else
		text_printf(text, "%u thing%s", n, n == 1 ? "" : "s");
}

/* Of status: what one node waits for, without looking at others. */
void node_say_waiting(const struct node *node, struct text *text)
{
	struct leaf leaf = { .cause = WHY_NONE, .node = (struct node *)node };

	if (node->state != NODE_WAITING || !node->is_wanted || node->is_top)
		return;
	if (!node_device_is_present(node))
		leaf.cause = node->is_stale ? WHY_STOPPING : WHY_DEVICE;
	else if (node->decl->on_event)
		leaf = (struct leaf){ WHY_EVENT, leaf.node,
			node->decl->on_event };
	else if (node->is_unmet && node->decl->schema == &schema_location)
		leaf.cause = WHY_MISMATCH;
	else if ((node->is_unmet && !node_is_own(node)) || node->lacks_fact)
		leaf.cause = WHY_UNMET;
	say_leaf(NULL, text, &leaf);
	if (!say_needs(text, node, leaf.cause == WHY_NONE) &&
	    leaf.cause == WHY_NONE)
		text_append(text, "its turn has not come yet");
}
