/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a link node sets on its device, and puts back. */
#include <check.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/support/rtnl.h"
#include "tests/unit/job-host.h"
#include "tests/unit/link-case.h"
#include "tests/unit/made-link-tests.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"
#include "tests/unit/put-sysctl.h"
#include "tests/unit/scratch.h"

/* An IPv6 address of c0, as 32 digits, or their beginning. */
static bool has_address(const char *digits)
{
	_cleanup_(free_ptr) char *text = output_of("cat /proc/net/if_inet6");

	for (char *line = text; line && *line;) {
		char *end = strchr(line, '\n');

		if (end)
			*end++ = '\0';
		/* Flags may look like a name; that is the last word. */
		if (!strcmp(strrchr(line, ' '), " c0") &&
		    !strncmp(line, digits, strlen(digits)))
			return true;
		line = end;
	}
	return false;
}

/* ---- address, name, queue ---- */

START_TEST(sets_the_address_before_it_is_up_and_puts_it_back)
{
	const struct report *report;

	plug(NODE(", mac: '02:00:00:00:00:07'"));
	report = bring_up();
	ck_assert_str_eq(report_fact(report, "mac"), "02:00:00:00:00:07");
	ck_assert(link_says("c0", "link/ether 02:00:00:00:00:07"));
	/* Its link-local address is made from it, so it came first. */
	ck_assert(has_address("fe80000000000000000000fffe000007"));
	bring_down();
	ck_assert(link_says("c0", "link/ether 02:00:00:00:00:0a"));
	job_host_close(host);
}
END_TEST

static void with_machine_id(const char *text)
{
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	run("mkdir -p %s", scratch_path("etc"));
	if (text)
		scratch_put("etc/machine-id", text);
	ck_assert_int_eq(
	    mount(scratch_path("etc"), "/etc", NULL, MS_BIND, NULL), 0);
}

START_TEST(a_stable_address_is_the_machines_and_the_nodes)
{
	const struct report *report;

	scratch_open();
	with_machine_id("000102030405060708090a0b0c0d0e0f\n");
	plug(NODE(", mac: stable"));
	for (int i = 0; i < 2; i++) {
		report = bring_up();
		/* By the reference implementation. */
		ck_assert_str_eq(
		    report_fact(report, "mac"), "4a:4c:89:51:09:95");
		bring_down();
		ck_assert(link_says("c0", "link/ether 02:00:00:00:00:0a"));
	}
	job_host_close(host);
	ck_assert_int_eq(umount2("/etc", MNT_DETACH), 0);
	scratch_close();
}
END_TEST

START_TEST(without_a_machine_id_there_is_no_stable_address)
{
	scratch_open();
	with_machine_id(_i ? "uninitialized\n" : NULL);
	plug(NODE(", mac: stable, transmit-queue-length: 7"));
	test_job_start(job);
	expect_failure("machine-id");
	ck_assert(!link_says("c0", "qlen 7"));
	job_host_close(host);
	ck_assert_int_eq(umount2("/etc", MNT_DETACH), 0);
	scratch_close();
}
END_TEST

START_TEST(a_random_address_is_another_each_time)
{
	char former[32];
	const char *mac;
	unsigned first;

	plug(NODE(", mac: random"));
	snprintf(former, sizeof(former), "%s",
	    report_fact(bring_up(), "mac"));
	bring_down();
	mac = report_fact(bring_up(), "mac");
	ck_assert_str_ne(mac, former);
	ck_assert_int_eq(sscanf(mac, "%2x", &first), 1);
	ck_assert_uint_eq(first & 3, 2);
	bring_down();
	job_host_close(host);
}
END_TEST

START_TEST(renames_the_device_and_names_it_back)
{
	const struct report *report;

	plug(NODE(", name: sfp0"));
	report = bring_up();
	ck_assert_str_eq(report_fact(report, "device"), "sfp0");
	ck_assert(link_exists("sfp0") && !link_exists("c0"));
	bring_down();
	ck_assert(link_exists("c0") && !link_exists("sfp0"));
	job_host_close(host);
}
END_TEST

