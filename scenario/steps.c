/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of a scenario. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "scenario/read.h"

/* ---- names ---- */

static int read_names(struct reader *reader, const struct item *item,
    struct step *step, const char *what)
{
	uint32_t n;
	const struct item *at = read_items(item, &n);
	const char **names = arena_array(
	    reader->file->arena, (size_t)n + 1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	step->names = names;
	if (!n && !item->is_bad)
		read_error(reader, &item->mark,
		    "'%s' must name a node, or several; the list is empty",
		    what);
	for (; n; n--, at = at->next)
		if (read_text(reader, at, what, &names[step->n_names]) &&
		    read_name(reader, at->text, &at->mark, NAME_OF_NODE))
			step->n_names++;
	return 0;
}

static int read_nodes(
    struct reader *reader, const struct item *item, struct step *step)
{
	return read_names(reader, item, step, step_type_name(step->type));
}

/* A name, names, or { node: NAME, force: true }. */
static int read_down(
    struct reader *reader, const struct item *item, struct step *step)
{
	static const char *const keys[] = {"node", "force"};
	const struct item *node;

	if (item->type != ITEM_MAPPING)
		return read_nodes(reader, item, step);
	for (const struct item *at = item->first; at; at = at->next)
		if (read_key(reader, at, "'down'", keys, 2) == 1)
			read_bool(reader, at, "force", &step->force);
	node = item_find(item, "node");
	if (node)
		return read_names(reader, node, step, "node");
	read_error(reader, &item->mark, "'node' is missing");
	return 0;
}

static int read_emit(
    struct reader *reader, const struct item *item, struct step *step)
{
	const char **names =
	    arena_array(reader->file->arena, 1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	if (!read_text(reader, item, "emit", names))
		return 0;
	step->names = names;
	step->n_names = 1;
	return 0;
}

static int read_actions(
    struct reader *reader, const struct item *item, struct step *step)
{
	static const char *const words[] = {
	    "start ", "stop ", "rebind ", "update "};
	static const char expected[] =
	    "an action, such as 'start lan@eth0' or 'stop lan@eth0'";
	uint32_t n;
	const struct item *at = read_items(item, &n);
	const char **names = arena_array(
	    reader->file->arena, (size_t)n + 1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	step->names = names;
	/* `expect-trace:` alone: no action. */
	if (item_is_empty(item))
		n = 0;
	for (; n; n--, at = at->next) {
		bool found = false;

		for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
			size_t length = strlen(words[i]);

			if (at->type != ITEM_TEXT ||
			    strncmp(at->text, words[i], length) != 0)
				continue;
			found = true;
			if (read_name(reader, at->text + length, &at->mark,
				NAME_OF_PROVIDER))
				names[step->n_names++] = at->text;
		}
		if (!found)
			read_type_error(
			    reader, at, "expect-trace", expected);
	}
	return 0;
}

/* ---- what is said of nodes ---- */

static bool read_word(struct reader *reader, const struct item *item,
    const char *const *words, size_t n, const char *expected, size_t *ret)
{
	for (size_t i = 0; i < n; i++)
		if (item->type == ITEM_TEXT && !strcmp(item->text, words[i])) {
			*ret = i;
			return true;
		}
	read_type_error(reader, item, item->key, expected);
	return false;
}

static bool read_reported(
    struct reader *reader, const struct item *item, struct claim *claim)
{
	/* As enum fake_word. */
	static const char *const words[] = {
	    "up", "unmet", "failed", "permanent", "lost"};
	size_t word;

	if (!read_word(reader, item, words, ARRAY_SIZE(words),
		"up, unmet, failed, permanent or lost", &word))
		return false;
	claim->word = (enum fake_word)word;
	return true;
}

static bool read_state(
    struct reader *reader, const struct item *item, struct claim *claim)
{
	static const char *const words[] = {"idle", "waiting", "starting",
	    "up", "stopping", "failed", "absent"};
	size_t word;

	if (!read_word(reader, item, words, ARRAY_SIZE(words),
		"idle, waiting, starting, up, stopping, failed or absent",
		&word))
		return false;
	claim->text = words[word];
	return true;
}

static enum name_use name_use(enum step_type type)
{
	return type == STEP_REPORT || type == STEP_FACTS ? NAME_OF_REPORT
							 : NAME_OF_NODE;
}

/* The value of one node; expect-why may have several texts. */
static int read_claim(struct reader *reader, const struct item *item,
    struct step *step, struct claim *claims)
{
	struct claim *claim = &claims[step->n_claims];
	bool good = true;
	uint32_t n;
	int r = 0;

	*claim = (struct claim){.node = item->key, .mark = item->key_mark};
	if (!read_name(
		reader, item->key, &item->key_mark, name_use(step->type)))
		return 0;
	if (step->type == STEP_EXPECT_WHY) {
		for (item = read_items(item, &n); n; n--, item = item->next)
			if (read_text(reader, item, claim->node,
				&claims[step->n_claims].text)) {
				claims[step->n_claims].node = claim->node;
				claims[step->n_claims++].mark = claim->mark;
			}
		return 0;
	}
	if (step->type == STEP_REPORT)
		good = read_reported(reader, item, claim);
	else if (step->type == STEP_EXPECT)
		good = read_state(reader, item, claim);
	else
		r = read_facts(reader, item, item->key, &claim->facts,
		    &claim->n_facts);
	step->n_claims += good;
	return r;
}

static int read_claims(
    struct reader *reader, const struct item *item, struct step *step)
{
	struct claim *claims;
	size_t n = 1;

