/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netconf(1): main, and the table of commands. */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/options.h"
#include "cli/output.h"

enum { NAMES_MAX = 1024 }; /* netconfd takes no more in a call */

static const struct command commands[] = {
    {"up", "GOAL...", "brings goals up, with all they need, and waits",
	OPTIONS_COMMON | OPTION_NO_WAIT | OPTION_TIMEOUT, 1, NAMES_MAX, cmd_up},
    {"down", "NODE...", "takes nodes down, and what only they need",
	OPTIONS_COMMON | OPTION_NO_WAIT | OPTION_TIMEOUT | OPTION_FORCE, 1,
	NAMES_MAX, cmd_down},
    {"wait", "GOAL...", "waits until nodes are up, asking for nothing",
	OPTIONS_COMMON | OPTION_TIMEOUT, 1, NAMES_MAX, cmd_wait},
    {"restart", "NODE...", "stops and starts nodes, dependents around them",
	OPTIONS_COMMON | OPTION_NO_WAIT | OPTION_TIMEOUT, 1, NAMES_MAX,
	cmd_restart},
    {"reset", "NODE...", "forgets failures: what is wanted is tried at once",
	OPTIONS_COMMON, 1, NAMES_MAX, cmd_reset},
    {"emit", "EVENT [K=V...]", "says that an event has occurred",
	OPTIONS_COMMON, 1, NAMES_MAX, cmd_emit},
    {"reload", "", "has netconfd read its profile again", OPTIONS_COMMON, 0,
	0, cmd_reload},
    {"status", "[NODE...]", "shows the nodes and their states",
	OPTIONS_COMMON | OPTION_WATCH, 0, NAMES_MAX, cmd_status},
    {"why", "NODE", "explains why a node is up, or is not", OPTIONS_COMMON, 1,
	1, cmd_why},
    {"plan", "GOAL...", "shows what up would do now, doing nothing",
	OPTIONS_COMMON, 1, NAMES_MAX, cmd_plan},
    {"monitor", "", "shows changes as they happen", OPTIONS_COMMON, 0, 0,
	cmd_monitor},
    {"check", "[FILE...]", "reads profiles and reports all their errors",
	OPTIONS_COMMON, 0, NAMES_MAX, cmd_check},
    {"graph", "[NODE...]", "shows the profile's graph, with live states",
	OPTIONS_COMMON | OPTION_FORMAT, 0, NAMES_MAX, cmd_graph},
    {"kinds", "[KIND]", "shows the kinds of nodes and their keys",
	OPTIONS_COMMON | OPTION_JSON_SCHEMA, 0, 1, cmd_kinds},
    {"test", "FILE...", "runs the scenarios of files, as tests",
	OPTIONS_COMMON, 1, NAMES_MAX, cmd_test},
    {"simulate", "FILE", "runs the scenarios of a file, and shows all",
	OPTIONS_COMMON | OPTION_SCENARIO, 1, 1, cmd_simulate},
    {"run", "[GOAL...]", "runs netconfd in the foreground",
	OPTIONS_COMMON & ~OPTION_JSON, 0, NAMES_MAX, cmd_run},
    {0},
};

static int print_usage(const struct command *command)
{
	_cleanup_(text_clear) struct text usage = {0};

	options_usage(commands, command, &usage);
	if (usage.failed)
		return output_no_memory();
	fputs(usage.data, stdout);
	return EXIT_DONE;
}

static int run(int argc, char **argv)
{
	_cleanup_(options_clear) struct cli cli = {0};
	_cleanup_(text_clear) struct text error = {0};

	int r = options_parse(commands, argc, argv, &cli, &error);
	if (r == -ENOMEM || error.failed)
		return output_no_memory();
	if (r < 0) {
		complain("%s", error.data);
		return EXIT_WRONG;
	}
	if (cli.help)
		return print_usage(cli.command);
	if (cli.version) {
		puts("netconf " PACKAGE_VERSION);
		return EXIT_DONE;
	}
	return cli.command->run(&cli);
}

int main(int argc, char **argv)
{
	/* It trusts its environment and arguments, as the caller's. */
	if (getuid() != geteuid() || getgid() != getegid()) {
		complain("refuses to run setuid or setgid");
		return EXIT_NOT_PERMITTED;
	}
	/* Only so that the width of characters can be asked for. */
	setlocale(LC_CTYPE, "C.UTF-8");

	int status = run(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("cannot write the output: %m");
		if (status == EXIT_DONE)
			status = EXIT_WRONG;
	}
	return status;
}
