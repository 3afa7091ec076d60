/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <unistd.h>

#include "base/macros.h"
#include "cli/cli.h"
#include "cli/daemon-args.h"
#include "cli/output.h"

int cmd_run(const struct cli *cli)
{
	_cleanup_(daemon_args_clear) struct daemon_args args;

	if (daemon_args(cli, NULL, &args) < 0)
		return output_no_memory();
	execv(args.path.data, (char *const *)args.argv);
	complain("cannot run %s: %m", args.path.data);
	return EXIT_NO_DAEMON;
}
