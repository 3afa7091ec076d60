/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What charon is asked to do for one tunnel: the packets. */
#pragma once

#include "providers/support/vici-message.h"

struct config;
struct secret_bytes;

/* Each begins and fills the packet, which starts as {0}. name: that of the
 * connection, its child and its key. */
void request_load_shared(struct vici_writer *packet, const char *name,
    const struct config *config, const struct secret_bytes *psk);
void request_load_conn(struct vici_writer *packet, const char *name,
    const struct config *config);
/* Answered when the tunnel is up, has failed, or after timeout_ms, when it
 * goes on without anyone waiting; what it logs meanwhile comes as control-log
 * events. */
void request_initiate(
    struct vici_writer *packet, const char *name, unsigned timeout_ms);
/* Answered when the gateway has answered the DELETE, or after timeout_ms when
 * nothing is left here all the same; 0: at once, and the DELETE may not have
 * left yet. */
void request_terminate(
    struct vici_writer *packet, const char *name, unsigned timeout_ms);
void request_unload_conn(struct vici_writer *packet, const char *name);
void request_unload_shared(struct vici_writer *packet, const char *name);
