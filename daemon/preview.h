/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netconfd --plan: what it would do, had it been started. */
#pragma once

struct options;
struct profile;

/*
 * Reads which devices are there, and prints to stdout, as a JSON object (the
 * parameters of a reply to Plan), what a netconfd with that profile would do
 * for them, and for the options' goals, which are names of the profile. It
 * changes nothing, and needs no privilege. Returns an exit status; errors have
 * been told to stderr then.
 */
int preview(const struct options *options, const struct profile *profile);
