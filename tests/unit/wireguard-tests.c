/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/wireguard-tests.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/wireguard/wireguard.h"
#include "tests/unit/job-host.h"
#include "tests/unit/made-link-tests.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"
#include "tests/unit/wireguard-far.h"

/* ---- configuration ---- */

START_TEST(keys_reach_the_kernel)
{
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    "private-key: " OUR_KEY ", listen-port: 51999, mark: 7, "
	    "mtu: 1400, peers: [ " FAR_PEER ", preshared-key: " PSK ", "
	    "allowed-ips: [10.9.0.0/16, '2001:db8:9::/48'], "
	    "persistent-keepalive: 24500ms }, "
	    "{ public-key: " ELSE_PUBLIC ", "
	    "endpoint: '[2001:db8::9]:7' } ]", NULL, &job);
	const struct report *report;

	test_job_start(job);
	report = test_job_expect(job, REPORT_UP);
	ck_assert_str_eq(report_fact(report, "public-key"), OUR_PUBLIC);
	ck_assert_str_eq(report_fact(report, "listen-port"), "51999");
	ck_assert_str_eq(report_fact(report, "endpoint"), "192.0.2.2:51820");
	ck_assert_str_eq(report_fact(report, "handshake"), "none");
	ck_assert_str_eq(report_fact(report, "mtu"), "1400");
	check_prints("wg show wg0 dump",
	    OUR_KEY "\t" OUR_PUBLIC "\t51999\t0x7\n");
	check_prints("wg show wg0 dump",
	    FAR_PUBLIC "\t" PSK "\t192.0.2.2:51820\t10.9.0.0/16,"
		       "2001:db8:9::/48\t0\t0\t");
	check_prints("wg show wg0 persistent-keepalive", FAR_PUBLIC "\t25\n");
	check_prints("wg show wg0 dump",
	    ELSE_PUBLIC "\t(none)\t[2001:db8::9]:7\t(none)\t0\t0\t0\toff\n");
	ck_assert_ptr_null(strstr(job_host_log(host), OUR_KEY));
	job_host_close(host);
}
END_TEST

/* More than go into one message, and a peer's networks, too. */
START_TEST(many_peers_and_networks_reach_the_kernel)
{
	enum { N_PEERS = 60, N_MANY = 400 };
	struct text keys = { 0 };
	char text[WORDS_KEY_TEXT_SIZE];
	uint8_t key[WORDS_KEY_SIZE] = { 0 };
	struct job_host *host;
	struct test_job *job;
	char *printed;
	size_t n = 0;

	text_printf(&keys, "private-key: " OUR_KEY ", routes: false, "
			   "peers: [ { public-key: " FAR_PUBLIC ", "
			   "allowed-ips: [10.0.0.0/24");
	for (int i = 1; i < N_MANY; i++)
		text_printf(&keys, ", 10.%d.%d.0/24", i / 256, i % 256);
	text_append(&keys, "] }");
	for (int i = 0; i < N_PEERS; i++) {
		key[0] = (uint8_t)(i + 1);
		words_print_key(key, text);
		text_printf(&keys, ", { public-key: %s, preshared-key: " PSK
		    ", allowed-ips: [172.16.%d.0/24, 172.17.%d.0/24] }", text,
		    i, i);
	}
	text_append(&keys, " ]");
	host = wireguard_host(&provider_wireguard, keys.data, NULL, &job);
	text_clear(&keys);
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	printed = output_of("wg show wg0 allowed-ips");
	for (const char *at = printed; (at = strstr(at, "/24")); at++)
		n++;
	ck_assert_uint_eq(n, N_MANY + 2 * N_PEERS);
	free(printed);
	job_host_close(host);
}
END_TEST

START_TEST(a_port_that_is_taken_is_said)
{
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", listen-port: 51999", NULL, &job);

	run("ip link add w9 type wireguard");
	run("wg set w9 listen-port 51999");
	run("ip link set w9 up");
	test_job_start(job);
	ck_assert_str_eq(test_job_expect(job, REPORT_FAILED)->reason,
	    "another program has the UDP port 51999");
	ck_assert(!link_exists("wg0"));
	job_host_close(host);
}
END_TEST

/* ---- addresses and routes ---- */

