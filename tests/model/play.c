/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/node.h"
#include "tests/model/invariants.h"

enum { STEPS_MAX = 20000 };

struct player {
	const struct world *world;
	struct resolver *resolver;
	uint64_t seed, timing;
	struct text *trace, *said;
	bool is_wrong;
	uint32_t n_steps;
};

static void on_notice(void *ctx, const struct notice *notice)
{
	struct player *p = ctx;

	if (!invariants_move(notice, p->said))
		p->is_wrong = true;
}

static bool can_rebind(void *ctx, const struct node *node)
{
	const struct player *p = ctx;

	return world_can_rebind(p->world, node);
}

static bool can_update(void *ctx, const struct node *node)
{
	const struct player *p = ctx;

	return world_can_update(p->world, node);
}

static void trace(struct player *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void trace(struct player *p, const char *format, ...)
{
	va_list args;

	if (!p->trace)
		return;
	va_start(args, format);
	text_vprintf(p->trace, format, args);
	va_end(args);
}

/* An input has been given: all that follows at once. */
static void follow(struct player *p)
{
	struct decision decision;

	while (resolver_next(p->resolver, &decision))
		;
	if (!invariants_hold(p->resolver, p->said))
		p->is_wrong = true;
	p->n_steps++;
}

/* ---- providers ---- */

struct outcome_of {
	enum report_type type;
	uint32_t facts; /* of up: which */
	bool comes; /* what is still to come then */
};

static struct outcome_of outcome_of(
    const struct player *p, const struct node *node)
{
	uint64_t sum = p->seed;
	uint32_t dice;

	for (const char *c = node_name(node); *c; c++)
		sum = sum * 31 + (unsigned char)*c;
	dice = world_random(&sum, 100);
	/* A task's run ends, well or not. */
	if (dice < 15)
		return (struct outcome_of){ REPORT_FAILED };
	if (dice < 25 && !node_decl(node)->on_event)
		return (struct outcome_of){ REPORT_UNMET };
	return (struct outcome_of){ REPORT_UP, dice % 4, dice % 8 < 4 };
}

static void report(
    struct player *p, struct node *node, enum report_type type)
{
	static const struct fact facts[][2] = {
		{ { "domain", "d0" } },
		{ { "domain", "d1" } },
		{ { "domain", "d1" } },
		{ { "domain", "d1" }, { "gateway-mac", "m1" } },
	};
	static const char *const later[] = { "gateway-mac" };
	static const char *const words[] = { "up", "unmet", "failed", "down",
		"facts" };
	uint32_t which = outcome_of(p, node).facts;
	struct report given = { .type = type, .reason = "so" };

	if (type == REPORT_FACTS)
		which = 3; /* what was to come */
	if (type == REPORT_UP || type == REPORT_FACTS) {
		given.facts = facts[which];
		given.n_facts = which == 3 ? 2 : 1;
		given.later = later;
		given.n_later = which == 2;
	}
	trace(p, "- report: { %s: %s }", node_name(node), words[type]);
	trace(p, given.n_facts ? "  # facts %u\n" : "\n", which);
	resolver_report(p->resolver, p->resolver->now_ms, node,
	    node_run(node), &given);
	follow(p);
}

static bool has_news(const struct player *p, const struct node *node)
{
	return node->state == NODE_UP && node->facts &&
	       node->facts->n_later && outcome_of(p, node).comes;
}

static bool has_outcome(const struct player *p, const struct node *node)
{
	return !node_is_template(node) && !node_is_own(node) &&
	       (node->state == NODE_STARTING || node->state == NODE_STOPPING ||
		   has_news(p, node) ||
		   (node->is_unmet &&
		       outcome_of(p, node).type == REPORT_UP));
}

/* One of the providers at work comes to an end. False: none is at work. */
static bool end_one(struct player *p)
{
	struct node *node = NULL, *chosen = NULL;
	uint32_t n = 0;

	while ((node = resolver_each(p->resolver, node)))
		if (has_outcome(p, node) &&
		    world_random(&p->timing, ++n) == 0)
			chosen = node;
	if (!chosen)
		return false;
	report(p, chosen,
	    chosen->state == NODE_STOPPING ? REPORT_DOWN
	    : chosen->state == NODE_UP	   ? REPORT_FACTS
					   : outcome_of(p, chosen).type);
	return true;
}

static bool pass_time(struct player *p)
{
	uint64_t at_ms = resolver_deadline(p->resolver);

	if (at_ms == RESOLVER_NEVER)
		return false;
	trace(p, "- advance: %jums\n",
	    (uintmax_t)(at_ms - p->resolver->now_ms));
	resolver_time(p->resolver, at_ms);
	follow(p);
	return true;
}

static void meanwhile(struct player *p)
{
	uint32_t n = world_random(&p->timing, 8);

	while (n--)
		if (world_random(&p->timing, 6) ? !end_one(p) : !pass_time(p))
			break;
}

/* ---- inputs ---- */

static void give_report(struct player *p, const struct input *input)
{
	struct node *node = resolver_find(p->resolver, input->name);

	if (node && !node_is_template(node) && !node_is_own(node) &&
	    node_state(node) == NODE_UP)
		report(p, node, input->report);
}

static void give_admin(struct player *p, const struct input *input)
{
	_cleanup_(text_clear) struct text said = { 0 };
	const char *names[] = { input->name, input->other };
	size_t n = *input->other ? 2 : 1;
	struct resolver *r = p->resolver;

	if (input->type == INPUT_UP)
		resolver_up(r, r->now_ms, names, n, &said);
	else if (input->type == INPUT_RESET)
		resolver_reset(r, r->now_ms, names, n, &said);
	else if (input->type == INPUT_RESTART)
		resolver_restart(r, r->now_ms, names, n, &said);
	else
		resolver_down(r, r->now_ms, names, n,
		    input->type == INPUT_FORCE, &said);
}

static void give_devices(struct player *p, uint32_t bits)
{
	struct device devices[WORLD_N_DEVICES];
	size_t n = world_devices(bits, devices);

	resolver_devices(p->resolver, 0, devices, n);
}

static void give(struct player *p, const struct input *input)
{
	struct device device = world_device(input->name);
	struct resolver *r = p->resolver;
	uint32_t n;

	if (p->trace && input->type != INPUT_REPORT)
		world_print_input(input, p->trace);
	if (input->type == INPUT_DEVICES)
		give_devices(p, input->number);
	else if (input->type == INPUT_PLUG)
		resolver_device_added(r, r->now_ms, &device);
	else if (input->type == INPUT_UNPLUG)
		resolver_device_removed(r, r->now_ms, input->name);
	else if (input->type == INPUT_EMIT)
		resolver_emit(r, r->now_ms, input->name, NULL, 0, &n);
	else if (input->type == INPUT_REPORT)
		give_report(p, input);
	else
		give_admin(p, input);
	follow(p);
}

/* All but the first, which tells what devices there are. */
static void give_all(struct player *p, bool is_shuffled)
{
	const struct world *w = p->world;
	uint32_t order[INPUTS_MAX];

	for (uint32_t i = 0; i < w->n_inputs; i++) {
		uint32_t j = i < 2 || !is_shuffled
			? i
			: 1 + world_random(&p->timing, i);

		order[i] = order[j];
		order[j] = i;
	}
	for (uint32_t i = 0; i < w->n_inputs && !p->is_wrong; i++) {
		if (i)
			meanwhile(p);
		give(p, &w->inputs[order[i]]);
	}
}

/* ---- the end ---- */

/* It has failed, but would not fail any more. */
static bool will_recover(const struct player *p)
{
	const struct node *node = NULL;

	while ((node = resolver_each(p->resolver, node)))
		if (!node_is_template(node) && !node_is_own(node) &&
		    node->state == NODE_FAILED && !node->is_permanent &&
		    outcome_of(p, node).type != REPORT_FAILED)
			return true;
	return false;
}

/* Or waits for a fact that never comes. */
static bool is_held_forever(const struct player *p)
{
	const struct node *node = NULL;

	while ((node = resolver_each(p->resolver, node)))
		if (node_held_until_ms(node) == RESOLVER_NEVER ||
		    (node->lacks_fact && node->fact_is_later))
			return true;
	return false;
}

static enum played come_to_rest(struct player *p, struct steady *ret)
{
	while (!p->is_wrong && p->n_steps < STEPS_MAX) {
		if (end_one(p))
			continue;
		if (digest_steady(p->resolver, ret) && !will_recover(p))
			return PLAYED_STEADY;
		if (!pass_time(p))
			break;
	}
	if (!p->is_wrong && is_held_forever(p))
		return PLAYED_HELD;
	text_append(p->said, "it does not come to rest\n");
	return PLAYED_WRONG;
}

enum played play(const struct world *world, const struct profile *profile,
    uint64_t seed, uint64_t timing, struct steady *ret, struct text *trace_to,
    struct text *said)
{
	struct player p = { .world = world, .seed = seed, .timing = timing,
		.trace = trace_to, .said = said };
	struct resolver_options options = { .notice = on_notice, .ctx = &p,
		.can_rebind = can_rebind, .can_update = can_update };
	const struct node *node = NULL;
	enum played played;

	if (resolver_new(profile, &options, &p.resolver))
		abort();
	give_all(&p, timing);
	played = come_to_rest(&p, ret);
	trace(&p, "final:");
	while (trace_to && (node = resolver_each(p.resolver, node)))
		trace(&p, " %s=%s%s", node_name(node),
		    node_state_name(node_state(node)),
		    node->is_unmet ? "(unmet)" : "");
	trace(&p, "\n");
	resolver_free(p.resolver);
	return p.is_wrong ? PLAYED_WRONG : played;
}
