/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/if_link.h>
#include <netlink/attr.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"

static int put_data(struct nl_msg *msg, const struct job *job)
{
	/* linux/if_link.h: 1, 2, 4, 8 in the order of the choices. */
	return nla_put_u32(msg, IFLA_MACVLAN_MODE,
	    1u << config_choice(job->config, "mode"));
}

static const struct made_link_kind macvlan = {
	.name = "macvlan",
	.lower = LOWER_LINK,
	.put_data = put_data,
};

const struct provider provider_macvlan = {
	.schema = &schema_macvlan,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.own = &macvlan,
};
