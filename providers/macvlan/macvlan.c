/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/if_link.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"
#include "providers/support/made-option.h"

static const uint32_t modes[] = { MACVLAN_MODE_PRIVATE, MACVLAN_MODE_VEPA,
	MACVLAN_MODE_BRIDGE, MACVLAN_MODE_PASSTHRU };

static const struct made_option options[] = {
	{ IFLA_MACVLAN_MODE, .type = MADE_U32, .key = "mode",
	    .numbers = modes },
	{ 0 },
};

static const struct made_link_kind macvlan = {
	.name = "macvlan",
	.lower = LOWER_LINK,
	.options = options,
};

const struct provider provider_macvlan = {
	.schema = &schema_macvlan,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.own = &macvlan,
};
