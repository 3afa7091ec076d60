/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>
#include <sys/socket.h>

#include "base/macros.h"
#include "providers/support/rtnl-internal.h"
#include "tests/unit/job-host.h"
#include "tests/unit/made-link-tests.h"
#include "tests/unit/netns.h"

static const struct made_link_case cases[] = {
	{ &provider_bridge, "", .takes_ports = true },
	{ &provider_vxlan, "id: 7, remote: 192.0.2.9", .has_lower = true,
	    .can_move = true },
};

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  taps: { kind: below }\n"
    "  card: { kind: below }\n"
    "  br0: { kind: bridge, ports: [card, taps] }\n"
    "  apart: { kind: bridge, name: br2, stp: true, "
    "ports: [card, taps], "
    "port-options: [\n"
    "    { port: card, isolated: true, learning: false, cost: 7, "
    "priority: 9 }] }\n"
    "  slow: { kind: bridge, name: br1, ports: [card], stp: true,\n"
    "    forward-delay: 4s, ageing-time: 60s, mtu: 1400,\n"
    "    mac: '02:00:00:00:00:99' }\n"
    "  hasty: { kind: bridge, name: br3, stp: true, forward-delay: 1s }\n"
    "  apart2: { kind: bridge, name: br4, stp: true, "
    "ports: [card, taps], "
    "port-options: [\n"
    "    { port: card, cost: 8, priority: 9 },\n"
    "    { port: taps, isolated: true }] }\n"
    "  apart3: { kind: bridge, name: br5, stp: true, "
    "ports: [card, taps] }\n"
    "  usual: { kind: bridge, name: br7, mtu: 1500 }\n"
    "  tags: { kind: bridge, name: br6, vlan-filtering: true }\n";

/* Ports c0, c1, c2, and a bridge that is up. */
static struct job_host *begin(struct test_job **ret)
{
	struct job_host *host;

	for (int i = 0; i < 3; i++)
		run("ip link add c%d type veth peer name r%d", i, i);
	host = job_host_open(&provider_bridge, profile);
	*ret = job_host_job(host, "br0");
	return host;
}

static void expect(struct test_job *job, enum report_type type)
{
	const struct report *report;

	do /* its MAC and carrier change with its ports */
		report = test_job_wait(job);
	while (report->type == REPORT_FACTS);
	ck_assert_msg(report->type == type, "report %d (%s), not %d",
	    (int)report->type, report->reason ? report->reason : "",
	    (int)type);
}

struct wait {
	const char *device, *what;
	bool want;
};

static bool is_said(void *ctx)
{
	const struct wait *wait = ctx;

	return link_says(wait->device, wait->what) == wait->want;
}

static void wait_for_link(
    struct job_host *host, const char *device, const char *what, bool want)
{
	struct wait wait = { device, what, want };

	job_host_wait(host, is_said, &wait, what);
}

START_TEST(ports_join_as_they_come_and_leave_as_they_go)
{
	struct test_job *job;
	struct job_host *host = begin(&job);

	test_job_name(job, "card", "c0");
	test_job_start(job);
	expect(job, REPORT_UP);
	wait_for_link(host, "c0", "master br0", true);
	test_job_name(job, "taps", "c1");
	test_job_name(job, "taps", "c2");
	test_job_update(job, NULL);
	wait_for_link(host, "c1", "master br0", true);
	wait_for_link(host, "c2", "master br0", true);
	test_job_unname(job, "c1");
	test_job_update(job, NULL);
	wait_for_link(host, "c1", "master", false);
	ck_assert(link_says("c0", "master br0"));
	ck_assert(link_says("c2", "master br0"));
	/* The bridge itself did not notice. */
	ck_assert(test_job_is_running(job));
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	ck_assert(!link_says("c0", "master"));
	job_host_close(host);
}
END_TEST

