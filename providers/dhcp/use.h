/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key `use`: what of a lease is applied and told. */
#pragma once

#include <stddef.h>

#include "providers/dhcp/lease.h"

enum dhcp_use {
	USE_ADDRESS = 1 << 0,
	USE_ROUTES = 1 << 1,
	USE_DNS = 1 << 2,
	USE_NTP = 1 << 3,
	USE_MTU = 1 << 4,
	USE_HOSTNAME = 1 << 5,
};

struct config;
struct fact;

/* Bits of enum dhcp_use. */
unsigned dhcp_use_read(const struct config *config);

/* Takes out of the lease what is not to be applied, but for the address. */
void dhcp_use_lease(struct dhcp_lease *lease, unsigned use);

/* Takes out what is not to be told; returns how many are left. */
size_t dhcp_use_facts(struct fact *facts, size_t n, unsigned use);
