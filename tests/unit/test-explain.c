/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Explanations as an indented tree, and of what a wait was waiting for. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/explain.h"
#include "tests/unit/played.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

static struct cli cli;

static void set_up(void)
{
	scratch_open();
	cli = (struct cli){ .socket = played_socket() };
}

static void tear_down(void)
{
	played_end();
	scratch_close();
}

/* The status; *ret: what was printed to fd meanwhile. */
static int print(
    const char *lines, unsigned width, int fd, const char **ret)
{
	const struct output out = { .file = stdout, .width = width };
	_cleanup_(text_clear) struct text json = { 0 };
	json_t *parameters;
	int status;

	text_printf(&json, "{\"lines\":%s}", lines);
	parameters = json_loads(json.data, 0, NULL);
	ck_assert_ptr_nonnull(parameters);
	scratch_capture(fd);
	status = explain_print(&out, parameters);
	*ret = scratch_captured();
	json_decref(parameters);
	return status;
}

static const struct {
	const char *line, *shown;
} lines[] = {
	{ "\"text\":\"no default route\"", "no default route\n" },
	{ "\"node\":\"inet\",\"state\":\"waiting\",\"text\":\"no route\"",
	    "inet is waiting: no route\n" },
	{ "\"node\":\"inet\",\"text\":\"no route\"", "inet: no route\n" },
	/* What is a sentence about the node already is not made one. */
	{ "\"node\":\"inet\",\"state\":\"up\",\"text\":\"is up: a goal\"",
	    "inet is up: a goal\n" },
	{ "\"node\":\"inet\",\"state\":\"idle\",\"text\":\"was taken down\"",
	    "inet was taken down\n" },
	{ "\"node\":\"vpn0\",\"state\":\"failed\",\"text\":\"failed: key\"",
	    "vpn0 failed: key\n" },
	{ "\"node\":\"vpn0\",\"state\":\"failed\",\"text\":\"isolated\"",
	    "vpn0 is failed: isolated\n" },
	{ "\"node\":\"a\\u001b\",\"state\":\"x\\n\",\"text\":\"\\t\"",
	    "a\\x1b is x\\x0a: \\x09\n" },
};

START_TEST(a_line_is_a_sentence)
{
	_cleanup_(text_clear) struct text json = { 0 };
	const char *shown;

	text_printf(&json, "[{\"depth\":0,%s}]", lines[_i].line);
	ck_assert_int_eq(
	    print(json.data, 0, STDOUT_FILENO, &shown), EXIT_DONE);
	ck_assert_str_eq(shown, lines[_i].shown);
}
END_TEST

START_TEST(a_description_stands_behind_the_first_line_of_its_node)
{
	const char *shown;

	ck_assert_int_eq(print("[{\"depth\":0,\"node\":\"a\",\"state\":"
			       "\"waiting\",\"text\":\"needs b\","
			       "\"description\":\"to\\u001bwork\"},"
			       "{\"depth\":1,\"node\":\"b\",\"text\":\"x\","
			       "\"description\":\"best\"},"
			       "{\"depth\":1,\"node\":\"b\",\"text\":\"y\","
			       "\"description\":\"best\"}]",
			     0, STDOUT_FILENO, &shown),
	    EXIT_DONE);
	ck_assert_str_eq(shown, "a is waiting: needs b (a: to\\x1bwork)\n"
				"  b: x (b: best)\n"
				"  b: y\n");
}
END_TEST

START_TEST(depth_indents_but_not_for_ever)
{
	_cleanup_(text_clear) struct text want = { 0 };
	const char *shown;

	text_printf(&want, "a\n  b\n%40sc\n%40sd\n", "", "");
	ck_assert_int_eq(print("[{\"depth\":0,\"text\":\"a\"},"
			       "{\"depth\":1,\"text\":\"b\"},"
			       "{\"depth\":20,\"text\":\"c\"},"
			       "{\"depth\":999999,\"text\":\"d\"}]",
			     0, STDOUT_FILENO, &shown),
	    EXIT_DONE);
	ck_assert_str_eq(shown, want.data);
}
END_TEST

START_TEST(a_long_line_goes_on_under_itself)
{
	const char *shown;

	ck_assert_int_eq(print("[{\"depth\":1,\"text\":\"one two three four "
			       "five six seven eight\"}]",
			     30, STDOUT_FILENO, &shown),
	    EXIT_DONE);
	ck_assert_str_eq(
	    shown, "  one two three four five six\n  seven eight\n");
}
END_TEST

START_TEST(nonsense_is_refused)
{
	static const char *const nonsense[] = { "[]", "{}", "1", "[1]",
		"[{\"depth\":0}]", "[{\"depth\":-1,\"text\":\"a\"}]",
		"[{\"depth\":0,\"text\":\"a\",\"node\":[]}]" };
	const char *said;

	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		ck_assert_int_eq(
		    print(nonsense[i], 0, STDERR_FILENO, &said),
		    EXIT_NO_DAEMON);
		ck_assert_ptr_nonnull(strstr(said, "makes no sense"));
	}
}
END_TEST

#define NEEDS_INET                                                     \
	"{\"parameters\":{\"lines\":[{\"depth\":0,\"node\":\"vpn0\"," \
	"\"state\":\"waiting\",\"text\":\"needs inet\"}]}}"

START_TEST(what_is_not_up_is_explained_on_stderr)
{
	PLAY({ .replies = { NEEDS_INET } }, { .replies = { NEEDS_INET } });
	cli.json = true; /* that is for stdout, which gets nothing of this */
	scratch_capture(STDOUT_FILENO);
	explain_pending(&cli, "vpn0");
	ck_assert_str_eq(scratch_captured(), "");
	scratch_capture(STDERR_FILENO);
	explain_pending(&cli, "vpn0");
	ck_assert_str_eq(scratch_captured(), "vpn0 is waiting: needs inet\n");
	played_expect("{\"method\":\"org.netconf.Why\",\"parameters\":{"
		      "\"node\":\"vpn0\"}}\n"
		      "{\"method\":\"org.netconf.Why\",\"parameters\":{"
		      "\"node\":\"vpn0\"}}\n");
}
END_TEST

START_TEST(what_is_up_needs_no_explanation)
{
	PLAY({ .replies = { "{\"parameters\":{\"lines\":[{\"depth\":0,"
			    "\"node\":\"vpn0\",\"state\":\"up\","
			    "\"text\":\"is up: it is a goal\"}]}}" } });
	scratch_capture(STDERR_FILENO);
	explain_pending(&cli, "vpn0");
	ck_assert_str_eq(scratch_captured(), "");
}
END_TEST

START_TEST(a_daemon_that_has_gone_is_complained_of)
{
	scratch_capture(STDERR_FILENO);
	explain_pending(&cli, "vpn0");
	ck_assert_ptr_nonnull(
	    strstr(scratch_captured(), "netconf: no daemon answers on "));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("explain");
	TCase *tcase = tcase_create("explain");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(tcase, a_line_is_a_sentence, 0, ARRAY_SIZE(lines));
	tcase_add_test(tcase,
	    a_description_stands_behind_the_first_line_of_its_node);
	tcase_add_test(tcase, depth_indents_but_not_for_ever);
	tcase_add_test(tcase, a_long_line_goes_on_under_itself);
	tcase_add_test(tcase, nonsense_is_refused);
	tcase_add_test(tcase, what_is_not_up_is_explained_on_stderr);
	tcase_add_test(tcase, what_is_up_needs_no_explanation);
	tcase_add_test(tcase, a_daemon_that_has_gone_is_complained_of);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