START_TEST(addresses_and_routes_to_what_is_allowed_are_there)
{
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", peers: [ " FAR_PEER ", allowed-ips: [10.9.0.0/16, "
	    "'2001:db8:9::/48'] } ]", NULL, &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	check_prints("ip addr show dev wg0", "inet 10.8.0.2/24");
	check_prints(
	    "ip route show dev wg0", "10.9.0.0/16 proto 110 scope link");
	check_prints("ip -6 route show dev wg0", "2001:db8:9::/48 proto 110");
	ck_assert(!prints("32765", "ip rule"));
	check_prints("wg show wg0 fwmark", "off");
	/* A link that was down has lost them. */
	run("ip link set wg0 down");
	test_job_expect(job, REPORT_UNMET);
	run("ip link set wg0 up");
	test_job_expect(job, REPORT_UP);
	job_host_wait(host, is_printed,
	    &(struct printed){ "ip route show dev wg0", "10.9.0.0/16" },
	    "the route again");
	run("ip route del 10.9.0.0/16");
	job_host_wait(host, is_printed,
	    &(struct printed){ "ip route show dev wg0", "10.9.0.0/16" },
	    "the route that was removed");
	run("ip addr del 10.8.0.2/24 dev wg0");
	job_host_wait(host, is_printed,
	    &(struct printed){ "ip addr show dev wg0", "10.8.0.2/24" },
	    "the address again");
	job_host_close(host);
}
END_TEST

START_TEST(a_table_takes_the_routes_and_routes_false_none)
{
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", table: 77, peers: [ " FAR_PEER ", "
	    "allowed-ips: 0.0.0.0/0 } ]",
	    OURS ", routes: false, peers: [ " FAR_PEER ", "
	    "allowed-ips: 0.0.0.0/0 } ]", &job);

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	check_prints("ip route show table 77", "default dev wg0");
	check_prints("wg show wg0 fwmark", "off");
	ck_assert(!prints("32765", "ip rule"));
	test_job_update(job, "wg1");
	while (prints("default", "ip route show table 77"))
		job_host_turn(host);
	job_host_close(host);
}
END_TEST

/* All goes into the tunnel, but the packets that it consists of, and what is
 * near. */
START_TEST(a_default_route_leaves_the_way_to_the_peer_alone)
{
	pid_t far = far_lay_out();
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", peers: [ " FAR_PEER ", allowed-ips: [0.0.0.0/0, "
	    "'::/0'], persistent-keepalive: 25s } ], "
	    "up-after-handshake: true", NULL, &job);

	far_make(far, OUR_PUBLIC);
	run("ip route add default via 192.0.2.3");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	check_prints("ip route get 198.51.100.1", "dev wg0");
	check_prints("ip route get 192.0.2.9", "dev u0");
	check_prints("ip -6 route get 2001:db8::1", "dev wg0");
	check_prints("ip route get 198.51.100.1 mark 0x6e630001",
	    "via 192.0.2.3 dev u0");
	run("ip rule del priority 32765");
	job_host_wait(host, is_printed,
	    &(struct printed){ "ip rule", "32765" }, "the rule again");
	run("ping -c 1 -W 5 198.51.100.1");
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!prints("32764", "ip rule") && !prints("32765", "ip rule"));
	ck_assert(!prints("32764", "ip -6 rule"));
	check_prints("ip route get 198.51.100.1", "via 192.0.2.3 dev u0");
	job_host_close(host);
}
END_TEST

/* Its endpoint is in the network that is behind it. */
START_TEST(a_network_around_the_peer_leaves_the_way_to_it_alone)
{
	pid_t far = far_lay_out();
	const struct report *report;
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", peers: [ { public-key: " FAR_PUBLIC ", "
	    "endpoint: '198.51.100.9:51820', "
	    "allowed-ips: [198.51.100.0/24, 10.8.0.0/24] } ], "
	    "up-after-handshake: true", NULL, &job);

	far_make(far, OUR_PUBLIC);
	run_in(far, "ip addr add 198.51.100.9/32 dev u1");
	run("ip route add default via 192.0.2.3");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	run("ping -c 1 -W 5 198.51.100.1");
	/* Only to begin the handshake. */
	job_host_wait(host, is_printed,
	    &(struct printed){ "wg show wg0 persistent-keepalive",
		FAR_PUBLIC "\toff" },
	    "the end of keepalive");
	run("ip link del wg0");
	do
		report = test_job_wait(job);
	while (report->type == REPORT_UNMET); /* set down first, for long */
	ck_assert_int_eq(report->type, REPORT_FAILED);
	ck_assert_str_eq(report->reason, "wg0 was removed by someone else");
	ck_assert(!prints("32765", "ip rule"));
	job_host_close(host);
}
END_TEST

