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
#include <pwd.h>
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
#include "providers/dhcp/ipc.h"
#include "providers/dhcp/packet.h"
#include "tests/unit/arp.h"
#include "providers/support/rtnl.h"
#include "tests/unit/dhcp4-server.h"
#include "tests/unit/job-host.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"

static const char profile[] = "version: 1\n"
			      "nodes:\n"
			      "  card: { kind: below }\n"
			      "  lan: { kind: dhcp, over: card }\n";

/* ---- the server ---- */

/* What the server is to do; shared with its process. */
static struct {
	volatile bool is_silent, says_no, lies;
	volatile bool gateway_is_absent; /* 192.0.2.9, not the server */
	volatile bool is_narrow; /* the subnet: a /25 */
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
	/* 10.4.0.0/16 and the default; counts instead of the router */
	char routes[] = "\20\12\4\300\0\2\1\0\300\0\2\1";
	struct reply r;
	uint32_t xid;

	if (orders->gateway_is_absent)
		routes[11] = 9;
	memcpy(&xid, query + 4, sizeof(xid));
	reply_begin(&r, ntohl(xid), query + 28, "192.0.2.105");
	reply_u8(&r, 53, reply_message);
	reply_ip(&r, 54, "192.0.2.1");
	reply_ip(&r, 1,
	    orders->is_narrow ? "255.255.255.128" : "255.255.255.0");
	reply_ip(&r, 3, orders->lies ? "198.51.100.1" : "192.0.2.1");
	reply_u32(&r, 51, orders->lease_s);
	reply_ip(&r, 6, "192.0.2.53");
	reply_option(&r, 15, "corp.example", 12);
	reply_option(&r, 26, "\5\170", 2); /* 1400 */
	reply_ip(&r, 42, "192.0.2.123");
	reply_option(&r, 12, "host7", 5);
	if (!orders->lies)
		reply_option(&r, 121, routes, 12);
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

	arp_announce(other, "r0", mac, "192.0.2.105");
}

/* From now on a byte for each announcement of 192.0.2.105 by c0 that reaches
 * the far end (RFC 5227 section 1.1: a request, broadcast, for the sender's
 * own address). The kernel makes none by itself. */
static int listen_for_announcements(void)
{
	static const uint8_t wanted[] = {0, 1, 8, 0, 6, 4, 0, 1};
	struct in_addr address = ip("192.0.2.105");
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE_ARP)};
	int ends[2], fd;
	pid_t pid;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid) {
		uint8_t byte;

		ck_assert_int_eq(read(ends[0], &byte, 1), 1); /* it listens */
		return ends[0];
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter_other();
	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	at.sll_ifindex = (int)if_nametoindex("r0");
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		_exit(1);
	while (write(ends[1], "", 1) == 1) {
		uint8_t arp[ARP_SIZE];
		struct sockaddr_ll from;
		socklen_t n;

		do {
			n = sizeof(from);
			if (recvfrom(fd, arp, sizeof(arp), 0,
				(struct sockaddr *)&from, &n) < ARP_SIZE)
				_exit(1);
		} while (from.sll_pkttype != PACKET_BROADCAST ||
		    memcmp(arp, wanted, sizeof(wanted)) ||
		    memcmp(arp + 8, from.sll_addr, 6) ||
		    memcmp(arp + 14, &address, 4) ||
		    memcmp(arp + 24, &address, 4));
	}
	_exit(1);
}

static void await_announcement(int fd)
{
	uint8_t byte;

	ck_assert_int_eq(read(fd, &byte, 1), 1);
}

/* ---- a process that is not netconf-dhcp4 ---- */

/* What it says where a lease is asked for; its folder says which. */
enum lie {
	LIE_NONE, /* the lease is good: so the others are what is refused */
	LIE_ROUTERLESS, /* that is good, too */
	LIE_ADDRESS,
	LIE_MASK,
	LIE_ROUTER,
	LIE_SIZE,
	LIE_TYPE,
	LIE_HELLO,
	LIES,
};

static void tell_lie(enum lie lie, uint64_t id)
{
	union dhcp_ipc_message m = dhcp_ipc_make(DHCP_IPC_LEASE, id);

	m.lease.lease = (struct dhcp_lease){
		.address = {inet_addr("192.0.2.105")},
		.server = {inet_addr("192.0.2.1")},
		.router = {inet_addr("192.0.2.1")},
		.has_default = 1,
		.prefix_length = 24,
		.lifetime_s = 3600,
	};
	m.lease.remaining_s = 3600;
	if (lie == LIE_ROUTERLESS)
		m.lease.lease.has_default = m.lease.lease.router.s_addr = 0;
	if (lie == LIE_ADDRESS)
		m.lease.lease.address.s_addr = 0;
	if (lie == LIE_MASK)
		m.lease.lease.prefix_length = 200;
	if (lie == LIE_ROUTER)
		m.lease.lease.router.s_addr = inet_addr("198.51.100.1");
	if (lie == LIE_TYPE)
		m.header.type = DHCP_IPC_STOP;
	if (lie == LIE_HELLO)
		m = dhcp_ipc_make(DHCP_IPC_HELLO, 0); /* for a second time */
	if (send(DHCP_IPC_FD, &m,
		dhcp_ipc_size(m.header.type) - (lie == LIE_SIZE), 0) < 0)
		_exit(1);
}

