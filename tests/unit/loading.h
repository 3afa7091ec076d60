/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading profiles in tests, of the kinds in kinds.h. */
#pragma once

#include <stddef.h>

#include "resolver/profile.h"

/* Loads the bytes as a file named test.yaml; it must have no error. */
struct profile *load_good(const char *text);

/* The messages, as printed, that loading the n bytes gives. Fails if there is
 * no error. To be freed. */
char *load_messages_n(const char *bytes, size_t n);
char *load_messages(const char *text);

/* The same of a profile of several files. */
char *load_files(const struct source *sources, size_t n);

/* Loading the profile gives this message, word for word: "4:5: error: ..."
 * up to the end of its line. */
void expect_error(const char *text, const char *message);

/* As expect_error(), and it is the only one. */
void expect_only_error(const char *text, const char *message);
