/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dhclient's file of leases. A lease that nobody could use is a bug. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "providers/dhcp/lease.h"
#include "providers/dhcp/lease6.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void demand(bool claim)
{
	if (!claim)
		abort();
}

static void check_times(const struct lease6_times *times)
{
	demand(times->valid_s > 0 && times->preferred_s <= times->valid_s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct lease6 lease;
	struct in6_addr address;
	struct ip network;

	if (lease6_parse((const char *)data, n, &lease))
		return 0;
	if (lease.has_address) {
		demand(ip_is_host(&lease.address));
		check_times(&lease.address_times);
	}
	if (lease.has_prefix) {
		network = ip_network(&lease.prefix);
		demand(ip_equal(&network, &lease.prefix.ip));
		demand(lease.prefix.length >= LEASE6_PREFIX_MIN &&
		    lease.prefix.length <= LEASE6_PREFIX_MAX);
		check_times(&lease.prefix_times);
	}
	demand(lease.n_servers <= LEASE6_NAMES_MAX &&
	    lease.n_domains <= LEASE6_NAMES_MAX);
	for (unsigned i = 0; i < lease.n_servers; i++)
		demand(inet_pton(AF_INET6, lease.servers[i], &address) == 1);
	for (unsigned i = 0; i < lease.n_domains; i++)
		demand(dhcp_domain_is_valid(
		    lease.domains[i], strlen(lease.domains[i])));
	return 0;
}
