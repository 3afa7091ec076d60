/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Varlink client, against a server that the test plays. */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/client.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

static char path[108];
static int listener = -1, peer = -1;
static struct client *client;

static void connect_both(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	scratch_open();
	snprintf(path, sizeof(path), "%s", scratch_path("socket"));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(client_open(path, &client), 0);
	peer = accept(listener, NULL, NULL);
	ck_assert_int_ge(peer, 0);
}

static void disconnect_both(void)
{
	client = client_close(client);
	close(peer);
	close(listener);
	scratch_close();
}

static void say(const char *data, size_t n)
{
	ck_assert_int_eq(write(peer, data, n), (ssize_t)n);
}

/* A literal with its NUL. */
#define SAY(literal) say(literal, sizeof(literal))
/* Without. */
#define SAY_PART(literal) say(literal, sizeof(literal) - 1)

/* The deadline is long past: what has not arrived yet is not waited for. */
static int reply_now(struct reply *reply)
{
	return client_reply(client, 0, NULL, reply);
}

START_TEST(a_call_is_json_ended_by_nul)
{
	char got[256];

	ck_assert_int_eq(client_call(client, "org.netconf.Why",
			     json_pack("{s:s}", "node", "vpn0"), true),
	    0);
	ssize_t n = read(peer, got, sizeof(got));
	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(got[n - 1], '\0');
	ck_assert_str_eq(got, "{\"method\":\"org.netconf.Why\",\"parameters\":"
			      "{\"node\":\"vpn0\"},\"more\":true}");
	ck_assert_uint_eq((size_t)n, strlen(got) + 1);
}
END_TEST

START_TEST(a_call_too_long_is_not_sent)
{
	_cleanup_(free_ptr) char *name = calloc(1, CLIENT_CALL_MAX);
	char got;

	memset(name, 'a', CLIENT_CALL_MAX - 1);
	ck_assert_int_eq(client_call(client, "org.netconf.Why",
			     json_pack("{s:s}", "node", name), false),
	    -EMSGSIZE);
	ck_assert_int_eq(recv(peer, &got, 1, MSG_DONTWAIT), -1);
}
END_TEST

START_TEST(replies_may_come_in_pieces_and_several_at_once)
{
	_cleanup_(reply_clear) struct reply a = {0}, b = {0}, c = {0};

	SAY_PART("{\"continues\":tr");
	ck_assert_int_eq(reply_now(&a), -ETIMEDOUT);
	SAY("ue}\0{\"parameters\":{\"x\":1}}");
	ck_assert_int_eq(reply_now(&a), 0);
	ck_assert(a.continues && !a.error);
	ck_assert_uint_eq(json_object_size(a.parameters), 0);
	ck_assert_int_eq(reply_now(&b), 0);
	ck_assert(!b.continues);
	ck_assert_uint_eq(json_object_size(b.parameters), 1);
	SAY("{\"error\":\"org.netconf.Busy\"}");
	ck_assert_int_eq(reply_now(&c), 0);
	ck_assert_str_eq(c.error, "org.netconf.Busy");
}
END_TEST

START_TEST(a_long_reply_arrives_whole)
{
	enum { N = 100 * 1000 };
	_cleanup_(free_ptr) char *message = malloc(N + 32);
	_cleanup_(reply_clear) struct reply reply = {0};
	size_t n = 0, sent = 0;

	n += (size_t)sprintf(message, "{\"parameters\":{\"x\":\"");
	memset(message + n, 'y', N);
	n += N;
	n += (size_t)sprintf(message + n, "\"}}") + 1;
	while (sent < n) {
		size_t piece = n - sent < 7000 ? n - sent : 7000;

		say(message + sent, piece);
		sent += piece;
		int r = reply_now(&reply);
		ck_assert_int_eq(r, sent < n ? -ETIMEDOUT : 0);
	}
	ck_assert_uint_eq(
	    json_string_length(json_object_get(reply.parameters, "x")), N);
}
END_TEST

static const char *const no_replies[] = {
    "",
    "hello",
    "[]",
    "null",
    "{\"parameters\":[]}",
    "{\"parameters\":{},\"parameters\":{}}",
    "{\"error\":1}",
    "{\"error\":null}",
    "{\"continues\":1}",
    "{\"parameters\":{\"x\":\"\\u0000\"}}",
    "{\"parameters\":{\"x\":\"\xff\"}}",
    "{} {}",
};

