/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks with the real netconf-exec and real programs. */
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"
#include "providers/support/child.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"
#include "tests/unit/scratch.h"

static struct job_host *host;
static struct test_job *job;

static const char *build_dir(void)
{
	static char path[4096];
	const char *build = getenv("NETCONF_BUILD");

	if (build)
		return build;
	ck_assert_ptr_nonnull(getcwd(path, sizeof(path)));
	return path;
}

static void set_up(void)
{
	scratch_open();
	ck_assert_int_eq(chmod(scratch_path(NULL), 0755), 0);
}

static void tear_down(void)
{
	if (host)
		job_host_close(host);
	host = NULL;
	scratch_close();
}

static void open_host_in(const char *keys, const char *libexec_dir)
{
	char profile[4096];

	ck_assert_uint_lt((unsigned)snprintf(profile, sizeof(profile),
			      "version: 1\nnodes:\n  card: { kind: below }\n"
			      "  t: { kind: task, over: card, %s }\n",
			      keys),
	    sizeof(profile));
	host = job_host_open_in(
	    &provider_task, profile, scratch_path(NULL), libexec_dir);
	job = job_host_job(host, "t");
}

static void open_host(const char *keys)
{
	open_host_in(keys, build_dir());
}

/* ---- what is awaited ---- */

static bool log_has(void *text)
{
	return strstr(job_host_log(host), text);
}

static void await_log(const char *text)
{
	job_host_wait(host, log_has, (void *)text, text);
}

static void expect(enum report_type type)
{
	const struct report *report = test_job_wait(job);

	ck_assert_msg(report->type == type, "%s",
	    report->reason ? report->reason : "another report");
}

static void expect_failed(const char *reason, bool is_permanent)
{
	const struct report *report = test_job_wait(job);

	ck_assert_int_eq(report->type, REPORT_FAILED);
	ck_assert_str_eq(report->reason, reason);
	ck_assert_int_eq(report->permanent, is_permanent);
}

/* The number that stands behind the text in the log. */
static pid_t logged_pid(const char *text)
{
	const char *at = strstr(job_host_log(host), text);

	ck_assert_msg(at, "no '%s' in:\n%s", text, job_host_log(host));
	return atoi(at + strlen(text));
}

static bool is_there(pid_t pid)
{
	return kill(pid, 0) == 0;
}

static void await_gone(pid_t pid)
{
	struct pollfd fd = {.events = POLLIN};

	fd.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd.fd < 0) {
		ck_assert_int_eq(errno, ESRCH);
		return;
	}
	ck_assert_int_eq(poll(&fd, 1, JOB_HOST_LIMIT_MS), 1);
	close(fd.fd);
}

/* Writes the word to the file `log`: sh's $0 is that file. */
#define NOTE(word) "[/bin/sh, -c, 'echo " word " >>$0', "
static char keys[4096];

#define SET_KEYS(...) \
	ck_assert_uint_lt( \
	    (unsigned)snprintf(keys, sizeof(keys), __VA_ARGS__), sizeof(keys))

/* ---- the course of a run ---- */

START_TEST(a_run_that_ends_well_is_up_and_is_undone_at_the_stop)
{
	const char *log = scratch_path("log");

	SET_KEYS("run: " NOTE("run") "%s], undo: " NOTE("undo") "%s]", log,
	    log);
	open_host(keys);
	test_job_start(job);
	expect(REPORT_UP);
	ck_assert_str_eq(scratch_get("log"), "run\n");
	test_job_rebind(job);
	job_host_turn(host);
	ck_assert_str_eq(scratch_get("log"), "run\n");
	test_job_stop(job);
	expect(REPORT_DOWN);
	ck_assert_str_eq(scratch_get("log"), "run\nundo\n");
	test_job_start(job);
	expect(REPORT_UP);
	ck_assert_str_eq(scratch_get("log"), "run\nundo\nrun\n");
}
END_TEST

START_TEST(without_undo_a_stop_is_down_at_once)
{
	open_host("run: /bin/true");
	test_job_start(job);
	expect(REPORT_UP);
	test_job_stop(job);
	ck_assert_int_eq(test_job_next(job)->type, REPORT_DOWN);
}
END_TEST

START_TEST(a_failed_run_says_its_status_and_last_words_when_undone)
{
	SET_KEYS("run: [/bin/sh, -c, 'echo a >&2; echo on >&2; echo out; "
		 "exit 3'], undo: " NOTE("undo") "%s]", scratch_path("log"));
	open_host(keys);
	test_job_start(job);
	expect_failed("sh has ended with status 3: on", false);
	ck_assert_str_eq(scratch_get("log"), "undo\n");
	await_log("notice t: run: out\n");
	await_log("notice t: run: on\n");
}
END_TEST

