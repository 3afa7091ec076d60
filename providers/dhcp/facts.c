/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/facts.h"

#include <inttypes.h>
#include <stdio.h>

static void add(struct lease_facts *facts, const char *key, const char *value)
{
	facts->items[facts->n++] = (struct fact){key, value};
}

static const char *print(struct in_addr address, char text[INET_ADDRSTRLEN])
{
	return inet_ntop(AF_INET, &address, text, INET_ADDRSTRLEN);
}

static void print_prefix(
    char text[INET_ADDRSTRLEN + 4], struct in_addr address, uint32_t length)
{
	char buffer[INET_ADDRSTRLEN];

	snprintf(text, INET_ADDRSTRLEN + 4, "%s/%u", print(address, buffer),
	    length % 100);
}

/* Separated by spaces, in the text of that size, which they fit. */
static void add_list(struct lease_facts *facts, const char *key,
    const struct in_addr *addresses, uint32_t count, char *text, size_t size)
{
	size_t n = 0;

	for (uint32_t i = 0; i < count; i++) {
		char buffer[INET_ADDRSTRLEN];

		n += (size_t)snprintf(text + n, size - n, "%s%s",
		    n ? " " : "", print(addresses[i], buffer));
	}
	if (n)
		add(facts, key, text);
}

/* Without a router its MAC address is not to be waited for. */
static void add_gateway(struct lease_facts *facts,
    const struct dhcp_lease *lease, const uint8_t *mac)
{
	if (!lease->router.s_addr) {
		add(facts, "gateway-mac", NULL);
		return;
	}
	add(facts, "gateway", print(lease->router, facts->gateway));
	if (!mac)
		return;
	snprintf(facts->gateway_mac, sizeof(facts->gateway_mac),
	    "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
	    mac[4], mac[5]);
	add(facts, "gateway-mac", facts->gateway_mac);
}

void lease_facts_make(struct lease_facts *facts,
    const struct dhcp_lease *lease, const uint8_t *gateway_mac,
    uint64_t expires_s)
{
	struct in_addr subnet = {lease->address.s_addr &
	    dhcp_mask(lease->prefix_length).s_addr};

	facts->n = 0;
	print_prefix(facts->address, lease->address, lease->prefix_length);
	add(facts, "address", facts->address);
	print_prefix(facts->subnet, subnet, lease->prefix_length);
	add(facts, "subnet", facts->subnet);
	add_gateway(facts, lease, gateway_mac);
	add(facts, "server", print(lease->server, facts->server));
	add_list(facts, "dns", lease->dns, lease->n_dns, facts->dns,
	    sizeof(facts->dns));
	if (lease->domain[0])
		add(facts, "domain", lease->domain);
	add_list(facts, "ntp", lease->ntp, lease->n_ntp, facts->ntp,
	    sizeof(facts->ntp));
	if (lease->hostname[0])
		add(facts, "hostname", lease->hostname);
	if (expires_s == UINT64_MAX)
		snprintf(facts->expires, sizeof(facts->expires), "never");
	else
		snprintf(facts->expires, sizeof(facts->expires), "%" PRIu64,
		    expires_s);
	add(facts, "lease-expires", facts->expires);
}

void lease_loss_print(char *text, size_t n, const struct dhcp_lease *lease,
    enum dhcp_loss loss)
{
	char server[INET_ADDRSTRLEN], address[INET_ADDRSTRLEN];

	print(lease->server, server);
	print(lease->address, address);
	switch (loss) {
	case DHCP_LOSS_EXPIRED:
		snprintf(text, n,
		    "the lease of %s has expired: no DHCP server renewed it",
		    address);
		return;
	case DHCP_LOSS_NAK:
		snprintf(text, n,
		    "the DHCP server %s has withdrawn the lease of %s", server,
		    address);
		return;
	case DHCP_LOSS_CONFLICT:
		snprintf(text, n,
		    "another host uses %s too, the address is given up",
		    address);
		return;
	case DHCP_LOSSES:
		break;
	}
	snprintf(text, n, "the lease of %s is lost", address);
}
