/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Link-local addresses, against the real kernel; beside the card another
 * host, in a namespace of its own. */
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/dhcp/linklocal.h"
#include "providers/support/repair.h"
#include "tests/unit/arp.h"
#include "tests/unit/job-host.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"

static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t other_mac[6] = {2, 0, 0, 0, 0, 7};
static struct job_host *host;
static struct test_job *ll;
static pid_t other;

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  card: { kind: below }\n"
    "  ll: { kind: linklocal, over: card }\n"
    "  six: { kind: linklocal, over: card, family: ipv6 }\n";

static void plug(void)
{
	run("ip link add c0 address 02:00:00:00:00:01 type veth "
	    "peer name r0 netns %d", other);
	run_in(other, "ip link set r0 up");
	run("ip link set c0 up");
}

static void open_bench(const char *node)
{
	const char *build = getenv("NETCONF_BUILD");

	other = netns_other();
	plug();
	host = job_host_open_in(
	    &provider_linklocal, profile, "/nonexistent", build ? build : ".");
	ll = job_host_job(host, node);
	test_job_set_device(ll, "c0");
}

/* "169.254.7.9": the n-th that the card tries. */
static const char *candidate(unsigned n)
{
	static char text[4][INET_ADDRSTRLEN];
	struct in_addr address = linklocal_candidate(mac, n);

	return inet_ntop(AF_INET, &address, text[n % 4], INET_ADDRSTRLEN);
}

static bool has_address(const char *address)
{
	_cleanup_(free_ptr) char *text = output_of("ip -4 -o addr show c0");

	return strstr(text, address);
}

static const struct report *expect(enum report_type type)
{
	return test_job_expect(ll, type);
}

static void start_with(unsigned n)
{
	const char *got;

	test_job_start(ll);
	got = report_fact(expect(REPORT_UP), "address");
	ck_assert(!strncmp(got, candidate(n), strlen(candidate(n))));
	ck_assert_str_eq(got + strlen(candidate(n)), "/16");
	ck_assert(has_address(candidate(n)));
}

static void stop(void)
{
	test_job_stop(ll);
	expect(REPORT_DOWN);
	ck_assert(!has_address("169.254."));
	job_host_close(host);
}

START_TEST(candidates_are_all_over_the_range_and_always_the_same)
{
	unsigned hits[254] = {0};

	for (unsigned i = 0; i < 65536; i++) {
		uint8_t one[6] = {2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i};
		uint32_t address =
		    ntohl(linklocal_candidate(one, i % 7).s_addr);

		ck_assert_uint_ge(address, 0xa9fe0100);
		ck_assert_uint_le(address, 0xa9fefeff);
		hits[(address >> 8 & 0xff) - 1]++;
		ck_assert_uint_eq(
		    ntohl(linklocal_candidate(one, i % 7).s_addr), address);
	}
	for (size_t i = 0; i < ARRAY_SIZE(hits); i++)
		ck_assert_uint_gt(hits[i], 130); /* 258 expected */
	for (unsigned i = 1; i < 20; i++)
		ck_assert_uint_ne(linklocal_candidate(mac, i).s_addr,
		    linklocal_candidate(mac, 0).s_addr);
}
END_TEST

START_TEST(an_address_is_claimed_and_removed)
{
	open_bench("ll");
	start_with(0);
	ck_assert(has_address("scope link c0"));
	stop();
}
END_TEST

START_TEST(one_that_another_host_has_is_passed_over)
{
	open_bench("ll");
	run_in(other, "ip addr add %s/16 dev r0", candidate(0));
	start_with(1);
	ck_assert(!has_address(candidate(0)));
	stop();
}
END_TEST

START_TEST(it_is_given_up_when_another_host_insists_on_it)
{
	const struct report *report;

	open_bench("ll");
	start_with(0);
	/* It is defended once; before it has been announced, by nobody. */
	while (!(report = test_job_next(ll))) {
		arp_announce(other, "r0", other_mac, candidate(0));
		job_host_turn(host);
	}
	ck_assert_int_eq(report->type, REPORT_UNMET);
	ck_assert_ptr_nonnull(strstr(report->reason, candidate(0)));
	report = expect(REPORT_UP);
	ck_assert(!strncmp(report_fact(report, "address"), candidate(1),
	    strlen(candidate(1))));
	ck_assert(!has_address(candidate(0)));
	stop();
}
END_TEST

