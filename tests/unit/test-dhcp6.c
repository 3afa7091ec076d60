/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 of the kind dhcp, with dhclient and Kea. The link of Kea and of a
 * router is the bridge r0 in another namespace, so that cards may come and go.
 */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/icmp6.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "tests/unit/job-host.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"
#include "tests/unit/put-sysctl.h"
#include "tests/unit/peers.h"
#include "tests/unit/router.h"
#include "tests/unit/scratch.h"

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  card: { kind: below }\n"
    "  six: { kind: dhcp, over: card, ipv4: false, request-prefix: /56 }\n"
    "  plain: { kind: dhcp, over: card, ipv4: false }\n";

static const char *libexec;
static pid_t other, router, kea;
static struct job_host *host;
static struct test_job *six;

/* ---- Kea ---- */

/* The preference says that no other server is to be waited for. It would not
 * listen on a link that has no carrier yet: so it is told to try again. */
static const char kea_conf[] =
    "{ \"Dhcp6\": {\n"
    "  \"interfaces-config\": { \"interfaces\": [ \"r0\" ],\n"
    "    \"service-sockets-require-all\": true,\n"
    "    \"service-sockets-max-retries\": 10000,\n"
    "    \"service-sockets-retry-wait-time\": 50 },\n"
    "  \"lease-database\": { \"type\": \"memfile\", \"persist\": false },\n"
    "  \"server-id\": { \"type\": \"EN\", \"enterprise-id\": 32473,\n"
    "    \"identifier\": \"aa\", \"persist\": false },\n"
    "  \"renew-timer\": %d, \"rebind-timer\": 30,\n"
    "  \"preferred-lifetime\": 40, \"valid-lifetime\": 60,\n"
    "  \"option-data\": [ { \"name\": \"preference\", \"data\": \"255\",\n"
    "    \"always-send\": true } ],\n"
    "  \"subnet6\": [ { \"id\": 1, \"subnet\": \"2001:db8:1::/64\",\n"
    "    \"interface\": \"r0\",\n"
    "    \"pools\": [ { \"pool\": \"2001:db8:1::100/128\" } ],\n"
    "    \"pd-pools\": [ { \"prefix\": \"2001:db8:100:ab00::\",\n"
    "      \"prefix-len\": 56, \"delegated-len\": 56 } ] } ],\n"
    "  \"loggers\": [ { \"name\": \"kea-dhcp6\", \"severity\": \"INFO\",\n"
    "    \"output_options\": [ { \"output\": \"stdout\" } ] } ] } }\n";

/* What asks before it listens, asks again. */
static void start_kea(int renew_s)
{
	_cleanup_(text_clear) struct text text = { 0 };
	char path[64];
	int ns, log;

	text_printf(&text, kea_conf, renew_s);
	scratch_put("kea.conf", text.data);
	kea = fork();
	ck_assert_int_ge(kea, 0);
	if (kea)
		return;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)other);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	log = open(scratch_path("kea.log"), O_WRONLY | O_CREAT, 0600);
	if (ns < 0 || setns(ns, CLONE_NEWNET) || dup2(log, 1) < 0 ||
	    dup2(log, 2) < 0)
		_exit(126);
	setenv("KEA_PIDFILE_DIR", scratch_path(NULL), 1);
	setenv("KEA_LOCKFILE_DIR", "none", 1);
	execl("/usr/sbin/kea-dhcp6", "kea-dhcp6", "-c",
	    scratch_path("kea.conf"), NULL);
	_exit(127);
}

static void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* ---- the card ---- */

/* Without looking for others with an address, which takes up to two seconds;
 * and without what the kernel would do before and after. */
static void plug_card(void)
{
	run("ip link add c0 type veth peer name p0 netns %d", other);
	put_sysctl("ipv6/conf/c0/accept_dad", "0");
	put_sysctl("ipv6/conf/c0/accept_ra", "0");
	run_in(other, "ip link set p0 master r0 up");
	run("ip link set c0 address 02:00:00:00:00:01 up");
}

/* An address is to be had from the server alone. */
static void start_router(void)
{
	struct advert a;

	advert_begin(&a, 1800);
	advert_flags(&a, ND_RA_FLAG_MANAGED);
	advert_prefix_with(
	    &a, "2001:db8:1::", 64, ND_OPT_PI_FLAG_ONLINK, 3600);
	router = router_answer(other, &a);
}

static void open_bench(int renew_s)
{
	peers_lay_over_usr();
	ck_assert_int_eq(mount("tmpfs", "/run", "tmpfs", 0, "mode=755"), 0);
	other = netns_other();
	run_in(other, "ip link add r0 type bridge mcast_snooping 0");
	/* Else Kea takes the kernel's address, which is tentative. */
	run_in(other, "ip link set r0 addrgenmode none");
	run_in(other, "ip link set r0 up");
	run_in(other, "ip addr add fe80::1/64 dev r0 nodad");
	run_in(other, "ip addr add 2001:db8:1::1/64 dev r0 nodad");
	plug_card();
	start_router();
	start_kea(renew_s);
	host = job_host_open_in(
	    &provider_dhcp, profile, scratch_path(NULL), libexec);
	six = job_host_job(host, "six");
	test_job_set_device(six, "c0");
}

