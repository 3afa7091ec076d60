/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/if_tunnel.h>
#include <linux/if_link.h>

#include "base/ip.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"
#include "providers/support/made-option.h"

static const char *name_of(const struct job *job)
{
	bool is_ethernet = config_bool(job->config, "ethernet");
	struct ip remote;

	(void)ip_parse(config_text(job->config, "remote"), &remote);
	if (remote.family == AF_INET6)
		return is_ethernet ? "ip6gretap" : "ip6gre";
	return is_ethernet ? "gretap" : "gre";
}

static bool key(const struct job *job, struct made_value *ret)
{
	ret->number = (uint32_t)config_integer(job->config, "key");
	return config_count(job->config, "key");
}

/* That there is one. (The kernel has the flags in network order.) */
static bool has_key(const struct job *job, struct made_value *ret)
{
	ret->number = GRE_KEY;
	return config_count(job->config, "key");
}

static const struct made_option options[] = {
	{ IFLA_GRE_LOCAL, .type = MADE_IP, .key = "local" },
	{ IFLA_GRE_REMOTE, .type = MADE_IP, .key = "remote" },
	{ IFLA_GRE_TTL, .type = MADE_U8, .key = "ttl" },
	{ IFLA_GRE_IKEY, .type = MADE_BE32, .key = "key", .value = key },
	{ IFLA_GRE_OKEY, .type = MADE_BE32, .key = "key", .value = key },
	{ IFLA_GRE_IFLAGS, .type = MADE_U16, .key = "key",
	    .value = has_key },
	{ IFLA_GRE_OFLAGS, .type = MADE_U16, .key = "key",
	    .value = has_key },
	{ IFLA_GRE_LINK, .type = MADE_LINK, .key = "over",
	    .value = made_option_lower },
	{ 0 },
};

static const struct made_link_kind gre = {
	.name_of = name_of,
	.lower = LOWER_DATA,
	.options = options,
};

const struct provider provider_gre = {
	.schema = &schema_gre,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &gre,
};