START_TEST(a_link_that_was_up_is_so_under_another_name_and_address)
{
	plug(NODE(", name: sfp0, mac: '02:00:00:00:00:07'"));
	run("ip link set c0 up");
	while (!(rtnl_find_link(job_host_host(host)->rtnl,
		     if_nametoindex("c0"))->flags & IFF_UP))
		job_host_turn(host);
	bring_up();
	ck_assert(link_says("sfp0", ",UP"));
	ck_assert(link_says("sfp0", "02:00:00:00:00:07"));
	bring_down();
	ck_assert(link_says("c0", ",UP"));
	ck_assert(link_says("c0", "02:00:00:00:00:0a"));
	job_host_close(host);
}
END_TEST

START_TEST(a_name_that_is_taken_is_refused_and_all_put_back)
{
	run("ip link add sfp0 type bridge");
	plug(NODE(", name: sfp0, mtu: 1400, mac: '02:00:00:00:00:07',\n"
		  "    transmit-queue-length: 7,"
		  " arp: { announce: best }, offload: { tso: no }"));
	test_job_start(job);
	ck_assert_ptr_nonnull(
	    strstr(expect(REPORT_FAILED)->reason, "as sfp0: File exists"));
	ck_assert(link_says("c0", "mtu 1500"));
	ck_assert(link_says("c0", "02:00:00:00:00:0a"));
	ck_assert(!link_says("c0", ",UP"));
	check_sysctl("ipv4/conf/c0/arp_announce", "0");
	job_host_close(host);
}
END_TEST

START_TEST(sets_the_queue_length_and_puts_it_back)
{
	plug(NODE(", transmit-queue-length: 0"));
	bring_up();
	ck_assert(!link_says("c0", "qlen"));
	bring_down();
	ck_assert(link_says("c0", "qlen 1000"));
	job_host_close(host);
}
END_TEST

/* ---- sysctls ---- */

static const struct {
	const char *keys, *file, *before, *value;
} sysctls[] = {
	{ "ipv6: { enabled: no }", "ipv6/conf/c0/disable_ipv6", "0", "1" },
	{ "ipv6: { accept-ra: no }", "ipv6/conf/c0/accept_ra", "1", "0" },
	{ "ipv6: { accept-ra: always }", "ipv6/conf/c0/accept_ra", "1",
	    "2" },
	{ "ipv6: { privacy: prefer-public }", "ipv6/conf/c0/use_tempaddr",
	    "0", "1" },
	{ "ipv6: { privacy: prefer-temporary }", "ipv6/conf/c0/use_tempaddr",
	    "0", "2" },
	{ "ipv6: { address-generation: none }",
	    "ipv6/conf/c0/addr_gen_mode", "0", "1" },
	{ "ipv6: { address-generation: random }",
	    "ipv6/conf/c0/addr_gen_mode", "0", "3" },
	{ "ipv6: { dad-transmits: 5 }", "ipv6/conf/c0/dad_transmits", "1",
	    "5" },
	{ "ipv6: { forwarding: yes }", "ipv6/conf/c0/forwarding", "0", "1" },
	{ "ipv6: { proxy-ndp: yes }", "ipv6/conf/c0/proxy_ndp", "0", "1" },
	{ "arp: { announce: subnet }", "ipv4/conf/c0/arp_announce", "0",
	    "1" },
	{ "arp: { announce: best }", "ipv4/conf/c0/arp_announce", "0", "2" },
	{ "arp: { ignore: interface }", "ipv4/conf/c0/arp_ignore", "0",
	    "1" },
	{ "arp: { ignore: all }", "ipv4/conf/c0/arp_ignore", "0", "8" },
	{ "arp: { notify: on }", "ipv4/conf/c0/arp_notify", "0", "1" },
	{ "arp: { accept: on }", "ipv4/conf/c0/arp_accept", "0", "1" },
	{ "arp: { filter: on }", "ipv4/conf/c0/arp_filter", "0", "1" },
	{ "arp: { proxy: on }", "ipv4/conf/c0/proxy_arp", "0", "1" },
};