START_TEST(one_killed_by_a_signal_says_which)
{
	open_host("run: [/bin/sh, -c, 'kill -USR1 $$']");
	test_job_start(job);
	expect_failed("sh was killed by signal 10 (SIGUSR1)", false);
}
END_TEST

START_TEST(a_stop_ends_the_run_and_undoes_it)
{
	SET_KEYS("run: [/bin/sh, -c, 'trap \"echo term >>$0; exit\" TERM; "
		 "echo ready; while :; do sleep 1000 & wait; done', %s],"
		 "undo: " NOTE("undo") "%s]",
	    scratch_path("log"), scratch_path("log"));
	open_host(keys);
	test_job_start(job);
	await_log("ready");
	test_job_stop(job);
	expect(REPORT_DOWN);
	ck_assert_str_eq(scratch_get("log"), "term\nundo\n");
}
END_TEST

START_TEST(a_stop_at_once_ends_it_too)
{
	open_host("run: [/bin/sleep, '1000']");
	test_job_start(job);
	test_job_stop(job);
	expect(REPORT_DOWN);
}
END_TEST

START_TEST(a_stop_while_a_failed_run_is_undone_waits_for_that)
{
	SET_KEYS("run: /bin/false, undo: [/bin/sh, -c, 'echo undoing; "
		 "read x <$0; echo undone >$1', %s, %s]",
	    scratch_path("fifo"), scratch_path("log"));
	ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0600), 0);
	open_host(keys);
	test_job_start(job);
	await_log("undoing");
	test_job_stop(job);
	job_host_turn(host);
	ck_assert_ptr_null(test_job_next(job));
	scratch_put("fifo", "\n");
	expect(REPORT_DOWN);
	ck_assert_str_eq(scratch_get("log"), "undone\n");
}
END_TEST

START_TEST(an_undo_that_fails_is_logged_and_the_job_is_down)
{
	open_host("run: /bin/true, undo: [/bin/sh, -c, 'echo no >&2; "
		  "exit 1']");
	test_job_start(job);
	expect(REPORT_UP);
	test_job_stop(job);
	expect(REPORT_DOWN);
	await_log("error t: undo: sh has ended with status 1: no\n");
}
END_TEST

/* ---- events ---- */

START_TEST(a_run_for_an_event_is_over_with_its_good_end)
{
	SET_KEYS("on-event: e, run: " NOTE("run") "%s], undo: " NOTE(
		     "undo") "%s]",
	    scratch_path("log"), scratch_path("log"));
	open_host(keys);
	test_job_start(job);
	expect(REPORT_UP);
	ck_assert(!test_job_is_running(job));
	test_job_start(job);
	expect(REPORT_UP);
	ck_assert_str_eq(scratch_get("log"), "run\nrun\n");
}
END_TEST

START_TEST(a_run_for_an_event_that_is_cut_short_is_undone)
{
	SET_KEYS("on-event: e, run: [/bin/sh, -c, 'echo ready; sleep 1000'],"
		 "undo: " NOTE("undo") "%s]", scratch_path("log"));
	open_host(keys);
	test_job_start(job);
	await_log("ready");
	test_job_stop(job);
	expect(REPORT_DOWN);
	ck_assert_str_eq(scratch_get("log"), "undo\n");
}
END_TEST

/* ---- what does not want to end ---- */

#define STAYS "sleep 1000 & echo in-group $!; " \
	"setsid sh -c \"echo in-session \\$\\$; exec sleep 1000\" & " \
	"(sh -c \"echo orphan \\$\\$; exec setsid sleep 1000\" &); "

static void await_stayers(void)
{
	await_log("in-group ");
	await_log("in-session ");
	await_log("orphan ");
}

static void expect_stayers_gone(void)
{
	await_gone(logged_pid("in-group "));
	await_gone(logged_pid("in-session "));
	await_gone(logged_pid("orphan "));
}

START_TEST(all_that_it_forked_is_killed_though_it_ignores_sigterm)
{
	open_host("run: [/bin/sh, -c, 'trap \"\" TERM; " STAYS
		  "while :; do wait; done']");
	test_job_start(job);
	await_stayers();
	test_job_stop(job);
	expect(REPORT_DOWN);
	expect_stayers_gone();
}
END_TEST

