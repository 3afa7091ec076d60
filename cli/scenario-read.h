/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario files, as `test` and `simulate` read them. */
#pragma once

#include "scenario/scenario.h"

/* Prints the diagnostics to stderr and clears them. An exit status: DONE if
 * none was an error, else WRONG. */
int scenario_complain(struct diagnostics *diagnostics);

/*
 * Reads the file and the profiles that it names, relative to it. *ret is the
 * caller's. An exit status; what is wrong has been said.
 */
int scenario_read(const char *path, struct scenario_file **ret);
