/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv6 of the kind dhcp, against routers of the test's own, which may say
 * anything. (The labs have other people's.)
 */
#include <check.h>
#include <dirent.h>
#include <netinet/icmp6.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "tests/unit/job-host.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"
#include "tests/unit/put-sysctl.h"
#include "tests/unit/router.h"
#include "tests/unit/scratch.h"

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  card: { kind: below }\n"
    "  six: { kind: dhcp, over: card, ipv4: false, metric: 77 }\n"
    "  more: { kind: dhcp, over: card, ipv4: false, routes: true }\n"
    "  none: { kind: dhcp, over: card, ipv4: false, ipv6: false }\n"
    "  narrow: { kind: dhcp, over: card, ipv4: false,\n"
    "    use: [address, dns] }\n"
    "  odd: { kind: dhcp, over: card, ipv6: false, request-prefix: /56 }\n"
    "  both: { kind: dhcp, over: card }\n";

static pid_t other;

/* ---- a router ---- */

static void advertise(const struct advert *a)
{
	router_advertise(other, a);
}

static void advertise_usual(void)
{
	struct advert a;

	advert_make_usual(&a);
	advertise(&a);
}

/* ---- the kernel ---- */

static char *kernel_has(void)
{
	_cleanup_(free_ptr) char *addresses =
	    output_of("ip -6 addr show dev c0 scope global");
	_cleanup_(free_ptr) char *routes =
	    output_of("ip -6 route show dev c0");
	char *all;

	ck_assert_int_gt(asprintf(&all, "%s%s", addresses, routes), 0);
	return all;
}

#define SETTINGS "/proc/sys/net/ipv6/conf/c0/"

/* All of the card; what cannot be read is left out. */
static char *settings(void)
{
	struct text text = { 0 };
	struct dirent **entries;
	int n = scandir(SETTINGS, &entries, NULL, alphasort);

	ck_assert_int_gt(n, 0);
	for (int i = 0; i < n; i++) {
		char path[512], value[128] = "";
		FILE *file;

		snprintf(
		    path, sizeof(path), SETTINGS "%s", entries[i]->d_name);
		file = fopen(path, "r");
		if (file && fgets(value, sizeof(value), file))
			text_printf(
			    &text, "%s %s", entries[i]->d_name, value);
		if (file)
			fclose(file);
		free(entries[i]);
	}
	free(entries);
	return text_steal(&text);
}

/* ---- a card ---- */

static const char *libexec;

static void plug_card(void)
{
	run("ip link add c0 type veth peer name r0 netns %d", other);
	/* No second of looking for others with the same address. */
	put_sysctl("ipv6/conf/c0/dad_transmits", "0");
	run_in(other, "ip link set r0 addrgenmode none up");
	run_in(other, "ip addr add fe80::1/64 dev r0 nodad");
	run("ip link set c0 address 02:00:00:00:00:01 up");
}

static struct job_host *plug(const char *node, struct test_job **ret)
{
	struct job_host *host;

	other = netns_other();
	plug_card();
	host = job_host_open_in(
	    &provider_dhcp, profile, scratch_path(NULL), libexec);
	*ret = job_host_job(host, node);
	test_job_set_device(*ret, "c0");
	return host;
}

/* The next report in which the fact is that. */
static void await_fact(
    struct test_job *job, const char *key, const char *value)
{
	const struct report *report;
	const char *is;

	do {
		report = test_job_wait(job);
		is = report_fact(report, key);
	} while (!value ? is != NULL : !is || strcmp(is, value));
}

static void expect_fact(
    const struct report *report, const char *key, const char *value)
{
	const char *got = report_fact(report, key);

	ck_assert_msg(got && !strcmp(got, value), "%s is %s, not %s", key,
	    got ? got : "missing", value);
}

START_TEST(an_address_a_router_and_servers_are_facts)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);
	const struct report *report;

	_cleanup_(free_ptr) char *text = NULL;

	test_job_start(job);
	job_host_turn(host);
	advertise_usual();
	report = test_job_expect(job, REPORT_UP);
	expect_fact(report, "address6", "2001:db8:1::ff:fe00:1/64");
	expect_fact(report, "subnet6", "2001:db8:1::/64");
	expect_fact(report, "gateway6", "fe80::1");
	expect_fact(report, "prefixes6", "2001:db8:1::/64");
	ck_assert_ptr_null(report_fact(report, "routes6"));
	if (!report_fact(report, "dns"))
		await_fact(job, "dns", "2001:db8::53");
	text = output_of("ip -6 route");
	ck_assert_ptr_nonnull(
	    strstr(text, "default via fe80::1 dev c0 proto ra metric 77"));
	ck_assert_ptr_null(strstr(text, "2001:db8:ff::"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

/* Each with a lifetime, and a last one for an end of both. */
static void advertise_more(uint32_t prefix_s, uint8_t route_s)
{
	struct advert a;

	advert_begin(&a, 1800);
	advert_prefix(&a, "2001:db8:1::", 64, 3600);
	advert_prefix_with(&a, "2001:db8:2::", 64, ND_OPT_PI_FLAG_ONLINK,
	    prefix_s);
	advert_route(&a, route_s);
	router_advertise(other, &a);
}

START_TEST(prefixes_and_routes_are_facts_as_long_as_there_are_any)
{
	struct test_job *job;
	struct job_host *host = plug("more", &job);

	test_job_start(job);
	job_host_turn(host);
	advertise_more(3600, 100);
	await_fact(job, "routes6", "2001:db8:ff::/48 via fe80::1");
	advertise_more(3600, 0);
	await_fact(job, "routes6", NULL);
	advertise_more(2, 100);
	await_fact(job, "prefixes6", "2001:db8:1::/64 2001:db8:2::/64");
	await_fact(job, "prefixes6", "2001:db8:1::/64");
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		;
	job_host_close(host);
}
END_TEST

START_TEST(other_routes_are_taken_where_the_profile_says_so)
{
	struct test_job *job;
	struct job_host *host = plug("more", &job);

	_cleanup_(free_ptr) char *text = NULL, *after = NULL;

	test_job_start(job);
	job_host_turn(host);
	advertise_usual();
	test_job_expect(job, REPORT_UP);
	text = output_of("ip -6 route");
	ck_assert_ptr_nonnull(strstr(text, "2001:db8:ff::/48 via fe80::1"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	after = output_of("ip -6 route");
	ck_assert_ptr_null(strstr(after, "2001:db8"));
	job_host_close(host);
}
END_TEST

static void advertise_an_mtu(void)
{
	struct advert a;

	advert_begin(&a, 1800);
	advert_prefix(&a, "2001:db8:1::", 64, 3600);
	advert_mtu(&a);
	advert_server(&a, "2001:db8::53", 600);
	advertise(&a);
}

START_TEST(an_mtu_is_taken_where_use_has_it)
{
	static const char *const nodes[] = { "six", "narrow" };
	struct test_job *job;
	struct job_host *host = plug(nodes[_i], &job);

	_cleanup_(free_ptr) char *mtu = NULL;

	test_job_start(job);
	job_host_turn(host);
	advertise_an_mtu();
	await_fact(job, "dns", "2001:db8::53");
	mtu = output_of("cat " SETTINGS "mtu");
	ck_assert_int_eq(atoi(mtu), _i ? 1500 : 1400);
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(other_keys_are_taken_while_it_is_up)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);

	_cleanup_(free_ptr) char *text = NULL, *after = NULL;

	test_job_start(job);
	job_host_turn(host);
	advertise_usual();
	test_job_expect(job, REPORT_UP);
	/* The former routes go, and the routers are asked. */
	test_job_update(job, "more");
	await_fact(job, "gateway6", NULL);
	advertise_usual();
	await_fact(job, "gateway6", "fe80::1");
	text = output_of("ip -6 route");
	ck_assert_ptr_nonnull(strstr(text, "2001:db8:ff::/48 via fe80::1"));
	ck_assert_ptr_nonnull(strstr(text, "metric 1000"));
	ck_assert_ptr_null(strstr(text, "metric 77"));
	test_job_update(job, "none");
	test_job_expect(job, REPORT_FAILED);
	after = output_of("ip -6 route");
	ck_assert_ptr_null(strstr(after, "2001:db8"));
	job_host_close(host);
}
END_TEST

START_TEST(without_routes_in_use_there_is_no_default_route)
{
	struct test_job *job;
	struct job_host *host = plug("narrow", &job);

	_cleanup_(free_ptr) char *text = NULL;

	test_job_start(job);
	job_host_turn(host);
	advertise_usual();
	await_fact(job, "dns", "2001:db8::53");
	text = output_of("ip -6 route");
	ck_assert_ptr_null(strstr(text, "default"));
	ck_assert_ptr_nonnull(strstr(text, "2001:db8:1::/64"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(nothing_of_it_is_left_and_what_others_made_is)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);

	_cleanup_(free_ptr) char *before, *set_before, *after, *set_after;

	run("ip addr add 2001:db8:1::99/64 dev c0 nodad");
	run("ip route add 2001:db8:7::/48 via fe80::9 dev c0");
	before = kernel_has();
	set_before = settings();
	test_job_start(job);
	job_host_turn(host);
	advertise_usual();
	test_job_expect(job, REPORT_UP);
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	after = kernel_has();
	set_after = settings();
	ck_assert_str_eq(after, before);
	ck_assert_str_eq(set_after, set_before);
	job_host_close(host);
}
END_TEST

/* Of another card, which no node is over: the kernel takes what a router says
 * there by itself. */
static bool has_its_own(void *ctx)
{
	_cleanup_(free_ptr) char *addresses =
	    output_of("ip -6 addr show dev c1");
	_cleanup_(free_ptr) char *routes =
	    output_of("ip -6 route show dev c1");

	(void)ctx;
	return strstr(addresses, "2001:db8:1::ff:fe00:2/64") &&
	    strstr(routes, "2001:db8:1::/64 proto kernel") &&
	    strstr(routes, "default via fe80::1 proto ra");
}

static void plug_another_card(struct job_host *host)
{
	pid_t elsewhere = netns_other();
	struct advert a;

	run("ip link add c1 type veth peer name r0 netns %d", elsewhere);
	put_sysctl("ipv6/conf/c1/dad_transmits", "0");
	run_in(elsewhere, "ip link set r0 addrgenmode none up");
	run_in(elsewhere, "ip addr add fe80::1/64 dev r0 nodad");
	run("ip link set c1 address 02:00:00:00:00:02 up");
	advert_make_usual(&a);
	router_advertise(elsewhere, &a);
	job_host_wait(host, has_its_own, NULL, "an address of c1");
}

/* What is on the card and not of routers: IPv4, and a route that the kernel
 * has made to the other end. */
static char *others_have(void)
{
	_cleanup_(free_ptr) char *ipv4 = output_of("ip -4 addr show dev c0");
	_cleanup_(free_ptr) char *routes4 = output_of("ip route show dev c0");
	_cleanup_(free_ptr) char *all = kernel_has();
	char *text;

	ck_assert_int_gt(asprintf(&text, "%s%s%s", ipv4, routes4, all), 0);
	return text;
}

START_TEST(what_is_not_of_routers_or_of_another_card_stays)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);

	_cleanup_(free_ptr) char *before = NULL, *after = NULL;

	plug_another_card(host);
	run("ip addr add 192.0.2.9/24 dev c0");
	run("ip addr add 2001:db8:5::1 peer 2001:db8:6::2 dev c0 nodad");
	/* The kernel makes the route to its other end in the background. */
	while (!(before = others_have()) ||
	    !strstr(before, "2001:db8:6::2 proto kernel"))
		free(steal_ptr(before));
	test_job_start(job);
	job_host_turn(host);
	advertise_usual();
	test_job_expect(job, REPORT_UP);
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	after = others_have();
	ck_assert_str_eq(after, before);
	ck_assert(has_its_own(NULL));
	run("ip link del c1"); /* it has lifetimes, which count */
	job_host_close(host);
}
END_TEST

START_TEST(without_a_router_it_waits_until_there_is_one)
{
	const struct report *report;
	struct test_job *job;
	struct job_host *host = plug("six", &job);
	struct advert a;

	test_job_start(job);
	ck_assert_str_eq(test_job_expect(job, REPORT_UNMET)->reason,
	    "no router advertises on c0");
	advertise_usual();
	/* Before that it may say that there is no address yet. */
	while ((report = test_job_wait(job))->type == REPORT_UNMET)
		;
	ck_assert_int_eq(report->type, REPORT_UP);
	advert_begin(&a, 0);
	advertise(&a);
	while (test_job_wait(job)->type != REPORT_UNMET)
		;
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(a_prefix_that_gives_no_address_is_said_so)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);
	struct advert a;

	test_job_start(job);
	job_host_turn(host);
	advert_begin(&a, 1800);
	advert_prefix(&a, "2001:db8::", 48, 3600);
	advertise(&a);
	ck_assert_str_eq(
	    test_job_expect(job, REPORT_UNMET)->reason,
	    "no IPv6 address yet on c0");
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

static const struct {
	uint8_t length, flags;
	bool has_address; /* 64 bits of its own are the interface's */
	const char *route; /* NULL: the prefix is not on the link */
} prefixes[] = {
	{ 64, ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO, true,
	    "2001:db8:1::/64" },
	{ 64, ND_OPT_PI_FLAG_AUTO, true, NULL },
	{ 64, ND_OPT_PI_FLAG_ONLINK, false, "2001:db8:1::/64" },
	{ 48, ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO, false,
	    "2001:db8:1::/48" },
	{ 96, ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO, false,
	    "2001:db8:1::/96" },
	{ 128, ND_OPT_PI_FLAG_ONLINK, false, "2001:db8:1::" },
	{ 48, ND_OPT_PI_FLAG_AUTO, false, NULL },
};

/* Beside one that gives an address, so that the node is up. */
START_TEST(of_a_prefix_the_kernel_makes_what_it_may)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);
	_cleanup_(free_ptr) char *has = NULL, *after = NULL;
	struct advert a;

	test_job_start(job);
	job_host_turn(host);
	advert_begin(&a, 1800);
	advert_prefix_with(&a, "2001:db8:1::", prefixes[_i].length,
	    prefixes[_i].flags, 3600);
	advert_prefix(&a, "2001:db8:2::", 64, 3600);
	advertise(&a);
	test_job_expect(job, REPORT_UP);
	has = kernel_has();
	ck_assert(!strstr(has, "2001:db8:1::ff:fe00:1/64") ==
	    !prefixes[_i].has_address);
	ck_assert_ptr_nonnull(strstr(has, prefixes[_i].has_address
		? "2001:db8:1::ff:fe00:1"
		: "2001:db8:2::ff:fe00:1"));
	ck_assert(!strstr(has, "\n2001:db8:1::") == !prefixes[_i].route);
	if (prefixes[_i].route)
		ck_assert_ptr_nonnull(strstr(has, prefixes[_i].route));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	after = kernel_has();
	ck_assert_ptr_null(strstr(after, "2001:db8"));
	job_host_close(host);
}
END_TEST

