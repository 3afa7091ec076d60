/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <net/if.h>

#include "base/macros.h"
#include "tests/unit/job-host.h"
#include "tests/unit/made-link-tests.h"
#include "tests/unit/netns.h"

static const struct made_link_case cases[] = {
	{ &provider_veth, "peer: far9", false },
	{ &provider_veth, "peer: far9, peer-up: true", false },
};

/* A host with one node of those keys, which may start. */
static struct job_host *prepare(const char *keys, struct test_job **ret)
{
	char profile[512];
	struct job_host *host;

	snprintf(profile, sizeof(profile),
	    "version: 1\nnodes:\n  v0: { kind: veth, %s }\n", keys);
	host = job_host_open(&provider_veth, profile);
	*ret = job_host_job(host, "v0");
	return host;
}

START_TEST(both_ends_are_made_and_this_one_set_up)
{
	struct test_job *job;
	struct job_host *host =
	    prepare("peer: v1, mtu: 1400, mac: 02:00:00:00:00:07", &job);
	const struct report *report;

	test_job_start(job);
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_UP);
	ck_assert_str_eq(report_fact(report, "mac"), "02:00:00:00:00:07");
	ck_assert(link_says("v1", "state DOWN"));
	ck_assert(link_says("v1", "mtu 1400"));
	ck_assert(link_says("v0", "mtu 1400"));
	test_job_stop(job);
	do /* its carrier goes, with it */
		report = test_job_wait(job);
	while (report->type != REPORT_DOWN);
	ck_assert(!link_exists("v1"));
	job_host_close(host);
}
END_TEST

START_TEST(the_peer_is_made_in_another_namespace)
{
	pid_t other = netns_other();
	struct test_job *job;
	struct job_host *host;
	char keys[128];

	snprintf(keys, sizeof(keys),
	    "peer: v1, peer-netns: /proc/%d/ns/net", other);
	host = prepare(keys, &job);
	test_job_start(job);
	ck_assert_int_eq(test_job_wait(job)->type, REPORT_UP);
	ck_assert(!link_exists("v1"));
	run("ip addr add 192.0.2.1/24 dev v0");
	run_in(other, "ip addr add 192.0.2.2/24 dev v1");
	run_in(other, "ip link set v1 up");
	ck_assert_str_eq(
	    report_fact(test_job_wait(job), "carrier"), "true");
	run("ping -c 1 -W 5 192.0.2.2");
	job_host_close(host);
	ck_assert(!link_exists("v0"));
	/* And again: it did not stay there either. */
	run_in(other, "ip link add v1 type veth peer name v2");
}
END_TEST

/* With a device of the peer's name here, which is nothing to it. */
START_TEST(the_peer_is_set_up_in_its_namespace)
{
	pid_t other = netns_other();
	struct test_job *job;
	struct job_host *host;
	const struct report *report;
	char keys[256];

	run("ip link add v1 type veth peer name v2");
	snprintf(keys, sizeof(keys),
	    "peer: v1, peer-netns: /proc/%d/ns/net, peer-up: true,"
	    " peer-mac: 02:00:00:00:00:08, mac: 02:00:00:00:00:07, mtu: 1400",
	    other);
	host = prepare(keys, &job);
	test_job_start(job);
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_UP);
	ck_assert_str_eq(report_fact(report, "mac"), "02:00:00:00:00:07");
	ck_assert(link_says("v0", "mtu 1400"));
	ck_assert(link_says("v0", "LOWER_UP"));
	run("ip addr add 192.0.2.1/24 dev v0");
	run_in(other, "ip addr add 192.0.2.2/24 dev v1");
	run("ping -c 1 -W 5 192.0.2.2");
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		;
	job_host_close(host);
	ck_assert(link_exists("v2"));
}
END_TEST

START_TEST(the_peer_is_set_up_here)
{
	struct test_job *job;
	struct job_host *host = prepare(
	    "peer: v1, peer-up: true, peer-mac: 02:00:00:00:00:08", &job);
	unsigned near;

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	near = if_nametoindex("v0");
	ck_assert(link_says("v1", "LOWER_UP"));
	ck_assert(link_says("v1", "02:00:00:00:00:08"));
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		;
	/* At every turn of the loop, there are two messages. */
	for (int turns = 0; turns < 8; turns++) {
		test_job_start(job);
		for (int i = 0; i < turns; i++)
			job_host_turn(host);
		test_job_stop(job);
		while (test_job_wait(job)->type != REPORT_DOWN)
			;
		ck_assert(!link_exists("v0"));
	}
	ck_assert_uint_ne(near, 0);
	job_host_close(host);
}
END_TEST

START_TEST(without_that_namespace_it_fails_until_there_is_one)
{
	struct test_job *job;
	struct job_host *host =
	    prepare("peer: v1, peer-netns: none-of-mine", &job);
	const struct report *report;

	test_job_start(job);
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_FAILED);
	ck_assert(!report->permanent);
	ck_assert_str_eq(report->reason,
	    "there is no network namespace none-of-mine");
	job_host_close(host);
	host = prepare("peer: v1, peer-netns: /proc/self/status", &job);
	test_job_start(job);
	ck_assert_str_eq(test_job_wait(job)->reason,
	    "/proc/self/status is not a network namespace");
	ck_assert(!link_exists("v0"));
	job_host_close(host);
}
END_TEST

