/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: accepts clients, moves bytes between them and their
 * sessions, and sees to it that none of them costs much. A client has a call
 * of 64 KiB at most waiting, and replies of 256 KiB, one whole reply more;
 * who watches and does not read is dropped. There are 64 clients at most, of
 * a user other than root 16, and 8 places are root's. File descriptors that
 * a client passes never reach us: its bytes are taken by read(2).
 */
#pragma once

#include <uv.h>

struct control;
struct service;

enum {
	CONTROL_OUTPUT_MAX = 256 << 10,
	CONTROL_CLIENTS_MAX = 64,
	CONTROL_CLIENTS_USER = 16,
	CONTROL_CLIENTS_ROOT = 8,
};

/* Serves at the listening socket, which is taken over. 0 or -errno. */
int control_open(uv_loop_t *loop, int fd, struct service *service,
    struct control **ret);

/* Says goodbye to all clients; freed when the loop has closed them, which
 * must be before the service is cleared. Accepts NULL. */
void control_close(struct control *control);
