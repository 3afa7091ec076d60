/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/bond-tests.h"

#include <stdbool.h>
#include <string.h>

#include <net/if.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"
#include "providers/support/rtnl.h"
#include "tests/unit/job-host.h"
#include "tests/unit/made-link-tests.h"
#include "tests/unit/netns.h"

static const char bonds[] =
    "version: 1\nnodes:\n"
    "  left: { kind: below }\n"
    "  right: { kind: below }\n"
    "  made0: { kind: bond, ports: [left, right], primary: left,\n"
    "    mode: active-backup }\n"
    "  made1: { kind: bond, ports: [left, right], primary: right,\n"
    "    mode: active-backup }\n";

static bool uses(void *ctx)
{
	return link_says("made0", ctx);
}

START_TEST(the_primary_port_is_used_whenever_it_is_there)
{
	struct test_job *job;
	struct job_host *host;

	for (int i = 0; i < 2; i++) {
		run("ip link add c%d type veth peer name r%d", i, i);
		run("ip link set r%d up", i);
	}
	host = job_host_open(&provider_bond, bonds);
	job = job_host_job(host, "made0");
	test_job_name(job, "right", "c1");
	test_job_start(job);
	while (test_job_wait(job)->type != REPORT_UP)
		;
	ck_assert(link_says("made0", "active_slave c1"));
	test_job_name(job, "left", "c0");
	test_job_update(job, NULL);
	job_host_wait(host, uses, "active_slave c0", "the primary port");
	ck_assert(link_says("made0", "primary c0"));
	/* Another one, in place. */
	test_job_update(job, "made1");
	job_host_wait(host, uses, "active_slave c1", "the new one");
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		;
	job_host_close(host);
}
END_TEST

static const char lacp[] =
    "version: 1\nnodes:\n"
    "  left: { kind: below }\n"
    "  right: { kind: below }\n"
    "  made0: { kind: bond, ports: [left, right], mode: 802.3ad,\n"
    "    lacp-rate: fast, min-links: 2 }\n"
    "  made1: { kind: bond, ports: [left, right], mode: 802.3ad,\n"
    "    lacp-rate: fast, min-links: 1, miimon: 50ms, hash: layer2+3 }\n";

static void expect_unmet(struct test_job *job, const char *reason)
{
	const struct report *report;

	do
		report = test_job_wait(job);
	while (report->type != REPORT_UNMET ||
	    strcmp(report->reason, reason) != 0);
}

static void expect_up(struct test_job *job)
{
	while (test_job_wait(job)->type != REPORT_UP)
		;
}

/* The other end, which takes both of them together. */
static void begin_other_end(void)
{
	run("ip link add far type bond mode 802.3ad lacp_rate fast "
	    "miimon 50");
	for (int i = 0; i < 2; i++) {
		run("ip link set r%d down", i);
		run("ip link set r%d master far", i);
	}
	run("ip link set far up");
}

START_TEST(a_bond_is_up_with_as_many_ports_as_the_other_end_takes)
{
	struct job_host *host;
	struct test_job *job;
	unsigned ifindex;

	for (int i = 0; i < 2; i++)
		run("ip link add c%d type veth peer name r%d", i, i);
	host = job_host_open(&provider_bond, lacp);
	run("ip link set r0 up");
	job = job_host_job(host, "made0");
	test_job_name(job, "left", "c0");
	test_job_name(job, "right", "c1");
	test_job_start(job);
	expect_unmet(job,
	    "no carrier: 1 of its ports has one, and 'min-links' asks for 2");
	run("ip link set r1 up");
	expect_unmet(job,
	    "no carrier: 2 of its ports have one, but the other end does not "
	    "take 2 of them together (LACP), as 'min-links' asks for");
	begin_other_end();
	expect_up(job);
	ifindex = if_nametoindex("made0");
	run("ip link set r1 down");
	expect_unmet(job,
	    "no carrier: 1 of its ports has one, and 'min-links' asks for 2");
	test_job_update(job, "made1");
	expect_up(job);
	ck_assert_uint_eq(if_nametoindex("made0"), ifindex);
	ck_assert(link_says("made0", "miimon 50"));
	ck_assert(link_says("made0", "xmit_hash_policy layer2+3"));
	ck_assert(link_says("made0", "min_links 1"));
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		;
	run("ip link del far");
	run("ip link set r0 up");
	job_host_close(host);
}
END_TEST

