/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another profile while netconfd runs. The former one is kept for as long as
 * a node or a provider's job goes by it.
 */
#pragma once

#include <stdbool.h>

struct diagnostics;
struct loaded;
struct options;
struct profile;
struct runner;
struct service;
struct text;

/* Profiles that were in force; starts as {0}. */
struct former {
	struct profile **items; /* owned, with the profiles */
	unsigned n;
};

/*
 * Reads the files of the options again and puts that profile in the place of
 * the one that is loaded. 0; 1: it is the same; or -errno: nothing has changed,
 * and diagnostics has errors or said tells why. Both are for the caller to
 * print.
 */
int reload_profile(const struct options *options, struct runner *runner,
    struct service *service, struct loaded *loaded, struct former *former,
    struct diagnostics *diagnostics, struct text *said);

/* Frees those that are no longer needed; true: there were some. */
bool former_drop(struct former *former, const struct runner *runner);

/* Frees them all. */
void former_clear(struct former *former);
