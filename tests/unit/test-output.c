/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How commands print: columns, colours, lines, JSON, complaints. */
#include <check.h>
#include <locale.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

START_TEST(columns_are_counted_as_a_terminal_shows_them)
{
	ck_assert_uint_eq(output_columns("abc"), 3);
	ck_assert_uint_eq(output_columns("\xc3\xa4\xc3\xb6"), 2);
	ck_assert_uint_eq(output_columns("\xe6\xbc\xa2"), 2);
	ck_assert_uint_eq(output_columns("\xff\xfe"), 2);
}
END_TEST

START_TEST(cells_are_escaped_padded_and_coloured)
{
	struct output out = {.file = stdout};
	_cleanup_(text_clear) struct text line = {0};

	output_cell(&out, &line, "a\033[2J", 12, "up");
	ck_assert_str_eq(line.data, "a\\x1b[2J    ");
	text_clear(&line);
	out.colours = true;
	output_cell(&out, &line, "up", 4, "up");
	ck_assert_str_eq(line.data, "\033[32mup\033[0m  ");
	text_clear(&line);
	output_cell(&out, &line, "odd", 0, "odd");
	ck_assert_str_eq(line.data, "odd");
}
END_TEST

START_TEST(long_texts_wrap_at_blanks_on_a_terminal)
{
	struct output out = {.file = stdout, .width = 31};
	_cleanup_(text_clear) struct text line = {0};
	const char *s = "no answer from the server; retry in 4s "
			"averyveryverylongwordthatfitsnowhere x";

	output_wrapped(&out, &line, s, 4);
	ck_assert_str_eq(line.data, "no answer from the server;\n"
				    "    retry in 4s\n"
				    "    averyveryverylongwordthatfitsnowhere\n"
				    "    x");
	text_clear(&line);
	out.width = 0;
	output_wrapped(&out, &line, s, 4);
	ck_assert_str_eq(line.data, s);
}
END_TEST

