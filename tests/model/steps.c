/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/device.h"
#include "resolver/node.h"

enum { FOR_GOOD = 1 }; /* number of a failure */

/* ---- what can be named ---- */

/* Somebody uses the node's facts. */
static bool is_looked_at(const struct decl *decl)
{
	const struct edges *edges = decl->edges;

	if (decl->schema->flags & SCHEMA_LOCATION || decl->rare->n_fact_uses)
		return true;
	for (uint32_t i = 0; i < edges->n_up; i++)
		if (edges->up[i]->role == EDGE_FOLLOWS ||
		    ((edges->up[i]->role == EDGE_OVER ||
			 edges->up[i]->role == EDGE_OF) &&
			is_looked_at(edges->up[i]->from)))
			return true;
	return false;
}

static void add_name(struct stepper *s, const struct decl *decl,
    const char *card)
{
	s->tops[s->n_names] = *card ? NULL : resolver_top(s->resolver, decl);
	snprintf(s->names[s->n_names], sizeof(s->names[0]), "%s%s",
	    decl->name, card);
	s->has_facts[s->n_names++] = is_looked_at(decl);
}

void stepper_begin(struct stepper *s)
{
	s->n_names = 0;
	for (uint32_t i = 0; i < s->profile->n_decls; i++) {
		const struct decl *decl = &s->profile->decls[i];

		add_name(s, decl, "");
		if (!decl->root)
			continue;
		add_name(s, decl, "@e0");
		add_name(s, decl, "@e1");
	}
}

struct node *stepper_node(const struct stepper *s, uint32_t name)
{
	return s->tops[name] ? s->tops[name]
			     : resolver_find(s->resolver, s->names[name]);
}

/* ---- one of them ---- */

static void give_devices(struct stepper *s, uint32_t bits)
{
	struct device devices[WORLD_N_DEVICES];
	size_t n = world_devices(bits, devices);

	resolver_devices(s->resolver, 0, devices, n);
}

static void give_report(struct stepper *s, const struct step *step)
{
	static const struct fact facts[][2] = {
		{ { "domain", "d0" } },
		{ { "domain", "d1" } },
		{ { "domain", "d1" } },
		{ { "domain", "d1" }, { "gateway-mac", "m1" } },
	};
	static const char *const later[] = { "gateway-mac" };
	struct report report = { .type = step->report,
		.permanent = step->report == REPORT_FAILED && step->number };
	struct node *node = stepper_node(s, step->name);

	if (report.type == REPORT_UP || report.type == REPORT_FACTS) {
		report.facts = facts[step->number];
		report.n_facts = step->number == 3 ? 2 : 1;
		report.later = later;
		report.n_later = step->number == 2;
	}
	resolver_report(s->resolver, s->resolver->now_ms, node,
	    node_run(node), &report);
}

void step_give(struct stepper *s, const struct step *step)
{
	const char *name = s->names[step->name];
	struct device device = world_device(world_device_keys[step->number]);
	struct resolver *r = s->resolver;
	struct text said = { 0 };
	uint32_t n;

	switch ((enum input_type)step->type) {
	case INPUT_DEVICES:
		give_devices(s, step->number);
		break;
	case INPUT_PLUG:
		resolver_device_added(r, r->now_ms, &device);
		break;
	case INPUT_UNPLUG:
		resolver_device_removed(r, r->now_ms, device.key);
		break;
	case INPUT_UP:
		resolver_up(r, r->now_ms, &name, 1, &said);
		break;
	case INPUT_DOWN:
	case INPUT_FORCE:
		resolver_down(r, r->now_ms, &name, 1,
		    step->type == INPUT_FORCE, &said);
		s->down_is_all = !said.n;
		break;
	case INPUT_RESET:
		resolver_reset(r, r->now_ms, &name, 1, &said);
		break;
	case INPUT_RESTART:
		resolver_restart(r, r->now_ms, &name, 1, &said);
		break;
	case INPUT_EMIT:
		resolver_emit(r, r->now_ms, step->number ? "ev1" : "ev0",
		    NULL, 0, &n);
		break;
	case INPUT_REPORT:
		give_report(s, step);
		break;
	case INPUT_DEADLINE:
		resolver_time(r, resolver_deadline(r));
		break;
	case INPUT_CRASH:
	case INPUT_RELOAD:
	case INPUT_ADVANCE:
		abort();
	}
	text_clear(&said);
}

struct input step_input(const struct stepper *s, const struct step *step)
{
	struct input input = { .type = step->type, .report = step->report,
		.number = step->number };

