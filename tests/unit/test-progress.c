/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Progress as it is watched: its lines, its end, and how it is told. */
#include <check.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "tests/unit/played.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

static const char *operands[] = { "vpn0", "lan" };
static struct cli cli;
static char out[4096];

static void set_up(void)
{
	scratch_open();
	cli = (struct cli){ .socket = played_socket(), .operands = operands,
		.n_operands = 1 };
}

static void tear_down(void)
{
	played_end();
	scratch_close();
}

/* Until when an answer is waited for. */
static uint64_t deadline_ms;

int __real_client_reply(struct client *client, uint64_t until_ms,
    const sigset_t *mask, struct reply *ret);
int __wrap_client_reply(struct client *client, uint64_t until_ms,
    const sigset_t *mask, struct reply *ret);

int __wrap_client_reply(struct client *client, uint64_t until_ms,
    const sigset_t *mask, struct reply *ret)
{
	deadline_ms = until_ms;
	return __real_client_reply(client, until_ms, mask, ret);
}

static int run(int fd)
{
	const struct progress_call call = { .method = "Up",
		.parameters = json_object(), .remains = "it stays a goal" };
	int status;

	scratch_capture(fd);
	status = progress_run(&cli, &call);
	snprintf(out, sizeof(out), "%s", scratch_captured());
	return status;
}

/* What was printed, without the digits of times, which nobody can know. */
static void assert_out(const char *want)
{
	_cleanup_(text_clear) struct text got = { 0 };
	const char *s = out, *time;

	text_append(&got, "");
	while ((time = strpbrk(s, "0123456789"))) {
		size_t n = strspn(time, "0123456789");

		if (time[n] == '.' && time[n + 1 + 2] != '.' &&
		    (time[n + 3] == 's' || time[n + 3] == ' ')) {
			text_append_n(&got, s, (size_t)(time - s));
			text_append(&got, "T");
			n += 3;
		} else
			text_append_n(&got, s, (size_t)(time - s) + n);
		s = time + n;
	}
	text_append(&got, s);
	ck_assert_str_eq(got.data, want);
}

#define CHANGE(node, to, more)                                            \
	"{\"parameters\":{\"change\":{\"at_ms\":1,\"node\":\"" node       \
	"\",\"from\":\"idle\",\"to\":\"" to "\",\"cause\":\"c\"" more     \
	"}},\"continues\":true}"
#define NODE(name, state, more)                                           \
	"{\"name\":\"" name "\",\"kind\":\"x\",\"state\":\"" state        \
	"\",\"since_ms\":0,\"goal\":true,\"masked\":false,\"template\":"  \
	"false,\"facts\":{}," more "}"
#define RESULT(result, nodes)                                             \
	"{\"parameters\":{\"result\":\"" result "\",\"nodes\":[" nodes    \
	"]}}"
#define UP NODE("vpn0", "up", "\"permanent\":false")

/* ---- what is said of a state ---- */

static const struct {
	const char *state, *facts, *reason;
	int64_t retry_in_ms;
	const char *detail;
} details[] = {
	{ "up", "{\"gateway\":\"b\",\"address\":\"a\",\"other\":\"x\"}", NULL,
	    -1, "a, gateway b" },
	{ "up", "{\"virtual-ip\":\"a\",\"remote\":\"b\",\"ssid\":\"c\"}", NULL,
	    -1, "virtual IP a, to b, network c" },
	{ "up", "{\"address\":\"\",\"ssid\":\"\\u001b\"}", "r", 4000,
	    "network \\x1b" },
	{ "up", "{}", NULL, -1, "" },
	{ "failed", "{\"address\":\"a\"}", "no lease", -1, "no lease" },
	{ "failed", "{}", "no\nlease", 1500,
	    "no\\x0alease; retry in 1.5s" },
	{ "failed", "{}", NULL, 0, "retry in 0s" },
	{ "waiting", "{}", "", -1, "" },
};

START_TEST(a_state_has_its_detail)
{
	_cleanup_(text_clear) struct text text = { 0 };
	json_t *facts = json_loads(details[_i].facts, 0, NULL);

	progress_detail(&text, details[_i].state, facts, details[_i].reason,
	    details[_i].retry_in_ms);
	ck_assert_str_eq(text.data ? text.data : "", details[_i].detail);
	json_decref(facts);
}
END_TEST

/* ---- the lines ---- */

START_TEST(changes_are_lines_and_the_end_is_the_outcome)
{
	PLAY({ .replies = { "{\"parameters\":{\"said\":[\"first\\n\"]},"
			    "\"continues\":true}",
		   CHANGE("lan@eth0", "up",
		       ",\"facts\":{\"address\":\"a\"}"),
		   CHANGE("vpn0", "failed",
		       ",\"reason\":\"no\",\"retry_in_ms\":1000"),
		   RESULT("up", UP) } });
	ck_assert_int_eq(run(STDOUT_FILENO), EXIT_DONE);
	assert_out("first\\x0a\n"
		   "   Ts  lan@eth0     up         a\n"
		   "   Ts  vpn0         failed     no; retry in 1s\n"
		   "vpn0 is up (T s)\n");
	played_expect("{\"method\":\"org.netconf.Up\",\"parameters\":{},"
		      "\"more\":true}\n");
}
END_TEST

