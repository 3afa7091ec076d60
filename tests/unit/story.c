/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/story.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/fake/schema.h"
#include "providers/schemas.h"

static const char *const moves[][2] = {
	{ "idle", "starting" }, { "waiting", "starting" },
	{ "failed", "starting" }, { "starting", "up" },
	{ "starting", "failed" }, { "starting", "unmet" }, { "unmet", "up" },
	{ "up", "unmet" }, { "up", "failed" }, { "starting", "stopping" },
	{ "up", "stopping" }, { "unmet", "stopping" }, { "stopping", "idle" },
	{ "stopping", "waiting" }, { "stopping", "failed" },
	{ "idle", "waiting" }, { "waiting", "idle" }, { "failed", "waiting" },
	/* `idle <-> waiting <- failed`: wanted no more at the same time */
	{ "failed", "idle" },
	/* the provider watches on, for another reason */
	{ "unmet", "unmet" },
	/* an instance whose device is gone */
	{ "idle", "absent" }, { "waiting", "absent" }, { "failed", "absent" },
	/* what a reload took out of the profile */
	{ "stopping", "absent" },
};

bool story_is_move(const char *from, const char *to)
{
	for (size_t i = 0; i < ARRAY_SIZE(moves); i++)
		if (!strcmp(moves[i][0], from) && !strcmp(moves[i][1], to))
			return true;
	return false;
}

/* The end of a task's run: it waits for the next occurrence. */
static bool is_end_of_run(
    const struct node *node, const char *from, const char *to)
{
	return node_decl(node)->on_event && !strcmp(from, "starting") &&
	       !strcmp(to, "waiting");
}

/* Remembers per node whether it is unmet: notices tell by their reason. */
static void on_notice(void *ctx, const struct notice *notice)
{
	struct story *story = ctx;
	const char *name = node_name(notice->node);
	const char *from = node_state_name(notice->from);
	const char *to = node_state_name(notice->to);

	if (notice->from == NODE_WAITING && notice->was_unmet)
		from = "unmet";
	if (notice->to == NODE_WAITING && notice->is_unmet)
		to = "unmet";
	story->n_moves++;
	if (story->moves.n < 1 << 20)
		text_printf(&story->moves, "%s %s %s\n", name, from, to);
	if (story->causes.n < 1 << 20)
		text_printf(&story->causes, "%s %s: %s\n", name, to,
		    notice->cause);
	if (story_is_move(from, to) || is_end_of_run(notice->node, from, to))
		return;
	story->n_bad_moves++;
	snprintf(story->bad_move, sizeof(story->bad_move), "%s: %s -> %s",
	    name, from, to);
}

struct profile *story_load(const char *nodes)
{
	const struct schema *kinds[32] = { &schema_fake };
	_cleanup_(text_clear) struct text text = { 0 }, errors = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct profile *profile = NULL;
	int r;

	for (size_t i = 0; provider_schemas[i]; i++) {
		ck_assert_uint_lt(i, ARRAY_SIZE(kinds) - 2);
		kinds[i + 1] = provider_schemas[i];
	}
	text_append(&text, "version: 1\nnodes:\n");
	text_append(&text, nodes);
	r = profile_load(
	    &(struct source){ "story.yaml", text.data, text.n }, 1, kinds,
	    &diagnostics, &profile);
	for (uint32_t i = 0; i < diagnostics.n; i++)
		diagnostic_print(&diagnostics.items[i], &errors);
	diagnostics_clear(&diagnostics);
	ck_assert_msg(!r, "profile: %s", errors.data ? errors.data : "?");
	return profile;
}

void story_begin(
    struct story *story, const char *nodes, const char *rigid_kind)
{
	*story = (struct story){ .profile = story_load(nodes) };
	ck_assert_int_eq(fake_new(story->profile,
			     &(struct fake_options){ .notice = on_notice,
				 .ctx = story,
				 .rigid_kind = rigid_kind },
			     &story->fake),
	    0);
}

