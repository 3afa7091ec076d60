/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the resolver gets of a world: its profile, and devices. */
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "providers/fake/schema.h"
#include "providers/schemas.h"
#include "resolver/profile.h"
#include "resolver/schema.h"
#include "tests/model/world.h"

static const char *const choices[] = { "d0", "d1", NULL };

static const struct schema_key kit_keys[] = {
	{ "needs", VALUE_NODE, KEY_LIST, .relation = KEY_PREREQUISITE },
	{ "ports", VALUE_NODE, KEY_LIST, .relation = KEY_PULLS },
	{ "hears", VALUE_NODE, KEY_LIST, .relation = KEY_FOLLOWS },
	{ "text", VALUE_TEXT },
	{ "name", VALUE_TEXT, KEY_FIXED },
	{ "choice", VALUE_TEXT, .choices = choices },
	{ 0 },
};

/* Has keys of every sort. */
static const struct schema schema_kit = {
	.kind = "kit",
	.flags = SCHEMA_SIMULATED,
	.keys = kit_keys,
};

const char *const world_device_keys[WORLD_N_DEVICES] = {
	"e0", "e1", "e2", "w0"
};

struct device world_device(const char *key)
{
	return (struct device){ .key = key, .name = key,
		.type = *key == 'w' ? "wlan" : "ethernet",
		.mac = "02:00:00:00:00:01", .ifindex = 1 };
}

size_t world_devices(uint32_t bits, struct device ret[WORLD_N_DEVICES])
{
	size_t n = 0;

	for (uint32_t i = 0; i < WORLD_N_DEVICES; i++)
		if (bits & 1u << i)
			ret[n++] = world_device(world_device_keys[i]);
	return n;
}

bool world_can_rebind(const struct world *world, const struct node *node)
{
	const struct schema *schema = node_schema(node);

	return !world->is_rigid ||
	       (schema != &schema_fake && schema != &schema_kit);
}

bool world_can_update(const struct world *world, const struct node *node)
{
	const struct decl *decl = node_decl(node);

	/* Those that name nodes have to. */
	return !world->is_fixed || decl->schema != &schema_kit ||
	       decl->rare->key_pulls.n || decl->rare->follows.n;
}

struct profile *world_load(const struct world *world)
{
	const struct schema *kinds[48] = { &schema_fake, &schema_kit };
	_cleanup_(text_clear) struct text text = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct profile *profile = NULL;

	for (size_t i = 0; provider_schemas[i]; i++)
		kinds[i + 2] = provider_schemas[i];
	world_print(world, &text);
	if (profile_load(&(struct source){ "world.yaml", text.data, text.n },
		1, kinds, &diagnostics, &profile) &&
	    getenv("MODEL_SHOW_REJECTED")) {
		_cleanup_(text_clear) struct text errors = { 0 };

		for (uint32_t i = 0; i < diagnostics.n; i++)
			diagnostic_print(&diagnostics.items[i], &errors);
		fprintf(stderr, "%s%s", text.data,
		    errors.data ? errors.data : "");
	}
	diagnostics_clear(&diagnostics);
	return profile;
}
