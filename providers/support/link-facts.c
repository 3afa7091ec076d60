/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/link-facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "providers/support/rtnl.h"
#include "resolver/resolver.h"

void link_facts_read(const struct rtnl_link *link, struct link_facts *ret)
{
	size_t n = 0;

	memset(ret, 0, sizeof(*ret));
	snprintf(ret->device, sizeof(ret->device), "%s", link->name);
	snprintf(ret->ifindex, sizeof(ret->ifindex), "%" PRIu32,
	    link->ifindex);
	for (size_t i = 0; i < link->mac_length; i++)
		n += (size_t)snprintf(ret->mac + n, sizeof(ret->mac) - n,
		    i ? ":%02x" : "%02x", link->mac[i]);
	snprintf(ret->carrier, sizeof(ret->carrier), "%s",
	    link->carrier ? "true" : "false");
	snprintf(ret->mtu, sizeof(ret->mtu), "%" PRIu32, link->mtu);
}

size_t link_facts_list(const struct link_facts *texts, struct fact *ret)
{
	size_t n = 0;

	ret[n++] = (struct fact){ "device", texts->device };
	ret[n++] = (struct fact){ "ifindex", texts->ifindex };
	if (*texts->mac)
		ret[n++] = (struct fact){ "mac", texts->mac };
	ret[n++] = (struct fact){ "carrier", texts->carrier };
	ret[n++] = (struct fact){ "mtu", texts->mtu };
	return n;
}
