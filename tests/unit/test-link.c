/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/macros.h"
#include "providers/support/rtnl.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

static const char plain[] = "version: 1\n"
			    "nodes:\n"
			    "  wired: { kind: link, device: c0 }\n";

/* A cable: c0 is the card, r0 its far end. */
static struct job_host *plug(const char *profile, struct test_job **ret)
{
	struct job_host *host;

	run("ip link add c0 type veth peer name r0");
	run("ip link set r0 up");
	host = job_host_open(&provider_link, profile);
	*ret = job_host_job(host, "wired");
	test_job_set_device(*ret, "c0");
	return host;
}

static struct ifreq request_of(const char *name, unsigned long what)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ioctl(fd, what, &request), 0);
	close(fd);
	return request;
}

static bool is_link_up(const char *name)
{
	return request_of(name, SIOCGIFFLAGS).ifr_flags & IFF_UP;
}

static int mtu_of(const char *name)
{
	return request_of(name, SIOCGIFMTU).ifr_mtu;
}

static void expect(struct test_job *job, enum report_type type)
{
	const struct report *report = test_job_wait(job);

	ck_assert_msg(report->type == type, "report %d (%s), not %d",
	    (int)report->type, report->reason ? report->reason : "", (int)type);
}

static void expect_unmet(struct test_job *job, const char *reason)
{
	const struct report *report = test_job_wait(job);

	ck_assert_int_eq(report->type, REPORT_UNMET);
	ck_assert_str_eq(report->reason, reason);
}

START_TEST(sets_the_link_up_and_tells_its_facts)
{
	struct test_job *job;
	struct job_host *host = plug(plain, &job);
	const struct report *report;
	char ifindex[16];

	snprintf(ifindex, sizeof(ifindex), "%u", if_nametoindex("c0"));
	test_job_start(job);
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_UP);
	ck_assert_str_eq(report_fact(report, "device"), "c0");
	ck_assert_str_eq(report_fact(report, "ifindex"), ifindex);
	ck_assert_uint_eq(strlen(report_fact(report, "mac")), 17);
	ck_assert_str_eq(report_fact(report, "carrier"), "true");
	ck_assert_str_eq(report_fact(report, "mtu"), "1500");
	ck_assert(is_link_up("c0"));
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	ck_assert(!is_link_up("c0"));
	job_host_close(host);
}
END_TEST

START_TEST(leaves_a_link_up_that_was_up_before)
{
	struct test_job *job;
	struct job_host *host = plug(plain, &job);

	run("ip link set c0 up");
	while (!(rtnl_find_link(job_host_host(host)->rtnl,
		     if_nametoindex("c0"))->flags &
		   IFF_UP))
		job_host_turn(host);
	test_job_start(job);
	expect(job, REPORT_UP);
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	ck_assert(is_link_up("c0"));
	job_host_close(host);
}
END_TEST

START_TEST(sets_the_mtu_and_puts_the_former_one_back)
{
	struct test_job *job;
	struct job_host *host = plug(
	    "version: 1\n"
	    "nodes:\n"
	    "  wired: { kind: link, device: c0, mtu: 1400 }\n",
	    &job);
	const struct report *report;

	test_job_start(job);
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_UP);
	ck_assert_str_eq(report_fact(report, "mtu"), "1400");
	ck_assert_int_eq(mtu_of("c0"), 1400);
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	ck_assert_int_eq(mtu_of("c0"), 1500);
	job_host_close(host);
}
END_TEST

START_TEST(refused_mtu_fails_for_good_with_the_kernels_words)
{
	struct test_job *job;
	struct job_host *host;
	const struct report *report;

	/* A bridge's limit is its ports': macvlan's is the lower device's. */
	run("ip link add low type veth peer name r1");
	run("ip link set low mtu 1000");
	run("ip link add c0 link low type macvlan");
	host = job_host_open(&provider_link,
	    "version: 1\n"
	    "nodes:\n"
	    "  wired: { kind: link, device: c0, mtu: 9000 }\n");
	job = job_host_job(host, "wired");
	test_job_set_device(job, "c0");
	test_job_start(job);
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_FAILED);
	ck_assert(report->permanent);
	ck_assert_ptr_nonnull(strstr(report->reason, "mtu"));
	ck_assert(!is_link_up("c0"));
	job_host_close(host);
}
END_TEST

START_TEST(without_carrier_it_is_unmet_and_follows_it)
{
	struct test_job *job;
	struct job_host *host = plug(plain, &job);

	run("ip link set r0 down");
	test_job_start(job);
	expect_unmet(job, "no carrier");
	ck_assert(is_link_up("c0"));
	run("ip link set r0 up");
	expect(job, REPORT_UP);
	run("ip link set r0 down");
	expect_unmet(job, "no carrier");
	run("ip link set r0 up");
	expect(job, REPORT_UP);
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	ck_assert_ptr_null(test_job_next(job));
	run("ip link set r0 down");
	job_host_close(host);
}
END_TEST

