/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/ipv6-facts.h"

#include <stdio.h>
#include <string.h>

static void add(struct dhcp_facts *facts, const char *key, const char *value)
{
	facts->items[facts->n++] = (struct fact){ key, value };
}

static struct fact *find(struct dhcp_facts *facts, const char *key)
{
	for (size_t i = 0; i < facts->n; i++)
		if (!strcmp(facts->items[i].key, key))
			return &facts->items[i];
	return NULL;
}

static void add_if_any(
    struct dhcp_facts *facts, const char *key, const char *value)
{
	if (*value)
		add(facts, key, value);
}

/* Those of the lease come first; text, of that size, is for both. */
static void add_list(struct dhcp_facts *facts, const char *key,
    const char *value, char *text, size_t size)
{
	struct fact *of_lease = find(facts, key);

	if (!*value)
		return;
	if (!of_lease) {
		add(facts, key, value);
		return;
	}
	snprintf(text, size, "%s %s", of_lease->value, value);
	of_lease->value = text;
}

static void add_domain(struct dhcp_facts *facts, const struct ipv6_view *view)
{
	size_t n = strcspn(view->search, " ");

	if (find(facts, "domain") || !n)
		return;
	snprintf(facts->domain, sizeof(facts->domain), "%.*s", (int)n,
	    view->search);
	add(facts, "domain", facts->domain);
}

void dhcp_facts_make(struct dhcp_facts *ret, const struct lease_facts *lease,
    const struct ipv6_view *view)
{
	ret->n = 0;
	for (size_t i = 0; lease && i < lease->n; i++)
		ret->items[ret->n++] = lease->items[i];
	if (!lease)
		add(ret, "gateway-mac", NULL);
	if (!view)
		return;
	add_if_any(ret, "address6", view->address);
	add_if_any(ret, "subnet6", view->subnet);
	add_if_any(ret, "gateway6", view->gateway);
	add_if_any(ret, "prefixes6", view->prefixes);
	add_if_any(ret, "routes6", view->routes);
	add_if_any(ret, "prefix", view->prefix);
	add_list(ret, "dns", view->dns, ret->dns, sizeof(ret->dns));
	add_list(ret, "ntp", view->ntp, ret->ntp, sizeof(ret->ntp));
	add_domain(ret, view);
	add_if_any(ret, "search", view->search);
}