/* All goes through the router then (RFC 5942). */
START_TEST(a_prefix_that_is_not_on_the_link_gives_an_address)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);
	_cleanup_(free_ptr) char *has = NULL;
	const struct report *report;
	struct advert a;

	test_job_start(job);
	job_host_turn(host);
	advert_begin(&a, 1800);
	advert_prefix_with(
	    &a, "2001:db8:1::", 64, ND_OPT_PI_FLAG_AUTO, 3600);
	advertise(&a);
	report = test_job_expect(job, REPORT_UP);
	expect_fact(report, "address6", "2001:db8:1::ff:fe00:1/64");
	expect_fact(report, "subnet6", "2001:db8:1::/64");
	expect_fact(report, "gateway6", "fe80::1");
	has = kernel_has();
	ck_assert_ptr_null(strstr(has, "\n2001:db8:1::"));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(a_server_lasts_as_long_as_the_router_said)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);
	struct advert a;

	test_job_start(job);
	job_host_turn(host);
	advert_begin(&a, 1800);
	advert_prefix(&a, "2001:db8:1::", 64, 3600);
	advert_server(&a, "fe80::53", 2);
	advertise(&a);
	await_fact(job, "dns", "fe80::53%c0");
	await_fact(job, "dns", NULL);
	ck_assert(test_job_is_running(job));
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

