/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uv.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/provider.h"
#include "providers/support/exec.h"

enum {
	OUT,
	ERR,
	N_OUTPUTS,
	READ_BYTES = 16384,
	/* Of output, a second; then it waits. */
	READ_MAX = 4 << 20,
	READ_MS = 1000,
	/* What may be left in a pipe at the end, with some to spare. */
	DRAIN_MAX = 256 << 10,
	/* From the word that all be killed to giving up on who should. */
	KILL_MS = 2000,
};

struct output {
	uv_poll_t poll;
	int fd;
	size_t n;        /* of line */
	char line[CHILD_LINE_MAX + 1];
};

struct child {
	struct host *host;
	struct child_events events;
	uv_process_t process; /* netconf-exec */
	uv_timer_t limit;     /* until it is terminated, then killed */
	uv_timer_t pause;     /* output has come too fast */
	struct output outputs[N_OUTPUTS];
	int said_fd;          /* to netconf-exec; -1: closed, all is killed */
	unsigned n_open;      /* handles to be closed */
	unsigned n_polls;     /* of the outputs' */
	uint64_t window_ms, lines_ms; /* when these began */
	size_t n_read;        /* in the window */
	unsigned n_lines, n_left_out;
	bool has_process, is_asked, is_late, is_over;
	char *path;           /* of the program, for messages */
	char *user;
	char last[CHILD_LINE_MAX + 1]; /* of stderr */
};

/* ---- lines ---- */

static void tell_left_out(struct child *child)
{
	char text[80];

	if (!child->n_left_out)
		return;
	snprintf(text, sizeof(text), "(%u lines more in %d s: left out)",
	    child->n_left_out, CHILD_LINES_MS / 1000);
	child->n_left_out = 0;
	child->events.line(child->events.ctx, text);
}

static void end_line(struct child *child, struct output *output)
{
	uint64_t now_ms = uv_now(child->host->loop);

	if (output->n == 0)
		return;
	output->line[output->n] = '\0';
	output->n = 0;
	if (output == &child->outputs[ERR])
		memcpy(child->last, output->line, sizeof(child->last));
	if (now_ms - child->lines_ms >= CHILD_LINES_MS) {
		tell_left_out(child);
		child->lines_ms = now_ms;
		child->n_lines = 0;
	}
	if (child->n_lines == CHILD_LINES_MAX) {
		child->n_left_out++;
		return;
	}
	child->n_lines++;
	child->events.line(child->events.ctx, output->line);
}

static void take(struct child *child, struct output *output,
    const char *data, size_t n)
{
	for (size_t i = 0; i < n && !child->is_over; i++) {
		if (data[i] == '\n' || data[i] == '\0')
			end_line(child, output);
		else if (output->n < CHILD_LINE_MAX)
			output->line[output->n++] = data[i];
	}
}

/* How much it was; 0: nothing more now, or ever. */
static size_t read_some(struct child *child, struct output *output)
{
	char data[READ_BYTES];
	ssize_t n = read(output->fd, data, sizeof(data));

	if (n <= 0) {
		/* Closed by the program, which may go on. */
		if (n == 0)
			uv_poll_stop(&output->poll);
		return 0;
	}
	take(child, output, data, (size_t)n);
	return (size_t)n;
}

static void poll_outputs(struct child *child);

static void on_pause_over(uv_timer_t *timer)
{
	poll_outputs(timer->data);
}

static void on_output(uv_poll_t *poll, int status, int events)
{
	struct output *output = container_of(poll, struct output, poll);
	struct child *child = poll->data;
	uint64_t now_ms = uv_now(child->host->loop);

	(void)events;
	if (status < 0) {
		uv_poll_stop(poll);
		return;
	}
	if (now_ms - child->window_ms >= READ_MS) {
		child->window_ms = now_ms;
		child->n_read = 0;
	}
	child->n_read += read_some(child, output);
	if (child->n_read < READ_MAX || child->is_over)
		return;
	for (int i = 0; i < N_OUTPUTS; i++)
		uv_poll_stop(&child->outputs[i].poll);
	uv_timer_start(&child->pause, on_pause_over,
	    child->window_ms + READ_MS - now_ms, 0);
}

static void poll_outputs(struct child *child)
{
	for (int i = 0; i < N_OUTPUTS; i++)
		uv_poll_start(
		    &child->outputs[i].poll, UV_READABLE, on_output);
}

/* ---- the end ---- */

static void child_free(struct child *child)
{
	for (int i = 0; i < N_OUTPUTS; i++)
		if (child->outputs[i].fd >= 0)
			close(child->outputs[i].fd);
	if (child->said_fd >= 0)
		close(child->said_fd);
	free(child->path);
	free(child->user);
	free(child);
}

static void on_closed(uv_handle_t *handle)
{
	struct child *child = handle->data;

	if (!--child->n_open)
		child_free(child);
}

static void close_handle(struct child *child, void *handle)
{
	child->n_open++;
	((uv_handle_t *)handle)->data = child;
	uv_close(handle, on_closed);
}

