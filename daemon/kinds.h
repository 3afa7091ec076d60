/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The providers that are open: those of the kinds that the profile has, or that
 * one before it had.
 */
#pragma once

#include <stddef.h>

#include "providers/provider.h"

struct profile;
struct text;

struct kind {
	const struct provider *provider;
	void *shared; /* the provider's own, from its open() */
};

struct kinds {
	const struct provider *const *providers; /* all, NULL-terminated */
	struct kind *items;                      /* room for all */
	size_t n;
};

/* None is open. 0 or -ENOMEM; to be freed in both cases. */
int kinds_init(
    struct kinds *kinds, const struct provider *const *all);

/* The one with that schema, or NULL. */
const struct kind *kinds_find(
    const struct kinds *kinds, const struct schema *schema);

/* The provider with that schema, open or not, or NULL. */
const struct provider *kinds_provider(
    const struct provider *const *all, const struct schema *schema);

/* Every kind of the profile has someone who carries it out. 0, or -ENOTSUP with
 * said. */
int kinds_check(const struct provider *const *all,
    const struct profile *profile, struct text *said);

/*
 * Opens those that the profile needs and that are not open yet, after
 * kinds_check(). 0; or -errno with said.
 */
int kinds_open(struct kinds *kinds, struct host *host,
    const struct profile *profile, struct text *said);

/* Closes them; they may leave handles closing on the loop. */
void kinds_close(struct kinds *kinds, struct host *host);

void kinds_free(struct kinds *kinds);
