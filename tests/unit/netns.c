/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "base/macros.h"

enum { N_WORDS_MAX = 32, TEST_LIMIT_S = 120 };

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -EIO : 0;
}

/* A new network namespace, in a new user namespace if it must be. */
static int enter(void)
{
	char map[64];

	if (unshare(CLONE_NEWNET) == 0)
		return 0;
	snprintf(map, sizeof(map), "0 %u 1", geteuid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return -errno;
	if (write_file("/proc/self/setgroups", "deny") < 0 ||
	    write_file("/proc/self/uid_map", map) < 0)
		return -EPERM;
	return 0;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int skip(const char *why)
{
	if (!getenv("CK_TAP_LOG_FILE_NAME")) {
		fprintf(stderr, "skipped: %s\n", why);
		return 77;
	}
	printf("1..0 # SKIP %s\n", why);
	return 0;
}

int netns_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	pid_t pid = fork();
	int n_failed;

	if (pid == 0)
		_exit(enter() < 0);
	if (pid < 0 || wait_for(pid) != 0) {
		srunner_free(runner);
		return skip("cannot make a network namespace");
	}
	srunner_set_fork_status(runner, CK_FORK);
	srunner_run_all(runner, CK_ENV);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool is_own;

bool netns_is_own(void)
{
	return is_own;
}

void netns_permit(bool may)
{
	const uint32_t admin = CAP_TO_MASK(CAP_NET_ADMIN);
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	ck_assert_int_eq(syscall(SYS_capget, &header, data), 0);
	if (may)
		data[0].effective |= admin;
	else
		data[0].effective &= ~admin;
	ck_assert_int_eq(syscall(SYS_capset, &header, data), 0);
}

static void set_up(void)
{
	ck_assert_int_eq(enter(), 0);
	is_own = true;
}

TCase *netns_case(Suite *suite, const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_set_timeout(tcase, TEST_LIMIT_S);
	suite_add_tcase(suite, tcase);
	return tcase;
}

/* ---- commands ---- */

static void exec_words(char *line)
{
	char *words[N_WORDS_MAX + 1];
	size_t n = 0;
	char *rest = NULL;

	for (char *word = strtok_r(line, " ", &rest);
	    word && n < N_WORDS_MAX; word = strtok_r(NULL, " ", &rest))
		words[n++] = word;
	words[n] = NULL;
	execvp(words[0], words);
	fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
	_exit(127);
}

static void enter_other(pid_t other)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)other);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		_exit(126);
	close(fd);
}

static void run_command(pid_t other, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void run_command(pid_t other, const char *format, va_list args)
{
	char line[1024], copy[1024];
	pid_t pid;
	int status;

	ck_assert_int_lt(
	    vsnprintf(line, sizeof(line), format, args), (int)sizeof(line));
	memcpy(copy, line, sizeof(copy));
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (other)
			enter_other(other);
		exec_words(copy);
	}
	status = wait_for(pid);
	ck_assert_msg(status == 0, "'%s' exited with status %d", line, status);
}

void run(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	run_command(0, format, args);
	va_end(args);
}

/* Through a file: what is printed need not be read meanwhile. */
char *output_of(const char *format, ...)
{
	enum { SIZE = 64 * 1024 };
	int fd = memfd_create("output", MFD_CLOEXEC), kept = dup(STDOUT_FILENO);
	char *text = calloc(1, SIZE);
	va_list args;

	ck_assert(fd >= 0 && kept >= 0 && text);
	fflush(stdout);
	ck_assert_int_eq(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	va_start(args, format);
	run_command(0, format, args);
	va_end(args);
	ck_assert_int_eq(dup2(kept, STDOUT_FILENO), STDOUT_FILENO);
	close(kept);
	ck_assert_int_ge(pread(fd, text, SIZE - 1, 0), 0);
	close(fd);
	return text;
}

void run_in(pid_t other, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	run_command(other, format, args);
	va_end(args);
}

pid_t start_ip_batch(const char *text)
{
	int fd = memfd_create("batch", MFD_CLOEXEC);
	pid_t pid;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		dup2(fd, STDIN_FILENO);
		execlp("ip", "ip", "-batch", "-", NULL);
		_exit(127);
	}
	close(fd);
	return pid;
}

void finish(pid_t pid)
{
	ck_assert_int_eq(wait_for(pid), 0);
}

pid_t netns_other(void)
{
	int ends[2];
	char ok = 0;
	pid_t pid;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		/* It holds the namespace until the test's process ends. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) == 0)
			ok = 1;
		if (write(ends[1], &ok, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(ends[0], &ok, 1), 1);
	ck_assert_int_eq(ok, 1);
	close(ends[0]);
	close(ends[1]);
	return pid;
}