static void child_close(struct child *child)
{
	child->is_over = true;
	close_handle(child, &child->limit);
	close_handle(child, &child->pause);
	if (child->has_process)
		close_handle(child, &child->process);
	for (unsigned i = 0; i < child->n_polls; i++)
		close_handle(child, &child->outputs[i].poll);
}

static void drain(struct child *child)
{
	for (int i = 0; i < N_OUTPUTS; i++) {
		struct output *output = &child->outputs[i];
		size_t n = 0, more;

		while (n < DRAIN_MAX && (more = read_some(child, output)) > 0)
			n += more;
		end_line(child, output);
	}
	tell_left_out(child);
}

/* False for what may be otherwise in a moment. */
static bool is_lasting(int error)
{
	return error != EAGAIN && error != ENOMEM && error != ENFILE &&
	       error != EMFILE && error != ETXTBSY && error != EIO &&
	       error != EINTR;
}

static void say_not_run(const struct child *child,
    const struct exec_end *said, struct child_end *end, struct text *text)
{
	end->how = CHILD_NOT_RUN;
	end->is_permanent = is_lasting(said->value);
	if (said->how == EXEC_NO_USER) {
		end->is_permanent = true;
		text_printf(text, "there is no user '%s'", child->user);
		return;
	}
	if (said->how == EXEC_NO_RIGHT)
		text_printf(text, "cannot become the user '%s': %s",
		    child->user, strerror(said->value));
	else
		text_printf(text, "cannot run %s%s%s: %s", child->path,
		    child->user ? " as " : "", child->user ? child->user : "",
		    strerror(said->value));
}

static void say_signal(struct text *text, int number)
{
	const char *name = sigabbrev_np(number);

	text_printf(text, "was killed by signal %d", number);
	if (name)
		text_printf(text, " (SIG%s)", name);
}

static void say_end(const struct child *child, const struct exec_end *said,
    struct child_end *end, struct text *text)
{
	const char *name = strrchr(child->path, '/') + 1;

	switch ((enum exec_how)said->how) {
	case EXEC_EXITED:
		end->how = CHILD_EXITED;
		end->value = said->value;
		text_printf(
		    text, "%s has ended with status %d", name, said->value);
		break;
	case EXEC_KILLED:
		end->how = CHILD_KILLED;
		end->value = said->value;
		text_printf(text, "%s ", name);
		say_signal(text, said->value);
		break;
	case EXEC_NO_USER:
	case EXEC_NO_RIGHT:
	case EXEC_NOT_RUN:
		say_not_run(child, said, end, text);
		return;
	}
	if (*child->last)
		text_printf(text, ": %s", child->last);
}

/* netconf-exec has ended, and what it looked after. */
static void on_exit_of_child(
    uv_process_t *process, int64_t status, int signal_number)
{
	struct child *child = process->data;
	_cleanup_(text_clear) struct text text = {0};
	struct exec_end said = {.how = EXEC_KILLED, .value = SIGKILL};
	struct child_end end = {.is_late = child->is_late};

	if (child->said_fd >= 0 &&
	    recv(child->said_fd, &said, sizeof(said), MSG_DONTWAIT) !=
		sizeof(said)) {
		said = (struct exec_end){.how = EXEC_KILLED,
		    .value = signal_number ? signal_number : SIGKILL};
		/* It was asked to end before it could listen for that. */
		if (!child->is_asked || signal_number != SIGTERM)
			host_log(child->host, LOG_LEVEL_ERROR,
			    "netconf-exec has ended early, with status %d, "
			    "signal %d",
			    (int)status, signal_number);
	}
	drain(child);
	say_end(child, &said, &end, &text);
	end.text = text.failed ? "out of memory" : text.data;
	child_close(child);
	child->events.ended(child->events.ctx, &end);
}

/* ---- ending it ---- */

static void on_kill_limit(uv_timer_t *timer)
{
	struct child *child = timer->data;

	uv_process_kill(&child->process, SIGKILL);
}

static void kill_all(struct child *child)
{
	if (child->said_fd < 0)
		return;
	close(child->said_fd);
	child->said_fd = -1;
}

static void on_grace_over(uv_timer_t *timer)
{
	kill_all(timer->data);
	uv_timer_start(timer, on_kill_limit, KILL_MS, 0);
}

void child_terminate(struct child *child)
{
	if (child->is_asked)
		return;
	child->is_asked = true;
	uv_process_kill(&child->process, SIGTERM);
	uv_timer_start(&child->limit, on_grace_over, CHILD_GRACE_MS, 0);
}

static void on_limit(uv_timer_t *timer)
{
	struct child *child = timer->data;

	child->is_late = true;
	child_terminate(child);
}

void child_abandon(struct child *child)
{
	kill_all(child);
	child_close(child);
}

/* ---- starting it ---- */

/* The other ends of what netconf-exec gets. */
struct ends {
	int input, outputs[N_OUTPUTS], said; /* input: -1: none */
};

static void ends_close(struct ends *ends)
{
	for (int i = 0; i < N_OUTPUTS; i++)
		if (ends->outputs[i] >= 0)
			close(ends->outputs[i]);
	if (ends->said >= 0)
		close(ends->said);
	if (ends->input >= 0)
		close(ends->input);
}