START_TEST(a_run_that_fails_leaves_nothing_running)
{
	SET_KEYS("run: [/bin/sh, -c, '" STAYS "read x <$0; exit 1', %s]",
	    scratch_path("fifo"));
	ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0600), 0);
	open_host(keys);
	test_job_start(job);
	await_stayers();
	scratch_put("fifo", "\n");
	expect_failed("sh has ended with status 1", false);
	expect_stayers_gone();
}
END_TEST

START_TEST(what_a_good_run_left_in_the_background_goes_on)
{
	SET_KEYS("run: [/bin/sh, -c, '" STAYS "read x <$0', %s]",
	    scratch_path("fifo"));
	ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0600), 0);
	open_host(keys);
	test_job_start(job);
	await_stayers();
	scratch_put("fifo", "\n");
	expect(REPORT_UP);
	ck_assert(is_there(logged_pid("in-group ")));
	ck_assert(is_there(logged_pid("in-session ")));
	ck_assert(is_there(logged_pid("orphan ")));
	test_job_stop(job);
	expect(REPORT_DOWN);
	ck_assert_int_eq(kill(logged_pid("in-group "), SIGKILL), 0);
	ck_assert_int_eq(kill(logged_pid("in-session "), SIGKILL), 0);
	ck_assert_int_eq(kill(logged_pid("orphan "), SIGKILL), 0);
}
END_TEST

/* A netconfd that is killed: everything that it has is closed, no more. */
START_TEST(nothing_goes_on_without_netconfd)
{
	int fds[2];
	pid_t pids[3], pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		open_host("run: [/bin/sh, -c, 'trap \"\" TERM; " STAYS
			  "while :; do wait; done']");
		test_job_start(job);
		await_stayers();
		pids[0] = logged_pid("in-group ");
		pids[1] = logged_pid("in-session ");
		pids[2] = logged_pid("orphan ");
		if (write(fds[1], pids, sizeof(pids)) == sizeof(pids))
			raise(SIGKILL);
		_exit(1);
	}
	ck_assert_int_eq(read(fds[0], pids, sizeof(pids)), sizeof(pids));
	await_gone(pid);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		await_gone(pids[i]);
}
END_TEST

/* ---- output ---- */

START_TEST(a_flood_of_output_is_bounded_and_counted)
{
	size_t n = 0;

	open_host("run: [/bin/sh, -c, "
		  "'yes | head -c 6000000; echo last >&2; exit 1']");
	test_job_start(job);
	expect_failed("sh has ended with status 1: last", false);
	ck_assert_ptr_nonnull(strstr(job_host_log(host), " lines more in "));
	for (const char *at = job_host_log(host); *at; at++)
		n += *at == '\n';
	/* It takes two seconds: in two windows at most. */
	ck_assert_uint_le(n, 2 * CHILD_LINES_MAX + 2);
}
END_TEST

START_TEST(a_line_without_end_is_cut)
{
	const char *line;

	open_host("run: [/bin/sh, -c, 'head -c 3000000 /dev/zero | "
		  "tr \"\\\\0\" x; echo; printf \"a\\\\000b\"']");
	test_job_start(job);
	expect(REPORT_UP);
	line = strstr(job_host_log(host), "run: x");
	ck_assert_ptr_nonnull(line);
	ck_assert_uint_eq(strcspn(line, "\n"), 5 + CHILD_LINE_MAX);
	await_log("run: a\n");
	await_log("run: b\n");
}
END_TEST

START_TEST(a_program_may_close_its_output_and_go_on)
{
	SET_KEYS("run: [/bin/sh, -c, 'exec >&- 2>&-; read x <$0', %s]",
	    scratch_path("fifo"));
	ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0600), 0);
	open_host(keys);
	test_job_start(job);
	scratch_put("fifo", "\n");
	expect(REPORT_UP);
}
END_TEST

/* ---- what cannot be run ---- */

START_TEST(what_cannot_be_run_is_permanent_and_not_undone)
{
	static const struct {
		const char *program, *mode, *error;
	} cases[] = {
		{"missing", NULL, "No such file or directory"},
		{"plain", "0644", "Permission denied"},
		{"garbage", "0755", "Exec format error"},
		{"interpreted", "0755", "No such file or directory"},
	};
	size_t i = (size_t)_i;
	const char *path = scratch_path(cases[i].program);
	char reason[512];

	if (cases[i].mode) {
		scratch_put(cases[i].program,
		    i == 3 ? "#!/no/such/interpreter\n" : "\177ELF nonsense");
		ck_assert_int_eq(
		    chmod(path, (mode_t)strtol(cases[i].mode, NULL, 8)), 0);
	}
	SET_KEYS("run: %s, undo: " NOTE("undo") "%s]", path,
	    scratch_path("log"));
	open_host(keys);
	snprintf(reason, sizeof(reason), "cannot run %s: %s", path,
	    cases[i].error);
	test_job_start(job);
	expect_failed(reason, true);
	ck_assert_int_ne(access(scratch_path("log"), F_OK), 0);
}
END_TEST

