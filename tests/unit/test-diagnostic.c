/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/source.h"
#include "base/text.h"
#include "resolver/diagnostic.h"
#include "resolver/source.h"
#include "tests/unit/run.h"

/* One error with a source line, printed. To be freed. */
static char *print(uint32_t column, uint32_t length, const char *source)
{
	struct diagnostics diagnostics = {0};
	struct mark mark = {"net.yaml", 14, column, length};
	struct diagnostic *d = diagnostics_add(
	    &diagnostics, SEVERITY_ERROR, &mark, "this is wrong");
	struct text out = {0};

	ck_assert_ptr_nonnull(d);
	diagnostic_set_source(d, source, strlen(source), 1, false);
	diagnostic_print(d, &out);
	diagnostics_clear(&diagnostics);
	return text_steal(&out);
}

START_TEST(it_looks_as_the_documents_show)
{
	_cleanup_(text_clear) struct text out = {0};
	struct diagnostics diagnostics = {0};
	struct mark mark = {"/etc/netconf/laptop.yaml", 14, 13, 7};
	static const char source[] = "    vpn0: { require: [inet], x: y }";
	struct diagnostic *d = diagnostics_add(&diagnostics, SEVERITY_ERROR,
	    &mark, "'%s' is not a key of %s nodes", "require", "ipsec");

	diagnostics_hint(&diagnostics, d, "did you mean '%s'?", "requires");
	diagnostic_set_source(d, source, strlen(source), 1, false);
	d->see = strdup("see netconf kinds ipsec");
	diagnostic_print(d, &out);
	ck_assert_str_eq(out.data,
	    "/etc/netconf/laptop.yaml:14:13: error: 'require' is not a key of "
	    "ipsec nodes; did you mean 'requires'?\n"
	    "   14 |     vpn0: { require: [inet], x: y }\n"
	    "      |             ^~~~~~~\n"
	    "see netconf kinds ipsec\n");
	ck_assert_uint_eq(diagnostics.n_errors, 1);
	diagnostics_clear(&diagnostics);
	ck_assert_uint_eq(diagnostics.n, 0);
}
END_TEST

START_TEST(without_a_place_there_is_no_line)
{
	_cleanup_(text_clear) struct text out = {0};
	struct diagnostics diagnostics = {0};

	diagnostic_print(diagnostics_add(&diagnostics, SEVERITY_WARNING,
			     &(struct mark){"a.yaml", 0, 0, 0}, "odd"),
	    &out);
	diagnostic_print(diagnostics_add(&diagnostics, SEVERITY_ERROR,
			     &(struct mark){0}, "bad"),
	    &out);
	ck_assert_str_eq(out.data, "a.yaml: warning: odd\nerror: bad\n");
	ck_assert_uint_eq(diagnostics.n, 2);
	ck_assert_uint_eq(diagnostics.n_errors, 1);
	diagnostics_clear(&diagnostics);
}
END_TEST

START_TEST(it_keeps_nothing_of_the_caller)
{
	_cleanup_(text_clear) struct text out = {0};
	struct diagnostics diagnostics = {0};
	char *file = strdup("a.yaml");
	struct mark mark = {file, 1, 2, 1};

	diagnostics_add(&diagnostics, SEVERITY_ERROR, &mark, "bad");
	memset(file, 'x', strlen(file));
	free(file);
	diagnostic_print(&diagnostics.items[0], &out);
	ck_assert_str_eq(out.data, "a.yaml:1:2: error: bad\n");
	diagnostics_clear(&diagnostics);
}
END_TEST

static const struct {
	uint32_t column, length;
	const char *source, *printed;
} carets[] = {
    {1, 1, "abc", "abc\n      | ^"},
    {3, 1, "abc", "abc\n      |   ^"},
    {2, 9, "abc", "abc\n      |  ^~"},         /* ends with the line */
    {4, 1, "abc", "abc\n      |    ^"},         /* just past it */
    {9, 1, "abc", "abc\n      |         ^"},    /* further out */
    {1, 1, "", "\n      | ^"},
    {1, 0, "abc", "abc\n      | ^"},
    {3, 2, "\t\tab", "\t\tab\n      | \t\t^~"}, /* tabs stay tabs */
    {3, 1, "a\tb", "a\tb\n      |  \t^"},
    {1, 1, "\tb", "\tb\n      | ^"}, /* a tab that is wrong itself */
    {1, 2, "\tb", "\tb\n      | ^~"},
    {3, 1, "\xc3\xbc\xc3\xbcx", "\xc3\xbc\xc3\xbcx\n      |   ^"},
    /* An escaped character takes four columns. */
    {2, 1, "\x1b[", "\\x1b[\n      |     ^"},
    {1, 1, "\x1b[", "\\x1b[\n      | ^~~~"},
    {3, 1, "a\xff" "b", "a\\xffb\n      |      ^"},
};

START_TEST(the_caret_stands_below)
{
	_cleanup_(free_ptr) char *printed = print(
	    carets[_i].column, carets[_i].length, carets[_i].source);
	_cleanup_(text_clear) struct text want = {0};

	text_printf(&want, "net.yaml:14:%u: error: this is wrong\n   14 | %s\n",
	    carets[_i].column, carets[_i].printed);
	ck_assert_str_eq(printed, want.data);
}
END_TEST

