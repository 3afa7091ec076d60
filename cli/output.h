/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the commands print: colours on a terminal only (NO_COLOR and TERM=dumb
 * are honoured), columns by display width, long texts wrapped to the
 * terminal, and everything that comes from outside escaped.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

struct text;

struct output {
	FILE *file;
	bool is_terminal;
	bool colours;
	unsigned width; /* of the terminal, in columns; 0: not a terminal */
};

/* What the file can show; environment and terminal are asked once. */
void output_init(struct output *output, FILE *file);

/* Every line is to be seen at once, also in a pipe. Before the first line. */
void output_follows(const struct output *output);

/* Columns that the UTF-8 text takes on a terminal (LC_CTYPE must be UTF-8). */
unsigned output_columns(const char *s);

/*
 * Appends s, escaped, and blanks up to `width` columns, at least one unless
 * width is 0. colour_of: NULL, or
 * the name of a node's state, whose colour it gets.
 */
void output_cell(const struct output *output, struct text *line, const char *s,
    unsigned width, const char *colour_of);

/*
 * Appends s, which is escaped already, with lines broken at blanks so that it
 * fits the terminal from column `indent` on. No line break at its end.
 */
void output_wrapped(const struct output *output, struct text *line,
    const char *s, unsigned indent);

/* Writes the line and a line break. Clears line. */
void output_line(const struct output *output, struct text *line);

/* Writes the value as one line of ASCII JSON. 0 or -ENOMEM. */
int output_json(const struct output *output, const json_t *value);

/* Appends how long ago that was, in its largest unit: 3s, 5m, 2h, 4d. */
void output_age(struct text *text, uint64_t ms);

/* Appends the NUL-terminated text, escaped. */
void output_escaped(struct text *text, const char *s);

/* Prints "netconf: ..." to stderr, all of it escaped. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Complains of too little memory and returns the exit status for it. */
int output_no_memory(void);
