/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <string.h>

enum { DHCP_PREFIX_MIN = 48, DHCP_PREFIX_MAX = 64 };

/* /56: the number after the slash; 0: it is none, or text is NULL. */
static inline int dhcp_prefix_length(const char *text)
{
	int length;

	if (!text || strlen(text) != 3 || text[0] != '/' || text[1] < '0' ||
	    text[1] > '9' || text[2] < '0' || text[2] > '9')
		return 0;
	length = (text[1] - '0') * 10 + text[2] - '0';
	return length >= DHCP_PREFIX_MIN && length <= DHCP_PREFIX_MAX ? length
								      : 0;
}
