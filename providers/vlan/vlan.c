/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/if_ether.h>
#include <linux/if_link.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"
#include "providers/support/made-option.h"

static const uint32_t types[] = { ETH_P_8021Q, ETH_P_8021AD };

static const struct made_option options[] = {
	{ IFLA_VLAN_ID, .type = MADE_U16, .key = "id" },
	{ IFLA_VLAN_PROTOCOL, .type = MADE_BE16, .key = "protocol",
	    .numbers = types },
	{ 0 },
};

static const struct made_link_kind vlan = {
	.name = "vlan",
	.lower = LOWER_LINK,
	.options = options,
};

const struct provider provider_vlan = {
	.schema = &schema_vlan,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &vlan,
};
