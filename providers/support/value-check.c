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

_Static_assert(
    (int)SUGGESTION_SIZE >= (int)IP_PREFIX_TEXT_SIZE, "it has room");

bool value_suggest_network(const char *text, char ret[SUGGESTION_SIZE])
{
	struct ip_prefix prefix;

	if (ip_parse_prefix(text, &prefix) < 0)
		return false;
	prefix.ip = ip_network(&prefix);
	(void)ip_print_prefix(&prefix, ret);
	return true;
}

void value_check_family(const struct config *config,
    struct config_check *check, const char *key, const char *other)
{
	const char *texts[] = { config_text(config, key),
		config_text(config, other) };
	struct ip ips[2];

	if (!texts[0] || !texts[1])
		return;
	for (int i = 0; i < 2; i++)
		(void)ip_parse(texts[i], &ips[i]);
	if (ips[0].family != ips[1].family)
		config_wrong(check, config, key, 0,
		    "'%s' and '%s' are of different families", key, other);
}

/* NODE, or NODE@DEVICE: one of a template without its device is each. */
static bool is_same_node(const char *a, const char *b)
{
	size_t n = strcspn(a, "@");

	return n == strcspn(b, "@") && !strncmp(a, b, n) &&
	    (!a[n] || !b[n] || !strcmp(a, b));
}

void value_check_port(const struct config *config, struct config_check *check,
    const struct config *section, const char *key)
{
	const char *node = config_text(section, key);
	uint32_t n = config_count(config, "ports");

	if (!node || !n)
		return;
	for (uint32_t i = 0; i < n; i++)
		if (is_same_node(node, config_text_at(config, "ports", i)))
			return;
	config_wrong(check, section, key, 0,
	    "'%s' is not one of its 'ports'; add it there", node);
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
