/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines on stderr: one line each, key=value, the node first:
 *     node=lan@eth0 state=up from=starting cause="the lease is there"
 *     node=vpn0 level=warning message="charon does not answer; ..."
 * Values with anything but plain letters are put in quotes; what would
 * disturb a terminal or the line's form becomes \xNN. Where stderr is the
 * journal, each line begins with its priority: <4>.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

#include "providers/provider.h"

struct notice;
struct text;

/* Sets what is written: this level and the more urgent ones. Looks whether
 * stderr is the journal. Before it: notice and up, no priorities. */
void log_open(enum log_level max);

/* "error", "warning", "notice", "info", "debug". False: none of them. */
bool log_parse_level(const char *name, enum log_level *ret);

/* Writes a message; node may be NULL. */
void log_write(enum log_level level, const char *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void log_vwrite(enum log_level level, const char *node, const char *format,
    va_list args) __attribute__((format(printf, 3, 0)));

/* Writes a change of a node's state, at level notice. */
void log_change(const struct notice *notice);

/* Appends " key=value" (without the blank at the start of the text). */
void log_append(struct text *line, const char *key, const char *value);
