/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Removes what router advertisements have brought. */
#pragma once

#include <stdint.h>

struct rtnl;

/*
 * Removes from the kernel all addresses and routes of the link that it has
 * made of advertisements. Its routes to subnets stay where it has an address
 * of another origin, or the other end of one. To be called when it takes no
 * more advertisements. The kernel has what is needed at hand, so this waits
 * for nobody. 0 or -errno.
 */
int ra_sweep(const struct rtnl *rtnl, uint32_t ifindex);