void story_end(struct story *story)
{
	ck_assert_msg(!story->n_bad_moves, "%s", story->bad_move);
	story->fake = fake_free(story->fake);
	story->profile = profile_free(story->profile);
	while (story->n_former)
		profile_free(story->former[--story->n_former]);
	text_clear(&story->moves);
	text_clear(&story->causes);
}

/* Calls f with each of the words. */
static void each_word(struct story *story, const char *words,
    void (*f)(struct story *story, const char *word))
{
	_cleanup_(free_ptr) char *copy = strdup(words);
	char *rest = copy;

	for (char *word; (word = strsep(&rest, " ,\n"));)
		if (*word)
			f(story, word);
}

static void plug(struct story *story, const char *key)
{
	const struct device device = { .key = key, .name = key, .ifindex = 7,
		.type = "ethernet", .mac = "02:00:00:00:00:01" };

	ck_assert_int_eq(fake_plug(story->fake, &device), 0);
}

void story_plug(struct story *story, const char *keys)
{
	each_word(story, keys, plug);
}

void story_unplug(struct story *story, const char *key)
{
	ck_assert_int_eq(fake_unplug(story->fake, key), 0);
}

enum act { ACT_UP, ACT_DOWN, ACT_FORCE_DOWN, ACT_RESET, ACT_RESTART };

static void act(struct story *story, const char *words, enum act what)
{
	_cleanup_(free_ptr) char *copy = strdup(words);
	const char *names[16];
	char *rest = copy;
	size_t n = 0;
	int r = -1;

	for (char *word; (word = strsep(&rest, " "));)
		names[n++] = word;
	switch (what) {
	case ACT_UP:
		r = fake_up(story->fake, names, n);
		break;
	case ACT_DOWN:
	case ACT_FORCE_DOWN:
		r = fake_down(story->fake, names, n, what == ACT_FORCE_DOWN);
		break;
	case ACT_RESET:
		r = fake_reset(story->fake, names, n);
		break;
	case ACT_RESTART:
		r = fake_restart(story->fake, names, n);
		break;
	}
	ck_assert_msg(!r, "%s", fake_said(story->fake));
}

void story_up(struct story *story, const char *names)
{
	act(story, names, ACT_UP);
}

void story_down(struct story *story, const char *names)
{
	act(story, names, ACT_DOWN);
}

void story_force_down(struct story *story, const char *names)
{
	act(story, names, ACT_FORCE_DOWN);
}

void story_reset(struct story *story, const char *names)
{
	act(story, names, ACT_RESET);
}

void story_restart(struct story *story, const char *names)
{
	act(story, names, ACT_RESTART);
}

void story_emit(struct story *story, const char *event)
{
	fake_emit(story->fake, event);
}

void story_set(struct story *story, const char *name,
    const struct fake_outcome *outcome)
{
	ck_assert_int_eq(fake_set(story->fake, name, outcome), 0);
}

void story_reload(struct story *story, const char *nodes)
{
	struct profile *profile = story_load(nodes);

	ck_assert_uint_lt(story->n_former, ARRAY_SIZE(story->former));
	ck_assert_int_eq(fake_reload(story->fake, profile), 0);
	story->former[story->n_former++] = story->profile;
	story->profile = profile;
}

void story_report(
    struct story *story, const char *name, enum report_type type)
{
	ck_assert_int_eq(fake_report(story->fake, name,
			     &(struct report){ .type = type,
				 .reason = "the test says so" }),
	    0);
}

void story_facts(struct story *story, const char *name, const char *facts)
{
	_cleanup_(free_ptr) char *copy = strdup(facts);
	struct fact items[16];
	char *rest = copy;
	size_t n = 0;

	for (char *word; (word = strsep(&rest, " "));) {
		char *key = strsep(&word, "=");

		if (!word)
			continue;
		ck_assert_uint_lt(n, ARRAY_SIZE(items));
		items[n++] = (struct fact){ key, word };
	}
	ck_assert_int_eq(fake_report(story->fake, name,
			     &(struct report){ .type = REPORT_FACTS,
				 .facts = items,
				 .n_facts = n }),
	    0);
}

