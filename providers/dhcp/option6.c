/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/option6.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "providers/dhcp/lease.h"

enum {
	LABEL_MAX = 63,
	/* RFC 5908 section 4: suboptions, each with a code and a length. */
	NTP_HEADER_SIZE = 4,
	NTP_SERVER = 1,
	NTP_NAME = 3,
};

static bool server_is_usable(const struct in6_addr *server)
{
	return !IN6_IS_ADDR_UNSPECIFIED(server) &&
	    !IN6_IS_ADDR_LOOPBACK(server) && !IN6_IS_ADDR_MULTICAST(server) &&
	    !IN6_IS_ADDR_V4MAPPED(server);
}

void option6_read_servers(const uint8_t *bytes, size_t size, unsigned *n,
    char items[][OPTION6_ITEM_SIZE])
{
	struct in6_addr server;

	for (size_t at = 0;
	    at + sizeof(server) <= size && *n < OPTION6_ITEMS_MAX;
	    at += sizeof(server)) {
		memcpy(&server, bytes + at, sizeof(server));
		if (server_is_usable(&server))
			inet_ntop(AF_INET6, &server, items[(*n)++],
			    OPTION6_ITEM_SIZE);
	}
}

/* Else the label would be none, or two, once it is part of a text. */
static bool label_is_one(const uint8_t *label, size_t n)
{
	return !memchr(label, '\0', n) && !memchr(label, '.', n);
}

/*
 * Reads a name at *at, which moves on; the text is "" for the root, and for
 * what is no name of a host. False: it does not end.
 */
static bool read_name(const uint8_t *bytes, size_t size, size_t *at,
    char text[OPTION6_ITEM_SIZE])
{
	size_t n = 0;
	bool fits = true;

	while (*at < size && bytes[*at]) {
		size_t length = bytes[(*at)++];

		if (length > LABEL_MAX || length > size - *at)
			return false;
		fits = fits && n + length + 2 <= OPTION6_ITEM_SIZE &&
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

void option6_read_domains(const uint8_t *bytes, size_t size, unsigned *n,
    char items[][OPTION6_ITEM_SIZE])
{
	size_t at = 0;

	while (*n < OPTION6_ITEMS_MAX &&
	    read_name(bytes, size, &at, items[*n])) {
		char *domain = items[*n];

		if (!dhcp_domain_is_valid(domain, strlen(domain)))
			continue;
		lower(domain);
		(*n)++;
	}
}

static unsigned read_16(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

void option6_read_ntp(const uint8_t *bytes, size_t size, unsigned *n,
    char items[][OPTION6_ITEM_SIZE])
{
	while (size >= NTP_HEADER_SIZE) {
		unsigned code = read_16(bytes), length = read_16(bytes + 2);

		bytes += NTP_HEADER_SIZE;
		size -= NTP_HEADER_SIZE;
		if (length > size)
			return;
		if (code == NTP_SERVER && length == sizeof(struct in6_addr))
			option6_read_servers(bytes, length, n, items);
		else if (code == NTP_NAME)
			option6_read_domains(bytes, length, n, items);
		bytes += length;
		size -= length;
	}
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t option6_read_hex(const char *text, uint8_t *bytes, size_t size)
{
	size_t n = 0;

	while (n < size && digit(*text) >= 0) {
		int value = digit(*text++);

		if (digit(*text) >= 0)
			value = value << 4 | digit(*text++);
		if (*text && *text != ':')
			break;
		bytes[n++] = (uint8_t)value;
		if (*text++ != ':')
			break;
	}
	return n;
}