/* The test program itself, run under the name of netconf-dhcp4. There is no
 * test in here that could fail. */
static void __attribute__((noreturn)) be_a_liar(const char *path)
{
	union dhcp_ipc_message m = dhcp_ipc_make(DHCP_IPC_HELLO, 0);
	char lie[2] = "", name[128];
	int fd;

	snprintf(name, sizeof(name), "%s.lie", path);
	if (readlink(name, lie, 1) != 1 ||
	    fcntl(DHCP_IPC_FD, F_SETFL, 0) < 0 ||
	    dhcp_ipc_send(DHCP_IPC_FD, &m, -1))
		_exit(1);
	while (recv(DHCP_IPC_FD, &m, sizeof(m), MSG_PEEK) > 0 &&
	    dhcp_ipc_receive(DHCP_IPC_FD, &m, &fd) > 0) {
		if (m.header.type == DHCP_IPC_START)
			tell_lie((enum lie)(lie[0] - '0'), m.header.id);
		if (m.header.type != DHCP_IPC_STOP)
			continue;
		m = dhcp_ipc_make(DHCP_IPC_STOPPED, m.header.id);
		if (dhcp_ipc_send(DHCP_IPC_FD, &m, -1))
			break;
	}
	_exit(0);
}

/* ---- the bench ---- */

static struct job_host *host;
static struct test_job *lan;
static char folder[64];

/* c0 is the card, r0 its far end, at the server. */
static void open_bench_with(const char *text, const char *libexec_dir)
{
	other = netns_other();
	run("ip link add c0 type veth peer name r0 address 02:00:00:00:00:01 "
	    "netns %d", other);
	run_in(other, "ip addr add 192.0.2.1/24 dev r0");
	run_in(other, "ip link set r0 up");
	run("ip link set c0 up");
	run("ip link set lo up");
	start_server();
	ck_assert_int_eq(next_heard(), 0); /* it listens */
	host = job_host_open_in(&provider_dhcp, text, folder, libexec_dir);
	lan = job_host_job(host, "lan");
	test_job_set_device(lan, "c0");
}

static void make_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/netconf-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void open_bench(const char *text)
{
	const char *build = getenv("NETCONF_BUILD");

	make_folder();
	open_bench_with(text, build ? build : ".");
}

static void close_bench(void)
{
	char path[80];

	job_host_close(host);
	snprintf(path, sizeof(path), "%s/duid", folder);
	ck_assert_int_eq(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/leases", folder);
	unlink(path);
	ck_assert_int_eq(rmdir(folder), 0);
}

/* Facts are passed over where something else is expected: when the gateway
 * answers is up to the kernel. */
static const struct report *expect(enum report_type type)
{
	const struct report *report = test_job_wait(lan);

	while (report->type == REPORT_FACTS && type != REPORT_FACTS)
		report = test_job_wait(lan);
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
	ck_assert_str_eq(report_fact(expect(REPORT_FACTS), "gateway-mac"),
	    "02:00:00:00:00:01");
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

static bool read_status(const char *path, char text[4096])
{
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, 4095);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The one that this process started. */
static pid_t find_helper(void)
{
	char parent[32], path[64], text[4096];
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	pid_t pid = 0;

	snprintf(parent, sizeof(parent), "\nPPid:\t%d\n", (int)getpid());
	ck_assert_ptr_nonnull(dir);
	while (!pid && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/status",
		    atoi(entry->d_name));
		if (read_status(path, text) &&
		    !strncmp(text, "Name:\tnetconf-dhcp4\n", 20) &&
		    strstr(text, parent))
			pid = atoi(entry->d_name);
	}
	closedir(dir);
	ck_assert_int_gt(pid, 0);
	return pid;
}

START_TEST(a_lease_is_applied_and_given_back)
{
	const struct report *report;

	open_bench(profile);
	test_job_start(lan);
	report = expect(REPORT_UP);
	ck_assert_str_eq(report_fact(report, "address"), "192.0.2.105/24");
	ck_assert_str_eq(report_fact(report, "subnet"), "192.0.2.0/24");
	ck_assert_str_eq(report_fact(report, "gateway"), "192.0.2.1");
	ck_assert_str_eq(report_fact(report, "server"), "192.0.2.1");
	ck_assert_str_eq(report_fact(report, "dns"), "192.0.2.53");
	ck_assert_str_eq(report_fact(report, "domain"), "corp.example");
	ck_assert_str_eq(report_fact(report, "ntp"), "192.0.2.123");
	ck_assert_ptr_null(report_fact(report, "hostname"));
	ck_assert_int_gt(atoi(report_fact(report, "lease-expires")), 0);
	ck_assert_says("addr", "192.0.2.105/24");
	ck_assert_says("addr", "valid_lft 3600sec");
	ck_assert_says("route", "default via 192.0.2.1");
	ck_assert_says("route", "metric 1000 mtu 1400");
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

/* NULL: it is still to come. */
static void expect_gateway_mac(enum report_type type, const char *mac)
{
	const struct report *report;
	const char *got;

	/* Before it comes, a new end of the lease may be told. */
	do {
		report = expect(type);
		got = report_fact(report, "gateway-mac");
	} while (mac && !got);
	ck_assert_pstr_eq(got, mac);
	ck_assert_str_eq(report_fact(report, "gateway"),
	    orders->gateway_is_absent ? "192.0.2.9" : "192.0.2.1");
	/* Without a value it would not be still to come. */
	for (size_t i = 0; i < report->n_facts; i++)
		ck_assert_ptr_nonnull(report->facts[i].value);
}

START_TEST(the_gateways_mac_comes_later_and_may_change)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 0xaa};

	open_bench(profile);
	test_job_start(lan);
	expect_gateway_mac(REPORT_UP, NULL);
	expect_gateway_mac(REPORT_FACTS, "02:00:00:00:00:01");
	arp_announce(other, "r0", mac, "192.0.2.1");
	expect_gateway_mac(REPORT_FACTS, "02:00:00:00:00:aa");
	/* The link was down for a moment: who knows which network it is. */
	run("ip link set c0 down");
	run("ip link set c0 up");
	test_job_rebind(lan);
	expect_gateway_mac(REPORT_FACTS, NULL);
	expect_gateway_mac(REPORT_FACTS, "02:00:00:00:00:01");
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	close_bench();
}
END_TEST