START_TEST(an_address_that_others_remove_is_put_back)
{
	open_bench("ll");
	start_with(0);
	run("ip addr del %s/16 dev c0", candidate(0));
	while (!has_address(candidate(0)))
		job_host_turn(host);
	stop();
}
END_TEST

START_TEST(removed_before_it_is_up_it_is_put_back)
{
	open_bench("ll");
	test_job_start(ll);
	while (!has_address(candidate(0)))
		job_host_turn(host);
	run("ip addr del %s/16 dev c0", candidate(0));
	expect(REPORT_UP);
	while (!has_address(candidate(0)))
		job_host_turn(host);
	stop();
}
END_TEST

START_TEST(what_is_there_again_does_not_count)
{
	const uv_loop_t *loop;
	uint64_t moment;

	open_bench("ll");
	start_with(0);
	loop = job_host_host(host)->loop;
	for (int i = 0; i < 4; i++) {
		run("ip addr del %s/16 dev c0", candidate(0));
		run("ip addr add %s/16 dev c0 scope link", candidate(0));
		/* Beyond when it is looked for. */
		moment = uv_now(loop) + 3 * (uint64_t)REPAIR_DELAY_MS;
		while (uv_now(loop) < moment)
			job_host_turn(host);
	}
	ck_assert(!test_job_next(ll));
	ck_assert_ptr_null(strstr(job_host_log(host), "removed by others"));
	run("ip addr del %s/16 dev c0", candidate(0));
	while (!has_address(candidate(0)))
		job_host_turn(host);
	stop();
}
END_TEST

START_TEST(removed_again_and_again_it_is_lost)
{
	const struct report *report;

	open_bench("ll");
	start_with(0);
	for (int i = 0; i < 3; i++) {
		run("ip addr del %s/16 dev c0", candidate(0));
		while (!has_address(candidate(0)))
			job_host_turn(host);
	}
	run("ip addr del %s/16 dev c0", candidate(0));
	report = expect(REPORT_FAILED);
	ck_assert_str_eq(report->reason,
	    "its address is removed by others again and again");
	ck_assert(!report->permanent);
	ck_assert(!has_address("169.254."));
	job_host_close(host);
}
END_TEST

START_TEST(stopped_at_any_moment_nothing_is_left)
{
	open_bench(_i ? "six" : "ll");
	moments_stop(host, ll);
	ck_assert(!has_address("169.254."));
	job_host_close(host);
}
END_TEST

static void plug_other(void)
{
	run("ip link add c1 address 02:00:00:00:00:02 type veth "
	    "peer name r1 netns %d", other);
	run_in(other, "ip link set r1 up");
	run("ip link set c1 up");
}

/* Which has candidates of its own. */
START_TEST(on_another_device_it_has_another_address)
{
	_cleanup_(free_ptr) char *text = NULL;
	const char *got;

	open_bench("ll");
	plug_other();
	start_with(0);
	test_job_set_device(ll, "c1");
	test_job_rebind(ll);
	ck_assert_str_eq(expect(REPORT_UNMET)->reason,
	    "on another device now, no address there yet");
	got = report_fact(expect(REPORT_UP), "address");
	ck_assert(!has_address("169.254."));
	ck_assert(strncmp(got, candidate(0), strlen(candidate(0))) != 0);
	text = output_of("ip -4 -o addr show c1");
	ck_assert_ptr_nonnull(strstr(text, got));
	test_job_stop(ll);
	expect(REPORT_DOWN);
	job_host_close(host);
}
END_TEST

