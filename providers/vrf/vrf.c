/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/if_link.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"
#include "providers/support/made-option.h"

static const struct made_option options[] = {
	{ IFLA_VRF_TABLE, .type = MADE_U32, .key = "table" },
	{ 0 },
};

static const struct made_link_kind vrf = {
	.name = "vrf",
	.has_ports = true,
	.options = options,
};

const struct provider provider_vrf = {
	.schema = &schema_vrf,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &vrf,
};