enum { FLOOD = 2000 };

static void flood(void)
{
	pid_t child = fork();
	struct advert a;
	int fd;

	if (child) {
		finish(child);
		return;
	}
	fd = router_open(other);
	for (int i = 0; i < FLOOD; i++) {
		char text[64];

		advert_begin(&a, 1800);
		for (int k = 0; k < 8; k++) {
			snprintf(text, sizeof(text), "2001:db8:%x:%x::", i, k);
			advert_prefix(&a, text, 64, UINT32_MAX);
			snprintf(text, sizeof(text), "2001:db8::%x:%x", i, k);
			advert_server(&a, text, (uint32_t)(600 + i));
		}
		router_send(fd, &a);
	}
	_exit(0);
}

START_TEST(a_flood_of_advertisements_costs_little_and_leaves_nothing)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);
	const struct report *report;
	int n_reports = 0, n_servers = 1;

	_cleanup_(free_ptr) char *before = kernel_has(), *after;

	test_job_start(job);
	job_host_turn(host);
	flood();
	/* It may have waited in vain for as long as the flood was made. */
	while ((report = test_job_wait(job))->type == REPORT_UNMET)
		;
	ck_assert_int_eq(report->type, REPORT_UP);
	for (int i = 0; i < 100000; i++)
		job_host_turn(host);
	for (const struct report *next;
	    (next = test_job_next(job)); report = next)
		n_reports++;
	for (const char *dns = report_fact(report, "dns");
	    (dns = strchr(dns, ' ')); dns++)
		n_servers++;
	ck_assert_int_le(n_servers, 8);
	ck_assert_int_le(n_reports, 10);
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	after = kernel_has();
	ck_assert_str_eq(after, before);
	job_host_close(host);
}
END_TEST

