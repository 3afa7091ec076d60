/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Address nodes that stop, and others' addresses in the same subnet, which the
 * kernel would remove with the first of it. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/address-case.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

#define SETTING "/proc/sys/net/ipv4/conf/c0/promote_secondaries"

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  low: { kind: below }\n"
    "  first: { kind: address, over: low, addresses: 192.0.2.7/24,\n"
    "    gateway: 192.0.2.1 }\n"
    "  next: { kind: address, over: low, addresses: 192.0.2.8/24,\n"
    "    gateway: 192.0.2.1, metric: 2000 }\n"
    "  moved: { kind: address, over: low, addresses: 192.0.2.9/24,\n"
    "    gateway: 192.0.2.1 }\n"
    "  away: { kind: address, over: low, addresses: 198.18.0.9/24 }\n";

static void set(int value)
{
	FILE *file = fopen(SETTING, "we");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "%d", value);
	ck_assert_int_eq(fclose(file), 0);
}

static void expect_setting(int value)
{
	FILE *file = fopen(SETTING, "re");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fgetc(file), '0' + value);
	fclose(file);
}

static void others_add_theirs(void)
{
	run("ip addr add 192.0.2.50/24 dev c0");
	run("ip route add 203.0.113.0/24 via 192.0.2.99 src 192.0.2.50");
	run("ip route add 198.51.100.0/24 via 192.0.2.99");
}

static void expect_theirs(void)
{
	ck_assert(says("-4 addr show dev c0", "192.0.2.50/24"));
	ck_assert(says("route", "203.0.113.0/24 via 192.0.2.99 dev c0 src "
				"192.0.2.50"));
	ck_assert(says("route", "198.51.100.0/24 via 192.0.2.99 dev c0"));
}

START_TEST(what_others_have_in_its_subnet_stays)
{
	struct test_job *job;
	struct job_host *host = address_plug(profile, "first", &job);

	set(_i);
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	others_add_theirs();
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!says("-4 addr show dev c0", "192.0.2.7"));
	expect_theirs();
	expect_setting(_i);
	run("ip addr del 192.0.2.50/24 dev c0");
	job_host_close(host);
}
END_TEST

START_TEST(it_stays_when_the_address_is_another_now)
{
	struct test_job *job;
	struct job_host *host = address_plug(profile, "first", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	others_add_theirs();
	test_job_update(job, "moved");
	test_job_expect(job, REPORT_FACTS);
	ck_assert(!says("-4 addr show dev c0", "192.0.2.7"));
	ck_assert(says("-4 addr show dev c0", "192.0.2.9/24"));
	expect_theirs();
	expect_setting(0);
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		;
	expect_theirs();
	run("ip addr del 192.0.2.50/24 dev c0");
	job_host_close(host);
}
END_TEST

/* The kernel has no routes by a device without addresses: what was there first
 * is there until the other is. */
START_TEST(routes_of_others_stay_when_its_only_address_is_another)
{
	struct test_job *job;
	struct job_host *host = address_plug(profile, "first", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip route add 203.0.113.0/24 dev c0");
	test_job_update(job, "away");
	test_job_expect(job, REPORT_FACTS);
	ck_assert(!says("-4 addr show dev c0", "192.0.2.7"));
	ck_assert(says("-4 addr show dev c0", "198.18.0.9/24"));
	ck_assert(says("route", "203.0.113.0/24 dev c0"));
	ck_assert(!says("route show default", "default"));
	run("ip route del 203.0.113.0/24");
	job_host_close(host);
}
END_TEST

static bool is_down(void *ctx)
{
	(void)ctx;
	return !says("-4 addr show dev c0", "192.0.2.7");
}

/* Also what has been asked for a moment ago, which no event has told yet. */
START_TEST(what_other_nodes_have_in_its_subnet_stays)
{
	struct test_job *first, *next;
	struct job_host *host = address_plug(profile, "first", &first);

	next = job_host_job(host, "next");
	test_job_set_device(next, "c0");
	test_job_start(first);
	test_job_expect(first, REPORT_UP);
	test_job_start(next);
	if (_i)
		test_job_expect(next, REPORT_UP);
	test_job_stop(first);
	job_host_wait(host, is_down, NULL, "the first to go");
	if (!_i)
		test_job_expect(next, REPORT_UP);
	for (int i = 0; i < 3; i++)
		job_host_turn(host);
	ck_assert(says("-4 addr show dev c0", "192.0.2.8/24"));
	ck_assert(says("route show default", "default via 192.0.2.1"));
	ck_assert_str_eq(job_host_log(host), "");
	expect_setting(0);
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("secondary");
	TCase *tcase = netns_case(suite, "secondary");

	tcase_add_loop_test(
	    tcase, what_others_have_in_its_subnet_stays, 0, 2);
	tcase_add_test(tcase, it_stays_when_the_address_is_another_now);
	tcase_add_test(
	    tcase, routes_of_others_stay_when_its_only_address_is_another);
	tcase_add_loop_test(
	    tcase, what_other_nodes_have_in_its_subnet_stays, 0, 2);
	return netns_run(suite);
}
