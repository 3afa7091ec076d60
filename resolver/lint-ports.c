/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes that two others have as a port. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/lint.h"
#include "resolver/profile.h"

struct port {
	const struct decl *of;
	const struct ref *ref;
};

static const char *device_of(const struct port *port)
{
	return port->ref->device ? port->ref->device : "";
}

/* Of a node the ones without a device first: they are of each. */
static int compare(const void *a, const void *b)
{
	const struct port *x = a, *y = b;
	int order;

	if (x->ref->decl != y->ref->decl)
		return x->ref->decl->index < y->ref->decl->index ? -1 : 1;
	order = strcmp(device_of(x), device_of(y));
	if (order)
		return order;
	return (x->of->index > y->of->index) - (x->of->index < y->of->index);
}

/* Where a condition says when it is up, they may take turns. */
static bool exclude(const struct port *a, const struct port *b)
{
	return a->ref->decl == b->ref->decl && a->of != b->of &&
	    !a->of->when && !b->of->when &&
	    (!a->ref->device || strcmp(device_of(a), device_of(b)) == 0);
}

static void report(const struct port *port, const struct port *other,
    struct diagnostics *diagnostics)
{
	const struct port *second =
	    port->of->index > other->of->index ? port : other;
	const struct port *first = second == port ? other : port;
	const struct ref *ref = second->ref;

	diagnostics_hint(diagnostics,
	    diagnostics_add(diagnostics, SEVERITY_WARNING, &ref->mark,
		"'%s%s%s' is a port of '%s' (%s:%u) already, and can be one of "
		"a single node only",
		ref->decl->name, ref->device ? "@" : "",
		ref->device ? ref->device : "", first->of->name,
		first->ref->mark.file, first->ref->mark.line),
	    "take it out of one of them, or say by a 'when' which has it when");
}

/* What a node that makes a device pulls are its ports. */
static const struct refs *ports_of(const struct decl *decl)
{
	static const struct refs none;

	if (!(decl->schema->flags & SCHEMA_MAKES))
		return &none;
	return &decl->rare->key_pulls;
}

int lint_ports(
    const struct profile *profile, struct diagnostics *diagnostics)
{
	_cleanup_(free_ptr) struct port *ports = NULL;
	size_t n = 0, first = 0;

	for (uint32_t i = 0; i < profile->n_decls; i++)
		n += ports_of(&profile->decls[i])->n;
	ports = calloc(n + 1, sizeof(*ports));
	if (!ports)
		return -ENOMEM;
	n = 0;
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct refs *refs = ports_of(&profile->decls[i]);

		for (uint32_t k = 0; k < refs->n; k++)
			ports[n++] = (struct port){
			    &profile->decls[i], &refs->items[k]};
	}
	qsort(ports, n, sizeof(*ports), compare);
	for (size_t i = 1; i < n; i++) {
		if (ports[i].ref->decl != ports[first].ref->decl)
			first = i;
		if (exclude(&ports[first], &ports[i]))
			report(&ports[i], &ports[first], diagnostics);
		else if (exclude(&ports[i - 1], &ports[i]))
			report(&ports[i], &ports[i - 1], diagnostics);
	}
	return 0;
}
