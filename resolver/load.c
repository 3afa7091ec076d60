/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>

#include "resolver/load.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/source.h"

struct diagnostic *load_error(struct loader *loader, const struct mark *mark,
    const char *format, ...)
{
	struct diagnostic *diagnostic;
	va_list args;

	va_start(args, format);
	diagnostic = diagnostics_vadd(
	    loader->diagnostics, SEVERITY_ERROR, mark, format, args);
	va_end(args);
	return diagnostic;
}

struct diagnostic *load_type_error(struct loader *loader,
    const struct item *item, const char *key, const char *expected)
{
	const char *what = NULL;

	switch (item->type) {
	case ITEM_TEXT:
		break;
	case ITEM_LIST:
		what = "a list";
		break;
	case ITEM_MAPPING:
		what = "a mapping";
		break;
	}
	if (item_is_empty(item))
		what = "nothing";
	if (what)
		return load_error(loader, &item->mark,
		    "'%s' must be %s, not %s", key, expected, what);
	return load_error(loader, &item->mark, "'%s' must be %s, not '%s'",
	    key, expected, item->text);
}

bool load_suggest(struct loader *loader, struct diagnostic *diagnostic,
    const char *name, const char *const *candidates, size_t n)
{
	const char *nearest = text_nearest(name, candidates, n);

	if (nearest)
		diagnostics_hint(loader->diagnostics, diagnostic,
		    "did you mean '%s'?", nearest);
	return nearest;
}

int load_hide(struct loader *loader, const struct item *item)
{
	struct load_file *file = loader->file;
	struct hidden *hidden = arena_alloc(loader->scratch, sizeof(*hidden));

	if (!hidden)
		return -ENOMEM;
	*hidden = (struct hidden){
		.line = item->mark.line,
		.column = item->mark.column,
		.end_line = item->end_line,
		.next = file->hidden,
	};
	file->hidden = hidden;
	return 0;
}

/* Of those that have nothing of it. */
static const struct decl_rare no_rare;

struct decl_rare *load_rare(struct loader *loader, struct decl *decl)
{
	struct decl_rare *rare;

	if (decl->rare != &no_rare)
		return (struct decl_rare *)decl->rare;
	rare = arena_alloc(loader->profile->arena, sizeof(*rare));
	if (rare)
		decl->rare = rare;
	return rare;
}

bool name_is_valid(const char *name)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char others[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_.-";
	size_t n = strlen(name);

	return n >= 1 && n <= 63 && strchr(letters, name[0]) &&
	    strspn(name, others) == n;
}

static void check_name(struct loader *loader, const struct decl *decl)
{
	if (condition_is_word(decl->name))
		load_error(loader, &decl->mark,
		    "'%s' cannot be a node's name: it is a word of conditions",
		    decl->name);
	else if (!name_is_valid(decl->name))
		load_error(loader, &decl->mark,
		    "'%s' cannot be a node's name: " NAME_RULE, decl->name);
}

/* Where nothing could be read, a line between brackets may have been read
 * ahead, with whatever is in it. */
static int hide_brackets(struct loader *loader)
{
	const struct source *source = loader->file->source;
	struct item item = { .end_line = UINT32_MAX };
	size_t at = 0;

	while (at < source->size && source->data[at] != '{' &&
	    source->data[at] != '[')
		at++;
	if (at == source->size)
		return 0;
	source_locate(source, at, &item.mark);
	return load_hide(loader, &item);
}

static int read_file(struct loader *loader, struct load_file *file)
{
	bool was_incomplete = loader->is_incomplete;
	struct item *root, *again;
	int r;

	loader->file = file;
	file->name =
	    arena_strdup(loader->profile->arena, file->source->name);
	if (!file->name)
		return -ENOMEM;
	r = items_read(file->source, file->name, loader->scratch,
	    loader->diagnostics, &root, &again);
	if (r == -ENOMEM)
		return r;
	loader->is_incomplete = r && (!root || root->is_bad);
	r = loader->is_incomplete && !root ? hide_brackets(loader) : 0;
	for (; again && !r; again = again->next)
		r = load_hide(loader, again);
	if (!r)
		r = file_read(loader, root, file);
	loader->is_incomplete |= was_incomplete;
	return r;
}

static int read_files(struct loader *loader, const struct source *sources)
{
	uint64_t n_nodes = 0;

	loader->files = arena_array(
	    loader->scratch, loader->n_files, sizeof(*loader->files));
	if (!loader->files)
		return -ENOMEM;
	for (size_t i = 0; i < loader->n_files; i++) {
		struct load_file *file = &loader->files[i];
		int r;

		file->source = &sources[i];
		r = read_file(loader, file);
		if (r)
			return r;
		n_nodes += file->nodes ? file->nodes->n : 0;
	}
	assert(n_nodes <= UINT32_MAX); /* texts of 4 GiB and more */
	loader->profile->n_decls = (uint32_t)n_nodes;
	return 0;
}