/* The machine's kernel may have it, or not. */
START_TEST(without_vlan_filtering_in_the_kernel_it_says_so)
{
	const struct report *report;
	struct test_job *job;
	struct job_host *host = begin(&job);

	job = job_host_job(host, "tags");
	test_job_start(job);
	report = test_job_wait(job);
	if (report->type == REPORT_UP) {
		ck_assert(link_says("br6", "vlan_filtering 1"));
	} else {
		ck_assert_str_eq(report->reason,
		    "the kernel has no VLAN filtering of bridges: leave out "
		    "'vlan-filtering', or take a kernel with "
		    "CONFIG_BRIDGE_VLAN_FILTERING");
		ck_assert(report->permanent);
	}
	job_host_close(host);
}
END_TEST

START_TEST(a_port_that_is_pulled_is_forgotten)
{
	struct test_job *job;
	struct job_host *host = begin(&job);

	test_job_name(job, "card", "c0");
	test_job_start(job);
	expect(job, REPORT_UP);
	wait_for_link(host, "c0", "master br0", true);
	run("ip link del c0");
	test_job_unname(job, "c0");
	test_job_update(job, NULL);
	/* Another card, in its place. */
	run("ip link add c0 type veth peer name r0");
	test_job_name(job, "card", "c0");
	test_job_update(job, NULL);
	wait_for_link(host, "c0", "master br0", true);
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	ck_assert_str_eq(job_host_log(host), "");
	job_host_close(host);
}
END_TEST

