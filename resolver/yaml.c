/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/yaml.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/macros.h"
#include "resolver/profile.h"
#include "resolver/source.h"

/* A list or mapping that is being read. */
struct open_item {
	struct item *item;
	struct item **tail; /* where its next item is linked */
	const char *key;    /* of the next item, once it has been read */
	struct mark key_mark;
	uint32_t end_line;  /* of the last item so far */
};

struct reader {
	const struct source *source;
	const char *file;
	struct arena *arena;
	struct diagnostics *diagnostics;
	struct item *root, *again;
	struct open_item open[YAML_DEPTH_MAX];
	uint32_t depth, n_items, n_documents;
};

static struct mark make_mark(const struct reader *reader,
    const yaml_mark_t *start, const yaml_mark_t *end)
{
	struct mark mark = {
	    .file = reader->file,
	    .line = (uint32_t)start->line + 1,
	    .column = (uint32_t)start->column + 1,
	    .length = 1,
	};

	if (end && end->line == start->line && end->column > start->column)
		mark.length = (uint32_t)(end->column - start->column);
	return mark;
}

/* An error at mark; returns -EINVAL for the callers that stop at it. */
static int report(struct reader *reader, const struct mark *mark,
    const char *text, const char *hint)
{
	struct diagnostic *diagnostic = diagnostics_add(
	    reader->diagnostics, SEVERITY_ERROR, mark, "%s", text);

	if (hint)
		diagnostics_hint(
		    reader->diagnostics, diagnostic, "%s", hint);
	return -EINVAL;
}

/* The opening bracket of a list or mapping, the whole of a text. */
static struct mark event_mark(
    const struct reader *reader, const yaml_event_t *event)
{
	const bool is_whole = event->type == YAML_SCALAR_EVENT ||
	    event->type == YAML_ALIAS_EVENT;

	return make_mark(reader, &event->start_mark,
	    is_whole ? &event->end_mark : NULL);
}

/* What ends with the line in front of the next text, ends at that. */
static uint32_t last_line(const yaml_event_t *event)
{
	return (uint32_t)event->end_mark.line + (event->end_mark.column > 0);
}

static int add_item(struct reader *reader, const yaml_event_t *event,
    enum item_type type, struct item **ret)
{
	struct open_item *parent =
	    reader->depth ? &reader->open[reader->depth - 1] : NULL;
	struct mark mark = event_mark(reader, event);
	struct item *item;

	if (++reader->n_items > YAML_ITEMS_MAX)
		return report(reader, &mark,
		    "the file has too many values", NULL);
	item = arena_alloc(reader->arena, sizeof(*item));
	if (!item)
		return -ENOMEM;
	item->type = type;
	item->mark = mark;
	item->end_line = last_line(event);
	if (!parent) {
		reader->root = item;
	} else {
		item->key = parent->key;
		item->key_mark = parent->key_mark;
		parent->key = NULL;
		*parent->tail = item;
		parent->tail = &item->next;
		parent->end_line = item->end_line;
		parent->item->n++;
	}
	*ret = item;
	return 0;
}

/* Whether the next item is a key. */
static bool wants_key(const struct reader *reader)
{
	const struct open_item *parent;

	if (!reader->depth)
		return false;
	parent = &reader->open[reader->depth - 1];
	return parent->item->type == ITEM_MAPPING && !parent->key;
}

/* Tags and anchors. True when there were some. */
static bool check_properties(struct reader *reader, const yaml_event_t *event,
    const void *tag, const void *anchor)
{
	struct mark mark =
	    make_mark(reader, &event->start_mark, &event->end_mark);

	if (tag)
		report(reader, &mark,
		    "'!' starts a YAML tag, which profiles do not have",
		    "put it in quotes if it is meant as text");
	else if (anchor)
		report(reader, &mark,
		    "'&' starts a YAML anchor, which profiles do not have",
		    "put it in quotes if it is meant as text");
	return tag || anchor;
}

static size_t count_characters(const char *s, size_t n)
{
	size_t characters = 0;

	for (size_t i = 0; i < n; i++)
		characters += ((unsigned char)s[i] & 0xc0) != 0x80;
	return characters;
}

