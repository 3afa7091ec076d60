/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/if_link.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"
#include "providers/support/made-option.h"

static const struct made_option options[] = {
	{ IFLA_IPVLAN_MODE, .type = MADE_U16, .key = "mode" },
	{ 0 },
};

static const struct made_link_kind ipvlan = {
	.name = "ipvlan",
	.lower = LOWER_LINK,
	.options = options,
};

const struct provider provider_ipvlan = {
	.schema = &schema_ipvlan,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.own = &ipvlan,
};
