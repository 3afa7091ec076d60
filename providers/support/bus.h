/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to the system bus (D-Bus) on the loop, for the sake of one
 * peer on it: tells when that is there, waits for it while it is not, also
 * while there is no bus. It starts nobody.
 */
#pragma once

#include "providers/support/sd-bus.h"

struct bus;
struct host;

/* Both may close the bus. */
struct bus_events {
	/* The peer is there, perhaps another process than before. */
	void (*there)(void *ctx);
	/* It is not, or no longer: why, in a few words. What was asked on the
	 * connection is not answered any more. */
	void (*gone)(void *ctx, const char *why);
	void *ctx;
};

/* The peer by its well-known name, and as people call it; both must live as
 * long. 0 or -errno; -ELIBACC: there is no libsystemd. */
int bus_open(struct host *host, const char *peer, const char *called,
    const struct bus_events *events, struct bus **ret);

/* Cancels all that was asked. Legal in callbacks. Accepts NULL. */
void bus_close(struct bus *bus);

/* While the peer is there. After a message has been put into it: bus_sent().
 * Callbacks of replies may close the bus; they return 1, always. */
sd_bus *bus_connection(struct bus *bus);
void bus_sent(struct bus *bus);
