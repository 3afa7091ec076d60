/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/nd-option.h"

#include <errno.h>
#include <string.h>

/* Type, length, 2 reserved, lifetime. */
enum { HEADER_SIZE = 8 };

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
	bytes += HEADER_SIZE;
	length -= HEADER_SIZE;
	if (ret->type == ND_RDNSS)
		option6_read_servers(bytes, length, &ret->n, ret->items);
	else if (ret->type == ND_DNSSL)
		option6_read_domains(bytes, length, &ret->n, ret->items);
	return ret->n ? 0 : -EINVAL;
}
