/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netconfd's end of netconf-dhcp4: starts the process, talks to it, and
 * starts it again when it has died: at once the first time, then after 1, 2,
 * 4 ... 64 s, and from the beginning once it has lived for a minute. There is
 * one process for all kinds that use it.
 */
#pragma once

#include <stdbool.h>

#include "base/list.h"
#include "providers/dhcp/ipc.h"

struct dhcp_helper;
struct host;

/* A kind; embedded by it. */
struct dhcp_helper_user {
	/* Set by the owner: */
	/* A message that has been checked, of whichever kind's id. */
	void (*message)(void *ctx, const union dhcp_ipc_message *message);
	/* It has died, how, in words; what it knew is lost. */
	void (*died)(void *ctx, const char *how);
	void *ctx;

	struct list link;
};

/* Starts it, if nobody has yet. 0 or -errno (logged). */
int helper_open(struct host *host, struct dhcp_helper_user *user,
    struct dhcp_helper **ret);

/* The last one's end is the process's, without an event; what it takes is
 * freed when the loop has closed its handles. */
void helper_close(struct dhcp_helper *helper, struct dhcp_helper_user *user);

/* The id of a start or a claim. */
uint64_t helper_next_id(struct dhcp_helper *helper);

/* False between a death and the next start. */
bool helper_is_running(const struct dhcp_helper *helper);

/*
 * Sends the message, with the descriptor fd, or -1. Takes fd in every case.
 * What the socket has no room for is kept and sent later. 0; -EPIPE: it is
 * not running, or just dying; -EUSERS: it serves DHCP_CARDS_MAX already;
 * -ENOMEM.
 */
int helper_send(
    struct dhcp_helper *helper, const union dhcp_ipc_message *message, int fd);
