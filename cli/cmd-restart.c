/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"
#include "cli/progress.h"

int cmd_restart(const struct cli *cli)
{
	struct progress_call call = {
	    .method = "Restart",
	    .remains = "netconfd goes on with it",
	};

	call.parameters = json_pack("{s:o, s:b}", "nodes", session_names(cli),
	    "wait", !cli->no_wait);
	return progress_run(cli, &call);
}
