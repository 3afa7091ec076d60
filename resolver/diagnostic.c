/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/diagnostic.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
	LINE_MAX_COLUMNS = 100, /* of a source line that is kept whole */
	COLUMNS_BEFORE = 60, /* kept before the mark where a line is cut */
};

static const char ellipsis[] = "\xe2\x80\xa6";

struct diagnostic *diagnostics_vadd(struct diagnostics *diagnostics,
    enum severity severity, const struct mark *mark, const char *format,
    va_list args)
{
	struct diagnostic *items, *item;
	struct text text = {0};
	char *file = NULL;

	if (severity == SEVERITY_ERROR)
		diagnostics->n_errors++;
	if (diagnostics->n >= DIAGNOSTICS_MAX)
		return NULL;
	text_vprintf(&text, format, args);
	items = reallocarray(
	    diagnostics->items, (size_t)diagnostics->n + 1, sizeof(*items));
	if (items)
		diagnostics->items = items;
	if (mark->file)
		file = strdup(mark->file);
	if (text.failed || !items || (mark->file && !file)) {
		text_clear(&text);
		free(file);
		diagnostics->failed = true;
		return NULL;
	}
	item = &items[diagnostics->n++];
	*item = (struct diagnostic){
	    .severity = severity,
	    .mark = *mark,
	    .text = text_steal(&text),
	    .source_column = mark->column,
	};
	item->mark.file = file;
	return item;
}

struct diagnostic *diagnostics_add(struct diagnostics *diagnostics,
    enum severity severity, const struct mark *mark, const char *format, ...)
{
	struct diagnostic *item;
	va_list args;

	va_start(args, format);
	item = diagnostics_vadd(diagnostics, severity, mark, format, args);
	va_end(args);
	return item;
}

void diagnostics_hint(struct diagnostics *diagnostics,
    struct diagnostic *item, const char *format, ...)
{
	struct text text = {0};
	va_list args;

	if (!item)
		return;
	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	free(item->hint);
	item->hint = text_steal(&text);
	if (!item->hint)
		diagnostics->failed = true;
}

void diagnostics_clear(struct diagnostics *diagnostics)
{
	for (uint32_t i = 0; i < diagnostics->n; i++) {
		struct diagnostic *item = &diagnostics->items[i];

		free((char *)item->mark.file);
		free(item->text);
		free(item->hint);
		free(item->source);
		free(item->see);
	}
	free(diagnostics->items);
	*diagnostics = (struct diagnostics){0};
}

/* Bytes of the character at s: those that continue it belong to it. */
static size_t character_length(const char *s, size_t n)
{
	size_t length = 1;

	if ((unsigned char)s[0] < 0x80)
		return 1;
	while (length < n && length < 4 &&
	    ((unsigned char)s[length] & 0xc0) == 0x80)
		length++;
	return length;
}

/* The bytes that `columns` characters take. */
static size_t skip_columns(const char *s, size_t n, uint32_t columns)
{
	size_t at = 0;

	while (at < n && columns--)
		at += character_length(s + at, n - at);
	return at;
}

void diagnostic_set_source(
    struct diagnostic *diagnostic, const char *line, size_t n, uint32_t first,
    bool is_cut)
{
	/* Columns of the line before the mark, and those of them cut off. */
	uint32_t before = diagnostic->mark.column - first, skipped = 0;
	struct text text = {0};
	size_t end;

	if (before > COLUMNS_BEFORE &&
	    (first > 1 || skip_columns(line, n, LINE_MAX_COLUMNS) < n)) {
		size_t start;

		skipped = before - COLUMNS_BEFORE;
		start = skip_columns(line, n, skipped);
		line += start;
		n -= start;
	}
	diagnostic->source_column = before - skipped + 1;
	if (first > 1 || skipped) {
		text_append(&text, ellipsis);
		diagnostic->source_column++;
	}
	end = skip_columns(line, n, LINE_MAX_COLUMNS);
	text_append_n(&text, line, end);
	if (end < n || is_cut)
		text_append(&text, ellipsis);
	free(diagnostic->source);
	diagnostic->source = text_steal(&text);
}

/* The columns that escaped text takes on a terminal. */
static uint32_t count_columns(const char *s, size_t n)
{
	uint32_t columns = 0;

	for (size_t at = 0; at < n; columns++)
		at += character_length(s + at, n - at);
	return columns;
}

/*
 * The source line and the line below it with the caret. Tabs stay tabs in
 * both, and an escaped character pushes the caret by all its columns.
 */
static void print_source(const struct diagnostic *diagnostic, struct text *out)
{
	const char *s = diagnostic->source;
	size_t n = strlen(s);
	uint32_t first = diagnostic->source_column;
	uint32_t length_max = diagnostic->mark.length;
	uint32_t last = first + (length_max ? length_max : 1);
	uint32_t column = 1;
	struct text below = {0};

	text_printf(out, "%5u | ", diagnostic->mark.line);
	for (size_t at = 0; at < n; column++) {
		size_t length = character_length(s + at, n - at);
		size_t before = out->n;
		uint32_t columns;

		if (s[at] == '\t') {
			text_append_char(out, '\t');
			if (column < first)
				text_append_char(&below, '\t');
			else if (column == first)
				text_append_char(&below, '^');
			at += length;
			continue;
		}
		text_append_escaped(out, s + at, length);
		at += length;
		if (out->failed)
			break;
		columns = count_columns(out->data + before, out->n - before);
		for (uint32_t i = 0; i < columns && column < last; i++) {
			text_append_char(&below, column < first ? ' '
				: column == first && i == 0     ? '^'
								: '~');
		}
	}
	if (column <= first) {
		for (; column < first && column <= LINE_MAX_COLUMNS; column++)
			text_append_char(&below, ' ');
		text_append_char(&below, '^');
	}
	text_append(out, "\n      | ");
	if (below.failed)
		out->failed = true;
	else
		text_append_n(out, below.data, below.n);
	text_append_char(out, '\n');
	text_clear(&below);
}

static void print_escaped(struct text *out, const char *s)
{
	text_append_escaped(out, s, strlen(s));
}

void diagnostic_print(const struct diagnostic *diagnostic, struct text *out)
{
	const struct mark *mark = &diagnostic->mark;

	if (mark->file) {
		print_escaped(out, mark->file);
		if (mark->line)
			text_printf(out, ":%u:%u", mark->line, mark->column);
		text_append(out, ": ");
	}
	switch (diagnostic->severity) {
	case SEVERITY_ERROR:
		text_append(out, "error: ");
		break;
	case SEVERITY_WARNING:
		text_append(out, "warning: ");
		break;
	}
	print_escaped(out, diagnostic->text ? diagnostic->text : "");
	if (diagnostic->hint) {
		text_append(out, "; ");
		print_escaped(out, diagnostic->hint);
	}
	text_append_char(out, '\n');
	if (diagnostic->source && mark->line)
		print_source(diagnostic, out);
	if (diagnostic->see) {
		print_escaped(out, diagnostic->see);
		text_append_char(out, '\n');
	}
}