static void enter_name(
    struct loader *loader, struct decl *decl, struct load_node *node)
{
	const struct decl *first = profile_add_name(loader->profile, decl);

	if (!first)
		return;
	load_error(loader, &decl->mark,
	    "node '%s' is declared twice; the first is at %s:%u:%u",
	    decl->name, first->mark.file, first->mark.line,
	    first->mark.column);
	node->is_bad = true;
}

/* A node as it is known by its name alone. */
static int enter_node(struct loader *loader, struct load_file *file,
    const struct item *item, uint32_t index)
{
	struct profile *profile = loader->profile;
	struct load_node *node = &loader->nodes[index];
	struct decl *decl = &profile->decls[index];

	*node = (struct load_node){.item = item, .file = file};
	decl->index = index;
	decl->mark = item->key_mark;
	decl->rare = &no_rare;
	decl->name = arena_strdup(profile->arena, item->key);
	if (!decl->name)
		return -ENOMEM;
	check_name(loader, decl);
	enter_name(loader, decl, node);
	return 0;
}

/* Enters the names of all nodes, so that references can be resolved. */
static int enter_nodes(struct loader *loader)
{
	struct profile *profile = loader->profile;
	uint32_t n = 0;

	profile->decls = arena_array(
	    profile->arena, profile->n_decls, sizeof(*profile->decls));
	loader->nodes = arena_array(
	    loader->scratch, profile->n_decls, sizeof(*loader->nodes));
	if (!profile->decls || !loader->nodes ||
	    profile_reserve_names(profile) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < loader->n_files; i++) {
		struct load_file *file = &loader->files[i];
		const struct item *item =
		    file->nodes ? file->nodes->first : NULL;

		for (; item; item = item->next) {
			int r = enter_node(loader, file, item, n++);

			if (r)
				return r;
		}
	}
	return 0;
}

static int read_nodes(struct loader *loader)
{
	struct profile *profile = loader->profile;

	for (uint32_t i = 0; i < profile->n_decls; i++) {
		uint32_t n_errors = loader->diagnostics->n_errors;
		int r;

		loader->file = loader->nodes[i].file;
		r = node_read(loader, &profile->decls[i]);
		if (r)
			return r;
		if (loader->nodes[i].item->is_bad ||
		    loader->diagnostics->n_errors > n_errors)
			loader->nodes[i].is_bad = true;
	}
	refs_check_devices(loader);
	return 0;
}

static int load(struct loader *loader, const struct source *sources)
{
	const uint32_t n_errors = loader->diagnostics->n_errors;
	int r = read_files(loader, sources);

	if (!r)
		r = enter_nodes(loader);
	if (!r)
		r = read_nodes(loader);
	if (r)
		return r;
	if (!loader->n_files)
		load_error(loader, &(struct mark){0},
		    "no nodes: the profile has no file");
	if (loader->diagnostics->n_errors > n_errors) {
		r = graph_check(loader->profile, loader->diagnostics);
		return r ? r : -EINVAL;
	}
	return graph_build(loader->profile, loader->diagnostics);
}

static uint32_t count_shown(void *ctx, uint32_t line)
{
	const struct load_file *file = ctx;
	const struct hidden *hidden;
	uint32_t n_shown = UINT32_MAX;

	for (hidden = file->hidden; hidden; hidden = hidden->next) {
		if (hidden->line < line && line <= hidden->end_line)
			return 0;
		if (hidden->line == line && hidden->column <= n_shown)
			n_shown = hidden->column - 1;
	}
	return n_shown;
}

static struct profile *profile_new(void)
{
	struct arena *arena = arena_new();
	struct profile *profile =
	    arena ? arena_alloc(arena, sizeof(*profile)) : NULL;

	if (!profile) {
		arena_free(arena);
		return NULL;
	}
	profile->arena = arena;
	return profile;
}

int profile_load(const struct source *sources, size_t n,
    const struct schema *const *kinds, struct diagnostics *diagnostics,
    struct profile **ret)
{
	struct loader loader = {
	    .n_files = n,
	    .kinds = kinds,
	    .diagnostics = diagnostics,
	    .profile = profile_new(),
	    .scratch = arena_new(),
	};
	int r = -ENOMEM;

	if (loader.profile && loader.scratch)
		r = load(&loader, sources);
	for (size_t i = 0; i < n && loader.files; i++)
		source_attach(
		    &sources[i], diagnostics, count_shown, &loader.files[i]);
	arena_free(loader.scratch);
	if (diagnostics->failed)
		r = -ENOMEM;
	if (r)
		profile_free(loader.profile);
	else
		*ret = loader.profile;
	return r;
}
