/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netdb.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "providers/wireguard/lookup.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

struct answer {
	bool has_come;
	int error;
	struct ip address;
};

static void on_found(void *ctx, int error, const struct ip *address)
{
	*(struct answer *)ctx = (struct answer){ true, error, *address };
}

static bool has_come(void *ctx)
{
	return ((struct answer *)ctx)->has_come;
}

static void put_over(const char *path, const char *text)
{
	char name[] = "/tmp/netconf-lookup-XXXXXX";
	int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
	ck_assert_int_eq(mount(name, path, NULL, MS_BIND, NULL), 0);
	ck_assert_int_eq(unlink(name), 0);
}

/* The only name server is ours, which hears and says nothing. */
static int open_silent_server(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_port = htons(53),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	run("ip link set lo up");
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&here, sizeof(here)), 0);
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(
	    mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL), 0);
	put_over("/etc/resolv.conf", "nameserver 127.0.0.1\n");
	put_over("/etc/nsswitch.conf", "hosts: files dns\n");
	put_over("/etc/hosts", "192.0.2.7 here.example\n"
			       "2001:db8::7 there.example\n");
	return fd;
}

/* It stays to be answered at the end. */
static void await_question(int fd)
{
	char question[512];

	ck_assert_int_gt(
	    recv(fd, question, sizeof(question), MSG_PEEK), 0);
}

static int count_threads(void)
{
	DIR *threads = opendir("/proc/self/task");
	int n = 0;

	ck_assert_ptr_nonnull(threads);
	while (readdir(threads))
		n++;
	closedir(threads);
	return n - 2; /* . and .. */
}

/* Says that it fails, to who has asked by now. */
static void answer_question(int fd)
{
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	unsigned char question[512];
	ssize_t n = recvfrom(fd, question, sizeof(question), MSG_DONTWAIT,
	    (struct sockaddr *)&from, &size);

	if (n < 12)
		return;
	question[2] |= 0x80; /* RFC 1035, 4.1.1: QR; RCODE SERVFAIL */
	question[3] |= 2;
	sendto(fd, question, (size_t)n, 0, (struct sockaddr *)&from, size);
}

/* Threads that nobody waits for end before memory is looked at. */
static void close_server(int fd)
{
	uint64_t end = uv_hrtime() + UINT64_C(30000000000);

	while (count_threads() > 1) {
		ck_assert_uint_lt(uv_hrtime(), end);
		answer_question(fd);
		sched_yield();
	}
	close(fd);
}

START_TEST(a_name_is_found)
{
	int fd = open_silent_server();
	struct job_host *host = job_host_open(NULL, NULL);
	struct answer here = { 0 }, there = { 0 };
	char text[IP_TEXT_SIZE];
	struct lookup *lookup;

	ck_assert_int_eq(lookup_begin(job_host_host(host)->loop,
			     "here.example", on_found, &here, &lookup),
	    0);
	ck_assert_int_eq(lookup_begin(job_host_host(host)->loop,
			     "there.example", on_found, &there, &lookup),
	    0);
	job_host_wait(host, has_come, &here, "an address");
	job_host_wait(host, has_come, &there, "another");
	ck_assert_int_eq(here.error, 0);
	ck_assert_str_eq(ip_print(&here.address, text), "192.0.2.7");
	ck_assert_str_eq(ip_print(&there.address, text), "2001:db8::7");
	job_host_close(host);
	close(fd);
}
END_TEST

START_TEST(one_that_cannot_be_is_an_error)
{
	struct job_host *host = job_host_open(NULL, NULL);
	struct answer answer = { 0 };
	struct lookup *lookup;

	ck_assert_int_eq(lookup_begin(job_host_host(host)->loop, "a..b",
			     on_found, &answer, &lookup),
	    0);
	job_host_wait(host, has_come, &answer, "an error");
	ck_assert_int_ne(answer.error, 0);
	job_host_close(host);
}
END_TEST

/* job_host_close() runs the loop until it has nothing left, and closes it. */
START_TEST(given_up_it_does_not_hold_up_the_end)
{
	int fd = open_silent_server();
	struct job_host *host = job_host_open(NULL, NULL);
	uv_loop_t *loop = job_host_host(host)->loop;
	struct answer answer = { 0 };
	struct lookup *lookup;
	uint64_t began_ns;

	ck_assert_int_eq(lookup_begin(loop, "slow.example", on_found, &answer,
			     &lookup),
	    0);
	await_question(fd);
	began_ns = uv_hrtime();
	lookup_cancel(lookup);
	job_host_close(host);
	ck_assert(!answer.has_come);
	/* The resolver asks again after 5 s. */
	ck_assert_uint_lt(uv_hrtime() - began_ns, 4000000000);
	close_server(fd);
}
END_TEST

START_TEST(given_up_at_any_moment_it_is_not_told)
{
	int fd = open_silent_server();
	struct job_host *host = job_host_open(NULL, NULL);
	uv_loop_t *loop = job_host_host(host)->loop;
	struct answer answer = { 0 };
	struct lookup *lookup;
	int turns = 0;

	for (int i = 0; i < 200; i++) {
		/* Those of before may not all have ended. */
		while (lookup_begin(loop, "here.example", on_found, &answer,
			   &lookup) == EAI_AGAIN)
			job_host_turn(host);
		for (turns = 0; turns < i % 5 && !answer.has_come; turns++)
			job_host_turn(host);
		if (!answer.has_come)
			lookup_cancel(lookup);
		else
			ck_assert_int_eq(answer.error, 0);
		answer.has_come = false;
		job_host_turn(host);
		ck_assert(!answer.has_come);
	}
	job_host_close(host);
	close_server(fd);
}
END_TEST

START_TEST(there_are_so_many_at_a_time_and_no_more)
{
	int fd = open_silent_server();
	struct job_host *host = job_host_open(NULL, NULL);
	uv_loop_t *loop = job_host_host(host)->loop;
	struct lookup *lookups[LOOKUPS_MAX], *lookup;
	struct answer answer = { 0 };

	for (int i = 0; i < LOOKUPS_MAX; i++)
		ck_assert_int_eq(lookup_begin(loop, "slow.example", on_found,
				     &answer, &lookups[i]),
		    0);
	ck_assert_int_eq(
	    lookup_begin(loop, "slow.example", on_found, &answer, &lookup),
	    EAI_AGAIN);
	for (int i = 0; i < LOOKUPS_MAX; i++)
		lookup_cancel(lookups[i]);
	job_host_close(host);
	close_server(fd);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lookup");
	TCase *tcase = netns_case(suite, "lookup");

	tcase_add_test(tcase, a_name_is_found);
	tcase_add_test(tcase, one_that_cannot_be_is_an_error);
	tcase_add_test(tcase, given_up_it_does_not_hold_up_the_end);
	tcase_add_test(tcase, given_up_at_any_moment_it_is_not_told);
	tcase_add_test(tcase, there_are_so_many_at_a_time_and_no_more);
	return netns_run(suite);
}
