/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VLANs that a port of a bridge is in, as an attribute lists them
 * (IFLA_AF_SPEC of a message about the port). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct nl_msg;
struct nlmsghdr;

/* Appends those that a value of `port-options` gives, if any. 0, or negative:
 * no room. */
int port_vlans_put(struct nl_msg *msg, const struct config *options);

/* The message that takes the port out of those that the former message, sent
 * or shown, lists and this one does not; NULL: there are none. Nothing former:
 * the one that all ports are in at first. What a message has no room for is
 * left. */
struct nl_msg *port_vlans_take_back(
    const void *former, const struct nl_msg *msg);

/* Whether what the bridge shows of the port is what the value gives, if it
 * does; else the first difference in words, of so many bytes. */
bool port_vlans_are(const struct nlmsghdr *shown,
    const struct config *options, char *text, size_t size);
