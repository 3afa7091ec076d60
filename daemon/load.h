/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the profile that netconfd was started with, now or again. */
#pragma once

struct diagnostics;
struct options;
struct profile;
struct text;

/*
 * Reads the files that the options name, which must be root's or the user's
 * that netconfd runs as: they decide what it does. 0 and *ret; or -errno:
 * diagnostics has errors, or else said tells what is wrong.
 */
int load_profile(const struct options *options,
    struct diagnostics *diagnostics, struct profile **ret, struct text *said);
