/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line, read by a table of options. Options may stand anywhere,
 * before or after the command; `--` ends them. Long options are written in
 * full; a mistyped one is answered with the nearest that exists.
 */
#pragma once

#include "cli/cli.h"

struct text;

/*
 * Reads argv. Returns 0; -EINVAL with what is wrong in error; -ENOMEM. cli
 * is to be cleared in each case. With --help or --version nothing else needs
 * to be complete.
 */
int options_parse(const struct command *commands, int argc, char **argv,
    struct cli *ret, struct text *error);

/* Frees the arrays; fit for _cleanup_. */
void options_clear(struct cli *cli);

/* Appends the usage: of one command, or with NULL of the program. */
void options_usage(const struct command *commands,
    const struct command *command, struct text *text);
