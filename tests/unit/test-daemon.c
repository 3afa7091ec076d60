/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netconfd as a service manager sees it: what it tells of its start and end,
 * its signals, its exit status. It runs in a network namespace with nothing in
 * it but loopback.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "daemon/notify.h"
#include "tests/unit/netns.h"

enum { LIMIT_MS = 30000, WORDS_MAX = 8 };

static char directory[64], control_path[96], profile_path[96], log_path[96];
static pid_t daemon_pid = -1;

/* ---- the service manager's socket ---- */

/* A path, or @NAME in the abstract namespace. */
static int listen_at(const char *name, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t n = strlen(name);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_uint_lt(n, sizeof(address.sun_path));
	memcpy(address.sun_path, name, n);
	if (*name == '@')
		address.sun_path[0] = '\0';
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address,
			     (socklen_t)(offsetof(struct sockaddr_un,
					     sun_path) + n)),
	    0);
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", name, 1), 0);
	return fd;
}

static int manager(void)
{
	char name[sizeof(directory) + 8];

	snprintf(name, sizeof(name), "%s/notify", directory);
	return listen_at(name, SOCK_DGRAM);
}

static void await_input(int fd)
{
	struct pollfd one = { .fd = fd, .events = POLLIN };

	ck_assert_int_eq(poll(&one, 1, LIMIT_MS), 1);
}

static void assert_told(int fd, const char *state)
{
	char text[64];
	ssize_t n;

	await_input(fd);
	n = recv(fd, text, sizeof(text) - 1, 0);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	ck_assert_str_eq(text, state);
}

/* ---- netconfd ---- */

