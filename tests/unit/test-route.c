/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>

#include "base/macros.h"
#include "providers/support/rtnl.h"
#include "tests/unit/job-host.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  low: { kind: below }\n"
    "  lab: { kind: route, over: low, to: 10.4.0.0/16, via: 192.0.2.254,\n"
    "    metric: 50, mtu: 1400, source: 192.0.2.7 }\n"
    "  default: { kind: route, over: low, to: default }\n"
    "  table: { kind: route, over: low, to: [10.0.0.0/8, default],\n"
    "    via: 192.0.2.1, table: 200 }\n"
    "  shared: { kind: route, over: low, to: 10.0.0.0/8, hops: [\n"
    "    { via: 192.0.2.1, weight: 3 }, { via: 192.0.2.2 }] }\n"
    "  hole: { kind: route, to: [10.66.0.0/16, '2001:db8:66::/48'],\n"
    "    type: blackhole }\n"
    "  six: { kind: route, over: low, to: '2001:db8:9::/48',\n"
    "    via: 'fe80::1' }\n"
    "  onlink: { kind: route, over: low, to: default, via: 10.0.0.1,\n"
    "    on-link: true }\n"
    "  byvia: { kind: route, to: 10.7.0.0/16, via: 192.0.2.1 }\n"
    "  nowhere: { kind: route, over: low, to: 10.7.0.0/16 }\n"
    "  mixed: { kind: route, over: low, to: default,\n"
    "    source: '2001:db8::7' }\n"
    "  astray: { kind: route, over: low, to: default, via: 203.0.113.1 }\n"
    "  near: { kind: route, over: low, to: 10.9.0.0/16, via: 192.0.2.1 }\n"
    "  far: { kind: route, over: low, to: 10.9.0.0/16,\n"
    "    via: 198.51.100.1 }\n"
    "  link: { kind: route, over: low, to: 10.9.0.0/16 }\n"
    "  link6: { kind: route, over: low, to: '2001:db8:9::/48' }\n"
    "  six9: { kind: route, over: low, to: '2001:db8:9::/48',\n"
    "    via: 'fe80::9' }\n"
    "  small6: { kind: route, over: low, to: '2001:db8:9::/48',\n"
    "    via: 'fe80::1', mtu: 1300 }\n"
    "  hops6: { kind: route, over: low, to: '2001:db8:9::/48', hops: [\n"
    "    { via: 'fe80::1' }, { via: 'fe80::2' }] }\n"
    "  hops69: { kind: route, over: low, to: '2001:db8:9::/48', hops: [\n"
    "    { via: 'fe80::2' }, { via: 'fe80::9' }] }\n"
    "  small: { kind: route, over: low, to: 10.9.0.0/16, via: 192.0.2.1,\n"
    "    mtu: 1300 }\n"
    "  from6: { kind: route, over: low, to: '2001:db8:9::/48',\n"
    "    via: 'fe80::1', source: '2001:db8::7' }\n"
    "  metric6: { kind: route, over: low, to: '2001:db8:9::/48',\n"
    "    via: 'fe80::1', metric: 1024 }\n"
    "  hole6: { kind: route, to: '2001:db8:66::/48', type: blackhole }\n"
    "  wall6: { kind: route, to: '2001:db8:66::/48',\n"
    "    type: unreachable }\n"
    "  by6: { kind: route, to: '2001:db8:9::/48', via: '2001:db8::1',\n"
    "    mtu: 1300 }\n"
    "  at6: { kind: route, over: low, to: '2001:db8:9::/48',\n"
    "    via: '2001:db8::1' }\n"
    "  huge: { kind: route, over: low, to: 10.9.0.0/16, via: 192.0.2.1,\n"
    "    mtu: 65535 }\n"
    "  huge6: { kind: route, over: low, to: '2001:db8:9::/48',\n"
    "    via: 'fe80::1', mtu: 65535 }\n";

static void plug_card(int i)
{
	run("ip link add c%d type veth peer name r%d", i, i);
	run("ip link set r%d up", i);
	run("ip link set c%d up", i);
	run("ip addr add %s dev c%d",
	    i ? "198.51.100.7/24" : "192.0.2.7/24", i);
}

static void plug_first(void)
{
	plug_card(0);
}

static struct job_host *plug(const char *node, struct test_job **ret)
{
	struct job_host *host;

	for (int i = 0; i < 2; i++)
		plug_card(i);
	host = job_host_open(&provider_route, profile);
	*ret = job_host_job(host, node);
	test_job_set_device(*ret, "c0");
	return host;
}

static bool says(const char *words, const char *what)
{
	_cleanup_(free_ptr) char *text =
	    output_of("ip -o %s", words);

	return strstr(text, what);
}