START_TEST(a_gateway_that_does_not_answer_is_no_harm)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 0xaa};

	open_bench(profile);
	orders->gateway_is_absent = true;
	test_job_start(lan);
	expect_gateway_mac(REPORT_UP, NULL);
	arp_announce(other, "r0", mac, "192.0.2.9");
	expect_gateway_mac(REPORT_FACTS, "02:00:00:00:00:aa");
	close_bench();
}
END_TEST

#define USES(list)                                     \
	"version: 1\n"                                 \
	"nodes:\n"                                     \
	"  card: { kind: below }\n"                    \
	"  lan: { kind: dhcp, over: card, use: " list " }\n"

START_TEST(use_says_what_is_applied)
{
	const struct report *report;

	open_bench(USES("[address, routes]"));
	test_job_start(lan);
	report = expect(REPORT_UP);
	ck_assert_ptr_null(report_fact(report, "dns"));
	ck_assert_ptr_null(report_fact(report, "domain"));
	ck_assert_ptr_null(report_fact(report, "ntp"));
	ck_assert_says("route", "default via 192.0.2.1");
	ck_assert_ptr_null(strstr(ip_says("route", "c0"), "mtu"));
	close_bench();
}
END_TEST

START_TEST(without_routes_there_is_an_address_and_a_gateway_to_know)
{
	const struct report *report;

	open_bench(USES("address"));
	test_job_start(lan);
	report = expect(REPORT_UP);
	ck_assert_str_eq(report_fact(report, "gateway"), "192.0.2.1");
	ck_assert_says("addr", "192.0.2.105/24");
	ck_assert_ptr_null(strstr(ip_says("route", "c0"), "default"));
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	close_bench();
}
END_TEST

START_TEST(a_lease_may_be_told_and_not_applied)
{
	const struct report *report;

	open_bench(USES("[dns, ntp, hostname]"));
	test_job_start(lan);
	report = expect(REPORT_UP);
	ck_assert_ptr_null(report_fact(report, "address"));
	ck_assert_str_eq(report_fact(report, "dns"), "192.0.2.53");
	ck_assert_str_eq(report_fact(report, "hostname"), "host7");
	expect_clean();
	test_job_stop(lan);
	expect(REPORT_DOWN);
	await_heard(DHCP_RELEASE);
	close_bench();
}
END_TEST

START_TEST(routes_without_an_address_are_refused)
{
	const struct report *report;

	open_bench(USES("[routes, dns]"));
	test_job_start(lan);
	report = expect(REPORT_FAILED);
	ck_assert(report->permanent);
	ck_assert_ptr_nonnull(
	    strstr(report->reason, "'use' routes without the address"));
	close_bench();
}
END_TEST

static bool has_no_carrier(void *ctx)
{
	const struct rtnl_link *link = rtnl_find_link(
	    job_host_host(host)->rtnl, if_nametoindex("c0"));

	(void)ctx;
	return link && !link->carrier;
}

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

/* ---- other keys while it is up ---- */

static const char updates[] =
    "version: 1\n"
    "nodes:\n"
    "  card: { kind: below }\n"
    "  lan: { kind: dhcp, over: card, ipv6: false }\n"
    "  far: { kind: dhcp, over: card, ipv6: false, metric: 50 }\n"
    "  more: { kind: dhcp, over: card, ipv6: false, routes: true }\n"
    "  told: { kind: dhcp, over: card, ipv6: false, use: [dns, hostname] }\n"
    "  odd: { kind: dhcp, over: card, ipv6: false, use: [routes] }\n";

/* A DISCOVER or a REQUEST would be the next that it hears; the other end of
 * a lease says that nothing came before. */
static void expect_one_lease(void)
{
	await_heard(DHCP_REQUEST);
	test_job_stop(lan);
	expect(REPORT_DOWN);
	ck_assert_int_eq(next_heard(), DHCP_RELEASE);
	expect_clean();
	close_bench();
}

