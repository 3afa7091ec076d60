/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/vrf-tests.h"

#include <stdbool.h>
#include <string.h>

#include "base/macros.h"
#include "tests/unit/job-host.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"

static const char profile[] =
    "version: 1\nnodes:\n"
    "  low: { kind: below }\n"
    "  two: { kind: address, over: low, duplicates: off,\n"
    "    addresses: [192.0.2.7/24, '2001:db8::7/64'] }\n";

/* The kernel sets it down and up, which costs the address of IPv6. */
static void become_port(void *ctx)
{
	(void)ctx;
	run("ip link set c0 master red");
}

static bool has_both(void *ctx)
{
	_cleanup_(free_ptr) char *addresses = output_of("ip -o addr show c0");

	(void)ctx;
	return strstr(addresses, "192.0.2.7/24") &&
	    strstr(addresses, "2001:db8::7/64");
}

static bool take_at(
    struct job_host *host, struct test_job *job, struct moment moment)
{
	const struct report *report;
	bool is_reached =
	    moment_reach(host, job, moment, become_port, NULL, &report);

	if (!is_reached && moment.is_message)
		become_port(NULL);
	while (!report || report->type != REPORT_UP) {
		report = test_job_wait(job);
		ck_assert_msg(report->type != REPORT_FAILED, "at %u: %s",
		    moment.number, report->reason);
	}
	job_host_wait(host, has_both, NULL, "its addresses");
	moment_end(job);
	run("ip link set c0 nomaster");
	return is_reached;
}

START_TEST(a_vrf_may_take_its_device_at_any_moment_of_a_start)
{
	struct test_job *job;
	struct job_host *host;

	run("ip link add red type vrf table 9");
	run("ip link set red up");
	run("ip link add c0 type veth peer name r0");
	run("ip link set r0 up");
	run("ip link set c0 up");
	host = job_host_open(&provider_address, profile);
	job = job_host_job(host, "two");
	test_job_set_device(job, "c0");
	for (int is_message = 0; is_message < 2; is_message++)
		for (unsigned n = 0, more = 2; more; n++)
			more -= !take_at(
			    host, job, (struct moment){ n, is_message });
	/* Nobody else has done that. */
	ck_assert_str_eq(job_host_log(host), "");
	job_host_close(host);
}
END_TEST

void vrf_tests(Suite *suite)
{
	TCase *tcase = netns_case(suite, "vrf");

	tcase_add_test(
	    tcase, a_vrf_may_take_its_device_at_any_moment_of_a_start);
}
