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
/* At once, without waiting for the gateway. */
void request_terminate(struct vici_writer *packet, const char *name);
void request_unload_conn(struct vici_writer *packet, const char *name);
void request_unload_shared(struct vici_writer *packet, const char *name);
