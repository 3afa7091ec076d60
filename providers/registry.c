/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/provider.h"

const struct provider *const providers[] = {
	&provider_dhcp,
	&provider_gateway,
	&provider_ipsec,
	&provider_link,
	NULL,
};
