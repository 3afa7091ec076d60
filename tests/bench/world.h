/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Large graphs for measuring: the resolver with providers that answer at
 * once, and nothing else.
 */
#pragma once

#include <stdint.h>

#include "resolver/profile.h"
#include "resolver/resolver.h"

struct world {
	struct profile *profile;
	struct resolver *resolver;
	uint32_t n_devices;
	uint64_t now_ms;
};

enum world_shape {
	WORLD_TEMPLATES, /* two templates, many devices */
	WORLD_DECLARED,  /* a link and a node over it declared per device */
	WORLD_GROUP,     /* the same, all in one group */
	WORLD_IN_ORDER,  /* the same, each pair tried in order */
	WORLD_WHEN,      /* the same, half of them unless another is up */
	WORLD_SHAPES,
};

/* What a figure is labelled with: "templates", "declared", ... */
extern const char *const world_names[WORLD_SHAPES];

/* n_nodes: about so many nodes, two a device or five a pair of devices, and a
 * group, a gateway and a tunnel over them all. Aborts when out of memory. */
void world_begin(struct world *world, enum world_shape shape, uint32_t n_nodes);
void world_end(struct world *world);

/* The carrier of a device goes, or comes back: all that follows is done. */
void world_carrier(struct world *world, uint32_t device, bool carrier);
