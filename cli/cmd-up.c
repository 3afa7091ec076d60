/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/progress.h"

static void append_remains(const struct cli *cli, struct text *text)
{
	if (cli->n_operands > 1) {
		text_append(text, "they stay goals: 'netconf down' takes them "
				  "back");
		return;
	}
	text_printf(text, "%s stays a goal: 'netconf down %s' takes it back",
	    cli->operands[0], cli->operands[0]);
}

int cmd_up(const struct cli *cli)
{
	_cleanup_(text_clear) struct text remains = {0};
	struct progress_call call = {.method = "Up"};

	append_remains(cli, &remains);
	if (remains.failed)
		return output_no_memory();
	call.remains = remains.data;
	call.parameters = json_pack("{s:o, s:b}", "nodes", session_names(cli),
	    "wait", !cli->no_wait);
	return progress_run(cli, &call);
}