	input.is_permanent = input.report == REPORT_FAILED && input.number;

	if (step->type == INPUT_EMIT)
		snprintf(input.name, sizeof(input.name), "ev%u", step->number);
	else if (step->type == INPUT_PLUG || step->type == INPUT_UNPLUG)
		snprintf(input.name, sizeof(input.name), "e%u", step->number);
	else
		snprintf(input.name, sizeof(input.name), "%s",
		    s->names[step->name]);
	return input;
}

/* ---- which steps there are ---- */

static void add_step(struct steps *steps, enum input_type type,
    uint32_t name, uint32_t report, uint32_t number)
{
	if (steps->n == STEPS_MAX)
		abort();
	steps->items[steps->n++] = (struct step){ (uint8_t)type,
		(uint8_t)name, (uint8_t)report, (uint8_t)number };
}

static void add_ups(const struct stepper *s, struct steps *steps, uint32_t name,
    enum report_type type)
{
	for (uint32_t i = 0; i < (s->has_facts[name] ? 4 : 1); i++)
		add_step(steps, INPUT_REPORT, name, type, i);
}

/* How a start or a stop may end. */
void steps_add_ends(const struct stepper *s, struct steps *steps)
{
	for (uint32_t i = 0; i < s->n_names; i++) {
		const struct node *node = stepper_node(s, i);

		if (!node || node->is_top || node_is_own(node))
			continue;
		if (node->state == NODE_STOPPING)
			add_step(steps, INPUT_REPORT, i, REPORT_DOWN, 0);
		if (node->state != NODE_STARTING)
			continue;
		add_ups(s, steps, i, REPORT_UP);
		add_step(steps, INPUT_REPORT, i, REPORT_FAILED, 0);
		if (s->has_resets)
			add_step(steps, INPUT_REPORT, i, REPORT_FAILED,
			    FOR_GOOD);
		if (!node->decl->on_event)
			add_step(steps, INPUT_REPORT, i, REPORT_UNMET, 0);
	}
	if (resolver_deadline(s->resolver) != RESOLVER_NEVER)
		add_step(steps, INPUT_DEADLINE, 0, 0, 0);
}

static void add_reports(const struct stepper *s, struct steps *steps)
{
	for (uint32_t i = 0; i < s->n_names; i++) {
		const struct node *node = stepper_node(s, i);

		if (!node || node->is_top || node_is_own(node))
			continue;
		if (node->is_unmet)
			add_ups(s, steps, i, REPORT_UP);
		if (node->is_unmet || node->state == NODE_UP)
			add_step(steps, INPUT_REPORT, i, REPORT_FAILED, 0);
		if (node->state != NODE_UP)
			continue;
		add_step(steps, INPUT_REPORT, i, REPORT_UNMET, 0);
		if (s->has_facts[i])
			add_ups(s, steps, i, REPORT_FACTS);
	}
}

void steps_add_inputs(const struct stepper *s, struct steps *steps)
{
	const struct graph *graph = profile_graph(s->profile);
	uint32_t n;

	for (uint32_t i = 0; i < s->n_names; i++) {
		if (strchr(s->names[i], '@'))
			continue;
		add_step(steps, INPUT_UP, i, 0, 0);
		add_step(steps, INPUT_DOWN, i, 0, 0);
		add_step(steps, INPUT_FORCE, i, 0, 0);
		if (!s->has_resets)
			continue;
		add_step(steps, INPUT_RESET, i, 0, 0);
		add_step(steps, INPUT_RESTART, i, 0, 0);
	}
	for (uint32_t i = 0; i < 2; i++) {
		const char *device = i ? "e1" : "e0";
		bool is_there;

		if (graph_listeners(s->profile, i ? "ev1" : "ev0", &n))
			add_step(steps, INPUT_EMIT, 0, 0, i);
		if (!graph->n_roots && (i || !graph->n_owners))
			continue;
		is_there = device_find(s->resolver, device);
		add_step(steps, is_there ? INPUT_UNPLUG : INPUT_PLUG, 0, 0, i);
	}
	add_reports(s, steps);
}

/* The first input: the devices that are there. */
void steps_add_beginnings(const struct stepper *s, struct steps *steps)
{
	const struct graph *graph = profile_graph(s->profile);
	uint32_t n = graph->n_roots ? 4 : graph->n_owners ? 2 : 1;

	for (uint32_t i = 0; i < n; i++)
		add_step(steps, INPUT_DEVICES, 0, 0, i);
}
