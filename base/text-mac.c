/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <errno.h>

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void text_print_mac(char *to, const uint8_t *mac, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		if (i)
			*to++ = ':';
		*to++ = digits[mac[i] >> 4];
		*to++ = digits[mac[i] & 15];
	}
	*to = '\0';
}

int text_parse_mac(const char *s, uint8_t ret[TEXT_MAC_SIZE])
{
	for (int i = 0; i < TEXT_MAC_SIZE; i++) {
		int high = digit(*s), low = high < 0 ? -1 : digit(s[1]);

		if (low < 0)
			return -EINVAL;
		ret[i] = (uint8_t)(high << 4 | low);
		s += 2;
		if (*s != (i < TEXT_MAC_SIZE - 1 ? ':' : '\0'))
			return -EINVAL;
		s += i < TEXT_MAC_SIZE - 1;
	}
	return 0;
}
