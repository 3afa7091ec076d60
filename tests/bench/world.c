/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/world.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/fake/schema.h"
#include "providers/schemas.h"

static const struct schema *const kinds[] = { &schema_fake, &schema_link,
	&schema_any, &schema_all, NULL };

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "bench: %s\n", what);
	abort();
}

const char *const world_names[WORLD_SHAPES] = {
	[WORLD_TEMPLATES] = "templates",
	[WORLD_DECLARED] = "declared",
	[WORLD_GROUP] = "one group",
	[WORLD_IN_ORDER] = "in order",
	[WORLD_WHEN] = "conditions",
};

/* The nodes of a device; what an odd one has with the even one before it. */
static void write_device(
    struct text *text, enum world_shape shape, uint32_t i)
{
	bool is_odd = i % 2;

	text_printf(text,
	    "  w%u: { kind: link, device: e%u, start: hotplug }\n"
	    "  l%u: { kind: fake, over: w%u", i, i, i, i);
	if (shape == WORLD_WHEN && is_odd)
		text_printf(text, ", when: not l%u", i - 1);
	if (shape != WORLD_IN_ORDER || !is_odd)
		text_append(text, ", start: hotplug");
	text_append(text, " }\n");
	if (shape == WORLD_IN_ORDER && is_odd)
		text_printf(text,
		    "  u%u: { kind: any, of: [l%u, l%u], try: in-order,"
		    " start: auto }\n", i, i - 1, i);
}

static void write_uplink(
    struct text *text, enum world_shape shape, uint32_t n_devices)
{
	text_append(text, "  uplink: { kind: any, of: ");
	if (shape == WORLD_TEMPLATES)
		text_append(text, "l }\n");
	else
		text_append(text, "[l0, l1");
	for (uint32_t i = 2; shape == WORLD_GROUP && i < n_devices; i++)
		text_printf(text, ", l%u", i);
	if (shape != WORLD_TEMPLATES)
		text_append(text, "] }\n");
}

static void write_profile(
    struct text *text, enum world_shape shape, uint32_t n_devices)
{
	text_append(text, "version: 1\nnodes:\n");
	if (shape == WORLD_TEMPLATES)
		text_append(text,
		    "  w: { kind: link, match: { type: ethernet },"
		    " start: hotplug }\n"
		    "  l: { kind: fake, over: w, start: hotplug }\n");
	else
		for (uint32_t i = 0; i < n_devices; i++)
			write_device(text, shape, i);
	write_uplink(text, shape, n_devices);
	text_append(text,
	    "  inet: { kind: fake, requires: uplink, start: hotplug }\n"
	    "  vpn: { kind: fake, over: uplink, requires: inet,"
	    " start: auto }\n");
}

/* Every provider answers at once. */
static void drive(struct world *world)
{
	struct decision decision;

	while (resolver_next(world->resolver, &decision)) {
		struct report report = { .type = REPORT_UP };

		if (decision.type == DECISION_REBIND)
			continue;
		if (decision.type == DECISION_STOP)
			report.type = REPORT_DOWN;
		resolver_report(world->resolver, world->now_ms, decision.node,
		    decision.run, &report);
	}
}

void world_begin(struct world *world, enum world_shape shape, uint32_t n_nodes)
{
	_cleanup_(text_clear) struct text text = { 0 };
	struct diagnostics diagnostics = { 0 };
	int r;

	*world = (struct world){ .n_devices = shape == WORLD_IN_ORDER
		    ? n_nodes / 5 * 2
		    : n_nodes / 2 };
	write_profile(&text, shape, world->n_devices);
	r = profile_load(&(struct source){ "bench", text.data, text.n }, 1,
	    kinds, &diagnostics, &world->profile);
	diagnostics_clear(&diagnostics);
	require(!r, "the profile does not load");
	require(!resolver_new(world->profile, NULL, &world->resolver),
	    "out of memory");
	for (uint32_t i = 0; i < world->n_devices; i++) {
		char name[16];
		const struct device device = { .key = name, .name = name,
			.ifindex = i + 1, .type = "ethernet",
			.mac = "02:00:00:00:00:01" };

		snprintf(name, sizeof(name), "e%u", i);
		require(!resolver_device_added(
			    world->resolver, world->now_ms, &device),
		    "device refused");
		drive(world);
	}
}

void world_end(struct world *world)
{
	world->resolver = resolver_free(world->resolver);
	world->profile = profile_free(world->profile);
}

void world_carrier(struct world *world, uint32_t device, bool carrier)
{
	const struct report report = { .type =
		carrier ? REPORT_UP : REPORT_UNMET,
		.reason = carrier ? NULL : "no carrier" };
	struct node *node;
	char name[24];

	snprintf(name, sizeof(name), "w@e%u", device);
	node = resolver_find(world->resolver, name);
	if (!node) {
		snprintf(name, sizeof(name), "w%u", device);
		node = resolver_find(world->resolver, name);
	}
	require(node, "no such node");
	resolver_report(world->resolver, ++world->now_ms, node,
	    node_run(node), &report);
	drive(world);
}
