/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/session.h"
#include "cli/wire.h"

/* "/etc/netconf/a.yaml:3:5: error: ..." */
static int print_problem(const json_t *problem)
{
	_cleanup_(text_clear) struct text line = {0};
	const char *file = json_string_value(json_object_get(problem, "file"));
	const char *text = json_string_value(json_object_get(problem, "text"));
	int64_t number = json_integer_value(json_object_get(problem, "line"));
	int64_t column = json_integer_value(json_object_get(problem, "column"));
	bool is_error = json_is_true(json_object_get(problem, "error"));

	if (!file || !text || number < 0 || column < 0 ||
	    strlen(file) + strlen(text) > WIRE_TEXT_MAX)
		return session_bad_reply("a problem without place or text");
	output_escaped(&line, file);
	if (number > 0)
		text_printf(&line, ":%" PRIi64 ":%" PRIi64, number, column);
	text_printf(&line, ": %s: ", is_error ? "error" : "warning");
	output_escaped(&line, text);
	if (line.failed)
		return output_no_memory();
	fprintf(stderr, "%s\n", line.data);
	return EXIT_DONE;
}

int cmd_reload(const struct cli *cli)
{
	_cleanup_(session_close) struct session session = {0};
	_cleanup_(reply_clear) struct reply reply = {0};

	/* An error has been told of by its message; here is where. */
	int status =
	    session_ask(cli, "Reload", json_object(), &session, &reply);
	const json_t *problems =
	    reply.root ? wire_array(reply.parameters, "problems") : NULL;

	for (size_t i = 0; !cli->json && i < json_array_size(problems); i++) {
		int r = print_problem(json_array_get(problems, i));

		if (r != EXIT_DONE)
			return r;
	}
	return status;
}
