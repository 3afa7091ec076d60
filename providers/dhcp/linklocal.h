/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kind `linklocal`, of IPv6: see linklocal-ipv6.c. For linklocal.c. */
#pragma once

#include <netinet/in.h>

#include "providers/provider.h"

/* A job that observes the address which the kernel makes. */
void linklocal_ipv6_start(struct job *job);
void linklocal_ipv6_stop(struct job *job);
void linklocal_ipv6_rebind(struct job *job);

/* The n-th address (from 0) that a card of that MAC address tries: RFC 3927
 * section 2.1, the same each time. */
struct in_addr linklocal_candidate(const uint8_t mac[6], unsigned n);
