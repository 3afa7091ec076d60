/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of devices that nodes make, or give to the one that they are bound
 * to: they are good, and no two the same. */
#include "resolver/graph-build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct maker {
	const struct decl *decl;
	const char *device;
};

static int compare(const void *a, const void *b)
{
	const struct maker *x = a, *y = b;
	int order = strcmp(x->device, y->device);

	if (order)
		return order;
	return (x->decl->index > y->decl->index) -
	       (x->decl->index < y->decl->index);
}

/* The name of the one device that it makes, or NULL: it makes several, whose
 * names follow from facts. */
static const char *made_name(
    const struct decl *decl, struct diagnostics *diagnostics)
{
	const char *name, *expected;

	if (config_has_facts(decl->config, "name"))
		return NULL;
	name = config_text(decl->config, "name");
	if (decl->root) {
		diagnostics_add(diagnostics, SEVERITY_ERROR, &decl->mark,
		    "'%s' makes a device on each card of '%s'; say how each "
		    "is called, such as name: \"${device}.%s\"",
		    decl->name, decl->root->name, decl->name);
		return NULL;
	}
	if (name)
		return name; /* checked with the other keys */
	expected = device_name_check(decl->name);
	if (!expected)
		return decl->name;
	diagnostics_add(diagnostics, SEVERITY_ERROR, &decl->mark,
	    "'%s' makes a device and cannot give it its own name, which must "
	    "be %s; give it a 'name'", decl->name, expected);
	return NULL;
}

/* The name that it gives to the device that it is bound to, or NULL. */
static const char *given_name(const struct decl *decl)
{
	const struct schema_key *key = decl->schema->keys;

	while (key && key->name && strcmp(key->name, "name") != 0)
		key++;
	return key && key->name && !config_has_facts(decl->config, "name")
	    ? config_text(decl->config, "name")
	    : NULL;
}

static const char *device_name(
    const struct decl *decl, struct diagnostics *diagnostics)
{
	const char *name;

	if (decl->schema->flags & SCHEMA_MAKES)
		return made_name(decl, diagnostics);
	if (!(decl->schema->flags & SCHEMA_DEVICE))
		return NULL;
	name = given_name(decl);
	if (!name || decl->device)
		return name;
	diagnostics_add(diagnostics, SEVERITY_ERROR, &decl->mark,
	    "'%s' has an instance for each device, which cannot all be called "
	    "%s; bind it to one by 'device', or leave out 'name'",
	    decl->name, name);
	return NULL;
}

struct decl *graph_name_giver(const struct profile *profile, const char *name)
{
	const struct graph *graph = profile_graph(profile);
	uint32_t low = 0, high = graph->n_givers;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct decl *decl = graph->givers[middle];
		int order = strcmp(name, given_name(decl));

		if (!order)
			return decl;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* The n makers, by the names of their devices. */
static int fill_givers(
    struct profile *profile, const struct maker *makers, uint32_t n)
{
	struct graph *graph = profile->graph;

	graph->givers = arena_array(profile->arena, n, sizeof(*graph->givers));
	if (!graph->givers)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		if (makers[i].decl->device)
			graph->givers[graph->n_givers++] =
			    &profile->decls[makers[i].decl->index];
	return 0;
}

int graph_makers(struct profile *profile, struct arena *scratch,
    struct diagnostics *diagnostics)
{
	struct maker *makers =
	    arena_array(scratch, profile->n_decls, sizeof(*makers));
	uint32_t n = 0;

	if (!makers)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct decl *decl = &profile->decls[i];
		const char *device = device_name(decl, diagnostics);

		if (device)
			makers[n++] = (struct maker){ decl, device };
	}
	qsort(makers, n, sizeof(*makers), compare);
	for (uint32_t i = 1; i < n; i++) {
		const struct decl *first = makers[i - 1].decl;
		const struct decl *second = makers[i].decl;

		if (!strcmp(makers[i - 1].device, makers[i].device))
			diagnostics_add(diagnostics, SEVERITY_ERROR,
			    &second->mark,
			    "'%s' and '%s' (%s:%u) both call a device %s",
			    second->name, first->name, first->mark.file,
			    first->mark.line, makers[i].device);
	}
	return fill_givers(profile, makers, n);
}
