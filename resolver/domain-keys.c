/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mappings of domains to values: the domains. */
#include <assert.h>
#include <errno.h>

#include "base/arena.h"
#include "base/text.h"
#include "resolver/load.h"

int domains_read(struct loader *loader, const struct schema_key *key,
    const struct item *mapping, const char *const **ret)
{
	struct arena *arena = loader->profile->arena;
	const char **domains;
	int good = 1;
	uint32_t n = 0;

	assert(key->type == VALUE_NODE); /* no value has ${FACT} in it */
	if (mapping->type != ITEM_MAPPING) {
		load_type_error(loader, mapping, key->name,
		    "a mapping of domains to nodes, such as "
		    "{ corp.example: vpn0 }");
		return 0;
	}
	domains = arena_array(arena, mapping->n, sizeof(*domains));
	if (!domains)
		return -ENOMEM;
	for (const struct item *item = mapping->first; item;
		item = item->next) {
		if (!text_is_domain(item->key)) {
			load_error(loader, &item->key_mark,
			    "'%s' is no domain, such as corp.example",
			    item->key);
			good = 0;
		}
		domains[n] = arena_strdup(arena, item->key);
		if (!domains[n++])
			return -ENOMEM;
	}
	*ret = domains;
	return good;
}