START_TEST(ages_are_in_their_largest_unit)
{
	static const struct {
		uint64_t ms;
		const char *age;
	} ages[] = {
	    {0, "0s"},
	    {99999, "99s"},
	    {100 * 1000, "1m"},
	    {5999 * 1000, "99m"},
	    {6000 * 1000, "1h"},
	    {UINT64_C(47) * 3600000, "47h"},
	    {UINT64_C(48) * 3600000, "2d"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(ages); i++) {
		_cleanup_(text_clear) struct text text = {0};

		output_age(&text, ages[i].ms);
		ck_assert_str_eq(text.data, ages[i].age);
	}
}
END_TEST

START_TEST(a_line_ends_without_blanks)
{
	struct output out = {.file = stdout};
	_cleanup_(text_clear) struct text line = {0};

	scratch_capture(STDOUT_FILENO);
	output_cell(&out, &line, "a", 8, NULL);
	output_cell(&out, &line, "b", 8, NULL);
	output_line(&out, &line);
	ck_assert_uint_eq(line.n, 0);
	output_line(&out, &line);
	ck_assert_str_eq(scratch_captured(), "a       b\n\n");
}
END_TEST

START_TEST(a_line_that_has_failed_is_told)
{
	struct output out = {.file = stdout};
	struct text line = {.failed = true};

	scratch_capture(STDERR_FILENO);
	output_line(&out, &line);
	ck_assert_str_eq(scratch_captured(), "netconf: out of memory\n");
	ck_assert(!line.failed);
}
END_TEST

START_TEST(a_cell_too_long_keeps_a_blank_behind_it)
{
	struct output out = {.file = stdout};
	_cleanup_(text_clear) struct text line = {0};

	output_cell(&out, &line, "abcd", 4, NULL);
	output_cell(&out, &line, "\xc3\xa4", 3, NULL);
	text_append(&line, "|");
	ck_assert_str_eq(line.data, "abcd \xc3\xa4  |");
}
END_TEST

START_TEST(json_is_one_line_of_ascii)
{
	struct output out = {.file = stdout};
	json_t *value = json_pack("{s:s, s:n}", "a", "\xc3\xa4\n\033[2J", "b");
	const char *got;

	scratch_capture(STDOUT_FILENO);
	ck_assert_int_eq(output_json(&out, value), 0);
	got = scratch_captured();
	ck_assert_ptr_eq(strchr(got, '\n'), got + strlen(got) - 1);
	for (const char *c = got; *c != '\n'; c++)
		ck_assert(*c >= ' ' && *c < 127);
	ck_assert_str_eq(
	    got, "{\"a\":\"\\u00E4\\n\\u001B[2J\",\"b\":null}\n");
	json_decref(value);
}
END_TEST

START_TEST(complaints_are_escaped_on_one_line)
{
	scratch_capture(STDERR_FILENO);
	complain("no %s: %d", "\033[2J\nnode", 3);
	ck_assert_str_eq(
	    scratch_captured(), "netconf: no \\x1b[2J\\x0anode: 3\n");
	scratch_capture(STDERR_FILENO);
	ck_assert_int_eq(output_no_memory(), EXIT_WRONG);
	ck_assert_str_eq(scratch_captured(), "netconf: out of memory\n");
}
END_TEST

START_TEST(a_file_is_no_terminal)
{
	struct output out;

	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	scratch_capture(STDOUT_FILENO);
	output_init(&out, stdout);
	scratch_captured();
	ck_assert(!out.is_terminal && !out.colours);
	ck_assert_uint_eq(out.width, 0);
}
END_TEST

/* A terminal of the columns; colours as the environment wants them. */
static struct output on_terminal(unsigned short columns)
{
	struct winsize size = {.ws_col = columns};
	struct output out;
	int master, terminal, saved = dup(STDOUT_FILENO);

	ck_assert_int_eq(openpty(&master, &terminal, NULL, NULL, &size), 0);
	fflush(stdout);
	ck_assert_int_eq(dup2(terminal, STDOUT_FILENO), STDOUT_FILENO);
	output_init(&out, stdout);
	ck_assert_int_eq(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
	close(terminal);
	close(master);
	return out;
}

START_TEST(a_terminal_has_a_width_and_colours_if_wanted)
{
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	ck_assert_uint_eq(on_terminal(132).width, 132);
	ck_assert_uint_eq(on_terminal(0).width, 80);
	ck_assert(on_terminal(80).is_terminal);
	ck_assert(on_terminal(80).colours);
	setenv("NO_COLOR", "1", 1);
	ck_assert(!on_terminal(80).colours);
	setenv("NO_COLOR", "", 1);
	ck_assert(on_terminal(80).colours);
	setenv("TERM", "dumb", 1);
	ck_assert(!on_terminal(80).colours);
	unsetenv("TERM");
	ck_assert(!on_terminal(80).colours);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("output");
	TCase *tcase = tcase_create("output");

	setlocale(LC_CTYPE, "C.UTF-8");
	tcase_add_checked_fixture(tcase, scratch_open, scratch_close);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, columns_are_counted_as_a_terminal_shows_them);
	tcase_add_test(tcase, cells_are_escaped_padded_and_coloured);
	tcase_add_test(tcase, long_texts_wrap_at_blanks_on_a_terminal);
	tcase_add_test(tcase, ages_are_in_their_largest_unit);
	tcase_add_test(tcase, a_line_ends_without_blanks);
	tcase_add_test(tcase, a_line_that_has_failed_is_told);
	tcase_add_test(tcase, a_cell_too_long_keeps_a_blank_behind_it);
	tcase_add_test(tcase, json_is_one_line_of_ascii);
	tcase_add_test(tcase, complaints_are_escaped_on_one_line);
	tcase_add_test(tcase, a_file_is_no_terminal);
	tcase_add_test(tcase, a_terminal_has_a_width_and_colours_if_wanted);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