static const struct {
	const char *node, *show, *says;
	bool is_alone; /* over nothing */
} routes[] = {
	{ "lab", "route show", "10.4.0.0/16 via 192.0.2.254 dev c0 proto 110 "
			       "src 192.0.2.7 metric 50 mtu 1400" },
	{ "table", "route show table 200",
	    "10.0.0.0/8 via 192.0.2.1 dev c0 proto 110" },
	{ "table", "route show table 200",
	    "default via 192.0.2.1 dev c0 proto 110 metric 1" },
	{ "shared", "route show", "nexthop via 192.0.2.1 dev c0 weight 3" },
	{ "shared", "route show", "nexthop via 192.0.2.2 dev c0 weight 1" },
	{ "hole", "route show", "blackhole 10.66.0.0/16 proto 110", true },
	{ "hole", "-6 route show", "blackhole 2001:db8:66::/48", true },
	{ "six", "-6 route show",
	    "2001:db8:9::/48 via fe80::1 dev c0 proto 110" },
	{ "onlink", "route show default", "default via 10.0.0.1 dev c0" },
	{ "byvia", "route show", "10.7.0.0/16 via 192.0.2.1 dev c0", true },
};

START_TEST(routes_come_and_go)
{
	struct test_job *job;
	struct job_host *host = plug(routes[_i].node, &job);

	if (routes[_i].is_alone)
		test_job_set_device(job, NULL);
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert_msg(says(routes[_i].show, routes[_i].says), "%s:\n%s",
	    routes[_i].node, output_of("ip -o %s", routes[_i].show));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!says("route show table all", "proto 110"));
	ck_assert(!says("-6 route show table all", "proto 110"));
	job_host_close(host);
}
END_TEST

static const char *const several[] = { "table", "shared", "six" };

START_TEST(stopped_or_pulled_at_any_moment_nothing_is_left)
{
	struct test_job *job;
	struct job_host *host = plug(several[_i], &job);

	moments_stop(host, job);
	moments_pull(host, job, "c0", plug_first, NULL);
	job_host_close(host);
}
END_TEST

START_TEST(another_configuration_changes_what_differs)
{
	struct test_job *job;
	struct job_host *host = plug("table", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	test_job_update(job, "shared");
	test_job_expect(job, REPORT_FACTS);
	ck_assert(says("route show", "nexthop via 192.0.2.2 dev c0"));
	ck_assert(!says("route show table all", "table 200 proto 110"));
	job_host_close(host);
}
END_TEST

/* ---- what others do to it ---- */

struct awaited {
	const char *show, *says;
};

static bool is_there(void *ctx)
{
	const struct awaited *awaited = ctx;

	return says(awaited->show, awaited->says);
}

static const struct {
	const char *node, *change, *show, *says, *log;
	bool is_alone;
} repairs[] = {
	{ "lab", "route del 10.4.0.0/16", "route show",
	    "10.4.0.0/16 via 192.0.2.254 dev c0 proto 110",
	    "the route to 10.4.0.0/16 was removed by others" },
	{ "lab", "route replace 10.4.0.0/16 via 192.0.2.9 metric 50",
	    "route show", "10.4.0.0/16 via 192.0.2.254 dev c0 proto 110",
	    "the route to 10.4.0.0/16 was removed by others" },
	{ "table", "route flush table 200", "route show table 200",
	    "default via 192.0.2.1 dev c0 proto 110",
	    "was removed by others" },
	{ "shared", "route del 10.0.0.0/8", "route show",
	    "nexthop via 192.0.2.1 dev c0 weight 3",
	    "the route to 10.0.0.0/8 was removed by others" },
	{ "six", "-6 route del 2001:db8:9::/48", "-6 route show",
	    "2001:db8:9::/48 via fe80::1 dev c0 proto 110",
	    "the route to 2001:db8:9::/48 was removed by others" },
	{ "hole", "route del blackhole 10.66.0.0/16", "route show",
	    "blackhole 10.66.0.0/16 proto 110",
	    "the route to 10.66.0.0/16 was removed by others", true },
	/* One of its hops, which the kernel has each as a route. */
	{ "hops6", "-6 route del 2001:db8:9::/48 via fe80::2", "-6 route show",
	    "nexthop via fe80::2 dev c0 weight 1",
	    "the route to 2001:db8:9::/48 was removed by others" },
	{ "byvia", "route del 10.7.0.0/16", "route show",
	    "10.7.0.0/16 via 192.0.2.1 dev c0 proto 110",
	    "the route to 10.7.0.0/16 was removed by others", true },
};

static void await_repair(struct job_host *host, int i)
{
	struct awaited there = { repairs[i].show, repairs[i].says };

	job_host_wait(host, is_there, &there, "the route");
	job_host_wait_logged(host, repairs[i].log);
}

START_TEST(removed_by_others_it_is_put_back)
{
	struct test_job *job;
	struct job_host *host = plug(repairs[_i].node, &job);

	if (repairs[_i].is_alone)
		test_job_set_device(job, NULL);
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip %s", repairs[_i].change);
	await_repair(host, _i);
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!says("route show table all", "proto 110"));
	ck_assert(!says("-6 route show table all", "proto 110"));
	job_host_close(host);
}
END_TEST

