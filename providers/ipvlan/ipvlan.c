/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/if_link.h>
#include <netlink/attr.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"

static int put_data(struct nl_msg *msg, const struct job *job)
{
	return nla_put_u16(msg, IFLA_IPVLAN_MODE,
	    (uint16_t)config_choice(job->config, "mode"));
}

static const struct made_link_kind ipvlan = {
	.name = "ipvlan",
	.lower = LOWER_LINK,
	.put_data = put_data,
};

const struct provider provider_ipvlan = {
	.schema = &schema_ipvlan,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.own = &ipvlan,
};
