/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/nd-option.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "providers/dhcp/lease.h"

enum {
	HEADER_SIZE = 8, /* type, length, 2 reserved, lifetime */
	LABEL_MAX = 63,
};

static bool server_is_usable(const struct in6_addr *server)
{
	return !IN6_IS_ADDR_UNSPECIFIED(server) &&
	    !IN6_IS_ADDR_LOOPBACK(server) && !IN6_IS_ADDR_MULTICAST(server) &&
	    !IN6_IS_ADDR_V4MAPPED(server);
}

static void read_servers(
    const uint8_t *bytes, size_t size, struct nd_option *ret)
{
	struct in6_addr server;

	for (size_t at = HEADER_SIZE;
	    at + sizeof(server) <= size && ret->n < ND_ITEMS_MAX;
	    at += sizeof(server)) {
		memcpy(&server, bytes + at, sizeof(server));
		if (server_is_usable(&server))
			inet_ntop(AF_INET6, &server, ret->items[ret->n++],
			    ND_ITEM_SIZE);
	}
}

/* Else the label would be none, or two, once it is part of a text. */
static bool label_is_one(const uint8_t *label, size_t n)
{
	return !memchr(label, '\0', n) && !memchr(label, '.', n);
}

/*
 * Reads a name (RFC 1035, without compression) at *at, which moves on; the
 * text is "" for the root, and for what is no name of a host. False: it does
 * not end.
 */
static bool read_name(const uint8_t *bytes, size_t size, size_t *at,
    char text[ND_ITEM_SIZE])
{
	size_t n = 0;
	bool fits = true;

	while (*at < size && bytes[*at]) {
		size_t length = bytes[(*at)++];

		if (length > LABEL_MAX || length > size - *at)
			return false;
		fits = fits && n + length + 2 <= ND_ITEM_SIZE &&
		    label_is_one(bytes + *at, length);
		if (fits) {
			if (n)
				text[n++] = '.';
			memcpy(text + n, bytes + *at, length);
			n += length;
		}
		*at += length;
	}
	if (*at >= size)
		return false;
	(*at)++;
	text[fits ? n : 0] = '\0';
	return true;
}

static void lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

static void read_domains(
    const uint8_t *bytes, size_t size, struct nd_option *ret)
{
	size_t at = HEADER_SIZE;

	while (ret->n < ND_ITEMS_MAX &&
	    read_name(bytes, size, &at, ret->items[ret->n])) {
		char *domain = ret->items[ret->n];

		if (!dhcp_domain_is_valid(domain, strlen(domain)))
			continue;
		lower(domain);
		ret->n++;
	}
}

int nd_option_parse(const uint8_t *bytes, size_t size, struct nd_option *ret)
{
	size_t length;

	memset(ret, 0, sizeof(*ret));
	if (size < HEADER_SIZE)
		return -EINVAL;
	length = (size_t)bytes[1] * 8;
	if (length <= HEADER_SIZE || length > size)
		return -EINVAL;
	ret->type = bytes[0];
	ret->lifetime_s = (uint32_t)bytes[4] << 24 | (uint32_t)bytes[5] << 16 |
	    (uint32_t)bytes[6] << 8 | bytes[7];
	if (ret->type == ND_RDNSS)
		read_servers(bytes, length, ret);
	else if (ret->type == ND_DNSSL)
		read_domains(bytes, length, ret);
	return ret->n ? 0 : -EINVAL;
}
