/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"
#include "providers/support/rtnl.h"

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

/* ---- ports ---- */

/* Each port is in it, unless it is told otherwise. */
enum { DEFAULT_VLAN = 1 };

static int put_vlan(struct nl_msg *msg, int64_t id, uint16_t flags)
{
	struct bridge_vlan_info info = { .flags = flags,
		.vid = (uint16_t)id };

	return nla_put(msg, IFLA_BRIDGE_VLAN_INFO, sizeof(info), &info);
}

static int put_vlans(struct nl_msg *msg, const struct config *options)
{
	struct nlattr *nest = nla_nest_start(msg, IFLA_AF_SPEC);
	int64_t own = config_integer(options, "vlan");

	if (!nest)
		return -ENOMEM;
	if (own && put_vlan(msg, own, BRIDGE_VLAN_INFO_PVID |
			BRIDGE_VLAN_INFO_UNTAGGED) < 0)
		return -ENOMEM;
	for (uint32_t i = 0; i < config_count(options, "tagged"); i++)
		if (put_vlan(msg, config_integer_at(options, "tagged", i),
			0) < 0)
			return -ENOMEM;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_port(struct nl_msg *msg, const struct config *options)
{
	struct nlattr *nest =
	    nla_nest_start(msg, IFLA_PROTINFO | NLA_F_NESTED);

	if (!nest ||
	    (config_count(options, "cost") &&
		nla_put_u32(msg, IFLA_BRPORT_COST,
		    (uint32_t)config_integer(options, "cost")) < 0) ||
	    (config_count(options, "priority") &&
		nla_put_u16(msg, IFLA_BRPORT_PRIORITY,
		    (uint16_t)config_integer(options, "priority")) < 0) ||
	    nla_put_u8(msg, IFLA_BRPORT_ISOLATED,
		config_bool(options, "isolated")) < 0 ||
	    nla_put_u8(msg, IFLA_BRPORT_LEARNING,
		config_bool(options, "learning")) < 0)
		return -ENOMEM;
	nla_nest_end(msg, nest);
	return 0;
}

/* 0: what it is, and the VLANs that it is in. 1: it leaves the one that all
 * are in, if it has got others. */
static struct nl_msg *option_msg(
    const struct config *options, uint32_t ifindex, int i)
{
	struct ifinfomsg info = {
		.ifi_family = AF_BRIDGE,
		.ifi_index = (int)ifindex,
	};
	bool has_vlans = config_count(options, "vlan") ||
	    config_count(options, "tagged");
	bool stays = config_integer(options, "vlan") == DEFAULT_VLAN;
	struct nlattr *nest = NULL;
	struct nl_msg *msg;

	for (uint32_t k = 0; k < config_count(options, "tagged"); k++)
		stays |= config_integer_at(options, "tagged", k) ==
		    DEFAULT_VLAN;
	if (i == 1 && (!has_vlans || stays))
		return NULL;
	msg = rtnl_new_msg(
	    i ? RTM_DELLINK : RTM_SETLINK, 0, &info, sizeof(info));
	if (msg && i == 0 && put_port(msg, options) == 0 &&
	    (!has_vlans || put_vlans(msg, options) == 0))
		return msg;
	nest = msg && i == 1 ? nla_nest_start(msg, IFLA_AF_SPEC) : NULL;
	if (nest && put_vlan(msg, DEFAULT_VLAN, 0) == 0) {
		nla_nest_end(msg, nest);
		return msg;
	}
	nlmsg_free(msg);
	return NULL;
}

static const struct made_link_kind bridge = {
	.name = "bridge",
	.has_ports = true,
	.option_msg = option_msg,
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
