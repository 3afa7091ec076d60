/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A directory of a test's own, and what it writes to a descriptor. Everything
 * here fails the test when it cannot be done.
 */
#pragma once

#include <sys/types.h>

/* Makes an empty directory and sets the umask to 022; for set-up. */
void scratch_open(void);

/* Removes it with all that is in it, and ends a capture; for tear-down. */
void scratch_close(void);

/* DIRECTORY/name; the directory itself for NULL. The text stays valid for
 * seven more calls. */
const char *scratch_path(const char *name);

/* Makes the file (mode 0644), or replaces what is in it. */
void scratch_put(const char *name, const char *text);

/* What is in the file, up to 64 KiB. Valid until the next call. */
const char *scratch_get(const char *name);

/* From here on what is written to fd, and to stdio's stdout and stderr, is
 * kept instead; one at a time. */
void scratch_capture(int fd);

/* Ends that. What was written, up to 64 KiB; valid until the next capture. */
const char *scratch_captured(void);
