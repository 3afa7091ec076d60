/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of `netconf status`, once and again. */
#pragma once

#include <stdint.h>

#include "cli/session.h"

/* Asks for the nodes that the operands name, or all. An exit_status; session
 * (open already, or {0}) and ret are to be closed and cleared in any case,
 * *ret_nodes is in ret. */
int status_ask(const struct cli *cli, struct session *session,
    struct reply *ret, const json_t **ret_nodes);

/* Prints the table of nodes that were told age_ms ago, with all their facts
 * if operands name them. An exit_status. */
int status_print(const struct cli *cli, const struct output *out,
    const json_t *nodes, uint64_t age_ms);

/* Prints it again at each change, until netconfd is gone or Ctrl-C. An
 * exit_status. */
int status_watch(const struct cli *cli);
