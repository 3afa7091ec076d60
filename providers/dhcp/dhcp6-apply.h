/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCPv6 lease in the kernel: the address and, for a delegated prefix, a
 * route that says of all that no link has of it that it is unreachable:
 * packets for it would go to and fro between us and the provider otherwise
 * (RFC 7084, WPD-5). If others remove that, it is put back (ip-repair.h).
 */
#pragma once

#include "providers/dhcp/dhcp6.h"
#include "providers/support/ip-objects.h"
#include "providers/support/ip-repair.h"
#include "providers/support/rtnl.h"

struct dhcp6_apply {
	struct rtnl *rtnl;
	uint32_t ifindex;
	/* The kernel has answered all. error: 0 or -errno of the address, with
	 * the kernel's words. */
	void (*done)(struct dhcp6_apply *, int error, const char *message);

	bool has_address, has_prefix;
	struct ip_prefix address, prefix;
	struct ip_objects routes;
	struct ip_repair repair; /* of the route, which has no device */
	unsigned n_pending;      /* of the address */
	struct rtnl_request requests[2];
};

void dhcp6_apply_init(struct dhcp6_apply *apply, struct job *job,
    uint32_t ifindex,
    void (*done)(struct dhcp6_apply *, int error, const char *message));

/* True until the kernel has answered all. */
bool dhcp6_apply_is_pending(const struct dhcp6_apply *apply);

/* There should be what is in the lease at that time; NULL: nothing. True:
 * done comes later. What is under way is overtaken. */
bool dhcp6_apply_set(struct dhcp6_apply *apply,
    const struct dhcp6_lease *lease, uint64_t now_ms);
