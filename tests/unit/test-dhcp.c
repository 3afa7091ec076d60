/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The provider with the real netconf-dhcp4 and the real kernel, against a
 * server of the test's own, which can be silent, lie and say no. (The labs
 * have other people's servers.)
 */
#include "config.h"

#include <arpa/inet.h>
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "providers/dhcp/frame.h"
#include "providers/dhcp/packet.h"
#include "tests/unit/dhcp4-server.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

static const char profile[] = "version: 1\n"
			      "nodes:\n"
			      "  card: { kind: below }\n"
			      "  lan: { kind: dhcp, over: card }\n";

/* ---- the server ---- */

/* What the server is to do; shared with its process. */
static struct {
	volatile bool is_silent, says_no, lies;
	volatile uint32_t lease_s;
} *orders;

static int heard[2]; /* a byte for each message that came */
static pid_t other;

static void server_answer(int fd, const uint8_t *query, uint8_t message)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(68),
		.sin_addr.s_addr = INADDR_BROADCAST};
	uint8_t reply_message = message == DHCP_DISCOVER ? DHCP_OFFER
	    : orders->says_no				 ? DHCP_NAK
							 : DHCP_ACK;
	struct reply r;
	uint32_t xid;

	memcpy(&xid, query + 4, sizeof(xid));
	reply_begin(&r, ntohl(xid), query + 28, "192.0.2.105");
	reply_u8(&r, 53, reply_message);
	reply_ip(&r, 54, "192.0.2.1");
	reply_ip(&r, 1, "255.255.255.0");
	reply_ip(&r, 3, orders->lies ? "198.51.100.1" : "192.0.2.1");
	reply_u32(&r, 51, orders->lease_s);
	reply_ip(&r, 6, "192.0.2.53");
	reply_option(&r, 15, "corp.example", 12);
	reply_option(&r, 26, "\5\170", 2); /* 1400 */
	/* 10.4.0.0/16 and the default; counts instead of the router */
	if (!orders->lies)
		reply_option(&r, 121,
		    "\20\12\4\300\0\2\1\0\300\0\2\1", 12);
	reply_raw(&r, "\377", 1);
	sendto(fd, r.data + 28, r.n, 0, (struct sockaddr *)&to, sizeof(to));
}

/* 53 is the first option of our client. */
static void serve(int fd)
{
	for (;;) {
		uint8_t query[1500];
		ssize_t n = recv(fd, query, sizeof(query), 0);
		uint8_t message;

		if (n < 300)
			continue;
		message = query[242];
		if (write(heard[1], &message, 1) != 1)
			_exit(1);
		if (!orders->is_silent &&
		    (message == DHCP_DISCOVER || message == DHCP_REQUEST))
			server_answer(fd, query, message);
	}
}

static void enter_other(void)
{
	char path[64];
	int ns;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)other);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		_exit(1);
	close(ns);
}

static void start_server(void)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(67)};
	int fd, one = 1;

	orders = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(orders, MAP_FAILED);
	orders->lease_s = 3600;
	ck_assert_int_eq(pipe2(heard, O_CLOEXEC), 0);
	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter_other();
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "r0", 3) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)))
		_exit(1);
	if (write(heard[1], "\0", 1) == 1)
		serve(fd);
	_exit(1);
}

/* The next message that the server got. */
static int next_heard(void)
{
	uint8_t message;

	ck_assert_int_eq(read(heard[0], &message, 1), 1);
	return message;
}

/* Skips what is sent again and again. */
static void await_heard(int message)
{
	while (next_heard() != message)
		;
}

/* A host beside the server says that the address is his. */
static void claim_address(void)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 7};
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE_ARP),
		.sll_halen = 6};
	uint8_t arp[ARP_SIZE];
	pid_t pid = fork();
	int fd, status;

	ck_assert_int_ge(pid, 0);
	if (pid) {
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_int_eq(status, 0);
		return;
	}
	enter_other();
	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	memset(to.sll_addr, 0xff, 6);
	to.sll_ifindex = (int)if_nametoindex("r0");
	arp_build_announcement(arp, mac, ip("192.0.2.105"));
	_exit(sendto(fd, arp, sizeof(arp), 0, (struct sockaddr *)&to,
		  sizeof(to)) != sizeof(arp));
}

/* ---- the bench ---- */

static struct job_host *host;
static struct test_job *lan;
static char folder[64];

