/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a DHCPv6 server says without giving anything: name servers, domains to
 * search, time servers. dhclient keeps that in no file, but its configuration
 * has it log what each reply says, in digits, so that nothing in there can be
 * taken for another line:
 *
 *     netconf begin
 *     netconf 23 20:1:d:b8:0:0:0:0:0:0:0:0:0:0:0:53
 *     netconf end
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "providers/dhcp/lease6.h"

enum { INFO6_OPTIONS = 4, INFO6_OPTION_MAX = 384 };

/* dhclient.conf(5): what is asked for, of leases, too, and what is logged. */
extern const char info6_configuration[];

/* Reads the lines. Starts as {0}. */
struct info6 {
	bool is_open; /* after a beginning */
	size_t n[INFO6_OPTIONS];
	uint8_t bytes[INFO6_OPTIONS][INFO6_OPTION_MAX];
};

/* True: with that line a reply is whole, and in *ret, without address and
 * prefix. Other lines of dhclient are passed over. */
bool info6_line(struct info6 *info, const char *line, struct lease6 *ret);
