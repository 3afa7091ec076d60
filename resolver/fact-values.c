/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ${FACT} in the values of a profile: found, and checked. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "resolver/facts.h"
#include "resolver/load.h"

bool piece_next(const char **text, struct piece *ret)
{
	const char *at = *text, *open = strstr(at, "${"), *end;

	if (!*at)
		return false;
	*ret = (struct piece){.at = at};
	if (!open) {
		ret->n = strlen(at);
		*text += ret->n;
	} else if (open > at && open[-1] == '$') {
		/* "$${": all before the first $, or else "${" itself. */
		ret->at = open - 1 > at ? at : open;
		ret->n = open - 1 > at ? (size_t)(open - 1 - at) : 2;
		*text = ret->at + ret->n;
	} else if (open > at) {
		ret->n = (size_t)(open - at);
		*text = open;
	} else {
		ret->is_fact = true;
		ret->at = open + 2;
		end = strchr(ret->at, '}');
		ret->is_open = !end;
		ret->n = end ? (size_t)(end - ret->at) : strlen(ret->at);
		*text = ret->at + ret->n + (end ? 1 : 0);
	}
	return true;
}

bool fact_values_has(const char *text)
{
	struct piece piece;

	while (piece_next(&text, &piece))
		if (piece.is_fact)
			return true;
	return false;
}

char *fact_values_plain(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text), *to = copy;
	struct piece piece;

	while (copy && piece_next(&text, &piece)) {
		memcpy(to, piece.at, piece.n);
		to += piece.n;
		*to = '\0';
	}
	return copy;
}

static bool is_used(const struct decl_rare *rare, struct fact_use **ret_last,
    const char *name, bool is_fixed)
{
	struct fact_use *use = rare->fact_uses;

	*ret_last = NULL;
	for (; use; use = use->next) {
		*ret_last = use;
		if (strcmp(use->name, name) != 0)
			continue;
		use->is_fixed |= is_fixed;
		return true;
	}
	return false;
}

/* Takes the name over. */
static int add_use(struct loader *loader, const char *name)
{
	const bool is_fixed = loader->own_key->flags & KEY_FIXED;
	struct decl_rare *rare = load_rare(loader, loader->decl);
	struct fact_use *use, *last;

	if (!rare)
		return -ENOMEM;
	if (is_used(rare, &last, name, is_fixed))
		return 0;
	use = arena_alloc(loader->profile->arena, sizeof(*use));
	if (!use)
		return -ENOMEM;
	*use = (struct fact_use){.name = name, .is_fixed = is_fixed};
	if (last)
		last->next = use;
	else
		rare->fact_uses = use;
	rare->n_fact_uses++;
	return 0;
}

/* 1: good; 0: reported; -ENOMEM. */
static int read_piece(struct loader *loader, const struct item *item,
    const struct piece *piece)
{
	const char *name;

	if (piece->is_open) {
		load_error(loader, &item->mark,
		    "'${%s' has no '}'; write '$${' for a plain '${'",
		    piece->at);
		return 0;
	}
	name = arena_strndup(loader->profile->arena, piece->at, piece->n);
	if (!name)
		return -ENOMEM;
	if (!loader->is_over) {
		load_error(loader, &item->mark,
		    "'${%s}' stands for a fact of the node below, and '%s' is "
		    "over none; write '$${' for a plain '${'",
		    name, loader->decl->name);
		return 0;
	}
	if (!fact_is_known(loader, name, &item->mark,
		"; write '$${' for a plain '${'"))
		return 0;
	return add_use(loader, name) ? -ENOMEM : 1;
}

int fact_values_read(struct loader *loader, const struct item *item)
{
	const char *text = item->text;
	struct piece piece;
	int good = 1;

	while (piece_next(&text, &piece)) {
		int r = piece.is_fact ? read_piece(loader, item, &piece) : 1;

		if (r < 0)
			return r;
		good &= r;
	}
	return good;
}