static void write_profile(const char *text)
{
	FILE *file = fopen(profile_path, "we");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void set_up(void)
{
	strcpy(directory, "/tmp/test-daemon.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(control_path, sizeof(control_path), "%s/control", directory);
	snprintf(profile_path, sizeof(profile_path), "%s/a.yaml", directory);
	snprintf(log_path, sizeof(log_path), "%s/log", directory);
	unsetenv("NOTIFY_SOCKET");
	write_profile("version: 1\n"
		      "nodes:\n"
		      "  wired: { kind: link, match: { type: ethernet } }\n"
		      "  inet: { kind: gateway }\n");
}

static void tear_down(void)
{
	if (daemon_pid > 0) {
		kill(daemon_pid, SIGKILL);
		waitpid(daemon_pid, NULL, 0);
	}
	run("rm -r %s", directory);
}

/* Starts it with one more word, unless that is NULL. */
static void start(const char *word)
{
	const char *argv[WORDS_MAX] = { "netconfd", "-p", profile_path,
		"--socket", control_path, "--state-dir", directory, word };
	char *words[WORDS_MAX + 1] = { NULL };
	int log;

	for (size_t i = 0; i < WORDS_MAX; i++)
		words[i] = (char *)argv[i];
	daemon_pid = fork();
	ck_assert_int_ge(daemon_pid, 0);
	if (daemon_pid > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	log = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(log, STDERR_FILENO);
	execv(NETCONFD, words);
	_exit(127);
}

/* Its exit status, or -SIGNAL. */
static int end(void)
{
	int status;

	ck_assert_int_eq(waitpid(daemon_pid, &status, 0), daemon_pid);
	daemon_pid = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static const char *said(void)
{
	static char text[16384];
	FILE *file = fopen(log_path, "re");
	size_t n = 0;

	if (file) {
		n = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[n] = '\0';
	return text;
}

static void assert_said(const char *part)
{
	ck_assert_msg(
	    strstr(said(), part), "'%s' is not in:\n%s", part, said());
}

static bool answers(void)
{
	static const char call[] =
	    "{\"method\":\"org.varlink.service.GetInfo\"}";
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char c = '\0';
	bool does;

	memcpy(address.sun_path, control_path, strlen(control_path));
	does = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, call, sizeof(call), MSG_NOSIGNAL) == sizeof(call) &&
	    recv(fd, &c, 1, 0) == 1;
	close(fd);
	return does && c == '{';
}

/* ---- tests ---- */

START_TEST(it_tells_that_it_is_ready_and_that_it_ends)
{
	int fd = manager();

	start(NULL);
	assert_told(fd, "READY=1");
	ck_assert(answers());
	ck_assert_int_eq(kill(daemon_pid, _i ? SIGINT : SIGTERM), 0);
	assert_told(fd, "STOPPING=1");
	ck_assert_int_eq(end(), 0);
	ck_assert_int_ne(access(control_path, F_OK), 0);
	assert_said(_i ? "SIGINT: taking" : "SIGTERM: taking");
}
END_TEST

START_TEST(the_abstract_namespace_will_do)
{
	char name[sizeof(directory) + 1];
	int fd;

	snprintf(name, sizeof(name), "@%s", directory);
	fd = listen_at(name, SOCK_DGRAM);
	ck_assert_int_eq(notify_send("READY=1"), 0);
	assert_told(fd, "READY=1");
}
END_TEST

START_TEST(nobody_to_tell_is_no_failure)
{
	ck_assert_int_eq(notify_send("READY=1"), 0);
	setenv("NOTIFY_SOCKET", "vsock:2:1", 1);
	ck_assert_int_eq(notify_send("READY=1"), -EAFNOSUPPORT);
}
END_TEST

/* It is told of in the log; the network matters more. */
START_TEST(a_manager_that_is_not_there_does_not_keep_it_from_running)
{
	int fd = manager();
	struct pollfd one = { .fd = -1 };

	close(fd);
	start(NULL);
	for (int i = 0; i < LIMIT_MS / 10 &&
	     !strstr(said(), "cannot tell the service manager"); i++)
		poll(&one, 1, 10);
	assert_said("cannot tell the service manager: Connection refused");
	ck_assert(answers());
	kill(daemon_pid, SIGTERM);
	ck_assert_int_eq(end(), 0);
}
END_TEST

START_TEST(sighup_with_a_bad_profile_changes_nothing)
{
	int fd = manager();

	start(NULL);
	assert_told(fd, "READY=1");
	write_profile("version: 1\nnodes:\n  a: { kind: lnik }\n");
	kill(daemon_pid, SIGHUP);
	ck_assert(answers());
	kill(daemon_pid, SIGTERM);
	ck_assert_int_eq(end(), 0);
	assert_said("a.yaml:3:");
	assert_said("profile not reloaded: it has errors");
}
END_TEST

/* Where it read the former one, it reads the next. */
START_TEST(a_profile_that_is_gone_when_it_is_read_again_is_missed_there)
{
	int fd = manager();

	start(NULL);
	assert_told(fd, "READY=1");
	ck_assert_int_eq(unlink(profile_path), 0);
	kill(daemon_pid, SIGHUP);
	ck_assert(answers());
	kill(daemon_pid, SIGTERM);
	ck_assert_int_eq(end(), 0);
	assert_said("a.yaml: No such file or directory; write a profile there; "
		    "nothing has been changed");
}
END_TEST

static const struct {
	const char *profile, *word, *message;
} refused[] = {
	{ NULL, "vpn", "'vpn' is not a node of the profile" },
	{ NULL, "wired@a/b", "'wired@a/b' is not a node of the profile" },
	{ NULL, "--log-level=loud",
	    "--log-level wants error, warning, notice, info or debug: 'loud'" },
	{ NULL, "--event-buffer=0", "--event-buffer wants bytes" },
	{ NULL, "--libexec-dir=here",
	    "--libexec-dir wants an absolute path: 'here'" },
	{ NULL, "--nonsense", "see netconfd --help" },
	{ NULL, "-p/nonexistent", "/nonexistent: No such file or directory" },
	{ "version: 1\nnodes:\n  a: { kind: lnik }\n", NULL, "a.yaml:3:" },
};

START_TEST(what_is_wrong_is_status_2_and_starts_nothing)
{
	int fd = manager();
	char c;

	if (refused[_i].profile)
		write_profile(refused[_i].profile);
	start(refused[_i].word);
	ck_assert_int_eq(end(), 2);
	assert_said(refused[_i].message);
	ck_assert_int_ne(access(control_path, F_OK), 0);
	ck_assert_int_lt(recv(fd, &c, 1, MSG_DONTWAIT), 0);
}
END_TEST

START_TEST(a_second_one_in_its_place_is_status_1)
{
	pid_t first;
	int fd = manager();

	start(NULL);
	assert_told(fd, "READY=1");
	first = daemon_pid;
	start(NULL);
	ck_assert_int_eq(end(), 1);
	assert_said("; this one needs another --state-dir");
	daemon_pid = first;
	ck_assert(answers());
	kill(daemon_pid, SIGTERM);
	ck_assert_int_eq(end(), 0);
}
END_TEST

/* A file that it opens must not become the log. */
START_TEST(without_standard_files_it_runs)
{
	int fd = manager();

	daemon_pid = fork();
	if (daemon_pid == 0) {
		close(0);
		close(1);
		close(2);
		execl(NETCONFD, "netconfd", "-p", profile_path, "--socket",
		    control_path, "--state-dir", directory, NULL);
		_exit(127);
	}
	assert_told(fd, "READY=1");
	ck_assert(answers());
	kill(daemon_pid, SIGHUP);
	ck_assert(answers());
	kill(daemon_pid, SIGTERM);
	ck_assert_int_eq(end(), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("daemon");
	TCase *tcase = netns_case(suite, "daemon");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(
	    tcase, it_tells_that_it_is_ready_and_that_it_ends, 0, 2);
	tcase_add_test(tcase, the_abstract_namespace_will_do);
	tcase_add_test(tcase, nobody_to_tell_is_no_failure);
	tcase_add_test(tcase,
	    a_manager_that_is_not_there_does_not_keep_it_from_running);
	tcase_add_test(tcase, sighup_with_a_bad_profile_changes_nothing);
	tcase_add_test(tcase,
	    a_profile_that_is_gone_when_it_is_read_again_is_missed_there);
	tcase_add_loop_test(tcase, what_is_wrong_is_status_2_and_starts_nothing,
	    0, ARRAY_SIZE(refused));
	tcase_add_test(tcase, a_second_one_in_its_place_is_status_1);
	tcase_add_test(tcase, without_standard_files_it_runs);
	return netns_run(suite);
}