START_TEST(another_metric_or_other_routes_are_taken_in_place)
{
	open_bench(updates);
	start_and_get_lease();
	test_job_update(lan, "far");
	expect(REPORT_FACTS);
	ck_assert_says("route", "default via 192.0.2.1");
	ck_assert_says("route", "metric 50 mtu 1400");
	ck_assert_ptr_null(strstr(ip_says("route", "c0"), "metric 1000"));
	test_job_update(lan, "more");
	expect(REPORT_FACTS);
	ck_assert_says("route", "10.4.0.0/16 via 192.0.2.1");
	test_job_update(lan, "lan");
	expect(REPORT_FACTS);
	ck_assert_ptr_null(strstr(ip_says("route", "c0"), "10.4.0.0"));
	ck_assert_says("route", "metric 1000 mtu 1400");
	expect_one_lease();
}
END_TEST

START_TEST(what_is_used_may_change_while_the_lease_goes_on)
{
	const struct report *report;

	open_bench(updates);
	start_and_get_lease();
	test_job_update(lan, "told");
	report = expect(REPORT_FACTS);
	ck_assert_ptr_null(report_fact(report, "address"));
	ck_assert_ptr_null(report_fact(report, "ntp"));
	ck_assert_str_eq(report_fact(report, "dns"), "192.0.2.53");
	ck_assert_str_eq(report_fact(report, "hostname"), "host7");
	/* The kernel answers in order. */
	test_job_update(lan, "lan");
	report = expect(REPORT_FACTS);
	ck_assert_str_eq(report_fact(report, "address"), "192.0.2.105/24");
	ck_assert_ptr_null(report_fact(report, "hostname"));
	ck_assert_says("addr", "192.0.2.105/24");
	ck_assert_says("route", "metric 1000 mtu 1400");
	test_job_update(lan, "told");
	do /* the gateway may have answered before */
		report = expect(REPORT_FACTS);
	while (report_fact(report, "address"));
	expect_one_lease();
}
END_TEST

START_TEST(an_address_that_is_used_no_more_is_defended_no_more)
{
	int announcements;

	open_bench(updates);
	announcements = listen_for_announcements();
	start_and_get_lease();
	await_announcement(announcements);
	test_job_update(lan, "told");
	expect(REPORT_FACTS);
	/* Twice within 10 s it would be given up otherwise. */
	claim_address();
	claim_address();
	test_job_update(lan, "lan");
	ck_assert_str_eq(report_fact(expect(REPORT_FACTS), "address"),
	    "192.0.2.105/24");
	await_announcement(announcements);
	close(announcements);
	expect_one_lease();
}
END_TEST

START_TEST(keys_that_do_not_go_together_end_the_lease)
{
	open_bench(updates);
	start_and_get_lease();
	test_job_update(lan, "odd");
	ck_assert_str_eq(expect(REPORT_FAILED)->reason,
	    "cannot 'use' routes without the address");
	await_heard(DHCP_RELEASE);
	expect_clean();
	close_bench();
}
END_TEST

START_TEST(unmet_with_wrong_keys_it_waits_for_others)
{
	open_bench(updates);
	orders->is_silent = true;
	test_job_start(lan);
	expect(REPORT_UNMET);
	test_job_update(lan, "odd");
	ck_assert_str_eq(expect(REPORT_UNMET)->reason,
	    "cannot 'use' routes without the address");
	orders->is_silent = false;
	test_job_update(lan, "lan");
	expect(REPORT_UP);
	test_job_stop(lan);
	expect(REPORT_DOWN);
	close_bench();
}
END_TEST

START_TEST(the_metric_follows_the_order_of_preference)
{
	open_bench(profile);
	test_job_set_preference(lan, 101);
	start_and_get_lease();
	ck_assert_says("route", "default via 192.0.2.1 proto 110 src "
				"192.0.2.105 metric 1101");
	test_job_set_preference(lan, 100);
	test_job_rebind(lan);
	expect(REPORT_FACTS);
	ck_assert_says("route", "metric 1100");
	ck_assert_ptr_null(strstr(ip_says("route", "c0"), "metric 1101"));
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	close_bench();
}
END_TEST

START_TEST(another_place_is_nothing_to_a_metric_of_the_profile)
{
	open_bench("version: 1\n"
		   "nodes:\n"
		   "  card: { kind: below }\n"
		   "  lan: { kind: dhcp, over: card, metric: 50, "
		   "ipv6: false }\n");
	start_and_get_lease();
	test_job_set_preference(lan, 100);
	test_job_rebind(lan);
	test_job_stop(lan);
	/* Nothing was said in between. */
	ck_assert_int_eq(test_job_wait(lan)->type, REPORT_DOWN);
	close_bench();
}
END_TEST

/* Two ways that nobody has put in an order. */
START_TEST(a_route_of_others_with_its_metric_stays)
{
	open_bench(profile);
	run("ip link add d0 type veth peer name d1");
	run("ip link set d0 up");
	run("ip link set d1 up");
	run("ip route add default dev d0 metric 1000");
	start_and_get_lease();
	ck_assert_says("route", "default via 192.0.2.1");
	ck_assert_ptr_nonnull(strstr(ip_says("route", "d0"), "default"));
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	ck_assert_ptr_nonnull(strstr(ip_says("route", "d0"), "default"));
	close_bench();
}
END_TEST