START_TEST(an_unknown_user_is_a_permanent_failure)
{
	open_host("run: /bin/true, user: nobody-at-all");
	test_job_start(job);
	expect_failed("there is no user 'nobody-at-all'", true);
}
END_TEST

START_TEST(a_user_who_may_not_run_it_is_told)
{
	char reason[512];
	const char *path = scratch_path("own");

	scratch_put("own", "#!/bin/sh\n");
	ck_assert_int_eq(chmod(path, 0700), 0);
	SET_KEYS("run: %s, user: nobody", path);
	open_host(keys);
	snprintf(reason, sizeof(reason),
	    "cannot run %s as nobody: Permission denied", path);
	test_job_start(job);
	expect_failed(reason, true);
}
END_TEST

START_TEST(what_cannot_be_a_users_name_is_an_error_of_the_profile)
{
	static const char *const bad[] = {"", "-u", "a:b", "a b", "a/b", "a\n"};
	static const char *const good[] = {"nobody", "_apt", "a.b@corp", "x$"};
	const struct schema_key *key = provider_task.schema->keys;

	while (strcmp(key->name, "user") != 0)
		key++;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_ptr_nonnull(key->check(bad[i]));
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		ck_assert_ptr_null(key->check(good[i]));
}
END_TEST

START_TEST(without_netconf_exec_the_start_fails_for_now)
{
	open_host_in("run: /bin/true", "/no/such/directory");
	test_job_start(job);
	expect_failed("cannot start its program: No such file or directory",
	    false);
}
END_TEST

/* ---- what it finds when it begins ---- */

START_TEST(a_user_has_that_users_rights_and_groups_and_no_more)
{
	const struct passwd *nobody = getpwnam("nobody");
	char line[128];

	ck_assert_ptr_nonnull(nobody);
	open_host("user: nobody, run: [/bin/sh, -c, "
		  "'cat /proc/self/status; echo to-stderr >/dev/stderr']");
	test_job_start(job);
	expect(REPORT_UP);
	snprintf(line, sizeof(line), "Uid:\t%1$u\t%1$u\t%1$u\t%1$u\n",
	    nobody->pw_uid);
	await_log(line);
	snprintf(line, sizeof(line), "Gid:\t%1$u\t%1$u\t%1$u\t%1$u\n",
	    nobody->pw_gid);
	await_log(line);
	snprintf(line, sizeof(line), "Groups:\t%u \n", nobody->pw_gid);
	await_log(line);
	await_log("NoNewPrivs:\t1\n");
	await_log("CapEff:\t0000000000000000\n");
	await_log("CapPrm:\t0000000000000000\n");
	await_log("to-stderr\n");
}
END_TEST

START_TEST(signals_are_as_usual_and_its_files_and_place_are_known)
{
	open_host("run: [/bin/sh, -c, 'grep ^Sig /proc/self/status; pwd; "
		  "umask; readlink /proc/$$/fd/0; for i in 3 4 5 6 7 8 9 10 "
		  "11 12 13 14 15; do [ ! -e /proc/$$/fd/$i ] || "
		  "echo open $i; done']");
	test_job_start(job);
	expect(REPORT_UP);
	await_log("SigBlk:\t0000000000000000\n");
	await_log("SigIgn:\t0000000000000000\n");
	await_log("run: /\n");
	await_log("run: 0022\n");
	await_log("run: /dev/null\n");
	ck_assert_ptr_null(strstr(job_host_log(host), "open "));
}
END_TEST

static const char *const environment[] = {
	"NETCONF_NODE=t",
	"NETCONF_DEVICE=eth0",
	"NETCONF_LEASE_EXPIRES=12",
	"NETCONF_DOMAIN=() { :;}; echo $(id)",
	"NETCONF_SERVER=a\\x0ab\\x1b\\x5c",
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
};