START_TEST(a_card_that_is_pulled_leaves_nothing_to_do)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);

	test_job_start(job);
	job_host_turn(host);
	advertise_usual();
	test_job_expect(job, REPORT_UP);
	run("ip link del c0");
	test_job_set_device_is_gone(job);
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		;
	job_host_close(host);
}
END_TEST

/* Without a DHCPv6 server, and with one that is said to be there. */
START_TEST(its_card_may_be_pulled_at_any_moment_of_a_start)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);
	struct advert a;
	pid_t router;

	advert_make_usual(&a);
	advert_flags(&a, _i ? ND_RA_FLAG_MANAGED : 0);
	router = router_answer(other, &a);
	moments_pull(host, job, "c0", plug_card, NULL);
	job_host_close(host);
	kill(router, SIGKILL);
	waitpid(router, NULL, 0);
}
END_TEST

START_TEST(it_can_be_stopped_before_anything_has_come)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);

	_cleanup_(free_ptr) char *before = settings(), *after;

	test_job_start(job);
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	after = settings();
	ck_assert_str_eq(after, before);
	job_host_close(host);
}
END_TEST

START_TEST(a_card_without_ipv6_fails)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);

	put_sysctl("ipv6/conf/c0/disable_ipv6", "1");
	test_job_start(job);
	ck_assert_str_eq(test_job_expect(job, REPORT_FAILED)->reason,
	    "cannot use IPv6, which is off there (disable_ipv6): "
	    "Operation not supported");
	job_host_close(host);
}
END_TEST