START_TEST(without_carrier_the_lease_is_kept_and_asked_for_again)
{
	open_bench(profile);
	start_and_get_lease();
	ck_assert_int_eq(next_heard(), DHCP_DISCOVER);
	ck_assert_int_eq(next_heard(), DHCP_REQUEST);
	run_in(other, "ip link set r0 down");
	job_host_wait(host, has_no_carrier, NULL, "the carrier gone");
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	run_in(other, "ip link set r0 up");
	test_job_start(lan);
	expect(REPORT_UP);
	ck_assert_int_eq(next_heard(), DHCP_REQUEST);
	test_job_stop(lan);
	expect(REPORT_DOWN);
	/* Given back, it is not asked for. */
	await_heard(DHCP_RELEASE);
	test_job_start(lan);
	expect(REPORT_UP);
	ck_assert_int_eq(next_heard(), DHCP_DISCOVER);
	close_bench();
}
END_TEST

static const char checking[] =
    "version: 1\n"
    "nodes:\n"
    "  card: { kind: below }\n"
    "  lan: { kind: dhcp, over: card, check-conflict: before }\n";

START_TEST(an_address_that_nobody_has_is_used_after_probing)
{
	open_bench(checking);
	start_and_get_lease();
	ck_assert_says("addr", "192.0.2.105/24");
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	close_bench();
}
END_TEST

START_TEST(an_address_that_another_host_has_is_declined_unused)
{
	const struct report *report;

	open_bench(checking);
	run_in(other, "ip addr add 192.0.2.105/32 dev r0");
	test_job_start(lan);
	report = expect(REPORT_UNMET);
	ck_assert_str_eq(report->reason,
	    "another host uses 192.0.2.105 too, the address is given up");
	await_heard(DHCP_DECLINE);
	expect_clean();
	test_job_stop(lan);
	expect(REPORT_DOWN);
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
	report = expect(REPORT_UNMET);
	ck_assert_str_eq(report->reason,
	    "the lease of 192.0.2.105 has expired: no DHCP server renewed it");
	orders->is_silent = false;
	expect(REPORT_UP);
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	close_bench();
}
END_TEST

/* To the kernel that is another address. Without any, for a moment, what
 * others have made of it would go. */