START_TEST(carrier_ignore_is_up_without_one_and_tells_of_it)
{
	struct test_job *job;
	struct job_host *host = plug(
	    "version: 1\n"
	    "nodes:\n"
	    "  wired: { kind: link, device: c0, carrier: ignore }\n",
	    &job);
	const struct report *report;

	run("ip link set r0 down");
	test_job_start(job);
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_UP);
	ck_assert_str_eq(report_fact(report, "carrier"), "false");
	run("ip link set r0 up");
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_FACTS);
	ck_assert_str_eq(report_fact(report, "carrier"), "true");
	run("ip link set r0 down");
	job_host_close(host);
}
END_TEST

START_TEST(carrier_duration_loses_it_only_after_so_long)
{
	struct test_job *job;
	struct job_host *host = plug(
	    "version: 1\n"
	    "nodes:\n"
	    "  wired: { kind: link, device: c0, carrier: 300ms }\n",
	    &job);
	const struct report *report;
	uint64_t begin;

	test_job_start(job);
	expect(job, REPORT_UP);
	begin = uv_hrtime();
	run("ip link set r0 down");
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_FACTS);
	ck_assert_str_eq(report_fact(report, "carrier"), "false");
	expect_unmet(job, "no carrier");
	ck_assert_uint_ge(uv_hrtime() - begin, UINT64_C(290000000));
	run("ip link set r0 up");
	expect(job, REPORT_UP);
	job_host_close(host);
}
END_TEST

START_TEST(carrier_back_in_time_is_no_loss)
{
	struct test_job *job;
	struct job_host *host = plug(
	    "version: 1\n"
	    "nodes:\n"
	    "  wired: { kind: link, device: c0, carrier: 1h }\n",
	    &job);

	test_job_start(job);
	expect(job, REPORT_UP);
	run("ip link set r0 down");
	expect(job, REPORT_FACTS);
	run("ip link set r0 up");
	expect(job, REPORT_FACTS);
	/* Its timer must not keep the loop alive. */
	job_host_close(host);
}
END_TEST

START_TEST(renamed_while_up_it_tells_the_new_name)
{
	struct test_job *job;
	struct job_host *host = plug(plain, &job);
	const struct report *report;

	test_job_start(job);
	expect(job, REPORT_UP);
	run("ip link set c0 name lan7");
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_FACTS);
	ck_assert_str_eq(report_fact(report, "device"), "lan7");
	test_job_stop(job);
	expect(job, REPORT_DOWN);
	ck_assert(!is_link_up("lan7"));
	run("ip link set lan7 name c0");
	job_host_close(host);
}
END_TEST

START_TEST(set_down_by_someone_else_it_is_unmet_and_recovers)
{
	struct test_job *job;
	struct job_host *host = plug(plain, &job);

	test_job_start(job);
	expect(job, REPORT_UP);
	run("ip link set c0 down");
	expect_unmet(job, "set down by someone else");
	run("ip link set c0 up");
	expect(job, REPORT_UP);
	job_host_close(host);
}
END_TEST

START_TEST(set_down_and_up_at_once_what_stands_on_it_is_told)
{
	struct test_job *job;
	struct job_host *host = plug(plain, &job);
	pid_t pid;

	test_job_start(job);
	expect(job, REPORT_UP);
	pid = start_ip_batch("link set c0 down\nlink set c0 up\n");
	expect_unmet(job, "set down by someone else");
	expect(job, REPORT_UP);
	finish(pid);
	job_host_close(host);
}
END_TEST

static bool is_port(void *ctx)
{
	const struct rtnl_link *link = rtnl_find_link(
	    job_host_host(ctx)->rtnl, if_nametoindex("c0"));

	return link && rtnl_is_port(link);
}

/* As a bond does, which gives it its address back, too; and as a VRF, which
 * sets it up again itself. */
static const char *const releases[] = {
	"link set c0 nomaster\nlink set c0 down\n"
	"link set c0 address 02:00:00:00:00:07\n",
	"link set c0 nomaster\nlink set c0 down\nlink set c0 up\n",
};

START_TEST(set_down_by_what_it_was_a_port_of_it_is_up_again)
{
	struct test_job *job;
	struct job_host *host = plug(plain, &job);
	const struct report *report;
	const char *mac;

	run("ip link add other type bridge");
	test_job_start(job);
	mac = report_fact(test_job_expect(job, REPORT_UP), "mac");
	run("ip link set c0 master other");
	job_host_wait(host, is_port, host, "that it is a port");
	finish(start_ip_batch(releases[_i]));
	while (is_port(host) || !is_link_up("c0"))
		job_host_turn(host);
	for (int turns = 0; turns < 10; turns++)
		job_host_turn(host);
	while ((report = test_job_next(job)))
		ck_assert_int_eq(report->type, REPORT_FACTS);
	run("ip link set c0 address %s", mac);
	run("ip link del other");
	job_host_close(host);
}
END_TEST

