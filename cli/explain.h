/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netconfd's explanation of a node's state, printed as an indented tree. */
#pragma once

#include <jansson.h>

#include "cli/output.h"

struct cli;

/* Prints the lines of a reply to Why. An exit_status. */
int explain_print(const struct output *out, const json_t *parameters);

/*
 * Asks netconfd why the node is not up and prints that to stderr; nothing if
 * it is up. Complains if netconfd does not answer.
 */
void explain_pending(const struct cli *cli, const char *node);
