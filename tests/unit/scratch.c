/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "base/macros.h"

enum { TEXT_MAX = 64 << 10, PATH_SIZE = 128 };

static char directory[40];
static int captured_fd = -1, saved_fd = -1;

void scratch_open(void)
{
	strcpy(directory, "/tmp/netconf-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	umask(022);
}

void scratch_close(void)
{
	pid_t pid;

	if (captured_fd >= 0)
		scratch_captured();
	pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", directory, NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_ne(access(directory, F_OK), 0);
}

const char *scratch_path(const char *name)
{
	static char paths[8][PATH_SIZE];
	static unsigned next;
	char *path = paths[next++ % ARRAY_SIZE(paths)];

	ck_assert_int_lt(snprintf(path, PATH_SIZE, "%s%s%s", directory,
			     name ? "/" : "", name ? name : ""),
	    PATH_SIZE);
	return path;
}

void scratch_put(const char *name, const char *text)
{
	int fd = open(scratch_path(name),
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t n = strlen(text);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, n), (ssize_t)n);
	close(fd);
}

static const char *take(int fd, char *text)
{
	ssize_t n = pread(fd, text, TEXT_MAX - 1, 0);

	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	return text;
}

const char *scratch_get(const char *name)
{
	static char text[TEXT_MAX];
	int fd = open(scratch_path(name), O_RDONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	take(fd, text);
	close(fd);
	return text;
}

void scratch_capture(int fd)
{
	int file = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	ck_assert_int_lt(captured_fd, 0);
	ck_assert_int_ge(file, 0);
	fflush(NULL);
	captured_fd = fd;
	saved_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	ck_assert_int_ge(saved_fd, 0);
	ck_assert_int_eq(dup2(file, fd), fd);
	close(file);
}

const char *scratch_captured(void)
{
	static char text[TEXT_MAX];

	ck_assert_int_ge(captured_fd, 0);
	fflush(NULL);
	take(captured_fd, text);
	ck_assert_int_eq(dup2(saved_fd, captured_fd), captured_fd);
	close(saved_fd);
	captured_fd = saved_fd = -1;
	return text;
}
