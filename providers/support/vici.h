/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to strongSwan's charon, on the loop.
 *
 * charon answers the commands of one connection one after the other, so they
 * queue here and one is under way at a time; a command that takes long
 * (initiate) wants a connection of its own. Events come in between.
 *
 *     vici_open() --> commands, events --> closed() --> vici_close()
 *                                     `--------------> vici_close()
 *
 * All callbacks come from the loop, never from within a call. vici_close()
 * is legal at every moment, in any callback too; no callback comes after it.
 */
#pragma once

#include <uv.h>

#include "providers/support/vici-message.h"

struct vici;

enum { VICI_QUEUE_MAX = 32 };

struct vici_events {
	/* An event that was registered. The message is valid in the call. */
	void (*event)(void *ctx, const char *name, struct vici_message message);
	/*
	 * The connection could not be made or has ended: -errno; -EPIPE: the
	 * other side closed it; -EPROTO: it does not speak vici. Nothing that
	 * was asked will be answered. Comes once; vici_close() is still due.
	 */
	void (*closed)(void *ctx, int error);
	void *ctx;
};

/*
 * The answer to a command or registration. error is 0, or -ENOSYS: charon
 * does not know it. The message is valid in the call.
 */
typedef void vici_done(void *ctx, int error, struct vici_message message);

/* Begins to connect to the socket at path. 0, -ENOMEM, -ENAMETOOLONG, or
 * another -errno. events is copied. */
int vici_open(uv_loop_t *loop, const char *path,
    const struct vici_events *events, struct vici **ret);

/* Accepts NULL. The loop must run once more to free it. */
void vici_close(struct vici *vici);

/*
 * Queues a command: a packet that was begun with VICI_COMMAND. Takes what
 * the packet holds (and wipes it when it is sent), also when it fails. 0,
 * -ENOMEM, -EMSGSIZE, -ENOBUFS: too many are queued, -ENOTCONN: it has
 * ended.
 */
int vici_command(
    struct vici *vici, struct vici_writer *packet, vici_done *done, void *ctx);

/* Queues the registration of an event. Errors as vici_command(). */
int vici_register(
    struct vici *vici, const char *event, vici_done *done, void *ctx);
