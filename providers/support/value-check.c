/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/value-check.h"

#include <stdbool.h>
#include <string.h>

#include "base/ip.h"
#include "base/text.h"

const char *value_check_mac(const char *text)
{
	uint8_t mac[TEXT_MAC_SIZE];

	/* The kernel takes no group address, nor one of zeros. */
	if (text_parse_mac(text, mac) == 0 && !(mac[0] & 1) &&
	    memcmp(mac, "\0\0\0\0\0\0", sizeof(mac)) != 0)
		return NULL;
	return "an Ethernet address of one device, such as "
	       "02:00:5e:10:00:01";
}

const char *value_check_ip(const char *text)
{
	struct ip ip;

	return ip_parse(text, &ip) == 0
	    ? NULL
	    : "an IP address, such as 192.0.2.1 or 2001:db8::1";
}

const char *value_check_address(const char *text)
{
	struct ip_prefix prefix;

	if (strchr(text, '/') && ip_parse_prefix(text, &prefix) == 0 &&
	    ip_is_host(&prefix.ip) && prefix.length > 0)
		return NULL;
	return "a host's address with the length of its prefix, such as "
	       "192.0.2.7/24 or 2001:db8::7/64";
}

static bool is_network(const char *text)
{
	struct ip_prefix prefix;
	struct ip network;

	if (ip_parse_prefix(text, &prefix) < 0)
		return false;
	network = ip_network(&prefix);
	return ip_equal(&network, &prefix.ip);
}

const char *value_check_selector(const char *text)
{
	struct ip_prefix prefix;

	return ip_parse_prefix(text, &prefix) == 0
	    ? NULL
	    : "an address or a network, such as 192.0.2.7 or 2001:db8::/32";
}

const char *value_check_network(const char *text)
{
	return is_network(text)
	    ? NULL
	    : "a network, such as 192.0.2.0/24, 0.0.0.0/0 or 2001:db8::/32";
}

const char *value_check_destination(const char *text)
{
	return !strcmp(text, "default") || is_network(text)
	    ? NULL
	    : "default, or a network, such as 192.0.2.0/24 or 2001:db8::/32";
}

/* As useradd takes them, and those with capitals, dots or a domain, too. */
const char *value_check_user(const char *text)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_.@$-";

	if (*text && *text != '-' && strlen(text) <= 256 &&
	    text[strspn(text, good)] == '\0')
		return NULL;
	return "a user's name, such as nobody";
}
