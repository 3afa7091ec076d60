/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instead of resolved.c where there is no libsystemd to build with. */
#include <errno.h>

#include "providers/dns/dns.h"

static int refuse(struct dns *dns)
{
	(void)dns;
	return -EOPNOTSUPP;
}

const struct dns_backend dns_resolved = {
	.name = "resolved",
	.can_split = true,
	.open = refuse,
};