START_TEST(sysctls_are_set_and_put_back)
{
	char nodes[256];

	snprintf(nodes, sizeof(nodes), NODE(", %s"), sysctls[_i].keys);
	plug(nodes);
	check_sysctl(sysctls[_i].file, sysctls[_i].before);
	bring_up();
	check_sysctl(sysctls[_i].file, sysctls[_i].value);
	bring_down();
	check_sysctl(sysctls[_i].file, sysctls[_i].before);
	job_host_close(host);
}
END_TEST

START_TEST(no_address_is_made_where_none_shall_be)
{
	plug(NODE(", ipv6: { address-generation: none }"));
	bring_up();
	ck_assert(!has_address("fe80"));
	bring_down();
	job_host_close(host);
}
END_TEST

START_TEST(what_someone_else_has_set_meanwhile_is_left)
{
	plug(NODE(", arp: { announce: best, notify: on }"));
	bring_up();
	put_sysctl("ipv4/conf/c0/arp_announce", "1");
	bring_down();
	check_sysctl("ipv4/conf/c0/arp_announce", "1");
	check_sysctl("ipv4/conf/c0/arp_notify", "0");
	put_sysctl("ipv4/conf/c0/arp_announce", "0");
	job_host_close(host);
}
END_TEST

/* An MTU below 1280 ends IPv6, and its settings; with another they are there
 * again, as they were at first. */
START_TEST(what_is_to_be_put_back_may_be_no_more)
{
	plug(NODE(", mtu: 1000, ipv6: { dad-transmits: 3 },"
		  " arp: { notify: on }")
		OTHER(", mtu: 1000, arp: { announce: best }"));
	bring_up();
	check_sysctl("ipv4/conf/c0/arp_notify", "1");
	test_job_update(job, "other");
	while (!sysctl_is("ipv4/conf/c0/arp_notify", "0") ||
	    !sysctl_is("ipv4/conf/c0/arp_announce", "2"))
		job_host_turn(host);
	bring_down();
	check_sysctl("ipv4/conf/c0/arp_announce", "0");
	check_sysctl("ipv6/conf/c0/dad_transmits", "1");
	job_host_close(host);
}
END_TEST

START_TEST(a_sysctl_that_the_kernel_lacks_is_named)
{
	plug(NODE(", mtu: 1000, arp: { notify: on },"
		  " ipv6: { dad-transmits: 3 }"));
	run("ip link set c0 mtu 1000"); /* there is no IPv6 with that */
	test_job_start(job);
	ck_assert_ptr_nonnull(strstr(expect(REPORT_FAILED)->reason,
	    "cannot set /proc/sys/net/ipv6/conf/c0/dad_transmits: "
	    "No such file"));
	check_sysctl("ipv4/conf/c0/arp_notify", "0");
	job_host_close(host);
}
END_TEST

/* Another file of the kernel's in its place, which rounds: 1 becomes 0. */
static void with_a_file_that_rounds(const char *path)
{
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(
	    mount("/proc/self/oom_adj", path, NULL, MS_BIND, NULL), 0);
}

START_TEST(a_sysctl_that_the_kernel_sets_otherwise_is_an_error)
{
	plug(NODE(", mtu: 1400, arp: { notify: on, ignore: interface }"));
	with_a_file_that_rounds("/proc/sys/net/ipv4/conf/c0/arp_ignore");
	put_sysctl("ipv4/conf/c0/arp_ignore", "0");
	test_job_start(job);
	expect_failure("the kernel has not set it as it should be: "
		       "arp ignore is no, not interface");
	check_sysctl("ipv4/conf/c0/arp_notify", "0");
	ck_assert(link_says("c0", "mtu 1500"));
	ck_assert(!link_says("c0", ",UP"));
	job_host_close(host);
}
END_TEST

/* ---- ethtool ---- */

