/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/shrink.h"

#include <string.h>

struct shrinking {
	bool (*fails)(void *ctx, const struct world *world);
	void *ctx;
};

static bool shrink_inputs(const struct shrinking *s, struct world *world)
{
	bool any = false;

	for (uint32_t i = world->n_inputs; i-- > 1;) {
		struct world copy = *world;

		memmove(&copy.inputs[i], &copy.inputs[i + 1],
		    (copy.n_inputs - i - 1) * sizeof(copy.inputs[0]));
		copy.n_inputs--;
		if (!s->fails(s->ctx, &copy))
			continue;
		*world = copy;
		any = true;
	}
	return any;
}

static bool shrink_node(
    const struct shrinking *s, struct world *world, uint32_t index)
{
	struct world copy = *world;
	bool any = false;

	world_drop_node(&copy, index);
	if (s->fails(s->ctx, &copy)) {
		*world = copy;
		return true;
	}
	for (uint32_t j = 0; j < world->nodes[index].n_keys; j++) {
		struct world_key *key;

		copy = *world;
		key = &copy.nodes[index].keys[j];
		if (key->out == OUT_OF_BOTH || !key->n_items)
			continue;
		key->out = OUT_OF_BOTH;
		if (!s->fails(s->ctx, &copy) && key->n_items > 1) {
			copy = *world;
			key = &copy.nodes[index].keys[j];
			key->n_items--;
		}
		if (!s->fails(s->ctx, &copy))
			continue;
		*world = copy;
		any = true;
	}
	return any;
}

void shrink(struct world *world,
    bool (*fails)(void *ctx, const struct world *world), void *ctx)
{
	struct shrinking s = { fails, ctx };
	bool again = true;

	while (again) {
		again = shrink_inputs(&s, world);
		for (uint32_t i = world->n_nodes; i-- > 0;)
			if (world->nodes[i].out != OUT_OF_BOTH &&
			    shrink_node(&s, world, i))
				again = true;
	}
}
