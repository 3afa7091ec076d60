/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The places on disk that a daemon claims: directories, locks, its socket. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/place.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

enum { OTHER = 4711 };

static struct text said;

static void tear_down(void)
{
	text_clear(&said);
	scratch_close();
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static int make(const char *path, bool is_public)
{
	text_clear(&said);
	return place_make_directory(path, is_public, &said);
}

static void assert_said(const char *part)
{
	ck_assert_ptr_nonnull(said.data);
	ck_assert_msg(
	    strstr(said.data, part), "'%s' is not in '%s'", part, said.data);
}

/* ---- directories ---- */

START_TEST(a_directory_is_made_for_all_or_for_itself)
{
	ck_assert_int_eq(make(scratch_path("all"), true), 0);
	ck_assert_uint_eq(mode_of(scratch_path("all")), 0755);
	ck_assert_int_eq(make(scratch_path("own"), false), 0);
	ck_assert_uint_eq(mode_of(scratch_path("own")), 0700);
	ck_assert_ptr_null(said.data);
	/* One that is there stays as it is. */
	ck_assert_int_eq(make(scratch_path("own"), true), 0);
	ck_assert_uint_eq(mode_of(scratch_path("own")), 0700);
}
END_TEST

START_TEST(only_the_last_of_a_path_is_made)
{
	ck_assert_int_eq(make(scratch_path("a/b"), true), -ENOENT);
	assert_said("cannot make the directory");
	assert_said("/a/b: No such file or directory");
	ck_assert_int_eq(access(scratch_path("a"), F_OK), -1);
}
END_TEST

START_TEST(what_is_no_directory_is_refused)
{
	scratch_put("file", "");
	ck_assert_int_eq(make(scratch_path("file"), true), -ENOTDIR);
	assert_said("/file is not a directory");
	ck_assert_int_eq(symlink("nowhere", scratch_path("link")), 0);
	ck_assert_int_eq(make(scratch_path("link"), true), -ENOENT);
	assert_said("/link: No such file");
}
END_TEST

START_TEST(a_directory_that_others_write_to_is_refused)
{
	const char *path = scratch_path("d");

	ck_assert_int_eq(make(path, false), 0);
	ck_assert_int_eq(chmod(path, 0770), 0);
	ck_assert_int_eq(make(path, false), -EPERM);
	assert_said("chmod go-w ");
	ck_assert_int_eq(make(path, true), -EPERM);
	/* As /tmp: good for a socket, not for what is stored. */
	ck_assert_int_eq(chmod(path, 01777), 0);
	ck_assert_int_eq(make(path, true), 0);
	ck_assert_int_eq(make(path, false), -EPERM);
}
END_TEST

START_TEST(a_directory_of_another_is_refused)
{
	const char *path = scratch_path("d");

	ck_assert_int_eq(make(path, false), 0);
	if (geteuid() == 0) {
		ck_assert_int_eq(chown(path, OTHER, 0), 0);
		ck_assert_int_eq(make(path, false), -EPERM);
		assert_said("belongs to user 4711, not to root");
		ck_assert_int_eq(chmod(scratch_path(NULL), 0755), 0);
		/* His own daemon would take it, and root's directories. */
		ck_assert_int_eq(seteuid(OTHER), 0);
		ck_assert_int_eq(make(path, false), 0);
		ck_assert_int_eq(make("/usr", true), 0);
		ck_assert_int_eq(seteuid(0), 0);
	} else
		ck_assert_int_eq(make("/usr", true), 0);
}
END_TEST

START_TEST(the_parent_of_a_file_is_made)
{
	ck_assert_int_eq(place_make_parent(scratch_path("run/x"), &said), 0);
	ck_assert_uint_eq(mode_of(scratch_path("run")), 0755);
	ck_assert_int_eq(access(scratch_path("run/x"), F_OK), -1);
	ck_assert_int_eq(place_make_parent("/x", &said), 0);
	/* Of a bare name it is the directory we are in. */
	ck_assert_int_eq(mkdir(scratch_path("open"), 0755), 0);
	ck_assert_int_eq(chmod(scratch_path("open"), 0777), 0);
	ck_assert_int_eq(chdir(scratch_path("run")), 0);
	ck_assert_int_eq(place_make_parent("x", &said), 0);
	ck_assert_int_eq(chdir(scratch_path("open")), 0);
	ck_assert_int_eq(place_make_parent("x", &said), -EPERM);
	assert_said(". is writable by others");
	ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

/* ---- locks ---- */

START_TEST(a_place_has_one_owner)
{
	const char *path = scratch_path("lock");
	int fd = place_lock(path, &said);

	ck_assert_int_ge(fd, 0);
	ck_assert_uint_eq(mode_of(path), 0600);
	ck_assert_int_eq(place_lock(path, &said), -EWOULDBLOCK);
	assert_said("another netconfd holds ");
	assert_said(path);
	close(fd);
	fd = place_lock(path, &said);
	ck_assert_int_ge(fd, 0);
	ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}
END_TEST

START_TEST(a_lock_goes_with_its_process)
{
	const char *path = scratch_path("lock");
	int fd, status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(place_lock(path, &said) < 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	fd = place_lock(path, &said);
	ck_assert_int_ge(fd, 0);
	close(fd);
}
END_TEST

START_TEST(a_lock_follows_no_link)
{
	scratch_put("precious", "x");
	ck_assert_int_eq(symlink("precious", scratch_path("lock")), 0);
	ck_assert_int_eq(place_lock(scratch_path("lock"), &said), -ELOOP);
	assert_said("cannot open the lock ");
	ck_assert_int_eq(place_lock(scratch_path("a/b"), &said), -ENOENT);
}
END_TEST

/* ---- the socket ---- */

static int dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

START_TEST(all_may_connect)
{
	const char *path = scratch_path("control");
	int fd, client;

	umask(077);
	fd = place_listen(path, &said);
	ck_assert_int_ge(fd, 0);
	ck_assert_uint_eq(mode_of(path), 0666);
	ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	ck_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);
	ck_assert_int_eq(chmod(scratch_path(NULL), 0755), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(OTHER), 0);
	client = dial(path);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_ge(client, 0);
	close(client);
	close(fd);
}
END_TEST

START_TEST(a_socket_that_was_left_is_replaced_but_no_file)
{
	const char *path = scratch_path("control");
	int fd = place_listen(path, &said);
	int second, client;

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_lt(dial(path), 0);
	second = place_listen(path, &said);
	ck_assert_int_ge(second, 0);
	client = dial(path);
	ck_assert_int_ge(client, 0);
	close(client);
	close(second);
	ck_assert_int_eq(unlink(path), 0);
	scratch_put("control", "precious");
	ck_assert_int_eq(place_listen(path, &said), -EEXIST);
	assert_said("is in the way: it is not a socket");
	ck_assert_str_eq(scratch_get("control"), "precious");
}
END_TEST

START_TEST(a_link_is_in_the_way_wherever_it_leads)
{
	int fd = place_listen(scratch_path("other"), &said);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(symlink("other", scratch_path("control")), 0);
	ck_assert_int_eq(
	    place_listen(scratch_path("control"), &said), -EEXIST);
	ck_assert_int_eq(access(scratch_path("other"), F_OK), 0);
	close(fd);
}
END_TEST

START_TEST(a_path_that_no_socket_can_have_is_refused)
{
	struct sockaddr_un address;
	char path[sizeof(address.sun_path) + 1];

	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(place_listen(path, &said), -ENAMETOOLONG);
	assert_said("a socket's path has at most 107 bytes");
	text_clear(&said);
	ck_assert_int_eq(
	    place_listen(scratch_path("a/b"), &said), -ENOENT);
	assert_said("cannot listen at ");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("place");
	TCase *tcase = tcase_create("place");

	tcase_add_checked_fixture(tcase, scratch_open, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, a_directory_is_made_for_all_or_for_itself);
	tcase_add_test(tcase, only_the_last_of_a_path_is_made);
	tcase_add_test(tcase, what_is_no_directory_is_refused);
	tcase_add_test(tcase, a_directory_that_others_write_to_is_refused);
	tcase_add_test(tcase, a_directory_of_another_is_refused);
	tcase_add_test(tcase, the_parent_of_a_file_is_made);
	tcase_add_test(tcase, a_place_has_one_owner);
	tcase_add_test(tcase, a_lock_goes_with_its_process);
	tcase_add_test(tcase, a_lock_follows_no_link);
	tcase_add_test(tcase, all_may_connect);
	tcase_add_test(tcase, a_socket_that_was_left_is_replaced_but_no_file);
	tcase_add_test(tcase, a_link_is_in_the_way_wherever_it_leads);
	tcase_add_test(tcase, a_path_that_no_socket_can_have_is_refused);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
