/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files in the state directory. Both calls block: they are for the
 * beginning, or for another thread.
 */
#pragma once

#include <stddef.h>

/* Reads a file of at most `capacity` bytes. 0, or -errno: -ENOENT; -EFBIG. */
int state_file_read(const char *directory, const char *name, char *data,
    size_t capacity, size_t *ret_n);

/* Writes it, whole or not at all: a new file, NAME.new, takes the place of the
 * former one; nobody else may read it. 0 or -errno. */
int state_file_write(
    const char *directory, const char *name, const char *data, size_t n);
