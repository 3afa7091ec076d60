/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a profile, read whole. A path is a file or a directory, whose
 * *.yaml are taken in the order of their names, byte by byte. Nothing is read
 * but regular files, and no more of them than a profile can sensibly have.
 */
#pragma once

#include <stddef.h>

#include "resolver/profile.h"

struct text;

enum {
	/* as netconfd has them */
	FILES_MAX = 1024,
	FILES_BYTES_MAX = 64 * 1024 * 1024, /* of all together */
};

/* Starts as {0}. */
struct files {
	struct source *items; /* names and data are owned, from malloc */
	size_t n, bytes;
};

/*
 * Adds the file or directory. 0; or -errno with what is wrong in error, in a
 * sentence that names the path; -ENOMEM.
 */
int files_add(struct files *files, const char *path, struct text *error);

/* Frees all and makes it {0} again; fit for _cleanup_. */
void files_clear(struct files *files);