/* The kernel says nothing of a route that goes with its source address. */
START_TEST(gone_with_its_source_it_is_put_back)
{
	struct test_job *job;
	struct job_host *host = plug("lab", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip addr del 192.0.2.7/24 dev c0");
	ck_assert(!says("route show", "10.4.0.0/16"));
	run("ip addr add 192.0.2.7/24 dev c0");
	await_repair(host, 0);
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(removed_again_and_again_it_is_lost)
{
	struct test_job *job;
	struct job_host *host = plug("lab", &job);
	struct awaited there = { repairs[0].show, repairs[0].says };

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	for (int i = 0; i < 3; i++) {
		run("ip route del 10.4.0.0/16");
		job_host_wait(host, is_there, &there, "the route");
	}
	run("ip route del 10.4.0.0/16");
	ck_assert_str_eq(test_job_expect(job, REPORT_FAILED)->reason,
	    "what it has made is removed by others again and again");
	job_host_close(host);
}
END_TEST

/* Another route of ours that was beside it, with the same destination and
 * metric, is gone: nothing is missing, however often that happens. */
START_TEST(what_was_not_removed_does_not_count)
{
	struct test_job *job, *other;
	struct job_host *host = plug("lab", &job);
	size_t n = 0;

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	for (size_t i = 3; i < ARRAY_SIZE(repairs); i++, n++) {
		other = job_host_job(host, repairs[i].node);
		if (!repairs[i].is_alone)
			test_job_set_device(other, "c0");
		test_job_start(other);
		test_job_expect(other, REPORT_UP);
		run("ip route append 10.4.0.0/16 via 192.0.2.9 metric 50 "
		    "proto 110");
		run("ip route del 10.4.0.0/16 via 192.0.2.9");
		/* By the time that this one is back, the first has been looked
		 * after. */
		run("ip %s", repairs[i].change);
		await_repair(host, (int)i);
	}
	ck_assert_uint_ge(n, 4);
	ck_assert(!test_job_next(job) && test_job_is_running(job));
	run("ip %s", repairs[0].change);
	await_repair(host, 0);
	job_host_close(host);
}
END_TEST

/* When an address or a link goes, the kernel does not say which routes go with
 * it: it is asked then, for what is unicast. */
START_TEST(what_no_dump_shows_is_not_missed)
{
	struct test_job *job, *hole;
	struct job_host *host = plug("lab", &job);

	run("ip route add default via 198.51.100.1 metric 9");
	run("ip -6 route add default nexthop via fe80::1 dev c0 "
	    "nexthop via fe80::2 dev c1");
	hole = job_host_job(host, "hole");
	test_job_start(hole);
	test_job_expect(hole, REPORT_UP);
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	/* More often than would be put up with. */
	for (int i = 0; i < 4; i++) {
		run("ip addr add 198.51.100.9/24 dev c1");
		run("ip addr del 198.51.100.9/24 dev c1");
		run("ip link set c1 down");
		run("ip link set c1 up");
		run("ip route add default via 198.51.100.1 metric 9");
		for (int turns = 0; turns < 10; turns++)
			job_host_turn(host);
	}
	/* By the time that this one is back, the others have been looked
	 * after. */
	run("ip %s", repairs[0].change);
	await_repair(host, 0);
	ck_assert_ptr_null(strstr(job_host_log(host), ":66:"));
	ck_assert_ptr_null(strstr(job_host_log(host), "10.66."));
	ck_assert(!test_job_next(hole) && test_job_is_running(hole));
	job_host_close(host);
}
END_TEST

START_TEST(what_others_remove_of_their_own_is_their_business)
{
	struct test_job *job;
	struct job_host *host = plug("lab", &job);

	run("ip route add 10.4.0.0/16 via 192.0.2.9 metric 51");
	run("ip route add 10.5.0.0/16 via 192.0.2.9 proto 110");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ip route del 10.4.0.0/16 metric 51");
	run("ip route del 10.5.0.0/16");
	/* If it were taken for its own, it would be put back by then. */
	run("ip route del 10.4.0.0/16");
	await_repair(host, 0);
	ck_assert(!says("route show", "192.0.2.9"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	run("ip route add 10.4.0.0/16 via 192.0.2.9 metric 51");
	job_host_close(host);
}
END_TEST

/* What is known below decides; when it changes, the route is replaced. */
START_TEST(a_route_follows_what_it_stands_on)
{
	struct test_job *job;
	struct job_host *host = plug("default", &job);

	test_job_set_fact(job, "gateway", "192.0.2.1");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert(says("route show default",
	    "default via 192.0.2.1 dev c0 proto 110"));
	test_job_set_fact(job, "gateway", "192.0.2.2");
	test_job_rebind(job);
	test_job_expect(job, REPORT_FACTS);
	ck_assert(says("route show default", "via 192.0.2.2 dev c0"));
	ck_assert(!says("route show default", "192.0.2.1 "));
	test_job_set_fact(job, "gateway", "198.51.100.1");
	test_job_set_device(job, "c1");
	test_job_rebind(job);
	test_job_expect(job, REPORT_FACTS);
	ck_assert(says("route show default", "via 198.51.100.1 dev c1"));
	ck_assert(!says("route show default", "c0"));
	/* A tunnel has no gateway: what it takes is on the link. */
	test_job_set_fact(job, "gateway", NULL);
	test_job_rebind(job);
	test_job_expect(job, REPORT_FACTS);
	ck_assert(says("route show default", "default dev c1"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!says("route show default", "default"));
	job_host_close(host);
}
END_TEST

START_TEST(the_metric_follows_the_order_of_preference)
{
	struct test_job *job;
	struct job_host *host = plug("default", &job);

	test_job_set_fact(job, "gateway", "192.0.2.1");
	test_job_set_preference(job, 101);
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert(says("route show default", "metric 1101"));
	test_job_set_preference(job, 0);
	test_job_rebind(job);
	test_job_expect(job, REPORT_FACTS);
	ck_assert(says("route show default", "metric 1000"));
	ck_assert(!says("route show default", "metric 1101"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!says("route show default", "default"));
	job_host_close(host);
}
END_TEST

START_TEST(a_route_that_was_there_stays)
{
	struct test_job *job;
	struct job_host *host = plug("lab", &job);

	run("ip route add 10.4.0.0/16 via 192.0.2.1 metric 50");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert(says("route show", "10.4.0.0/16 via 192.0.2.254"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(says("route show", "10.4.0.0/16 via 192.0.2.1"));
	job_host_close(host);
}
END_TEST

/* ---- two nodes ---- */

static bool is_missing(void *ctx)
{
	return !is_there(ctx);
}

/* With the same destination, metric and table, on c0 and c1; and what others
 * do to take the place of one, or of both. */
static const struct {
	const char *first, *second;
	struct awaited has_first, has_second;
	const char *del, *replace;
	struct awaited replaced;
} pairs[] = {
	{ "near", "far", { "route show", "via 192.0.2.1 dev c0 proto 110" },
	    { "route show", "via 198.51.100.1 dev c1 proto 110" },
	    "route del 10.9.0.0/16 dev c0",
	    "route replace 10.9.0.0/16 via 192.0.2.9",
	    { "route show", "192.0.2.9" } },
	{ "link", "link", { "route show", "10.9.0.0/16 dev c0 proto 110" },
	    { "route show", "10.9.0.0/16 dev c1 proto 110" },
	    "route del 10.9.0.0/16 dev c0",
	    "route replace 10.9.0.0/16 via 192.0.2.9",
	    { "route show", "192.0.2.9" } },
	{ "link6", "link6",
	    { "-6 route show", "2001:db8:9::/48 dev c0 proto 110" },
	    { "-6 route show", "2001:db8:9::/48 dev c1 proto 110" },
	    "-6 route del 2001:db8:9::/48 dev c0",
	    "-6 route replace 2001:db8:9::/48 dev r1",
	    { "-6 route show", "2001:db8:9::/48 dev r1" } },
	{ "six", "six", { "-6 route show", "via fe80::1 dev c0" },
	    { "-6 route show", "via fe80::1 dev c1" },
	    "-6 route del 2001:db8:9::/48 via fe80::1 dev c0",
	    "-6 route replace 2001:db8:9::/48 via fe80::9 dev c1",
	    { "-6 route show", "fe80::9" } },
	{ "six", "six9", { "-6 route show", "via fe80::1 dev c0" },
	    { "-6 route show", "via fe80::9 dev c1" },
	    "-6 route del 2001:db8:9::/48 via fe80::1 dev c0",
	    "-6 route replace 2001:db8:9::/48 via fe80::5 dev c1",
	    { "-6 route show", "fe80::5" } },
};

static struct job_host *plug_two(
    const char *first, const char *second, struct test_job *jobs[2])
{
	struct job_host *host = plug(first, &jobs[0]);

	jobs[1] = job_host_job(host, second);
	test_job_set_device(jobs[1], "c1");
	for (int i = 0; i < 2; i++) {
		test_job_start(jobs[i]);
		test_job_expect(jobs[i], REPORT_UP);
	}
	return host;
}

static void stop(struct test_job *job)
{
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
}

START_TEST(routes_to_the_same_stand_beside_each_other)
{
	struct awaited first = pairs[_i].has_first;
	struct awaited second = pairs[_i].has_second;
	struct test_job *jobs[2];
	struct job_host *host =
	    plug_two(pairs[_i].first, pairs[_i].second, jobs);

	ck_assert(is_there(&first) && is_there(&second));
	stop(jobs[0]);
	ck_assert(!is_there(&first) && is_there(&second));
	test_job_start(jobs[0]);
	test_job_expect(jobs[0], REPORT_UP);
	ck_assert(is_there(&first) && is_there(&second));
	stop(jobs[1]);
	ck_assert(is_there(&first) && !is_there(&second));
	job_host_close(host);
}
END_TEST

START_TEST(of_two_routes_the_one_that_others_remove_is_put_back)
{
	struct awaited first = pairs[_i].has_first;
	struct awaited second = pairs[_i].has_second;
	struct test_job *jobs[2];
	struct job_host *host =
	    plug_two(pairs[_i].first, pairs[_i].second, jobs);

	run("ip %s", pairs[_i].del);
	job_host_wait(host, is_there, &first, "the route");
	ck_assert(is_there(&second));
	stop(jobs[1]);
	ck_assert(is_there(&first) && !is_there(&second));
	job_host_close(host);
}
END_TEST

START_TEST(of_two_routes_those_that_others_replace_are_put_back)
{
	struct awaited first = pairs[_i].has_first;
	struct awaited second = pairs[_i].has_second;
	struct awaited replaced = pairs[_i].replaced;
	struct test_job *jobs[2];
	struct job_host *host =
	    plug_two(pairs[_i].first, pairs[_i].second, jobs);

	run("ip %s", pairs[_i].replace);
	ck_assert(is_there(&replaced));
	job_host_wait(host, is_missing, &replaced, "that it goes");
	job_host_wait(host, is_there, &first, "the first");
	job_host_wait(host, is_there, &second, "the second");
	job_host_close(host);
}
END_TEST

/* As after a reload that gives the node another name. */
static const struct {
	const char *node, *device;
	struct awaited has;
} same[] = {
	{ "near", "c0", { "route show", "10.9.0.0/16 via 192.0.2.1" } },
	{ "six", "c0", { "-6 route show", "2001:db8:9::/48 via fe80::1" } },
	{ "hole", NULL, { "route show", "blackhole 10.66.0.0/16" } },
	{ "hole", NULL, { "-6 route show", "blackhole 2001:db8:66::/48" } },
};

/* What the kernel fills in is the same as when it is said. */
START_TEST(the_metric_that_the_kernel_gives_may_be_said)
{
	struct awaited has = { "-6 route show", "2001:db8:9::/48 via" };
	struct test_job *jobs[2];
	struct job_host *host =
	    plug(_i ? "metric6" : "six", &jobs[0]);

	jobs[1] = job_host_job(host, _i ? "six" : "metric6");
	for (int i = 0; i < 2; i++) {
		test_job_set_device(jobs[i], "c0");
		test_job_start(jobs[i]);
		test_job_expect(jobs[i], REPORT_UP);
	}
	stop(jobs[0]);
	ck_assert(is_there(&has));
	stop(jobs[1]);
	ck_assert(!is_there(&has));
	job_host_close(host);
}
END_TEST

START_TEST(what_two_nodes_have_just_the_same_goes_with_the_last)
{
	struct awaited has = same[_i].has;
	struct test_job *jobs[2];
	struct job_host *host = plug(same[_i].node, &jobs[0]);

	jobs[1] = job_host_job(host, same[_i].node);
	for (int i = 0; i < 2; i++) {
		test_job_set_device(jobs[i], same[_i].device);
		test_job_start(jobs[i]);
		test_job_expect(jobs[i], REPORT_UP);
	}
	stop(jobs[_i % 2]);
	ck_assert(is_there(&has));
	ck_assert_ptr_null(strstr(job_host_log(host), "removed by others"));
	stop(jobs[1 - _i % 2]);
	ck_assert(!is_there(&has));
	job_host_close(host);
}
END_TEST

/* The new route is in the place of the old one, though the kernel takes both
 * for the same. */
static const struct {
	const char *before, *after;
	struct awaited has, had;
} changes[] = {
	{ "near", "small", { "route show", "mtu 1300" },
	    { "route show", "10.9.0.0/16 via 192.0.2.1 dev c0 proto 110 \n" } },
	{ "six", "small6", { "-6 route show", "mtu 1300" },
	    { "-6 route show", "proto 110 metric 1024 pref" } },
	{ "six", "hops6", { "-6 route show", "via fe80::2 dev c0 weight 1" },
	    { "-6 route show", "via fe80::1 dev c0 proto 110" } },
	{ "hops6", "hops69",
	    { "-6 route show", "via fe80::9 dev c0 weight 1" },
	    { "-6 route show", "fe80::1 " } },
	{ "six", "six9", { "-6 route show", "via fe80::9 dev c0 proto 110" },
	    { "-6 route show", "fe80::1 " } },
};

START_TEST(a_changed_route_takes_the_place_of_its_own)
{
	struct awaited has = changes[_i].has, had = changes[_i].had;
	struct test_job *job;
	struct job_host *host = plug(changes[_i].before, &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert_msg(is_there(&had), "%s", output_of("ip -o %s", had.show));
	for (int i = 0; i < 2; i++) {
		test_job_update(job, changes[_i].after);
		test_job_expect(job, REPORT_FACTS);
		ck_assert_msg(is_there(&has) && !is_there(&had), "%s",
		    output_of("ip -o %s", has.show));
		test_job_update(job, changes[_i].before);
		test_job_expect(job, REPORT_FACTS);
		ck_assert_msg(!is_there(&has) && is_there(&had), "%s",
		    output_of("ip -o %s", has.show));
	}
	job_host_close(host);
}
END_TEST

/* ---- IPv6 routes that are one to the kernel, and say something else ---- */

static const struct {
	const char *first, *second, *device, *reason;
	struct awaited has_first, has_second;
} clashes[] = {
	{ "six", "small6", "c0",
	    "the kernel refuses the route to 2001:db8:9::/48: File exists: "
	    "that of six by the same way has another mtu; give one of them "
	    "another metric",
	    { "-6 route show", "fe80::1 dev c0 proto 110 metric 1024 pref" },
	    { "-6 route show", "mtu 1300" } },
	{ "small6", "metric6", "c0",
	    "the kernel refuses the route to 2001:db8:9::/48: File exists: "
	    "that of small6 by the same way has another mtu; give one of "
	    "them another metric",
	    { "-6 route show", "mtu 1300" },
	    { "-6 route show", "fe80::1 dev c0 proto 110 metric 1024 pref" } },
	{ "from6", "six", "c0",
	    "the kernel refuses the route to 2001:db8:9::/48: File exists: "
	    "that of from6 by the same way has another source; give one of "
	    "them another metric",
	    { "-6 route show", "src 2001:db8::7" },
	    { "-6 route show", "fe80::1 dev c0 proto 110 metric 1024 pref" } },
	{ "hole6", "wall6", NULL,
	    "the kernel refuses the route to 2001:db8:66::/48: File exists: "
	    "that of hole6 by the same way has another type; give one of "
	    "them another metric",
	    { "-6 route show", "blackhole 2001:db8:66::/48" },
	    { "-6 route show", "unreachable 2001:db8:66::/48" } },
	{ "small6", "hops6", "c0",
	    "the kernel refuses the route to 2001:db8:9::/48: File exists: "
	    "that of small6 by the same way has another mtu; give one of "
	    "them another metric",
	    { "-6 route show", "mtu 1300" },
	    { "-6 route show", "via fe80::2 dev c0 weight 1" } },
	/* One does not say the device. */
	{ "at6", "by6", "c0",
	    "the kernel refuses the route to 2001:db8:9::/48: File exists: "
	    "that of at6 by the same way has another mtu; give one of them "
	    "another metric",
	    { "-6 route show", "dev c0 proto 110 metric 1024 pref" },
	    { "-6 route show", "mtu 1300" } },
};

static struct job_host *plug_clash(int i, struct test_job *jobs[2])
{
	struct job_host *host = plug(clashes[i].first, &jobs[0]);
	const char *second = clashes[i].second;

	run("ip addr add 2001:db8::7/64 dev c0 nodad");
	jobs[1] = job_host_job(host, second);
	test_job_set_device(jobs[0], clashes[i].device);
	test_job_set_device(
	    jobs[1], strcmp(second, "by6") != 0 ? clashes[i].device : NULL);
	test_job_start(jobs[0]);
	test_job_expect(jobs[0], REPORT_UP);
	return host;
}

START_TEST(what_is_one_to_the_kernel_has_to_say_the_same)
{
	struct awaited first = clashes[_i].has_first;
	struct awaited second = clashes[_i].has_second;
	struct test_job *jobs[2];
	struct job_host *host = plug_clash(_i, jobs);

	for (int i = 0; i < 2; i++) {
		test_job_start(jobs[1]);
		ck_assert_str_eq(
		    test_job_expect(jobs[1], REPORT_FAILED)->reason,
		    clashes[_i].reason);
		ck_assert(is_there(&first) && !is_there(&second));
	}
	stop(jobs[0]);
	ck_assert(!is_there(&first));
	test_job_start(jobs[1]);
	test_job_expect(jobs[1], REPORT_UP);
	ck_assert_msg(is_there(&second) && !is_there(&first), "%s",
	    output_of("ip -6 route show"));
	test_job_start(jobs[0]);
	test_job_expect(jobs[0], REPORT_FAILED);
	ck_assert(is_there(&second) && !is_there(&first));
	stop(jobs[1]);
	ck_assert(!is_there(&second));
	job_host_close(host);
}
END_TEST

START_TEST(a_change_to_what_another_has_otherwise_is_refused)
{
	struct test_job *jobs[2];
	struct awaited had = { "-6 route show", "via fe80::9 dev c0" };
	struct awaited has = { "-6 route show", "fe80::1 dev c0 proto 110" };
	struct job_host *host = plug("six", &jobs[0]);

	jobs[1] = job_host_job(host, "six9");
	test_job_set_device(jobs[1], "c0");
	for (int i = 0; i < 2; i++) {
		test_job_start(jobs[i]);
		test_job_expect(jobs[i], REPORT_UP);
	}
	test_job_update(jobs[1], "small6");
	ck_assert_str_eq(test_job_expect(jobs[1], REPORT_FAILED)->reason,
	    clashes[0].reason);
	ck_assert(is_there(&has) && !is_there(&had));
	stop(jobs[0]);
	ck_assert(!is_there(&has));
	job_host_close(host);
}
END_TEST

/* Not by netconf, or by one that was killed (proto 110). */
static const struct {
	const char *node, *there, *reason;
	struct awaited has, left;
} theres[] = {
	{ "small6", "via fe80::1 dev c0 mtu 1400 proto static",
	    "the kernel refuses the route to 2001:db8:9::/48: File exists: "
	    "that of others (proto 4) by the same way has another mtu; give "
	    "one of them another metric",
	    { "-6 route show", "mtu 1400" }, { "-6 route show", "mtu 1400" } },
	{ "small6", "via fe80::1 dev c0 mtu 1300 proto static", NULL,
	    { "-6 route show", "mtu 1300" }, { "-6 route show", "mtu 1300" } },
	{ "small6", "via fe80::1 dev c0 mtu 1300 proto 110", NULL,
	    { "-6 route show", "mtu 1300" } },
	{ "small6", "via fe80::1 dev c0 mtu 1400 proto 110", NULL,
	    { "-6 route show", "mtu 1300" } },
	{ "hops6", "proto 110 nexthop via fe80::1 dev c0 "
		   "nexthop via fe80::2 dev c0", NULL,
	    { "-6 route show", "via fe80::2 dev c0 weight 1" } },
	{ "hops6", "proto static nexthop via fe80::1 dev c0 "
		   "nexthop via fe80::2 dev c0", NULL,
	    { "-6 route show", "via fe80::2 dev c0 weight 1" },
	    { "-6 route show", "via fe80::2 dev c0 weight 1" } },
};

START_TEST(what_was_left_is_taken_over_and_what_others_made_is_not)
{
	struct awaited has = theres[_i].has, left = theres[_i].left;
	struct test_job *job;
	struct job_host *host = plug(theres[_i].node, &job);

	run("ip -6 route add 2001:db8:9::/48 %s", theres[_i].there);
	test_job_start(job);
	if (theres[_i].reason)
		ck_assert_str_eq(test_job_expect(job, REPORT_FAILED)->reason,
		    theres[_i].reason);
	else
		test_job_expect(job, REPORT_UP);
	ck_assert_msg(is_there(&has), "%s", output_of("ip -6 route show"));
	if (test_job_is_running(job))
		stop(job);
	ck_assert_msg(left.show ? is_there(&left)
				: !says("-6 route show", "2001:db8:9::/48"),
	    "%s", output_of("ip -6 route show"));
	job_host_close(host);
}
END_TEST

START_TEST(stopped_while_it_is_looked_whose_it_is_nothing_is_left)
{
	struct test_job *job;
	struct job_host *host = plug("small6", &job);

	for (unsigned n = 0;; n++) {
		run("ip -6 route replace 2001:db8:9::/48 via fe80::1 dev c0 "
		    "mtu %d proto 110", _i ? 1300 : 1400);
		if (!moment_reach(host, job, (struct moment){ n, false },
			NULL, NULL, NULL))
			break;
		moment_end(job);
		ck_assert(!says("-6 route show", "2001:db8:9::/48"));
	}
	moment_end(job);
	ck_assert(!says("-6 route show", "2001:db8:9::/48"));
	job_host_close(host);
}
END_TEST

static const struct {
	const char *node, *reason;
	bool is_alone, is_permanent;
} refusals[] = {
	{ "nowhere", "nothing says the way to 10.7.0.0/16: what it is over "
		     "has no device; give it 'via'", true, true },
	{ "mixed", "'source' is of another family than default", false,
	    true },
	{ "astray", "the kernel refuses the route to default: Network is "
		    "unreachable: Nexthop has invalid gateway" },
	/* It takes them, and makes them otherwise (ip_metrics_convert()). */
	{ "huge", "the kernel refuses the route to 10.9.0.0/16: mtu would be "
		  "65520, not 65535", .is_permanent = true },
	{ "huge6", "the kernel refuses the route to 2001:db8:9::/48: mtu "
		   "would be 65520, not 65535", .is_permanent = true },
};

START_TEST(what_cannot_be_is_said)
{
	struct test_job *job;
	struct job_host *host = plug(refusals[_i].node, &job);
	const struct report *report;

	if (refusals[_i].is_alone)
		test_job_set_device(job, NULL);
	test_job_start(job);
	report = test_job_expect(job, REPORT_FAILED);
	ck_assert_str_eq(report->reason, refusals[_i].reason);
	ck_assert_int_eq(report->permanent, refusals[_i].is_permanent);
	ck_assert(!says("route show table all", "proto 110"));
	ck_assert(!says("-6 route show table all", "proto 110"));
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("route");
	TCase *tcase = netns_case(suite, "route");

	tcase_add_loop_test(
	    tcase, routes_come_and_go, 0, ARRAY_SIZE(routes));
	tcase_add_loop_test(tcase,
	    stopped_or_pulled_at_any_moment_nothing_is_left, 0,
	    ARRAY_SIZE(several));
	tcase_add_test(tcase, another_configuration_changes_what_differs);
	tcase_add_test(tcase, a_route_follows_what_it_stands_on);
	tcase_add_loop_test(tcase, removed_by_others_it_is_put_back, 0,
	    ARRAY_SIZE(repairs));
	tcase_add_test(tcase, gone_with_its_source_it_is_put_back);
	tcase_add_test(tcase, removed_again_and_again_it_is_lost);
	tcase_add_test(tcase, what_no_dump_shows_is_not_missed);
	tcase_add_test(tcase, what_was_not_removed_does_not_count);
	tcase_add_test(
	    tcase, what_others_remove_of_their_own_is_their_business);
	tcase_add_test(tcase, the_metric_follows_the_order_of_preference);
	tcase_add_test(tcase, a_route_that_was_there_stays);
	tcase_add_loop_test(tcase, routes_to_the_same_stand_beside_each_other,
	    0, ARRAY_SIZE(pairs));
	tcase_add_loop_test(tcase,
	    of_two_routes_the_one_that_others_remove_is_put_back, 0,
	    ARRAY_SIZE(pairs));
	tcase_add_loop_test(tcase,
	    of_two_routes_those_that_others_replace_are_put_back, 0,
	    ARRAY_SIZE(pairs));
	tcase_add_loop_test(tcase,
	    what_two_nodes_have_just_the_same_goes_with_the_last, 0,
	    ARRAY_SIZE(same));
	tcase_add_loop_test(tcase, a_changed_route_takes_the_place_of_its_own,
	    0, ARRAY_SIZE(changes));
	tcase_add_loop_test(
	    tcase, the_metric_that_the_kernel_gives_may_be_said, 0, 2);
	tcase_add_loop_test(tcase,
	    what_is_one_to_the_kernel_has_to_say_the_same, 0,
	    ARRAY_SIZE(clashes));
	tcase_add_test(
	    tcase, a_change_to_what_another_has_otherwise_is_refused);
	tcase_add_loop_test(tcase,
	    what_was_left_is_taken_over_and_what_others_made_is_not, 0,
	    ARRAY_SIZE(theres));
	tcase_add_loop_test(tcase,
	    stopped_while_it_is_looked_whose_it_is_nothing_is_left, 0, 2);
	tcase_add_loop_test(
	    tcase, what_cannot_be_is_said, 0, ARRAY_SIZE(refusals));
	return netns_run(suite);
}
