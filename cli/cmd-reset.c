/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"
#include "cli/progress.h"

int cmd_reset(const struct cli *cli)
{
	struct progress_call call = {.method = "Reset"};
	struct cli at_once = *cli;

	call.parameters = json_pack("{s:o}", "nodes", session_names(cli));
	at_once.no_wait = true;
	return progress_run(&at_once, &call);
}
