/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes and rules with netconf's mark that are gone, or in whose place
 * someone has put another: those who made them look whether they meant it. */
#include "providers/support/rtnl-internal.h"

#include <string.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

static void call(struct rtnl_watch *watch, const void *what)
{
	if (watch->on_removed)
		watch->on_removed(watch, what);
}

static uint32_t device_of(struct nlattr **tb)
{
	const struct rtnexthop *hop;

	if (tb[RTA_OIF])
		return nla_get_u32(tb[RTA_OIF]);
	if (!tb[RTA_MULTIPATH] ||
	    nla_len(tb[RTA_MULTIPATH]) < (int)sizeof(*hop))
		return 0;
	hop = nla_data(tb[RTA_MULTIPATH]);
	return (uint32_t)hop->rtnh_ifindex;
}

void rtnl_route_removed(struct rtnl *rtnl, const struct nlmsghdr *header)
{
	static const struct nla_policy policy[RTA_MAX + 1] = {
		[RTA_TABLE] = { .type = NLA_U32 },
		[RTA_PRIORITY] = { .type = NLA_U32 },
		[RTA_OIF] = { .type = NLA_U32 },
	};
	const struct rtmsg *route = nlmsg_data(header);
	bool is_new = header->nlmsg_type == RTM_NEWROUTE;
	struct rtnl_removed removed = { .is_replaced = is_new };
	struct nlattr *tb[RTA_MAX + 1];
	struct ip *ip = &removed.to.ip;

	if (nlmsg_datalen(header) < (int)sizeof(*route) ||
	    route->rtm_flags & RTM_F_CLONED ||
	    (is_new && !(header->nlmsg_flags & NLM_F_REPLACE)) ||
	    (route->rtm_protocol == RTNL_PROTOCOL) == is_new ||
	    (route->rtm_family != AF_INET && route->rtm_family != AF_INET6) ||
	    nlmsg_parse((struct nlmsghdr *)header, sizeof(*route), tb, RTA_MAX,
		policy) < 0)
		return;
	ip->family = route->rtm_family;
	removed.to.length = route->rtm_dst_len;
	if (tb[RTA_DST] && nla_len(tb[RTA_DST]) == (int)ip_size(ip))
		memcpy(ip->bytes, nla_data(tb[RTA_DST]), ip_size(ip));
	removed.table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE])
				      : route->rtm_table;
	if (tb[RTA_PRIORITY])
		removed.number = nla_get_u32(tb[RTA_PRIORITY]);
	rtnl_tell(rtnl, device_of(tb), NULL, call, &removed);
}

void rtnl_rule_removed(struct rtnl *rtnl, const struct nlmsghdr *header)
{
	static const struct nla_policy policy[FRA_MAX + 1] = {
		[FRA_PRIORITY] = { .type = NLA_U32 },
		[FRA_PROTOCOL] = { .type = NLA_U8 },
	};
	const struct fib_rule_hdr *rule = nlmsg_data(header);
	struct rtnl_removed removed = { .is_rule = true };
	struct nlattr *tb[FRA_MAX + 1];

	if (nlmsg_datalen(header) < (int)sizeof(*rule) ||
	    nlmsg_parse((struct nlmsghdr *)header, sizeof(*rule), tb, FRA_MAX,
		policy) < 0 ||
	    !tb[FRA_PROTOCOL] || nla_get_u8(tb[FRA_PROTOCOL]) != RTNL_PROTOCOL)
		return;
	removed.to.ip.family = rule->family;
	if (tb[FRA_PRIORITY])
		removed.number = nla_get_u32(tb[FRA_PRIORITY]);
	rtnl_tell(rtnl, 0, NULL, call, &removed);
}
