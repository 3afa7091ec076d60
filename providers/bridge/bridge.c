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
#include "providers/support/made-option.h"
#include "providers/support/made-ports.h"
#include "providers/support/rtnl.h"

/* The kernel counts in clock ticks as programs see them (USER_HZ), and has
 * others of its own. */
enum { MS_PER_TICK = 10 };

/* A kernel may be built without it: not asked for in vain. */
static bool vlan_filtering(const struct job *job, struct made_value *ret)
{
	ret->number = 1;
	return config_bool(job->config, "vlan-filtering");
}

static const struct made_option link_options[] = {
	{ IFLA_BR_FORWARD_DELAY, .type = MADE_U32, .key = "forward-delay",
	    .unit_ms = MS_PER_TICK, .flags = MADE_IS_ROUNDED },
	{ IFLA_BR_AGEING_TIME, .type = MADE_U32, .key = "ageing-time",
	    .unit_ms = MS_PER_TICK, .flags = MADE_IS_ROUNDED },
	{ IFLA_BR_STP_STATE, .type = MADE_U32, .key = "stp" },
	{ IFLA_BR_VLAN_FILTERING, .type = MADE_U8, .key = "vlan-filtering",
	    .value = vlan_filtering },
	{ 0 },
};

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
	int64_t own = config_integer(options, "vlan");
	struct nlattr *nest;

	if (!own && !config_count(options, "tagged"))
		return 0;
	nest = nla_nest_start(msg, IFLA_AF_SPEC);
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

static const struct made_option port_options[] = {
	{ IFLA_BRPORT_COST, .type = MADE_U32, .key = "cost",
	    .flags = MADE_IF_GIVEN },
	{ IFLA_BRPORT_PRIORITY, .type = MADE_U16, .key = "priority",
	    .flags = MADE_IF_GIVEN },
	{ IFLA_BRPORT_ISOLATED, .type = MADE_U8, .key = "isolated" },
	{ IFLA_BRPORT_LEARNING, .type = MADE_U8, .key = "learning" },
	{ 0 },
};

static struct nlattr *vlans_of(const struct nlmsghdr *header)
{
	return header
	    ? nlmsg_find_attr((struct nlmsghdr *)header,
		  sizeof(struct ifinfomsg), IFLA_AF_SPEC)
	    : NULL;
}

static uint16_t vlan_of(const struct nlattr *attribute)
{
	return ((struct bridge_vlan_info *)nla_data(attribute))->vid;
}

static bool has_vlan(struct nlattr *vlans, uint16_t id)
{
	struct nlattr *attribute;
	int left;

	nla_for_each_nested(attribute, vlans, left)
		if (vlan_of(attribute) == id)
			return true;
	return false;
}

/* Those that are in former and not in now. Returns how many, or negative. */
static int put_others(
    struct nl_msg *msg, struct nlattr *former, struct nlattr *now)
{
	struct nlattr *attribute;
	int left, n = 0;

	if (!former)
		return has_vlan(now, DEFAULT_VLAN)
		    ? 0
		    : put_vlan(msg, DEFAULT_VLAN, 0) < 0 ? -ENOMEM : 1;
	nla_for_each_nested(attribute, former, left) {
		if (has_vlan(now, vlan_of(attribute)))
			continue;
		if (put_vlan(msg, vlan_of(attribute), 0) < 0)
			return -ENOMEM;
		n++;
	}
	return n;
}

/* The VLANs that it is in no more; among them at first, if it has got others,
 * the one that all are in. */
static struct nl_msg *take_back(const void *former, const struct nl_msg *now)
{
	const struct nlmsghdr *header = nlmsg_hdr((struct nl_msg *)now);
	const struct ifinfomsg *info = nlmsg_data(header);
	struct nlattr *vlans = vlans_of(header), *nest;
	struct nl_msg *msg;

	if (!vlans)
		return NULL;
	msg = rtnl_new_msg(RTM_DELLINK, 0, info, sizeof(*info));
	nest = msg ? nla_nest_start(msg, IFLA_AF_SPEC) : NULL;
	if (!nest || put_others(msg, vlans_of(former), vlans) <= 0) {
		nlmsg_free(msg);
		return NULL;
	}
	nla_nest_end(msg, nest);
	return msg;
}

static const struct made_port_kind port = {
	.options = port_options,
	.put_rest = put_vlans,
	.take_back = take_back,
};

static const struct made_link_kind bridge = {
	.name = "bridge",
	.has_ports = true,
	.port = &port,
	.options = link_options,
};

const struct provider provider_bridge = {
	.schema = &schema_bridge,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &bridge,
};
