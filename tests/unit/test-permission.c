/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who a client is, as the kernel says; and whom `allow` means. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "daemon/permission.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

enum { STRANGER = 4711, GROUPS = 40 };

static int listener = -1;

static void set_up(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	scratch_open();
	ck_assert_int_eq(chmod(scratch_path(NULL), 0755), 0);
	strcpy(address.sun_path, scratch_path("socket"));
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(chmod(address.sun_path, 0666), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
}

static void tear_down(void)
{
	close(listener);
	scratch_close();
}

static void dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, scratch_path("socket"));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		_exit(1);
}

static void accept_peer(struct peer *ret)
{
	int fd = accept(listener, NULL, NULL);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(peer_get(fd, ret), 0);
	close(fd);
}

START_TEST(a_peer_is_who_connected)
{
	struct peer peer;

	dial();
	accept_peer(&peer);
	ck_assert_uint_eq(peer.uid, geteuid());
	ck_assert_uint_eq(peer.gid, getegid());
	ck_assert_int_eq((int)peer.n_groups, getgroups(0, NULL));
	ck_assert(peer_is_root(&peer));
	peer_clear(&peer);
	ck_assert_ptr_null(peer.groups);
}
END_TEST

/* What it becomes, and that it is gone, is no matter. */
START_TEST(a_peer_is_who_it_was_when_it_connected)
{
	gid_t groups[GROUPS];
	struct peer peer;
	int status;
	pid_t pid;

	if (geteuid() != 0)
		return; /* nobody else to be */
	for (size_t i = 0; i < GROUPS; i++)
		groups[i] = (gid_t)(5000 + i);
	pid = fork();
	if (pid == 0) {
		if (setgroups(GROUPS, groups) < 0 ||
		    setegid(STRANGER) < 0 || seteuid(STRANGER) < 0)
			_exit(1);
		dial();
		_exit(seteuid(0) < 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	accept_peer(&peer);
	ck_assert_uint_eq(peer.uid, STRANGER);
	ck_assert_uint_eq(peer.gid, STRANGER);
	ck_assert_uint_eq(peer.n_groups, GROUPS);
	ck_assert_mem_eq(peer.groups, groups, sizeof(groups));
	ck_assert(!peer_is_root(&peer));
	peer_clear(&peer);
}
END_TEST

START_TEST(what_is_no_socket_has_no_peer)
{
	struct peer peer;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(peer_get(fd, &peer), -ENOTSOCK);
	close(fd);
	ck_assert_int_eq(peer_get(-1, &peer), -EBADF);
}
END_TEST

START_TEST(root_and_our_own_user_may_do_all)
{
	ck_assert(peer_is_root(&(struct peer){ .uid = 0 }));
	ck_assert(!peer_is_root(&(struct peer){ .uid = STRANGER }));
	if (geteuid() == 0) {
		ck_assert_int_eq(seteuid(STRANGER), 0);
		ck_assert(peer_is_root(&(struct peer){ .uid = STRANGER }));
		ck_assert(!peer_is_root(&(struct peer){ .uid = STRANGER + 1 }));
		ck_assert_int_eq(seteuid(0), 0);
	} else
		ck_assert(peer_is_root(&(struct peer){ .uid = geteuid() }));
	/* Group 0 is not root. */
	ck_assert(!peer_is_root(&(struct peer){ .uid = STRANGER, .gid = 0 }));
}
END_TEST

static bool is_listed(const struct peer *peer, const char *entry)
{
	return peer_is_listed(peer, &entry, 1);
}

/* Every system has a root of user and group 0, and a nobody. */
START_TEST(a_user_is_listed_by_name)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct peer peer = { .gid = STRANGER };

	ck_assert_ptr_nonnull(nobody);
	peer.uid = nobody->pw_uid;
	ck_assert(is_listed(&peer, "nobody"));
	ck_assert(!is_listed(&peer, "root"));
	ck_assert(!is_listed(&peer, "nobod"));
	ck_assert(!is_listed(&peer, "nobodyy"));
	ck_assert(!is_listed(&peer, ""));
	ck_assert(!is_listed(&peer, "no such user"));
	/* A number is no name, and a user is no group. */
	ck_assert(!is_listed(&peer, "65534"));
	ck_assert(!is_listed(&peer, "group:nobody"));
	peer.uid = STRANGER;
	ck_assert(!is_listed(&peer, "nobody"));
}
END_TEST

START_TEST(a_group_is_listed_by_name)
{
	const struct group *daemon = getgrnam("daemon");
	gid_t groups[] = { 5000, 0 };
	struct peer peer = { .uid = STRANGER, .gid = STRANGER };

	ck_assert_ptr_nonnull(daemon);
	ck_assert(!is_listed(&peer, "group:daemon"));
	peer.gid = daemon->gr_gid;
	ck_assert(is_listed(&peer, "group:daemon"));
	ck_assert(!is_listed(&peer, "daemon"));
	ck_assert(!is_listed(&peer, "group:"));
	ck_assert(!is_listed(&peer, "group:no such group"));
	peer.gid = STRANGER;
	peer.groups = groups;
	peer.n_groups = 1;
	groups[1] = daemon->gr_gid;
	ck_assert(!is_listed(&peer, "group:daemon"));
	peer.n_groups = 2;
	ck_assert(is_listed(&peer, "group:daemon"));
}
END_TEST

START_TEST(one_of_several_entries_is_enough)
{
	static const char *const allow[] = { "no such user", "group:none",
		"root" };
	const struct peer peer = { .uid = 0, .gid = STRANGER };

	ck_assert(peer_is_listed(&peer, allow, 3));
	ck_assert(!peer_is_listed(&peer, allow, 2));
	ck_assert(!peer_is_listed(&peer, NULL, 0));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("permission");
	TCase *tcase = tcase_create("permission");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, a_peer_is_who_connected);
	tcase_add_test(tcase, a_peer_is_who_it_was_when_it_connected);
	tcase_add_test(tcase, what_is_no_socket_has_no_peer);
	tcase_add_test(tcase, root_and_our_own_user_may_do_all);
	tcase_add_test(tcase, a_user_is_listed_by_name);
	tcase_add_test(tcase, a_group_is_listed_by_name);
	tcase_add_test(tcase, one_of_several_entries_is_enough);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
