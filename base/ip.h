/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP addresses of either family, and their text. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* Of no family (AF_UNSPEC, all zero): no address. Compared as bytes, so what
 * an IPv4 address leaves over is zero. */
struct ip {
	uint32_t family; /* AF_INET, AF_INET6 */
	union {
		struct in_addr in;
		struct in6_addr in6;
		uint8_t bytes[16];
	};
};

struct ip_prefix {
	struct ip ip;
	uint32_t length; /* up to 32 or 128 */
};

enum {
	IP_TEXT_SIZE = INET6_ADDRSTRLEN,
	IP_PREFIX_TEXT_SIZE = IP_TEXT_SIZE + 4,
};

static inline struct ip ip_of_in(struct in_addr in)
{
	struct ip ip = { .family = AF_INET };

	ip.in = in;
	return ip;
}

/* How many bytes, and bits, an address of that family has. */
static inline uint32_t ip_size(const struct ip *ip)
{
	return ip->family == AF_INET ? 4 : 16;
}

static inline uint32_t ip_bits(const struct ip *ip)
{
	return ip_size(ip) * 8;
}

bool ip_equal(const struct ip *a, const struct ip *b);

/* 192.0.2.1, 2001:db8::1: 0 or -EINVAL. */
int ip_parse(const char *text, struct ip *ret);
/* With the length after a slash; without, all of its bits. 0 or -EINVAL. */
int ip_parse_prefix(const char *text, struct ip_prefix *ret);

/* Returns the buffer. */
const char *ip_print(const struct ip *ip, char text[IP_TEXT_SIZE]);
const char *ip_print_prefix(
    const struct ip_prefix *prefix, char text[IP_PREFIX_TEXT_SIZE]);

/* The address with all bits after the length cleared. */
struct ip ip_network(const struct ip_prefix *prefix);

/* It may be given to an interface: no group, not 0.0.0.0 or ::. */
bool ip_is_host(const struct ip *ip);