START_TEST(a_port_that_cannot_be_one_is_said_so)
{
	struct test_job *job;
	struct job_host *host = begin(&job);

	run("ip link add other type bridge");
	test_job_name(job, "card", "other"); /* no bridge in a bridge */
	test_job_name(job, "taps", "c1");
	test_job_start(job);
	expect(job, REPORT_UP);
	wait_for_link(host, "c1", "master br0", true);
	ck_assert_ptr_nonnull(strstr(
	    job_host_log(host), "cannot take other as a port"));
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(another_configuration_is_taken_in_place)
{
	struct test_job *job;
	struct job_host *host = begin(&job);

	test_job_name(job, "card", "c0");
	test_job_start(job);
	expect(job, REPORT_UP);
	wait_for_link(host, "c0", "master br0", true);
	ck_assert(link_says("br0", "stp_state 0"));
	ck_assert(link_says("br0", "ageing_time 30000 "));
	test_job_update(job, "slow");
	wait_for_link(host, "br0", "stp_state 1", true);
	ck_assert(link_says("br0", "ageing_time 6000 "));
	ck_assert(link_says("br0", "forward_delay 400 "));
	ck_assert(link_says("br0", "mtu 1400"));
	ck_assert(link_says("c0", "master br0"));
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

/* To the kernel, only one that it is told later is more than a beginning. */
START_TEST(an_mtu_that_is_given_stays_when_ports_come)
{
	struct test_job *job;
	struct job_host *host = begin(&job);

	job = job_host_job(host, "slow");
	test_job_start(job);
	expect(job, REPORT_UP);
	ck_assert(link_says("br1", "mtu 1400"));
	run("ip link set c0 master br1");
	ck_assert(link_says("br1", "mtu 1400"));
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	job = job_host_job(host, "usual");
	run("ip link set c0 mtu 9000");
	test_job_start(job);
	expect(job, REPORT_UP);
	run("ip link set c0 master br7");
	ck_assert(link_says("br7", "mtu 1500"));
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	run("ip link set c0 mtu 1500");
	job_host_close(host);
}
END_TEST

START_TEST(what_others_change_is_put_right)
{
	struct test_job *job;
	struct job_host *host;

	for (int i = 0; i < 2; i++)
		run("ip link add c%d type veth peer name r%d", i, i);
	run("ip link add other type bridge");
	host = job_host_open(&provider_bridge, profile);
	job = job_host_job(host, "slow");
	test_job_name(job, "card", "c0");
	test_job_start(job);
	expect(job, REPORT_UP);
	wait_for_link(host, "c0", "master br1", true);
	run("ip link set br1 mtu 1300");
	wait_for_link(host, "br1", "mtu 1400", true);
	run("ip link set c0 nomaster");
	wait_for_link(host, "c0", "master br1", true);
	run("ip link set c0 master other");
	wait_for_link(host, "c0", "master br1", true);
	ck_assert_ptr_nonnull(strstr(job_host_log(host),
	    "changed by others, and put right: mtu is 1300, not 1400"));
	ck_assert_ptr_nonnull(strstr(job_host_log(host),
	    "changed by others, and put right: c0 is not its port"));
	/* Not so what it has let go itself. */
	test_job_unname(job, "c0");
	test_job_update(job, NULL);
	wait_for_link(host, "c0", "master", false);
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	run("ip link del other");
	job_host_close(host);
}
END_TEST

/* Nobody has seen that it ever was a port. */
START_TEST(a_port_that_others_release_is_taken_again_though_events_were_lost)
{
	struct test_job *job;
	struct job_host *host = begin(&job);
	struct rtnl *rtnl = job_host_host(host)->rtnl;
	int smallest = 1;

	job = job_host_job(host, "slow");
	test_job_start(job);
	expect(job, REPORT_UP);
	ck_assert_int_eq(setsockopt(rtnl->event_fd, SOL_SOCKET, SO_RCVBUF,
			     &smallest, sizeof(smallest)), 0);
	/* There is room for one of these; all else is lost until it is read. */
	uv_poll_stop(&rtnl->event_poll);
	run("ip link set c1 up");
	run("ip link set c1 down");
	test_job_name(job, "card", "c0");
	test_job_update(job, NULL);
	while (!link_says("c0", "master br1"))
		job_host_turn(host);
	run("ip link set c0 nomaster");
	uv_poll_start(&rtnl->event_poll, UV_READABLE, rtnl_on_event);
	job_host_wait_logged(
	    host, "changed by others, and put right: c0 is not its port");
	wait_for_link(host, "c0", "master br1", true);
	ck_assert_uint_gt(rtnl->n_overruns, 0);
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(what_the_kernel_was_told_is_put_right_as_well)
{
	struct test_job *job;
	struct job_host *host = begin(&job);
	const char *log;

	job = job_host_job(host, "slow");
	test_job_start(job);
	expect(job, REPORT_UP);
	run("ip link set br1 type bridge stp_state 0");
	wait_for_link(host, "br1", "stp_state 1", true);
	run("ip link set br1 type bridge ageing_time 1234");
	wait_for_link(host, "br1", "ageing_time 6000 ", true);
	run("ip link set br1 address 02:00:00:00:00:77");
	wait_for_link(host, "br1", "02:00:00:00:00:99", true);
	log = job_host_log(host);
	ck_assert_ptr_nonnull(
	    strstr(log, "put right: stp is false, not true"));
	ck_assert_ptr_nonnull(
	    strstr(log, "put right: ageing-time is 12.34s, not 1m"));
	ck_assert_ptr_nonnull(strstr(log, "put right: mac is "
	    "02:00:00:00:00:77, not 02:00:00:00:00:99"));
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

/* With the spanning tree, the kernel waits for 2 s at least, and does not say
 * so. */
START_TEST(what_the_kernel_makes_otherwise_is_an_error)
{
	struct test_job *job;
	struct job_host *host = begin(&job);
	const struct report *report;

	job = job_host_job(host, "hasty");
	test_job_start(job);
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_FAILED);
	ck_assert(report->permanent);
	ck_assert_ptr_nonnull(
	    strstr(report->reason, "forward-delay is 2s, not 1s"));
	ck_assert(!if_nametoindex("br3"));
	job_host_close(host);
}
END_TEST

START_TEST(a_forward_delay_that_the_kernel_refuses_is_named)
{
	struct test_job *job;
	struct job_host *host = begin(&job);
	const struct report *report;

	test_job_start(job);
	expect(job, REPORT_UP);
	test_job_update(job, "slow");
	wait_for_link(host, "br0", "stp_state 1", true);
	test_job_update(job, "hasty");
	do
		report = test_job_wait(job);
	while (report->type == REPORT_FACTS);
	ck_assert_int_eq(report->type, REPORT_FAILED);
	ck_assert(report->permanent);
	ck_assert_str_eq(report->reason,
	    "with 'stp', the kernel has a 'forward-delay' from 2s to 30s");
	ck_assert(!if_nametoindex("br0"));
	job_host_close(host);
}
END_TEST

static const char vxlan_profile[] =
    "version: 1\n"
    "nodes:\n"
    "  low: { kind: below }\n"
    "  vx: { kind: vxlan, over: low, id: 7, remote: 192.0.2.9 }\n"
    "  other: { kind: vxlan, over: low, id: 7, remote: 192.0.2.8,\n"
    "    ttl: 9, learning: false }\n"
    "  six: { kind: vxlan, over: low, id: 7, remote: '2001:db8::9' }\n"
    "  none: { kind: vxlan, over: low, id: 7 }\n";

START_TEST(a_vxlan_is_changed_in_place_where_it_can_be)
{
	struct test_job *job;
	struct job_host *host;
	unsigned ifindex;

	for (int i = 0; i < 2; i++)
		run("ip link add c%d type veth peer name r%d", i, i);
	host = job_host_open(&provider_vxlan, vxlan_profile);
	job = job_host_job(host, "vx");
	test_job_set_device(job, "c0");
	test_job_start(job);
	expect(job, REPORT_UP);
	ifindex = if_nametoindex("vx");
	test_job_update(job, "other");
	wait_for_link(host, "vx", "remote 192.0.2.8 dev c0", true);
	ck_assert(link_says("vx", "ttl 9"));
	ck_assert(link_says("vx", "nolearning"));
	test_job_set_device(job, "c1");
	test_job_rebind(job);
	wait_for_link(host, "vx", "remote 192.0.2.8 dev c1", true);
	ck_assert_uint_eq(if_nametoindex("vx"), ifindex);
	/* Another family, and none: the kernel cannot. */
	test_job_update(job, "six");
	expect(job, REPORT_UNMET);
	expect(job, REPORT_UP);
	ck_assert(link_says("vx", "remote 2001:db8::9 dev c1"));
	test_job_update(job, "none");
	expect(job, REPORT_UNMET);
	expect(job, REPORT_UP);
	ck_assert(!link_says("vx", "remote"));
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	ck_assert(!if_nametoindex("vx"));
	job_host_close(host);
}
END_TEST

START_TEST(a_port_has_the_options_that_are_given_for_it)
{
	struct test_job *job;
	struct job_host *host = begin(&job);

	job = job_host_job(host, "apart");
	test_job_name(job, "card", "c0");
	test_job_name(job, "taps", "c1");
	test_job_start(job);
	expect(job, REPORT_UP);
	wait_for_link(host, "c0", "isolated on", true);
	wait_for_link(host, "c1", "master br2", true);
	ck_assert(link_says("c0", "learning off"));
	ck_assert(link_says("c0", "cost 7 "));
	ck_assert(link_says("c0", "priority 9 "));
	ck_assert(link_says("c1", "isolated off"));
	ck_assert(link_says("c1", "learning on"));
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	ck_assert_str_eq(job_host_log(host), "");
	job_host_close(host);
}
END_TEST

/* The bridge stays, and so do ports whose options the kernel can change. */
START_TEST(other_options_of_ports_are_taken_in_place)
{
	struct test_job *job;
	struct job_host *host = begin(&job);
	unsigned ifindex;

	job = job_host_job(host, "apart");
	test_job_name(job, "card", "c0");
	test_job_name(job, "taps", "c1");
	test_job_start(job);
	expect(job, REPORT_UP);
	ifindex = if_nametoindex("br2");
	wait_for_link(host, "c0", "isolated on", true);
	test_job_update(job, "apart2");
	wait_for_link(host, "c1", "isolated on", true);
	wait_for_link(host, "c0", "isolated off", true);
	ck_assert(link_says("c0", "learning on"));
	ck_assert(link_says("c0", "cost 8 "));
	/* Without options a port is as any other. */
	test_job_update(job, "apart3");
	wait_for_link(host, "c1", "isolated off", true);
	wait_for_link(host, "c0", "cost 8 ", false);
	wait_for_link(host, "c0", "master br2", true);
	ck_assert_uint_eq(if_nametoindex("br2"), ifindex);
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	ck_assert_str_eq(job_host_log(host), "");
	job_host_close(host);
}
END_TEST

START_TEST(what_others_change_of_a_port_is_put_right)
{
	struct test_job *job;
	struct job_host *host = begin(&job);

	/* Of one that is down the kernel tells nothing. */
	run("ip link set c0 up");
	job = job_host_job(host, "apart");
	test_job_name(job, "card", "c0");
	test_job_start(job);
	expect(job, REPORT_UP);
	wait_for_link(host, "c0", "isolated on", true);
	/* Of these, one is told as the port's, and one as the bridge's. */
	run("ip link set c0 type bridge_slave isolated off");
	wait_for_link(host, "c0", "isolated on", true);
	run("bridge link set dev c0 cost 70");
	wait_for_link(host, "c0", "cost 7 ", true);
	ck_assert_ptr_nonnull(strstr(job_host_log(host),
	    "put right: of c0, isolated is false, not true"));
	ck_assert_ptr_nonnull(strstr(
	    job_host_log(host), "put right: of c0, cost is 70, not 7"));
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(where_the_kernel_lacks_a_kind_the_way_out_is_said)
{
	bool is_there = system("ip link add t0 type dummy 2>/dev/null") == 0;
	struct job_host *host = job_host_open(&provider_dummy,
	    "version: 1\nnodes:\n  made0: { kind: dummy }\n");
	struct test_job *job = job_host_job(host, "made0");
	const struct report *report;

	test_job_start(job);
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, is_there ? REPORT_UP : REPORT_FAILED);
	if (is_there)
		run("ip link del t0");
	else
		ck_assert_str_eq(report->reason,
		    "the kernel has no links of kind dummy: load its module "
		    "(modprobe dummy), or take a kernel with CONFIG_DUMMY");
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bridge");
	TCase *tcase = netns_case(suite, "bridge");

	made_link_tests(suite, cases, ARRAY_SIZE(cases));
	tcase_add_test(
	    tcase, where_the_kernel_lacks_a_kind_the_way_out_is_said);
	tcase_add_test(tcase, ports_join_as_they_come_and_leave_as_they_go);
	tcase_add_test(
	    tcase, without_vlan_filtering_in_the_kernel_it_says_so);
	tcase_add_test(tcase, a_port_that_is_pulled_is_forgotten);
	tcase_add_test(tcase, a_port_that_cannot_be_one_is_said_so);
	tcase_add_test(tcase, another_configuration_is_taken_in_place);
	tcase_add_test(tcase, an_mtu_that_is_given_stays_when_ports_come);
	tcase_add_test(tcase, what_others_change_is_put_right);
	tcase_add_test(tcase,
	    a_port_that_others_release_is_taken_again_though_events_were_lost);
	tcase_add_test(tcase, what_the_kernel_was_told_is_put_right_as_well);
	tcase_add_test(tcase, what_the_kernel_makes_otherwise_is_an_error);
	tcase_add_test(
	    tcase, a_forward_delay_that_the_kernel_refuses_is_named);
	tcase_add_test(tcase, other_options_of_ports_are_taken_in_place);
	tcase_add_test(tcase, what_others_change_of_a_port_is_put_right);
	tcase_add_test(tcase, a_vxlan_is_changed_in_place_where_it_can_be);
	tcase_add_test(tcase, a_port_has_the_options_that_are_given_for_it);
	return netns_run(suite);
}
