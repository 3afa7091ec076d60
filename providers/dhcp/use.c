/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/use.h"

#include <string.h>

#include "base/macros.h"
#include "resolver/resolver.h"

/* The names of enum dhcp_use, in its order; see schema.c. */
static const char *const names[] = {
	"address", "routes", "dns", "ntp", "mtu", "hostname"};

unsigned dhcp_use_read(const struct config *config)
{
	uint32_t n = config_count(config, "use");
	unsigned use = 0;

	if (!n)
		return USE_ADDRESS | USE_ROUTES | USE_DNS | USE_NTP | USE_MTU;
	for (uint32_t i = 0; i < n; i++)
		for (size_t k = 0; k < ARRAY_SIZE(names); k++)
			if (!strcmp(config_text_at(config, "use", i), names[k]))
				use |= 1U << k;
	return use;
}

void dhcp_use_lease(struct dhcp_lease *lease, unsigned use)
{
	if (!(use & USE_MTU))
		lease->mtu = 0;
	if (!(use & USE_ROUTES))
		lease->has_default = lease->n_routes = 0;
}

static bool is_told(const char *key, unsigned use)
{
	static const struct {
		const char *key;
		unsigned use;
	} facts[] = {
		{"address", USE_ADDRESS},
		{"subnet", USE_ADDRESS},
		{"dns", USE_DNS},
		{"domain", USE_DNS},
		{"search", USE_DNS},
		{"ntp", USE_NTP},
		{"hostname", USE_HOSTNAME},
	};

	for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
		if (!strcmp(facts[i].key, key))
			return use & facts[i].use;
	return true;
}

size_t dhcp_use_facts(struct fact *facts, size_t n, unsigned use)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++)
		if (is_told(facts[i].key, use))
			facts[left++] = facts[i];
	return left;
}
