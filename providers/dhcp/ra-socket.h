/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells of the router advertisements that it takes: prefixes,
 * DNS options (as they came from the network), and what a DHCPv6 server is to
 * be asked for. A netlink socket of its own, open while
 * somebody watches, so that a flood of advertisements costs no event of
 * anything else. Addresses and routes that come of them are events like
 * others (support/rtnl.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "base/ip.h"
#include "base/list.h"
#include "providers/dhcp/nd-option.h"

struct ra_socket;

/* One link; embedded by who watches. All callbacks are wanted. */
struct ra_watch {
	struct list link;
	uint32_t ifindex;
	/* A DNS option was advertised. */
	void (*on_option)(struct ra_watch *, const struct nd_option *);
	/* A prefix was, for valid_s seconds; hosts in it are neighbours. */
	void (*on_prefix)(struct ra_watch *, const struct ip_prefix *,
	    uint32_t valid_s);
	/* Whether addresses are to be had from a DHCPv6 server (the flag M),
	 * and whether other things are (O), as the last advertisement says.
	 * Comes once soon after the beginning, and when it changes. */
	void (*on_flags)(
	    struct ra_watch *, bool is_managed, bool has_other);
	/* Some events are lost: the routers are to be asked again. */
	void (*on_lost)(struct ra_watch *);
};

/* 0; -EBUSY: the link is watched already; another -errno. The socket (NULL at
 * first) is opened for the first watch and closed with the last. */
int ra_watch_begin(
    uv_loop_t *loop, struct ra_socket **socket, struct ra_watch *watch);
/* Also of one that never began. May come from a callback. */
void ra_watch_end(struct ra_socket **socket, struct ra_watch *watch);