static void close_bench(void)
{
	job_host_close(host);
	end_process(kea);
	end_process(router);
}

/* Without IPv6 for a while it may say so: Kea may still be starting. */
static const struct report *expect_up(void)
{
	const struct report *report;

	while ((report = test_job_wait(six))->type == REPORT_UNMET)
		;
	ck_assert_int_eq(report->type, REPORT_UP);
	ck_assert_str_eq(
	    report_fact(report, "address6"), "2001:db8:1::100/128");
	return report;
}

static void expect_down(void)
{
	while (test_job_wait(six)->type != REPORT_DOWN)
		;
}

/* No dhclient, nor a file of its. */
static void expect_no_client(void)
{
	struct dirent **entries;
	int n = scandir("/run", &entries, NULL, alphasort);

	ck_assert_int_ge(n, 0);
	for (int i = 0; i < n; i++) {
		ck_assert_ptr_null(strstr(entries[i]->d_name, "dhclient"));
		free(entries[i]);
	}
	free(entries);
}

START_TEST(an_address_and_a_prefix_come_and_go)
{
	_cleanup_(free_ptr) char *routes = NULL;

	open_bench(20);
	test_job_start(six);
	ck_assert_str_eq(
	    report_fact(expect_up(), "prefix"), "2001:db8:100:ab00::/56");
	test_job_stop(six);
	expect_down();
	routes = output_of("ip -6 route");
	ck_assert_ptr_null(strstr(routes, "2001:db8:1::100"));
	expect_no_client();
	close_bench();
}
END_TEST

START_TEST(stopped_at_any_moment_of_a_start_nothing_is_left)
{
	open_bench(20);
	test_job_start(six);
	expect_up();
	test_job_stop(six);
	expect_down();
	moments_stop(host, six);
	expect_no_client();
	close_bench();
}
END_TEST

START_TEST(its_card_may_be_pulled_at_any_moment_of_a_start)
{
	open_bench(20);
	test_job_start(six);
	expect_up();
	test_job_stop(six);
	expect_down();
	moments_pull(host, six, "c0", plug_card, expect_no_client);
	close_bench();
}
END_TEST

START_TEST(its_card_may_be_pulled_at_any_moment_of_a_stop)
{
	open_bench(20);
	moments_pull_in_stop(host, six, "c0", plug_card, expect_no_client);
	close_bench();
}
END_TEST

/* ---- another device, other keys ---- */

/* With the address, and the prefix or none; it may be unmet before. */
static void await_lease(const char *prefix)
{
	const struct report *report;
	const char *address, *is;

	do {
		report = test_job_wait(six);
		address = report_fact(report, "address6");
		is = report_fact(report, "prefix");
	} while (!address || strcmp(address, "2001:db8:1::100/128") ||
	    (prefix ? !is || strcmp(is, prefix) : is != NULL));
}

/* There is one address, and one prefix: so the former are given back. */
START_TEST(on_another_device_it_is_another_lease)
{
	_cleanup_(free_ptr) char *former = NULL, *now = NULL;

	open_bench(20);
	run("ip link add c1 type veth peer name p1 netns %d", other);
	put_sysctl("ipv6/conf/c1/accept_dad", "0");
	put_sysctl("ipv6/conf/c1/accept_ra", "0");
	run_in(other, "ip link set p1 master r0 up");
	run("ip link set c1 address 02:00:00:00:00:02 up");
	test_job_start(six);
	expect_up();
	test_job_set_device(six, "c1");
	test_job_rebind(six);
	await_lease("2001:db8:100:ab00::/56");
	former = output_of("ip -6 addr show dev c0 scope global");
	ck_assert_str_eq(former, "");
	now = output_of("ip -6 addr show dev c1 scope global");
	ck_assert_ptr_nonnull(strstr(now, "2001:db8:1::100/128"));
	test_job_stop(six);
	expect_down();
	expect_no_client();
	close_bench();
}
END_TEST

START_TEST(a_prefix_that_is_wanted_no_more_goes_and_may_come_again)
{
	_cleanup_(free_ptr) char *routes = NULL;

	open_bench(20);
	test_job_start(six);
	expect_up();
	test_job_update(six, "plain");
	await_lease(NULL);
	routes = output_of("ip -6 route");
	ck_assert_ptr_null(strstr(routes, "2001:db8:100:"));
	test_job_update(six, "six");
	await_lease("2001:db8:100:ab00::/56");
	test_job_stop(six);
	expect_down();
	expect_no_client();
	close_bench();
}
END_TEST

/* ---- what others remove ---- */

