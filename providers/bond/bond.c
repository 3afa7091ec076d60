/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <linux/if_link.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"
#include "providers/support/made-ports.h"

/* Of a new one only: the kernel takes neither, nor the same again, when there
 * are ports. */
static int put_mode(struct nl_msg *msg, const struct config *config)
{
	if (!(nlmsg_hdr(msg)->nlmsg_flags & NLM_F_CREATE))
		return 0;
	if (nla_put_u8(msg, IFLA_BOND_MODE,
		(uint8_t)config_choice(config, "mode")))
		return -1;
	/* Refused in any other mode. */
	return strcmp(config_text(config, "mode"), "802.3ad") != 0
	    ? 0
	    : nla_put_u8(msg, IFLA_BOND_AD_LACP_RATE,
		  (uint8_t)config_choice(config, "lacp-rate"));
}

struct primary {
	const char *node; /* as written */
	uint32_t ifindex;
};

static void find_primary(void *ctx, const struct job_node *named)
{
	struct primary *primary = ctx;

	if (!primary->ifindex && made_port_is(named, primary->node))
		primary->ifindex = named->ifindex;
}

/* The kernel keeps its name, so it need not be a port yet, only be there.
 * Refused in modes that have none. */
static int put_primary(struct nl_msg *msg, const struct job *job)
{
	struct primary primary = { config_text(job->config, "primary"), 0 };

	if (!primary.node)
		return 0;
	job_each_named(job, KEY_PULLS, find_primary, &primary);
	return nla_put_u32(msg, IFLA_BOND_PRIMARY, primary.ifindex);
}

static int put_data(struct nl_msg *msg, const struct job *job)
{
	const struct config *config = job->config;
	uint64_t miimon_ms = config_duration_ms(config, "miimon");

	if (put_mode(msg, config) || put_primary(msg, job) ||
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