START_TEST(a_device_with_the_peers_name_is_left_alone)
{
	struct test_job *job;
	struct job_host *host = prepare(
	    _i ? "peer: v1, peer-up: true" : "peer: v1", &job);

	run("ip link add v1 type veth peer name v2");
	test_job_start(job);
	ck_assert_str_eq(test_job_wait(job)->reason,
	    "there is already a device with the peer's name");
	ck_assert(link_exists("v2"));
	ck_assert(!link_exists("v0"));
	job_host_close(host);
}
END_TEST

/* Up, with the peer in that namespace. */
static struct job_host *begin_apart(
    pid_t other, const char *more, struct test_job **ret)
{
	struct job_host *host;
	char keys[128];

	snprintf(keys, sizeof(keys),
	    "peer: v1, peer-netns: /proc/%d/ns/net%s", other, more);
	host = prepare(keys, ret);
	test_job_start(*ret);
	ck_assert_int_eq(test_job_wait(*ret)->type, REPORT_UP);
	return host;
}

static void expect_removed(struct test_job *job)
{
	const struct report *report;

	do
		report = test_job_wait(job);
	while (report->type != REPORT_FAILED);
	ck_assert_str_eq(report->reason, "v0 was removed by someone else");
}

START_TEST(removed_by_the_other_end_it_is_lost)
{
	pid_t other = netns_other();
	struct test_job *job;
	struct job_host *host = begin_apart(other, "", &job);

	run_in(other, "ip link del v1");
	expect_removed(job);
	job_host_close(host);
}
END_TEST

/* The namespace ends with the last who has it open: not before us, if that were
 * us. */
START_TEST(with_the_namespace_of_the_other_end_it_is_lost)
{
	pid_t other = netns_other();
	struct test_job *job;
	struct job_host *host =
	    begin_apart(other, _i ? ", peer-up: true" : "", &job);

	ck_assert_int_eq(kill(other, SIGKILL), 0);
	ck_assert_int_eq(waitpid(other, NULL, 0), other);
	expect_removed(job);
	job_host_close(host);
}
END_TEST

static void down_and_up(struct job_host *host)
{
	run("ip link set v0 down");
	run("ip link set v0 up");
	for (int turns = 0; turns < 10; turns++)
		job_host_turn(host);
}

/* A bond or a VRF does that to its ports as it takes them: if it heard of it,
 * it would let them go, and take them again. */
START_TEST(set_down_for_a_moment_as_a_port_it_says_nothing)
{
	struct test_job *job;
	struct job_host *host = prepare("peer: v1", &job);

	run("ip link add other type bridge");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	down_and_up(host);
	test_job_expect(job, REPORT_UNMET);
	test_job_expect(job, REPORT_UP);
	run("ip link set v0 master other");
	down_and_up(host);
	ck_assert(!test_job_next(job) && test_job_is_running(job));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	run("ip link del other");
	job_host_close(host);
}
END_TEST

static bool is_let_go_and_up(void *ctx)
{
	(void)ctx;
	return !link_says("v0", "master") && link_says("v0", ",UP");
}

/* As a bond does, and a VRF. */
START_TEST(set_down_by_what_it_was_a_port_of_it_says_nothing)
{
	struct test_job *job;
	struct job_host *host = prepare("peer: v1", &job);

	run("ip link add other type bridge");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip link set v0 master other");
	for (int turns = 0; turns < 10; turns++)
		job_host_turn(host);
	finish(start_ip_batch(_i
		? "link set v0 nomaster\nlink set v0 down\n"
		: "link set v0 nomaster\nlink set v0 down\nlink set v0 up\n"));
	job_host_wait(host, is_let_go_and_up, NULL, "that it is up");
	for (int turns = 0; turns < 10; turns++)
		job_host_turn(host);
	ck_assert(!test_job_next(job) && test_job_is_running(job));
	ck_assert_str_eq(job_host_log(host), "");
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	run("ip link del other");
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("veth");
	TCase *tcase = netns_case(suite, "veth");

	made_link_tests(suite, cases, ARRAY_SIZE(cases));
	tcase_add_test(tcase, both_ends_are_made_and_this_one_set_up);
	tcase_add_test(tcase, the_peer_is_made_in_another_namespace);
	tcase_add_test(tcase, the_peer_is_set_up_in_its_namespace);
	tcase_add_test(tcase, the_peer_is_set_up_here);
	tcase_add_test(
	    tcase, without_that_namespace_it_fails_until_there_is_one);
	tcase_add_loop_test(
	    tcase, a_device_with_the_peers_name_is_left_alone, 0, 2);
	tcase_add_test(tcase, removed_by_the_other_end_it_is_lost);
	tcase_add_test(tcase, set_down_for_a_moment_as_a_port_it_says_nothing);
	tcase_add_loop_test(tcase,
	    set_down_by_what_it_was_a_port_of_it_says_nothing, 0, 2);
	tcase_add_loop_test(
	    tcase, with_the_namespace_of_the_other_end_it_is_lost, 0, 2);
	return netns_run(suite);
}
