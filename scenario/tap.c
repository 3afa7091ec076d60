/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/tap.h"

#include <inttypes.h>
#include <string.h>

#include "base/macros.h"

static void append_escaped(struct text *text, const char *s)
{
	text_append_escaped(text, s, strlen(s));
}

static void append_field(struct text *text, const char *key, const char *value)
{
	text_printf(text, "#   %s: ", key);
	append_escaped(text, value);
	text_append_char(text, '\n');
}

static void append_lines(struct text *text, const char *lines)
{
	while (*lines) {
		size_t n = strcspn(lines, "\n");

		text_append(text, "#     ");
		text_append_escaped(text, lines, n);
		text_append_char(text, '\n');
		lines += n + (lines[n] == '\n');
	}
}

static void on_failed(
    void *ctx, uint64_t now_ms, const struct scenario_failure *failure)
{
	struct tap *tap = ctx;
	struct text *text = &tap->comments;
	const struct mark *mark = &failure->mark;

	text_append(text, "# ");
	append_escaped(text, mark->file);
	text_printf(text, ":%" PRIu32 ":%" PRIu32 ":\n", mark->line,
	    mark->column);
	text_printf(text, "#   step: %" PRIu32 ", after ", failure->number);
	text_append_duration(text, now_ms);
	text_append_char(text, '\n');
	if (failure->node)
		append_field(text, "node", failure->node);
	append_field(text, "want", failure->want);
	if (strchr(failure->got, '\n')) {
		text_append(text, "#   got:\n");
		append_lines(text, failure->got);
	} else {
		append_field(text, "got", failure->got);
	}
	if (failure->why) {
		text_append(text, "#   why:\n");
		append_lines(text, failure->why);
	}
}

void tap_init(struct tap *tap, struct scenario_watcher *ret_watcher)
{
	*tap = (struct tap){0};
	*ret_watcher =
	    (struct scenario_watcher){.ctx = tap, .failed = on_failed};
}

void tap_result(struct tap *tap, const struct scenario *scenario, bool is_ok,
    struct text *out)
{
	text_printf(out, "%sok %" PRIu32 " - ", is_ok ? "" : "not ",
	    ++tap->number);
	/* '#' would begin a directive: TODO, SKIP. */
	for (const char *s = scenario->name; *s;) {
		size_t n = strcspn(s, "#");

		text_append_escaped(out, s, n);
		s += n;
		if (*s) {
			text_append(out, "\\#");
			s++;
		}
	}
	text_append_char(out, '\n');
	if (tap->comments.failed)
		out->failed = true;
	else if (tap->comments.n)
		text_append_n(out, tap->comments.data, tap->comments.n);
	text_clear(&tap->comments);
}

void tap_comment(struct tap *tap, const struct diagnostic *diagnostic)
{
	_cleanup_(text_clear) struct text text = {0};

	diagnostic_print(diagnostic, &text);
	if (text.failed)
		tap->comments.failed = true;
	else
		append_lines(&tap->comments, text.data);
}

void tap_clear(struct tap *tap)
{
	text_clear(&tap->comments);
}
