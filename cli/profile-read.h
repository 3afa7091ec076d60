/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile as a command reads it: its files, and what is wrong with them. */
#pragma once

#include <stdbool.h>

#include "base/files.h"
#include "cli/output.h"
#include "resolver/diagnostic.h"

struct cli;
struct profile;

/*
 * Reads the files of -p and, if operands are files too, those; without one
 * the default. Complains of every path that cannot be read, not of the first
 * only; what netconfd would refuse is a warning in diagnostics: files that are
 * named may be meant for a netconfd of the user's own, the ones installed are
 * for root's. An exit_status; files are to be cleared in any case.
 */
int profile_read_files(const struct cli *cli, bool operands_too,
    struct files *files, struct diagnostics *diagnostics);

/* Prints them, as text to stderr or with --json to out. 0 or -ENOMEM. */
int profile_print_diagnostics(const struct cli *cli, const struct output *out,
    const struct diagnostics *diagnostics);

/* Complains that there are so many errors; returns the exit status. */
int profile_refuse(
    const struct diagnostics *diagnostics, const struct files *files);

/* Reads and loads the profile of -p, or the default; errors are printed to
 * stderr. An exit_status; *ret is to be freed after EXIT_DONE. */
int profile_read(const struct cli *cli, struct profile **ret);
