/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Secrets of a profile: `{ file: PATH }`, or the secret itself where the
 * admin insists. A file must be a regular one (no symbolic link) that
 * belongs to root and is open to nobody else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SECRET_MAX = 4096 };

struct secret; /* resolver/schema.h */

/* The bytes of a secret. Starts as {0}. */
struct secret_bytes {
	uint8_t *data;
	size_t n;
};

/*
 * Reads the secret; of a file without the newline at its end. 0; -ENOMEM;
 * or another -errno, with what is wrong and the way out in error (never the
 * secret). Of these -EPERM, -ELOOP, -EINVAL, -E2BIG and -ENODATA stay until
 * someone changes the file; others may pass (-ENOENT: it is not there yet).
 */
int secret_read(const struct secret *secret, struct secret_bytes *ret,
    char *error, size_t error_size);

/* True if trying again is no use: see above. */
bool secret_error_is_permanent(int error);

/* Wipes and frees it; leaves {0}; fit for _cleanup_. */
void secret_clear(struct secret_bytes *secret);
