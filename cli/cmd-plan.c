/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/daemon-args.h"
#include "cli/session.h"
#include "cli/wire.h"

static bool is(const char *state, const char *name)
{
	return strcmp(state, name) == 0;
}

/* "first, wired is no longer taken down: lan needs it" */
static void print_said(const struct output *out, const json_t *said)
{
	for (size_t i = 0; i < json_array_size(said); i++) {
		_cleanup_(text_clear) struct text line = {0};

		text_append(&line, "first, ");
		output_escaped(
		    &line, json_string_value(json_array_get(said, i)));
		output_line(out, &line);
	}
}

/* "3. start vpn0"; what is under way is no step to come. */
static int print_step(
    const struct output *out, const json_t *object, unsigned *number)
{
	_cleanup_(text_clear) struct text line = {0};
	struct wire_step step;
	const char *problem;

	if (wire_read_step(object, &step, &problem) < 0)
		return session_bad_reply(problem);
	if (step.under_way) {
		output_escaped(&line, step.node);
		text_append(&line, " is starting already");
	} else {
		text_printf(&line, "%u. ", ++*number);
		output_escaped(&line, step.action);
		text_append_char(&line, ' ');
		output_escaped(&line, step.node);
	}
	output_line(out, &line);
	return EXIT_DONE;
}

static int print_steps(const struct output *out, const struct wire_plan *plan)
{
	unsigned number = 0;
	int status = EXIT_DONE;

	print_said(out, plan->said);
	for (size_t i = 0;
	     status == EXIT_DONE && i < json_array_size(plan->steps); i++)
		status =
		    print_step(out, json_array_get(plan->steps, i), &number);
	return status;
}

/* "vpn0 would wait: inet: no default route" */
static void print_outcome(
    const struct output *out, const struct wire_outcome *outcome)
{
	_cleanup_(text_clear) struct text line = {0}, sentence = {0};

	output_escaped(&sentence, outcome->node);
	if (is(outcome->then, "up")) {
		text_append(&sentence,
		    is(outcome->state, "up") ? " is up" : " would be up");
	} else if (is(outcome->then, "waiting")) {
		text_append(&sentence, " would wait");
	} else {
		text_append(&sentence, " would be ");
		output_escaped(&sentence, outcome->then);
	}
	if (outcome->missing) {
		text_append(&sentence, ": ");
		output_escaped(&sentence, outcome->missing);
	}
	if (sentence.data)
		output_wrapped(out, &line, sentence.data, 0);
	line.failed |= sentence.failed;
	output_line(out, &line);
}

/* Prints them, if out is not NULL. DONE: all would be up. */
static int judge(const struct output *out, const struct wire_plan *plan)
{
	int status = EXIT_DONE;

	for (size_t i = 0; i < json_array_size(plan->outcomes); i++) {
		struct wire_outcome outcome;
		const char *problem;

		if (wire_read_outcome(json_array_get(plan->outcomes, i),
			&outcome, &problem) < 0)
			return session_bad_reply(problem);
		if (!is(outcome.then, "up"))
			status = EXIT_NODE_FAILED;
		if (out)
			print_outcome(out, &outcome);
	}
	return status;
}

/* Runs netconfd, whose answer goes to that file. An exit_status; what netconfd
 * did not like it has said itself. */
static int spawn(const struct daemon_args *args, int answer)
{
	int status = 0;
	pid_t pid = access(args->path.data, X_OK) == 0 ? fork() : -1;

	if (pid == 0) {
		if (dup2(answer, STDOUT_FILENO) >= 0)
			execv(args->path.data, (char *const *)args->argv);
		_exit(EXIT_WRONG);
	}
	if (pid < 0) {
		complain("cannot run %s: %m", args->path.data);
		return EXIT_NO_DAEMON;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		complain("netconfd was ended by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? EXIT_DONE
							     : EXIT_WRONG;
}

/* The profile of -p, from nothing: by a netconfd that only looks. */
static int preview(const struct cli *cli, json_t **ret)
{
	_cleanup_(daemon_args_clear) struct daemon_args args;
	_cleanup_(close_fd) int answer = memfd_create("plan", MFD_CLOEXEC);
	int status;

	if (daemon_args(cli, "--plan", &args) < 0)
		return output_no_memory();
	if (answer < 0) {
		complain("cannot hold the plan in memory: %m");
		return EXIT_WRONG;
	}
	status = spawn(&args, answer);
	if (status != EXIT_DONE)
		return status;
	if (lseek(answer, 0, SEEK_SET) == 0)
		*ret = json_loadfd(answer, 0, NULL);
	return *ret ? EXIT_DONE : session_bad_reply("it is not JSON");
}

static int print_plan(const struct output *out, const json_t *answer)
{
	struct wire_plan plan;
	const char *problem;
	int status = EXIT_DONE;

	if (wire_read_plan(answer, &plan, &problem) < 0)
		return session_bad_reply(problem);
	if (out)
		status = print_steps(out, &plan);
	return status == EXIT_DONE ? judge(out, &plan) : status;
}

static int plan_of_profile(const struct cli *cli)
{
	json_t *answer = NULL;
	struct output out;
	int status = preview(cli, &answer);

	output_init(&out, stdout);
	if (status == EXIT_DONE && cli->json && output_json(&out, answer) < 0)
		status = output_no_memory();
	if (status == EXIT_DONE)
		status = print_plan(cli->json ? NULL : &out, answer);
	json_decref(answer);
	return status;
}

int cmd_plan(const struct cli *cli)
{
	_cleanup_(session_close) struct session session = {0};
	_cleanup_(reply_clear) struct reply reply = {0};
	int status;

	if (cli->n_profiles > 0)
		return plan_of_profile(cli);
	status = session_ask(cli, "Plan",
	    json_pack("{s:o}", "nodes", session_names(cli)), &session, &reply);
	if (status != EXIT_DONE)
		return status;
	return print_plan(cli->json ? NULL : &session.out, reply.parameters);
}
