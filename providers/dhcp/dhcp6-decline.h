/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells a DHCPv6 server that another host has the address which it gave, until
 * it answers (RFC 8415 section 18.2.8): four times in 15 seconds at most.
 * dhclient says that only where a script tells it to, and runs none here
 * (AppArmor's profile for it lets it run no other than its own).
 *
 * A server that has not heard it may give the same address again, and is told
 * again then. So nothing waits for the answer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "providers/dhcp/lease6.h"

struct dhcp6_decline;

/* Begins to tell all servers of the link, one of which it is about. ended is
 * called once, later: the server has answered, or is asked no more; it is
 * freed then. 0, or -errno: -ENODATA, the lease does not say whom to tell. */
int dhcp6_decline_begin(uv_loop_t *loop, uint32_t ifindex,
    const uint8_t *duid, const struct lease6 *lease,
    void (*ended)(void *ctx, bool is_heard), void *ctx,
    struct dhcp6_decline **ret);

/* Ends it without a word. NULL: nothing. Returns NULL. */
struct dhcp6_decline *dhcp6_decline_free(struct dhcp6_decline *decline);
