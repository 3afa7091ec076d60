/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/explain.h"
#include "cli/progress.h"
#include "cli/wire.h"

enum {
	TIMEOUT_MS = 90 * 1000, /* where nobody watches */
	TIMEOUT_MAX_MS = 1000 * 1000 * 1000,
	TIME_COLUMNS = 10,
	GAP = 1, /* behind a name and a state */
	NAME_COLUMNS = 12, /* at first; grows with the names seen */
	NAME_COLUMNS_MAX = 32,
	STATE_COLUMNS = 10,
};

struct progress {
	struct session *session;
	const struct progress_call *call;
	/*
	 * Times are those at which the news arrives, not netconfd's at_ms:
	 * the first thing a new connection brings is often a step of the
	 * system's clock.
	 */
	uint64_t begun_ms, deadline_ms;
	unsigned name_columns;
	bool has_result;
	int status;
};

/* The facts worth a place on one line, and how they are introduced. */
static const struct {
	const char *key, *before;
} short_facts[] = {
    {"address", ""},
    {"virtual-ip", "virtual IP "},
    {"gateway", "gateway "},
    {"remote", "to "},
    {"ssid", "network "},
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static void append_part(struct text *text, const char *separator,
    const char *before, const char *value)
{
	if (text->n > 0)
		text_append(text, separator);
	text_append(text, before);
	output_escaped(text, value);
}

static void append_facts(struct text *text, const json_t *facts)
{
	for (size_t i = 0; i < ARRAY_SIZE(short_facts); i++) {
		const char *value = wire_fact(facts, short_facts[i].key);

		if (value && *value)
			append_part(text, ", ", short_facts[i].before, value);
	}
}

bool progress_has_fact(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(short_facts); i++) {
		if (strcmp(short_facts[i].key, key) == 0)
			return true;
	}
	return false;
}

void progress_detail(struct text *text, const char *state, const json_t *facts,
    const char *reason, int64_t retry_in_ms)
{
	if (strcmp(state, "up") == 0) {
		append_facts(text, facts);
		return;
	}
	if (reason && *reason)
		append_part(text, "; ", "", reason);
	if (retry_in_ms >= 0) {
		append_part(text, "; ", "retry in ", "");
		text_append_duration(text, (uint64_t)retry_in_ms);
	}
}

static void print_said(const struct output *out, const json_t *said)
{
	for (size_t i = 0; i < json_array_size(said); i++) {
		_cleanup_(text_clear) struct text line = {0};

		output_escaped(
		    &line, json_string_value(json_array_get(said, i)));
		output_line(out, &line);
	}
}

static double elapsed_s(const struct progress *progress)
{
	return (double)(client_now_ms() - progress->begun_ms) / 1000;
}

static int print_change(struct progress *progress, const json_t *object)
{
	const struct output *out = &progress->session->out;
	_cleanup_(text_clear) struct text line = {0}, name = {0};
	_cleanup_(text_clear) struct text detail = {0};
	struct wire_change change;
	const char *problem;

	if (wire_read_change(object, &change, &problem) < 0)
		return session_bad_reply(problem);
	if (progress->session->cli->json)
		return EXIT_DONE;

	output_cell(out, &name, change.node, 0, NULL);
	if (name.failed)
		return output_no_memory();
	unsigned columns = output_columns(name.data ? name.data : "");
	if (columns > progress->name_columns && columns <= NAME_COLUMNS_MAX)
		progress->name_columns = columns;

	text_printf(&line, "%*.2fs  ", TIME_COLUMNS - 3, elapsed_s(progress));
	output_cell(
	    out, &line, change.node, progress->name_columns + GAP, NULL);
	output_cell(out, &line, change.to, STATE_COLUMNS + GAP, change.to);
	progress_detail(&detail, change.to, change.facts, change.reason,
	    change.retry_in_ms);
	if (detail.data)
		output_wrapped(out, &line, detail.data,
		    TIME_COLUMNS + progress->name_columns + STATE_COLUMNS +
			2 * GAP);
	line.failed |= detail.failed;
	output_line(out, &line);
	return EXIT_DONE;
}

