/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server in another namespace is told that an address is another host's. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/macros.h"
#include "providers/dhcp/client-id.h"
#include "providers/dhcp/dhcp6-decline.h"
#include "providers/dhcp/dhcp6-message.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

static const uint8_t duid[DUID_SIZE] = { 0, 4, 1, 2, 3 };
static const struct lease6 lease = {
	.has_address = true,
	.address = { .family = AF_INET6, .bytes = { 0x20, 1, 0xd, 0xb8 } },
	.iaid = { 1, 2, 3, 4 },
	.n_server_id = 4,
	.server_id = { 9, 8, 7, 6 },
};

static struct job_host *host;
static struct dhcp6_decline *decline;
static int server; /* its socket, on the loop */
static uv_poll_t server_poll;
static int n_ended, n_heard;
static uint8_t got[DHCP6_DECLINE_MAX];
static size_t n_got;
static struct sockaddr_in6 from;

static void enter(const char *path)
{
	int ns = open(path, O_RDONLY | O_CLOEXEC);

	ck_assert_int_ge(ns, 0);
	ck_assert_int_eq(setns(ns, CLONE_NEWNET), 0);
	close(ns);
}

static void open_server(pid_t other)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6,
		.sin6_port = htons(547) };
	struct ipv6_mreq group = { .ipv6mr_multiaddr.s6_addr = { 0xff, 0x02,
				       [13] = 1, [15] = 2 } };
	char own[64], path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)other);
	snprintf(own, sizeof(own), "/proc/self/fd/%d",
	    open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
	enter(path);
	group.ipv6mr_interface = if_nametoindex("r0");
	server = socket(
	    AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_ge(server, 0);
	ck_assert_int_eq(bind(server, (void *)&at, sizeof(at)), 0);
	ck_assert_int_eq(setsockopt(server, IPPROTO_IPV6, IPV6_JOIN_GROUP,
			     &group, sizeof(group)),
	    0);
	enter(own);
}

static void on_ended(void *ctx, bool is_heard)
{
	ck_assert_ptr_eq(ctx, &server);
	n_ended++;
	n_heard += is_heard;
	decline = NULL;
}

/* Ends the loop's turn. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
	(void)poll, (void)status, (void)events;
}

static void begin(void)
{
	pid_t other = netns_other();

	run("ip link add c0 type veth peer name r0 netns %d", other);
	run_in(other, "ip link set r0 up");
	run_in(other, "ip addr add fe80::1/64 dev r0 nodad");
	run("ip link set c0 addrgenmode none");
	run("ip link set c0 up");
	run("ip addr add fe80::7/64 dev c0 nodad");
	open_server(other);
	host = job_host_open(NULL, NULL);
	uv_poll_init(job_host_host(host)->loop, &server_poll, server);
	uv_poll_start(&server_poll, UV_READABLE, on_readable);
	n_ended = n_heard = 0;
	ck_assert_int_eq(dhcp6_decline_begin(job_host_host(host)->loop,
			     if_nametoindex("c0"), duid, &lease, on_ended,
			     &server, &decline),
	    0);
}

static void end(void)
{
	decline = dhcp6_decline_free(decline);
	uv_close((uv_handle_t *)&server_poll, NULL);
	job_host_turn(host);
	close(server);
	job_host_close(host);
}

static bool has_come(void *ctx)
{
	socklen_t size = sizeof(from);
	ssize_t n;

	(void)ctx;
	n = recvfrom(server, got, sizeof(got), 0, (void *)&from, &size);
	n_got = n > 0 ? (size_t)n : 0;
	return n > 0;
}

static uint64_t next_message(void)
{
	job_host_wait(host, has_come, NULL, "a message");
	ck_assert_uint_eq(got[0], 9);
	ck_assert_uint_eq(ntohs(from.sin6_port), 546);
	return uv_hrtime() / 1000000;
}

/* Where the options are that the message has: client, server, elapsed. */
enum { CLIENT_AT = 4, SERVER_AT = CLIENT_AT + 4 + DUID_SIZE,
	ELAPSED_AT = SERVER_AT + 4 + 4 };

static unsigned elapsed(void)
{
	ck_assert_uint_eq(got[ELAPSED_AT + 1], 8);
	return (unsigned)got[ELAPSED_AT + 4] << 8 | got[ELAPSED_AT + 5];
}

/* One with that byte of it changed; 0: none is. */
static void answer(size_t changed)
{
	uint8_t bytes[ELAPSED_AT];

	memcpy(bytes, got, sizeof(bytes));
	bytes[0] = 7;
	if (changed)
		bytes[changed] ^= 1;
	ck_assert_int_eq(sendto(server, bytes, sizeof(bytes), 0,
			     (void *)&from, sizeof(from)),
	    (int)sizeof(bytes));
}

static bool has_ended(void *ctx)
{
	(void)ctx;
	return n_ended > 0;
}

START_TEST(the_server_is_told_until_it_answers)
{
	uint8_t first[DHCP6_DECLINE_MAX];
	uint64_t at, before;
	size_t n;

	begin();
	before = next_message();
	ck_assert_uint_eq(elapsed(), 0);
	n = n_got;
	memcpy(first, got, n);
	/* To another message, another client, from another server. */
	answer(3);
	answer(CLIENT_AT + 4);
	answer(SERVER_AT + 4);
	at = next_message();
	ck_assert(at - before >= 850 && at - before < 2000);
	ck_assert(elapsed() >= 85 && elapsed() < 200);
	ck_assert_uint_eq(n_got, n);
	memcpy(got + ELAPSED_AT + 4, first + ELAPSED_AT + 4, 2);
	ck_assert_mem_eq(got, first, n);
	answer(0);
	job_host_wait(host, has_ended, NULL, "that it is heard");
	ck_assert_int_eq(n_heard, 1);
	end();
}
END_TEST

START_TEST(a_server_that_does_not_answer_is_told_four_times)
{
	uint64_t began;

	begin();
	began = next_message();
	for (int i = 1; i < 4; i++)
		next_message();
	job_host_wait(host, has_ended, NULL, "the end");
	/* 1, 2, 4, 8 s, a tenth more or less each */
	ck_assert_uint_ge(uv_hrtime() / 1000000 - began, 12000);
	ck_assert_int_eq(n_heard, 0);
	ck_assert(!has_come(NULL));
	end();
}
END_TEST

START_TEST(it_may_end_at_any_moment)
{
	begin();
	for (int i = 0; i < _i; i++)
		job_host_turn(host);
	end();
	ck_assert_int_eq(n_ended, 0);
}
END_TEST

/* When it is back, it is told. */
START_TEST(a_link_that_is_down_is_waited_for)
{
	begin();
	run("ip link set c0 down");
	job_host_turn(host);
	run("ip link set c0 up");
	run("ip addr replace fe80::7/64 dev c0 nodad");
	next_message();
	answer(0);
	job_host_wait(host, has_ended, NULL, "that it is heard");
	ck_assert_int_eq(n_heard, 1);
	end();
}
END_TEST

START_TEST(a_lease_of_no_known_server_is_not_declined)
{
	struct lease6 none = lease;

	none.n_server_id = 0;
	begin();
	decline = dhcp6_decline_free(decline);
	ck_assert_int_eq(dhcp6_decline_begin(job_host_host(host)->loop,
			     if_nametoindex("c0"), duid, &none, on_ended,
			     &server, &decline),
	    -ENODATA);
	end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dhcp6-decline");
	TCase *tcase = netns_case(suite, "decline");

	tcase_add_test(tcase, the_server_is_told_until_it_answers);
	tcase_add_test(tcase, a_server_that_does_not_answer_is_told_four_times);
	tcase_add_loop_test(tcase, it_may_end_at_any_moment, 0, 4);
	tcase_add_test(tcase, a_link_that_is_down_is_waited_for);
	tcase_add_test(tcase, a_lease_of_no_known_server_is_not_declined);
	return netns_run(suite);
}
