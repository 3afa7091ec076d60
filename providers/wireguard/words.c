/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/wireguard/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ip.h"

enum { TEXT_LENGTH = WORDS_KEY_TEXT_SIZE - 1 };

/* ---- base64 (RFC 4648), without tables and branches that depend on what it
 * is: the caches would remember ---- */

/* All ones if a <= x <= b, else 0. */
static uint32_t mask(uint32_t x, uint32_t a, uint32_t b)
{
	return ((a - 1 - x) & (x - b - 1)) >> 31 ? UINT32_MAX : 0;
}

/* 0 to 63; more than that: it is none. */
static uint32_t decode(unsigned char c)
{
	uint32_t known = mask(c, 'A', 'Z') | mask(c, 'a', 'z') |
	    mask(c, '0', '9') | mask(c, '+', '+') | mask(c, '/', '/');

	return (mask(c, 'A', 'Z') & (c - 'A')) |
	    (mask(c, 'a', 'z') & (c - 'a' + 26u)) |
	    (mask(c, '0', '9') & (c - '0' + 52u)) |
	    (mask(c, '+', '+') & 62) | (mask(c, '/', '/') & 63) |
	    (~known & 64);
}

static char encode(uint32_t v)
{
	return (char)((mask(v, 0, 25) & (v + 'A')) |
	    (mask(v, 26, 51) & (v - 26 + 'a')) |
	    (mask(v, 52, 61) & (v - 52 + '0')) |
	    (mask(v, 62, 62) & '+') | (mask(v, 63, 63) & '/'));
}

int words_parse_key(const char *text, size_t n, uint8_t key[WORDS_KEY_SIZE])
{
	uint32_t bits = 0, bad = 0;
	size_t at = 0;

	if (n != TEXT_LENGTH || text[TEXT_LENGTH - 1] != '=')
		return -EINVAL;
	/* 43 characters of 6 bits are 32 bytes and 2 bits, which are zero. */
	for (size_t i = 0; i < TEXT_LENGTH - 1; i++) {
		uint32_t v = decode((unsigned char)text[i]);

		bad |= v & 64;
		bits = bits << 6 | (v & 63);
		if (i % 4)
			key[at++] =
			    (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	bad |= bits & 3;
	return bad ? -EINVAL : 0;
}

void words_print_key(
    const uint8_t key[WORDS_KEY_SIZE], char text[WORDS_KEY_TEXT_SIZE])
{
	for (size_t i = 0; i < TEXT_LENGTH - 1; i++) {
		size_t at = i * 6 / 8;
		uint32_t next = at + 1 < WORDS_KEY_SIZE ? key[at + 1] : 0;
		uint32_t pair = (uint32_t)key[at] << 8 | next;

		text[i] = encode(pair >> (10 - i * 6 % 8) & 63);
	}
	text[TEXT_LENGTH - 1] = '=';
	text[TEXT_LENGTH] = '\0';
}

/* ---- endpoints ---- */

static int parse_port(const char *text, uint16_t *ret)
{
	char *end;
	unsigned long port;

	if (*text < '1' || *text > '9')
		return -EINVAL;
	port = strtoul(text, &end, 10);
	if (*end || port > UINT16_MAX)
		return -EINVAL;
	*ret = (uint16_t)port;
	return 0;
}

/* Letters, digits and what names have besides; an address of IPv4 is one. */
static int is_name(const char *host)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

	return *host && *host != '-' && host[strspn(host, good)] == '\0';
}

int words_parse_endpoint(
    const char *text, char host[WORDS_HOST_SIZE], uint16_t *port)
{
	const char *colon = strrchr(text, ':');
	int in_brackets = *text == '[';
	const char *end = in_brackets ? strchr(text, ']') : colon;
	struct ip ip;
	size_t n;

	if (!colon || !end || end + in_brackets != colon)
		return -EINVAL;
	text += in_brackets;
	n = (size_t)(end - text);
	if (n >= WORDS_HOST_SIZE || parse_port(colon + 1, port) < 0)
		return -EINVAL;
	memcpy(host, text, n);
	host[n] = '\0';
	if (in_brackets)
		return ip_parse(host, &ip) == 0 && ip.family == AF_INET6
		    ? 0
		    : -EINVAL;
	return is_name(host) ? 0 : -EINVAL;
}

const char *words_check_key(const char *text)
{
	uint8_t key[WORDS_KEY_SIZE];

	return words_parse_key(text, strlen(text), key) == 0
	    ? NULL
	    : "a WireGuard key, 44 characters of base64 as 'wg pubkey' "
	      "prints them";
}

const char *words_check_secret(const char *text)
{
	uint8_t key[WORDS_KEY_SIZE];
	int r = words_parse_key(text, strlen(text), key);

	explicit_bzero(key, sizeof(key));
	return r == 0 ? NULL
		      : "a WireGuard key, 44 characters of base64 as 'wg "
			"genkey' prints them";
}

const char *words_check_endpoint(const char *text)
{
	char host[WORDS_HOST_SIZE];
	uint16_t port;

	return words_parse_endpoint(text, host, &port) == 0
	    ? NULL
	    : "a host and a port, such as vpn.example.net:51820, "
	      "192.0.2.1:51820 or [2001:db8::1]:51820";
}
