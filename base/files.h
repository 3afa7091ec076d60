/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files read whole, as arguments name them: a path is a file or a directory,
 * of which the files with a certain ending are taken, hidden ones left out,
 * in the order of their names, byte by byte. Symbolic links are followed.
 * Nothing is read but regular files, and no more of them than the limits.
 *
 * What is read decides what its reader does. So none but root and the owner
 * asked for may own a file, or a directory that is given for all its files,
 * and no other may write to it.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/source.h"

struct text;

enum {
	FILES_MAX = 1024,
	FILES_BYTES_MAX = 64 << 20, /* of all together */
};

struct files_rules {
	const char *ending; /* of a directory's files: ".yaml" */
	uid_t owner;        /* who may own them besides root */
	/*
	 * Told of what others own or can change, which is then read all the
	 * same. NULL: it is refused, with -EPERM.
	 *     path    "/etc/netconf/a.yaml"
	 *     why     "belongs to user 1000, not to root"
	 *     remedy  "chown root /etc/netconf/a.yaml"
	 */
	void (*warn)(void *ctx, const char *path, const char *why,
	    const char *remedy);
	void *ctx;
};

/* Starts as {0}. */
struct files {
	struct source *items; /* owned, with names and data */
	size_t n;
	size_t bytes; /* of all together */
};

/*
 * Adds the file, or the files of the directory. 0; or -errno, and said tells
 * what is wrong, in words that begin with the path: -ENOENT: there is none,
 * also of a directory without such a file; -EPERM: not safe to read; -EINVAL:
 * not a file; -EFBIG: beyond a limit; -EBUSY: it was changed meanwhile. The
 * files added before an error stay.
 */
int files_add(struct files *files, const char *path,
    const struct files_rules *rules, struct text *said);

/* Frees all and makes it {0} again; fit for _cleanup_. */
void files_clear(struct files *files);
