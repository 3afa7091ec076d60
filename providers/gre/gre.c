/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <linux/if_tunnel.h>
#include <linux/if_link.h>
#include <netlink/attr.h>

#include "base/ip.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"

static const char *name_of(const struct job *job)
{
	bool is_ethernet = config_bool(job->config, "ethernet");
	struct ip remote;

	(void)ip_parse(config_text(job->config, "remote"), &remote);
	if (remote.family == AF_INET6)
		return is_ethernet ? "ip6gretap" : "ip6gre";
	return is_ethernet ? "gretap" : "gre";
}

static int put_end(struct nl_msg *msg, int attribute, const char *text)
{
	struct ip ip;

	(void)ip_parse(text, &ip);
	return nla_put(msg, attribute, (int)ip_size(&ip), ip.bytes);
}

static int put_key(struct nl_msg *msg, const struct config *config)
{
	uint32_t key = htonl((uint32_t)config_integer(config, "key"));

	if (!config_count(config, "key"))
		return 0;
	if (nla_put_u32(msg, IFLA_GRE_IKEY, key) ||
	    nla_put_u32(msg, IFLA_GRE_OKEY, key) ||
	    nla_put_u16(msg, IFLA_GRE_IFLAGS, GRE_KEY) ||
	    nla_put_u16(msg, IFLA_GRE_OFLAGS, GRE_KEY))
		return -1;
	return 0;
}

static int put_data(struct nl_msg *msg, const struct job *job)
{
	const struct config *config = job->config;

	if (put_end(msg, IFLA_GRE_LOCAL, config_text(config, "local")) ||
	    put_end(msg, IFLA_GRE_REMOTE, config_text(config, "remote")) ||
	    nla_put_u8(msg, IFLA_GRE_TTL,
		(uint8_t)config_integer(config, "ttl")) ||
	    put_key(msg, config))
		return -1;
	return job->ifindex ? nla_put_u32(msg, IFLA_GRE_LINK, job->ifindex)
			    : 0;
}

static const struct made_link_kind gre = {
	.name_of = name_of,
	.lower = LOWER_DATA,
	.put_data = put_data,
};

const struct provider provider_gre = {
	.schema = &schema_gre,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &gre,
};
