/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A YAML file as a tree of items: texts, lists and mappings, each with its
 * place. Plain scalars stay texts; what they mean is the schema's affair.
 *
 * Tags, anchors, aliases, duplicate keys, keys that are no texts, a second
 * document and too deep nesting are errors. So is what is no YAML or no
 * UTF-8; then the tree is what had been read up to there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "resolver/diagnostic.h"

struct arena;
struct source;

enum {
	YAML_DEPTH_MAX = 64,       /* of nested lists and mappings */
	YAML_SIZE_MAX = 16 << 20,  /* bytes of a file */
	YAML_ITEMS_MAX = 2 << 20,  /* items of a file */
};

enum item_type {
	ITEM_TEXT,
	ITEM_LIST,
	ITEM_MAPPING,
};

struct item {
	struct item *next; /* in its list or mapping */
	const char *key;   /* in a mapping: its key, else NULL */
	struct mark key_mark;
	struct mark mark;
	/* The last line it stands on; UINT32_MAX of a list or mapping that is
	 * not known to be complete. */
	uint32_t end_line;
	enum item_type type;
	bool is_plain;     /* a text that is not quoted */
	/* The text stands in the file byte for byte, on one line, from
	 * mark.column on, or one column later if it is quoted. */
	bool is_verbatim;
	/* An error in it has been reported; of a list or mapping: it is not
	 * known to be complete. */
	bool is_bad;
	const char *text;   /* ITEM_TEXT; without NUL in it */
	struct item *first; /* ITEM_LIST, ITEM_MAPPING */
	uint32_t n;         /* items in it */
};

/*
 * Reads the source into *ret, which lives in the arena; NULL for a file
 * without content. mark.file is the file's name as given, which must live as
 * long as the items. Returns 0; -EINVAL, with the errors in diagnostics and
 * in *ret as much as could be read, or NULL; -ENOMEM. The items of keys that
 * were there already are listed in *ret_again.
 */
int items_read(const struct source *source, const char *file,
    struct arena *arena, struct diagnostics *diagnostics, struct item **ret,
    struct item **ret_again);

/*
 * The error of libyaml's scanner or parser in the words of an admin. context
 * and problem are libyaml's texts (context may be NULL), at their marks; next
 * is the character at the problem's mark, 0 at the end of the file.
 */
void syntax_report(struct diagnostics *diagnostics, const char *context,
    const struct mark *context_mark, const char *problem,
    const struct mark *problem_mark, char next);

/* The value of that key in a mapping, or NULL. */
struct item *item_find(const struct item *mapping, const char *key);

/* True for `key:` with nothing after it. */
bool item_is_empty(const struct item *item);
