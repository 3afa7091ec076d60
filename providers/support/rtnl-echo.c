/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says that it has made of a route or a rule (NLM_F_ECHO),
 * beside what it was asked for. Most of what it does not want it refuses; but a
 * value may be made to fit, and what an old kernel does not know it leaves out.
 */
#include "providers/support/rtnl-internal.h"

#include <string.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"
#include "providers/support/differences.h"

/* An attribute, and the key that is meant by it. */
struct meaning {
	int attribute;
	const char *key;
	bool is_number; /* of 32 bits, to be shown */
};

static const struct meaning of_route[] = {
	{ RTA_DST, "to", false },
	{ RTA_TABLE, "table", true },
	{ RTA_PRIORITY, "metric", true },
	{ RTA_PREFSRC, "source", false },
};

/* Not of one hop of several: those of IPv6 are told all together. */
static const struct meaning of_hop[] = {
	{ RTA_OIF, "device", false },
	{ RTA_GATEWAY, "via", false },
	{ RTA_VIA, "via", false },
};

static const struct meaning of_metrics[] = {
	{ RTAX_MTU, "mtu", true },
};

static const struct meaning of_rule[] = {
	{ FRA_PRIORITY, "priority", true },
	{ FRA_SRC, "from", false },
	{ FRA_DST, "to", false },
	{ FRA_IIFNAME, "iif", false },
	{ FRA_OIFNAME, "oif", false },
	{ FRA_FWMARK, "mark", true },
	{ FRA_FWMASK, "the mask of mark", true },
	{ FRA_TABLE, "table", true },
};

/* The attributes of a message, or those in one of them. */
struct attributes {
	struct nlattr *first;
	int size;
};

static struct attributes attributes_of(
    const struct nlmsghdr *message, size_t header)
{
	struct nlmsghdr *m = (struct nlmsghdr *)message;

	return (struct attributes){ nlmsg_attrdata(m, (int)header),
		nlmsg_attrlen(m, (int)header) };
}

static struct attributes attributes_in(
    const struct attributes *all, int attribute)
{
	struct nlattr *in = nla_find(all->first, all->size, attribute);

	return in ? (struct attributes){ nla_data(in), nla_len(in) }
		  : (struct attributes){ NULL, 0 };
}

/* What is not there is 0: the kernel does not tell a metric of 0. */
static uint32_t number_of(const struct nlattr *attribute)
{
	return attribute && nla_len(attribute) == sizeof(uint32_t)
	    ? nla_get_u32(attribute) : 0;
}

static void compare(const struct attributes *asked,
    const struct attributes *made, const struct meaning *meanings, size_t n,
    struct differences *d)
{
	for (size_t i = 0; i < n; i++) {
		const struct meaning *m = &meanings[i];
		struct nlattr *a =
		    nla_find(asked->first, asked->size, m->attribute);
		struct nlattr *b =
		    nla_find(made->first, made->size, m->attribute);

		if (!a)
			continue;
		if (m->is_number && number_of(a) != number_of(b))
			differences_add(d, "%s would be %u, not %u", m->key,
			    number_of(b), number_of(a));
		else if (!m->is_number &&
		    (!b || nla_len(a) != nla_len(b) ||
			memcmp(nla_data(a), nla_data(b),
			    (size_t)nla_len(a)) != 0))
			differences_add(d, "%s would be another", m->key);
	}
}

static void compare_routes(const struct nlmsghdr *asked,
    const struct nlmsghdr *made, struct differences *d)
{
	const struct rtmsg *a = nlmsg_data(asked), *b = nlmsg_data(made);
	struct attributes of_a = attributes_of(asked, sizeof(*a));
	struct attributes of_b = attributes_of(made, sizeof(*b));
	struct attributes metrics_a = attributes_in(&of_a, RTA_METRICS);
	struct attributes metrics_b = attributes_in(&of_b, RTA_METRICS);

	if (a->rtm_type != b->rtm_type)
		differences_add(d, "type would be another");
	compare(&of_a, &of_b, of_route, ARRAY_SIZE(of_route), d);
	if (!nla_find(of_b.first, of_b.size, RTA_MULTIPATH))
		compare(&of_a, &of_b, of_hop, ARRAY_SIZE(of_hop), d);
	compare(&metrics_a, &metrics_b, of_metrics, ARRAY_SIZE(of_metrics), d);
}

static void compare_rules(const struct nlmsghdr *asked,
    const struct nlmsghdr *made, struct differences *d)
{
	const struct fib_rule_hdr *a = nlmsg_data(asked);
	const struct fib_rule_hdr *b = nlmsg_data(made);
	struct attributes of_a = attributes_of(asked, sizeof(*a));
	struct attributes of_b = attributes_of(made, sizeof(*b));

	if (a->action != b->action)
		differences_add(d, "action would be another");
	if ((a->flags ^ b->flags) & FIB_RULE_INVERT)
		differences_add(d, "it would be about the opposite");
	compare(&of_a, &of_b, of_rule, ARRAY_SIZE(of_rule), d);
}

void rtnl_echo_compare(const struct nlmsghdr *asked,
    const struct nlmsghdr *made, struct differences *d)
{
	if (asked->nlmsg_type != made->nlmsg_type)
		return;
	if (made->nlmsg_type == RTM_NEWROUTE &&
	    nlmsg_datalen(made) >= (int)sizeof(struct rtmsg))
		compare_routes(asked, made, d);
	if (made->nlmsg_type == RTM_NEWRULE &&
	    nlmsg_datalen(made) >= (int)sizeof(struct fib_rule_hdr))
		compare_rules(asked, made, d);
}
