/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list in a configuration as one text, for facts. */
#pragma once

#include <stddef.h>

struct config; /* resolver/schema.h */

/* The texts of the list, separated by blanks; "" if there are none, or they do
 * not fit. Returns the buffer. */
const char *config_join(
    const struct config *config, const char *key, char *text, size_t size);
