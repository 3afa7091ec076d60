/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of router advertisements, one after the other by their lengths, a
 * second between two of them, into the tables that a link has. A name that no
 * host can have, or more of them than there is room for, is a bug.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "providers/dhcp/lease.h"
#include "providers/dhcp/ra-names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void demand(bool claim)
{
	if (!claim)
		abort();
}

static void check(const struct nd_option *option)
{
	struct in6_addr address;

	demand(option->n > 0 && option->n <= ND_ITEMS_MAX);
	for (unsigned i = 0; i < option->n; i++) {
		const char *text = option->items[i];

		if (option->type == ND_RDNSS)
			demand(inet_pton(AF_INET6, text, &address) == 1);
		else
			demand(dhcp_domain_is_valid(text, strlen(text)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct ra_names servers, domains;
	struct nd_option option;
	uint64_t now_ms = 1000;

	servers.n = domains.n = 0;
	while (n) {
		size_t size = n > 1 && data[1] ? (size_t)data[1] * 8 : 1;
		struct ra_names *names;

		if (size > n)
			size = n;
		if (!nd_option_parse(data, n, &option)) {
			check(&option);
			names = option.type == ND_RDNSS ? &servers : &domains;
			ra_names_add(names, &option, now_ms);
			demand(names->n <= RA_NAMES_MAX);
		}
		now_ms += 1000;
		ra_names_expire(&servers, now_ms);
		ra_names_expire(&domains, now_ms);
		demand(ra_names_next(&servers) > now_ms);
		demand(ra_names_next(&domains) > now_ms);
		data += size;
		n -= size;
	}
	return 0;
}