START_TEST(with_another_subnet_the_address_is_never_away)
{
	open_bench(profile);
	orders->lease_s = 4;
	start_and_get_lease();
	run("ip route add 203.0.113.0/24 via 192.0.2.1 src 192.0.2.105");
	orders->is_narrow = true;
	orders->lease_s = 3600;
	ck_assert_str_eq(report_fact(expect(REPORT_FACTS), "address"),
	    "192.0.2.105/25");
	ck_assert_ptr_null(strstr(ip_says("addr", "c0"), "/24"));
	ck_assert_ptr_null(strstr(ip_says("route", "c0"), "192.0.2.0/24"));
	ck_assert_says("route", "default via 192.0.2.1");
	ck_assert_says("route", "192.0.2.0/25");
	ck_assert_says("route", "203.0.113.0/24 via 192.0.2.1");
	test_job_stop(lan);
	expect(REPORT_DOWN);
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

START_TEST(the_address_is_announced_and_defended_on_the_wire)
{
	int fd;

	open_bench(profile);
	fd = listen_for_announcements();
	start_and_get_lease();
	await_announcement(fd);
	await_announcement(fd);
	claim_address();
	await_announcement(fd);
	ck_assert_ptr_null(test_job_next(lan)); /* it is still up */
	close_bench();
}
END_TEST

/* The fact is not there, and nobody is to wait for it. */
static bool says_not_to_come(const struct report *report, const char *key)
{
	for (size_t i = 0; i < report->n_facts; i++)
		if (!strcmp(report->facts[i].key, key))
			return !report->facts[i].value;
	return false;
}

static char helper_path[96], lie_path[104];

static void open_lying_bench(enum lie lie)
{
	char digit[2] = {(char)('0' + lie), '\0'}, self[512] = "";

	make_folder();
	snprintf(helper_path, sizeof(helper_path), "%s/netconf-dhcp4", folder);
	snprintf(lie_path, sizeof(lie_path), "%s.lie", helper_path);
	ck_assert_int_gt(readlink("/proc/self/exe", self, sizeof(self) - 1), 0);
	ck_assert_int_eq(symlink(self, helper_path), 0);
	ck_assert_int_eq(symlink(digit, lie_path), 0);
	open_bench_with(profile, folder);
}

static void close_lying_bench(void)
{
	expect_clean();
	ck_assert_int_eq(unlink(lie_path), 0);
	ck_assert_int_eq(unlink(helper_path), 0);
	close_bench();
}

/* A process that a server has taken over is not believed, but ended. */
START_TEST(what_the_process_says_is_checked_again)
{
	open_lying_bench((enum lie)_i);
	if (_i == LIE_NONE) {
		start_and_get_lease();
		test_job_stop(lan);
		expect(REPORT_DOWN);
	} else if (_i == LIE_ROUTERLESS) {
		test_job_start(lan);
		ck_assert(says_not_to_come(expect(REPORT_UP), "gateway-mac"));
		test_job_stop(lan);
		expect(REPORT_DOWN);
	} else {
		test_job_start(lan);
		ck_assert_str_eq(expect(REPORT_FAILED)->reason,
		    "netconf-dhcp4 was killed by signal 9");
		ck_assert_ptr_nonnull(strstr(job_host_log(host),
		    "netconf-dhcp4 is ended: it sent what makes no sense"));
	}
	close_lying_bench();
}
END_TEST

/* A link that is down takes the address, but no route; the lease comes all the
 * same. */
START_TEST(what_the_kernel_refuses_is_undone_and_said)
{
	const struct report *report;

	open_lying_bench(LIE_NONE);
	run("ip link set c0 down");
	test_job_start(lan);
	report = expect(REPORT_FAILED);
	ck_assert(!report->permanent);
	ck_assert_ptr_nonnull(strstr(report->reason,
	    "the kernel refuses the lease: the route to default: "));
	close_lying_bench();
}
END_TEST

static void expect_no_privileges(const char *status)
{
	const struct passwd *user = getpwnam(DHCP_USER);
	char uid[64], gid[64];
	unsigned u, g;

	ck_assert_ptr_nonnull(user);
	u = user->pw_uid;
	g = user->pw_gid;
	snprintf(uid, sizeof(uid), "\nUid:\t%u\t%u\t%u\t%u\n", u, u, u, u);
	snprintf(gid, sizeof(gid), "\nGid:\t%u\t%u\t%u\t%u\n", g, g, g, g);
	ck_assert_ptr_nonnull(strstr(status, uid));
	ck_assert_ptr_nonnull(strstr(status, gid));
	ck_assert_ptr_nonnull(strstr(status, "\nGroups:\t \n"));
	ck_assert_ptr_nonnull(strstr(status, "\nCapInh:\t0000000000000000"));
	ck_assert_ptr_nonnull(strstr(status, "\nCapPrm:\t0000000000000000"));
	ck_assert_ptr_nonnull(strstr(status, "\nCapEff:\t0000000000000000"));
	ck_assert_ptr_nonnull(strstr(status, "\nCapAmb:\t0000000000000000"));
	ck_assert_ptr_nonnull(strstr(status, "\nNoNewPrivs:\t1"));
#ifndef SANITIZED
	ck_assert_ptr_nonnull(strstr(status, "\nSeccomp:\t2"));
#endif
}

/* Capabilities and filter are a thread's own: each is looked at. */
START_TEST(the_process_has_no_privileges)
{
	char path[300], status[4096];
	struct dirent *entry;
	int n_threads = 0;
	DIR *dir;

	open_bench(profile);
	start_and_get_lease(); /* its sandbox is closed by now */
	snprintf(path, sizeof(path), "/proc/%d/task", (int)find_helper());
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/status", entry->d_name);
		ck_assert(read_status(path, status));
		expect_no_privileges(status);
		n_threads++;
	}
	closedir(dir);
	ck_assert_int_eq(n_threads, 2);
	close_bench();
}
END_TEST

START_TEST(a_dead_helper_loses_the_leases_and_comes_back)
{
	const struct report *report;
	pid_t pid;

	open_bench(profile);
	start_and_get_lease();
	pid = find_helper();
	kill(pid, SIGKILL);
	report = expect(REPORT_FAILED);
	ck_assert(!report->permanent);
	ck_assert_str_eq(
	    report->reason, "netconf-dhcp4 was killed by signal 9");
	expect_clean();
	start_and_get_lease();
	ck_assert_int_ne(find_helper(), pid);
	close_bench();
}
END_TEST

START_TEST(an_unmet_job_outlives_the_helper)
{
	open_bench(profile);
	orders->is_silent = true;
	test_job_start(lan);
	expect(REPORT_UNMET);
	orders->is_silent = false;
	kill(find_helper(), SIGKILL);
	expect(REPORT_UP);
	close_bench();
}
END_TEST

START_TEST(a_helper_that_hangs_does_not_hold_up_a_stop)
{
	pid_t pid;

	open_bench(profile);
	start_and_get_lease();
	pid = find_helper();
	kill(pid, SIGSTOP);
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	kill(pid, SIGCONT);
	close_bench();
}
END_TEST

START_TEST(what_others_have_in_its_subnet_stays)
{
	open_bench(profile);
	start_and_get_lease();
	run("ip addr add 192.0.2.50/24 dev c0");
	run("ip route add 203.0.113.0/24 via 192.0.2.99");
	test_job_stop(lan);
	expect(REPORT_DOWN);
	ck_assert_says("addr", "192.0.2.50/24");
	ck_assert_says("route", "203.0.113.0/24 via 192.0.2.99");
	run("ip addr del 192.0.2.50/24 dev c0");
	expect_clean();
	close_bench();
}
END_TEST

/* The route cannot be put back without the address, which comes a little
 * later. */