static bool is_operand(const struct cli *cli, const char *name)
{
	for (size_t i = 0; i < cli->n_operands; i++) {
		if (strcmp(cli->operands[i], name) == 0)
			return true;
	}
	return false;
}

/* "vpn0 is up (0.05 s)", "vpn0 has failed: wrong key; not tried again" */
static int print_outcome(struct progress *progress, const json_t *object)
{
	const struct output *out = &progress->session->out;
	_cleanup_(text_clear) struct text line = {0}, detail = {0};
	struct wire_node node;
	const char *problem;

	if (wire_read_node(object, &node, &problem) < 0)
		return session_bad_reply(problem);
	if (progress->session->cli->json ||
	    !is_operand(progress->session->cli, node.name))
		return EXIT_DONE;

	output_cell(out, &line, node.name, 0, NULL);
	text_append(
	    &line, strcmp(node.state, "failed") == 0 ? " has " : " is ");
	output_cell(out, &line, node.state, 0, node.state);
	if (strcmp(node.state, "up") == 0) {
		text_printf(&line, " (%.2f s)", elapsed_s(progress));
	} else {
		progress_detail(
		    &detail, node.state, NULL, node.reason, node.retry_in_ms);
		if (node.permanent)
			append_part(&detail, "; ", "", "not tried again");
		if (detail.data)
			text_printf(&line, ": %s", detail.data);
	}
	line.failed |= detail.failed;
	output_line(out, &line);
	return EXIT_DONE;
}

/* "vpn0 is down (0.02 s)" */
static void print_down(const struct progress *progress)
{
	const struct cli *cli = progress->session->cli;

	for (size_t i = 0; !cli->json && i < cli->n_operands; i++) {
		_cleanup_(text_clear) struct text line = {0};

		output_escaped(&line, cli->operands[i]);
		text_printf(&line, " is down (%.2f s)", elapsed_s(progress));
		output_line(&progress->session->out, &line);
	}
}

static void print_stuck(const struct progress *progress, const char *stuck)
{
	const struct output *out = &progress->session->out;
	const struct cli *cli = progress->session->cli;
	_cleanup_(text_clear) struct text line = {0};

	if (cli->json)
		return;
	output_escaped(&line, stuck);
	if (cli->n_operands == 1) {
		text_append(&line, "; see netconf why ");
		output_escaped(&line, cli->operands[0]);
	}
	output_line(out, &line);
}

static int handle(struct progress *progress, const struct reply *reply)
{
	struct wire_progress news;
	const char *problem;
	int status = EXIT_DONE;

	if (wire_read_progress(reply->parameters, &news, &problem) < 0)
		return session_bad_reply(problem);
	if (news.said && !progress->session->cli->json)
		print_said(&progress->session->out, news.said);
	if (news.change)
		status = print_change(progress, news.change);
	if (news.stuck)
		print_stuck(progress, news.stuck);
	for (size_t i = 0;
	     status == EXIT_DONE && i < json_array_size(news.nodes); i++)
		status = print_outcome(progress, json_array_get(news.nodes, i));
	if (news.result) {
		progress->has_result = true;
		if (strcmp(news.result, "failed") == 0)
			progress->status = EXIT_NODE_FAILED;
		if (strcmp(news.result, "down") == 0)
			print_down(progress);
	}
	return status;
}

/* What it was waiting for, told by netconfd. */
static int timed_out(const struct progress *progress)
{
	const struct cli *cli = progress->session->cli;
	_cleanup_(text_clear) struct text after = {0};

	text_append_duration(
	    &after, progress->deadline_ms - progress->begun_ms);
	if (after.failed)
		return output_no_memory();
	complain("timed out after %s%s%s", after.data,
	    progress->call->remains ? "; " : "",
	    progress->call->remains ? progress->call->remains : "");
	session_close(progress->session);
	for (size_t i = 0; i < cli->n_operands; i++)
		explain_pending(cli, cli->operands[i]);
	return EXIT_TIMED_OUT;
}

