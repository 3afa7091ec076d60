/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <netlink/attr.h>
#include <string.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"

static int put_data(struct nl_msg *msg, const struct job *job)
{
	const char *protocol = config_text(job->config, "protocol");
	uint16_t id = (uint16_t)config_integer(job->config, "id");
	uint16_t type =
	    strcmp(protocol, "802.1ad") ? ETH_P_8021Q : ETH_P_8021AD;

	if (nla_put_u16(msg, IFLA_VLAN_ID, id) < 0)
		return -1;
	return nla_put_u16(msg, IFLA_VLAN_PROTOCOL, htons(type));
}

static const struct made_link_kind vlan = {
	.name = "vlan",
	.lower = LOWER_LINK,
	.put_data = put_data,
};

const struct provider provider_vlan = {
	.schema = &schema_vlan,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &vlan,
};
