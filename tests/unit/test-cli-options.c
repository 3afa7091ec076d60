/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netconf's command line. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/options.h"
#include "tests/unit/run.h"

static int run_nothing(const struct cli *cli)
{
	(void)cli;
	return 0;
}

static const struct command commands[] = {
    {"up", "GOAL...", "ups", OPTIONS_COMMON | OPTION_TIMEOUT, 1, 9,
	run_nothing},
    {"status", "", "stats", OPTIONS_COMMON, 0, 0, run_nothing},
    {0},
};

/* Parses the words after "netconf"; 0 or -EINVAL. */
static int parse(struct cli *cli, struct text *error, const char *const *words)
{
	char *argv[16] = {(char *)"netconf"};
	int argc = 1;

	while (words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	return options_parse(commands, argc, argv, cli, error);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(options_may_stand_before_and_after_the_command)
{
	_cleanup_(options_clear) struct cli cli = {0};
	_cleanup_(text_clear) struct text error = {0};

	ck_assert_int_eq(
	    parse(&cli, &error,
		WORDS("--json", "up", "a", "-p", "x", "-py", "--socket=/s",
		    "--timeout", "1.5s", "b", "--", "--force")),
	    -EINVAL); /* 1.5s is no duration of a profile either */
	options_clear(&cli);
	text_clear(&error);
	ck_assert_int_eq(
	    parse(&cli, &error,
		WORDS("--json", "up", "a", "-p", "x", "-py", "--socket=/s",
		    "--timeout", "15s", "b", "--", "--force")),
	    0);
	ck_assert_str_eq(cli.command->name, "up");
	ck_assert_uint_eq(cli.n_operands, 3);
	ck_assert_str_eq(cli.operands[2], "--force");
	ck_assert_uint_eq(cli.n_profiles, 2);
	ck_assert_str_eq(cli.profiles[1], "y");
	ck_assert_str_eq(cli.socket, "/s");
	ck_assert(cli.json && !cli.force && cli.has_timeout);
	ck_assert_uint_eq(cli.timeout_ms, 15000);
}
END_TEST

static const struct {
	const char *words[4], *error;
} wrong[] = {
    {{"upp"}, "'upp' is not a command of this version; did you mean "
	      "'up'?"},
    {{"frobnicate"}, "'frobnicate' is not a command of this version; "
		     "see netconf --help"},
    {{"--jsno", "up"}, "there is no option '--jsno'; did you mean '--json'?"},
    {{"-x"}, "there is no option '-x'"},
    {{"-hx"}, "there is no option '-hx'"},
    {{"up", "a", "--socket"}, "--socket needs a PATH"},
    {{"up", "a", "--socket="}, "--socket: the PATH is empty"},
    {{"up", "a", "--json=1"}, "--json takes no value"},
    {{"status", "--timeout", "1s"},
	"'status' takes no --timeout; see netconf status --help"},
    {{"up"}, "something is missing: usage: netconf up GOAL..."},
    {{"status", "a"}, "too much is given: usage: netconf status"},
    {{"up", "a", "--timeout=x"},
	"--timeout: 'x' is not a duration, such as 500ms, 30s, 5m or 1h"},
    {{NULL}, "which command? see netconf --help"},
};

START_TEST(a_wrong_command_line_says_what_is_wrong)
{
	_cleanup_(options_clear) struct cli cli = {0};
	_cleanup_(text_clear) struct text error = {0};

	ck_assert_int_eq(parse(&cli, &error, wrong[_i].words), -EINVAL);
	ck_assert_str_eq(error.data, wrong[_i].error);
}
END_TEST

START_TEST(no_arguments_at_all_are_survived)
{
	_cleanup_(options_clear) struct cli cli = {0};
	_cleanup_(text_clear) struct text error = {0};
	char *argv[] = {NULL};

	ck_assert_int_eq(
	    options_parse(commands, 0, argv, &cli, &error), -EINVAL);
}
END_TEST

START_TEST(help_and_version_need_nothing_else)
{
	_cleanup_(options_clear) struct cli cli = {0};
	_cleanup_(text_clear) struct text error = {0};

	ck_assert_int_eq(parse(&cli, &error, WORDS("--help")), 0);
	ck_assert(cli.help && !cli.version && !cli.command);
	options_clear(&cli);
	ck_assert_int_eq(parse(&cli, &error, WORDS("up", "-h")), 0);
	ck_assert(cli.help);
	ck_assert_str_eq(cli.command->name, "up");
	options_clear(&cli);
	ck_assert_int_eq(parse(&cli, &error, WORDS("--version", "up")), 0);
	ck_assert(cli.version);
	/* But what is there must be right. */
	options_clear(&cli);
	ck_assert_int_eq(
	    parse(&cli, &error, WORDS("--help", "--jsno")), -EINVAL);
}
END_TEST

START_TEST(a_dash_alone_is_a_name_and_two_end_the_options)
{
	_cleanup_(options_clear) struct cli cli = {0};
	_cleanup_(text_clear) struct text error = {0};

	ck_assert_int_eq(
	    parse(&cli, &error, WORDS("up", "-", "--", "--", "-p")), 0);
	ck_assert_uint_eq(cli.n_operands, 3);
	ck_assert_str_eq(cli.operands[0], "-");
	ck_assert_str_eq(cli.operands[1], "--");
	ck_assert_str_eq(cli.operands[2], "-p");
	ck_assert_uint_eq(cli.n_profiles, 0);
}
END_TEST

START_TEST(the_last_of_an_option_given_twice_counts)
{
	_cleanup_(options_clear) struct cli cli = {0};
	_cleanup_(text_clear) struct text error = {0};

	ck_assert_int_eq(
	    parse(&cli, &error,
		WORDS("up", "a", "--socket=/a", "--socket", "/b",
		    "--timeout=1s", "--timeout=0s")),
	    0);
	ck_assert_str_eq(cli.socket, "/b");
	ck_assert(cli.has_timeout);
	ck_assert_uint_eq(cli.timeout_ms, 0);
}
END_TEST

START_TEST(the_number_of_names_has_bounds)
{
	_cleanup_(options_clear) struct cli cli = {0};
	_cleanup_(text_clear) struct text error = {0};
	const char *words[12] = {"up"};

	for (size_t i = 1; i <= 9; i++)
		words[i] = "a";
	ck_assert_int_eq(parse(&cli, &error, words), 0);
	ck_assert_uint_eq(cli.n_operands, 9);
	options_clear(&cli);
	words[10] = "a";
	ck_assert_int_eq(parse(&cli, &error, words), -EINVAL);
	ck_assert_str_eq(error.data,
	    "up: 10 names are more than the 9 of one call: make several");
}
END_TEST

START_TEST(usage_lists_commands_or_one_with_its_options)
{
	_cleanup_(text_clear) struct text all = {0}, up = {0}, status = {0};

	options_usage(commands, NULL, &all);
	ck_assert_ptr_nonnull(
	    strstr(all.data, "\n  up       GOAL...        ups\n"));
	ck_assert_ptr_nonnull(
	    strstr(all.data, "\n  status                  stats\n"));
	ck_assert_ptr_nonnull(strstr(all.data, "\n  -p, --profile PATH "));
	ck_assert_ptr_null(strstr(all.data, "--timeout"));
	options_usage(commands, &commands[0], &up);
	ck_assert_int_eq(strncmp(up.data,
			     "Usage: netconf up GOAL... [OPTION...]\nups\n",
			     41),
	    0);
	ck_assert_ptr_nonnull(strstr(up.data, "\n  --timeout DURATION "));
	ck_assert_ptr_null(strstr(up.data, "--force"));
	options_usage(commands, &commands[1], &status);
	ck_assert_int_eq(
	    strncmp(status.data, "Usage: netconf status [OPTION...]\n", 34),
	    0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cli-options");
	TCase *tcase = tcase_create("cli-options");

	tcase_add_test(tcase, options_may_stand_before_and_after_the_command);
	tcase_add_loop_test(tcase, a_wrong_command_line_says_what_is_wrong, 0,
	    ARRAY_SIZE(wrong));
	tcase_add_test(tcase, no_arguments_at_all_are_survived);
	tcase_add_test(tcase, help_and_version_need_nothing_else);
	tcase_add_test(tcase, a_dash_alone_is_a_name_and_two_end_the_options);
	tcase_add_test(tcase, the_last_of_an_option_given_twice_counts);
	tcase_add_test(tcase, the_number_of_names_has_bounds);
	tcase_add_test(tcase, usage_lists_commands_or_one_with_its_options);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
