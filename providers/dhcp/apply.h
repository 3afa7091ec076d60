/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A lease in the kernel: address and routes through rtnetlink. All requests
 * for a change are sent at once; the kernel carries them out in order, so a
 * route may count on the address before it.
 *
 * The MTU of a lease is set on its routes, and only when it is less than the
 * card's: the card's own belongs to the node below, and a route takes its MTU
 * along when it goes.
 *
 * Routes that others remove are put back (ip-repair.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "providers/dhcp/lease.h"
#include "providers/support/ip-objects.h"
#include "providers/support/ip-repair.h"
#include "providers/support/rtnl.h"

enum {
	/* the router's own, the default one, those of option 121 */
	APPLY_ROUTES_MAX = 2 + DHCP_ROUTES_MAX,
	/* of a change: both addresses */
	APPLY_REQUESTS_MAX = 2,
};

/* How its routes are made. */
struct apply_way {
	uint32_t metric, table; /* table 0: main */
	bool all_routes; /* those of option 121 besides the default too */
};

struct apply {
	struct rtnl *rtnl;
	uint32_t ifindex; /* set by the owner, before a set */
	/*
	 * The kernel has answered all of the last set or clear, or of a
	 * repair. error: 0 or the first -errno of a set, with text saying
	 * why. (A clear has none: what cannot be removed was gone.)
	 */
	void (*done)(struct apply *apply, int error, const char *text);
	/* Others remove the routes again and again; the last thing that is
	 * done in a callback. */
	void (*given_up)(struct apply *apply);

	bool is_applied; /* or under way */
	struct dhcp_lease lease;
	struct ip_objects routes;
	struct ip_repair repair;
	unsigned n_pending; /* of the addresses */
	int error;
	char text[256];
	struct rtnl_request requests[APPLY_REQUESTS_MAX];
};

void apply_init(struct apply *apply, struct job *job,
    void (*done)(struct apply *, int error, const char *text),
    void (*given_up)(struct apply *));

/* True until the kernel has answered all. */
bool apply_is_pending(const struct apply *apply);

/*
 * Brings the kernel from what was applied to the lease, which lasts
 * remaining_s from now, with routes made that way. done is called, later.
 * Legal at any time: what is under way is overtaken.
 */
void apply_set(struct apply *apply, const struct dhcp_lease *lease,
    const struct apply_way *way, uint32_t remaining_s);

/* Removes all that was applied. False: there was nothing, done is not
 * called. */
bool apply_clear(struct apply *apply);

/* Forgets all without a word to the kernel: the device is gone, or the job is
 * over. The owner closes the timer of the repair. */
void apply_forget(struct apply *apply);