/* c0 is the card, r0 its far end, at the server. */
static void open_bench(const char *text)
{
	const char *build = getenv("NETCONF_BUILD");

	snprintf(folder, sizeof(folder), "/tmp/netconf-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	other = netns_other();
	run("ip link add c0 type veth peer name r0 netns %d", other);
	run_in(other, "ip addr add 192.0.2.1/24 dev r0");
	run_in(other, "ip link set r0 up");
	run("ip link set c0 up");
	run("ip link set lo up");
	start_server();
	ck_assert_int_eq(next_heard(), 0); /* it listens */
	host = job_host_open_in(
	    &provider_dhcp, text, folder, build ? build : ".");
	lan = job_host_job(host, "lan");
	test_job_set_device(lan, "c0");
}

static void close_bench(void)
{
	char path[80];

	job_host_close(host);
	snprintf(path, sizeof(path), "%s/duid", folder);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}

static const struct report *expect(enum report_type type)
{
	const struct report *report = test_job_wait(lan);

	ck_assert_msg(report->type == type, "report %d (%s), not %d; log:\n%s",
	    report->type, report->reason ? report->reason : "", type,
	    job_host_log(host));
	return report;
}

static void start_and_get_lease(void)
{
	test_job_start(lan);
	ck_assert_str_eq(
	    report_fact(expect(REPORT_UP), "address"), "192.0.2.105/24");
}

/* What `ip ...` prints. Valid until the next call. */
static const char *ip_says(const char *object, const char *device)
{
	static char text[4096];
	size_t n = 0;
	ssize_t r;
	int ends[2];
	pid_t pid;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		dup2(ends[1], 1);
		execlp("ip", "ip", "-4", "-o", object, "show", "dev", device,
		    NULL);
		_exit(127);
	}
	close(ends[1]);
	while ((r = read(ends[0], text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)r;
	close(ends[0]);
	text[n] = '\0';
	waitpid(pid, NULL, 0);
	return text;
}

#define ck_assert_says(object, part)                                     \
	do {                                                             \
		const char *_s = ip_says(object, "c0");                  \
		ck_assert_msg(strstr(_s, part), "%s not in: %s", part, _s); \
	} while (0)

static void expect_clean(void)
{
	ck_assert_str_eq(ip_says("addr", "c0"), "");
	ck_assert_str_eq(ip_says("route", "c0"), "");
}

/* ---- the process ---- */

static bool read_status(int pid, char text[4096])
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, 4095);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The one that this process started; its status goes to text. */
static pid_t find_helper(char text[4096])
{
	char parent[32];
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	pid_t pid = 0;

	snprintf(parent, sizeof(parent), "\nPPid:\t%d\n", (int)getpid());
	ck_assert_ptr_nonnull(dir);
	while (!pid && (entry = readdir(dir)))
		if (atoi(entry->d_name) > 0 &&
		    read_status(atoi(entry->d_name), text) &&
		    !strncmp(text, "Name:\tnetconf-dhcp4\n", 20) &&
		    strstr(text, parent))
			pid = atoi(entry->d_name);
	closedir(dir);
	ck_assert_int_gt(pid, 0);
	return pid;
}

START_TEST(a_lease_is_applied_and_given_back)
{
	const struct report *report;
	char metric[32];

	open_bench(profile);
	test_job_start(lan);
	report = expect(REPORT_UP);
	ck_assert_str_eq(report_fact(report, "address"), "192.0.2.105/24");
	ck_assert_str_eq(report_fact(report, "subnet"), "192.0.2.0/24");
	ck_assert_str_eq(report_fact(report, "gateway"), "192.0.2.1");
	ck_assert_str_eq(report_fact(report, "server"), "192.0.2.1");
	ck_assert_str_eq(report_fact(report, "dns"), "192.0.2.53");
	ck_assert_str_eq(report_fact(report, "domain"), "corp.example");
	ck_assert_int_gt(atoi(report_fact(report, "lease-expires")), 0);
	ck_assert_says("addr", "192.0.2.105/24");
	ck_assert_says("addr", "valid_lft 3600sec");
	ck_assert_says("route", "default via 192.0.2.1");
	snprintf(metric, sizeof(metric), "metric %u mtu 1400",
	    1000 + if_nametoindex("c0"));
	ck_assert_says("route", metric);
	/* option 121's other routes are for those who ask for them */
	ck_assert_ptr_null(strstr(ip_says("route", "c0"), "10.4.0.0"));
	await_heard(DHCP_REQUEST);
	test_job_stop(lan);
	expect(REPORT_DOWN);
	await_heard(DHCP_RELEASE);
	expect_clean();
	close_bench();
}
END_TEST

START_TEST(keys_choose_metric_and_routes)
{
	open_bench("version: 1\n"
		   "nodes:\n"
		   "  card: { kind: below }\n"
		   "  lan: { kind: dhcp, over: card, metric: 50, "
		   "routes: true }\n");
	start_and_get_lease();
	ck_assert_says("route", "metric 50");
	ck_assert_says("route", "10.4.0.0/16 via 192.0.2.1");
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	close_bench();
}
END_TEST

START_TEST(without_server_it_is_unmet_until_one_comes)
{
	const struct report *report;

	open_bench(profile);
	orders->is_silent = true;
	test_job_start(lan);
	report = expect(REPORT_UNMET);
	ck_assert_str_eq(report->reason, "no DHCP server answers on c0");
	orders->is_silent = false;
	expect(REPORT_UP);
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	close_bench();
}
END_TEST

START_TEST(a_liar_is_named)
{
	const struct report *report;

	open_bench(profile);
	orders->lies = true;
	test_job_start(lan);
	report = expect(REPORT_UNMET);
	ck_assert_str_eq(report->reason,
	    "no usable DHCP offer on c0: that of 192.0.2.1 has a router that "
	    "its subnet cannot reach");
	ck_assert_ptr_nonnull(strstr(job_host_log(host),
	    "an offer of 192.0.2.1 is ignored: it has a router"));
	expect_clean();
	orders->lies = false;
	expect(REPORT_UP);
	close_bench();
}
END_TEST

START_TEST(a_short_lease_is_renewed_then_expires_then_comes_back)
{
	const struct report *report;

	open_bench(profile);
	orders->lease_s = 3;
	start_and_get_lease();
	report = expect(REPORT_FACTS); /* renewed */
	ck_assert_str_eq(report_fact(report, "address"), "192.0.2.105/24");
	orders->is_silent = true;
	do
		report = test_job_wait(lan);
	while (report->type == REPORT_FACTS);
	ck_assert_int_eq(report->type, REPORT_UNMET);
	ck_assert_str_eq(report->reason,
	    "the lease of 192.0.2.105 has expired: no DHCP server renewed it");
	orders->is_silent = false;
	expect(REPORT_UP);
	test_job_stop(lan);
	do
		report = test_job_wait(lan);
	while (report->type == REPORT_FACTS);
	ck_assert_int_eq(report->type, REPORT_DOWN);
	expect_clean();
	close_bench();
}
END_TEST

START_TEST(a_nak_takes_the_lease_away)
{
	const struct report *report;

	open_bench(profile);
	orders->lease_s = 4;
	start_and_get_lease();
	orders->says_no = true;
	report = expect(REPORT_UNMET);
	ck_assert_str_eq(report->reason,
	    "the DHCP server 192.0.2.1 has withdrawn the lease of 192.0.2.105");
	orders->says_no = false;
	orders->lease_s = 3600;
	expect(REPORT_UP);
	ck_assert_says("addr", "192.0.2.105/24");
	close_bench();
}
END_TEST

START_TEST(another_host_that_insists_gets_the_address)
{
	const struct report *report;

	open_bench(profile);
	start_and_get_lease();
	/* It defends itself once, but not twice within 10 s. */
	claim_address();
	claim_address();
	report = expect(REPORT_UNMET);
	ck_assert_str_eq(report->reason,
	    "another host uses 192.0.2.105 too, the address is given up");
	await_heard(DHCP_DECLINE);
	close_bench();
}
END_TEST

START_TEST(the_process_has_no_privileges)
{
	char status[4096];

	open_bench(profile);
	start_and_get_lease(); /* its sandbox is closed by now */
	find_helper(status);
	ck_assert_ptr_nonnull(strstr(status, "\nCapPrm:\t0000000000000000"));
	ck_assert_ptr_nonnull(strstr(status, "\nCapEff:\t0000000000000000"));
	ck_assert_ptr_nonnull(strstr(status, "\nCapAmb:\t0000000000000000"));
	ck_assert_ptr_nonnull(strstr(status, "\nNoNewPrivs:\t1"));
	ck_assert_ptr_nonnull(strstr(status, "\nGroups:\t \n"));
	if (strcmp(DHCP_USER, "root"))
		ck_assert_ptr_null(strstr(status, "\nUid:\t0"));
#ifndef SANITIZED
	ck_assert_ptr_nonnull(strstr(status, "\nSeccomp:\t2"));
#endif
	close_bench();
}
END_TEST

START_TEST(a_dead_helper_loses_the_leases_and_comes_back)
{
	const struct report *report;
	char status[4096];
	pid_t pid;

	open_bench(profile);
	start_and_get_lease();
	pid = find_helper(status);
	kill(pid, SIGKILL);
	report = expect(REPORT_FAILED);
	ck_assert(!report->permanent);
	ck_assert_str_eq(
	    report->reason, "netconf-dhcp4 was killed by signal 9");
	expect_clean();
	start_and_get_lease();
	ck_assert_int_ne(find_helper(status), pid);
	close_bench();
}
END_TEST

START_TEST(an_unmet_job_outlives_the_helper)
{
	char status[4096];

	open_bench(profile);
	orders->is_silent = true;
	test_job_start(lan);
	expect(REPORT_UNMET);
	orders->is_silent = false;
	kill(find_helper(status), SIGKILL);
	expect(REPORT_UP);
	close_bench();
}
END_TEST

START_TEST(a_helper_that_hangs_does_not_hold_up_a_stop)
{
	char status[4096];
	pid_t pid;

	open_bench(profile);
	start_and_get_lease();
	pid = find_helper(status);
	kill(pid, SIGSTOP);
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	kill(pid, SIGCONT);
	close_bench();
}
END_TEST

START_TEST(an_address_that_others_remove_is_put_back)
{
	open_bench(profile);
	start_and_get_lease();
	run("ip addr del 192.0.2.105/24 dev c0");
	expect(REPORT_FACTS);
	ck_assert_says("addr", "192.0.2.105/24");
	ck_assert_says("route", "default via 192.0.2.1");
	for (int i = 0; i < 2; i++) {
		run("ip addr del 192.0.2.105/24 dev c0");
		expect(REPORT_FACTS);
	}
	run("ip addr del 192.0.2.105/24 dev c0");
	ck_assert_str_eq(expect(REPORT_FAILED)->reason,
	    "its address is removed by others again and again");
	expect_clean();
	close_bench();
}
END_TEST

START_TEST(a_card_that_is_pulled_leaves_nothing_to_do)
{
	open_bench(profile);
	start_and_get_lease();
	run("ip link del c0");
	test_job_set_device_is_gone(lan);
	test_job_stop(lan);
	expect(REPORT_DOWN);
	ck_assert_ptr_null(strstr(job_host_log(host), "put back"));
	close_bench();
}
END_TEST

START_TEST(a_start_can_be_stopped_at_any_moment)
{
	open_bench(profile);
	for (int turns = 0; turns < 30; turns++) {
		const struct report *report;

		test_job_start(lan);
		for (int i = 0; i < turns; i++)
			job_host_turn(host);
		test_job_stop(lan);
		do
			report = test_job_wait(lan);
		while (report->type == REPORT_UP);
		ck_assert_int_eq(report->type, REPORT_DOWN);
		expect_clean();
	}
	close_bench();
}
END_TEST

START_TEST(another_device_means_another_lease)
{
	const struct report *report;

	open_bench(profile);
	start_and_get_lease();
	test_job_rebind(lan); /* the same device under another name */
	run("ip link add c1 type veth peer name c2");
	run("ip link set c1 up");
	test_job_set_device(lan, "c1");
	test_job_rebind(lan);
	report = expect(REPORT_UNMET);
	ck_assert_str_eq(
	    report->reason, "on another device now, no lease there yet");
	await_heard(DHCP_RELEASE);
	test_job_set_device(lan, "c0");
	test_job_rebind(lan);
	expect(REPORT_UP);
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	close_bench();
}
END_TEST

START_TEST(a_device_without_ethernet_is_refused_for_good)
{
	const struct report *report;

	open_bench(profile);
	test_job_set_device(lan, "lo");
	test_job_start(lan);
	report = expect(REPORT_FAILED);
	ck_assert(report->permanent);
	close_bench();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dhcp");
	TCase *t;

	/* netconf-dhcp4 becomes another user, which only root can. */
	if (geteuid()) {
		printf("1..0 # SKIP needs root\n");
		return getenv("CK_TAP_LOG_FILE_NAME") ? 0 : 77;
	}
	t = netns_case(suite, "provider");
	tcase_add_test(t, a_lease_is_applied_and_given_back);
	tcase_add_test(t, keys_choose_metric_and_routes);
	tcase_add_test(t, without_server_it_is_unmet_until_one_comes);
	tcase_add_test(t, a_liar_is_named);
	tcase_add_test(
	    t, a_short_lease_is_renewed_then_expires_then_comes_back);
	tcase_add_test(t, a_nak_takes_the_lease_away);
	tcase_add_test(t, the_process_has_no_privileges);
	tcase_add_test(t, a_dead_helper_loses_the_leases_and_comes_back);
	tcase_add_test(t, an_unmet_job_outlives_the_helper);
	tcase_add_test(t, a_helper_that_hangs_does_not_hold_up_a_stop);
	tcase_add_test(t, an_address_that_others_remove_is_put_back);
	tcase_add_test(t, a_card_that_is_pulled_leaves_nothing_to_do);
	tcase_add_test(t, a_start_can_be_stopped_at_any_moment);
	tcase_add_test(t, another_device_means_another_lease);
	tcase_add_test(t, a_device_without_ethernet_is_refused_for_good);
	tcase_add_test(t, another_host_that_insists_gets_the_address);
	return netns_run(suite);
}
