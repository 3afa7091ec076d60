/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/macros.h"
#include "cli/cli.h"
#include "cli/explain.h"
#include "cli/session.h"

int cmd_why(const struct cli *cli)
{
	_cleanup_(session_close) struct session session = {0};
	_cleanup_(reply_clear) struct reply reply = {0};

	int status = session_ask(cli, "Why",
	    json_pack("{s:s}", "node", cli->operands[0]), &session, &reply);
	if (status != EXIT_DONE || cli->json)
		return status;
	return explain_print(&session.out, reply.parameters);
}