	if (!read_mapping(reader, item, step_type_name(step->type),
		"a mapping of nodes, such as { NODE: ... }"))
		return 0;
	for (const struct item *at = item->first; at; at = at->next)
		n += at->n + 1;
	claims = arena_array(reader->file->arena, n, sizeof(*claims));
	if (!claims)
		return -ENOMEM;
	step->claims = claims;
	for (const struct item *at = item->first; at; at = at->next) {
		int r = read_claim(reader, at, step, claims);

		if (r)
			return r;
	}
	return 0;
}

/* ---- the rest ---- */

static int read_plugged(
    struct reader *reader, const struct item *item, struct step *step)
{
	return read_plug(reader, item, &step->devices, &step->n_devices);
}

static int read_advance(
    struct reader *reader, const struct item *item, struct step *step)
{
	read_duration(reader, item, "advance", &step->ms);
	return 0;
}

static int read_reload(
    struct reader *reader, const struct item *item, struct step *step)
{
	int r = read_profile(reader, item, &step->profile);

	/* Its nodes are known from here on, besides those before. */
	if (step->profile) {
		memmove(reader->profiles + 1, reader->profiles,
		    reader->n_profiles * sizeof(struct profile *));
		reader->profiles[0] = step->profile;
		reader->n_profiles++;
	}
	return r;
}

/* `- settle`; also with nothing, true or an empty mapping behind it. */
static int read_nothing(
    struct reader *reader, const struct item *item, struct step *step)
{
	const char *name = step_type_name(step->type);

	if (item_is_empty(item) || (item->type == ITEM_MAPPING && !item->n) ||
	    (item->type == ITEM_TEXT &&
		(!strcmp(item->text, "true") || !strcmp(item->text, "null") ||
		    !strcmp(item->text, name))))
		return 0;
	read_error(reader, &item->mark, "'%s' has no value; write '- %s'",
	    name, name);
	return 0;
}

static const struct step_kind {
	const char *name;
	int (*read)(struct reader *reader, const struct item *item,
	    struct step *step);
} step_kinds[] = {
    [STEP_PLUG] = {"plug", read_plugged},
    [STEP_UNPLUG] = {"unplug", read_unplug},
    [STEP_CHANGE] = {"change", read_change},
    [STEP_UP] = {"up", read_nodes},
    [STEP_DOWN] = {"down", read_down},
    [STEP_RESET] = {"reset", read_nodes},
    [STEP_RESTART] = {"restart", read_nodes},
    [STEP_EMIT] = {"emit", read_emit},
    [STEP_REPORT] = {"report", read_claims},
    [STEP_FACTS] = {"facts", read_claims},
    [STEP_RELOAD] = {"reload", read_reload},
    [STEP_CRASH] = {"crash", read_nothing},
    [STEP_ADVANCE] = {"advance", read_advance},
    [STEP_SETTLE] = {"settle", read_nothing},
    [STEP_EXPECT] = {"expect", read_claims},
    [STEP_EXPECT_FACTS] = {"expect-facts", read_claims},
    [STEP_EXPECT_TRACE] = {"expect-trace", read_actions},
    [STEP_EXPECT_WHY] = {"expect-why", read_claims},
};

const char *step_type_name(enum step_type type)
{
	return step_kinds[type].name;
}

/* Where in the table; -1: reported. */
static int find_kind(
    struct reader *reader, const char *name, const struct mark *mark)
{
	const char *names[ARRAY_SIZE(step_kinds)];
	struct diagnostic *diagnostic;

	for (size_t i = 0; i < ARRAY_SIZE(step_kinds); i++) {
		names[i] = step_kinds[i].name;
		if (strcmp(name, names[i]) == 0)
			return (int)i;
	}
	diagnostic = read_error(reader, mark, "'%s' is not a step", name);
	read_suggest(reader, diagnostic, name, names, ARRAY_SIZE(names));
	return -1;
}

static int read_step(
    struct reader *reader, const struct item *item, struct step *step)
{
	const struct item *value = item;
	int kind;

	*step = (struct step){.item = item, .mark = item->mark};
	if (item->type == ITEM_TEXT && !item_is_empty(item)) {
		kind = find_kind(reader, item->text, &item->mark);
		if (kind >= 0 && step_kinds[kind].read != read_nothing) {
			read_error(reader, &item->mark,
			    "'%s' needs a value: '%s: ...'", item->text,
			    item->text);
			kind = -1;
		}
	} else if (item->type == ITEM_MAPPING && item->n == 1) {
		value = item->first;
		step->mark = value->key_mark;
		kind = find_kind(reader, value->key, &value->key_mark);
	} else {
		read_error(reader, &item->mark,
		    "a step must be one word, as 'settle', or a mapping with "
		    "one key, as 'advance: 2s'");
		return 0;
	}
	if (kind < 0)
		return 0;
	step->type = (enum step_type)kind;
	return step_kinds[kind].read(reader, value, step);
}

int read_steps(struct reader *reader, const struct item *item,
    struct scenario *scenario)
{
	struct step *steps;
	uint32_t n = 0;

	if (item->type != ITEM_LIST) {
		read_type_error(reader, item, "steps", "a list of steps");
		return 0;
	}
	steps = arena_array(
	    reader->file->arena, (size_t)item->n + 1, sizeof(*steps));
	reader->profiles = arena_array(reader->file->arena,
	    (size_t)item->n + 1, sizeof(*reader->profiles));
	if (!steps || !reader->profiles)
		return -ENOMEM;
	reader->n_profiles = 0;
	if (reader->file->profile)
		reader->profiles[reader->n_profiles++] =
		    reader->file->profile;
	for (const struct item *at = item->first; at; at = at->next) {
		int r = read_step(reader, at, &steps[n++]);

		if (r)
			return r;
	}
	scenario->steps = steps;
	scenario->n_steps = n;
	return 0;
}