void story_advance(struct story *story, uint64_t ms)
{
	fake_advance(story->fake, ms);
}

void story_expect(struct story *story, const char *states)
{
	_cleanup_(free_ptr) char *copy = strdup(states);
	char *rest = copy;

	for (char *item; (item = strsep(&rest, ","));) {
		char name[128], want[32];

		ck_assert_int_eq(sscanf(item, "%127s %31s", name, want), 2);
		struct node *node =
		    resolver_find(fake_resolver(story->fake), name);
		const char *got =
		    node ? node_state_name(node_state(node)) : "absent";
		_cleanup_(free_ptr) char *why = story_why(story, name);
		ck_assert_msg(!strcmp(got, want), "%s is %s, not %s\n%s",
		    name, got, want, why);
	}
}

void story_expect_fact(struct story *story, const char *name,
    const char *key, const char *value)
{
	struct node *node = resolver_find(fake_resolver(story->fake), name);
	const char *got;

	ck_assert_msg(node != NULL, "%s is absent", name);
	got = node_fact(node, key);
	ck_assert_msg(!strcmp(got ? got : "(none)", value ? value : "(none)"),
	    "%s: %s is %s, not %s", name, key, got ? got : "(none)",
	    value ? value : "(none)");
}

void story_expect_trace(struct story *story, const char *actions)
{
	_cleanup_(text_clear) struct text want = { 0 };
	_cleanup_(free_ptr) char *copy = strdup(actions);
	char *rest = copy;

	for (char *item; (item = strsep(&rest, ",\n"));) {
		item += strspn(item, " \t");
		if (*item)
			text_printf(&want, "%s\n", item);
	}
	ck_assert_str_eq(fake_trace(story->fake), want.data ? want.data : "");
	fake_clear_trace(story->fake);
}

void story_expect_causes(struct story *story, const char *lines)
{
	ck_assert_str_eq(story->causes.data ? story->causes.data : "", lines);
	text_clear(&story->causes);
}

void story_expect_said(struct story *story, const char *text)
{
	ck_assert_msg(strstr(fake_said(story->fake), text), "said: %s",
	    fake_said(story->fake));
	fake_clear_said(story->fake);
}

static void add_line(void *ctx, const struct why_line *line)
{
	text_printf(ctx, "%*s", (int)line->depth * 2, "");
	if (line->node)
		text_printf(ctx, "%s (%s): ", line->node, line->state);
	text_printf(ctx, "%s\n", line->text);
}

char *story_why(struct story *story, const char *name)
{
	struct text text = { 0 };

	text_append(&text, "");
	resolver_why(fake_resolver(story->fake), fake_now_ms(story->fake),
	    name, add_line, &text);
	return text_steal(&text);
}

void story_expect_lines(
    struct story *story, const char *name, const char *lines)
{
	_cleanup_(free_ptr) char *why = story_why(story, name);

	ck_assert_str_eq(why, lines);
}

void story_expect_words(
    struct story *story, const char *name, const char *words)
{
	_cleanup_(text_clear) struct text text = { 0 };

	text_append(&text, "");
	node_say_waiting(
	    resolver_find(fake_resolver(story->fake), name), &text);
	ck_assert_str_eq(text.data, words);
}

void story_expect_why(
    struct story *story, const char *name, const char *texts)
{
	_cleanup_(free_ptr) char *copy = strdup(texts);
	_cleanup_(free_ptr) char *why = story_why(story, name);
	char *rest = copy;

	for (char *item; (item = strsep(&rest, "|"));)
		ck_assert_msg(
		    strstr(why, item), "'%s' is not in:\n%s", item, why);
}
