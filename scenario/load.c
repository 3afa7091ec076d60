/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of scenarios: its top, and what a scenario has besides its steps. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "providers/fake/schema.h"
#include "resolver/profile.h"
#include "resolver/source.h"
#include "scenario/read.h"

/* ---- outcomes ---- */

static int read_later(struct reader *reader, const struct item *item,
    struct fake_outcome *outcome)
{
	static const char *const keys[] = {"takes", "facts"};
	int r = 0;

	if (!read_mapping(reader, item, "later",
		"a mapping, such as { takes: 1s, facts: { ... } }"))
		return 0;
	for (const struct item *at = item->first; at && !r; at = at->next) {
		int key = read_key(reader, at, "'later'", keys, 2);

		if (key == 0)
			read_duration(
			    reader, at, "takes", &outcome->later_ms);
		else if (key == 1)
			r = read_facts(reader, at, "facts",
			    &outcome->later_facts, &outcome->n_later);
	}
	return r;
}

static int read_outcome_key(struct reader *reader, const struct item *item,
    struct fake_outcome *outcome)
{
	static const char *const keys[] = {"takes", "fails", "permanent",
	    "unmet", "never", "lost-after", "stop-takes", "facts", "later",
	    "error", "follows"};
	bool follows = true;

	switch (read_key(reader, item, "a simulated provider", keys,
	    ARRAY_SIZE(keys))) {
	case 0:
		read_duration(reader, item, "takes", &outcome->takes_ms);
		break;
	case 1:
		read_number(reader, item, "fails", &outcome->fails);
		break;
	case 2:
		read_bool(reader, item, "permanent", &outcome->permanent);
		break;
	case 3:
		read_bool(reader, item, "unmet", &outcome->unmet);
		break;
	case 4:
		read_bool(reader, item, "never", &outcome->never);
		break;
	case 5:
		outcome->is_lost = read_duration(reader, item, "lost-after",
		    &outcome->lost_after_ms);
		break;
	case 6:
		read_duration(
		    reader, item, "stop-takes", &outcome->stop_takes_ms);
		break;
	case 7:
		return read_facts(reader, item, "facts", &outcome->facts,
		    &outcome->n_facts);
	case 8:
		return read_later(reader, item, outcome);
	case 9:
		read_text(reader, item, "error", &outcome->error);
		break;
	case 10:
		read_bool(reader, item, "follows", &follows);
		outcome->is_rigid = !follows;
		break;
	}
	return 0;
}

static int read_providers(struct reader *reader, const struct item *item,
    struct scenario *scenario)
{
	struct scenario_provider *providers;

	if (!read_mapping(reader, item, "providers",
		"a mapping of nodes, such as { lan: { takes: 300ms } }"))
		return 0;
	providers = arena_array(
	    reader->file->arena, (size_t)item->n + 1, sizeof(*providers));
	if (!providers)
		return -ENOMEM;
	scenario->providers = providers;
	for (const struct item *at = item->first; at; at = at->next) {
		struct scenario_provider *provider =
		    &providers[scenario->n_providers];

		provider->name = at->key;
		if (read_name(reader, at->key, &at->key_mark,
			NAME_OF_PROVIDER))
			scenario->n_providers++;
		if (!read_mapping(reader, at, at->key,
			"a mapping, such as { takes: 300ms }"))
			continue;
		for (const struct item *key = at->first; key;
			key = key->next) {
			int r = read_outcome_key(
			    reader, key, &provider->outcome);

			if (r)
				return r;
		}
	}
	return 0;
}

/* ---- scenarios ---- */

static int read_scenario(struct reader *reader, const struct item *item,
    struct scenario *scenario)
{
	static const char *const keys[] = {
	    "name", "providers", "devices", "steps"};
	const struct item *name, *devices, *steps, *providers;
	int r = 0;

	reader->present = NULL;
	reader->n_plugged = 0;
	scenario->mark = item->mark;
	scenario->name = "";
	if (!read_mapping(reader, item, "scenarios",
		"mappings with 'name' and 'steps'"))
		return 0;
	for (const struct item *at = item->first; at; at = at->next)
		read_key(reader, at, "a scenario", keys, ARRAY_SIZE(keys));
	name = item_find(item, "name");
	if (!name)
		read_error(reader, &item->mark, "'name' is missing");
	else if (read_text(reader, name, "name", &scenario->name))
		scenario->mark = name->mark;
	devices = item_find(item, "devices");
	if (devices)
		r = read_plug(reader, devices, &scenario->devices,
		    &scenario->n_devices);
	steps = item_find(item, "steps");
	if (!r && !steps)
		read_error(reader, &item->mark, "'steps' is missing");
	else if (!r)
		r = read_steps(reader, steps, scenario);
	/* Last: they may be for nodes of a profile that a step loads. */
	providers = item_find(item, "providers");
	if (!r && steps && providers)
		r = read_providers(reader, providers, scenario);
	if (!r && !reader->diagnostics->n_errors)
		scenario_lint(reader, item, scenario);
	return r;
}

/* A report says by its name which one it is about. */
static void check_name(
    struct reader *reader, const struct scenario *scenario)
{
	const struct scenario *first = reader->file->scenarios;

	while (strcmp(first->name, scenario->name) != 0)
		first++;
	if (first != scenario && *scenario->name)
		read_error(reader, &scenario->mark,
		    "there are two scenarios '%s'; the first is at %s:%u:%u",
		    scenario->name, first->mark.file, first->mark.line,
		    first->mark.column);
}

