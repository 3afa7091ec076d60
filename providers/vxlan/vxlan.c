/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/if_link.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"
#include "providers/support/made-option.h"

static const struct made_option options[] = {
	{ IFLA_VXLAN_ID, .type = MADE_U32, .key = "id" },
	{ IFLA_VXLAN_PORT, .type = MADE_BE16, .key = "port",
	    .flags = MADE_ONCE },
	{ IFLA_VXLAN_LEARNING, .type = MADE_U8, .key = "learning" },
	{ IFLA_VXLAN_TTL, .type = MADE_U8, .key = "ttl" },
	{ IFLA_VXLAN_AGEING, .type = MADE_U32, .key = "ageing-time",
	    .unit_ms = 1000 },
	{ IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6, MADE_IP, .key = "remote" },
	{ IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6, MADE_IP, .key = "local" },
	{ IFLA_VXLAN_LINK, .type = MADE_LINK, .key = "over",
	    .value = made_option_lower },
	{ 0 },
};

static const struct made_link_kind vxlan = {
	.name = "vxlan",
	.lower = LOWER_DATA,
	.options = options,
};

const struct provider provider_vxlan = {
	.schema = &schema_vxlan,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &vxlan,
};
