/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node of a profile: its kind, its keys, and what the kind wants of them. */
#include <string.h>

#include "base/text.h"
#include "resolver/load.h"

enum { CANDIDATES_MAX = 128 };

static int report_unknown_key(
    struct loader *loader, const struct decl *decl, const struct item *item)
{
	const struct schema *schema = decl->schema;
	const char *candidates[CANDIDATES_MAX];
	const struct schema_key *own;
	struct diagnostic *diagnostic;
	size_t n;

	/* Who knows what keys an unknown kind has: perhaps a secret. */
	if (!schema)
		return load_hide(loader, item);
	n = node_key_names(schema, candidates, CANDIDATES_MAX);
	for (own = schema->keys; own && own->name && n < CANDIDATES_MAX; own++)
		candidates[n++] = own->name;
	diagnostic = load_error(loader, &item->key_mark,
	    "'%s' is not a key of %s nodes", item->key, schema->kind);
	if (!load_suggest(loader, diagnostic, item->key, candidates, n))
		diagnostics_hint(loader->diagnostics, diagnostic,
		    "'netconf kinds %s' lists them", schema->kind);
	return schema_has_secret(schema->keys) ? load_hide(loader, item) : 0;
}

static int read_key(struct loader *loader, struct decl *decl,
    struct config *config, const struct item *item)
{
	const struct schema_key *own =
	    schema_find_key(config->keys, item->key);
	int r;

	loader->own_key = own;
	if (own)
		return config_set(loader, config, own, item);
	r = node_key_read(loader, decl, item);
	return r > 0 ? report_unknown_key(loader, decl, item) : r;
}

/* Perhaps there is one, but misspelled. */
static void report_no_kind(struct loader *loader, const struct decl *decl,
    const struct item *mapping)
{
	static const char *const kind[] = {"kind"};
	const struct item *item = mapping->first;
	struct diagnostic *diagnostic;

	while (item && !text_nearest(item->key, kind, 1))
		item = item->next;
	diagnostic = load_error(loader, item ? &item->key_mark : &decl->mark,
	    "node '%s' has no 'kind'", decl->name);
	if (item)
		diagnostics_hint(loader->diagnostics, diagnostic,
		    "is it '%s'?", item->key);
}

/* What is in a node that cannot be read: only where its kind has no secrets
 * is it known that it may be shown. */
static int hide_unread(struct loader *loader, const struct item *mapping)
{
	const struct item *kind =
	    mapping->type == ITEM_MAPPING ? item_find(mapping, "kind") : NULL;

	for (size_t n = 0; kind && kind->text && loader->kinds[n]; n++)
		if (strcmp(loader->kinds[n]->kind, kind->text) == 0 &&
		    !schema_has_secret(loader->kinds[n]->keys))
			return 0;
	return mapping->type == ITEM_TEXT ? 0 : load_hide(loader, mapping);
}

static void find_kind(
    struct loader *loader, struct decl *decl, const struct item *mapping)
{
	const struct item *kind = item_find(mapping, "kind");
	const char *names[CANDIDATES_MAX];
	struct diagnostic *diagnostic;
	size_t n = 0;

	if (!kind) {
		report_no_kind(loader, decl, mapping);
		return;
	}
	/* Anything but a text is reported when the key is read. */
	if (kind->type != ITEM_TEXT || kind->is_bad || item_is_empty(kind))
		return;
	for (; loader->kinds[n] && n < CANDIDATES_MAX; n++) {
		names[n] = loader->kinds[n]->kind;
		if (strcmp(names[n], kind->text) == 0) {
			decl->schema = loader->kinds[n];
			return;
		}
	}
	if (later_has_kind(kind->text)) {
		load_error(loader, &kind->mark,
		    "the kind '%s' is not in this version", kind->text);
		return;
	}
	diagnostic = load_error(loader, &kind->mark,
	    "'%s' is not a kind of node", kind->text);
	if (!load_suggest(loader, diagnostic, kind->text, names, n))
		diagnostics_hint(loader->diagnostics, diagnostic,
		    "'netconf kinds' lists them");
}

/* The keys that a kind needs, or that exclude each other. */
static void check_keys(
    struct loader *loader, const struct decl *decl, const struct item *mapping)
{
	const unsigned flags = decl->schema->flags;
	const char *kind = decl->schema->kind;
	const struct item *device = item_find(mapping, "device");
	const struct item *match = item_find(mapping, "match");
	const struct item *over = item_find(mapping, "over");

	if ((flags & SCHEMA_GROUP) && !item_find(mapping, "of"))
		load_error(loader, &decl->mark,
		    "'of' is missing; %s nodes must name their members", kind);
	if ((flags & SCHEMA_STATE) && !item_find(mapping, "from"))
		load_error(loader, &decl->mark,
		    "'from' is missing; %s nodes must have it", kind);
	if ((flags & SCHEMA_LOCATION) && !match)
		load_error(loader, &decl->mark,
		    "'match' is missing; %s nodes must say which facts they "
		    "are known by", kind);
	if ((flags & SCHEMA_OVER) && !over)
		load_error(loader, &decl->mark,
		    "'over' is missing; %s nodes must stand on another node",
		    kind);
	if (!(flags & SCHEMA_DEVICE))
		return;
	if (!device && !match)
		load_error(loader, &decl->mark,
		    "'device' or 'match' is missing; %s nodes must have one "
		    "of them", kind);
	if (device && match)
		load_error(loader, &match->key_mark,
		    "'device' and 'match' exclude each other");
	if (over)
		load_error(loader, &over->key_mark,
		    "%s nodes are bound to a device and cannot be over "
		    "another node", kind);
}

static void set_defaults(struct loader *loader, struct decl *decl)
{
	const char *start = loader->nodes[decl->index].file->start;
	const struct schema *schema = decl->schema;

	if (start)
		decl->start = start_parse(start);
	else if (schema && (schema->flags & (SCHEMA_OBSERVES | SCHEMA_GROUP)))
		decl->start = START_HOTPLUG;
	decl->timeout_ms = schema ? schema->timeout_ms : 0;
	retry_set_defaults(decl);
}

int node_read(struct loader *loader, struct decl *decl)
{
	const struct item *mapping = loader->nodes[decl->index].item;
	const struct schema *schema;
	struct config *config;
	int r;

	if (mapping->is_bad)
		return hide_unread(loader, mapping);
	if (mapping->type != ITEM_MAPPING) {
		load_error(loader, &decl->mark,
		    "node '%s' must be a mapping of keys, such as "
		    "{ kind: link, device: eth0 }", decl->name);
		return hide_unread(loader, mapping);
	}
	find_kind(loader, decl, mapping);
	schema = decl->schema;
	set_defaults(loader, decl);
	loader->decl = decl;
	loader->is_over = item_find(mapping, "over") != NULL;
	r = config_new(
	    loader, schema ? schema->keys : NULL, mapping, &config);
	for (const struct item *item = mapping->first; item && !r;
		item = item->next)
		r = read_key(loader, decl, config, item);
	loader->own_key = NULL;
	if (r)
		return r;
	decl->config = config;
	if (!schema)
		return 0;
	check_keys(loader, decl, mapping);
	config_finish(loader, config, mapping, &decl->mark,
	    &(struct key_owner){"", schema->kind, " nodes"});
	return config_check(loader, decl, mapping);
}
