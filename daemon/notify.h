/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service manager's notification protocol, see sd_notify(3). */
#pragma once

/*
 * Sends a state ("READY=1") to the socket named by NOTIFY_SOCKET. 0, also
 * when there is no such variable: nobody waits; or -errno.
 */
int notify_send(const char *state);