START_TEST(offloads_are_set_and_put_back)
{
	plug(NODE(", offload: { tso: off, gro: on, tx: yes }"));
	ck_assert(feature("tcp-segmentation-offload"));
	bring_up();
	ck_assert(!feature("tcp-segmentation-offload"));
	ck_assert(feature("generic-receive-offload"));
	bring_down();
	ck_assert(feature("tcp-segmentation-offload"));
	ck_assert(!feature("generic-receive-offload"));
	job_host_close(host);
}
END_TEST

START_TEST(an_offload_that_the_card_lacks_is_refused)
{
	plug(NODE(", offload: { tso: off, lro: on }"));
	test_job_start(job);
	expect_failure("the card cannot turn offload lro on");
	ck_assert(feature("tcp-segmentation-offload"));
	ck_assert(!link_says("c0", ",UP"));
	job_host_close(host);
}
END_TEST

START_TEST(what_cannot_wake_is_refused_with_the_kernels_words)
{
	plug(NODE(", wake-on-lan: magic, offload: { tso: off }"));
	test_job_start(job);
	expect_failure("refuses this wake-on-lan: Operation not supported");
	ck_assert(feature("tcp-segmentation-offload"));
	job_host_close(host);
}
END_TEST

START_TEST(speed_and_duplex_are_told_while_there_is_a_carrier)
{
	const struct report *report;

	plug(NODE(", carrier: ignore"));
	report = bring_up();
	ck_assert_str_eq(report_fact(report, "speed"), "10000");
	ck_assert_str_eq(report_fact(report, "duplex"), "full");
	run("ip link set r0 down");
	report = expect(REPORT_FACTS);
	ck_assert_ptr_null(report_fact(report, "speed"));
	ck_assert_ptr_null(report_fact(report, "duplex"));
	run("ip link set r0 up");
	report = expect(REPORT_FACTS);
	ck_assert_str_eq(report_fact(report, "carrier"), "true");
	ck_assert_ptr_nonnull(report_fact(report, "speed"));
	job_host_close(host);
}
END_TEST

/* ---- update ---- */

static bool is_default(void)
{
	_cleanup_(free_ptr) char *announce =
	    output_of("cat /proc/sys/net/ipv4/conf/c0/arp_announce");
	_cleanup_(free_ptr) char *privacy =
	    output_of("cat /proc/sys/net/ipv6/conf/c0/use_tempaddr");

	return link_says("c0", "mtu 1500") && link_says("c0", "qlen 1000") &&
	    link_says("c0", "02:00:00:00:00:0a") && *announce == '0' &&
	    *privacy == '0' && feature("tcp-segmentation-offload") &&
	    !feature("generic-receive-offload");
}

static bool is_as_before(void *ctx)
{
	(void)ctx;
	return is_default();
}

static bool has_mtu_1300(void *ctx)
{
	(void)ctx;
	return link_says("c0", "mtu 1300");
}

#define ALL                                                                   \
	", mtu: 1400, mac: '02:00:00:00:00:07', transmit-queue-length: 7,\n"   \
	"    arp: { announce: best }, ipv6: { privacy: prefer-public },\n"     \
	"    offload: { tso: off, gro: on }"

START_TEST(other_values_are_taken_in_place_and_those_not_given_put_back)
{
	plug(NODE(", mtu: 1400, transmit-queue-length: 7,\n"
		  "    arp: { announce: best },"
		  " offload: { tso: off, gro: on }")
		OTHER(", mtu: 1300, arp: { announce: subnet },"
		      " offload: { gro: off }") "  last: { kind: link, "
						"device: c2 }\n");
	bring_up();
	ck_assert(link_says("c0", "qlen 7"));
	test_job_update(job, "other");
	job_host_wait(host, has_mtu_1300, NULL, "another mtu");
	while (!feature("tcp-segmentation-offload") ||
	    feature("generic-receive-offload"))
		job_host_turn(host);
	ck_assert(link_says("c0", "qlen 1000"));
	check_sysctl("ipv4/conf/c0/arp_announce", "1");
	/* Twice at once: the last one counts, whatever was under way. */
	test_job_update(job, "wired");
	test_job_update(job, "last");
	job_host_wait(host, is_as_before, NULL, "all as before");
	bring_down();
	ck_assert(is_default());
	job_host_close(host);
}
END_TEST

