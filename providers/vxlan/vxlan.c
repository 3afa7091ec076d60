/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <netlink/attr.h>

#include "base/ip.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"

/* The attributes differ by family. */
static int put_ip(
    struct nl_msg *msg, const char *text, int attribute, int attribute6)
{
	struct ip ip;

	if (!text || ip_parse(text, &ip) < 0)
		return 0;
	return nla_put(msg, ip.family == AF_INET ? attribute : attribute6,
	    (int)ip_size(&ip), ip.bytes);
}

static int put_ends(struct nl_msg *msg, const struct job *job)
{
	const struct config *config = job->config;

	if (put_ip(msg, config_text(config, "remote"), IFLA_VXLAN_GROUP,
		IFLA_VXLAN_GROUP6) ||
	    put_ip(msg, config_text(config, "local"), IFLA_VXLAN_LOCAL,
		IFLA_VXLAN_LOCAL6))
		return -1;
	return job->ifindex ? nla_put_u32(msg, IFLA_VXLAN_LINK, job->ifindex)
			    : 0;
}

static int put_data(struct nl_msg *msg, const struct job *job)
{
	const struct config *config = job->config;
	uint16_t port = (uint16_t)config_integer(config, "port");
	uint64_t ageing_s = config_duration_ms(config, "ageing-time") / 1000;

	if (nla_put_u32(msg, IFLA_VXLAN_ID,
		(uint32_t)config_integer(config, "id")) ||
	    (!made_link_is_changing(job) &&
		nla_put_u16(msg, IFLA_VXLAN_PORT, htons(port))) ||
	    nla_put_u8(msg, IFLA_VXLAN_LEARNING,
		config_bool(config, "learning")) ||
	    nla_put_u8(msg, IFLA_VXLAN_TTL,
		(uint8_t)config_integer(config, "ttl")) ||
	    nla_put_u32(msg, IFLA_VXLAN_AGEING,
		ageing_s > UINT32_MAX ? UINT32_MAX : (uint32_t)ageing_s))
		return -1;
	return put_ends(msg, job);
}

static const struct made_link_kind vxlan = {
	.name = "vxlan",
	.lower = LOWER_DATA,
	.put_data = put_data,
};

const struct provider provider_vxlan = {
	.schema = &schema_vxlan,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &vxlan,
};
