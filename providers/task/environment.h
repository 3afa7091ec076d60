/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The environment of a task's programs, and all of it:
 *
 *     PATH
 *     NETCONF_NODE         the node's name
 *     NETCONF_EVENT        of a run for an event: which
 *     NETCONF_EVENT_<KEY>  the values that `netconf emit` gave
 *     NETCONF_<FACT>       the facts of what the node is over
 *
 * FACT and KEY are in capitals, with '_' for '-'. Values may have come from
 * the network: each has a name that begins with NETCONF_, and what would
 * disturb a terminal is \xNN in it, as in the log.
 */
#pragma once

struct job;

/* NULL-terminated, "NAME=value" each; to be called in start(). NULL when out
 * of memory. */
char **environment_new(const struct job *job);

/* Accepts NULL. */
void environment_free(char **environment);