static void set_facts(void)
{
	static const struct fact facts[] = {
		{"device", "eth0"},
		{"lease-expires", "12"},
		{"domain", "() { :;}; echo $(id)"},
		{"server", "a\nb\033\\"},
		{"node", "another"},
		{"event", "none"},
		{"event-value", "none"},
		{"no=name", "x"},
		{"no name", "x"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
		test_job_set_fact(job, facts[i].key, facts[i].value);
}

/* How many variables the log shows. */
static size_t count_variables(void)
{
	size_t n = 0;

	for (const char *at = job_host_log(host);
		(at = strstr(at, "notice t: run: ")); at++)
		n++;
	return n;
}

START_TEST(its_environment_is_this_and_nothing_else)
{
	setenv("LD_PRELOAD_OF_NETCONFD", "x", 1);
	open_host("run: /usr/bin/env");
	set_facts();
	test_job_start(job);
	expect(REPORT_UP);
	for (size_t i = 0; i < ARRAY_SIZE(environment); i++) {
		char line[256];

		snprintf(line, sizeof(line), "notice t: run: %s\n",
		    environment[i]);
		await_log(line);
	}
	ck_assert_uint_eq(count_variables(), ARRAY_SIZE(environment));
}
END_TEST

START_TEST(of_an_event_it_has_the_name_and_the_values)
{
	static const struct fact values[] = {
		{"interface", "eth0"}, {"a-b", "x y"}};

	open_host("on-event: e, run: /usr/bin/env");
	test_job_set_event_values(job, values, ARRAY_SIZE(values));
	test_job_start(job);
	expect(REPORT_UP);
	await_log("run: NETCONF_EVENT=e\n");
	await_log("run: NETCONF_EVENT_INTERFACE=eth0\n");
	await_log("run: NETCONF_EVENT_A_B=x y\n");
	ck_assert_uint_eq(count_variables(), 5);
}
END_TEST

START_TEST(undo_has_the_environment_of_the_start)
{
	open_host("run: /bin/true, undo: [/bin/sh, -c, "
		  "'echo was $NETCONF_ADDRESS']");
	test_job_set_fact(job, "address", "192.0.2.7/24");
	test_job_start(job);
	expect(REPORT_UP);
	test_job_set_fact(job, "address", NULL);
	test_job_stop(job);
	expect(REPORT_DOWN);
	await_log("undo: was 192.0.2.7/24\n");
}
END_TEST

/* ---- all of them ---- */

static Suite *suite(void)
{
	Suite *s = suite_create("task");
	TCase *tc = netns_case(s, "course");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(
	    tc, a_run_that_ends_well_is_up_and_is_undone_at_the_stop);
	tcase_add_test(tc, without_undo_a_stop_is_down_at_once);
	tcase_add_test(
	    tc, a_failed_run_says_its_status_and_last_words_when_undone);
	tcase_add_test(tc, one_killed_by_a_signal_says_which);
	tcase_add_test(tc, a_stop_ends_the_run_and_undoes_it);
	tcase_add_test(tc, a_stop_at_once_ends_it_too);
	tcase_add_test(
	    tc, a_stop_while_a_failed_run_is_undone_waits_for_that);
	tcase_add_test(tc, an_undo_that_fails_is_logged_and_the_job_is_down);
	tcase_add_test(tc, a_run_for_an_event_is_over_with_its_good_end);
	tcase_add_test(tc, a_run_for_an_event_that_is_cut_short_is_undone);
	tc = netns_case(s, "ends");
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(
	    tc, all_that_it_forked_is_killed_though_it_ignores_sigterm);
	tcase_add_test(tc, a_run_that_fails_leaves_nothing_running);
	tcase_add_test(tc, what_a_good_run_left_in_the_background_goes_on);
	tcase_add_test(tc, nothing_goes_on_without_netconfd);
	tcase_add_test(tc, a_flood_of_output_is_bounded_and_counted);
	tcase_add_test(tc, a_line_without_end_is_cut);
	tcase_add_test(tc, a_program_may_close_its_output_and_go_on);
	tc = netns_case(s, "begins");
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(
	    tc, what_cannot_be_run_is_permanent_and_not_undone, 0, 4);
	tcase_add_test(tc, an_unknown_user_is_a_permanent_failure);
	tcase_add_test(
	    tc, what_cannot_be_a_users_name_is_an_error_of_the_profile);
	tcase_add_test(tc, without_netconf_exec_the_start_fails_for_now);
	tcase_add_test(
	    tc, signals_are_as_usual_and_its_files_and_place_are_known);
	tcase_add_test(tc, its_environment_is_this_and_nothing_else);
	tcase_add_test(tc, of_an_event_it_has_the_name_and_the_values);
	tcase_add_test(tc, undo_has_the_environment_of_the_start);
	if (geteuid() == 0) {
		tcase_add_test(tc, a_user_who_may_not_run_it_is_told);
		tcase_add_test(tc,
		    a_user_has_that_users_rights_and_groups_and_no_more);
	}
	return s;
}

int main(void)
{
	return netns_run(suite());
}