/* With a name being looked up, addresses, routes and rules under way. */
START_TEST(stopped_or_removed_at_any_moment_nothing_is_left)
{
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", peers: [ { public-key: " FAR_PUBLIC ", "
	    "endpoint: 'localhost:51820', allowed-ips: [0.0.0.0/0, '::/0'], "
	    "persistent-keepalive: 25s } ]", NULL, &job);

	for (int turns = 0, more = 4; turns < 40 && more; turns++) {
		test_job_start(job);
		for (int i = 0; i < turns; i++)
			job_host_turn(host);
		more -= test_job_next(job) != NULL;
		if (turns % 2 && link_exists("wg0")) {
			run("ip link del wg0");
			while (test_job_wait(job)->type != REPORT_FAILED)
				;
		} else {
			test_job_stop(job);
			while (test_job_wait(job)->type != REPORT_DOWN)
				;
		}
		ck_assert(!link_exists("wg0"));
		ck_assert(!prints("fwmark", "ip rule"));
		ck_assert(!prints("fwmark", "ip -6 rule"));
	}
	job_host_close(host);
}
END_TEST

static void expect_no_tunnel(void)
{
	ck_assert(!link_exists("wg0"));
	ck_assert(!prints("fwmark", "ip rule"));
	ck_assert(!prints("fwmark", "ip -6 rule"));
}

/* Until the first handshake. */
START_TEST(the_card_to_the_peer_may_be_pulled_at_any_moment_of_a_start)
{
	pid_t far = far_lay_out();
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", peers: [ " FAR_PEER ", allowed-ips: [0.0.0.0/0], "
	    "persistent-keepalive: 1s } ], up-after-handshake: true", NULL,
	    &job);

	far_make(far, OUR_PUBLIC);
	moments_pull(host, job, "u0", far_plug, expect_no_tunnel);
	job_host_close(host);
}
END_TEST

/* ---- handshakes ---- */

START_TEST(with_a_wrong_key_it_is_never_up_and_says_so)
{
	pid_t far = far_lay_out();
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", peers: [ " FAR_PEER ", allowed-ips: 0.0.0.0/0, "
	    "persistent-keepalive: 25s } ], up-after-handshake: true", NULL,
	    &job);
	const struct report *report;

	far_make(far, ELSE_PUBLIC);
	test_job_start(job);
	ck_assert_str_eq(test_job_expect(job, REPORT_UNMET)->reason,
	    "no answer from 192.0.2.2: is it there, and do both ends have "
	    "each other's public key?");
	/* Nobody is sent to where nobody is. */
	ck_assert(!prints("32765", "ip rule"));
	/* The right one: then it is. */
	run_in(far, "wg set far0 peer %s endpoint 192.0.2.1:9 "
		    "allowed-ips 10.8.0.2/32", OUR_PUBLIC);
	test_job_rebind(job);
	report = test_job_expect(job, REPORT_UP);
	ck_assert_str_eq(report_fact(report, "handshake"), "recent");
	job_host_close(host);
}
END_TEST

START_TEST(a_peer_that_changes_or_goes_does_not_disturb_another)
{
	pid_t far = far_lay_out();
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", peers: [ " FAR_PEER ", allowed-ips: 10.8.0.0/24 }, "
	    "{ public-key: " ELSE_PUBLIC ", allowed-ips: 10.9.0.0/24 } ], "
	    "up-after-handshake: true",
	    OURS ", peers: [ { public-key: " OUR_KEY ", "
	    "preshared-key: " PSK ", allowed-ips: 10.7.0.0/24 }, " FAR_PEER
	    ", allowed-ips: [10.8.0.0/24, 198.51.100.0/24] } ], "
	    "up-after-handshake: true", &job);
	_cleanup_(free_ptr) char *before = NULL;
	const char *ifindex;

	far_make(far, OUR_PUBLIC);
	test_job_start(job);
	ifindex = report_fact(test_job_expect(job, REPORT_UP), "ifindex");
	before = output_of("wg show wg0 latest-handshakes");
	*strchr(strstr(before, FAR_PUBLIC), '\n') = '\0';
	test_job_update(job, "wg1");
	job_host_wait(host, is_printed,
	    &(struct printed){ "wg show wg0 allowed-ips",
		FAR_PUBLIC "\t10.8.0.0/24 198.51.100.0/24" },
	    "more that the peer is allowed");
	check_prints("wg show wg0 allowed-ips", OUR_KEY "\t10.7.0.0/24");
	check_prints("wg show wg0 preshared-keys", OUR_KEY "\t" PSK);
	ck_assert(!prints(ELSE_PUBLIC, "wg show wg0"));
	check_prints("wg show wg0 latest-handshakes",
	    strstr(before, FAR_PUBLIC));
	job_host_wait(host, is_printed,
	    &(struct printed){ "ip route show dev wg0", "198.51.100.0/24" },
	    "the route");
	run("ping -c 1 -W 5 198.51.100.1");
	ck_assert_uint_eq((unsigned)atoi(ifindex), if_nametoindex("wg0"));
	job_host_close(host);
}
END_TEST

