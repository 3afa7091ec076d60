/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With an address the kernel makes a route to its subnet, and removes it with
 * the address. Others may remove it alone (`ip route flush`), and the kernel
 * does not make it again: nothing near is reached any more, and routes by
 * routers that are near are refused. So that of an address with our mark is
 * put back: after a moment, as it may be the address that is going; and sooner
 * than other routes, which may need it.
 */
#include "providers/support/rtnl-internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"
#include "providers/support/repair.h"

enum {
	AFTER_MS = REPAIR_DELAY_MS / 2,
	IPV6_METRIC = 256, /* IP6_RT_PRIO_ADDRCONF */
};

/* One that has been removed lately. */
struct connected {
	struct list link;
	struct rtnl *rtnl;
	uint32_t ifindex;
	struct ip_prefix address;
	struct rtnl_pause pause; /* until it is put back, or the rest is over */
	struct rtnl_request request;
	struct repair repair;
	bool is_missing;
	bool is_resting; /* though it is missing */
};

static void connected_free(struct connected *c)
{
	rtnl_pause_end(&c->pause);
	rtnl_cancel(&c->request);
	list_remove(&c->link);
	free(c);
}

void rtnl_connected_clear(struct rtnl *rtnl)
{
	while (!list_is_empty(&rtnl->connected))
		connected_free(list_entry(
		    rtnl->connected.next, struct connected, link));
}

/* ---- putting it back ---- */

/* Where the address of the other end is another, that is what is near. */
static struct ip_prefix subnet_of(const struct rtnl_address *a)
{
	struct ip_prefix far = a->address;

	if (a->peer.family)
		far.ip = a->peer;
	return (struct ip_prefix){ ip_network(&far), far.length };
}

static uint32_t table_of(const struct rtnl_link *link)
{
	return link->vrf_table ? link->vrf_table : RT_TABLE_MAIN;
}

static void msg_free(struct nl_msg **msg)
{
	nlmsg_free(*msg);
}

