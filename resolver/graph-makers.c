/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of devices that nodes make: they are good, and no two the same. */
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

int graph_check_makers(struct profile *profile, struct arena *scratch,
    struct diagnostics *diagnostics)
{
	struct maker *makers =
	    arena_array(scratch, profile->n_decls, sizeof(*makers));
	uint32_t n = 0;

	if (!makers)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct decl *decl = &profile->decls[i];
		const char *device;

		if (!(decl->schema->flags & SCHEMA_MAKES))
			continue;
		device = made_name(decl, diagnostics);
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
			    "'%s' and '%s' (%s:%u) both make a device %s",
			    second->name, first->name, first->mark.file,
			    first->mark.line, makers[i].device);
	}
	return 0;
}
