/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How netconfd is started by a command. */
#pragma once

#include "base/text.h"

struct cli;

struct daemon_args {
	struct text path, directory;
	const char **argv; /* NULL-terminated; argv[0] is the path */
};

/*
 * netconfd with the command's profiles, socket and operands, and with the
 * option, if not NULL. It is the one beside this program, with its helpers, as
 * in a build directory; else the one installed. 0 or -ENOMEM; to be cleared in
 * both cases. The strings are those of cli, and its own.
 */
int daemon_args(const struct cli *cli, const char *option,
    struct daemon_args *ret);
void daemon_args_clear(struct daemon_args *args); /* fit for _cleanup_ */