static int add_text(struct reader *reader, const yaml_event_t *event)
{
	const char *value = (const char *)event->data.scalar.value;
	size_t n = event->data.scalar.length;
	bool is_bad = check_properties(reader, event, event->data.scalar.tag,
	    event->data.scalar.anchor);
	bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	struct mark mark = event_mark(reader, event);
	struct item *item;
	char *text;
	int r;

	if (memchr(value, '\0', n)) {
		report(reader, &mark, "a text cannot contain a NUL", NULL);
		is_bad = true;
	}
	text = arena_strndup(reader->arena, value, n);
	if (!text)
		return -ENOMEM;
	if (wants_key(reader)) {
		struct open_item *parent = &reader->open[reader->depth - 1];

		parent->key = text;
		parent->key_mark = mark;
		return 0;
	}
	r = add_item(reader, event, ITEM_TEXT, &item);
	if (r)
		return r;
	item->text = text;
	item->is_bad = is_bad;
	item->is_plain = is_plain;
	item->is_verbatim =
	    event->start_mark.line == event->end_mark.line &&
	    event->end_mark.column - event->start_mark.column ==
		count_characters(value, n) + (is_plain ? 0 : 2);
	return 0;
}

static int open_item(struct reader *reader, const yaml_event_t *event,
    enum item_type type, const void *tag, const void *anchor)
{
	struct mark mark = event_mark(reader, event);
	struct open_item *open;
	struct item *item;
	int r;

	check_properties(reader, event, tag, anchor);
	if (wants_key(reader))
		return report(reader, &mark,
		    "a key must be a text, not a list or a mapping",
		    "put it in quotes if it is meant as text");
	if (reader->depth == YAML_DEPTH_MAX)
		return report(reader, &mark,
		    "this is nested too deeply: more than 64 levels", NULL);
	r = add_item(reader, event, type, &item);
	if (r)
		return r;
	/* Until it is closed. */
	item->is_bad = true;
	item->end_line = UINT32_MAX;
	open = &reader->open[reader->depth++];
	*open = (struct open_item){.item = item, .tail = &item->first};
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	const struct item *p = *(struct item *const *)a;
	const struct item *q = *(struct item *const *)b;
	int order = strcmp(p->key, q->key);

	if (order)
		return order;
	if (p->key_mark.line != q->key_mark.line)
		return p->key_mark.line < q->key_mark.line ? -1 : 1;
	return p->key_mark.column < q->key_mark.column ? -1 : 1;
}

/* Takes the items without key out of the mapping. */
static void drop_keyless(struct reader *reader, struct item *mapping)
{
	struct item **link = &mapping->first;

	while (*link) {
		struct item *item = *link;

		if (item->key) {
			link = &item->next;
			continue;
		}
		*link = item->next;
		mapping->n--;
		item->next = reader->again;
		reader->again = item;
	}
}

