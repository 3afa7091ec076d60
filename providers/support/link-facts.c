/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/link-facts.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "providers/support/rtnl.h"
#include "resolver/resolver.h"

/* Read at each event of each link: printf() would take most of the time. */
static void print_number(char to[12], uint32_t number)
{
	char digits[11] = "", *first = digits + 10;

	do
		*--first = (char)('0' + number % 10);
	while (number /= 10);
	memcpy(to, first, strlen(first));
}

void link_facts_read(const struct rtnl_link *link, struct link_facts *ret)
{
	const char *carrier = link->carrier ? "true" : "false";

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->device, link->name, strnlen(link->name, IFNAMSIZ - 1));
	print_number(ret->ifindex, link->ifindex);
	text_print_mac(ret->mac, link->mac, link->mac_length);
	memcpy(ret->carrier, carrier, strlen(carrier));
	print_number(ret->mtu, link->mtu);
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