static int read_scenarios(struct reader *reader, const struct item *item)
{
	struct scenario *scenarios;

	if (item->type != ITEM_LIST) {
		read_type_error(
		    reader, item, "scenarios", "a list of scenarios");
		return 0;
	}
	if (!item->n)
		read_error(reader, &item->mark,
		    "'scenarios' is empty: there is nothing to run");
	scenarios = arena_array(
	    reader->file->arena, (size_t)item->n + 1, sizeof(*scenarios));
	if (!scenarios)
		return -ENOMEM;
	reader->file->scenarios = scenarios;
	for (const struct item *at = item->first; at; at = at->next) {
		struct scenario *scenario =
		    &scenarios[reader->file->n_scenarios++];
		int r = read_scenario(reader, at, scenario);

		if (r)
			return r;
		check_name(reader, scenario);
	}
	return 0;
}

/* ---- the file ---- */

static void check_version(struct reader *reader, const struct item *root)
{
	const struct item *version = item_find(root, "version");
	struct mark top = root->mark;

	if (!version)
		read_error(reader, &top,
		    "'version' is missing; begin the file with 'version: 1'");
	else if (version->type != ITEM_TEXT ||
	    strcmp(version->text, "1") != 0)
		read_type_error(reader, version, "version", "1");
}

static int read_root(struct reader *reader, const struct item *root)
{
	static const char *const keys[] = {"version", "profile", "scenarios"};
	const struct item *profile, *scenarios;
	const struct profile *loaded = NULL;
	int r = 0;

	if (root->type != ITEM_MAPPING) {
		read_error(reader, &root->mark,
		    "a scenario file must be a mapping with 'version', "
		    "'profile' and 'scenarios'");
		return 0;
	}
	check_version(reader, root);
	for (const struct item *at = root->first; at; at = at->next)
		read_key(
		    reader, at, "a scenario file", keys, ARRAY_SIZE(keys));
	profile = item_find(root, "profile");
	if (profile)
		r = read_profile(reader, profile, &loaded);
	else
		read_error(reader, &root->mark, "'profile' is missing");
	reader->file->profile = (struct profile *)loaded;
	scenarios = item_find(root, "scenarios");
	if (!r && scenarios)
		r = read_scenarios(reader, scenarios);
	else if (!r)
		read_error(reader, &root->mark, "'scenarios' is missing");
	return r;
}

static int read_file(struct reader *reader)
{
	struct scenario_file *file = reader->file;
	struct mark top = {
	    .file = file->name, .line = 1, .column = 1, .length = 1};
	struct item *root, *again;
	int r = items_read(reader->source, file->name, file->arena,
	    reader->diagnostics, &root, &again);

	if (r == -ENOMEM)
		return r;
	/* What follows of a file that is no YAML would mislead. */
	if (r)
		return 0;
	if (!root) {
		read_error(reader, &top, "the file is empty");
		return 0;
	}
	return read_root(reader, root);
}

/* Of timeouts only those written in the profile count: the kinds have none
 * here. `fake` is one of them. */
static int copy_kinds(
    struct scenario_file *file, const struct schema *const *kinds)
{
	size_t n = 0;
	bool has_fake = false;

	while (kinds[n])
		n++;
	file->kinds = arena_array(file->arena, n + 2, sizeof(*file->kinds));
	if (!file->kinds)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct schema *copy;

		has_fake |= kinds[i] == &schema_fake;
		file->kinds[i] = kinds[i];
		if (!kinds[i]->timeout_ms)
			continue;
		copy = arena_alloc(file->arena, sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		*copy = *kinds[i];
		copy->timeout_ms = 0;
		file->kinds[i] = copy;
	}
	if (!has_fake)
		file->kinds[n] = &schema_fake;
	return 0;
}

static struct scenario_file *file_new(const char *name)
{
	struct arena *arena = arena_new();
	struct scenario_file *file =
	    arena ? arena_alloc(arena, sizeof(*file)) : NULL;

	if (!file) {
		arena_free(arena);
		return NULL;
	}
	file->arena = arena;
	file->name = arena_strdup(arena, name);
	if (file->name)
		return file;
	arena_free(arena);
	return NULL;
}

int scenario_load(const struct source *source,
    const struct scenario_options *options, struct diagnostics *diagnostics,
    struct scenario_file **ret)
{
	uint32_t n_errors = diagnostics->n_errors;
	struct reader reader = {.source = source,
	    .options = options,
	    .diagnostics = diagnostics,
	    .file = file_new(source->name)};
	int r = reader.file ? copy_kinds(reader.file, options->kinds)
			    : -ENOMEM;

	if (!r)
		r = read_file(&reader);
	source_attach(source, diagnostics, NULL, NULL);
	if (diagnostics->failed)
		r = -ENOMEM;
	else if (!r && diagnostics->n_errors > n_errors)
		r = -EINVAL;
	if (r)
		scenario_free(reader.file);
	else
		*ret = reader.file;
	return r;
}

struct scenario_file *scenario_free(struct scenario_file *file)
{
	if (!file)
		return NULL;
	for (struct scenario_profile *profile = file->profiles; profile;
		profile = profile->next)
		profile_free(profile->profile);
	arena_free(file->arena);
	return NULL;
}