/* Dies of the signal, so that a calling shell sees Ctrl-C as such. */
static void die_interrupted(const struct progress *progress)
{
	fflush(stdout);
	if (progress->call->remains)
		complain("no longer waiting; %s", progress->call->remains);
	signal(SIGINT, SIG_DFL);
	raise(SIGINT);

	sigset_t mask;
	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

static int follow(struct progress *progress, const sigset_t *mask)
{
	for (;;) {
		_cleanup_(reply_clear) struct reply reply = {0};
		int r = session_reply(
		    progress->session, progress->deadline_ms, mask, &reply);

		if (interrupted)
			die_interrupted(progress);
		if (r == -EINTR)
			continue;
		if (r == -ETIMEDOUT)
			return timed_out(progress);
		if (r != EXIT_DONE)
			return r;
		r = handle(progress, &reply);
		if (r != EXIT_DONE)
			return r;
		if (!reply.continues)
			break;
		/* News without end must not outlast the time limit. */
		if (client_now_ms() >= progress->deadline_ms)
			return timed_out(progress);
	}
	if (!progress->has_result)
		return session_bad_reply("it ended without a result");
	return progress->status;
}

/* Ctrl-C is let in only while waiting, so that none gets lost; one that the
 * caller ignores (nohup) stays ignored. */
static void catch_interrupt(sigset_t *ret_mask)
{
	struct sigaction action = {.sa_handler = on_interrupt}, old;
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigprocmask(SIG_BLOCK, &block, ret_mask);
	sigdelset(ret_mask, SIGINT);
	sigaction(SIGINT, NULL, &old);
	if (old.sa_handler != SIG_IGN)
		sigaction(SIGINT, &action, NULL);
}

/* The call, and what it says; nothing is waited for. */
static int run_no_wait(const struct cli *cli, const struct progress_call *call)
{
	_cleanup_(session_close) struct session session = {0};
	_cleanup_(reply_clear) struct reply reply = {0};
	struct wire_progress news;
	const char *problem;

	int status =
	    session_ask(cli, call->method, call->parameters, &session, &reply);
	if (status != EXIT_DONE)
		return status;
	if (wire_read_progress(reply.parameters, &news, &problem) < 0)
		return session_bad_reply(problem);
	if (!cli->json)
		print_said(&session.out, news.said);
	return EXIT_DONE;
}

static int run_wait(const struct cli *cli, const struct progress_call *call)
{
	_cleanup_(session_close) struct session session = {0};
	struct progress progress = {
	    .session = &session,
	    .call = call,
	    .begun_ms = client_now_ms(),
	    .deadline_ms = CLIENT_NO_DEADLINE,
	    .name_columns = NAME_COLUMNS,
	    .status = EXIT_DONE,
	};
	sigset_t mask;

	int status = session_open(cli, &session);
	if (status != EXIT_DONE) {
		json_decref(call->parameters);
		return status;
	}
	output_follows(&session.out);
	if (cli->has_timeout && cli->timeout_ms < TIMEOUT_MAX_MS)
		progress.deadline_ms = progress.begun_ms + cli->timeout_ms;
	else if (cli->has_timeout)
		progress.deadline_ms = progress.begun_ms + TIMEOUT_MAX_MS;
	else if (!session.out.is_terminal)
		progress.deadline_ms = progress.begun_ms + TIMEOUT_MS;
	catch_interrupt(&mask);
	status = session_call(&session, call->method, call->parameters, true);
	return status != EXIT_DONE ? status : follow(&progress, &mask);
}

int progress_run(const struct cli *cli, const struct progress_call *call)
{
	return cli->no_wait ? run_no_wait(cli, call) : run_wait(cli, call);
}