START_TEST(the_column_grows_with_the_names_up_to_a_limit)
{
	PLAY({ .replies = { CHANGE("a-name-of-17-byte", "up", ""),
		   CHANGE("a", "up", ""),
		   CHANGE("a-name-of-more-than-the-32-it-may-have", "up", ""),
		   CHANGE("b", "up", ""), RESULT("up", UP) } });
	ck_assert_int_eq(run(STDOUT_FILENO), EXIT_DONE);
	assert_out("   Ts  a-name-of-17-byte up\n"
		   "   Ts  a                 up\n"
		   "   Ts  a-name-of-more-than-the-32-it-may-have up\n"
		   "   Ts  b                 up\n"
		   "vpn0 is up (T s)\n");
}
END_TEST

START_TEST(a_failure_is_the_status_and_says_why)
{
	PLAY({ .replies = { RESULT("failed",
		   NODE("vpn0", "failed",
		       "\"permanent\":true,\"reason\":\"wrong\\u001bkey\"")
		   "," NODE("lan", "up", "\"permanent\":false")) } });
	ck_assert_int_eq(run(STDOUT_FILENO), EXIT_NODE_FAILED);
	/* lan was not asked for. */
	assert_out("vpn0 has failed: wrong\\x1bkey; not tried again\n");
}
END_TEST

START_TEST(every_goal_has_its_outcome)
{
	PLAY({ .replies = { RESULT("failed",
		   NODE("vpn0", "waiting", "\"permanent\":false")
		   "," NODE("lan", "failed", "\"permanent\":true")) } });
	cli.n_operands = 2;
	ck_assert_int_eq(run(STDOUT_FILENO), EXIT_NODE_FAILED);
	assert_out("vpn0 is waiting\nlan has failed: not tried again\n");
}
END_TEST

START_TEST(what_is_stuck_is_said_with_the_way_to_ask)
{
	PLAY({ .replies = { "{\"parameters\":{\"stuck\":\"vpn0: no card\"},"
			    "\"continues\":true}",
		   RESULT("up", UP) } },
	    { .replies = { "{\"parameters\":{\"stuck\":\"vpn0: no card\"},"
			   "\"continues\":true}",
		  RESULT("up", "") } });
	ck_assert_int_eq(run(STDOUT_FILENO), EXIT_DONE);
	assert_out("vpn0: no card; see netconf why vpn0\nvpn0 is up (T s)\n");
	cli.n_operands = 2;
	ck_assert_int_eq(run(STDOUT_FILENO), EXIT_DONE);
	assert_out("vpn0: no card\n");
}
END_TEST

START_TEST(down_is_said_of_every_name)
{
	PLAY({ .replies = { "{\"parameters\":{\"result\":\"down\"}}" } },
	    { .replies = { "{\"parameters\":{\"result\":\"held\"}}" } });
	cli.n_operands = 2;
	ck_assert_int_eq(run(STDOUT_FILENO), EXIT_DONE);
	assert_out("vpn0 is down (T s)\nlan is down (T s)\n");
	ck_assert_int_eq(run(STDOUT_FILENO), EXIT_DONE);
	assert_out("");
}
END_TEST

START_TEST(as_json_it_is_the_replies_and_nothing_else)
{
	PLAY({ .replies = { "{\"parameters\":{\"said\":[\"a\"]},"
			    "\"continues\":true}",
		   "{\"parameters\":{\"stuck\":\"b\"},\"continues\":true}",
		   CHANGE("lan", "up", ""),
		   "{\"parameters\":{\"result\":\"down\"}}" } });
	cli.json = true;
	ck_assert_int_eq(run(STDOUT_FILENO), EXIT_DONE);
	ck_assert_str_eq(out,
	    "{\"said\":[\"a\"]}\n{\"stuck\":\"b\"}\n"
	    "{\"change\":{\"at_ms\":1,\"node\":\"lan\",\"from\":\"idle\","
	    "\"to\":\"up\",\"cause\":\"c\"}}\n"
	    "{\"result\":\"down\"}\n");
}
END_TEST

START_TEST(without_waiting_it_is_one_answer)
{
	PLAY({ .replies = { "{\"parameters\":{\"said\":[\"a\",\"b\"]}}" } });
	cli.no_wait = true;
	ck_assert_int_eq(run(STDOUT_FILENO), EXIT_DONE);
	ck_assert_str_eq(out, "a\nb\n");
	played_expect(
	    "{\"method\":\"org.netconf.Up\",\"parameters\":{}}\n");
}
END_TEST

/* ---- other ends ---- */

