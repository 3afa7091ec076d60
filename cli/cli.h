/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands of netconf(1) share: what was asked for on the command
 * line, how a command ends, and how it complains.
 *
 * A command is one function in a file of its own. It gets the parsed command
 * line, prints its answer to stdout and its complaints to stderr, and returns
 * the exit status of the program.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct command;

enum exit_status {
	EXIT_DONE,
	EXIT_NODE_FAILED,
	EXIT_WRONG, /* usage, profile, or out of means to do the work */
	EXIT_TIMED_OUT,
	EXIT_NOT_PERMITTED,
	EXIT_NO_DAEMON,
};

/* The parsed command line; all texts are those of argv. */
struct cli {
	const struct command *command; /* NULL: none was named */
	const char **operands;	       /* what followed it; owned array */
	size_t n_operands;
	const char **profiles; /* of -p; owned array */
	size_t n_profiles;
	const char *socket; /* path; NULL: the default */
	uint64_t timeout_ms;
	bool has_timeout;
	bool json, no_wait, force, help, version;
	bool json_schema, watch;
	const char *format; /* of graph; NULL: not given */
	const char *scenario; /* of simulate; NULL: all */
};

/* The options, as bits of command.options. */
enum cli_option {
	OPTION_JSON = 1 << 0,
	OPTION_SOCKET = 1 << 1,
	OPTION_PROFILE = 1 << 2,
	OPTION_TIMEOUT = 1 << 3,
	OPTION_NO_WAIT = 1 << 4,
	OPTION_FORCE = 1 << 5,
	OPTION_HELP = 1 << 6,
	OPTION_VERSION = 1 << 7,
	OPTION_JSON_SCHEMA = 1 << 16,
	OPTION_FORMAT = 1 << 17,
	OPTION_SCENARIO = 1 << 18,
	OPTION_WATCH = 1 << 19,
	/* what every command takes */
	OPTIONS_COMMON = OPTION_JSON | OPTION_SOCKET | OPTION_PROFILE |
			 OPTION_HELP | OPTION_VERSION,
};

struct command {
	const char *name;     /* NULL ends a table */
	const char *operands; /* as the usage shows them */
	const char *doc;      /* one line */
	unsigned options;
	size_t min_operands, max_operands;
	int (*run)(const struct cli *cli); /* returns an exit_status */
};

int cmd_check(const struct cli *cli);
int cmd_down(const struct cli *cli);
int cmd_emit(const struct cli *cli);
int cmd_graph(const struct cli *cli);
int cmd_kinds(const struct cli *cli);
int cmd_monitor(const struct cli *cli);
int cmd_plan(const struct cli *cli);
int cmd_reload(const struct cli *cli);
int cmd_reset(const struct cli *cli);
int cmd_restart(const struct cli *cli);
int cmd_run(const struct cli *cli);
int cmd_simulate(const struct cli *cli);
int cmd_status(const struct cli *cli);
int cmd_test(const struct cli *cli);
int cmd_up(const struct cli *cli);
int cmd_wait(const struct cli *cli);
int cmd_why(const struct cli *cli);