/* A file in memory: nobody has to wait until it has been read. */
static int open_input(const char *input, struct ends *ends)
{
	size_t n = strlen(input);

	ends->input = memfd_create("input", MFD_CLOEXEC);
	if (ends->input < 0)
		return -errno;
	if (write(ends->input, input, n) != (ssize_t)n)
		return -ENOSPC;
	return lseek(ends->input, 0, SEEK_SET) ? -errno : 0;
}

/* Pipes, and not sockets, so that a program can open /dev/stderr. Only our
 * end does not block: programs do not expect that of theirs. */
static int open_ends(struct child *child, struct ends *ends)
{
	int fds[2];

	for (int i = 0; i < N_OUTPUTS; i++) {
		if (pipe2(fds, O_CLOEXEC))
			return -errno;
		child->outputs[i].fd = fds[0];
		ends->outputs[i] = fds[1];
		if (fcntl(fds[0], F_SETFL, O_NONBLOCK))
			return -errno;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -errno;
	child->said_fd = fds[0];
	ends->said = fds[1];
	return 0;
}

static int spawn(struct child *child, const struct child_options *options,
    const struct ends *ends)
{
	char path[4096];
	uv_stdio_container_t stdio[EXEC_FD + 1] = {
		[0] = {.flags = UV_IGNORE},
		[1] = {.flags = UV_INHERIT_FD, .data.fd = ends->outputs[OUT]},
		[2] = {.flags = UV_INHERIT_FD, .data.fd = ends->outputs[ERR]},
		[EXEC_FD] = {.flags = UV_INHERIT_FD, .data.fd = ends->said},
	};
	if (ends->input >= 0)
		stdio[0] = (uv_stdio_container_t){.flags = UV_INHERIT_FD,
			.data.fd = ends->input};
	uv_process_options_t how = {
		.exit_cb = on_exit_of_child,
		.file = path,
		.env = (char **)options->environment,
		.cwd = "/",
		.flags = UV_PROCESS_DETACHED,
		.stdio = stdio,
		.stdio_count = EXEC_FD + 1,
	};
	size_t n = 0;

	while (options->argv[n])
		n++;
	_cleanup_(free_ptr) char **argv = calloc(n + 4, sizeof(*argv));
	char capabilities[20];

	if (!argv)
		return -ENOMEM;
	if ((size_t)snprintf(path, sizeof(path), "%s/netconf-exec",
		child->host->libexec_dir) >= sizeof(path))
		return -ENAMETOOLONG;
	argv[0] = path;
	argv[1] = child->user ? child->user : "";
	snprintf(capabilities, sizeof(capabilities), "%" PRIx64,
	    options->capabilities);
	argv[2] = capabilities;
	memcpy(argv + 3, options->argv, n * sizeof(*argv));
	how.args = argv;
	child->has_process = true;
	return uv_spawn(child->host->loop, &child->process, &how);
}

static int open_handles(struct child *child)
{
	uv_loop_t *loop = child->host->loop;

	for (int i = 0; i < N_OUTPUTS; i++) {
		struct output *output = &child->outputs[i];
		int r = uv_poll_init(loop, &output->poll, output->fd);

		if (r)
			return r;
		output->poll.data = child;
		child->n_polls++;
	}
	return 0;
}

static struct child *child_new(struct host *host,
    const struct child_options *options, const struct child_events *events)
{
	struct child *child = calloc(1, sizeof(*child));

	if (!child)
		return NULL;
	child->host = host;
	child->events = *events;
	child->said_fd = -1;
	for (int i = 0; i < N_OUTPUTS; i++)
		child->outputs[i].fd = -1;
	child->path = strdup(options->argv[0]);
	child->user = options->user ? strdup(options->user) : NULL;
	/* These cannot fail; from here on child_close() frees it. */
	uv_timer_init(host->loop, &child->limit);
	uv_timer_init(host->loop, &child->pause);
	child->process.data = child;
	child->limit.data = child;
	child->pause.data = child;
	return child;
}

int child_start(struct host *host, const struct child_options *options,
    const struct child_events *events, struct child **ret)
{
	struct child *child = child_new(host, options, events);
	struct ends ends = {.input = -1, .outputs = {-1, -1}, .said = -1};
	int r;

	if (!child)
		return -ENOMEM;
	r = child->path && (child->user || !options->user) ? 0 : -ENOMEM;
	if (r == 0)
		r = open_ends(child, &ends);
	if (r == 0 && options->input)
		r = open_input(options->input, &ends);
	if (r == 0)
		r = open_handles(child);
	if (r == 0)
		r = spawn(child, options, &ends);
	ends_close(&ends);
	if (r) {
		child_close(child);
		return r;
	}
	child->window_ms = child->lines_ms = uv_now(host->loop);
	poll_outputs(child);
	if (options->limit_ms)
		uv_timer_start(
		    &child->limit, on_limit, options->limit_ms, 0);
	*ret = child;
	return 0;
}
