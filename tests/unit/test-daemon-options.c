/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netconfd's command line. */
#include <check.h>
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "daemon/options.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

static struct options options;

static void tear_down(void)
{
	options_clear(&options);
	scratch_close();
}

/* getopt_long() sorts argv: it is a copy. */
static int parse(const char *const *words)
{
	static char *argv[24];
	int argc = 0;

	argv[argc++] = (char *)"netconfd";
	while (*words)
		argv[argc++] = (char *)*words++;
	argv[argc] = NULL;
	optind = 0; /* getopt(3): begin anew */
	return options_parse(&options, argc, argv);
}

#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

START_TEST(without_options_it_is_the_installed_daemon)
{
	ck_assert_int_eq(PARSE(NULL), 0);
	ck_assert_uint_eq(options.n_profiles, 1);
	ck_assert_str_eq(options.profiles[0], SYSCONFDIR "/netconf");
	ck_assert_str_eq(options.socket, RUNSTATEDIR "/netconf/control");
	ck_assert_str_eq(options.state_dir, LOCALSTATEDIR "/lib/netconf");
	ck_assert_str_eq(options.libexec_dir, LIBEXECDIR);
	ck_assert_int_eq(options.log_level, LOG_LEVEL_NOTICE);
	ck_assert_int_eq(options.event_buffer, 0);
	ck_assert_uint_eq(options.n_goals, 0);
	ck_assert(!options.is_plan);
}
END_TEST

START_TEST(a_plan_wants_a_goal)
{
	ck_assert_int_eq(PARSE("--plan", "vpn0"), 0);
	ck_assert(options.is_plan);
	ck_assert_uint_eq(options.n_goals, 1);
}
END_TEST

START_TEST(every_option_is_taken)
{
	ck_assert_int_eq(PARSE("-p", "/a", "vpn0", "--profile=/b", "-p/c",
			     "--socket", "/s", "--state-dir=/d",
			     "--libexec-dir", "/l", "--log-level", "debug",
			     "--event-buffer", "65536", "lan"),
	    0);
	ck_assert_uint_eq(options.n_profiles, 3);
	ck_assert_str_eq(options.profiles[0], "/a");
	ck_assert_str_eq(options.profiles[1], "/b");
	ck_assert_str_eq(options.profiles[2], "/c");
	ck_assert_str_eq(options.socket, "/s");
	ck_assert_str_eq(options.state_dir, "/d");
	ck_assert_str_eq(options.libexec_dir, "/l");
	ck_assert_int_eq(options.log_level, LOG_LEVEL_DEBUG);
	ck_assert_int_eq(options.event_buffer, 65536);
	ck_assert_uint_eq(options.n_goals, 2);
	ck_assert_str_eq(options.goals[0], "vpn0");
	ck_assert_str_eq(options.goals[1], "lan");
}
END_TEST

START_TEST(two_dashes_end_the_options)
{
	ck_assert_int_eq(PARSE("--", "--socket", "a"), 0);
	ck_assert_uint_eq(options.n_goals, 2);
	ck_assert_str_eq(options.goals[0], "--socket");
	ck_assert_str_eq(options.socket, RUNSTATEDIR "/netconf/control");
}
END_TEST

static const struct {
	const char *words[4], *error;
} wrong[] = {
	{ { "--log-level", "loud" },
	    "netconfd: --log-level wants error, warning, notice, info or "
	    "debug: 'loud'; see netconfd --help\n" },
	{ { "--libexec-dir", "here" },
	    "netconfd: --libexec-dir wants an absolute path: 'here'; see "
	    "netconfd --help\n" },
	{ { "--event-buffer", "0" }, "bytes, 1 to 1073741824: '0'" },
	{ { "--event-buffer", "-1" }, "bytes, 1 to 1073741824: '-1'" },
	{ { "--event-buffer", "" }, "bytes, 1 to 1073741824: ''" },
	{ { "--event-buffer", "1k" }, "bytes, 1 to 1073741824: '1k'" },
	{ { "--event-buffer", "1073741825" }, "1 to 1073741824: '1073741825'" },
	{ { "--event-buffer", "99999999999999999999" }, "1 to 1073741824" },
	{ { "--plan" }, "netconfd: --plan wants a goal\n" },
	{ { "--nonsense" }, "see netconfd --help\n" },
	{ { "-x" }, "see netconfd --help\n" },
	{ { "-p" }, "see netconfd --help\n" },
	{ { "--help=x" }, "see netconfd --help\n" },
};

START_TEST(what_is_wrong_is_said)
{
	const char *error;
	int r;

	scratch_capture(STDERR_FILENO);
	r = parse(wrong[_i].words);
	error = scratch_captured();
	ck_assert_int_eq(r, -EINVAL);
	ck_assert_msg(strstr(error, wrong[_i].error), "'%s'", error);
	ck_assert_ptr_null(options.profiles);
}
END_TEST

START_TEST(the_largest_event_buffer_is_taken)
{
	ck_assert_int_eq(PARSE("--event-buffer", "1073741824"), 0);
	ck_assert_int_eq(options.event_buffer, 1 << 30);
}
END_TEST

START_TEST(help_names_every_option_and_the_defaults)
{
	static const char *const parts[] = { "-p, --profile PATH",
		"--socket PATH", "--state-dir DIR", "--libexec-dir DIR",
		"--log-level LEVEL", "--event-buffer N", "--plan",
		"--help, --version",
		"(" SYSCONFDIR "/netconf)", "(" RUNSTATEDIR "/netconf/control)",
		"(" LOCALSTATEDIR "/lib/netconf)", "(" LIBEXECDIR ")" };
	const char *help;

	scratch_capture(STDOUT_FILENO);
	ck_assert_int_eq(PARSE("--help", "--nonsense"), 1);
	help = scratch_captured();
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		ck_assert_msg(strstr(help, parts[i]), "%s", parts[i]);
	scratch_capture(STDOUT_FILENO);
	ck_assert_int_eq(PARSE("--version"), 1);
	ck_assert_int_eq(strncmp(scratch_captured(), "netconfd ", 9), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("daemon-options");
	TCase *tcase = tcase_create("daemon-options");

	tcase_add_checked_fixture(tcase, scratch_open, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, without_options_it_is_the_installed_daemon);
	tcase_add_test(tcase, every_option_is_taken);
	tcase_add_test(tcase, a_plan_wants_a_goal);
	tcase_add_test(tcase, two_dashes_end_the_options);
	tcase_add_loop_test(
	    tcase, what_is_wrong_is_said, 0, ARRAY_SIZE(wrong));
	tcase_add_test(tcase, the_largest_event_buffer_is_taken);
	tcase_add_test(tcase, help_names_every_option_and_the_defaults);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
