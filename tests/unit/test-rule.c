/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>

#include "base/macros.h"
#include "providers/support/rtnl.h"
#include "tests/unit/job-host.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  src: { kind: rule, from: 192.0.2.7, table: 200, priority: 1000 }\n"
    "  net: { kind: rule, from: 192.0.2.0/24, table: 200,\n"
    "    priority: 1007 }\n"
    "  six: { kind: rule, to: '2001:db8::/32', table: 200,\n"
    "    priority: 1001 }\n"
    "  each: { kind: rule, mark: 7, iif: lo, table: 300, priority: 1002 }\n"
    "  card: { kind: rule, iif: c0, table: 300, priority: 1004 }\n"
    "  none: { kind: rule, oif: eth9, action: prohibit, family: ipv4,\n"
    "    priority: 1003 }\n";

static bool says(const char *words, const char *what)
{
	_cleanup_(free_ptr) char *text = output_of("ip %s", words);

	return strstr(text, what);
}

static const struct {
	const char *node, *show, *says;
} rules[] = {
	{ "src", "rule", "1000:\tfrom 192.0.2.7 lookup 200 proto 110" },
	{ "net", "rule", "1007:\tfrom 192.0.2.0/24 lookup 200 proto 110" },
	{ "six", "-6 rule",
	    "1001:\tfrom all to 2001:db8::/32 lookup 200 proto 110" },
	{ "each", "rule",
	    "1002:\tfrom all fwmark 0x7 iif lo lookup 300 proto 110" },
	{ "each", "-6 rule",
	    "1002:\tfrom all fwmark 0x7 iif lo lookup 300 proto 110" },
	{ "none", "rule", "1003:\tfrom all oif eth9 [detached] prohibit" },
};

static struct job_host *open_host(const char *node, struct test_job **ret)
{
	struct job_host *host = job_host_open(&provider_rule, profile);

	*ret = job_host_job(host, node);
	return host;
}

START_TEST(rules_come_and_go)
{
	struct test_job *job;
	struct job_host *host = open_host(rules[_i].node, &job);

	test_job_start(job);
	ck_assert_int_eq(test_job_wait(job)->type, REPORT_UP);
	ck_assert_msg(says(rules[_i].show, rules[_i].says), "%s",
	    output_of("ip %s", rules[_i].show));
	test_job_update(job, "src");
	ck_assert_int_eq(test_job_wait(job)->type, REPORT_FACTS);
	ck_assert(says("rule", "from 192.0.2.7 lookup 200"));
	ck_assert(!says("rule", "1002:"));
	ck_assert(!says("-6 rule", "proto 110"));
	test_job_stop(job);
	ck_assert_int_eq(test_job_wait(job)->type, REPORT_DOWN);
	ck_assert(!says("rule", "proto 110"));
	job_host_close(host);
}
END_TEST

static bool is_there(void *ctx)
{
	const int *i = ctx;

	return says(rules[*i].show, rules[*i].says);
}

START_TEST(removed_by_others_it_is_put_back)
{
	struct test_job *job;
	struct job_host *host = open_host("src", &job);
	int first = 0;

	test_job_start(job);
	ck_assert_int_eq(test_job_wait(job)->type, REPORT_UP);
	for (int i = 0; i < 3; i++) {
		run("ip rule del priority 1000");
		job_host_wait(host, is_there, &first, "the rule");
	}
	job_host_wait_logged(
	    host, "the rule of priority 1000 was removed by others");
	run("ip rule del priority 1000");
	ck_assert_int_eq(test_job_wait(job)->type, REPORT_FAILED);
	job_host_close(host);
}
END_TEST

START_TEST(what_the_kernel_refuses_is_said)
{
	const struct report *report;
	struct test_job *job;
	struct job_host *host = open_host("src", &job);

	test_job_start(job);
	netns_permit(false);
	report = test_job_expect(job, REPORT_FAILED);
	ck_assert_str_eq(report->reason,
	    "the kernel refuses the rule of priority 1000: "
	    "Operation not permitted");
	netns_permit(true);
	job_host_close(host);
}
END_TEST

START_TEST(what_two_nodes_have_just_the_same_goes_with_the_last)
{
	struct test_job *jobs[2];
	struct job_host *host = open_host("src", &jobs[0]);
	int first = 0;

	jobs[1] = job_host_job(host, "src");
	for (int i = 0; i < 2; i++) {
		test_job_start(jobs[i]);
		test_job_expect(jobs[i], REPORT_UP);
	}
	test_job_stop(jobs[_i]);
	test_job_expect(jobs[_i], REPORT_DOWN);
	ck_assert(is_there(&first));
	test_job_stop(jobs[1 - _i]);
	test_job_expect(jobs[1 - _i], REPORT_DOWN);
	ck_assert(!is_there(&first));
	job_host_close(host);
}
END_TEST

static const struct {
	const char *there; /* how the one is marked that is there already */
	bool is_ours;
} makers[] = {
	{ "protocol static", false },
	{ "protocol boot", false },
	{ "protocol 110", true }, /* a netconfd that was killed */
};

START_TEST(what_was_left_is_taken_over_and_what_others_made_is_not)
{
	struct test_job *job;
	struct job_host *host = open_host("src", &job);

	run("ip rule add from 192.0.2.7 table 200 priority 1000 %s",
	    makers[_i].there);
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert(says("rule", rules[0].says));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!says("rule", "proto 110"));
	ck_assert(says("rule", "from 192.0.2.7") == !makers[_i].is_ours);
	job_host_close(host);
}
END_TEST

START_TEST(stopped_at_any_moment_nothing_is_left)
{
	struct test_job *job;
	struct job_host *host = open_host("each", &job);

	moments_stop(host, job);
	job_host_close(host);
}
END_TEST

static void plug(void)
{
	run("ip link add c0 type veth peer name r0");
}

/* The kernel keeps the rule, for the next device of that name. */
START_TEST(the_device_it_names_may_be_pulled_at_any_moment)
{
	struct test_job *job;
	struct job_host *host = open_host("card", &job);

	plug();
	moments_pull(host, job, "c0", plug, NULL);
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip link del c0");
	ck_assert(says("rule", "iif c0 [detached] lookup 300 proto 110"));
	plug();
	ck_assert(says("rule", "iif c0 lookup 300 proto 110"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	run("ip link del c0");
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rule");
	TCase *tcase = netns_case(suite, "rule");

	tcase_add_test(tcase, removed_by_others_it_is_put_back);
	tcase_add_test(tcase, what_the_kernel_refuses_is_said);
	tcase_add_loop_test(tcase, rules_come_and_go, 0, ARRAY_SIZE(rules));
	tcase_add_loop_test(tcase,
	    what_two_nodes_have_just_the_same_goes_with_the_last, 0, 2);
	tcase_add_loop_test(tcase,
	    what_was_left_is_taken_over_and_what_others_made_is_not, 0,
	    ARRAY_SIZE(makers));
	tcase_add_test(tcase, stopped_at_any_moment_nothing_is_left);
	tcase_add_test(
	    tcase, the_device_it_names_may_be_pulled_at_any_moment);
	return netns_run(suite);
}
