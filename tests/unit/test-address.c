/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>

#include "base/macros.h"
#include "providers/support/rtnl.h"
#include "tests/unit/address-case.h"
#include "tests/unit/job-host.h"
#include "tests/unit/marked.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"
#include "tests/unit/put-sysctl.h"

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  low: { kind: below }\n"
    "  plain: { kind: address, over: low, addresses: 192.0.2.7/24,\n"
    "    gateway: 192.0.2.1, dns: [192.0.2.53, '2001:db8::53'],\n"
    "    domain: corp.example }\n"
    "  two: { kind: address, over: low,\n"
    "    addresses: [192.0.2.7/24, 198.51.100.7/32] }\n"
    "  six: { kind: address, over: low, addresses: '2001:db8::7/64',\n"
    "    gateway: '2001:db8::1' }\n"
    "  quick: { kind: address, over: low, addresses: '2001:db8::7/64',\n"
    "    duplicates: off }\n"
    "  eager: { kind: address, over: low, addresses: '2001:db8::7/64',\n"
    "    duplicates: optimistic }\n"
    "  eager2: { kind: address, over: low, addresses: '2001:db8::8/64',\n"
    "    duplicates: optimistic }\n"
    "  ptp: { kind: address, over: low, addresses: 192.0.2.7/32,\n"
    "    peer: 192.0.2.99, scope: link }\n"
    "  near: { kind: address, over: low, addresses: 192.0.2.7/24,\n"
    "    scope: link }\n"
    "  ptp2: { kind: address, over: low, addresses: 192.0.2.7/32,\n"
    "    peer: 192.0.2.98, scope: link }\n"
    "  long: { kind: address, over: low, addresses: '2001:db8::7/128',\n"
    "    duplicates: off }\n"
    "  far: { kind: address, over: low, addresses: 192.0.2.7/24,\n"
    "    gateway: 198.51.100.1 }\n"
    "  inside: { kind: address, over: low, prefix-from: low, subnet: 18,\n"
    "    duplicates: off }\n"
    "  both: { kind: address, over: low, addresses: 192.0.2.7/24,\n"
    "    prefix-from: low, interface-id: '::a:b', duplicates: off }\n";

static struct job_host *plug(const char *node, struct test_job **ret)
{
	return address_plug(profile, node, ret);
}

static void expect_fact(
    const struct report *report, const char *key, const char *value)
{
	const char *got = report_fact(report, key);

	ck_assert_msg(got && !strcmp(got, value), "%s is %s, not %s", key,
	    got ? got : "missing", value);
}

START_TEST(addresses_and_gateway_come_and_go)
{
	struct test_job *job;
	struct job_host *host = plug("plain", &job);
	const struct report *report;

	test_job_start(job);
	report = test_job_expect(job, REPORT_UP);
	expect_fact(report, "address", "192.0.2.7/24");
	expect_fact(report, "subnet", "192.0.2.0/24");
	expect_fact(report, "gateway", "192.0.2.1");
	expect_fact(report, "dns", "192.0.2.53 2001:db8::53");
	expect_fact(report, "domain", "corp.example");
	ck_assert(says("-4 addr show dev c0",
	    "inet 192.0.2.7/24 brd 192.0.2.255 scope global"));
	ck_assert(says("route show default",
	    "default via 192.0.2.1 dev c0 proto 110"));
	ck_assert_int_eq(marked_addresses(), 1);
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!says("-4 addr show dev c0", "192.0.2.7"));
	ck_assert(!says("route show default", "192.0.2.1"));
	job_host_close(host);
}
END_TEST

START_TEST(ipv6_is_up_when_no_other_host_has_it)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);
	uint64_t began = uv_hrtime();

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	/* The kernel waits for a second (RFC 4862, RetransTimer). */
	ck_assert_uint_ge(uv_hrtime() - began, 500000000);
	ck_assert(!says(
	    "-6 addr show dev c0", "2001:db8::7/64 scope global tentative"));
	ck_assert(says("-6 route show default",
	    "default via 2001:db8::1 dev c0 proto 110"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!says("-6 addr show dev c0", "2001:db8::7"));
	ck_assert(!says("-6 route show", "2001:db8"));
	job_host_close(host);
}
END_TEST

