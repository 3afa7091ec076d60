/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/ip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

bool ip_equal(const struct ip *a, const struct ip *b)
{
	return a->family == b->family &&
	    !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

int ip_parse(const char *text, struct ip *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton((int)ret->family, text, ret->bytes) == 1 ? 0
								  : -EINVAL;
}

/* Decimal, without a leading zero. */
static int parse_length(const char *text, uint32_t max, uint32_t *ret)
{
	uint32_t n = 0;

	if (!*text || (text[0] == '0' && text[1]))
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		n = n * 10 + (uint32_t)(*text - '0');
		if (n > max)
			return -EINVAL;
	}
	*ret = n;
	return 0;
}

int ip_parse_prefix(const char *text, struct ip_prefix *ret)
{
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	char address[IP_TEXT_SIZE];

	if (n >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, n);
	address[n] = '\0';
	if (ip_parse(address, &ret->ip) < 0)
		return -EINVAL;
	ret->length = ip_bits(&ret->ip);
	return slash ? parse_length(slash + 1, ret->length, &ret->length) : 0;
}

const char *ip_print(const struct ip *ip, char text[IP_TEXT_SIZE])
{
	if (!inet_ntop((int)ip->family, ip->bytes, text, IP_TEXT_SIZE))
		*text = '\0';
	return text;
}

const char *ip_print_prefix(
    const struct ip_prefix *prefix, char text[IP_PREFIX_TEXT_SIZE])
{
	size_t n = strlen(ip_print(&prefix->ip, text));

	snprintf(text + n, IP_PREFIX_TEXT_SIZE - n, "/%u", prefix->length);
	return text;
}

struct ip ip_network(const struct ip_prefix *prefix)
{
	struct ip ip = prefix->ip;

	uint32_t left = prefix->length;

	for (uint32_t i = 0; i < ip_size(&ip); i++) {
		uint32_t bits = left > 8 ? 8 : left;

		ip.bytes[i] &= (uint8_t)(0xff00 >> bits);
		left -= bits;
	}
	return ip;
}

bool ip_is_host(const struct ip *ip)
{
	static const uint8_t none[16];

	if (!memcmp(ip->bytes, none, ip_size(ip)))
		return false;
	return ip->family == AF_INET
	    ? !IN_MULTICAST(ntohl(ip->in.s_addr)) &&
		ip->in.s_addr != INADDR_BROADCAST
	    : !IN6_IS_ADDR_MULTICAST(&ip->in6);
}
