/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What others change of what a link node has set on its device. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "tests/unit/job-host.h"
#include "tests/unit/link-case.h"
#include "tests/unit/made-link-tests.h"
#include "tests/unit/netns.h"
#include "tests/unit/put-sysctl.h"

/* ---- what the link shows ---- */

static bool is_logged(void *says)
{
	return strstr(job_host_log(host), says);
}

static bool is_said(void *what)
{
	return link_says("c0", what);
}

START_TEST(what_others_change_is_put_right_a_few_times)
{
	static char mtu[] = "changed by others, and put right: "
			    "mtu is 1300, not 1400";
	static char rest[] = "changed by others again and again, to be put "
			     "right in 10 s: mtu is 1300, not 1400";

	plug(NODE(", mtu: 1400, transmit-queue-length: 7,\n"
		  "    mac: '02:00:00:00:00:07'"));
	bring_up();
	run("ip link set c0 mtu 1300");
	job_host_wait(host, is_logged, mtu, "a line in the log");
	job_host_wait(host, is_said, "mtu 1400", "the MTU");
	run("ip link set c0 address 02:00:00:00:00:08");
	job_host_wait(host, is_said, "02:00:00:00:00:07", "the address");
	run("ip link set c0 txqueuelen 9");
	job_host_wait(host, is_said, "qlen 7", "the queue length");
	ck_assert(is_logged(
	    "mac is 02:00:00:00:00:08, not 02:00:00:00:00:07"));
	ck_assert(is_logged("transmit-queue-length is 9, not 7"));
	run("ip link set c0 mtu 1300");
	job_host_wait(host, is_logged, rest, "that it is later");
	ck_assert(link_says("c0", "mtu 1300"));
	job_host_wait(host, is_said, "mtu 1400", "the MTU, later");
	while (test_job_next(job))
		;
	bring_down();
	ck_assert(link_says("c0", "mtu 1500"));
	ck_assert(link_says("c0", "qlen 1000"));
	job_host_close(host);
}
END_TEST

/* ---- what it does not show ---- */

static const struct {
	const char *keys, *file, *found;
} told[] = {
	{ "ipv6: { forwarding: yes, accept-ra: always }",
	    "ipv6/conf/c0/forwarding", "ipv6 forwarding is false, not true" },
	{ "ipv6: { proxy-ndp: yes }", "ipv6/conf/c0/proxy_ndp",
	    "ipv6 proxy-ndp is false, not true" },
	{ "arp: { proxy: on, notify: on }", "ipv4/conf/c0/proxy_arp",
	    "arp proxy is false, not true" },
	{ "ipv6: { enabled: no }", "ipv6/conf/c0/disable_ipv6",
	    "ipv6 enabled is true, not false" },
};

static bool is_on(void *file)
{
	return sysctl_is(file, "1");
}

static bool is_off(void *file)
{
	return !is_on(file);
}

#define PUT_RIGHT "changed by others, and put right: "
#define IN_10_S \
	"changed by others again and again, to be put right in 10 s: "

/* The part of the log that has been looked for. */
static size_t n_logged;

static bool is_logged_since(void *says)
{
	return strstr(job_host_log(host) + n_logged, says);
}

static void expect_logged(char *line)
{
	job_host_wait(host, is_logged_since, line, line);
	n_logged = strlen(job_host_log(host));
}

START_TEST(a_sysctl_that_others_change_is_put_right)
{
	char nodes[256], file[64], line[128];

	snprintf(nodes, sizeof(nodes), NODE(", %s"), told[_i].keys);
	snprintf(file, sizeof(file), "%s", told[_i].file);
	plug(nodes);
	bring_up();
	put_sysctl(file, "0");
	snprintf(line, sizeof(line), PUT_RIGHT "%s\n", told[_i].found);
	expect_logged(line);
	job_host_wait(host, is_on, file, "that it is put right");
	while (test_job_next(job))
		;
	bring_down();
	check_sysctl(file, "0");
	job_host_close(host);
}
END_TEST

/* Seen by the addresses that go. */
START_TEST(ipv6_that_others_turn_off_is_turned_on)
{
	static char file[] = "ipv6/conf/c0/disable_ipv6";

	plug(NODE(", ipv6: { enabled: yes }"));
	bring_up();
	put_sysctl(file, "1");
	expect_logged(PUT_RIGHT "ipv6 enabled is false, not true\n");
	job_host_wait(host, is_off, file, "that it is put right");
	while (test_job_next(job))
		;
	bring_down();
	job_host_close(host);
}
END_TEST

START_TEST(what_was_as_it_should_be_before_stays_so_at_the_end)
{
	plug(NODE(", ipv6: { proxy-ndp: yes }, offload: { tso: on }"));
	put_sysctl("ipv6/conf/c0/proxy_ndp", "1");
	bring_up();
	put_sysctl("ipv6/conf/c0/proxy_ndp", "0");
	run("ethtool -K c0 tso off");
	expect_logged("ipv6 proxy-ndp is false, not true; "
		      "offload tso is off, not on\n");
	while (!feature("tcp-segmentation-offload"))
		job_host_turn(host);
	bring_down();
	check_sysctl("ipv6/conf/c0/proxy_ndp", "1");
	ck_assert(feature("tcp-segmentation-offload"));
	job_host_close(host);
}
END_TEST

/* Of two that the kernel tells of in different ways. */
static struct {
	const char *nodes;
	char file[32], rest[112];
} stubborn[] = {
	{ NODE(", ipv6: { proxy-ndp: yes }"), "ipv6/conf/c0/proxy_ndp",
	    IN_10_S "ipv6 proxy-ndp is false, not true\n" },
	{ NODE(", ipv6: { enabled: no }"), "ipv6/conf/c0/disable_ipv6",
	    IN_10_S "ipv6 enabled is true, not false\n" },
};

