/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The profiles that a scenario file names, and the nodes in them. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/profile.h"
#include "scenario/read.h"

enum { PROFILE_FILES_MAX = 64 }; /* of a profile */

static bool is_same_list(const struct item *a, const struct item *b)
{
	uint32_t n_a, n_b;

	a = read_items(a, &n_a);
	b = read_items(b, &n_b);
	if (n_a != n_b)
		return false;
	for (; n_a; n_a--, a = a->next, b = b->next)
		if (strcmp(a->text, b->text) != 0)
			return false;
	return true;
}

/* Text and name go with the file's arena: the host may free its own. */
static int read_file(struct reader *reader, const struct item *item,
    struct source *sources, uint32_t *n)
{
	_cleanup_(text_clear) struct text error = {0};
	struct arena *arena = reader->file->arena;
	const struct source *read;
	size_t n_read;
	int r = reader->options->read(
	    reader->options->ctx, item->text, &read, &n_read, &error);

	if (r == -ENOMEM || error.failed)
		return -ENOMEM;
	if (r) {
		read_error(reader, &item->mark, "%s",
		    error.data ? error.data : item->text);
		return 0;
	}
	for (size_t i = 0; i < n_read; i++) {
		if (*n == PROFILE_FILES_MAX) {
			read_error(reader, &item->mark,
			    "a profile of more than 64 files");
			return 0;
		}
		sources[*n].name = arena_strdup(arena, read[i].name);
		sources[*n].data =
		    arena_strndup(arena, read[i].data, read[i].size);
		sources[*n].size = read[i].size;
		if (!sources[*n].name || !sources[*n].data)
			return -ENOMEM;
		(*n)++;
	}
	return 0;
}

static int load(struct reader *reader, const struct item *files,
    struct scenario_profile *profile)
{
	struct source sources[PROFILE_FILES_MAX];
	uint32_t n_errors = reader->diagnostics->n_errors, n = 0, n_items;
	const struct item *item = read_items(files, &n_items);
	int r;

	for (; n_items; n_items--, item = item->next) {
		r = read_file(reader, item, sources, &n);
		if (r)
			return r;
	}
	if (reader->diagnostics->n_errors > n_errors)
		return 0;
	r = profile_load(sources, n, reader->file->kinds, reader->diagnostics,
	    &profile->profile);
	return r == -ENOMEM ? r : 0;
}

static bool check_files(struct reader *reader, const struct item *files)
{
	static const char expected[] =
	    "the name of a file, or a list of names";
	uint32_t n;
	const struct item *item = read_items(files, &n);

	if (!n) {
		read_type_error(reader, files, "profile", expected);
		return false;
	}
	for (; n; n--, item = item->next) {
		if (item->type == ITEM_TEXT && !item->is_bad && *item->text)
			continue;
		read_type_error(reader, item, "profile", expected);
		return false;
	}
	return true;
}

int read_profile(struct reader *reader, const struct item *files,
    const struct profile **ret)
{
	struct scenario_file *file = reader->file;
	struct scenario_profile *profile = file->profiles;
	int r = 0;

	*ret = NULL;
	if (!check_files(reader, files))
		return 0;
	while (profile && !is_same_list(profile->files, files))
		profile = profile->next;
	if (!profile) {
		profile = arena_alloc(file->arena, sizeof(*profile));
		if (!profile)
			return -ENOMEM;
		profile->files = files;
		profile->next = file->profiles;
		file->profiles = profile;
		r = load(reader, files, profile);
	}
	*ret = profile->profile;
	return r;
}

/* ---- names ---- */

/* Can the name, of it or of an instance of it, be used so? What is reported is
 * about the profile in force, where it may be of another kind by now. */
static bool fits(const struct decl *decl, bool is_instance, enum name_use use)
{
	if (is_instance && !decl->root)
		return false;
	return use != NAME_OF_PROVIDER ||
	    !(decl->schema->flags & SCHEMA_RESOLVER);
}

/* In the latest profile in which it fits, else the latest that has it. */
static struct decl *find_decl(
    const struct reader *reader, const char *name, enum name_use use)
{
	size_t n = strcspn(name, "@");
	struct decl *found = NULL;

	for (uint32_t i = 0; i < reader->n_profiles; i++) {
		struct decl *decl =
		    profile_find_n(reader->profiles[i], name, n);

		if (decl && fits(decl, name[n], use))
			return decl;
		if (!found)
			found = decl;
	}
	return found;
}

static void report_unknown(
    struct reader *reader, const char *name, const struct mark *mark)
{
	struct diagnostic *diagnostic =
	    read_error(reader, mark, "there is no node '%s'", name);
	const char *nearest = NULL;

	for (uint32_t i = 0; i < reader->n_profiles && !nearest; i++)
		nearest = profile_nearest(reader->profiles[i], name);
	if (nearest)
		diagnostics_hint(reader->diagnostics, diagnostic,
		    "did you mean '%s'?", nearest);
}

bool read_name(struct reader *reader, const char *name,
    const struct mark *mark, enum name_use use)
{
	const char *at = strchr(name, '@');
	struct decl *decl = find_decl(reader, name, use);

	/* Without the profile, whose errors are known, all are unknown. */
	if (!reader->n_profiles)
		return false;
	if (!decl) {
		report_unknown(reader, name, mark);
		return false;
	}
	if (at && (!at[1] || !decl->root)) {
		read_error(reader, mark, "there is no node '%s': %s", name,
		    at[1] ? "it is no template, and has no instances"
			  : "the device is missing");
		return false;
	}
	if (use != NAME_OF_NODE && decl->schema->flags & SCHEMA_RESOLVER) {
		read_error(reader, mark,
		    "'%s' has no provider: it is of kind '%s'", name,
		    decl->schema->kind);
		return false;
	}
	if (use == NAME_OF_REPORT && decl->root && !at) {
		read_error(reader, mark,
		    "'%s' is a template, and has no provider; name an "
		    "instance: %s@DEVICE", name, name);
		return false;
	}
	return true;
}
