/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/if_link.h>
#include <netlink/attr.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"

/* The kernel counts these in clock ticks as programs see them (USER_HZ). */
enum { MS_PER_TICK = 10 };

static uint32_t ticks(const struct config *config, const char *key)
{
	uint64_t n = config_duration_ms(config, key) / MS_PER_TICK;

	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static int put_data(struct nl_msg *msg, const struct job *job)
{
	const struct config *config = job->config;
	bool filters = config_bool(config, "vlan-filtering");

	if (nla_put_u32(msg, IFLA_BR_FORWARD_DELAY,
		ticks(config, "forward-delay")) < 0 ||
	    nla_put_u32(msg, IFLA_BR_AGEING_TIME,
		ticks(config, "ageing-time")) < 0 ||
	    nla_put_u32(msg, IFLA_BR_STP_STATE,
		config_bool(config, "stp")) < 0)
		return -1;
	/* A kernel may be built without it: not asked for in vain. */
	return filters ? nla_put_u8(msg, IFLA_BR_VLAN_FILTERING, 1) : 0;
}

static const struct made_link_kind bridge = {
	.name = "bridge",
	.has_ports = true,
	.put_data = put_data,
};

const struct provider provider_bridge = {
	.schema = &schema_bridge,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &bridge,
};