START_TEST(ipv6_that_another_host_has_fails)
{
	struct test_job *job;
	struct job_host *host;
	pid_t other = netns_other();

	host = plug("six", &job);
	run("ip link set r0 netns %d", other);
	run_in(other, "ip link set r0 up");
	run_in(other, "ip addr add 2001:db8::7/64 dev r0 nodad");
	test_job_start(job);
	ck_assert_str_eq(test_job_expect(job, REPORT_FAILED)->reason,
	    "another host has 2001:db8::7/64, too");
	ck_assert(!says("-6 addr show dev c0", "2001:db8::7"));
	job_host_close(host);
}
END_TEST

START_TEST(without_detection_ipv6_is_up_at_once)
{
	struct test_job *job;
	struct job_host *host = plug("quick", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

/* ---- optimistic ---- */

/* So it is longer than anything is waited for. */
static struct job_host *plug_slow(const char *node, struct test_job **ret)
{
	struct job_host *host = plug(node, ret);

	put_sysctl("ipv6/conf/c0/dad_transmits", "90");
	return host;
}

static bool is_optimistic(const char *device, int value)
{
	static const char *const names[] = { "optimistic_dad",
		"use_optimistic" };
	bool is_so = true;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char file[64];

		snprintf(file, sizeof(file), "ipv6/conf/%s/%s", device,
		    names[i]);
		is_so = is_so && sysctl_is(file, value ? "1" : "0");
	}
	return is_so;
}

static bool is_put_back(void *ctx)
{
	return is_optimistic(ctx, 0);
}

static void await_put_back(struct job_host *host, const char *device)
{
	job_host_wait(
	    host, is_put_back, (void *)device, "sysctls as they were");
}

/* Where they were set, they stay so. */
START_TEST(optimistic_it_is_used_meanwhile)
{
	struct test_job *job;
	struct job_host *host = plug_slow("eager", &job);

	if (_i) {
		put_sysctl("ipv6/conf/c0/optimistic_dad", "1");
		put_sysctl("ipv6/conf/c0/use_optimistic", "1");
	}
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert(is_optimistic("c0", 1));
	ck_assert(
	    says("-6 addr show dev c0", "global optimistic tentative"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	if (_i)
		ck_assert(is_optimistic("c0", 1));
	else
		await_put_back(host, "c0");
	job_host_close(host);
}
END_TEST

START_TEST(the_last_optimistic_node_puts_the_sysctls_back)
{
	struct test_job *jobs[2];
	struct job_host *host = plug_slow("eager", &jobs[0]);

	jobs[1] = job_host_job(host, "eager2");
	test_job_set_device(jobs[1], "c0");
	for (int i = 0; i < 2; i++)
		test_job_start(jobs[i]);
	for (int i = 0; i < 2; i++)
		test_job_expect(jobs[i], REPORT_UP);
	test_job_stop(jobs[_i]);
	test_job_expect(jobs[_i], REPORT_DOWN);
	/* Another turn of what had been begun. */
	test_job_start(jobs[_i]);
	test_job_expect(jobs[_i], REPORT_UP);
	test_job_stop(jobs[_i]);
	test_job_expect(jobs[_i], REPORT_DOWN);
	ck_assert(is_optimistic("c0", 1));
	test_job_stop(jobs[!_i]);
	test_job_expect(jobs[!_i], REPORT_DOWN);
	await_put_back(host, "c0");
	job_host_close(host);
}
END_TEST

START_TEST(optimistic_at_once_again_it_is_used_meanwhile)
{
	struct test_job *job;
	struct job_host *host = plug_slow("eager", &job);

	for (int i = 0; i < 5; i++) {
		test_job_start(job);
		test_job_expect(job, REPORT_UP);
		ck_assert(says("-6 addr show dev c0",
		    "global optimistic tentative"));
		test_job_stop(job);
		test_job_expect(job, REPORT_DOWN);
	}
	await_put_back(host, "c0");
	job_host_close(host);
}
END_TEST

START_TEST(sysctls_that_others_have_changed_stay)
{
	struct test_job *job;
	struct job_host *host = plug_slow("eager", &job);

	put_sysctl("ipv6/conf/c0/use_optimistic", "1");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	put_sysctl("ipv6/conf/c0/use_optimistic", "0");
	put_sysctl("ipv6/conf/c0/optimistic_dad", "0");
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	await_put_back(host, "c0");
	put_sysctl("ipv6/conf/c0/use_optimistic", "1");
	job_host_close(host);
}
END_TEST

START_TEST(optimistic_no_more_or_elsewhere_it_puts_the_sysctls_back)
{
	struct test_job *job;
	struct job_host *host = plug_slow("eager", &job);

	run("ip link add c1 up type veth peer name r1");
	run("ip link set r1 up");
	put_sysctl("ipv6/conf/c1/dad_transmits", "90");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	test_job_set_device(job, "c1");
	test_job_rebind(job);
	test_job_expect(job, REPORT_FACTS);
	ck_assert(is_optimistic("c1", 1));
	await_put_back(host, "c0");
	test_job_update(job, "quick");
	test_job_expect(job, REPORT_FACTS);
	await_put_back(host, "c1");
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(what_was_there_before_stays)
{
	struct test_job *job;
	struct job_host *host = plug("plain", &job);

	run("ip addr add 192.0.2.7/24 dev c0");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(says("-4 addr show dev c0", "192.0.2.7/24"));
	ck_assert(!says("route show default", "192.0.2.1"));
	job_host_close(host);
}
END_TEST

/* As after a reload that gives the node another name, and other keys. */
START_TEST(what_two_nodes_have_goes_with_the_last)
{
	static const char *const pairs[][2] = {
		{ "plain", "plain" }, { "quick", "quick" },
		{ "plain", "two" }, { "quick", "eager" } };
	const char *has = _i % 2 ? "2001:db8::7/64" : "192.0.2.7/24";
	struct test_job *jobs[2];
	struct job_host *host = plug(pairs[_i][0], &jobs[0]);

	jobs[1] = job_host_job(host, pairs[_i][1]);
	test_job_set_device(jobs[1], "c0");
	for (int i = 0; i < 2; i++) {
		test_job_start(jobs[i]);
		test_job_expect(jobs[i], REPORT_UP);
	}
	test_job_stop(jobs[0]);
	test_job_expect(jobs[0], REPORT_DOWN);
	ck_assert(says("addr show dev c0", has));
	ck_assert_ptr_null(strstr(job_host_log(host), "removed by others"));
	test_job_stop(jobs[1]);
	test_job_expect(jobs[1], REPORT_DOWN);
	ck_assert(!says("addr show dev c0", has));
	job_host_close(host);
}
END_TEST

START_TEST(what_was_there_before_stays_though_two_nodes_have_it)
{
	struct test_job *jobs[2];
	struct job_host *host = plug("plain", &jobs[0]);

	run("ip addr add 192.0.2.7/24 dev c0");
	jobs[1] = job_host_job(host, "plain");
	test_job_set_device(jobs[1], "c0");
	for (int i = 0; i < 2; i++) {
		test_job_start(jobs[i]);
		test_job_expect(jobs[i], REPORT_UP);
	}
	for (int i = 0; i < 2; i++) {
		test_job_stop(jobs[i]);
		test_job_expect(jobs[i], REPORT_DOWN);
	}
	ck_assert(says("-4 addr show dev c0", "192.0.2.7/24"));
	job_host_close(host);
}
END_TEST

START_TEST(another_configuration_changes_what_differs)
{
	struct test_job *job;
	struct job_host *host = plug("plain", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	/* It would go with the address. */
	run("ip route add 203.0.113.0/24 dev c0 src 192.0.2.7");
	test_job_update(job, "two");
	expect_fact(
	    test_job_expect(job, REPORT_FACTS), "address", "192.0.2.7/24");
	ck_assert(says("-4 addr show dev c0", "192.0.2.7/24"));
	ck_assert(says("-4 addr show dev c0", "198.51.100.7/32"));
	ck_assert(!says("route show default", "192.0.2.1"));
	test_job_update(job, "plain");
	test_job_expect(job, REPORT_FACTS);
	ck_assert(!says("-4 addr show dev c0", "198.51.100.7"));
	ck_assert(says("route show default", "192.0.2.1"));
	ck_assert(says("route show dev c0", "203.0.113.0/24"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

/* What the kernel cannot change of an address that is there. */
static const struct {
	const char *before, *after, *had, *has;
} changes[] = {
	{ "plain", "near", "scope global", "scope link" },
	{ "near", "plain", "scope link", "scope global" },
	{ "ptp", "ptp2", "peer 192.0.2.99/32", "peer 192.0.2.98/32" },
	{ "quick", "long", "2001:db8::7/64", "2001:db8::7/128" },
};

START_TEST(an_address_that_changes_is_made_anew)
{
	struct test_job *job;
	struct job_host *host = plug(changes[_i].before, &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert(says("addr show dev c0 to 192.0.2.0/24", changes[_i].had) ||
	    says("addr show dev c0 to 2001:db8::/32", changes[_i].had));
	test_job_update(job, changes[_i].after);
	test_job_expect(job, REPORT_FACTS);
	ck_assert(!says("addr show dev c0 to 192.0.2.0/24", changes[_i].had));
	ck_assert(!says("addr show dev c0 to 2001:db8::/32", changes[_i].had));
	ck_assert(says("addr show dev c0", changes[_i].has));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!says("addr show dev c0", "192.0.2.7"));
	ck_assert(!says("addr show dev c0", "2001:db8::7"));
	job_host_close(host);
}
END_TEST

/* ---- what was there before, and says something else ---- */

/* By a netconfd that was killed, by others, by another node. */
static const struct {
	const char *node, *former, *there, *other, *reason, *has, *left;
} theres[] = {
	{ "plain", "plain", NULL, NULL, NULL, "192.0.2.7/24", NULL },
	{ "near", "plain", NULL, NULL, NULL, "scope link c0", NULL },
	{ "ptp", "ptp", NULL, NULL, NULL, "peer 192.0.2.99/32", NULL },
	{ "quick", "quick", NULL, NULL, NULL, "2001:db8::7/64", NULL },
	{ "quick", "long", NULL, NULL, NULL, "2001:db8::7/64", NULL },
	{ "six", "quick", NULL, NULL, NULL, "2001:db8::7/64", NULL },
	{ "quick", NULL, "2001:db8::7/64 nodad", NULL, NULL, "2001:db8::7/64",
	    "2001:db8::7/64" },
	{ "quick", NULL, "2001:db8::7/128 nodad", NULL,
	    "the kernel refuses 2001:db8::7/64: File exists: that of others "
	    "(proto 0) has another prefix length; one of them has to go",
	    "2001:db8::7/128", "2001:db8::7/128" },
	{ "near", NULL, "192.0.2.7/24", NULL,
	    "the kernel refuses 192.0.2.7/24: File exists: that of others "
	    "(proto 0) has another scope; one of them has to go",
	    "scope global", "192.0.2.7/24" },
	{ "near", NULL, NULL, "plain",
	    "the kernel refuses 192.0.2.7/24: File exists: that of plain "
	    "has another scope; one of them has to go",
	    "scope global", NULL },
	{ "long", NULL, NULL, "quick",
	    "the kernel refuses 2001:db8::7/128: File exists: that of quick "
	    "has another prefix length; one of them has to go",
	    "2001:db8::7/64", NULL },
};

START_TEST(what_was_left_is_taken_over_and_what_others_made_is_not)
{
	struct test_job *job, *other = NULL;
	struct job_host *host, *before = plug("inside", &job);
	int marked;

	if (theres[_i].there)
		run("ip addr add %s dev c0", theres[_i].there);
	/* What is left now was not there before, to job-host. */
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	if (theres[_i].former)
		address_leave(profile, theres[_i].former);
	host = job_host_open(&provider_address, profile);
	marked = marked_addresses();
	job = job_host_job(host, theres[_i].node);
	test_job_set_device(job, "c0");
	if (theres[_i].other) {
		other = job_host_job(host, theres[_i].other);
		test_job_set_device(other, "c0");
		test_job_start(other);
		test_job_expect(other, REPORT_UP);
	}
	test_job_start(job);
	if (theres[_i].reason)
		ck_assert_str_eq(test_job_expect(job, REPORT_FAILED)->reason,
		    theres[_i].reason);
	else
		test_job_expect(job, REPORT_UP);
	ck_assert_msg(says("addr show dev c0", theres[_i].has), "%s",
	    output_of("ip addr show dev c0"));
	if (test_job_is_running(job)) {
		test_job_stop(job);
		test_job_expect(job, REPORT_DOWN);
	}
	if (other) {
		test_job_stop(other);
		test_job_expect(other, REPORT_DOWN);
	}
	/* A kernel before 5.18 does not tell which are ours. */
	if (theres[_i].left || (theres[_i].former && !marked))
		ck_assert(says("addr show dev c0", theres[_i].left
			? theres[_i].left : theres[_i].has));
	else
		ck_assert(!says("addr show dev c0", theres[_i].has));
	job_host_close(host);
	job_host_close(before);
}
END_TEST

START_TEST(on_another_device_it_moves)
{
	struct test_job *job;
	struct job_host *host = plug("plain", &job);

	run("ip link add c1 up type veth peer name r1");
	run("ip link set r1 up");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	test_job_set_device(job, "c1");
	test_job_rebind(job);
	test_job_expect(job, REPORT_FACTS);
	ck_assert(!says("-4 addr show dev c0", "192.0.2.7"));
	ck_assert(says("-4 addr show dev c1", "192.0.2.7/24"));
	ck_assert(says("route show default", "via 192.0.2.1 dev c1"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

static bool is_logged(void *ctx)
{
	return strstr(job_host_log(ctx),
	    "192.0.2.7/24 was removed by others; it has been put back");
}

static bool is_back(void *ctx)
{
	(void)ctx;
	return says("-4 addr show dev c0", "192.0.2.7/24") &&
	    says("route show default", "192.0.2.1");
}

START_TEST(removed_by_others_it_is_put_back_a_few_times)
{
	struct test_job *job;
	struct job_host *host = plug("plain", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	for (int i = 0; i < 3; i++) {
		run("ip addr del 192.0.2.7/24 dev c0");
		job_host_wait(host, is_back, NULL, "address put back");
	}
	job_host_wait(host, is_logged, host, "a line in the log");
	run("ip addr del 192.0.2.7/24 dev c0");
	ck_assert_str_eq(test_job_expect(job, REPORT_FAILED)->reason,
	    "what it has made is removed by others again and again");
	job_host_close(host);
}
END_TEST

START_TEST(routes_lost_with_a_link_that_was_down_come_back)
{
	struct test_job *job;
	struct job_host *host = plug("plain", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip link set c0 down");
	run("ip link set c0 up");
	ck_assert(!says("route show default", "192.0.2.1"));
	test_job_rebind(job); /* as the link's node would have it */
	job_host_wait(host, is_back, NULL, "route put back");
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		;
	job_host_close(host);
}
END_TEST

static bool is_seen_up(void *ctx)
{
	return rtnl_find_link(
		   job_host_host(ctx)->rtnl, if_nametoindex("c0"))
		   ->flags &
	    IFF_UP;
}

/* As when it is renamed: set down for a moment, in which what the kernel
 * refuses says nothing. */
START_TEST(told_while_its_link_is_down_it_waits_for_the_link)
{
	struct test_job *job;
	struct job_host *host = plug("plain", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip link set c0 down");
	while (is_seen_up(host))
		job_host_turn(host);
	test_job_rebind(job);
	for (int turns = 0; turns < 10; turns++)
		job_host_turn(host);
	ck_assert(!test_job_next(job) && test_job_is_running(job));
	run("ip link set c0 up");
	job_host_wait(host, is_seen_up, host, "the link up");
	test_job_rebind(job);
	job_host_wait(host, is_back, NULL, "route put back");
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		;
	job_host_close(host);
}
END_TEST

START_TEST(a_peer_has_a_link_of_its_own)
{
	struct test_job *job;
	struct job_host *host = plug("ptp", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert(says("-4 addr show dev c0",
	    "inet 192.0.2.7 peer 192.0.2.99/32 scope link"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!says("-4 addr show dev c0", "192.0.2.7"));
	job_host_close(host);
}
END_TEST

START_TEST(what_the_kernel_refuses_is_undone_and_said)
{
	struct test_job *job;
	struct job_host *host = plug("far", &job);
	const struct report *report;

	test_job_start(job);
	report = test_job_expect(job, REPORT_FAILED);
	ck_assert_ptr_nonnull(strstr(report->reason,
	    "the kernel refuses the route to default: "));
	ck_assert(!says("-4 addr show dev c0", "192.0.2.7"));
	job_host_close(host);
}
END_TEST

START_TEST(stopped_or_pulled_at_any_moment_nothing_is_left)
{
	struct test_job *job;
	static const char *const nodes[] = { "two", "six", "eager" };
	struct job_host *host = plug(nodes[_i], &job);

	moments_stop(host, job);
	moments_pull(host, job, "c0", address_plug_card, NULL);
	job_host_close(host);
}
END_TEST

START_TEST(pulled_while_up_it_stops_without_a_word)
{
	struct test_job *job;
	struct job_host *host = plug("plain", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip link del c0");
	test_job_set_device_is_gone(job);
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert_str_eq(job_host_log(host), "");
	test_job_start(job); /* on a device that is no more */
	test_job_expect(job, REPORT_FAILED);
	job_host_close(host);
}
END_TEST

/* The node that it follows gets a prefix, or another. */
static void delegate(struct test_job *job, const char *prefix)
{
	test_job_set_named_fact(job, "c0", "prefix", prefix);
	test_job_update(job, NULL);
}

START_TEST(an_address_follows_the_prefix_of_another_node)
{
	struct test_job *job;
	struct job_host *host = plug("inside", &job);
	const struct report *report;

	test_job_start(job);
	ck_assert_ptr_null(
	    report_fact(test_job_expect(job, REPORT_UP), "address"));
	test_job_name(job, "low", "c0");
	delegate(job, "2001:db8:100::/56");
	report = test_job_expect(job, REPORT_FACTS);
	expect_fact(report, "address", "2001:db8:100:12::1/64");
	expect_fact(report, "subnet", "2001:db8:100:12::/64");
	ck_assert(says("-6 addr show dev c0", "2001:db8:100:12::1/64"));

	delegate(job, "2001:db8:200:ff00::/56");
	report = test_job_expect(job, REPORT_FACTS);
	expect_fact(report, "address", "2001:db8:200:ff12::1/64");
	ck_assert(!says("-6 addr show dev c0", "2001:db8:100:"));
	ck_assert(says("-6 addr show dev c0", "2001:db8:200:ff12::1/64"));

	test_job_unname(job, "c0");
	test_job_update(job, NULL);
	ck_assert_ptr_null(
	    report_fact(test_job_expect(job, REPORT_FACTS), "address"));
	ck_assert(!says("-6 addr show dev c0", "2001:db8"));
	ck_assert_str_eq(job_host_log(host), "");
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(a_subnet_that_the_prefix_does_not_have_is_said)
{
	struct test_job *job;
	struct job_host *host = plug("inside", &job);

	test_job_name(job, "low", "c0");
	test_job_set_named_fact(job, "c0", "prefix", "2001:db8:100::/60");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert(!says("-6 addr show dev c0", "2001:db8"));
	ck_assert_ptr_nonnull(strstr(job_host_log(host),
	    "there is no subnet 18 in 2001:db8:100::/60, which has 16"));
	delegate(job, "2001:db8:100::/59");
	test_job_expect(job, REPORT_FACTS);
	ck_assert(says("-6 addr show dev c0", "2001:db8:100:12::1/64"));
	job_host_close(host);
}
END_TEST

START_TEST(an_address_with_an_interface_id_stands_beside_others)
{
	struct test_job *job;
	struct job_host *host = plug("both", &job);

	test_job_name(job, "low", "c0");
	test_job_set_named_fact(job, "c0", "prefix", "2001:db8:100::/64");
	test_job_start(job);
	expect_fact(test_job_expect(job, REPORT_UP), "address", "192.0.2.7/24");
	ck_assert(says("-6 addr show dev c0", "2001:db8:100::a:b/64"));
	ck_assert(says("-4 addr show dev c0", "192.0.2.7/24"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!says("-6 addr show dev c0", "2001:db8"));
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("address");
	TCase *tcase = netns_case(suite, "address");

	tcase_add_test(tcase, addresses_and_gateway_come_and_go);
	tcase_add_test(tcase, ipv6_is_up_when_no_other_host_has_it);
	tcase_add_test(tcase, ipv6_that_another_host_has_fails);
	tcase_add_test(tcase, without_detection_ipv6_is_up_at_once);
	tcase_add_loop_test(tcase, optimistic_it_is_used_meanwhile, 0, 2);
	tcase_add_loop_test(
	    tcase, the_last_optimistic_node_puts_the_sysctls_back, 0, 2);
	tcase_add_test(tcase, optimistic_at_once_again_it_is_used_meanwhile);
	tcase_add_test(tcase, sysctls_that_others_have_changed_stay);
	tcase_add_test(
	    tcase, optimistic_no_more_or_elsewhere_it_puts_the_sysctls_back);
	tcase_add_test(tcase, what_was_there_before_stays);
	tcase_add_loop_test(
	    tcase, what_two_nodes_have_goes_with_the_last, 0, 4);
	tcase_add_test(
	    tcase, what_was_there_before_stays_though_two_nodes_have_it);
	tcase_add_test(tcase, another_configuration_changes_what_differs);
	tcase_add_loop_test(tcase, an_address_that_changes_is_made_anew, 0,
	    ARRAY_SIZE(changes));
	tcase_add_test(tcase, on_another_device_it_moves);
	tcase_add_test(tcase, removed_by_others_it_is_put_back_a_few_times);
	tcase_add_test(tcase, routes_lost_with_a_link_that_was_down_come_back);
	tcase_add_test(
	    tcase, told_while_its_link_is_down_it_waits_for_the_link);
	tcase_add_test(tcase, a_peer_has_a_link_of_its_own);
	tcase_add_test(tcase, what_the_kernel_refuses_is_undone_and_said);
	tcase_add_loop_test(tcase,
	    stopped_or_pulled_at_any_moment_nothing_is_left, 0, 3);
	tcase_add_test(tcase, pulled_while_up_it_stops_without_a_word);
	tcase_add_test(tcase, an_address_follows_the_prefix_of_another_node);
	tcase_add_test(
	    tcase, a_subnet_that_the_prefix_does_not_have_is_said);
	tcase_add_test(
	    tcase, an_address_with_an_interface_id_stands_beside_others);
	tcase = netns_case(suite, "left");
	tcase_add_loop_test(tcase,
	    what_was_left_is_taken_over_and_what_others_made_is_not, 0,
	    ARRAY_SIZE(theres));
	return netns_run(suite);
}
