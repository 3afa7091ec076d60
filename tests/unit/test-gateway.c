/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/job-host.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"

static const char plain[] = "version: 1\n"
			    "nodes:\n"
			    "  inet: { kind: gateway }\n";

static void add_card(int number)
{
	run("ip link add c%d type veth peer name r%d", number, number);
	run("ip link set r%d up", number);
	run("ip link set c%d up", number);
	run("ip addr add 192.0.%d.7/24 dev c%d", number, number);
	run("ip -6 addr add 2001:db8:%d::7/64 dev c%d nodad", number, number);
}

static struct job_host *start(const char *profile, struct test_job **ret)
{
	struct job_host *host = job_host_open(&provider_gateway, profile);

	*ret = job_host_job(host, "inet");
	test_job_start(*ret);
	return host;
}

/* With them go the routes that the test has changed meanwhile. */
static void close_without_cards(struct job_host *host)
{
	for (int i = 1; i <= 2; i++)
		if (if_nametoindex(i == 1 ? "c1" : "c2"))
			run("ip link del c%d", i);
	job_host_close(host);
}

static void expect_unmet(struct test_job *job)
{
	const struct report *report = test_job_wait(job);

	ck_assert_int_eq(report->type, REPORT_UNMET);
	ck_assert_str_eq(report->reason, "no default route");
}

static void expect(struct test_job *job, enum report_type type,
    const char *gateway, const char *device)
{
	const struct report *report = test_job_wait(job);
	char ifindex[16];

	ck_assert_int_eq(report->type, type);
	snprintf(ifindex, sizeof(ifindex), "%u", if_nametoindex(device));
	if (gateway)
		ck_assert_str_eq(report_fact(report, "gateway"), gateway);
	else
		ck_assert_ptr_null(report_fact(report, "gateway"));
	ck_assert_str_eq(report_fact(report, "device"), device);
	ck_assert_str_eq(report_fact(report, "ifindex"), ifindex);
}