START_TEST(what_is_no_reply_is_refused)
{
	_cleanup_(reply_clear) struct reply reply = {0};
	const char *s = no_replies[_i];

	say(s, strlen(s) + 1);
	ck_assert_int_eq(reply_now(&reply), -EBADMSG);
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
	_cleanup_(reply_clear) struct reply reply = {0};
	char deep[20000];

	memset(deep, '[', sizeof(deep));
	deep[sizeof(deep) - 1] = '\0';
	say(deep, sizeof(deep));
	ck_assert_int_eq(reply_now(&reply), -EBADMSG);
}
END_TEST

START_TEST(a_closed_connection_is_told_from_an_answer)
{
	_cleanup_(reply_clear) struct reply reply = {0};

	SAY("{}");
	SAY_PART("{\"par");
	shutdown(peer, SHUT_RDWR);
	ck_assert_int_eq(reply_now(&reply), 0);
	reply_clear(&reply);
	ck_assert_int_eq(reply_now(&reply), -ECONNRESET);
	ck_assert_int_eq(client_call(client, "x", NULL, false), -ECONNRESET);
}
END_TEST

START_TEST(a_path_that_no_socket_can_have_is_refused)
{
	struct client *none;
	char name[200];

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(client_open(name, &none), -ENAMETOOLONG);
	ck_assert_int_eq(client_open("/nonexistent/x", &none), -ENOENT);
}
END_TEST

static void on_signal(int number)
{
	(void)number;
}

/* As progress does it: the signal comes through only while it waits. */
START_TEST(a_signal_ends_the_waiting_if_it_is_let_in)
{
	struct sigaction action = {.sa_handler = on_signal};
	_cleanup_(reply_clear) struct reply reply = {0};
	sigset_t block, mask;

	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &block, &mask), 0);
	sigdelset(&mask, SIGUSR1);
	raise(SIGUSR1);
	ck_assert_int_eq(
	    client_reply(client, CLIENT_NO_DEADLINE, &mask, &reply), -EINTR);
	/* A reply that is there already is not lost. */
	SAY("{}");
	ck_assert_int_eq(
	    client_reply(client, CLIENT_NO_DEADLINE, &mask, &reply), 0);
}
END_TEST

START_TEST(a_deadline_is_kept)
{
	_cleanup_(reply_clear) struct reply reply = {0};
	uint64_t deadline_ms = client_now_ms() + 20;

	ck_assert_int_eq(
	    client_reply(client, deadline_ms, NULL, &reply), -ETIMEDOUT);
	ck_assert_uint_ge(client_now_ms(), deadline_ms);
	ck_assert_ptr_null(reply.root);
}
END_TEST

/* 64 MiB and not one more are held for a reply. */
START_TEST(a_reply_without_end_is_refused)
{
	static char part[65536];
	_cleanup_(reply_clear) struct reply reply = {0};
	pid_t pid;
	int status;

	memset(part, '[', sizeof(part));
	pid = fork();
	if (pid == 0) {
		client_close(client);
		while (send(peer, part, sizeof(part), MSG_NOSIGNAL) > 0)
			;
		_exit(0);
	}
	close(peer);
	peer = -1;
	ck_assert_int_eq(
	    client_reply(client, client_now_ms() + 30000, NULL, &reply),
	    -EMSGSIZE);
	client = client_close(client);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
}
END_TEST

START_TEST(a_call_without_parameters_has_none)
{
	char got[64];

	ck_assert_int_eq(client_call(client, "a.B", NULL, false), 0);
	ck_assert_int_eq(read(peer, got, sizeof(got)), 17);
	ck_assert_str_eq(got, "{\"method\":\"a.B\"}");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("client");
	TCase *tcase = tcase_create("client");

	tcase_add_checked_fixture(tcase, connect_both, disconnect_both);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_call_is_json_ended_by_nul);
	tcase_add_test(tcase, a_call_too_long_is_not_sent);
	tcase_add_test(tcase, replies_may_come_in_pieces_and_several_at_once);
	tcase_add_test(tcase, a_long_reply_arrives_whole);
	tcase_add_loop_test(
	    tcase, what_is_no_reply_is_refused, 0, ARRAY_SIZE(no_replies));
	tcase_add_test(tcase, deep_nesting_is_refused);
	tcase_add_test(tcase, a_closed_connection_is_told_from_an_answer);
	tcase_add_test(tcase, a_path_that_no_socket_can_have_is_refused);
	tcase_add_test(tcase, a_signal_ends_the_waiting_if_it_is_let_in);
	tcase_add_test(tcase, a_deadline_is_kept);
	tcase_add_test(tcase, a_reply_without_end_is_refused);
	tcase_add_test(tcase, a_call_without_parameters_has_none);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
