/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"
#include "cli/progress.h"

int cmd_wait(const struct cli *cli)
{
	struct progress_call call = {.method = "Wait"};

	call.parameters = json_pack("{s:o}", "nodes", session_names(cli));
	return progress_run(cli, &call);
}