START_TEST(without_a_default_route_it_is_unmet_at_once)
{
	struct test_job *job;
	struct job_host *host = start(plain, &job);

	ck_assert_ptr_nonnull(test_job_next(job));
	test_job_stop(job);
	ck_assert_int_eq(test_job_next(job)->type, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(with_one_it_is_up_at_once)
{
	struct test_job *job;
	struct job_host *host;

	add_card(1);
	run("ip route add default via 192.0.1.1");
	host = start(plain, &job);
	expect(job, REPORT_UP, "192.0.1.1", "c1");
	job_host_close(host);
}
END_TEST

START_TEST(only_the_table_asked_for_counts)
{
	struct test_job *job;
	struct job_host *host;

	add_card(1);
	add_card(2);
	run("ip route add default via 192.0.1.1 table 1000");
	run("ip route add default via 192.0.1.1");
	host = start("version: 1\n"
		     "nodes:\n"
		     "  inet: { kind: gateway, table: 1000, family: any }\n",
	    &job);
	expect(job, REPORT_UP, "192.0.1.1", "c1");
	run("ip route del default table 1000");
	expect_unmet(job);
	run("ip route replace default via 192.0.2.1 metric 5");
	run("ip -6 route add default via 2001:db8:2::1 table 1000");
	expect(job, REPORT_UP, "2001:db8:2::1", "c2");
	run("ip route add default via 192.0.2.1 table 1000 metric 5");
	expect(job, REPORT_FACTS, "192.0.2.1", "c2");
	run("ip route replace default via 192.0.2.9 table 1000 metric 5");
	expect(job, REPORT_FACTS, "192.0.2.9", "c2");
	/* The kernel does not say which routes go with their link. */
	run("ip link set c2 down");
	expect_unmet(job);
	close_without_cards(host);
}
END_TEST

START_TEST(it_follows_the_best_route)
{
	struct test_job *job;
	struct job_host *host;

	add_card(1);
	add_card(2);
	host = start(plain, &job);
	expect_unmet(job);
	run("ip route add default via 192.0.1.1 metric 1010");
	expect(job, REPORT_UP, "192.0.1.1", "c1");
	run("ip route add default via 192.0.2.1 metric 1009");
	expect(job, REPORT_FACTS, "192.0.2.1", "c2");
	/* A worse one changes nothing. */
	run("ip route add default via 192.0.1.9 metric 1020");
	run("ip route del default via 192.0.2.1 metric 1009");
	expect(job, REPORT_FACTS, "192.0.1.1", "c1");
	run("ip route replace default via 192.0.1.2 metric 1010");
	expect(job, REPORT_FACTS, "192.0.1.2", "c1");
	run("ip route del default metric 1010");
	expect(job, REPORT_FACTS, "192.0.1.9", "c1");
	run("ip route del default metric 1020");
	expect_unmet(job);
	run("ip route add default dev c1");
	expect(job, REPORT_UP, NULL, "c1");
	close_without_cards(host);
}
END_TEST

START_TEST(what_the_kernel_removes_without_a_word_is_noticed)
{
	struct test_job *job;
	struct job_host *host;

	add_card(1);
	host = start(plain, &job);
	expect_unmet(job);
	run("ip route add default via 192.0.1.1");
	expect(job, REPORT_UP, "192.0.1.1", "c1");
	run("ip addr del 192.0.1.7/24 dev c1");
	expect_unmet(job);
	run("ip addr add 192.0.1.7/24 dev c1");
	run("ip route add default via 192.0.1.1");
	expect(job, REPORT_UP, "192.0.1.1", "c1");
	run("ip link set c1 down");
	expect_unmet(job);
	run("ip link set c1 up");
	run("ip route add default via 192.0.1.1");
	expect(job, REPORT_UP, "192.0.1.1", "c1");
	run("ip link del c1");
	expect_unmet(job);
	job_host_close(host);
}
END_TEST

static void plug_with_route(void)
{
	add_card(1);
	run("ip route add default via 192.0.1.1");
}

START_TEST(its_card_may_be_pulled_at_any_moment)
{
	struct test_job *job;
	struct job_host *host;

	plug_with_route();
	host = job_host_open(&provider_gateway, plain);
	job = job_host_job(host, "inet");
	moments_pull(host, job, "c1", plug_with_route, NULL);
	job_host_close(host);
}
END_TEST

/* Nobody has to stop it for that. */
START_TEST(at_any_moment_another_card_takes_its_place)
{
	struct test_job *job;
	struct job_host *host;

	add_card(2);
	run("ip route add default via 192.0.2.1 metric 5");
	plug_with_route();
	host = start(plain, &job);
	for (int turns = 0; turns < 5; turns++) {
		expect(job, turns ? REPORT_FACTS : REPORT_UP, "192.0.1.1",
		    "c1");
		for (int i = 0; i < turns; i++)
			job_host_turn(host);
		run("ip link del c1");
		expect(job, REPORT_FACTS, "192.0.2.1", "c2");
		for (int i = 0; i < turns; i++)
			job_host_turn(host);
		plug_with_route();
	}
	expect(job, REPORT_FACTS, "192.0.1.1", "c1");
	close_without_cards(host);
}
END_TEST

START_TEST(a_route_goes_with_the_nexthop_object_that_it_uses)
{
	struct test_job *job;
	struct job_host *host;

	add_card(1);
	add_card(2);
	run("ip nexthop add id 7 via 192.0.1.1 dev c1");
	run("ip route add default nhid 7");
	host = start(plain, &job);
	expect(job, REPORT_UP, "192.0.1.1", "c1");
	run("ip nexthop replace id 7 via 192.0.2.1 dev c2");
	expect(job, REPORT_FACTS, "192.0.2.1", "c2");
	run("ip nexthop del id 7");
	expect_unmet(job);
	close_without_cards(host);
}
END_TEST

START_TEST(routes_that_lead_nowhere_do_not_count)
{
	struct test_job *job;
	struct job_host *host;

	add_card(1);
	host = start(plain, &job);
	expect_unmet(job);
	run("ip route add unreachable default metric 1");
	run("ip -6 route add blackhole default metric 1");
	run("ip route add default via 192.0.1.1 table 100");
	run("ip route add 0.0.0.0/1 via 192.0.1.1");
	run("ip route add default via 192.0.1.1 metric 7");
	expect(job, REPORT_UP, "192.0.1.1", "c1");
	run("ip route replace unreachable default metric 7");
	expect_unmet(job);
	run("ip route del unreachable default metric 1");
	run("ip route del unreachable default metric 7");
	run("ip -6 route del blackhole default metric 1");
	close_without_cards(host);
}
END_TEST

START_TEST(only_the_family_asked_for_counts)
{
	struct test_job *job;
	struct job_host *host;

	add_card(1);
	run("ip route add default via 192.0.1.1");
	host = start("version: 1\n"
		     "nodes:\n"
		     "  inet: { kind: gateway, family: ipv6 }\n",
	    &job);
	expect_unmet(job);
	run("ip -6 route add default via 2001:db8:1::1 metric 1024");
	expect(job, REPORT_UP, "2001:db8:1::1", "c1");
	run("ip -6 route del default via 2001:db8:1::1 metric 1024");
	expect_unmet(job);
	job_host_close(host);
}
END_TEST

START_TEST(of_both_families_ipv4_is_told)
{
	struct test_job *job;
	struct job_host *host;

	add_card(1);
	host = start(plain, &job);
	expect_unmet(job);
	run("ip -6 route add default via 2001:db8:1::1 metric 1");
	expect(job, REPORT_UP, "2001:db8:1::1", "c1");
	run("ip route add default via 192.0.1.1 metric 1000");
	expect(job, REPORT_FACTS, "192.0.1.1", "c1");
	run("ip route del default");
	expect(job, REPORT_FACTS, "2001:db8:1::1", "c1");
	close_without_cards(host);
}
END_TEST

START_TEST(only_the_device_asked_for_counts_under_its_present_name)
{
	struct test_job *job;
	struct job_host *host;

	add_card(1);
	add_card(2);
	run("ip route add default via 192.0.1.1");
	host = start("version: 1\n"
		     "nodes:\n"
		     "  inet: { kind: gateway, device: wan }\n",
	    &job);
	expect_unmet(job);
	run("ip route add default via 192.0.2.1 metric 5");
	run("ip link set c2 name wan");
	expect(job, REPORT_UP, "192.0.2.1", "wan");
	run("ip link set wan name c2");
	expect_unmet(job);
	close_without_cards(host);
}
END_TEST

START_TEST(several_next_hops_last_as_long_as_one_of_them)
{
	struct test_job *job;
	struct job_host *host;

	add_card(1);
	add_card(2);
	host = start(plain, &job);
	expect_unmet(job);
	run("ip route add default nexthop via 192.0.1.1 nexthop via "
	    "192.0.2.1");
	expect(job, REPORT_UP, "192.0.1.1", "c1");
	run("ip link set c1 down");
	expect(job, REPORT_FACTS, "192.0.2.1", "c2");
	run("ip link set c2 down");
	expect_unmet(job);
	close_without_cards(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gateway");
	TCase *tcase = netns_case(suite, "gateway");

	tcase_add_test(tcase, without_a_default_route_it_is_unmet_at_once);
	tcase_add_test(tcase, with_one_it_is_up_at_once);
	tcase_add_test(tcase, only_the_table_asked_for_counts);
	tcase_add_test(tcase, it_follows_the_best_route);
	tcase_add_test(
	    tcase, what_the_kernel_removes_without_a_word_is_noticed);
	tcase_add_test(tcase, its_card_may_be_pulled_at_any_moment);
	tcase_add_test(tcase, at_any_moment_another_card_takes_its_place);
	tcase_add_test(
	    tcase, a_route_goes_with_the_nexthop_object_that_it_uses);
	tcase_add_test(tcase, routes_that_lead_nowhere_do_not_count);
	tcase_add_test(tcase, only_the_family_asked_for_counts);
	tcase_add_test(tcase, of_both_families_ipv4_is_told);
	tcase_add_test(
	    tcase, only_the_device_asked_for_counts_under_its_present_name);
	tcase_add_test(tcase, several_next_hops_last_as_long_as_one_of_them);
	return netns_run(suite);
}
