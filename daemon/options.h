/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netconfd's command line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "providers/provider.h"

struct options {
	const char **profiles; /* owned array; n of them, at least one */
	size_t n_profiles;
	const char *socket, *state_dir, *libexec_dir;
	const char *const *goals; /* the operands */
	size_t n_goals;
	enum log_level log_level;
	int event_buffer; /* bytes; 0: rtnl's default */
	bool is_plan; /* of the goals, at least one; then it ends */
};

enum { EXIT_USAGE = 2 };

/*
 * Reads the command line. 0: go on; 1: --help or --version has been printed;
 * -EINVAL: it is wrong, which has been printed to stderr; -ENOMEM. The
 * strings are those of argv.
 */
int options_parse(struct options *ret, int argc, char **argv);

void options_clear(struct options *options);
