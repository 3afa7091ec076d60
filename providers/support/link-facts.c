/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/link-facts.h"

#include <string.h>

#include "base/text.h"
#include "providers/support/rtnl.h"
#include "resolver/resolver.h"

/* Told of each link, several times: printf() would take most of the time. */
static const char *print_number(char text[12], uint32_t number)
{
	char *first = text + 11;

	*first = '\0';
	do
		*--first = (char)('0' + number % 10);
	while (number /= 10);
	return first;
}

void link_facts_read(const struct rtnl_link *link, struct link_facts *ret)
{
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->device, link->name, strnlen(link->name, IFNAMSIZ - 1));
	memcpy(ret->mac, link->mac, link->mac_length);
	ret->mac_length = link->mac_length;
	ret->carrier = link->carrier;
	ret->ifindex = link->ifindex;
	ret->mtu = link->mtu;
}

size_t link_facts_list(const struct link_facts *facts,
    struct link_fact_texts *texts, struct fact *ret)
{
	size_t n = 0;

	text_print_mac(texts->mac, facts->mac, facts->mac_length);
	ret[n++] = (struct fact){ "device", facts->device };
	ret[n++] = (struct fact){ "ifindex",
		print_number(texts->ifindex, facts->ifindex) };
	if (facts->mac_length)
		ret[n++] = (struct fact){ "mac", texts->mac };
	ret[n++] = (struct fact){ "carrier",
		facts->carrier ? "true" : "false" };
	ret[n++] = (struct fact){ "mtu",
		print_number(texts->mtu, facts->mtu) };
	return n;
}
