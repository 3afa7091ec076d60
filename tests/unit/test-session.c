/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes wrong between netconf and netconfd: said once, and a status. */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/cli.h"
#include "cli/session.h"
#include "tests/unit/played.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

static struct cli cli;
static struct session session;
static struct reply reply;

static void set_up(void)
{
	scratch_open();
	cli = (struct cli){ .socket = played_socket() };
}

static void tear_down(void)
{
	reply_clear(&reply);
	session_close(&session);
	played_end();
	scratch_close();
}

/* Asks; *ret: what was printed to fd meanwhile. */
static int ask(json_t *parameters, int fd, const char **ret)
{
	int status;

	scratch_capture(fd);
	status = session_ask(&cli, "Status", parameters, &session, &reply);
	*ret = scratch_captured();
	return status;
}

START_TEST(an_answer_is_a_reply)
{
	const char *said;

	PLAY({ .replies = { "{\"parameters\":{\"x\":1}}" } });
	ck_assert_int_eq(ask(json_object(), STDERR_FILENO, &said), EXIT_DONE);
	ck_assert_str_eq(said, "");
	ck_assert_int_eq(
	    json_integer_value(json_object_get(reply.parameters, "x")), 1);
	played_expect(
	    "{\"method\":\"org.netconf.Status\",\"parameters\":{}}\n");
}
END_TEST

START_TEST(with_json_it_is_printed)
{
	const char *said;

	PLAY({ .replies = { "{\"parameters\":{\"x\":\"\xc3\xa4\"}}" } },
	    { .replies = { "{\"error\":\"org.netconf.Busy\",\"parameters\":{"
			   "\"message\":\"no\"}}" } });
	cli.json = true;
	ck_assert_int_eq(ask(json_object(), STDOUT_FILENO, &said), EXIT_DONE);
	ck_assert_str_eq(said, "{\"x\":\"\\u00E4\"}\n");
	session_close(&session);
	reply_clear(&reply);
	ck_assert_int_eq(
	    ask(json_object(), STDOUT_FILENO, &said), EXIT_NO_DAEMON);
	ck_assert_str_eq(said, "{\"error\":\"org.netconf.Busy\","
			       "\"parameters\":{\"message\":\"no\"}}\n");
}
END_TEST

static const struct {
	const char *reply;
	bool cut;
	int status;
	const char *said;
} wrong[] = {
	{ "{\"error\":\"org.netconf.UnknownNode\",\"parameters\":{"
	  "\"message\":\"no\\u001b node\"}}",
	    false, EXIT_WRONG, "netconf: no\\x1b node\n" },
	{ "{\"error\":\"org.netconf.NotPermitted\",\"parameters\":{"
	  "\"message\":\"only root\"}}",
	    false, EXIT_NOT_PERMITTED, "netconf: only root\n" },
	{ "{\"error\":\"org.netconf.Busy\",\"parameters\":{\"message\":1}}",
	    false, EXIT_NO_DAEMON,
	    "netconf: netconfd gave an answer that makes no sense: an error "
	    "without message; are netconf and netconfd of the same "
	    "version?\n" },
	{ "{\"error\":\"a.b.C\"}", false, EXIT_NO_DAEMON,
	    "netconf: netconfd refuses: a.b.C; are netconf and netconfd of "
	    "the same version?\n" },
	{ "nonsense", false, EXIT_NO_DAEMON,
	    "netconf: netconfd gave an answer that makes no sense: it is not "
	    "a Varlink reply; are netconf and netconfd of the same "
	    "version?\n" },
	{ "{\"parameters\":{", true, EXIT_NO_DAEMON,
	    "netconf: netconfd has closed the connection: it has ended, or its "
	    "log says why\n" },
	{ "", true, EXIT_NO_DAEMON,
	    "netconf: netconfd has closed the connection: it has ended, or its "
	    "log says why\n" },
};

START_TEST(what_is_wrong_is_said_and_has_a_status)
{
	struct exchange exchange = { .replies = { wrong[_i].reply },
		.cut = wrong[_i].cut };
	const char *said;

	played_begin(&exchange, 1);
	ck_assert_int_eq(
	    ask(json_object(), STDERR_FILENO, &said), wrong[_i].status);
	ck_assert_str_eq(said, wrong[_i].said);
}
END_TEST

static void refused(int status, const char *part)
{
	const char *said;

	ck_assert_int_eq(ask(json_object(), STDERR_FILENO, &said), status);
	ck_assert_msg(strstr(said, part), "%s", said);
	session_close(&session);
}

START_TEST(a_daemon_that_is_not_there_is_told_with_the_way_out)
{
	char path[200];

	refused(EXIT_NO_DAEMON, "/control: start netconfd, or 'netconf run'");
	scratch_put("control", "no socket");
	refused(EXIT_NO_DAEMON, "/control: start netconfd, or 'netconf run'");
	cli.socket = "/dev/null/control";
	refused(EXIT_NO_DAEMON, "no daemon answers on /dev/null/control");
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	cli.socket = path;
	refused(EXIT_WRONG, "--socket: the path is too long for a socket: a");
}
END_TEST

