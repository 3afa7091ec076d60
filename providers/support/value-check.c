/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/value-check.h"

#include <string.h>

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
