/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netconfd's end of netconf-dhcp4: starts the process, talks to it, and
 * starts it again when it has died: at once the first time, then after 1, 2,
 * 4 ... 64 s, and from the beginning once it has lived for a minute.
 */
#pragma once

#include <stdbool.h>

#include "providers/dhcp/ipc.h"

struct dhcp_helper;
struct host;

struct dhcp_helper_events {
	/* A message that has been checked. */
	void (*message)(void *ctx, const union dhcp_ipc_message *message);
	/* It has died, how, in words; what it knew is lost. */
	void (*died)(void *ctx, const char *how);
	void *ctx;
};

/* Starts it. 0 or -errno (logged). */
int helper_open(struct host *host, const struct dhcp_helper_events *events,
    struct dhcp_helper **ret);

/* Ends it without an event; frees it when the loop has closed its handles. */
void helper_close(struct dhcp_helper *helper);

/* False between a death and the next start. */
bool helper_is_running(const struct dhcp_helper *helper);

/*
 * Sends the message, with the descriptor fd, or -1. Takes fd in every case.
 * What the socket has no room for is kept and sent later. 0; -EPIPE: it is
 * not running, or just dying; -ENOMEM.
 */
int helper_send(
    struct dhcp_helper *helper, const union dhcp_ipc_message *message, int fd);
