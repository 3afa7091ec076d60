/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events from the kernel besides those of rtnl, on a socket of their own, so
 * that only who needs them has it: a socket that has joined some groups, and
 * whom its messages are told.
 */
#pragma once

#include <uv.h>

struct netlink_events;
struct nlmsghdr;

struct netlink_listener {
	/* One message from the kernel. */
	void (*event)(void *ctx, const struct nlmsghdr *message);
	/* Some were lost. */
	void (*lost)(void *ctx);
	void *ctx;
};

/* The socket is taken over, and closed also if this fails. 0 or -errno.
 * Neither callback may close it. */
int netlink_events_open(uv_loop_t *loop, int fd,
    const struct netlink_listener *listener, struct netlink_events **ret);

/* Nothing is told from now on; freed when the loop has closed it. Accepts
 * NULL, and returns it. */
struct netlink_events *netlink_events_close(struct netlink_events *events);
