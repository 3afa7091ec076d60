/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The routes that the kernel makes with addresses, and others remove. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/macros.h"
#include "providers/provider.h"
#include "providers/support/rtnl-internal.h"
#include "tests/unit/address-case.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  low: { kind: below }\n"
    "  net: { kind: address, over: low, addresses: 192.0.2.7/24,\n"
    "    gateway: 192.0.2.1 }\n"
    "  far: { kind: address, over: low, addresses: 192.0.2.7/32,\n"
    "    peer: 198.51.100.9 }\n"
    "  six: { kind: address, over: low, addresses: '2001:db8::7/64',\n"
    "    duplicates: off, valid-lifetime: 1h }\n";

static const struct {
	const char *node, *remove, *show, *says, *said;
} routes[] = {
	{ "net", "route del 192.0.2.0/24 dev c0", "route show proto kernel",
		"192.0.2.0/24 dev c0 scope link src 192.0.2.7",
		"warning c0: the route to the subnet of 192.0.2.7/24 " },
	{ "far", "route del 198.51.100.9 dev c0", "route show proto kernel",
		"198.51.100.9 dev c0 scope link src 192.0.2.7",
		"warning c0: the route to the subnet of 192.0.2.7/32 " },
	{ "six", "-6 route del 2001:db8::/64 dev c0",
		"-6 route show proto kernel", "2001:db8::/64 dev c0 metric 256",
		"warning c0: the route to the subnet of 2001:db8::7/64 " },
};

static bool is_there(void *ctx)
{
	const int *i = ctx;

	return says(routes[*i].show, routes[*i].says);
}

START_TEST(the_route_to_its_subnet_is_put_back_a_few_times)
{
	struct test_job *job;
	struct job_host *host = address_plug(profile, routes[_i].node, &job);
	char said[160];
	int i = _i;

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert(is_there(&i));
	for (int times = 0; times < 3; times++) {
		size_t from = strlen(job_host_log(host));

		run("ip %s", routes[i].remove);
		job_host_wait(host, is_there, &i, "the route");
		while (!strstr(job_host_log(host) + from, "put back"))
			job_host_turn(host);
	}
	snprintf(said, sizeof(said), "%swas removed by others; it has been "
	    "put back", routes[i].said);
	job_host_wait_logged(host, said);
	run("ip %s", routes[i].remove);
	snprintf(said, sizeof(said), "%sis removed by others again and again; "
	    "it is put back in 10 s", routes[i].said);
	job_host_wait_logged(host, said);
	ck_assert(!is_there(&i));
	job_host_wait(host, is_there, &i, "the route, later");
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

/* It is the kernel's as before. */
START_TEST(what_was_put_back_goes_with_the_address)
{
	struct test_job *job;
	struct job_host *host = address_plug(profile, routes[_i].node, &job);
	int i = _i;

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip %s", routes[i].remove);
	job_host_wait(host, is_there, &i, "the route");
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!is_there(&i));
	job_host_close(host);
}
END_TEST

START_TEST(it_is_put_back_though_events_were_lost)
{
	struct test_job *job;
	struct job_host *host = address_plug(profile, routes[_i].node, &job);
	struct rtnl *rtnl = job_host_host(host)->rtnl;
	int i = _i, smallest = 1;

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert_int_eq(setsockopt(rtnl->event_fd, SOL_SOCKET, SO_RCVBUF,
			     &smallest, sizeof(smallest)), 0);
	for (int n = 0; n < 20; n++)
		run("ip link set lo mtu %d", 60000 + n);
	run("ip %s", routes[i].remove);
	job_host_wait(host, is_there, &i, "the route");
	ck_assert_uint_gt(rtnl->n_overruns, 0);
	run("ip link set lo mtu 65536");
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!is_there(&i));
	job_host_close(host);
}
END_TEST

/* That events were lost is found out just as it is removed. */
START_TEST(that_of_an_address_that_leaves_is_not_put_back)
{
	struct test_job *job;
	struct job_host *host = address_plug(profile, routes[_i].node, &job);
	int i = _i;

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	test_job_stop(job);
	rtnl_connected_resync(job_host_host(host)->rtnl);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!is_there(&i));
	job_host_close(host);
}
END_TEST

/* Those that need it are put back after it. */
START_TEST(all_routes_may_be_removed_at_once)
{
	struct test_job *job;
	struct job_host *host = address_plug(profile, "net", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip route flush table main");
	job_host_wait_logged(
	    host, "the route to default was removed by others");
	job_host_wait_logged(host, routes[0].said);
	ck_assert(says("route show default", "via 192.0.2.1 dev c0"));
	ck_assert_ptr_null(test_job_next(job));
	job_host_close(host);
}
END_TEST

/* */
START_TEST(that_of_an_address_of_others_is_theirs)
{
	struct test_job *job;
	struct job_host *host = address_plug(profile, "net", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip addr add 203.0.113.7/24 dev c0");
	run("ip route del 203.0.113.0/24 dev c0");
	run("ip route del 192.0.2.0/24 dev c0");
	job_host_wait_logged(host, routes[0].said);
	ck_assert(!says("route", "203.0.113.0/24"));
	run("ip addr del 203.0.113.7/24 dev c0");
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("connected");
	TCase *t = netns_case(suite, "connected");

	tcase_add_loop_test(t,
	    the_route_to_its_subnet_is_put_back_a_few_times, 0,
	    ARRAY_SIZE(routes));
	tcase_add_loop_test(t, what_was_put_back_goes_with_the_address, 0,
	    ARRAY_SIZE(routes));
	tcase_add_loop_test(t, it_is_put_back_though_events_were_lost, 0,
	    ARRAY_SIZE(routes));
	tcase_add_loop_test(t,
	    that_of_an_address_that_leaves_is_not_put_back, 0,
	    ARRAY_SIZE(routes));
	tcase_add_test(t, all_routes_may_be_removed_at_once);
	tcase_add_test(t, that_of_an_address_of_others_is_theirs);
	return netns_run(suite);
}
