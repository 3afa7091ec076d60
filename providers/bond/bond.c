/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <linux/if_link.h>
#include <netlink/attr.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"

static int put_mode(struct nl_msg *msg, const struct config *config)
{
	if (nla_put_u8(msg, IFLA_BOND_MODE,
		(uint8_t)config_choice(config, "mode")))
		return -1;
	/* Refused in any other mode. */
	return strcmp(config_text(config, "mode"), "802.3ad") != 0
	    ? 0
	    : nla_put_u8(msg, IFLA_BOND_AD_LACP_RATE,
		  (uint8_t)config_choice(config, "lacp-rate"));
}

static int put_data(struct nl_msg *msg, const struct job *job)
{
	const struct config *config = job->config;
	uint64_t miimon_ms = config_duration_ms(config, "miimon");

	if (put_mode(msg, config) ||
	    nla_put_u32(msg, IFLA_BOND_MIIMON,
		miimon_ms > INT32_MAX ? INT32_MAX : (uint32_t)miimon_ms) ||
	    nla_put_u32(msg, IFLA_BOND_MIN_LINKS,
		(uint32_t)config_integer(config, "min-links")))
		return -1;
	return nla_put_u8(msg, IFLA_BOND_XMIT_HASH_POLICY,
	    (uint8_t)config_choice(config, "hash"));
}

static const struct made_link_kind bond = {
	.name = "bond",
	.follows_carrier = true,
	.has_ports = true,
	.takes_ports_down = true,
	.put_data = put_data,
};

const struct provider provider_bond = {
	.schema = &schema_bond,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &bond,
};
