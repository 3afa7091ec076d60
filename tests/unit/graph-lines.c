/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/graph-lines.h"

#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum { REFS_MAX = 16 };

static const struct match no_globs;

struct decl *lines_find_n(
    struct profile *profile, const char *name, size_t n)
{
	for (uint32_t i = 0; i < profile->n_decls; i++)
		if (strlen(profile->decls[i].name) == n &&
		    !memcmp(profile->decls[i].name, name, n))
			return &profile->decls[i];
	ck_abort_msg("no node %s", name);
}

struct decl *lines_find(struct profile *profile, const char *name)
{
	return lines_find_n(profile, name, strlen(name));
}

static struct ref make_ref(struct profile *profile, struct decl *decl,
    char *word, uint32_t column)
{
	char *at = strchr(word, '@');
	size_t n = at ? (size_t)(at - word) : strlen(word);

	return (struct ref){
		.decl = lines_find_n(profile, word, n),
		.device = at ? at + 1 : NULL,
		.mark = { "p.yaml", decl->mark.line, column, 1 },
	};
}

static struct trigger make_trigger(struct profile *profile, struct decl *decl,
    char *word, uint32_t column)
{
	char *colon = strchr(word, ':');

	if (!colon)
		return (struct trigger){ EVENT_NAMED, word, { 0 } };
	*colon = 0;
	return (struct trigger){ EVENT_UP, NULL,
		make_ref(profile, decl, word, column) };
}

struct refs *lines_refs(struct decl *decl, const char *key)
{
	struct decl_rare *rare = (struct decl_rare *)decl->rare;
	struct {
		const char *key;
		struct refs *refs;
	} keys[] = { { "requires", &decl->requires }, { "over", &decl->over },
		{ "wants", &rare->wants }, { "after", &rare->after },
		{ "of", &decl->of }, { "key-requires", &rare->key_requires },
		{ "key-pulls", &rare->key_pulls },
		{ "follows", &rare->follows }, { "when", &rare->when_refs } };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(key, keys[i].key))
			return keys[i].refs;
	return NULL;
}

static struct latch *add_latch(struct profile *profile, struct decl *decl)
{
	if (!decl->latches)
		decl->latches = arena_array(
		    profile->arena, REFS_MAX, sizeof(*decl->latches));
	return &decl->latches[decl->n_latches++];
}

static void read_words(struct profile *profile, struct decl *decl, char *words)
{
	const char *key = "";
	char *start = words, *save = NULL;

	strtok_r(words, " ", &save);
	for (char *word; (word = strtok_r(NULL, " ", &save));) {
		uint32_t column = (uint32_t)(word - start) + 1;
		struct refs *refs = lines_refs(decl, key);
		struct trigger *on;

		if (lines_refs(decl, word) || !strcmp(word, "from") ||
		    !strcmp(word, "until") || !strcmp(word, "on") ||
		    !strcmp(word, "device")) {
			key = word;
		} else if (!strcmp(word, "in-order")) {
			decl->is_in_order = true;
			decl->schema = &schema_any;
		} else if (!strcmp(word, "match")) {
			decl->match = &no_globs;
		} else if (!strcmp(key, "device")) {
			decl->device = word;
		} else if (!strcmp(key, "from")) {
			add_latch(profile, decl)->from =
			    make_trigger(profile, decl, word, column);
		} else if (!strcmp(key, "until")) {
			decl->latches[decl->n_latches - 1].until =
			    make_trigger(profile, decl, word, column);
		} else if (!strcmp(key, "on")) {
			on = arena_alloc(profile->arena, sizeof(*on));
			*on = make_trigger(profile, decl, word, column);
			decl->on_event = on;
		} else {
			ck_assert_ptr_nonnull(refs);
			if (!refs->items)
				refs->items = arena_array(profile->arena,
				    REFS_MAX, sizeof(*refs->items));
			ck_assert_uint_lt(refs->n, REFS_MAX);
			refs->items[refs->n++] =
			    make_ref(profile, decl, word, column);
		}
	}
}

struct profile *lines_make(const char *const *lines, uint32_t n)
{
	struct arena *arena = arena_new();
	struct profile *profile = arena_alloc(arena, sizeof(*profile));

	profile->arena = arena;
	profile->n_decls = n;
	profile->decls = arena_array(arena, n, sizeof(*profile->decls));
	for (uint32_t i = 0; i < n; i++) {
		struct decl *decl = &profile->decls[i];

		decl->index = i;
		decl->rare = arena_alloc(arena, sizeof(*decl->rare));
		decl->schema = &schema_all;
		decl->name = arena_strndup(
		    arena, lines[i], strcspn(lines[i], " "));
		decl->mark = (struct mark){ "p.yaml", i + 1, 1, 1 };
	}
	for (uint32_t i = 0; i < n; i++)
		read_words(profile, &profile->decls[i],
		    arena_strdup(arena, lines[i]));
	return profile;
}

struct profile *lines_build(
    const char *const *lines, uint32_t n, char **ret_errors)
{
	struct diagnostics diagnostics = { 0 };
	struct text text = { 0 };
	struct profile *profile = lines_make(lines, n);
	int r = graph_build(profile, &diagnostics);

	ck_assert_int_eq(r, diagnostics.n_errors ? -EINVAL : 0);
	text_append(&text, "");
	for (uint32_t i = 0; i < diagnostics.n; i++)
		diagnostic_print(&diagnostics.items[i], &text);
	diagnostics_clear(&diagnostics);
	if (r)
		profile = profile_free(profile);
	if (ret_errors)
		*ret_errors = text_steal(&text);
	else
		ck_assert_msg(!r, "%s", text.data);
	text_clear(&text);
	return profile;
}

void lines_expect_error(
    const char *const *lines, uint32_t n, const char *want)
{
	_cleanup_(free_ptr) char *got = NULL;

	ck_assert_ptr_null(lines_build(lines, n, &got));
	ck_assert_msg(strstr(got, want), "no '%s' in: %s", want, got);
}
