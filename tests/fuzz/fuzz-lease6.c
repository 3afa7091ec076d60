/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dhclient's file of leases, and the lines that it logs. A lease that nobody
 * could use is a bug. And what may be an answer to what is said to a server
 * besides: it has what was said in it. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "providers/dhcp/client-id.h"
#include "providers/dhcp/dhcp6-message.h"
#include "providers/dhcp/info6.h"
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

static bool is_domain(const char *text)
{
	return dhcp_domain_is_valid(text, strlen(text));
}

static void check(const struct lease6 *lease)
{
	struct in6_addr address;
	struct ip network;

	if (lease->has_address) {
		demand(ip_is_host(&lease->address));
		check_times(&lease->address_times);
	}
	if (lease->has_prefix) {
		network = ip_network(&lease->prefix);
		demand(ip_equal(&network, &lease->prefix.ip));
		demand(lease->prefix.length >= LEASE6_PREFIX_MIN &&
		    lease->prefix.length <= LEASE6_PREFIX_MAX);
		check_times(&lease->prefix_times);
	}
	demand(lease->n_servers <= LEASE6_NAMES_MAX &&
	    lease->n_domains <= LEASE6_NAMES_MAX &&
	    lease->n_ntp <= LEASE6_NAMES_MAX &&
	    lease->n_server_id <= LEASE6_DUID_MAX);
	for (unsigned i = 0; i < lease->n_servers; i++)
		demand(inet_pton(AF_INET6, lease->servers[i], &address) == 1);
	for (unsigned i = 0; i < lease->n_domains; i++)
		demand(is_domain(lease->domains[i]));
	for (unsigned i = 0; i < lease->n_ntp; i++)
		demand(is_domain(lease->ntp[i]) ||
		    inet_pton(AF_INET6, lease->ntp[i], &address) == 1);
}

static void read_as_lines(const uint8_t *data, size_t n)
{
	struct info6 info = { 0 };
	struct lease6 lease;
	char line[512];

	while (n) {
		const uint8_t *end = memchr(data, '\n', n);
		size_t length = end ? (size_t)(end - data) : n;
		size_t taken =
		    length < sizeof(line) ? length : sizeof(line) - 1;

		memcpy(line, data, taken);
		line[taken] = '\0';
		if (info6_line(&info, line, &lease))
			check(&lease);
		data += end ? length + 1 : length;
		n -= end ? length + 1 : length;
	}
}

static void read_as_answer(const uint8_t *data, size_t n)
{
	static const uint8_t duid[DUID_SIZE] = { 0, 4 };
	static const struct lease6 lease = { .has_address = true,
		.n_server_id = 4, .server_id = { 0, 2 } };
	uint8_t message[DHCP6_DECLINE_MAX];
	size_t size = dhcp6_decline_build(message, duid, &lease, 0);

	demand(size > 0);
	if (dhcp6_decline_is_answer(message, size, data, n))
		demand(n >= 4 + 4 + DUID_SIZE + 4 + 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct lease6 lease;

	if (!lease6_parse((const char *)data, n, &lease))
		check(&lease);
	read_as_lines(data, n);
	read_as_answer(data, n);
	return 0;
}
