/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <linux/if_link.h>
#include <netlink/attr.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"

static int put_mode(struct nl_msg *msg, const struct config *config)
{
	static const char *const modes[] = { "balance-rr", "active-backup",
		"balance-xor", "broadcast", "802.3ad", "balance-tlb",
		"balance-alb", NULL };
	static const char *const rates[] = { "slow", "fast", NULL };

	if (nla_put_u8(msg, IFLA_BOND_MODE,
		(uint8_t)made_link_choice(config, "mode", modes)))
		return -1;
	/* Refused in any other mode. */
	return strcmp(config_text(config, "mode"), "802.3ad") != 0
	    ? 0
	    : nla_put_u8(msg, IFLA_BOND_AD_LACP_RATE,
		  (uint8_t)made_link_choice(config, "lacp-rate", rates));
}

static int put_data(struct nl_msg *msg, const struct job *job)
{
	static const char *const hashes[] = { "layer2", "layer3+4",
		"layer2+3", "encap2+3", "encap3+4", NULL };
	const struct config *config = job->config;
	uint64_t miimon_ms = config_duration_ms(config, "miimon");

	if (put_mode(msg, config) ||
	    nla_put_u32(msg, IFLA_BOND_MIIMON,
		miimon_ms > INT32_MAX ? INT32_MAX : (uint32_t)miimon_ms) ||
	    nla_put_u32(msg, IFLA_BOND_MIN_LINKS,
		(uint32_t)config_integer(config, "min-links")))
		return -1;
	return nla_put_u8(msg, IFLA_BOND_XMIT_HASH_POLICY,
	    (uint8_t)made_link_choice(config, "hash", hashes));
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
