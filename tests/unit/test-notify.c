/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service manager is told, at a socket that it listens on. */
#include <check.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/notify.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

static int manager = -1;

static void set_up(void)
{
	scratch_open();
	unsetenv("NOTIFY_SOCKET");
}

static void tear_down(void)
{
	if (manager >= 0)
		close(manager);
	manager = -1;
	scratch_close();
}

static void listen_at(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t n = strlen(name);

	memcpy(address.sun_path, name, n);
	if (*name == '@')
		address.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(manager, (struct sockaddr *)&address,
			     (socklen_t)(offsetof(struct sockaddr_un,
					     sun_path) + n)),
	    0);
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", name, 1), 0);
}

static void assert_told(const char *state)
{
	char text[64] = "";

	ck_assert_int_eq(recv(manager, text, sizeof(text), MSG_DONTWAIT),
	    (ssize_t)strlen(state));
	ck_assert_str_eq(text, state);
}

START_TEST(a_state_is_one_datagram)
{
	listen_at(scratch_path("notify"));
	ck_assert_int_eq(notify_send("READY=1"), 0);
	ck_assert_int_eq(notify_send("STOPPING=1"), 0);
	assert_told("READY=1");
	assert_told("STOPPING=1");
}
END_TEST

START_TEST(the_abstract_namespace_is_told_too)
{
	char name[64];

	snprintf(name, sizeof(name), "@netconf-test-%d", (int)getpid());
	listen_at(name);
	ck_assert_int_eq(notify_send("READY=1"), 0);
	assert_told("READY=1");
}
END_TEST

START_TEST(without_a_manager_nothing_is_said)
{
	ck_assert_int_eq(notify_send("READY=1"), 0);
}
END_TEST

START_TEST(a_manager_that_cannot_be_reached_is_an_error)
{
	char name[128];

	setenv("NOTIFY_SOCKET", scratch_path("nobody"), 1);
	ck_assert_int_eq(notify_send("READY=1"), -ENOENT);
	setenv("NOTIFY_SOCKET", "relative", 1);
	ck_assert_int_eq(notify_send("READY=1"), -EAFNOSUPPORT);
	setenv("NOTIFY_SOCKET", "", 1);
	ck_assert_int_eq(notify_send("READY=1"), -EAFNOSUPPORT);
	memset(name, 'a', sizeof(name));
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	setenv("NOTIFY_SOCKET", name, 1);
	ck_assert_int_eq(notify_send("READY=1"), -ENAMETOOLONG);
	listen_at(scratch_path("gone"));
	close(manager);
	manager = -1;
	ck_assert_int_eq(notify_send("READY=1"), -ECONNREFUSED);
}
END_TEST

/* It would hold the loop up. */
START_TEST(a_manager_that_does_not_listen_is_not_waited_for)
{
	int r = 0;

	listen_at(scratch_path("notify"));
	for (int i = 0; i < 100000 && r == 0; i++)
		r = notify_send("STATUS=once more");
	ck_assert_int_eq(r, -EAGAIN);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("notify");
	TCase *tcase = tcase_create("notify");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, a_state_is_one_datagram);
	tcase_add_test(tcase, the_abstract_namespace_is_told_too);
	tcase_add_test(tcase, without_a_manager_nothing_is_said);
	tcase_add_test(tcase, a_manager_that_cannot_be_reached_is_an_error);
	tcase_add_test(
	    tcase, a_manager_that_does_not_listen_is_not_waited_for);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
