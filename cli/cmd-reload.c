/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/session.h"
#include "cli/wire.h"
#include "resolver/diagnostic.h"

static const char *text_of(const json_t *problem, const char *key)
{
	const char *text = json_string_value(json_object_get(problem, key));

	return text && strlen(text) <= WIRE_TEXT_MAX ? text : NULL;
}

static uint32_t number_of(const json_t *problem, const char *key)
{
	int64_t number = json_integer_value(json_object_get(problem, key));

	return number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
}

/* As `netconf check` prints it. */
static int print_problem(const json_t *problem)
{
	_cleanup_(text_clear) struct text text = {0};
	const struct diagnostic diagnostic = {
	    .severity = json_is_true(json_object_get(problem, "error"))
		? SEVERITY_ERROR
		: SEVERITY_WARNING,
	    .mark = {.file = text_of(problem, "file"),
		.line = number_of(problem, "line"),
		.column = number_of(problem, "column"),
		.length = number_of(problem, "length")},
	    .text = (char *)text_of(problem, "text"),
	    .source = (char *)text_of(problem, "source"),
	    .source_column = number_of(problem, "source_column"),
	};

	if (!diagnostic.mark.file || !diagnostic.text)
		return session_bad_reply("a problem without place or text");
	diagnostic_print(&diagnostic, &text);
	if (text.failed)
		return output_no_memory();
	fputs(text.data, stderr);
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