START_TEST(an_update_that_is_refused_loses_it_and_puts_all_back)
{
	plug(NODE(", mtu: 1400") OTHER(", mtu: 1300, offload: { lro: on }"));
	bring_up();
	test_job_update(job, "other");
	expect_failure("offload lro on");
	ck_assert(is_default());
	ck_assert(!link_says("c0", ",UP"));
	job_host_close(host);
}
END_TEST

START_TEST(an_update_does_not_set_up_what_someone_else_has_set_down)
{
	plug(NODE("") OTHER(", mtu: 1300"));
	bring_up();
	run("ip link set c0 down");
	expect(REPORT_UNMET);
	test_job_update(job, "other");
	job_host_wait(host, has_mtu_1300, NULL, "another mtu");
	for (int i = 0; i < 5; i++)
		job_host_turn(host);
	ck_assert(!link_says("c0", ",UP"));
	job_host_close(host);
}
END_TEST

/* ---- at each moment ---- */

START_TEST(stopped_at_any_moment_all_is_as_before)
{
	plug(NODE(ALL));
	for (unsigned n = 0, more = 3; more; n++) {
		more -= !moment_reach(host, job, (struct moment){ n, false },
		    NULL, NULL, NULL);
		moment_end(job);
		ck_assert_msg(is_default(), "after %u events", n);
	}
	job_host_close(host);
}
END_TEST

static void add_card(void)
{
	run("ip link add c0 address 02:00:00:00:00:0a type veth peer name r0");
	run("ip link set r0 up");
}

START_TEST(pulled_at_any_moment_it_ends)
{
	plug(NODE(ALL));
	moments_pull(host, job, "c0", add_card, NULL);
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("link-settings");
	TCase *tcase = netns_case(suite, "link-settings");

	tcase_add_test(
	    tcase, sets_the_address_before_it_is_up_and_puts_it_back);
	tcase_add_test(tcase, a_stable_address_is_the_machines_and_the_nodes);
	tcase_add_loop_test(tcase,
	    without_a_machine_id_there_is_no_stable_address, 0, 2);
	tcase_add_test(tcase, a_random_address_is_another_each_time);
	tcase_add_test(tcase, renames_the_device_and_names_it_back);
	tcase_add_test(tcase,
	    a_link_that_was_up_is_so_under_another_name_and_address);
	tcase_add_test(
	    tcase, a_name_that_is_taken_is_refused_and_all_put_back);
	tcase_add_test(tcase, sets_the_queue_length_and_puts_it_back);
	tcase_add_loop_test(
	    tcase, sysctls_are_set_and_put_back, 0, ARRAY_SIZE(sysctls));
	tcase_add_test(tcase, no_address_is_made_where_none_shall_be);
	tcase_add_test(tcase, what_someone_else_has_set_meanwhile_is_left);
	tcase_add_test(tcase, what_is_to_be_put_back_may_be_no_more);
	tcase_add_test(tcase, a_sysctl_that_the_kernel_lacks_is_named);
	tcase_add_test(
	    tcase, a_sysctl_that_the_kernel_sets_otherwise_is_an_error);
	tcase_add_test(tcase, offloads_are_set_and_put_back);
	tcase_add_test(tcase, an_offload_that_the_card_lacks_is_refused);
	tcase_add_test(
	    tcase, what_cannot_wake_is_refused_with_the_kernels_words);
	tcase_add_test(
	    tcase, speed_and_duplex_are_told_while_there_is_a_carrier);
	tcase_add_test(tcase,
	    other_values_are_taken_in_place_and_those_not_given_put_back);
	tcase_add_test(
	    tcase, an_update_that_is_refused_loses_it_and_puts_all_back);
	tcase_add_test(tcase,
	    an_update_does_not_set_up_what_someone_else_has_set_down);
	tcase_add_test(tcase, stopped_at_any_moment_all_is_as_before);
	tcase_add_test(tcase, pulled_at_any_moment_it_ends);
	return netns_run(suite);
}