static bool next_has_answered(void *ctx)
{
	(void)ctx;
	return prints(NEXT_PUBLIC, "wg show wg0 latest-handshakes") &&
	    !prints(NEXT_PUBLIC "\t0\n", "wg show wg0 latest-handshakes");
}

/* Nobody sends anything, nor has it keepalive. */
START_TEST(a_peer_with_another_key_is_made_to_answer)
{
	char path[] = "/tmp/netconf-wireguard.XXXXXX";
	pid_t far = far_lay_out();
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", peers: [ " FAR_PEER ", allowed-ips: 10.8.0.0/24 } ], "
	    "up-after-handshake: true",
	    OURS ", peers: [ { public-key: " NEXT_PUBLIC ", "
	    "endpoint: '192.0.2.2:51820', allowed-ips: 10.8.0.0/24 } ], "
	    "up-after-handshake: true", &job);

	far_make(far, OUR_PUBLIC);
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	write_key(path, NEXT_KEY);
	run_in(far, "wg set far0 private-key %s", path);
	unlink(path);
	test_job_update(job, "wg1");
	job_host_wait(host, next_has_answered, NULL, "its answer");
	job_host_close(host);
}
END_TEST

/* The time after which it counts as silent, made short. */
START_TEST(a_peer_that_answers_no_more_is_missed_until_it_does)
{
	struct wireguard_kind kind = wireguard_kind;
	struct provider provider = provider_wireguard;
	pid_t far = far_lay_out();
	struct test_job *job;
	struct job_host *host;

	kind.stale_ms = 500;
	provider.own = &kind.link;
	host = wireguard_host(&provider,
	    OURS ", listen-port: 51821, peers: [ " FAR_PEER ", "
	    "allowed-ips: 10.8.0.0/24, persistent-keepalive: 1s } ], "
	    "up-after-handshake: true", NULL, &job);
	far_make(far, OUR_PUBLIC);
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ck_assert_str_eq(test_job_expect(job, REPORT_UNMET)->reason,
	    "192.0.2.2 does not answer any more");
	/* The route stays: what is meant for it goes nowhere else. */
	check_prints("ip route get 10.8.0.1", "dev wg0");
	run_in(far, "wg set far0 peer %s remove", OUR_PUBLIC);
	run_in(far, "wg set far0 peer %s endpoint 192.0.2.1:51821 "
		    "allowed-ips 10.8.0.2/32 persistent-keepalive 1",
	    OUR_PUBLIC);
	test_job_expect(job, REPORT_UP);
	job_host_close(host);
}
END_TEST

void wireguard_tests(Suite *suite)
{
	TCase *tcase = netns_case(suite, "wireguard");

	tcase_add_test(tcase, keys_reach_the_kernel);
	tcase_add_test(tcase, many_peers_and_networks_reach_the_kernel);
	tcase_add_test(tcase, a_port_that_is_taken_is_said);
	tcase_add_test(
	    tcase, addresses_and_routes_to_what_is_allowed_are_there);
	tcase_add_test(tcase, a_table_takes_the_routes_and_routes_false_none);
	tcase_add_test(
	    tcase, a_default_route_leaves_the_way_to_the_peer_alone);
	tcase_add_test(
	    tcase, a_network_around_the_peer_leaves_the_way_to_it_alone);
	tcase_add_test(
	    tcase, stopped_or_removed_at_any_moment_nothing_is_left);
	tcase_add_test(tcase,
	    the_card_to_the_peer_may_be_pulled_at_any_moment_of_a_start);
	tcase_add_test(tcase, with_a_wrong_key_it_is_never_up_and_says_so);
	tcase_add_test(
	    tcase, a_peer_that_changes_or_goes_does_not_disturb_another);
	tcase_add_test(tcase, a_peer_with_another_key_is_made_to_answer);
	tcase_add_test(
	    tcase, a_peer_that_answers_no_more_is_missed_until_it_does);
}
