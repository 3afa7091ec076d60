/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a lease tells: the nodes that stand on it, and people. */
#pragma once

#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>

#include "providers/dhcp/client.h"
#include "resolver/resolver.h"

enum { LEASE_FACTS_MAX = 10 };

struct lease_facts {
	struct fact items[LEASE_FACTS_MAX]; /* they point into this */
	size_t n;
	char address[INET_ADDRSTRLEN + 4], subnet[INET_ADDRSTRLEN + 4];
	char gateway[INET_ADDRSTRLEN], gateway_mac[3 * 6];
	char server[INET_ADDRSTRLEN];
	char dns[DHCP_DNS_MAX * (INET_ADDRSTRLEN + 1)];
	char ntp[DHCP_NTP_MAX * (INET_ADDRSTRLEN + 1)];
	char expires[24];
};

/* The facts of a lease (which has been checked) that ends at expires_s, in
 * seconds since 1970; UINT64_MAX: never. gateway_mac: of its router, 6 bytes;
 * NULL: not known yet. They point into *ret and *lease. */
void lease_facts_make(struct lease_facts *ret, const struct dhcp_lease *lease,
    const uint8_t *gateway_mac, uint64_t expires_s);

/* Why the lease was lost, in words, cut to n bytes. */
void lease_loss_print(char *text, size_t n, const struct dhcp_lease *lease,
    enum dhcp_loss loss);
