/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/link/link-events.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/if_addr.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "providers/link/ethtool.h"
#include "providers/link/link-sysctls.h"
#include "providers/support/genl.h"
#include "providers/support/netlink-events.h"
#include "providers/support/netlink.h"
#include "resolver/schema.h"

struct source {
	struct link_events *of;
	unsigned n_listeners;
	struct netlink_events *socket; /* or NULL */
};

struct link_events {
	uv_loop_t *loop;
	struct list listeners; /* struct link_listener */
	struct source sources[LINK_EVENTS_SOURCES];
};

/* ---- what is told ---- */

static uint32_t read_netconf(const struct nlmsghdr *message)
{
	static const struct nla_policy policy[NETCONFA_MAX + 1] = {
		[NETCONFA_IFINDEX] = { .type = NLA_U32 },
	};
	struct nlattr *tb[NETCONFA_MAX + 1];

	if (message->nlmsg_type != RTM_NEWNETCONF ||
	    nlmsg_parse((struct nlmsghdr *)message,
		sizeof(struct netconfmsg), tb, NETCONFA_MAX, policy) < 0 ||
	    !tb[NETCONFA_IFINDEX] ||
	    (!tb[NETCONFA_FORWARDING] && !tb[NETCONFA_PROXY_NEIGH]))
		return 0;
	return nla_get_u32(tb[NETCONFA_IFINDEX]);
}

/*
 * Turned off, the addresses of IPv6 go, one by one; turned on, the kernel says
 * that the link has it.
 */
static uint32_t read_ipv6(const struct nlmsghdr *message)
{
	struct nlmsghdr *header = (struct nlmsghdr *)message;
	const struct ifaddrmsg *address = nlmsg_data(header);
	const struct ifinfomsg *link = nlmsg_data(header);

	if (message->nlmsg_type == RTM_DELADDR &&
	    nlmsg_datalen(message) >= (int)sizeof(*address))
		return address->ifa_index;
	if (message->nlmsg_type == RTM_NEWLINK &&
	    nlmsg_datalen(message) >= (int)sizeof(*link))
		return (uint32_t)link->ifi_index;
	return 0;
}

static int open_card(int *ret_fd)
{
	return genl_listen("ethtool", "monitor", ret_fd);
}

static int open_groups(unsigned a, unsigned b, int *ret_fd)
{
	int fd, r = netlink_open(NETLINK_ROUTE, &fd);

	if (r < 0)
		return r;
	r = netlink_join(fd, a);
	if (r == 0)
		r = netlink_join(fd, b);
	if (r < 0)
		close(fd);
	else
		*ret_fd = fd;
	return r;
}

static int open_netconf(int *ret_fd)
{
	return open_groups(
	    RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF, ret_fd);
}

static int open_ipv6(int *ret_fd)
{
	return open_groups(RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_IFINFO, ret_fd);
}

static bool sets_on_card(const struct config *config)
{
	return config_section(config, "offload") ||
	    config_count(config, "wake-on-lan");
}

static bool sets_netconf(const struct config *config)
{
	return link_sysctls_are_told(config, TOLD_BY_NETCONF);
}

static bool sets_ipv6(const struct config *config)
{
	return link_sysctls_are_told(config, TOLD_BY_IPV6);
}

static const struct {
	/* Whether the configuration sets anything that is told of there. */
	bool (*is_needed)(const struct config *config);
	int (*open)(int *ret_fd);
	/* The ifindex that a message is about; 0: it does not matter. */
	uint32_t (*read)(const struct nlmsghdr *message);
} kinds[LINK_EVENTS_SOURCES] = {
	{ sets_on_card, open_card, ethtool_read_event },
	{ sets_netconf, open_netconf, read_netconf },
	{ sets_ipv6, open_ipv6, read_ipv6 },
};

/* ---- telling ---- */

static void tell(const struct source *source, uint32_t ifindex, bool all)
{
	struct link_events *events = source->of;
	unsigned bit = 1u << (source - events->sources);
	struct link_listener *listener;

	list_for_each(listener, &events->listeners, struct link_listener, link)
		if (listener->sources & bit &&
		    (all || listener->ifindex == ifindex))
			listener->suspect(listener);
}

static void on_event(void *ctx, const struct nlmsghdr *message)
{
	struct source *source = ctx;
	uint32_t ifindex = kinds[source - source->of->sources].read(message);

	if (ifindex)
		tell(source, ifindex, false);
}

static void on_lost(void *ctx)
{
	tell(ctx, 0, true);
}

/* ---- listening ---- */

static int open_source(struct link_events *events, size_t i)
{
	struct source *source = &events->sources[i];
	const struct netlink_listener listener = { on_event, on_lost, source };
	int fd, r;

	if (source->socket)
		return 0;
	r = kinds[i].open(&fd);
	return r < 0 ? r
		     : netlink_events_open(
			   events->loop, fd, &listener, &source->socket);
}

int link_events_listen(struct link_events *events,
    struct link_listener *listener, const struct config *config)
{
	int r = 0;

	link_events_leave(events, listener);
	for (size_t i = 0; i < LINK_EVENTS_SOURCES; i++) {
		int error = 0;

		if (!kinds[i].is_needed(config))
			continue;
		error = open_source(events, i);
		if (error < 0) {
			r = error;
			continue;
		}
		events->sources[i].n_listeners++;
		listener->sources |= 1u << i;
	}
	if (listener->sources)
		list_append(&events->listeners, &listener->link);
	return r;
}

void link_events_leave(
    struct link_events *events, struct link_listener *listener)
{
	if (!listener->sources)
		return;
	list_remove(&listener->link);
	for (size_t i = 0; i < LINK_EVENTS_SOURCES; i++) {
		struct source *source = &events->sources[i];

		if (listener->sources >> i & 1 && !--source->n_listeners)
			source->socket = netlink_events_close(source->socket);
	}
	listener->sources = 0;
}

struct link_events *link_events_new(uv_loop_t *loop)
{
	struct link_events *events = calloc(1, sizeof(*events));

	if (!events)
		return NULL;
	events->loop = loop;
	list_init(&events->listeners);
	for (size_t i = 0; i < LINK_EVENTS_SOURCES; i++)
		events->sources[i].of = events;
	return events;
}

void link_events_free(struct link_events *events)
{
	free(events);
}
