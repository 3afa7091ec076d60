/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells of a link's settings besides rtnetlink's links:
 * ethtool's family of what is set on a card, rtnetlink of some of the
 * interface's sysctls, and of IPv6 on it. The sockets are there while somebody
 * listens.
 */
#pragma once

#include <stdint.h>

#include <uv.h>

#include "base/list.h"

struct config;
struct link_events;

enum { LINK_EVENTS_SOURCES = 3 };

/* Embedded by who listens. */
struct link_listener {
	struct list link;
	uint32_t ifindex;
	unsigned sources; /* its own: what it listens to */
	/* Something may have been changed there, maybe by who listens; or
	 * events were lost. May neither begin nor end listening. */
	void (*suspect)(struct link_listener *);
};

/* NULL: out of memory. */
struct link_events *link_events_new(uv_loop_t *loop);
/* When nobody listens any more. Accepts NULL. */
void link_events_free(struct link_events *events);

/* Listens for what the configuration of a link sets and the kernel tells of;
 * nothing, and no socket is opened. Listening before, that is over. 0, or
 * -errno: it will not hear of some. */
int link_events_listen(struct link_events *events,
    struct link_listener *listener, const struct config *config);
/* Also of one that has not listened. */
void link_events_leave(
    struct link_events *events, struct link_listener *listener);
