/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/explain.h"
#include "cli/session.h"
#include "cli/wire.h"

enum {
	INDENT = 2,
	LEVELS_MAX = 20, /* deeper lines are indented no further */
};

static bool begins_with(const char *text, const char *word)
{
	return strncmp(text, word, strlen(word)) == 0;
}

/*
 * "inet is waiting: no default route". A text that is a sentence about the
 * node already ("is up: it is a goal", "failed: wrong key") follows its name
 * as it is. What its profile says of the node stands behind.
 */
static void append_reason(struct text *line, const struct wire_reason *reason)
{
	if (reason->node) {
		output_escaped(line, reason->node);
		if (begins_with(reason->text, "is ") ||
		    begins_with(reason->text, "was ") ||
		    (reason->state &&
			begins_with(reason->text, reason->state))) {
			text_append_char(line, ' ');
		} else if (reason->state) {
			text_append(line, " is ");
			output_escaped(line, reason->state);
			text_append(line, ": ");
		} else {
			text_append(line, ": ");
		}
	}
	output_escaped(line, reason->text);
	if (reason->node && reason->description) {
		text_append(line, " (");
		output_escaped(line, reason->node);
		text_append(line, ": ");
		output_escaped(line, reason->description);
		text_append_char(line, ')');
	}
}

/* Of lines about one node the first has the description. *last: the node
 * before this one. */
static int print_reason(
    const struct output *out, const json_t *object, const char **last)
{
	_cleanup_(text_clear) struct text line = {0}, sentence = {0};
	struct wire_reason reason;
	const char *problem;

	if (wire_read_reason(object, &reason, &problem) < 0)
		return session_bad_reply(problem);
	if (reason.node && *last && strcmp(reason.node, *last) == 0)
		reason.description = NULL;
	*last = reason.node;
	unsigned level =
	    reason.depth < LEVELS_MAX ? (unsigned)reason.depth : LEVELS_MAX;
	for (unsigned i = 0; i < level * INDENT; i++)
		text_append_char(&line, ' ');
	append_reason(&sentence, &reason);
	if (sentence.data)
		output_wrapped(out, &line, sentence.data, level * INDENT);
	line.failed |= sentence.failed;
	output_line(out, &line);
	return EXIT_DONE;
}

int explain_print(const struct output *out, const json_t *parameters)
{
	const json_t *lines = wire_array(parameters, "lines");
	const char *last = NULL;
	int status = EXIT_DONE;

	if (json_array_size(lines) == 0)
		return session_bad_reply("it has no 'lines'");
	for (size_t i = 0; status == EXIT_DONE && i < json_array_size(lines);
	     i++)
		status = print_reason(out, json_array_get(lines, i), &last);
	return status;
}

/* The node itself is what the first line is about. */
static bool says_up(const json_t *parameters)
{
	const json_t *lines = wire_array(parameters, "lines");
	const char *state = json_string_value(
	    json_object_get(json_array_get(lines, 0), "state"));

	return state && strcmp(state, "up") == 0;
}

void explain_pending(const struct cli *cli, const char *node)
{
	_cleanup_(session_close) struct session session = {0};
	_cleanup_(reply_clear) struct reply reply = {0};
	struct cli quiet = *cli; /* stdout is for what was asked for */
	struct output out;

	quiet.json = false;
	if (session_ask(&quiet, "Why", json_pack("{s:s}", "node", node),
		&session, &reply) != EXIT_DONE ||
	    says_up(reply.parameters))
		return;
	output_init(&out, stderr);
	explain_print(&out, reply.parameters);
}
