/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_tun.h>

#include "base/macros.h"
#include "tests/unit/job-host.h"
#include "tests/unit/made-link-tests.h"
#include "tests/unit/netns.h"

static const struct made_link_case cases[] = {
	{ &provider_tun, "", false },
	{ &provider_tun, "mode: tap", false },
};

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  t0: { kind: tun, owner: '0', group: root, multi-queue: true,\n"
    "    mtu: 1400 }\n"
    "  less: { kind: tun, owner: '0', group: root,\n"
    "    multi-queue: true, mtu: 1300 }\n"
    "  tap0: { kind: tun, mode: tap, mac: 02:00:00:00:00:07 }\n"
    "  nobody: { kind: tun, owner: no-such-user }\n"
    "  big: { kind: tun, mode: tap, mtu: 65535 }\n";

static struct job_host *begin(const char *node, struct test_job **ret)
{
	struct job_host *host = job_host_open(&provider_tun, profile);

	*ret = job_host_job(host, node);
	test_job_start(*ret);
	return host;
}

/* Opens it, as its program does; -1: it may not. */
static int open_tun(const char *name, int flags)
{
	struct ifreq request = { .ifr_flags = (short)(flags | IFF_NO_PI) };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &request) == 0)
		return fd;
	close(fd);
	return -1;
}

START_TEST(keys_reach_the_kernel)
{
	struct test_job *job;
	struct job_host *host = begin("t0", &job);

	test_job_expect(job, REPORT_UP);
	ck_assert(link_says("t0", "mtu 1400"));
	ck_assert(link_says("t0", "tun type tun pi off vnet_hdr off "
				  "multi_queue"));
	ck_assert(link_says("t0", "user root group root"));
	job_host_close(host);
	host = begin("tap0", &job);
	ck_assert_str_eq(report_fact(test_job_expect(job, REPORT_UP), "mac"),
	    "02:00:00:00:00:07");
	ck_assert(link_says("tap0", "tun type tap"));
	ck_assert(link_says("tap0", "user root"));
	job_host_close(host);
	ck_assert(!link_exists("t0") && !link_exists("tap0"));
}
END_TEST

START_TEST(it_is_up_without_a_carrier_and_has_one_while_it_is_open)
{
	struct test_job *job;
	struct job_host *host = begin("t0", &job);
	int fds[2];

	ck_assert_str_eq(
	    report_fact(test_job_expect(job, REPORT_UP), "carrier"), "false");
	for (int i = 0; i < 2; i++) {
		fds[i] = open_tun("t0", IFF_TUN | IFF_MULTI_QUEUE);
		ck_assert_int_ge(fds[i], 0);
	}
	ck_assert_str_eq(
	    report_fact(test_job_expect(job, REPORT_FACTS), "carrier"), "true");
	for (int i = 0; i < 2; i++)
		close(fds[i]);
	ck_assert_str_eq(
	    report_fact(test_job_expect(job, REPORT_FACTS), "carrier"),
	    "false");
	ck_assert(link_exists("t0"));
	job_host_close(host);
}
END_TEST

static struct job_host *logging;

static bool is_logged(void *says)
{
	return strstr(job_host_log(logging), says);
}

static bool is_said(void *says)
{
	return link_says("t0", says);
}

static bool is_said_of_tap(void *says)
{
	return link_says("tap0", says);
}

START_TEST(what_others_change_is_put_right)
{
	static char owner[] =
	    "changed by others, and put right: owner is 7, not 0";
	struct test_job *job;
	int fd;

	logging = begin("t0", &job);
	test_job_expect(job, REPORT_UP);
	fd = open_tun("t0", IFF_TUN | IFF_MULTI_QUEUE);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ioctl(fd, TUNSETOWNER, 7), 0);
	ck_assert_int_eq(ioctl(fd, TUNSETGROUP, 7), 0);
	close(fd);
	job_host_wait(logging, is_logged, owner, owner);
	job_host_wait(
	    logging, is_said, "user root group root", "its former owner");
	/* It has not gone with the last who closed it. */
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		; /* its carrier comes and goes */
	job_host_close(logging);
}
END_TEST

START_TEST(what_cannot_be_put_right_while_it_is_open_is_then)
{
	static char open_by[] = "cannot put it right: its program has it open";
	struct test_job *job;
	int fd;

	logging = begin("tap0", &job);
	test_job_expect(job, REPORT_UP);
	fd = open_tun("tap0", IFF_TAP);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ioctl(fd, TUNSETOWNER, 7), 0);
	job_host_wait(logging, is_logged, open_by, open_by);
	close(fd);
	job_host_wait(logging, is_said_of_tap, "user root", "its owner");
	job_host_close(logging);
}
END_TEST

START_TEST(another_mtu_is_taken_in_place)
{
	struct test_job *job;
	struct job_host *host = begin("t0", &job);
	const char *ifindex =
	    report_fact(test_job_expect(job, REPORT_UP), "ifindex");
	const struct report *report;

	test_job_update(job, "less");
	report = test_job_expect(job, REPORT_FACTS);
	ck_assert_str_eq(report_fact(report, "mtu"), "1300");
	ck_assert_str_eq(report_fact(report, "ifindex"), ifindex);
	job_host_close(host);
}
END_TEST

START_TEST(what_cannot_be_is_refused_and_nothing_is_left)
{
	static const struct {
		const char *node, *reason;
		bool permanent;
	} bad[] = {
		{ "nobody", "there is no no-such-user in /etc/passwd", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct test_job *job;
		struct job_host *host = begin(bad[i].node, &job);
		const struct report *report =
		    test_job_expect(job, REPORT_FAILED);

		ck_assert_str_eq(report->reason, bad[i].reason);
		ck_assert_int_eq(report->permanent, bad[i].permanent);
		ck_assert(!link_exists(bad[i].node));
		job_host_close(host);
	}
}
END_TEST

START_TEST(a_setting_the_kernel_refuses_removes_it_again)
{
	struct test_job *job;
	struct job_host *host = begin("big", &job);
	const struct report *report = test_job_expect(job, REPORT_FAILED);

	ck_assert_msg(strstr(report->reason, "the kernel refuses to make it: "
			     "Invalid argument: mtu greater than"),
	    "%s", report->reason);
	ck_assert(report->permanent);
	ck_assert(!link_exists("big"));
	job_host_close(host);
}
END_TEST

static const char *obstacle(void)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return "cannot open /dev/net/tun";
	close(fd);
	return NULL;
}

int main(void)
{
	Suite *suite = suite_create("tun");
	TCase *tcase;

	if (obstacle()) {
		printf("1..0 # SKIP %s\n", obstacle());
		return getenv("CK_TAP_LOG_FILE_NAME") ? EXIT_SUCCESS : 77;
	}
	tcase = netns_case(suite, "tun");
	made_link_tests(suite, cases, ARRAY_SIZE(cases));
	tcase_add_test(tcase, keys_reach_the_kernel);
	tcase_add_test(
	    tcase, it_is_up_without_a_carrier_and_has_one_while_it_is_open);
	tcase_add_test(tcase, another_mtu_is_taken_in_place);
	tcase_add_test(tcase, what_others_change_is_put_right);
	tcase_add_test(
	    tcase, what_cannot_be_put_right_while_it_is_open_is_then);
	tcase_add_test(tcase, what_cannot_be_is_refused_and_nothing_is_left);
	tcase_add_test(tcase, a_setting_the_kernel_refuses_removes_it_again);
	return netns_run(suite);
}
