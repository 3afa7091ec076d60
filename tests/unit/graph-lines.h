/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Graphs of declarations made by hand. A node is a line of words: its name,
 * then keys, each with what it names:
 *     "g requires a over b@eth0 in-order of c d when e from f:up until stop"
 */
#pragma once

#include "base/macros.h"
#include "resolver/graph.h"

#define LINES(...)                        \
	(const char *const[]){ __VA_ARGS__ }, \
	    ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ }))

/* The profile, without a graph; to be freed. */
struct profile *lines_make(const char *const *lines, uint32_t n);
/* Builds it: NULL, and the errors; or the profile, where errors may be NULL. */
struct profile *lines_build(
    const char *const *lines, uint32_t n, char **ret_errors);
/* It is refused, and that stands in the errors. */
void lines_expect_error(
    const char *const *lines, uint32_t n, const char *want);
struct decl *lines_find(struct profile *profile, const char *name);
struct decl *lines_find_n(struct profile *profile, const char *name, size_t n);
/* What it names with that key; NULL: that is no key. */
struct refs *lines_refs(struct decl *decl, const char *key);