START_TEST(the_time_limit_says_what_it_waits_for)
{
	PLAY({ .hold = true },
	    { .replies = { "{\"parameters\":{\"lines\":[{\"depth\":0,"
			   "\"node\":\"vpn0\",\"state\":\"waiting\","
			   "\"text\":\"needs inet\"}]}}" } });
	cli.has_timeout = true;
	cli.timeout_ms = 10;
	ck_assert_int_eq(run(STDERR_FILENO), EXIT_TIMED_OUT);
	ck_assert_str_eq(out,
	    "netconf: timed out after 10ms; it stays a goal\n"
	    "vpn0 is waiting: needs inet\n");
}
END_TEST

START_TEST(a_limit_of_nothing_is_one)
{
	PLAY({ .hold = true }, { .replies = { "{}" } });
	cli.has_timeout = true;
	ck_assert_int_eq(run(STDERR_FILENO), EXIT_TIMED_OUT);
	ck_assert_int_eq(
	    strncmp(out, "netconf: timed out after 0s; it stays", 37), 0);
}
END_TEST

START_TEST(where_nobody_watches_the_limit_is_90_s)
{
	const uint64_t begun_ms = client_now_ms();

	PLAY({ .replies = { RESULT("up", UP) } });
	ck_assert_int_eq(run(STDOUT_FILENO), EXIT_DONE);
	ck_assert_uint_ge(deadline_ms, begun_ms + 90000);
	ck_assert_uint_le(deadline_ms, client_now_ms() + 90000);
}
END_TEST

START_TEST(on_a_terminal_there_is_no_limit)
{
	const struct progress_call call = { .method = "Wait",
		.parameters = json_object() };
	int former = dup(STDOUT_FILENO), master, terminal, status;

	PLAY({ .replies = { RESULT("up", UP) } });
	ck_assert_int_eq(openpty(&master, &terminal, NULL, NULL, NULL), 0);
	fflush(stdout);
	ck_assert_int_ge(dup2(terminal, STDOUT_FILENO), 0);
	status = progress_run(&cli, &call);
	fflush(stdout);
	dup2(former, STDOUT_FILENO);
	ck_assert_int_eq(status, EXIT_DONE);
	ck_assert(deadline_ms == CLIENT_NO_DEADLINE);
	close(former);
	close(terminal);
	close(master);
}
END_TEST

START_TEST(no_limit_overflows)
{
	PLAY({ .replies = { RESULT("up", UP) } });
	cli.has_timeout = true;
	cli.timeout_ms = UINT64_MAX;
	ck_assert_int_eq(run(STDOUT_FILENO), EXIT_DONE);
	assert_out("vpn0 is up (T s)\n");
}
END_TEST

static const struct {
	const char *reply, *why;
} nonsense[] = {
	{ "{}", "it ended without a result" },
	{ "{\"parameters\":{\"change\":{}}}",
	    "'at_ms' is missing or not what it should be" },
	{ "{\"parameters\":{\"said\":[7]}}",
	    "'said' is not what it should be" },
	{ RESULT("up", "{}"), "'name' is missing or not what it should be" },
};

START_TEST(nonsense_ends_it)
{
	struct exchange exchange = { .replies = { nonsense[_i].reply } };

	played_begin(&exchange, 1);
	ck_assert_int_eq(run(STDERR_FILENO), EXIT_NO_DAEMON);
	ck_assert_msg(strstr(out, nonsense[_i].why), "%s", out);
}
END_TEST

START_TEST(an_interrupt_ends_the_process_by_its_signal)
{
	int status, ready[2];
	pid_t pid;
	char c;

	PLAY({ .replies = { CHANGE("vpn0", "starting", "") }, .hold = true });
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ready[1], STDOUT_FILENO);
		close(STDERR_FILENO);
		progress_run(&cli,
		    &(struct progress_call){
			.method = "Up", .parameters = json_object() });
		_exit(0);
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &c, 1), 1); /* it is waiting */
	kill(pid, SIGINT);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	close(ready[0]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("progress");
	TCase *tcase = tcase_create("progress");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(
	    tcase, a_state_has_its_detail, 0, ARRAY_SIZE(details));
	tcase_add_test(tcase, changes_are_lines_and_the_end_is_the_outcome);
	tcase_add_test(
	    tcase, the_column_grows_with_the_names_up_to_a_limit);
	tcase_add_test(tcase, a_failure_is_the_status_and_says_why);
	tcase_add_test(tcase, every_goal_has_its_outcome);
	tcase_add_test(tcase, what_is_stuck_is_said_with_the_way_to_ask);
	tcase_add_test(tcase, down_is_said_of_every_name);
	tcase_add_test(tcase, as_json_it_is_the_replies_and_nothing_else);
	tcase_add_test(tcase, without_waiting_it_is_one_answer);
	tcase_add_test(tcase, the_time_limit_says_what_it_waits_for);
	tcase_add_test(tcase, a_limit_of_nothing_is_one);
	tcase_add_test(tcase, no_limit_overflows);
	tcase_add_test(tcase, where_nobody_watches_the_limit_is_90_s);
	tcase_add_test(tcase, on_a_terminal_there_is_no_limit);
	tcase_add_loop_test(tcase, nonsense_ends_it, 0, ARRAY_SIZE(nonsense));
	tcase_add_test(tcase, an_interrupt_ends_the_process_by_its_signal);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