/* How often the log says that, from that place on. */
static unsigned n_logged(size_t from, const char *text)
{
	const char *at = job_host_log(host) + from;
	unsigned n = 0;

	for (; (at = strstr(at, text)); at++)
		n++;
	return n;
}

struct awaited {
	size_t from;
	const char *text;
};

static bool is_logged(void *ctx)
{
	const struct awaited *awaited = ctx;

	return n_logged(awaited->from, awaited->text) > 0;
}

static void await_log(size_t from, const char *text)
{
	struct awaited awaited = { from, text };

	job_host_wait(host, is_logged, &awaited, text);
}

static bool has_address(void *ctx)
{
	_cleanup_(free_ptr) char *text =
	    output_of("ip -6 addr show dev c0 scope global");

	(void)ctx;
	return strstr(text, "2001:db8:1::100/128") != NULL;
}

static void remove_address(void)
{
	run("ip addr del 2001:db8:1::100/128 dev c0");
}

static void expect_nothing_but_facts(void)
{
	const struct report *report;

	while ((report = test_job_next(six)))
		ck_assert_msg(report->type == REPORT_FACTS,
		    "report %d: %s", report->type,
		    report->reason ? report->reason : "");
}

#define PUT_BACK "its DHCPv6 address was removed by others; it is put back"
#define GIVEN_UP "is removed by others again and again"

/* While the lease is being renewed, twice within the time that counts. */
START_TEST(an_address_that_others_remove_is_put_back)
{
	open_bench(2);
	test_job_start(six);
	expect_up();
	put_sysctl("ipv6/conf/c0/accept_dad", _i ? "1" : "0");
	for (int i = 0; i < 2; i++) {
		size_t from = strlen(job_host_log(host));

		ck_assert_int_eq(kill(kea, SIGSTOP), 0);
		await_log(from, "XMT: Forming Renew");
		remove_address();
		await_log(from, PUT_BACK);
		job_host_wait(host, has_address, NULL, "the address");
		ck_assert_int_eq(kill(kea, SIGCONT), 0);
		await_log(from, "RCV: Reply message");
		await_log(from, "Renewal event scheduled");
		ck_assert_uint_eq(n_logged(from, PUT_BACK), 1);
		ck_assert(has_address(NULL));
		expect_nothing_but_facts();
	}
	test_job_stop(six);
	expect_down();
	put_sysctl("ipv6/conf/c0/accept_dad", "0");
	close_bench();
}
END_TEST

START_TEST(removed_again_and_again_it_waits_for_the_lease)
{
	uint64_t began = uv_hrtime();
	size_t from;

	open_bench(8);
	test_job_start(six);
	expect_up();
	from = strlen(job_host_log(host));
	while (!n_logged(from, GIVEN_UP)) {
		if (has_address(NULL))
			remove_address();
		job_host_turn(host);
	}
	/* On a machine that is very slow more of them do not count. */
	if (uv_hrtime() - began < 10000000000)
		ck_assert_uint_eq(n_logged(from, PUT_BACK), 3);
	ck_assert(!has_address(NULL));
	await_log(from, "RCV: Reply message");
	job_host_wait(host, has_address, NULL, "the address");
	test_job_stop(six);
	expect_down();
	close_bench();
}
END_TEST

/* With the next renewal it is tried again. */
START_TEST(what_the_kernel_refuses_is_said)
{
	open_bench(2);
	test_job_start(six);
	netns_permit(false);
	await_log(0, "the kernel refuses the DHCPv6 address: "
		     "Operation not permitted");
	await_log(0, "the kernel refuses the route to "
		     "2001:db8:100:ab00::/56: Operation not permitted");
	netns_permit(true);
	expect_up();
	test_job_stop(six);
	expect_down();
	close_bench();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dhcp6");
	TCase *t;

	if (geteuid())
		return peers_skip("needs root");
	if (!peers_have("sbin/kea-dhcp6") || !peers_have("sbin/dhclient"))
		return peers_skip("no Kea or dhclient: run tests/install");
	libexec = getenv("NETCONF_BUILD");
	libexec = libexec ? libexec : ".";
	t = netns_case(suite, "dhcp6");
	tcase_add_checked_fixture(t, scratch_open, scratch_close);
	tcase_add_test(t, an_address_and_a_prefix_come_and_go);
	tcase_add_test(t, stopped_at_any_moment_of_a_start_nothing_is_left);
	tcase_add_test(t, its_card_may_be_pulled_at_any_moment_of_a_start);
	tcase_add_test(t, its_card_may_be_pulled_at_any_moment_of_a_stop);
	tcase_add_loop_test(
	    t, an_address_that_others_remove_is_put_back, 0, 2);
	tcase_add_test(t, removed_again_and_again_it_waits_for_the_lease);
	tcase_add_test(t, what_the_kernel_refuses_is_said);
	tcase_add_test(t, on_another_device_it_is_another_lease);
	tcase_add_test(
	    t, a_prefix_that_is_wanted_no_more_goes_and_may_come_again);
	return netns_run(suite);
}