START_TEST(keys_that_do_not_go_together_are_refused_for_good)
{
	static const struct {
		const char *node, *reason;
	} cases[] = {
		{ "none", "cannot do anything with neither 'ipv4' nor 'ipv6': "
			  "Operation not supported" },
		{ "odd", "cannot get a prefix without 'ipv6': "
			 "Operation not supported" },
	};
	struct test_job *job;
	struct job_host *host = plug(cases[_i].node, &job);
	const struct report *report;

	test_job_start(job);
	report = test_job_expect(job, REPORT_FAILED);
	ck_assert(report->permanent);
	ck_assert_str_eq(report->reason, cases[_i].reason);
	job_host_close(host);
}
END_TEST

START_TEST(one_node_at_a_time_does_it_on_a_card)
{
	struct test_job *job, *second;
	struct job_host *host = plug("six", &job);

	second = job_host_job(host, "more");
	test_job_set_device(second, "c0");
	test_job_start(job);
	test_job_start(second);
	ck_assert_str_eq(test_job_expect(second, REPORT_FAILED)->reason,
	    "cannot listen to routers where another node does: "
	    "Device or resource busy");
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(without_a_lease_it_is_up_with_ipv6)
{
	struct test_job *job;
	struct job_host *host = plug("both", &job);
	const struct report *report;

	test_job_start(job);
	job_host_turn(host);
	advertise_usual();
	/* No server answers, which takes 5 s to be sure. */
	report = test_job_expect(job, REPORT_UP);
	expect_fact(report, "subnet6", "2001:db8:1::/64");
	ck_assert_ptr_null(report_fact(report, "address"));
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		;
	job_host_close(host);
}
END_TEST

START_TEST(another_card_means_other_addresses)
{
	struct test_job *job;
	struct job_host *host = plug("six", &job);

	_cleanup_(free_ptr) char *left = NULL, *nothing = NULL;
	const struct report *report;

	nothing = kernel_has();
	run("ip link add c1 type veth peer name r1 netns %d", other);
	put_sysctl("ipv6/conf/c1/dad_transmits", "0");
	run("ip link set c1 address 02:00:00:00:00:02 up");
	test_job_start(job);
	job_host_turn(host);
	advertise_usual();
	test_job_expect(job, REPORT_UP);
	test_job_set_device(job, "c1");
	test_job_rebind(job);
	while (test_job_wait(job)->type != REPORT_UNMET)
		;
	left = kernel_has();
	ck_assert_str_eq(left, nothing);
	/* A router is there, too. */
	run_in(other, "ip link del r0");
	run_in(other, "ip link set r1 name r0 addrgenmode none");
	run_in(other, "ip link set r0 up");
	run_in(other, "ip addr add fe80::1/64 dev r0 nodad");
	advertise_usual();
	while ((report = test_job_wait(job))->type == REPORT_UNMET)
		;
	ck_assert_int_eq(report->type, REPORT_UP);
	expect_fact(report, "address6", "2001:db8:1::ff:fe00:2/64");
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dhcp-ipv6");
	TCase *t;

	/* netconf-dhcp4 becomes another user, which only root can. */
	if (geteuid()) {
		printf("1..0 # SKIP needs root\n");
		return getenv("CK_TAP_LOG_FILE_NAME") ? 0 : 77;
	}
	libexec = getenv("NETCONF_BUILD");
	libexec = libexec ? libexec : ".";
	t = netns_case(suite, "ipv6");
	tcase_add_checked_fixture(t, scratch_open, scratch_close);
	tcase_add_test(t, an_address_a_router_and_servers_are_facts);
	tcase_add_test(
	    t, without_routes_in_use_there_is_no_default_route);
	tcase_add_test(
	    t, prefixes_and_routes_are_facts_as_long_as_there_are_any);
	tcase_add_test(t, other_routes_are_taken_where_the_profile_says_so);
	tcase_add_test(t, other_keys_are_taken_while_it_is_up);
	tcase_add_loop_test(t, an_mtu_is_taken_where_use_has_it, 0, 2);
	tcase_add_test(t, nothing_of_it_is_left_and_what_others_made_is);
	tcase_add_test(t, what_is_not_of_routers_or_of_another_card_stays);
	tcase_add_test(t, without_a_router_it_waits_until_there_is_one);
	tcase_add_test(t, a_prefix_that_gives_no_address_is_said_so);
	tcase_add_loop_test(t, of_a_prefix_the_kernel_makes_what_it_may, 0,
	    ARRAY_SIZE(prefixes));
	tcase_add_test(
	    t, a_prefix_that_is_not_on_the_link_gives_an_address);
	tcase_add_test(t, a_server_lasts_as_long_as_the_router_said);
	tcase_add_test(
	    t, a_flood_of_advertisements_costs_little_and_leaves_nothing);
	tcase_add_test(t, a_card_that_is_pulled_leaves_nothing_to_do);
	tcase_add_loop_test(t,
	    its_card_may_be_pulled_at_any_moment_of_a_start, 0, 2);
	tcase_add_test(t, it_can_be_stopped_before_anything_has_come);
	tcase_add_test(t, a_card_without_ipv6_fails);
	tcase_add_loop_test(t,
	    keys_that_do_not_go_together_are_refused_for_good, 0, 2);
	tcase_add_test(t, one_node_at_a_time_does_it_on_a_card);
	tcase_add_test(t, without_a_lease_it_is_up_with_ipv6);
	tcase_add_test(t, another_card_means_other_addresses);
	return netns_run(suite);
}