START_TEST(an_address_comes_back_while_a_route_is_put_back)
{
	open_bench(profile);
	start_and_get_lease();
	run("ip route del default");
	job_host_turn(host);
	run("ip addr del 192.0.2.105/24 dev c0");
	expect(REPORT_FACTS);
	ck_assert_says("addr", "192.0.2.105/24");
	ck_assert_says("route", "default via 192.0.2.1");
	test_job_stop(lan);
	expect(REPORT_DOWN);
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

/* A string on which the test waits. */
static bool says_default(void *ctx)
{
	return strstr(ip_says("route", "c0"), ctx);
}

static bool is_logged(void *ctx)
{
	return strstr(job_host_log(host), ctx);
}

static void await_route(const char *route)
{
	job_host_wait(host, says_default, (void *)route, route);
}

static void await_log(const char *line)
{
	job_host_wait(host, is_logged, (void *)line, line);
}

static const char all_routes[] =
    "version: 1\n"
    "nodes:\n"
    "  card: { kind: below }\n"
    "  lan: { kind: dhcp, over: card, routes: true }\n";

START_TEST(routes_that_others_remove_are_put_back)
{
	open_bench(all_routes);
	start_and_get_lease();
	run("ip route del default");
	await_route("default via 192.0.2.1");
	await_log("the route to default was removed by others; it has been "
		  "put back");
	ck_assert_says("route", "metric 1000 mtu 1400");
	run("ip route del 10.4.0.0/16");
	await_log("the route to 10.4.0.0/16 was removed by others; it has "
		  "been put back");
	ck_assert_says("route", "10.4.0.0/16 via 192.0.2.1");
	run("ip route replace default dev c0 metric 1000");
	await_route("default via 192.0.2.1");
	ck_assert_ptr_null(strstr(ip_says("route", "c0"), "default dev"));
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
	close_bench();
}
END_TEST

START_TEST(routes_that_others_remove_again_and_again_are_lost)
{
	open_bench(profile);
	start_and_get_lease();
	for (int i = 0; i < 3; i++) {
		run("ip route del default");
		await_route("default via 192.0.2.1");
	}
	run("ip route del default");
	ck_assert_str_eq(expect(REPORT_FAILED)->reason,
	    "what it has made is removed by others again and again");
	expect_clean();
	close_bench();
}
END_TEST

/* The connected route as well, which the others need. */
START_TEST(all_routes_may_be_removed_at_once)
{
	open_bench(profile);
	start_and_get_lease();
	run("ip route flush dev c0");
	await_log("the route to default was removed by others");
	ck_assert_says("route", "default via 192.0.2.1");
	ck_assert_says("route", "192.0.2.0/24 proto kernel");
	close_bench();
}
END_TEST

START_TEST(routes_that_cannot_be_put_back_end_the_lease)
{
	open_bench(profile);
	start_and_get_lease();
	run("ip route replace prohibit 192.0.2.0/24");
	run("ip route del default");
	ck_assert_ptr_nonnull(strstr(expect(REPORT_FAILED)->reason,
	    "the kernel refuses the lease: the route to default: "));
	run("ip route del prohibit 192.0.2.0/24");
	expect_clean();
	start_and_get_lease();
	close_bench();
}
END_TEST

/* With the link and with the address the kernel removes them, and others
 * those of their own. */
START_TEST(routes_that_go_otherwise_are_no_repair)
{
	open_bench(all_routes);
	start_and_get_lease();
	run("ip route add 10.9.0.0/16 dev c0 metric 1000");
	run("ip route del 10.9.0.0/16");
	run("ip link set c0 down");
	run("ip link set c0 up");
	orders->is_silent = true; /* an answer would put them back as well */
	test_job_rebind(lan);
	expect(REPORT_FACTS);
	ck_assert_says("route", "10.4.0.0/16 via 192.0.2.1");
	run("ip addr del 192.0.2.105/24 dev c0");
	await_route("10.4.0.0/16 via 192.0.2.1");
	/* What is told before this is told by then. */
	run("ip route del default");
	await_log("the route to default was removed by others");
	ck_assert_ptr_null(strstr(job_host_log(host), "10.4.0.0/16 was"));
	ck_assert_ptr_null(strstr(job_host_log(host), "10.9.0.0/16 was"));
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

/* Another card, which has no lease yet, and a server on its link. */
static void plug_another(void)
{
	static unsigned n;

	run("ip link add c0 address 02:00:00:00:01:%02x type veth peer name r0 "
	    "address 02:00:00:00:00:01 netns %d", ++n, other);
	run_in(other, "ip addr add 192.0.2.1/24 dev r0");
	run_in(other, "ip link set r0 up");
	run("ip link set c0 up");
	close(heard[0]);
	close(heard[1]);
	start_server();
	ck_assert_int_eq(next_heard(), 0);
}

START_TEST(a_card_may_be_pulled_at_any_moment_of_a_start)
{
	open_bench(profile);
	moments_pull(host, lan, "c0", plug_another, NULL);
	/* And all works. */
	test_job_start(lan);
	expect(REPORT_UP);
	test_job_stop(lan);
	expect(REPORT_DOWN);
	close_bench();
}
END_TEST

START_TEST(a_start_can_be_stopped_at_any_moment)
{
	open_bench(profile);
	moments_stop(host, lan);
	expect_clean();
	close_bench();
}
END_TEST

/* The link has been away, and maybe it is in another network now. */
START_TEST(after_a_moment_without_link_the_lease_is_asked_for)
{
	const struct report *report;

	open_bench(profile);
	start_and_get_lease();
	test_job_rebind(lan);
	await_heard(DHCP_REQUEST);
	await_heard(DHCP_REQUEST); /* the first was that of the start */
	ck_assert_says("addr", "192.0.2.105/24");
	orders->says_no = true;
	test_job_rebind(lan);
	do
		report = test_job_wait(lan);
	while (report->type == REPORT_FACTS);
	ck_assert_int_eq(report->type, REPORT_UNMET);
	ck_assert_str_eq(report->reason, "the DHCP server 192.0.2.1 has "
					 "withdrawn the lease of 192.0.2.105");
	/* That is asked for, and done when the loop has turned. */
	while (strstr(ip_says("addr", "c0"), "192.0.2.105"))
		job_host_turn(host);
	orders->says_no = false;
	expect(REPORT_UP);
	test_job_stop(lan);
	expect(REPORT_DOWN);
	expect_clean();
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
	run("ip link del c1");
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

int main(int argc, char **argv)
{
	static const char liar[] = "/netconf-dhcp4";
	size_t n = argc > 0 ? strlen(argv[0]) : 0;
	Suite *suite = suite_create("dhcp");
	TCase *t;

	if (n > strlen(liar) && !strcmp(argv[0] + n - strlen(liar), liar))
		be_a_liar(argv[0]);
	/* netconf-dhcp4 becomes another user, which only root can. */
	if (geteuid()) {
		printf("1..0 # SKIP needs root\n");
		return getenv("CK_TAP_LOG_FILE_NAME") ? 0 : 77;
	}
	t = netns_case(suite, "provider");
	tcase_add_test(t, a_lease_is_applied_and_given_back);
	tcase_add_test(t, the_gateways_mac_comes_later_and_may_change);
	tcase_add_test(t, a_gateway_that_does_not_answer_is_no_harm);
	tcase_add_test(t, keys_choose_metric_and_routes);
	tcase_add_test(t, another_metric_or_other_routes_are_taken_in_place);
	tcase_add_test(t, what_is_used_may_change_while_the_lease_goes_on);
	tcase_add_test(t, an_address_that_is_used_no_more_is_defended_no_more);
	tcase_add_test(t, keys_that_do_not_go_together_end_the_lease);
	tcase_add_test(t, unmet_with_wrong_keys_it_waits_for_others);
	tcase_add_test(t, use_says_what_is_applied);
	tcase_add_test(
	    t, without_routes_there_is_an_address_and_a_gateway_to_know);
	tcase_add_test(t, a_lease_may_be_told_and_not_applied);
	tcase_add_test(t, routes_without_an_address_are_refused);
	tcase_add_test(
	    t, without_carrier_the_lease_is_kept_and_asked_for_again);
	tcase_add_test(t, an_address_that_nobody_has_is_used_after_probing);
	tcase_add_test(
	    t, an_address_that_another_host_has_is_declined_unused);
	tcase_add_test(t, the_metric_follows_the_order_of_preference);
	tcase_add_test(
	    t, another_place_is_nothing_to_a_metric_of_the_profile);
	tcase_add_test(t, a_route_of_others_with_its_metric_stays);
	tcase_add_test(t, without_server_it_is_unmet_until_one_comes);
	tcase_add_test(t, a_liar_is_named);
	tcase_add_test(
	    t, a_short_lease_is_renewed_then_expires_then_comes_back);
	tcase_add_test(t, with_another_subnet_the_address_is_never_away);
	tcase_add_test(t, a_nak_takes_the_lease_away);
	tcase_add_test(t, the_process_has_no_privileges);
	tcase_add_test(t, a_dead_helper_loses_the_leases_and_comes_back);
	tcase_add_test(t, an_unmet_job_outlives_the_helper);
	tcase_add_test(t, a_helper_that_hangs_does_not_hold_up_a_stop);
	tcase_add_test(t, what_others_have_in_its_subnet_stays);
	tcase_add_test(t, an_address_that_others_remove_is_put_back);
	tcase_add_test(
	    t, an_address_comes_back_while_a_route_is_put_back);
	tcase_add_test(t, routes_that_others_remove_are_put_back);
	tcase_add_test(
	    t, routes_that_others_remove_again_and_again_are_lost);
	tcase_add_test(t, all_routes_may_be_removed_at_once);
	tcase_add_test(t, routes_that_cannot_be_put_back_end_the_lease);
	tcase_add_test(t, routes_that_go_otherwise_are_no_repair);
	tcase_add_test(t, a_card_that_is_pulled_leaves_nothing_to_do);
	tcase_add_test(t, a_card_may_be_pulled_at_any_moment_of_a_start);
	tcase_add_test(t, a_start_can_be_stopped_at_any_moment);
	tcase_add_test(
	    t, after_a_moment_without_link_the_lease_is_asked_for);
	tcase_add_test(t, another_device_means_another_lease);
	tcase_add_test(t, a_device_without_ethernet_is_refused_for_good);
	tcase_add_test(t, another_host_that_insists_gets_the_address);
	tcase_add_test(
	    t, the_address_is_announced_and_defended_on_the_wire);
	tcase_add_loop_test(
	    t, what_the_process_says_is_checked_again, 0, LIES);
	tcase_add_test(t, what_the_kernel_refuses_is_undone_and_said);
	return netns_run(suite);
}