static bool is_on_or_rests(void *ctx)
{
	const int *i = ctx;

	return is_on(stubborn[*i].file) || is_logged(stubborn[*i].rest);
}

START_TEST(what_is_changed_again_and_again_is_put_right_later)
{
	const char *file = stubborn[_i].file;
	char *rest = stubborn[_i].rest;
	const char *at;
	int n = 0;

	plug(stubborn[_i].nodes);
	bring_up();
	/* A change in the midst of a repair is part of the one before. */
	for (int i = 0; i < 10 && !is_logged(rest); i++) {
		put_sysctl(file, "0");
		job_host_wait(host, is_on_or_rests, &_i, "an answer to it");
	}
	ck_assert(is_logged(rest));
	check_sysctl(file, "0");
	for (at = job_host_log(host); (at = strstr(at, PUT_RIGHT)); at++)
		n++;
	ck_assert_int_eq(n, 3);
	job_host_wait(host, is_on, (void *)file, "that it is put right, later");
	bring_down();
	job_host_close(host);
}
END_TEST

static bool has_tso(void *ctx)
{
	(void)ctx;
	return feature("tcp-segmentation-offload");
}

static bool lacks_tso(void *ctx)
{
	return !has_tso(ctx);
}

START_TEST(an_offload_that_others_change_is_put_right)
{
	plug(NODE(", offload: { tso: off }"));
	bring_up();
	run("ethtool -K c0 tso on");
	expect_logged(PUT_RIGHT "offload tso is on, not off\n");
	job_host_wait(host, lacks_tso, NULL, "that it is put right");
	bring_down();
	ck_assert(has_tso(NULL));
	job_host_close(host);
}
END_TEST

/* The kernel forgets what its sockets have no room for. */
START_TEST(what_changes_while_events_are_lost_is_put_right)
{
	plug(NODE(", ipv6: { proxy-ndp: yes }"));
	bring_up();
	for (int i = 0; i < 2000; i++)
		put_sysctl("ipv6/conf/r0/proxy_ndp", i & 1 ? "0" : "1");
	put_sysctl("ipv6/conf/c0/proxy_ndp", "0");
	expect_logged(PUT_RIGHT "ipv6 proxy-ndp is false, not true\n");
	bring_down();
	job_host_close(host);
}
END_TEST

START_TEST(stopped_while_it_looks_all_is_as_before)
{
	plug(NODE(", ipv6: { proxy-ndp: yes }, offload: { tso: off }"));
	for (int turns = 0; turns < 30; turns++) {
		bring_up();
		put_sysctl("ipv6/conf/c0/proxy_ndp", "0");
		run("ethtool -K c0 tso on");
		expect_logged(PUT_RIGHT);
		for (int i = 0; i < turns; i++)
			job_host_turn(host);
		bring_down();
		check_sysctl("ipv6/conf/c0/proxy_ndp", "0");
		ck_assert(has_tso(NULL));
	}
	job_host_close(host);
}
END_TEST

/* What is to be put right, is being asked for, or has been. */
START_TEST(stopped_while_it_is_put_right_all_is_as_before)
{
	plug(NODE(", mtu: 1400"));
	for (int turns = 0; turns < 20; turns++) {
		bring_up();
		run("ip link set c0 mtu 1300");
		if (turns >= 10)
			expect_logged(PUT_RIGHT);
		for (int i = 0; i < turns % 10; i++)
			job_host_turn(host);
		while (test_job_next(job))
			;
		bring_down();
		for (int i = 0; i < 3; i++)
			job_host_turn(host);
		ck_assert(link_says("c0", "mtu 1500"));
		n_logged = strlen(job_host_log(host));
	}
	job_host_close(host);
}
END_TEST

static size_t count_sockets(void)
{
	_cleanup_(free_ptr) char *text = output_of("cat /proc/net/netlink");
	size_t n = 0;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		n++;
	return n;
}

START_TEST(nothing_is_listened_to_for_what_is_not_given)
{
	size_t n;

	plug(NODE(", mtu: 1400, ipv6: { accept-ra: no }, arp: { notify: on }")
		OTHER(", offload: { tso: off }, arp: { proxy: on }")
		"  last: { kind: link, device: c2 }\n");
	n = count_sockets();
	bring_up();
	ck_assert_uint_eq(count_sockets(), n);
	test_job_update(job, "other");
	ck_assert_uint_eq(count_sockets(), n + 2);
	test_job_update(job, "last");
	for (int i = 0; i < 3; i++)
		job_host_turn(host);
	ck_assert_uint_eq(count_sockets(), n);
	bring_down();
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("link-repair");
	TCase *tcase = netns_case(suite, "link-repair");

	tcase_add_test(tcase, what_others_change_is_put_right_a_few_times);
	tcase_add_loop_test(tcase, a_sysctl_that_others_change_is_put_right,
	    0, ARRAY_SIZE(told));
	tcase_add_test(tcase, ipv6_that_others_turn_off_is_turned_on);
	tcase_add_test(
	    tcase, what_was_as_it_should_be_before_stays_so_at_the_end);
	tcase_add_loop_test(tcase,
	    what_is_changed_again_and_again_is_put_right_later, 0,
	    ARRAY_SIZE(stubborn));
	tcase_add_test(tcase, an_offload_that_others_change_is_put_right);
	tcase_add_test(tcase, what_changes_while_events_are_lost_is_put_right);
	tcase_add_test(tcase, stopped_while_it_looks_all_is_as_before);
	tcase_add_test(
	    tcase, stopped_while_it_is_put_right_all_is_as_before);
	tcase_add_test(tcase, nothing_is_listened_to_for_what_is_not_given);
	return netns_run(suite);
}
