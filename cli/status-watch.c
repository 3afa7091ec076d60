/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `netconf status --watch`: netconfd is asked again when its monitor tells of
 * a change, and never otherwise. On a terminal the table is drawn over the
 * former one, and its times go on by a clock of our own.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/status.h"

enum { TICK_MS = 1000, ROWS_UNKNOWN = 24 };

/* Lines are cut at the right edge, or a narrow terminal would break them, and
 * there were more than are counted. */
#define FRAME_BEGIN "\033[?7l\033[H"
#define LINE_END    "\033[K\r\n"
#define FRAME_END   "\033[K\033[J\033[?7h"

struct watch {
	struct cli quiet; /* what is printed as JSON is not every reply */
	const struct cli *cli;
	struct session session; /* to ask by */
	bool redraws;
	unsigned n_shown;
	json_t *nodes; /* as they were told */
	uint64_t told_ms;
};

/* Only so that waiting ends when the terminal has another size. */
static void on_resize(int signal)
{
	(void)signal;
}

static unsigned terminal_rows(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
		return size.ws_row;
	return ROWS_UNKNOWN;
}

/* As many lines as the terminal has; the last says how many there are not. */
static void append_frame(struct text *frame, const char *table)
{
	unsigned rows = terminal_rows(), n_lines = 0, n = 0;

	for (const char *s = table; (s = strchr(s, '\n')); s++)
		n_lines++;
	text_append(frame, FRAME_BEGIN);
	/* The cursor stands in the row below the last line. */
	while (n < n_lines && (n + 1 < rows - 1 || n_lines < rows)) {
		size_t length = strcspn(table, "\n");

		text_append_n(frame, table, length);
		text_append(frame, LINE_END);
		table += length + 1;
		n++;
	}
	if (n < n_lines)
		text_printf(frame, "(%u more lines)", n_lines - n);
	text_append(frame, FRAME_END);
}

/* In one piece, so that a Ctrl-C does not leave half of it. */
static int draw(const struct watch *watch)
{
	_cleanup_(text_clear) struct text frame = {0};
	_cleanup_(free_ptr) char *table = NULL;
	struct output out;
	size_t size;

	output_init(&out, stdout);
	out.file = open_memstream(&table, &size);
	if (!out.file)
		return output_no_memory();
	int status = status_print(watch->cli, &out, watch->nodes,
	    client_now_ms() - watch->told_ms);
	bool failed = ferror(out.file);
	if (fclose(out.file) != 0 || failed)
		return output_no_memory();
	if (status != EXIT_DONE)
		return status;
	append_frame(&frame, table);
	if (frame.failed)
		return output_no_memory();
	fwrite(frame.data, 1, frame.n, stdout);
	fflush(stdout);
	return EXIT_DONE;
}

static int show(struct watch *watch)
{
	struct output out;
	int status = EXIT_DONE;

	if (watch->redraws)
		return draw(watch);
	output_init(&out, stdout);
	if (watch->cli->json) {
		json_t *object =
		    json_pack("{s:O}", "nodes", watch->nodes);
		int r = object ? output_json(&out, object) : -ENOMEM;

		json_decref(object);
		status = r < 0 ? output_no_memory() : EXIT_DONE;
	} else {
		if (watch->n_shown++ > 0)
			fputc('\n', stdout);
		status = status_print(watch->cli, &out, watch->nodes, 0);
	}
	fflush(stdout);
	return status;
}

/* Times that only run down are no change. */
static json_t *without_times(const json_t *nodes)
{
	json_t *copy = json_deep_copy(nodes);

	for (size_t i = 0; i < json_array_size(copy); i++) {
		json_t *node = json_array_get(copy, i);

		json_object_del(node, "retry_in_ms");
		json_object_del(node, "held_for_ms");
	}
	return copy;
}

static bool is_same(const json_t *a, const json_t *b)
{
	json_t *x = without_times(a), *y = without_times(b);
	bool same = x && y && json_equal(x, y);

	json_decref(x);
	json_decref(y);
	return same;
}

static int ask(struct watch *watch)
{
	_cleanup_(reply_clear) struct reply reply = {0};
	const json_t *nodes;

	int status =
	    status_ask(&watch->quiet, &watch->session, &reply, &nodes);
	if (status != EXIT_DONE && reply.error && watch->cli->json &&
	    output_json(&watch->session.out, reply.root) < 0)
		return output_no_memory();
	if (status != EXIT_DONE)
		return status;
	bool same = watch->nodes && is_same(watch->nodes, nodes);
	json_decref(watch->nodes);
	watch->nodes = json_incref((json_t *)nodes);
	watch->told_ms = client_now_ms();
	return same && !watch->redraws ? EXIT_DONE : show(watch);
}

/* Waits for a change, and takes those that have come with it. -ETIMEDOUT and
 * -EINTR: there was none. */
static int next_change(
    struct session *monitor, uint64_t deadline_ms, const sigset_t *mask)
{
	bool has_change = false;

	for (;;) {
		_cleanup_(reply_clear) struct reply reply = {0};
		int r = session_reply(monitor, deadline_ms, mask, &reply);

		if (has_change && (r == -ETIMEDOUT || r == -EINTR))
			return EXIT_DONE;
		if (r != EXIT_DONE)
			return r;
		if (!reply.continues)
			return session_bad_reply("the monitor has ended");
		has_change = true;
		deadline_ms = client_now_ms();
	}
}

static int follow(struct watch *watch, struct session *monitor)
{
	sigset_t mask;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	for (;;) {
		uint64_t deadline_ms = watch->redraws && watch->nodes
					   ? client_now_ms() + TICK_MS
					   : CLIENT_NO_DEADLINE;
		int r = next_change(monitor, deadline_ms, &mask);

		if (r == EXIT_DONE)
			r = ask(watch);
		else if (r == -ETIMEDOUT || r == -EINTR)
			r = watch->nodes ? show(watch) : EXIT_DONE;
		if (r == EXIT_DONE && ferror(stdout))
			return EXIT_WRONG; /* main() says so */
		if (r != EXIT_DONE)
			return r;
	}
}

int status_watch(const struct cli *cli)
{
	_cleanup_(session_close) struct session monitor = {0};
	const struct sigaction resized = {.sa_handler = on_resize};
	struct watch watch = {.quiet = *cli, .cli = cli};
	const char *term = getenv("TERM");

	watch.quiet.json = false;
	int status = session_open(&watch.quiet, &monitor);
	watch.redraws = monitor.out.is_terminal && !cli->json && term &&
			*term && strcmp(term, "dumb") != 0;
	if (watch.redraws)
		sigaction(SIGWINCH, &resized, NULL);
	/* Its first reply is that nothing is missed from now on. */
	if (status == EXIT_DONE)
		status = session_call(&monitor, "Monitor", json_object(), true);
	if (status == EXIT_DONE)
		status = follow(&watch, &monitor);
	session_close(&watch.session);
	json_decref(watch.nodes);
	return status;
}
