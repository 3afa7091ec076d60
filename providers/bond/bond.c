/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include <linux/if_link.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"
#include "providers/support/made-option.h"
#include "providers/support/made-ports.h"
#include "providers/support/rtnl.h"

/* Refused in any other mode. */
static bool lacp_rate(const struct job *job, struct made_value *ret)
{
	ret->number = config_choice(job->config, "lacp-rate");
	return !strcmp(config_text(job->config, "mode"), "802.3ad");
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
static bool primary(const struct job *job, struct made_value *ret)
{
	struct primary primary = { config_text(job->config, "primary"), 0 };

	if (!primary.node)
		return false;
	job_each_named(job, KEY_PULLS, find_primary, &primary);
	ret->number = primary.ifindex;
	return true;
}

/* It is shown while that is a port. */
static bool primary_is_hidden(
    const struct job *job, const struct made_value *value)
{
	const struct rtnl_link *link =
	    rtnl_find_link(job->host->rtnl, value->number);

	return !link || link->master != made_link_ifindex(job);
}

/* The kernel takes neither mode nor rate, nor the same again, when there are
 * ports. */
static const struct made_option options[] = {
	{ IFLA_BOND_MODE, .type = MADE_U8, .key = "mode",
	    .flags = MADE_ONCE },
	{ IFLA_BOND_AD_LACP_RATE, .type = MADE_U8, .key = "lacp-rate",
	    .flags = MADE_ONCE, .value = lacp_rate },
	{ IFLA_BOND_PRIMARY, .type = MADE_LINK, .key = "primary",
	    .flags = MADE_MAY_BE_HIDDEN, .value = primary,
	    .is_hidden = primary_is_hidden },
	{ IFLA_BOND_MIIMON, .type = MADE_U32, .key = "miimon",
	    .unit_ms = 1 },
	{ IFLA_BOND_MIN_LINKS, .type = MADE_U32, .key = "min-links" },
	{ IFLA_BOND_XMIT_HASH_POLICY, .type = MADE_U8, .key = "hash" },
	{ 0 },
};

static unsigned ports_with_carrier(const struct job *job)
{
	const struct rtnl_link *link;
	unsigned n = 0;

	for (size_t i = 0; (link = rtnl_each_link(job->host->rtnl, &i));)
		n += link->master == made_link_ifindex(job) && link->carrier;
	return n;
}

/* To have one, it has to have so many ports that the other end takes together
 * (LACP), each with its carrier. */
static void no_carrier(
    const struct job *job, char said[MADE_LINK_SAID_SIZE])
{
	unsigned least = (unsigned)config_integer(job->config, "min-links");
	unsigned n = least > 1 ? ports_with_carrier(job) : least;

	if (n < least)
		snprintf(said, MADE_LINK_SAID_SIZE,
		    "no carrier: %u of its ports %s one, and 'min-links' asks "
		    "for %u", n, n == 1 ? "has" : "have", least);
	else if (least > 1)
		snprintf(said, MADE_LINK_SAID_SIZE,
		    "no carrier: %u of its ports have one, but the other end "
		    "does not take %u of them together (LACP), as 'min-links' "
		    "asks for", n, least);
}

static const struct made_link_kind bond = {
	.name = "bond",
	.follows_carrier = true,
	.has_ports = true,
	.takes_ports_down = true,
	.options = options,
	.no_carrier = no_carrier,
};

const struct provider provider_bond = {
	.schema = &schema_bond,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &bond,
};