/* A dummy, and a VLAN. */
START_TEST(a_made_link_may_be_the_port_of_a_bond)
{
	const struct provider *provider =
	    _i ? &provider_vlan : &provider_dummy;
	struct test_job *job;
	struct job_host *host;

	run("ip link add low0 type veth peer name far0");
	run("ip link set low0 up");
	run("ip link set far0 up");
	host = job_host_open(provider, _i
		? "version: 1\nnodes:\n  low: { kind: below }\n"
		  "  made0: { kind: vlan, over: low, id: 5 }\n"
		: "version: 1\nnodes:\n  made0: { kind: dummy }\n");
	job = job_host_job(host, "made0");
	if (_i)
		test_job_set_device(job, "low0");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip link add other type bond miimon 100");
	run("ip link set other up");
	run("ip link set made0 down");
	run("ip link set made0 master other");
	job_host_wait(host, uses, "master other", "that it is a port");
	for (int i = 0; i < 3; i++)
		job_host_turn(host);
	ck_assert(link_says("made0", "UP"));
	ck_assert(link_says("other", "LOWER_UP"));
	ck_assert(test_job_is_running(job));
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		;
	run("ip link del other");
	job_host_close(host);
}
END_TEST

static void ignore(
    struct rtnl_request *request, int error, const char *message)
{
	(void)request, (void)message;
	ck_assert_int_eq(error, 0);
}

/* As ip(8) cannot: it takes no empty name. */
static void clear_primary(struct job_host *host, struct rtnl_request *request)
{
	struct ifinfomsg info = { .ifi_index = (int)if_nametoindex("made0") };
	struct nl_msg *msg = rtnl_new_msg(RTM_NEWLINK, 0, &info, sizeof(info));
	struct nlattr *link = nla_nest_start(msg, IFLA_LINKINFO), *data;

	nla_put_string(msg, IFLA_INFO_KIND, "bond");
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	nla_put_u32(msg, IFLA_BOND_PRIMARY, 0);
	nla_nest_end(msg, data);
	nla_nest_end(msg, link);
	request->done = ignore;
	rtnl_send(job_host_host(host)->rtnl, request, msg);
}

START_TEST(a_primary_port_that_others_take_away_is_put_right)
{
	const char *put_right = "put right: primary is not set, not c0";
	struct rtnl_request request = { 0 };
	struct job_host *host;
	struct test_job *job;
	const char *at;

	run("ip link add c0 type veth peer name r0");
	run("ip link set r0 up");
	host = job_host_open(&provider_bond, bonds);
	job = job_host_job(host, "made0");
	test_job_name(job, "left", "c0");
	test_job_start(job);
	while (test_job_wait(job)->type != REPORT_UP)
		;
	job_host_wait(host, uses, "primary c0", "the primary port");
	clear_primary(host, &request);
	job_host_wait_logged(host, put_right);
	job_host_wait(host, uses, "primary c0", "that it is again");
	/* Without that port it is hidden, and nobody has taken it away. */
	test_job_unname(job, "c0");
	test_job_update(job, NULL);
	while (uses("primary c0"))
		job_host_turn(host);
	test_job_name(job, "left", "c0");
	test_job_update(job, NULL);
	job_host_wait(host, uses, "primary c0", "and again");
	at = strstr(job_host_log(host), put_right);
	ck_assert_ptr_null(strstr(at + strlen(put_right), "is not set"));
	job_host_close(host);
}
END_TEST

void bond_tests(Suite *suite)
{
	TCase *tcase = netns_case(suite, "bond");

	tcase_add_test(tcase, the_primary_port_is_used_whenever_it_is_there);
	tcase_add_test(
	    tcase, a_primary_port_that_others_take_away_is_put_right);
	tcase_add_test(tcase,
	    a_bond_is_up_with_as_many_ports_as_the_other_end_takes);
	tcase_add_loop_test(
	    tcase, a_made_link_may_be_the_port_of_a_bond, 0, 2);
}
