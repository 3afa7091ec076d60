/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mappings of domains to values: the domains. */
#include <assert.h>
#include <errno.h>

#include "base/arena.h"
#include "base/text.h"
#include "resolver/load.h"

bool domains_check(struct loader *loader, const struct schema_key *key,
    const struct item *mapping)
{
	bool good = true;

	assert(key->type == VALUE_NODE); /* no value has ${FACT} in it */
	if (mapping->type != ITEM_MAPPING) {
		load_type_error(loader, mapping, key->name,
		    "a mapping of domains to nodes, such as "
		    "{ corp.example: vpn0 }");
		return false;
	}
	for (const struct item *item = mapping->first; item;
		item = item->next) {
		if (text_is_domain(item->key))
			continue;
		load_error(loader, &item->key_mark,
		    "'%s' is no domain, such as corp.example", item->key);
		good = false;
	}
	return good;
}

int domains_read(struct loader *loader, const struct item *one, uint32_t n,
    const char **domains)
{
	for (uint32_t i = 0; i < n; i++, one = one->next) {
		domains[i] = arena_strdup(loader->profile->arena, one->key);
		if (!domains[i])
			return -ENOMEM;
	}
	return 0;
}
