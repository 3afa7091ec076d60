/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/output.h"

enum {
	WIDTH_UNKNOWN = 80,  /* of a terminal that does not say */
	WIDTH_TEXT_MIN = 24, /* a narrower column is not worth wrapping */
};

static const struct {
	const char *state, *colour;
} state_colours[] = {
    {"up", "\033[32m"},
    {"starting", "\033[36m"},
    {"stopping", "\033[36m"},
    {"waiting", "\033[33m"},
    {"failed", "\033[31m"},
    {"idle", "\033[2m"},
    {"absent", "\033[2m"},
};

static bool wants_colours(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	/* https://no-color.org: present and not empty */
	if (no_color && *no_color)
		return false;
	return term && *term && strcmp(term, "dumb") != 0;
}

void output_init(struct output *output, FILE *file)
{
	struct winsize size;

	*output = (struct output){.file = file};
	output->is_terminal = isatty(fileno(file)) == 1;
	if (!output->is_terminal)
		return;
	output->colours = wants_colours();
	output->width = WIDTH_UNKNOWN;
	if (ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		output->width = size.ws_col;
}

unsigned output_columns(const char *s)
{
	size_t left = strlen(s);
	mbstate_t state = {0};
	unsigned columns = 0;

	while (left > 0) {
		wchar_t c;
		size_t n = mbrtowc(&c, s, left, &state);
		int width = 1;

		if (n == 0 || n > left) {
			n = 1;
			state = (mbstate_t){0};
		} else {
			width = wcwidth(c);
		}
		columns += width < 0 ? 1 : (unsigned)width;
		s += n;
		left -= n;
	}
	return columns;
}

void output_follows(const struct output *output)
{
	setvbuf(output->file, NULL, _IOLBF, BUFSIZ);
}

void output_escaped(struct text *text, const char *s)
{
	text_append_escaped(text, s, strlen(s));
}

static const char *colour_of_state(const char *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(state_colours); i++) {
		if (strcmp(state_colours[i].state, state) == 0)
			return state_colours[i].colour;
	}
	return NULL;
}

void output_cell(const struct output *output, struct text *line, const char *s,
    unsigned width, const char *colour_of)
{
	_cleanup_(text_clear) struct text cell = {0};
	const char *colour = NULL;

	if (output->colours && colour_of)
		colour = colour_of_state(colour_of);
	output_escaped(&cell, s);
	if (cell.failed) {
		line->failed = true;
		return;
	}
	if (colour)
		text_append(line, colour);
	text_append_n(line, cell.data ? cell.data : "", cell.n);
	if (colour)
		text_append(line, "\033[0m");
	unsigned columns = output_columns(cell.data ? cell.data : "");
	if (width > 0 && columns >= width)
		text_append_char(line, ' ');
	for (; columns < width; columns++)
		text_append_char(line, ' ');
}

/* The bytes of s that fit into `columns`, ending at a blank if there is one;
 * at least one word. */
static size_t fitting(const char *s, unsigned columns)
{
	size_t end = 0, n = 0;
	_cleanup_(text_clear) struct text word = {0};
	unsigned used = 0;

	while (s[n] != '\0') {
		size_t next = n + strspn(s + n, " ");
		size_t length = strcspn(s + next, " ");

		text_clear(&word);
		text_append_n(&word, s + n, next - n + length);
		if (word.failed || !word.data)
			return strlen(s);
		used += output_columns(word.data);
		if (used > columns && end > 0)
			break;
		n = end = next + length;
	}
	return end;
}

void output_wrapped(const struct output *output, struct text *line,
    const char *s, unsigned indent)
{
	if (output->width < indent + WIDTH_TEXT_MIN) {
		text_append(line, s);
		return;
	}
	for (;;) {
		/* The last column stays free: some terminals wrap there. */
		size_t n = fitting(s, output->width - indent - 1);

		text_append_n(line, s, n);
		s += n;
		s += strspn(s, " ");
		if (*s == '\0' || line->failed)
			return;
		text_append_char(line, '\n');
		for (unsigned i = 0; i < indent; i++)
			text_append_char(line, ' ');
	}
}

void output_line(const struct output *output, struct text *line)
{
	while (line->n > 0 && line->data[line->n - 1] == ' ')
		line->data[--line->n] = '\0';
	if (line->failed)
		output_no_memory();
	else
		fprintf(output->file, "%s\n", line->data ? line->data : "");
	text_clear(line);
}

int output_json(const struct output *output, const json_t *value)
{
	/* ASCII alone is also what cannot harm a terminal. */
	char *s = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII);

	if (!s)
		return -ENOMEM;
	fprintf(output->file, "%s\n", s);
	free(s);
	return 0;
}

void output_age(struct text *text, uint64_t ms)
{
	uint64_t s = ms / 1000;

	if (s < 100)
		text_printf(text, "%us", (unsigned)s);
	else if (s < 100 * 60)
		text_printf(text, "%um", (unsigned)(s / 60));
	else if (s < 48 * 3600)
		text_printf(text, "%uh", (unsigned)(s / 3600));
	else
		text_printf(text, "%llud", (unsigned long long)(s / 86400));
}

void complain(const char *format, ...)
{
	_cleanup_(text_clear) struct text message = {0}, escaped = {0};
	va_list args;

	va_start(args, format);
	text_vprintf(&message, format, args);
	va_end(args);
	text_append_escaped(
	    &escaped, message.data ? message.data : "", message.n);
	fprintf(stderr, "netconf: %s\n",
	    escaped.failed || !escaped.data ? "out of memory" : escaped.data);
}

int output_no_memory(void)
{
	fputs("netconf: out of memory\n", stderr);
	return EXIT_WRONG;
}