/* The column of the caret below the character that it means. */
static void expect_cut(uint32_t column, bool before, bool after)
{
	static const char ellipsis[] = "\xe2\x80\xa6";
	char source[5001], *line, *end, *caret;
	_cleanup_(free_ptr) char *printed = NULL;
	uint32_t width, at;

	memset(source, 'x', 5000);
	source[5000] = '\0';
	source[column - 1] = 'Y';
	printed = print(column, 1, source);
	line = strstr(printed, "14 | ") + 5;
	end = strchr(line, '\n');
	width = (uint32_t)(end - line);
	ck_assert_uint_le(width, 100 + 2 * strlen(ellipsis));
	ck_assert_uint_ge(width, 40);
	caret = strchr(end + 1, '|') + 2;
	at = (uint32_t)strcspn(caret, "^");
	ck_assert_int_eq(strncmp(line, ellipsis, 3) == 0, before);
	ck_assert_int_eq(strncmp(end - 3, ellipsis, 3) == 0, after);
	/* The ellipsis has three bytes in one column. */
	ck_assert_int_eq(line[at + (before ? 2 : 0)], 'Y');
}

START_TEST(a_long_line_is_cut_around_the_column)
{
	expect_cut(1, false, true);
	expect_cut(61, false, true);
	expect_cut(62, true, true);
	expect_cut(100, true, true);
	expect_cut(2500, true, true);
	expect_cut(5000, true, false);
}
END_TEST

START_TEST(what_comes_from_outside_is_escaped)
{
	_cleanup_(text_clear) struct text out = {0};
	struct diagnostics diagnostics = {0};
	struct mark mark = {"a\x1b.yaml", 1, 1, 1};
	struct diagnostic *d = diagnostics_add(
	    &diagnostics, SEVERITY_ERROR, &mark, "'%s'", "\x1b[2J");

	diagnostics_hint(&diagnostics, d, "'%s'", "\x07");
	diagnostic_print(d, &out);
	ck_assert_str_eq(out.data,
	    "a\\x1b.yaml:1:1: error: '\\x1b[2J'; '\\x07'\n");
	diagnostics_clear(&diagnostics);
}
END_TEST

START_TEST(too_many_are_counted_not_kept)
{
	struct diagnostics diagnostics = {0};
	struct mark mark = {"a.yaml", 1, 1, 1};

	for (uint32_t i = 0; i < DIAGNOSTICS_MAX + 10; i++) {
		struct diagnostic *d = diagnostics_add(
		    &diagnostics, SEVERITY_ERROR, &mark, "%u", i);

		ck_assert(!d == (i >= DIAGNOSTICS_MAX));
		diagnostics_hint(&diagnostics, d, "hint");
	}
	ck_assert_uint_eq(diagnostics.n, DIAGNOSTICS_MAX);
	ck_assert_uint_eq(diagnostics.n_errors, DIAGNOSTICS_MAX + 10);
	ck_assert(!diagnostics.failed);
	diagnostics_clear(&diagnostics);
}
END_TEST

/* Marks come from libyaml, which may count otherwise: what is past the end
 * has no line, and no character. */
START_TEST(a_place_past_the_end_has_no_line)
{
	static const char text[] = "a\xc3\xbc\xe2\x80\xa9" "b";
	const struct source source = { "a.yaml", text, sizeof(text) - 1 };
	struct mark mark = { "a.yaml", 1, 2, 1 };
	struct diagnostics diagnostics = {0};

	ck_assert_int_eq(source_character(&source, &mark), '\xc3');
	mark.column = 3;
	ck_assert_int_eq(source_character(&source, &mark), '\xe2');
	mark.column = 4;
	ck_assert_int_eq(source_character(&source, &mark), '\xe2');
	mark = (struct mark){ "a.yaml", 2, 2, 1 };
	ck_assert_int_eq(source_character(&source, &mark), '\0');
	mark.line = 3;
	ck_assert_int_eq(source_character(&source, &mark), '\0');
	diagnostics_add(&diagnostics, SEVERITY_ERROR, &mark, "bad");
	mark.line = 2;
	diagnostics_add(&diagnostics, SEVERITY_ERROR, &mark, "bad");
	source_attach(&source, &diagnostics, NULL, NULL);
	ck_assert_ptr_null(diagnostics.items[0].source);
	ck_assert_str_eq(diagnostics.items[1].source, "b");
	source_locate(&source, 100, &mark);
	ck_assert_uint_eq(mark.line, 2);
	ck_assert_uint_eq(mark.column, 2);
	diagnostics_clear(&diagnostics);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("diagnostic");
	TCase *tcase = tcase_create("diagnostic");

	tcase_add_test(tcase, it_looks_as_the_documents_show);
	tcase_add_test(tcase, without_a_place_there_is_no_line);
	tcase_add_test(tcase, it_keeps_nothing_of_the_caller);
	tcase_add_loop_test(
	    tcase, the_caret_stands_below, 0, ARRAY_SIZE(carets));
	tcase_add_test(tcase, a_long_line_is_cut_around_the_column);
	tcase_add_test(tcase, what_comes_from_outside_is_escaped);
	tcase_add_test(tcase, too_many_are_counted_not_kept);
	tcase_add_test(tcase, a_place_past_the_end_has_no_line);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
