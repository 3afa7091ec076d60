/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/source.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/diagnostic.h"
#include "resolver/profile.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

static size_t start_of_text(const struct source *source)
{
	return source->size >= 3 && !memcmp(source->data, byte_order_mark, 3)
	    ? 3
	    : 0;
}

/* The bytes of the line break at s: LF, CR, CR LF, NEL, LS or PS, as libyaml
 * counts lines; 0 if there is none. */
static size_t break_length(const char *s, size_t n)
{
	if (s[0] == '\n')
		return 1;
	if (s[0] == '\r')
		return n > 1 && s[1] == '\n' ? 2 : 1;
	if (n > 1 && memcmp(s, "\xc2\x85", 2) == 0)
		return 2;
	if (n > 2 && (memcmp(s, "\xe2\x80\xa8", 3) == 0 ||
			 memcmp(s, "\xe2\x80\xa9", 3) == 0))
		return 3;
	return 0;
}

/* Where the line that starts at `start` ends, and in *ret_next where the next
 * one starts; the same when it is the last. */
static size_t end_of_line(
    const struct source *source, size_t start, size_t *ret_next)
{
	for (size_t at = start; at < source->size; at++) {
		size_t n = break_length(source->data + at, source->size - at);

		if (n) {
			*ret_next = at + n;
			return at;
		}
	}
	*ret_next = source->size;
	return source->size;
}

static bool starts_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

void source_locate(
    const struct source *source, size_t offset, struct mark *ret)
{
	size_t start = start_of_text(source), next, end;

	if (offset > source->size)
		offset = source->size;
	ret->line = ret->column = ret->length = 1;
	for (;;) {
		end = end_of_line(source, start, &next);
		if (next > offset || next == end)
			break;
		start = next;
		ret->line++;
	}
	for (size_t at = start; at < offset; at++)
		ret->column += starts_character(source->data[at]);
}

/* A place in the text that goes forward only. */
struct cursor {
	const struct source *source;
	size_t at;
	uint32_t line, column;
};

static struct cursor cursor_start(const struct source *source)
{
	return (struct cursor){source, start_of_text(source), 1, 1};
}

/* Goes to the start of the line. False: there is no such line. */
static bool cursor_seek_line(struct cursor *cursor, uint32_t line)
{
	while (cursor->line < line) {
		size_t next;

		if (end_of_line(cursor->source, cursor->at, &next) == next)
			return false;
		cursor->at = next;
		cursor->line++;
		cursor->column = 1;
	}
	return true;
}

/* Goes to the column, or to the end of the line if that comes first. */
static void cursor_seek_column(struct cursor *cursor, uint32_t column)
{
	const struct source *source = cursor->source;

	while (cursor->column < column && cursor->at < source->size &&
	    !break_length(source->data + cursor->at,
		source->size - cursor->at)) {
		cursor->at++;
		while (cursor->at < source->size &&
		    !starts_character(source->data[cursor->at]))
			cursor->at++;
		cursor->column++;
	}
}

char source_character(const struct source *source, const struct mark *mark)
{
	struct cursor cursor = cursor_start(source);

	if (!cursor_seek_line(&cursor, mark->line))
		return '\0';
	cursor_seek_column(&cursor, mark->column);
	return cursor.at < source->size ? source->data[cursor.at] : '\0';
}

/* More than is shown before and after a mark, in columns and in bytes. */
enum { COLUMNS_BEFORE = 200, BYTES_SHOWN = 4 * 500 };

/* So many columns of the line may be seen. */
static void attach(
    struct cursor *cursor, struct diagnostic *diagnostic, uint32_t n_shown)
{
	const struct mark *mark = &diagnostic->mark;
	struct source window = *cursor->source;
	struct cursor limit;
	size_t end, next;

	if (!cursor_seek_line(cursor, mark->line))
		return;
	if (mark->column > COLUMNS_BEFORE)
		cursor_seek_column(cursor, mark->column - COLUMNS_BEFORE);
	if (window.size - cursor->at > BYTES_SHOWN)
		window.size = cursor->at + BYTES_SHOWN;
	end = end_of_line(&window, cursor->at, &next);
	limit = *cursor;
	if (n_shown < UINT32_MAX)
		cursor_seek_column(&limit, n_shown + 1);
	if (n_shown < UINT32_MAX && limit.at < end)
		end = limit.at;
	else
		n_shown = UINT32_MAX;
	diagnostic_set_source(diagnostic, window.data + cursor->at,
	    end - cursor->at, cursor->column, n_shown < UINT32_MAX);
}

static int compare_places(const void *a, const void *b)
{
	const struct mark *p = &(*(struct diagnostic *const *)a)->mark;
	const struct mark *q = &(*(struct diagnostic *const *)b)->mark;

	if (p->line != q->line)
		return p->line < q->line ? -1 : 1;
	return (p->column > q->column) - (p->column < q->column);
}

void source_attach(const struct source *source, struct diagnostics *diagnostics,
    uint32_t (*count_shown)(void *ctx, uint32_t line), void *ctx)
{
	/* In the order of their places, so that the text is walked once. */
	struct diagnostic *sorted[DIAGNOSTICS_MAX];
	struct cursor cursor = cursor_start(source);
	uint32_t n = 0;

	for (uint32_t i = 0; i < diagnostics->n; i++) {
		struct diagnostic *diagnostic = &diagnostics->items[i];
		const struct mark *mark = &diagnostic->mark;

		if (!diagnostic->source && mark->file && mark->line &&
		    strcmp(mark->file, source->name) == 0)
			sorted[n++] = diagnostic;
	}
	qsort(sorted, n, sizeof(*sorted), compare_places);
	for (uint32_t i = 0; i < n; i++) {
		const struct mark *mark = &sorted[i]->mark;
		uint32_t n_shown = count_shown ? count_shown(ctx, mark->line)
					       : UINT32_MAX;

		if (mark->column <= n_shown)
			attach(&cursor, sorted[i], n_shown);
	}
}
