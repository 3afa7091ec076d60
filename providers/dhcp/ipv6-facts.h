/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a dhcp node tells: the facts of its IPv4 lease and of IPv6, as one. */
#pragma once

#include <stddef.h>

#include "providers/dhcp/facts.h"
#include "providers/dhcp/ipv6.h"

enum { DHCP_FACTS_MAX = LEASE_FACTS_MAX + 11 };

struct dhcp_facts {
	struct fact items[DHCP_FACTS_MAX];
	size_t n;
	char dns[sizeof(((struct lease_facts *)0)->dns) + IPV6_DNS_SIZE];
	char ntp[sizeof(((struct lease_facts *)0)->ntp) + IPV6_NTP_SIZE];
	char domain[256];
};

/*
 * lease NULL: there is none; view NULL: no IPv6. Name and time servers of both
 * are one list each, those of IPv4 first; the domain is that of the lease, or
 * else the first one to search. They point into *ret, *lease and *view.
 */
void dhcp_facts_make(struct dhcp_facts *ret, const struct lease_facts *lease,
    const struct ipv6_view *view);
