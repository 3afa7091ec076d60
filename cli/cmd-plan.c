/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
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

int cmd_plan(const struct cli *cli)
{
	_cleanup_(session_close) struct session session = {0};
	_cleanup_(reply_clear) struct reply reply = {0};
	const struct output *out = cli->json ? NULL : &session.out;
	struct wire_plan plan;
	const char *problem;

	int status = session_ask(cli, "Plan",
	    json_pack("{s:o}", "nodes", session_names(cli)), &session, &reply);
	if (status != EXIT_DONE)
		return status;
	if (wire_read_plan(reply.parameters, &plan, &problem) < 0)
		return session_bad_reply(problem);
	if (out)
		status = print_steps(out, &plan);
	return status == EXIT_DONE ? judge(out, &plan) : status;
}
