/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/session.h"
#include "cli/wire.h"

/* Nobody listens: most likely it is a slip of the pen. */
static int complain_of_nobody(const char *event, const char *nearest)
{
	_cleanup_(text_clear) struct text text = {0};

	text_append(&text, "no node of the profile listens to '");
	output_escaped(&text, event);
	text_append_char(&text, '\'');
	if (nearest) {
		text_append(&text, "; did you mean '");
		output_escaped(&text, nearest);
		text_append(&text, "'?");
	}
	if (text.failed)
		return output_no_memory();
	complain("%s", text.data);
	return EXIT_WRONG;
}

/* NULL: of what is not UTF-8, too. */
static json_t *parameters(const struct cli *cli)
{
	json_t *values = json_array();

	for (size_t i = 1; values && i < cli->n_operands; i++) {
		if (json_array_append_new(
			values, json_string(cli->operands[i])) < 0) {
			json_decref(values);
			return NULL;
		}
	}
	return json_pack("{s:s, s:o}", "event", cli->operands[0], "values",
	    values);
}

int cmd_emit(const struct cli *cli)
{
	_cleanup_(session_close) struct session session = {0};
	_cleanup_(reply_clear) struct reply reply = {0};
	const char *event = cli->operands[0];

	int status =
	    session_ask(cli, "Emit", parameters(cli), &session, &reply);
	if (status != EXIT_DONE)
		return status;

	const json_t *listeners =
	    json_object_get(reply.parameters, "listeners");
	const char *nearest =
	    json_string_value(json_object_get(reply.parameters, "nearest"));
	if (!json_is_integer(listeners))
		return session_bad_reply("it does not say who listens");
	if (nearest && strlen(nearest) > WIRE_TEXT_MAX)
		return session_bad_reply("an event's name is too long");
	return json_integer_value(listeners) > 0
		   ? EXIT_DONE
		   : complain_of_nobody(event, nearest);
}