/* Its removal from the first is not waited for; then that may be gone. */
START_TEST(the_former_device_may_be_pulled_when_it_moves)
{
	open_bench("ll");
	plug_other();
	start_with(0);
	test_job_set_device(ll, "c1");
	test_job_rebind(ll);
	run("ip link del c0");
	expect(REPORT_UNMET);
	expect(REPORT_UP);
	plug();
	test_job_stop(ll);
	expect(REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(its_card_may_be_pulled_at_any_moment_of_a_start)
{
	open_bench(_i ? "six" : "ll");
	moments_pull(host, ll, "c0", plug, NULL);
	job_host_close(host);
}
END_TEST

START_TEST(a_card_that_is_gone_ends_it)
{
	open_bench("ll");
	start_with(0);
	run("ip link del c0");
	test_job_set_device_is_gone(ll);
	test_job_stop(ll);
	expect(REPORT_DOWN);
	job_host_close(host);
}
END_TEST

START_TEST(a_device_without_ethernet_is_refused_for_good)
{
	const struct report *report;

	open_bench("ll");
	test_job_set_device(ll, "lo");
	test_job_start(ll);
	report = expect(REPORT_FAILED);
	ck_assert_str_eq(report->reason, "cannot probe without an Ethernet "
	    "address: Operation not supported");
	ck_assert(report->permanent);
	job_host_close(host);
}
END_TEST

START_TEST(what_the_kernel_refuses_is_said)
{
	const struct report *report;
	char reason[128];

	open_bench("ll");
	test_job_start(ll);
	netns_permit(false);
	report = expect(REPORT_FAILED);
	netns_permit(true);
	snprintf(reason, sizeof(reason),
	    "the kernel refuses %s/16: Operation not permitted", candidate(0));
	ck_assert_str_eq(report->reason, reason);
	ck_assert(!report->permanent);
	start_with(0);
	stop();
}
END_TEST

START_TEST(another_mac_address_means_another_address)
{
	open_bench("ll");
	start_with(0);
	run("ip link set c0 down");
	run("ip link set c0 address 02:00:00:00:00:99");
	run("ip link set c0 up");
	expect(REPORT_UNMET);
	ck_assert_str_ne(
	    report_fact(expect(REPORT_UP), "address"), candidate(0));
	test_job_stop(ll);
	expect(REPORT_DOWN);
	run("ip link set c0 address 02:00:00:00:00:01");
	job_host_close(host);
}
END_TEST

START_TEST(that_of_ipv6_is_the_kernels)
{
	open_bench("six");
	test_job_start(ll);
	for (const struct report *report = test_job_wait(ll);
	    report->type != REPORT_UP; report = test_job_wait(ll))
		ck_assert_int_eq(report->type, REPORT_UNMET);
	run("ip link set c0 down");
	ck_assert_str_eq(expect(REPORT_UNMET)->reason,
	    "no IPv6 link-local address on c0");
	run("ip link set c0 up");
	ck_assert_str_eq(report_fact(expect(REPORT_UP), "address"),
	    "fe80::ff:fe00:1/64");
	test_job_stop(ll);
	expect(REPORT_DOWN);
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("linklocal");
	TCase *t = netns_case(suite, "linklocal");

	tcase_add_test(
	    t, candidates_are_all_over_the_range_and_always_the_same);
	tcase_add_test(t, an_address_is_claimed_and_removed);
	tcase_add_test(t, one_that_another_host_has_is_passed_over);
	tcase_add_test(t, it_is_given_up_when_another_host_insists_on_it);
	tcase_add_test(t, an_address_that_others_remove_is_put_back);
	tcase_add_test(t, removed_before_it_is_up_it_is_put_back);
	tcase_add_test(t, what_is_there_again_does_not_count);
	tcase_add_test(t, removed_again_and_again_it_is_lost);
	tcase_add_loop_test(t, stopped_at_any_moment_nothing_is_left, 0, 2);
	tcase_add_test(t, on_another_device_it_has_another_address);
	tcase_add_test(t, the_former_device_may_be_pulled_when_it_moves);
	tcase_add_loop_test(
	    t, its_card_may_be_pulled_at_any_moment_of_a_start, 0, 2);
	tcase_add_test(t, a_card_that_is_gone_ends_it);
	tcase_add_test(t, a_device_without_ethernet_is_refused_for_good);
	tcase_add_test(t, what_the_kernel_refuses_is_said);
	tcase_add_test(t, another_mac_address_means_another_address);
	tcase_add_test(t, that_of_ipv6_is_the_kernels);
	return netns_run(suite);
}
