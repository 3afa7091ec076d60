/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/if_link.h>
#include <netlink/attr.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"

static int put_data(struct nl_msg *msg, const struct job *job)
{
	return nla_put_u32(msg, IFLA_VRF_TABLE,
	    (uint32_t)config_integer(job->config, "table"));
}

static const struct made_link_kind vrf = {
	.name = "vrf",
	.has_ports = true,
	.put_data = put_data,
};

const struct provider provider_vrf = {
	.schema = &schema_vrf,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &vrf,
};
