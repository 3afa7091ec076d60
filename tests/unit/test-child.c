/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests/unit/test-task.c does not see of runs of programs. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "providers/support/child.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

static struct job_host *host;
static struct child *child;
static char said[256], last_line[CHILD_LINE_MAX + 1], lines[256];
static struct child_end ended; /* text: said */
static bool has_ended;

static void on_line(void *ctx, const char *line)
{
	(void)ctx;
	snprintf(last_line, sizeof(last_line), "%s", line);
	snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines), "%s,",
	    line);
}

static void on_ended(void *ctx, const struct child_end *end)
{
	(void)ctx;
	ck_assert(!has_ended);
	snprintf(said, sizeof(said), "%s", end->text);
	ended = *end;
	has_ended = true;
}

static void start_with(const struct child_options *own, const char *script)
{
	static const struct child_events events = {
		.line = on_line, .ended = on_ended};
	char *argv[] = {(char *)"/bin/sh", (char *)"-c", (char *)script,
		NULL};
	char *environment[] = {(char *)"PATH=/usr/bin:/bin", NULL};
	struct child_options options = *own;

	options.argv = argv;
	options.environment = environment;

	ck_assert_int_eq(child_start(job_host_host(host), &options, &events,
			     &child),
	    0);
}

static void start(const char *script, uint64_t limit_ms)
{
	const struct child_options options = { .limit_ms = limit_ms };

	start_with(&options, script);
}

static void set_up(void)
{
	static char path[4096];
	const char *build = getenv("NETCONF_BUILD");

	if (!build)
		build = getcwd(path, sizeof(path));
	host = job_host_open_in(NULL, NULL, "/nonexistent", build);
}

static void tear_down(void)
{
	job_host_close(host);
}

static bool is_over(void *ctx)
{
	(void)ctx;
	return has_ended;
}

static bool line_is_there(void *ctx)
{
	(void)ctx;
	return *last_line;
}

static void await_end(void)
{
	job_host_wait(host, is_over, NULL, "end");
}

START_TEST(at_its_limit_it_is_ended_and_said_to_be_late)
{
	start("sleep 1000", 1);
	await_end();
	ck_assert(ended.is_late);
	ck_assert_int_eq(ended.how, CHILD_KILLED);
	ck_assert_str_eq(said, "sh was killed by signal 15 (SIGTERM)");
}
END_TEST

/* Descendants, too: grep is one. */
START_TEST(another_user_keeps_the_capabilities_given_and_no_others)
{
	static const struct child_options none = { .user = "nobody" },
		two = { .user = "nobody",
			.capabilities = 1 << 10 | 1 << 13 };
	static const char script[] = "grep CapEff: /proc/self/status";

	if (geteuid())
		return; /* only root can become another */
	start_with(&none, script);
	await_end();
	ck_assert_str_eq(last_line, "CapEff:\t0000000000000000");
	has_ended = false;
	start_with(&two, script);
	await_end();
	ck_assert_str_eq(last_line, "CapEff:\t0000000000002400");
}
END_TEST

START_TEST(one_that_ends_before_its_limit_is_not_late)
{
	start("exit 7", 60000);
	await_end();
	ck_assert(!ended.is_late);
	ck_assert_int_eq(ended.how, CHILD_EXITED);
	ck_assert_int_eq(ended.value, 7);
	ck_assert_str_eq(said, "sh has ended with status 7");
}
END_TEST

START_TEST(who_looks_after_it_is_killed_and_so_it_ends)
{
	start("echo $PPID $$; exec sleep 1000", 0);
	job_host_wait(host, line_is_there, NULL, "line");
	ck_assert_int_eq(kill(atoi(last_line), SIGKILL), 0);
	await_end();
	ck_assert_int_eq(ended.how, CHILD_KILLED);
	ck_assert_ptr_nonnull(
	    strstr(job_host_log(host), "netconf-exec has ended early"));
}
END_TEST

START_TEST(one_that_is_abandoned_says_nothing_more)
{
	start("echo here; sleep 1000", 0);
	job_host_wait(host, line_is_there, NULL, "line");
	child_abandon(child);
	for (int i = 0; i < 10; i++)
		job_host_turn(host);
	ck_assert(!has_ended);
}
END_TEST

START_TEST(asked_twice_it_ends_once)
{
	start("sleep 1000", 0);
	child_terminate(child);
	child_terminate(child);
	await_end();
	ck_assert_int_eq(ended.how, CHILD_KILLED);
}
END_TEST

START_TEST(it_reads_its_input_to_the_end)
{
	const struct child_options options = { .input = "one\ntwo" };

	start_with(&options, "cat; echo; echo end");
	await_end();
	ck_assert_int_eq(ended.value, 0);
	ck_assert_str_eq(last_line, "end");
	ck_assert_str_eq(lines, "one,two,end,");
}
END_TEST

START_TEST(without_input_there_is_none)
{
	start("cat; echo end", 0);
	await_end();
	ck_assert_str_eq(lines, "end,");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("child");
	TCase *tc = netns_case(s, "child");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, at_its_limit_it_is_ended_and_said_to_be_late);
	tcase_add_test(tc,
	    another_user_keeps_the_capabilities_given_and_no_others);
	tcase_add_test(tc, one_that_ends_before_its_limit_is_not_late);
	tcase_add_test(tc, who_looks_after_it_is_killed_and_so_it_ends);
	tcase_add_test(tc, one_that_is_abandoned_says_nothing_more);
	tcase_add_test(tc, asked_twice_it_ends_once);
	tcase_add_test(tc, it_reads_its_input_to_the_end);
	tcase_add_test(tc, without_input_there_is_none);
	return s;
}

int main(void)
{
	return netns_run(suite());
}