/* Reports each key that the mapping has already, and drops it. */
static int check_duplicates(struct reader *reader, struct item *mapping)
{
	const struct item *first = NULL;
	bool found = false;
	struct item **sorted;
	uint32_t n = 0;

	if (mapping->n < 2)
		return 0;
	sorted = arena_array(reader->arena, mapping->n, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (struct item *item = mapping->first; item; item = item->next)
		sorted[n++] = item;
	qsort(sorted, n, sizeof(*sorted), compare_keys);
	for (uint32_t i = 0; i < n; i++) {
		if (!first || strcmp(first->key, sorted[i]->key) != 0) {
			first = sorted[i];
			continue;
		}
		diagnostics_add(reader->diagnostics, SEVERITY_ERROR,
		    &sorted[i]->key_mark,
		    "'%s' is given twice; the first is at %s:%u:%u",
		    first->key, reader->file, first->key_mark.line,
		    first->key_mark.column);
		sorted[i]->key = NULL;
		found = true;
	}
	if (found)
		drop_keyless(reader, mapping);
	return 0;
}

static int close_item(struct reader *reader, const yaml_event_t *event)
{
	const struct open_item *closed = &reader->open[--reader->depth];
	const bool has_bracket =
	    event->end_mark.index > event->start_mark.index;
	struct item *item = closed->item;

	item->is_bad = false;
	item->end_line = has_bracket ? last_line(event) : closed->end_line;
	if (reader->depth)
		reader->open[reader->depth - 1].end_line = item->end_line;
	return item->type == ITEM_MAPPING ? check_duplicates(reader, item) : 0;
}

static int add_alias(struct reader *reader, const yaml_event_t *event)
{
	struct mark mark = event_mark(reader, event);
	struct item *item;
	int r;

	report(reader, &mark,
	    "'*' starts a YAML alias, which profiles do not have",
	    "put it in quotes if it is meant as text");
	if (wants_key(reader))
		return -EINVAL;
	r = add_item(reader, event, ITEM_TEXT, &item);
	if (r)
		return r;
	item->text = "";
	item->is_bad = true;
	return 0;
}

static int read_event(struct reader *reader, const yaml_event_t *event)
{
	struct mark mark = make_mark(reader, &event->start_mark, NULL);

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (reader->n_documents++)
			return report(reader, &mark,
			    "a second YAML document starts here; a profile "
			    "file has one",
			    "take the '---' out");
		return 0;
	case YAML_SCALAR_EVENT:
		return add_text(reader, event);
	case YAML_ALIAS_EVENT:
		return add_alias(reader, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_item(reader, event, ITEM_LIST,
		    event->data.sequence_start.tag,
		    event->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return open_item(reader, event, ITEM_MAPPING,
		    event->data.mapping_start.tag,
		    event->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_item(reader, event);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	}
	return 0;
}

/* libyaml could not go on. */
static int report_parser(struct reader *reader, const yaml_parser_t *parser,
    size_t skipped)
{
	struct mark context =
	    make_mark(reader, &parser->context_mark, NULL);
	struct mark problem =
	    make_mark(reader, &parser->problem_mark, NULL);
	char next;

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parser->error == YAML_READER_ERROR) {
		source_locate(reader->source,
		    parser->problem_offset + skipped, &problem);
		diagnostics_add(reader->diagnostics, SEVERITY_ERROR, &problem,
		    parser->problem_value >= 0 &&
			    strstr(parser->problem, "control")
			? "byte 0x%02x: a control character cannot be in a "
			  "profile"
			: "byte 0x%02x: this is not UTF-8",
		    (unsigned)parser->problem_value & 0xff);
		return -EINVAL;
	}
	next = source_character(reader->source, &problem);
	syntax_report(reader->diagnostics, parser->context, &context,
	    parser->problem, &problem, next);
	return -EINVAL;
}

static int read_events(
    struct reader *reader, yaml_parser_t *parser, size_t skipped)
{
	for (;;) {
		yaml_event_t event;
		bool at_end;
		int r;

		if (!yaml_parser_parse(parser, &event))
			return report_parser(reader, parser, skipped);
		at_end = event.type == YAML_STREAM_END_EVENT;
		r = read_event(reader, &event);
		yaml_event_delete(&event);
		if (r || at_end)
			return r;
	}
}

int items_read(const struct source *source, const char *file,
    struct arena *arena, struct diagnostics *diagnostics, struct item **ret,
    struct item **ret_again)
{
	struct reader reader = {
	    .source = source,
	    .file = file,
	    .arena = arena,
	    .diagnostics = diagnostics,
	};
	uint32_t n_errors = diagnostics->n_errors;
	struct mark whole = {.file = file};
	/* A byte order mark is allowed, but has no column. */
	size_t skipped = source->size >= 3 &&
		memcmp(source->data, "\xef\xbb\xbf", 3) == 0
	    ? 3
	    : 0;
	yaml_parser_t parser;
	int r;

	*ret = *ret_again = NULL;
	if (source->size > YAML_SIZE_MAX)
		return report(&reader, &whole,
		    "the file is too large: more than 16 MiB", NULL);
	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser,
	    (const unsigned char *)source->data + skipped,
	    source->size - skipped);
	r = read_events(&reader, &parser, skipped);
	yaml_parser_delete(&parser);
	*ret = reader.root;
	*ret_again = reader.again;
	if (!r && diagnostics->n_errors > n_errors)
		r = -EINVAL;
	return r;
}

struct item *item_find(const struct item *mapping, const char *key)
{
	struct item *item = mapping->first;

	while (item && strcmp(item->key, key) != 0)
		item = item->next;
	return item;
}

bool item_is_empty(const struct item *item)
{
	return item->type == ITEM_TEXT && item->is_plain && !item->text[0];
}
