/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a profile. They decide what root does, so they must be root's
 * (or this user's), and no other may write to them or to a directory that is
 * given for all its files.
 */
#pragma once

#include <stddef.h>

#include "resolver/profile.h"

struct text;

enum { FILES_MAX = 1024, FILES_BYTES_MAX = 64 << 20 };

/* Starts as {0}. */
struct files {
	struct source *items; /* owned, with names and data */
	size_t n;
	size_t bytes; /* of all together */
};

/* Frees all and makes it {0} again. */
void files_clear(struct files *files);

/*
 * Adds the file, or all *.yaml of the directory in lexical order. 0, or
 * -errno with said. A directory without a profile is an error.
 */
int files_add(struct files *files, const char *path, struct text *said);