/* Just as the kernel makes it, so that it goes with the address. */
static struct nl_msg *route_msg(
    const struct rtnl_address *a, const struct rtnl_link *link)
{
	const struct ip_prefix subnet = subnet_of(a);
	bool is_ipv4 = subnet.ip.family == AF_INET;
	/* Beside that by another card to the same subnet. */
	int flags = NLM_F_CREATE | (is_ipv4 ? NLM_F_APPEND : 0);
	int size = (int)ip_size(&subnet.ip);
	struct rtmsg info = {
		.rtm_family = (uint8_t)subnet.ip.family,
		.rtm_dst_len = (uint8_t)subnet.length,
		.rtm_protocol = RTPROT_KERNEL,
		.rtm_scope = is_ipv4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	_cleanup_(msg_free) struct nl_msg *msg =
	    rtnl_new_msg(RTM_NEWROUTE, flags, &info, sizeof(info));

	if (!msg || nla_put_u32(msg, RTA_TABLE, table_of(link)) ||
	    nla_put_u32(msg, RTA_OIF, link->ifindex) ||
	    nla_put(msg, RTA_DST, size, subnet.ip.bytes) ||
	    (is_ipv4
		    ? nla_put(msg, RTA_PREFSRC, size, a->address.ip.bytes)
		    : nla_put_u32(msg, RTA_PRIORITY, IPV6_METRIC)))
		return NULL;
	return steal_ptr(msg);
}

static void say(const struct connected *c, const char *what)
{
	const struct rtnl_options *options = &c->rtnl->options;
	const struct rtnl_link *link = rtnl_find_link(c->rtnl, c->ifindex);
	char address[IP_PREFIX_TEXT_SIZE], text[128];

	if (!options->repaired || !link)
		return;
	snprintf(text, sizeof(text), "the route to the subnet of %s %s",
	    ip_print_prefix(&c->address, address), what);
	options->repaired(options->ctx, link->name, text);
}

static void on_put_back(
    struct rtnl_request *request, int error, const char *message)
{
	struct connected *c = container_of(request, struct connected, request);

	(void)message;
	/* It is there already, or cannot be: those who need it will say. */
	if (!error)
		say(c, "was removed by others; it has been put back");
	rtnl_pause_begin(c->rtnl, &c->pause, REPAIR_REST_MS);
}

/* Those for which the kernel makes one. It does not refuse that of an IPv6
 * address that is not there, so that of one that leaves is not asked for. */
static bool has_one(const struct rtnl_address *a, const struct rtnl_link *link)
{
	return a->protocol == RTNL_PROTOCOL && !a->is_leaving && link &&
	    link->flags & IFF_UP && !(link->flags & IFF_LOOPBACK) &&
	    !(a->flags & (IFA_F_SECONDARY | IFA_F_NOPREFIXROUTE)) &&
	    (a->address.ip.family == AF_INET6
		    ? !a->peer.family
		    : a->peer.family || a->address.length < 32);
}

static void on_over(struct rtnl_pause *pause)
{
	struct connected *c = container_of(pause, struct connected, pause);
	const struct rtnl_link *link = rtnl_find_link(c->rtnl, c->ifindex);
	struct rtnl_address address = {
		.ifindex = c->ifindex, .address = c->address };

	/* When the link is set up, the kernel makes it. */
	if (!c->is_missing ||
	    !rtnl_find_same_address(c->rtnl, &address, &address) ||
	    !has_one(&address, link)) {
		connected_free(c);
		return;
	}
	c->is_resting = !repair_again(&c->repair, uv_now(c->rtnl->loop));
	if (c->is_resting) {
		say(c, "is removed by others again and again; it is put back "
		       "in 10 s");
		rtnl_pause_begin(c->rtnl, &c->pause, REPAIR_REST_MS);
		return;
	}
	c->is_missing = false;
	c->request.done = on_put_back;
	rtnl_send(c->rtnl, &c->request, route_msg(&address, link));
}

/* Which are missing is not known: the kernel refuses those that are there. */
void rtnl_connected_resync(struct rtnl *rtnl)
{
	struct rtnl_request nobody = { 0 };
	const struct rtnl_link *link;
	struct rtnl_address a;

	for (size_t i = 0; rtnl_each_address(rtnl, &i, &a);) {
		link = rtnl_find_link(rtnl, a.ifindex);
		if (!has_one(&a, link))
			continue;
		rtnl_send(rtnl, &nobody, route_msg(&a, link));
		rtnl_cancel(&nobody);
	}
}

/* ---- missing it ---- */

/* Whose route it is: the address that is its source, or, with IPv6, which has
 * none, one in the subnet. */
static bool find_address(const struct rtnl *rtnl,
    const struct ip_prefix *subnet, const struct ip *source,
    struct rtnl_address *a)
{
	const uint32_t ifindex = a->ifindex;
	struct ip_prefix is;

	if (source->family) {
		a->address = (struct ip_prefix){ *source, subnet->length };
		return rtnl_find_same_address(rtnl, a, a) &&
		    a->protocol == RTNL_PROTOCOL;
	}
	if (!rtnl_find_link_entry(rtnl, ifindex)->n_ipv6)
		return false; /* as when an address has gone, with its route */
	for (size_t i = 0; rtnl_each_address(rtnl, &i, a);) {
		is = subnet_of(a);
		if (a->ifindex == ifindex && a->protocol == RTNL_PROTOCOL &&
		    !a->peer.family && is.length == subnet->length &&
		    ip_equal(&is.ip, &subnet->ip))
			return true;
	}
	return false;
}

static struct connected *find_or_add(
    struct rtnl *rtnl, const struct rtnl_address *a)
{
	struct connected *c;

	list_for_each(c, &rtnl->connected, struct connected, link)
		if (c->ifindex == a->ifindex &&
		    ip_equal(&c->address.ip, &a->address.ip))
			return c;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->rtnl = rtnl;
	c->ifindex = a->ifindex;
	c->address = a->address;
	c->pause.over = on_over;
	list_append(&rtnl->connected, &c->link);
	return c;
}

static void note(struct rtnl *rtnl, const struct rtnl_address *a)
{
	struct connected *c = find_or_add(rtnl, a);

	if (!c)
		return; /* as if it had not been seen */
	c->is_missing = true;
	if (!c->is_resting && !rtnl_request_is_active(&c->request))
		rtnl_pause_begin(rtnl, &c->pause, AFTER_MS);
}

void rtnl_connected_removed(
    struct rtnl *rtnl, const struct nlmsghdr *header)
{
	static const struct nla_policy policy[RTA_MAX + 1] = {
		[RTA_TABLE] = { .type = NLA_U32 },
		[RTA_OIF] = { .type = NLA_U32 },
	};
	const struct rtmsg *route = nlmsg_data(header);
	struct rtnl_address address = { 0 };
	struct ip_prefix subnet = { 0 };
	struct nlattr *tb[RTA_MAX + 1];
	const struct rtnl_link *link;
	struct ip source = { 0 };
	int size;

	/* Before anything else: there may be a million of others. */
	if (nlmsg_datalen(header) < (int)sizeof(*route) ||
	    route->rtm_protocol != RTPROT_KERNEL ||
	    route->rtm_type != RTN_UNICAST || !route->rtm_dst_len ||
	    (route->rtm_family != AF_INET && route->rtm_family != AF_INET6) ||
	    nlmsg_parse((struct nlmsghdr *)header, sizeof(*route), tb, RTA_MAX,
		policy) < 0 ||
	    !tb[RTA_DST] || !tb[RTA_OIF] || !tb[RTA_TABLE])
		return;
	link = rtnl_find_link(rtnl, nla_get_u32(tb[RTA_OIF]));
	subnet.ip.family = route->rtm_family;
	subnet.length = route->rtm_dst_len;
	size = (int)ip_size(&subnet.ip);
	if (!link || !(link->flags & IFF_UP) ||
	    nla_get_u32(tb[RTA_TABLE]) != table_of(link) ||
	    nla_len(tb[RTA_DST]) != size)
		return;
	memcpy(subnet.ip.bytes, nla_data(tb[RTA_DST]), (size_t)size);
	if (tb[RTA_PREFSRC] && nla_len(tb[RTA_PREFSRC]) == size) {
		source.family = subnet.ip.family;
		memcpy(source.bytes, nla_data(tb[RTA_PREFSRC]), (size_t)size);
	}
	address.ifindex = link->ifindex;
	if (find_address(rtnl, &subnet, &source, &address))
		note(rtnl, &address);
}