START_TEST(a_socket_that_is_closed_to_us_is_not_permitted)
{
	const char *said;
	int status;

	PLAY({ .hold = true });
	ck_assert_int_eq(chmod(cli.socket, 0600), 0);
	ck_assert_int_eq(chmod(scratch_path(NULL), 0755), 0);
	scratch_capture(STDERR_FILENO);
	if (geteuid() != 0)
		ck_assert_int_eq(chmod(cli.socket, 0), 0);
	else
		ck_assert_int_eq(seteuid(4711), 0);
	status = session_open(&cli, &session);
	said = scratch_captured();
	ck_assert_int_eq(status, EXIT_NOT_PERMITTED);
	ck_assert_ptr_nonnull(strstr(said, "not permitted to talk to "));
	ck_assert_ptr_null(session.client);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(silence_has_an_end)
{
	const char *said;
	int status;

	PLAY({ .hold = true });
	ck_assert_int_eq(session_open(&cli, &session), EXIT_DONE);
	ck_assert_int_eq(
	    session_call(&session, "Up", json_object(), true), EXIT_DONE);
	scratch_capture(STDERR_FILENO);
	status = session_reply(&session, client_now_ms(), NULL, &reply);
	said = scratch_captured();
	ck_assert_int_eq(status, EXIT_TIMED_OUT);
	ck_assert_str_eq(said, "netconf: netconfd does not answer\n");
}
END_TEST

/* progress has its own words for both. */
START_TEST(with_a_mask_time_and_signal_are_the_callers)
{
	sigset_t mask;
	int status;

	PLAY({ .hold = true });
	sigemptyset(&mask);
	ck_assert_int_eq(session_open(&cli, &session), EXIT_DONE);
	ck_assert_int_eq(
	    session_call(&session, "Up", json_object(), true), EXIT_DONE);
	scratch_capture(STDERR_FILENO);
	status = session_reply(&session, client_now_ms(), &mask, &reply);
	ck_assert_str_eq(scratch_captured(), "");
	ck_assert_int_eq(status, -ETIMEDOUT);
}
END_TEST

START_TEST(names_are_the_operands)
{
	const char *operands[] = { "vpn0", "\xc3\xa4" };
	json_t *names;

	cli.operands = operands;
	cli.n_operands = 2;
	names = session_names(&cli);
	ck_assert_uint_eq(json_array_size(names), 2);
	ck_assert_str_eq(json_string_value(json_array_get(names, 1)),
	    "\xc3\xa4");
	json_decref(names);
	operands[1] = "\xff";
	ck_assert_ptr_null(session_names(&cli));
	cli.n_operands = 0;
	names = session_names(&cli);
	ck_assert_uint_eq(json_array_size(names), 0);
	json_decref(names);
}
END_TEST

START_TEST(what_is_no_text_is_not_asked_for)
{
	const char *said;

	PLAY({ .replies = { "{}" } });
	ck_assert_int_eq(ask(NULL, STDERR_FILENO, &said), EXIT_WRONG);
	ck_assert_str_eq(said, "netconf: a name is not text in UTF-8\n");
}
END_TEST

START_TEST(too_many_names_are_not_asked_for)
{
	_cleanup_(free_ptr) char *name = malloc(CLIENT_CALL_MAX + 1);
	const char *said;

	PLAY({ .replies = { "{}" } });
	memset(name, 'a', CLIENT_CALL_MAX);
	name[CLIENT_CALL_MAX] = '\0';
	ck_assert_int_eq(
	    ask(json_pack("{s:s}", "node", name), STDERR_FILENO, &said),
	    EXIT_WRONG);
	ck_assert_str_eq(said,
	    "netconf: what is named is more than the 64 KiB of one call: make "
	    "several\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("session");
	TCase *tcase = tcase_create("session");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, an_answer_is_a_reply);
	tcase_add_test(tcase, with_json_it_is_printed);
	tcase_add_loop_test(tcase, what_is_wrong_is_said_and_has_a_status, 0,
	    ARRAY_SIZE(wrong));
	tcase_add_test(
	    tcase, a_daemon_that_is_not_there_is_told_with_the_way_out);
	tcase_add_test(tcase, a_socket_that_is_closed_to_us_is_not_permitted);
	tcase_add_test(tcase, silence_has_an_end);
	tcase_add_test(tcase, with_a_mask_time_and_signal_are_the_callers);
	tcase_add_test(tcase, names_are_the_operands);
	tcase_add_test(tcase, what_is_no_text_is_not_asked_for);
	tcase_add_test(tcase, too_many_names_are_not_asked_for);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
