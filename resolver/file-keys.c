/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys at the top of a profile's file. */
#include <string.h>

#include "base/macros.h"
#include "resolver/load.h"

static void check_version(
    struct loader *loader, const struct item *root, const struct mark *top)
{
	const struct item *version = item_find(root, "version");

	if (!version) {
		if (!root->is_bad)
			load_error(loader, top,
			    "'version' is missing; begin the file with "
			    "'version: 1'");
	} else if (!version->is_bad &&
	    (version->type != ITEM_TEXT || strcmp(version->text, "1") != 0)) {
		load_type_error(loader, version, "version", "1");
	}
}

static const char *check_start(struct loader *loader, const struct item *root)
{
	static const char *const choices[] = {
	    "manual", "auto", "hotplug", NULL};
	const struct item *start = item_find(root, "start");
	struct diagnostic *diagnostic;

	if (!start || start->is_bad)
		return NULL;
	for (size_t i = 0; choices[i] && start->type == ITEM_TEXT; i++)
		if (strcmp(start->text, choices[i]) == 0)
			return choices[i];
	diagnostic = load_type_error(
	    loader, start, "start", "manual, auto or hotplug");
	if (start->type == ITEM_TEXT)
		load_suggest(loader, diagnostic, start->text, choices, 3);
	return NULL;
}

/* What is in one that is not read, may be anything. */
static int check_profile_keys(struct loader *loader, const struct item *root)
{
	static const char *const known[] = {"version", "nodes", "start"};

	int r = 0;

	for (const struct item *item = root->first; item && !r;
		item = item->next) {
		struct diagnostic *diagnostic;
		bool found = false;

		for (size_t i = 0; i < ARRAY_SIZE(known); i++)
			found |= strcmp(known[i], item->key) == 0;
		if (!found || item->type == ITEM_LIST)
			r = load_hide(loader, item);
		if (found)
			continue;
		if (later_has_profile_key(item->key)) {
			load_error(loader, &item->key_mark,
			    "the key '%s' is not in this version", item->key);
			continue;
		}
		diagnostic = load_error(loader, &item->key_mark,
		    "'%s' is not a key of a profile", item->key);
		load_suggest(loader, diagnostic, item->key, known,
		    ARRAY_SIZE(known));
	}
	return r;
}

/* The mapping of nodes in a file, or NULL when that was reported. */
static const struct item *find_nodes(
    struct loader *loader, const struct item *root, const struct mark *top)
{
	static const char example[] = "a mapping of names to nodes, such as "
				      "wired: { kind: link, device: eth0 }";
	const struct item *nodes = item_find(root, "nodes");

	if (!nodes) {
		if (!root->is_bad)
			load_error(loader, top,
			    "no nodes: 'nodes' is missing");
		return NULL;
	}
	if (item_is_empty(nodes) || (nodes->type != ITEM_TEXT && !nodes->n)) {
		if (!nodes->is_bad)
			load_error(loader, &nodes->key_mark,
			    "no nodes: 'nodes' is empty");
		return NULL;
	}
	if (nodes->type != ITEM_MAPPING) {
		if (!nodes->is_bad || nodes->type == ITEM_LIST)
			load_type_error(loader, nodes, "nodes", example);
		return NULL;
	}
	return nodes;
}

/* Where a file begins, for what is missing in it. */
static struct mark file_mark(const char *file)
{
	return (struct mark){.file = file, .line = 1, .column = 1, .length = 1};
}

int file_read(
    struct loader *loader, const struct item *root, struct load_file *file)
{
	struct mark top = file_mark(file->name);
	const char *what = "a list";

	if (!root) {
		if (!loader->is_incomplete)
			load_error(loader, &top,
			    "no nodes: the file is empty");
		return 0;
	}
	switch (root->type) {
	case ITEM_MAPPING:
		check_version(loader, root, &top);
		file->start = check_start(loader, root);
		file->nodes = find_nodes(loader, root, &top);
		return check_profile_keys(loader, root);
	case ITEM_TEXT:
		what = "a text";
		break;
	case ITEM_LIST:
		break;
	}
	if (root->is_bad && root->type == ITEM_TEXT)
		return 0;
	load_error(loader, &root->mark,
	    "a profile must be a mapping with 'version' and 'nodes', not %s",
	    item_is_empty(root) ? "nothing" : what);
	return load_hide(loader, root);
}