/* A device that is removed, or moves to another namespace, at each moment;
 * the events may or may not have been read when the stop comes. */
enum pull { DELETED, MOVED, N_PULLS };
enum moment { BEFORE, ASKED, AFTER, UNMET, STOPPING, N_MOMENTS };

static void pull(enum pull how)
{
	if (how == DELETED)
		run("ip link del c0");
	else
		run("ip link set c0 netns %d", (int)netns_other());
}

static bool is_gone(void *ctx)
{
	struct job_host *host = ctx;
	const struct rtnl_link *link;

	for (size_t i = 0;
	    (link = rtnl_each_link(job_host_host(host)->rtnl, &i));)
		if (!strcmp(link->name, "c0"))
			return false;
	return true;
}

static void pull_at(enum pull how, enum moment moment)
{
	struct test_job *job;
	struct job_host *host = plug(plain, &job);

	if (moment == UNMET)
		run("ip link set r0 down");
	if (moment == BEFORE)
		pull(how);
	test_job_start(job);
	if (moment == ASKED)
		pull(how);
	if (moment == AFTER || moment == STOPPING)
		expect(job, REPORT_UP);
	if (moment == UNMET)
		expect_unmet(job, "no carrier");
	if (moment == STOPPING) {
		test_job_stop(job);
		pull(how);
	} else if (moment >= AFTER) {
		pull(how);
	}
	job_host_wait(host, is_gone, host, "end of c0");
	if (moment <= ASKED) {
		const struct report *report = test_job_wait(job);

		ck_assert_int_eq(report->type, REPORT_FAILED);
		ck_assert(!report->permanent);
		ck_assert_str_eq(report->reason, "device is gone");
	} else {
		const struct report *report;

		if (moment != STOPPING) {
			test_job_set_device_is_gone(job);
			test_job_stop(job);
		}
		/* The kernel sets it down first. When removing it takes long,
		 * that is told. */
		report = test_job_wait(job);
		if (report->type == REPORT_UNMET)
			report = test_job_wait(job);
		ck_assert_int_eq(report->type, REPORT_DOWN);
	}
	ck_assert_ptr_null(test_job_next(job));
	job_host_close(host);
}

START_TEST(pulled_at_any_moment)
{
	pull_at(_i / N_MOMENTS, _i % N_MOMENTS);
}
END_TEST

START_TEST(stopped_at_any_turn_of_a_start)
{
	struct test_job *job;
	struct job_host *host = plug(plain, &job);

	for (int turns = 0; turns < 6; turns++) {
		const struct report *report;

		test_job_start(job);
		for (int i = 0; i < turns; i++)
			job_host_turn(host);
		test_job_stop(job);
		do
			report = test_job_wait(job);
		while (report->type == REPORT_UP);
		ck_assert_int_eq(report->type, REPORT_DOWN);
		ck_assert(!is_link_up("c0"));
	}
	job_host_close(host);
}
END_TEST

START_TEST(start_without_device_fails_for_now)
{
	struct job_host *host = job_host_open(&provider_link, plain);
	struct test_job *job = job_host_job(host, "wired");
	const struct report *report;

	test_job_set_ifindex(job, 4711);
	test_job_start(job);
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_FAILED);
	ck_assert(!report->permanent);
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("link");
	TCase *tcase = netns_case(suite, "link");

	tcase_add_test(tcase, sets_the_link_up_and_tells_its_facts);
	tcase_add_test(tcase, leaves_a_link_up_that_was_up_before);
	tcase_add_test(tcase, sets_the_mtu_and_puts_the_former_one_back);
	tcase_add_test(
	    tcase, refused_mtu_fails_for_good_with_the_kernels_words);
	tcase_add_test(tcase, without_carrier_it_is_unmet_and_follows_it);
	tcase_add_test(tcase, carrier_ignore_is_up_without_one_and_tells_of_it);
	tcase_add_test(tcase, carrier_duration_loses_it_only_after_so_long);
	tcase_add_test(tcase, carrier_back_in_time_is_no_loss);
	tcase_add_test(tcase, renamed_while_up_it_tells_the_new_name);
	tcase_add_test(
	    tcase, set_down_by_someone_else_it_is_unmet_and_recovers);
	tcase_add_test(
	    tcase, set_down_and_up_at_once_what_stands_on_it_is_told);
	tcase_add_loop_test(tcase,
	    set_down_by_what_it_was_a_port_of_it_is_up_again, 0,
	    ARRAY_SIZE(releases));
	tcase_add_loop_test(
	    tcase, pulled_at_any_moment, 0, N_PULLS * N_MOMENTS);
	tcase_add_test(tcase, stopped_at_any_turn_of_a_start);
	tcase_add_test(tcase, start_without_device_fails_for_now);
	return netns_run(suite);
}
