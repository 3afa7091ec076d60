/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/kinds.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "resolver/profile.h"

int kinds_init(struct kinds *kinds, const struct provider *const *all)
{
	size_t n = 0;

	while (all[n])
		n++;
	*kinds = (struct kinds){ .providers = all };
	kinds->items = calloc(n + 1, sizeof(*kinds->items));
	return kinds->items ? 0 : -ENOMEM;
}

const struct kind *kinds_find(
    const struct kinds *kinds, const struct schema *schema)
{
	for (size_t i = 0; i < kinds->n; i++) {
		if (kinds->items[i].provider->schema == schema)
			return &kinds->items[i];
	}
	return NULL;
}

static bool profile_has(
    const struct profile *profile, const struct schema *schema)
{
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		if (profile->decls[i].schema == schema)
			return true;
	}
	return false;
}

const struct provider *kinds_provider(
    const struct provider *const *all, const struct schema *schema)
{
	while (*all && (*all)->schema != schema)
		all++;
	return *all;
}

int kinds_check(const struct provider *const *all,
    const struct profile *profile, struct text *said)
{
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct schema *schema = profile->decls[i].schema;

		if (schema->flags & SCHEMA_RESOLVER ||
		    kinds_provider(all, schema))
			continue;
		text_printf(said, "%s: this netconfd has no provider of "
				  "kind %s",
		    profile->decls[i].name, schema->kind);
		return -ENOTSUP;
	}
	return 0;
}

static int open_one(struct kinds *kinds, struct host *host,
    const struct provider *provider, struct text *said)
{
	struct kind *kind = &kinds->items[kinds->n];
	int r = 0;

	*kind = (struct kind){ .provider = provider };
	if (provider->open)
		r = provider->open(host, &kind->shared);
	if (r < 0)
		text_printf(said, "cannot open the provider of kind %s: %s",
		    provider->schema->kind, strerror(-r));
	else
		kinds->n++;
	return r;
}

int kinds_open(struct kinds *kinds, struct host *host,
    const struct profile *profile, struct text *said)
{
	const struct provider *const *provider = kinds->providers;
	int r = kinds_check(kinds->providers, profile, said);

	for (; r == 0 && *provider; provider++) {
		if (!kinds_find(kinds, (*provider)->schema) &&
		    profile_has(profile, (*provider)->schema))
			r = open_one(kinds, host, *provider, said);
	}
	return r;
}

void kinds_close(struct kinds *kinds, struct host *host)
{
	for (size_t i = 0; i < kinds->n; i++) {
		const struct kind *kind = &kinds->items[i];

		if (kind->provider->close)
			kind->provider->close(host, kind->shared);
	}
}

void kinds_free(struct kinds *kinds)
{
	free(kinds->items);
	*kinds = (struct kinds){ 0 };
}
