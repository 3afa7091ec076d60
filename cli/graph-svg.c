/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The graph drawn by graphviz's `dot`: a program found in PATH, started
 * without a shell. It reads and writes files in memory, so nothing has to be
 * passed on while it works; it is bounded in time and in what it writes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/graph-view.h"

enum {
	DOT_MS = 120 * 1000,
	SVG_BYTES_MAX = 256 * 1024 * 1024,
	EXEC_FAILED = 127, /* as shells have it */
};

static int write_all(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, data, n);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			data += written;
			n -= (size_t)written;
		}
	}
	return 0;
}

static void run_dot(int input, int output)
{
	const struct rlimit size = {SVG_BYTES_MAX, SVG_BYTES_MAX};
	const struct rlimit seconds = {DOT_MS / 1000, DOT_MS / 1000};
	char *argv[] = {(char *)"dot", (char *)"-Tsvg", NULL};

	if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
	    setrlimit(RLIMIT_FSIZE, &size) < 0 ||
	    setrlimit(RLIMIT_CPU, &seconds) < 0)
		_exit(EXEC_FAILED - 1);
	execvp(argv[0], argv);
	_exit(errno == ENOENT ? EXEC_FAILED : EXEC_FAILED - 1);
}

/* Waits for its end; past the time it is killed. 0, or -ETIMEDOUT. */
static int await(pid_t pid, int *ret_status)
{
	uint64_t deadline = client_now_ms() + DOT_MS, now;
	_cleanup_(close_fd) int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	int r = 0;

	while (fd >= 0 && r <= 0 && (now = client_now_ms()) < deadline) {
		struct pollfd item = {.fd = fd, .events = POLLIN};

		r = poll(&item, 1, (int)(deadline - now));
		if (r < 0 && errno != EINTR)
			break;
	}
	/* Without pidfd it ends by its limit of processor time. */
	if (fd >= 0 && r <= 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
		;
	return fd >= 0 && r <= 0 ? -ETIMEDOUT : 0;
}

static int complain_of(int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXEC_FAILED)
		complain("svg needs graphviz, whose 'dot' is not installed: "
			 "install graphviz, or take --format dot and draw it "
			 "elsewhere, or --format mermaid");
	else if (WIFSIGNALED(status))
		complain("graphviz's 'dot' was ended by signal %d (%s); fewer "
			 "nodes are less work: netconf graph --format svg "
			 "NODE",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		complain("graphviz's 'dot' failed with status %d; --format "
			 "dot shows what it was given",
		    WEXITSTATUS(status));
	return EXIT_WRONG;
}

static int copy_out(int fd)
{
	char buffer[64 * 1024];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, (size_t)n, stdout);
	return n < 0 ? -errno : 0;
}

static int draw(const struct text *dot)
{
	_cleanup_(close_fd) int input = memfd_create("dot", MFD_CLOEXEC);
	_cleanup_(close_fd) int output = memfd_create("svg", MFD_CLOEXEC);
	int status = 0, r;
	pid_t pid;

	if (input < 0 || output < 0 ||
	    (r = write_all(input, dot->data, dot->n)) < 0 ||
	    lseek(input, 0, SEEK_SET) < 0) {
		complain("cannot hold the graph in memory: %m");
		return EXIT_WRONG;
	}
	pid = fork();
	if (pid == 0)
		run_dot(input, output);
	if (pid < 0) {
		complain("cannot start graphviz's 'dot': %m");
		return EXIT_WRONG;
	}
	if (await(pid, &status) == -ETIMEDOUT) {
		complain("graphviz's 'dot' takes longer than %d s; fewer nodes "
			 "are less work: netconf graph --format svg NODE",
		    DOT_MS / 1000);
		return EXIT_WRONG;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return complain_of(status);
	r = copy_out(output);
	if (r < 0)
		complain("cannot read the drawing: %s", strerror(-r));
	return r < 0 ? EXIT_WRONG : EXIT_DONE;
}

int graph_print_svg(const struct view *view)
{
	_cleanup_(text_clear) struct text dot = {0};

	graph_append_dot(view, &dot);
	if (dot.failed)
		return output_no_memory();
	return draw(&dot);
}
