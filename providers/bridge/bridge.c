/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include <linux/if_link.h>

#include "providers/bridge/port-vlans.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"
#include "providers/support/made-option.h"
#include "providers/support/made-ports.h"

/* The kernel counts in clock ticks as programs see them (USER_HZ), and has
 * others of its own. */
enum { MS_PER_TICK = 10 };

/* A kernel may be built without it: not asked for in vain. */
static bool vlan_filtering(const struct job *job, struct made_value *ret)
{
	ret->number = 1;
	return config_bool(job->config, "vlan-filtering");
}

/* When a port comes, the kernel gives a bridge the least MTU of its ports, but
 * for one that it has been told since it is there. */
static bool has_mtu(const struct job *job)
{
	return config_count(job->config, "mtu") > 0;
}

static const char *refused(const struct job *job, int error)
{
	/* Of what it is told, nothing else has a range that is smaller. */
	if (error == -ERANGE && config_bool(job->config, "stp"))
		return "with 'stp', the kernel has a 'forward-delay' from 2s "
		       "to 30s";
	return error == -EOPNOTSUPP &&
		config_bool(job->config, "vlan-filtering")
	    ? "the kernel has no VLAN filtering of bridges: leave out "
	      "'vlan-filtering', or take a kernel with "
	      "CONFIG_BRIDGE_VLAN_FILTERING"
	    : NULL;
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

static const struct made_option port_options[] = {
	{ IFLA_BRPORT_COST, .type = MADE_U32, .key = "cost",
	    .flags = MADE_IF_GIVEN },
	{ IFLA_BRPORT_PRIORITY, .type = MADE_U16, .key = "priority",
	    .flags = MADE_IF_GIVEN },
	{ IFLA_BRPORT_ISOLATED, .type = MADE_U8, .key = "isolated" },
	{ IFLA_BRPORT_LEARNING, .type = MADE_U8, .key = "learning" },
	{ 0 },
};

static const struct made_port_kind port = {
	.options = port_options,
	.put_rest = port_vlans_put,
	.take_back = port_vlans_take_back,
	.rest_is = port_vlans_are,
};

static const struct made_link_kind bridge = {
	.name = "bridge",
	.has_ports = true,
	.port = &port,
	.options = link_options,
	.refused = refused,
	.is_created_apart = has_mtu,
};

const struct provider provider_bridge = {
	.schema = &schema_bridge,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &bridge,
};
