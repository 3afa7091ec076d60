/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Raw rtnetlink for the measurements: the least that the kernel can be asked
 * with. What cannot be done ends the program with a message.
 */
#pragma once

#include <linux/if.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netlink {
	int fd;
	size_t n, at; /* bytes received, and already looked at */
	_Alignas(struct nlmsghdr) char buffer[32768];
};

/* A request under construction. */
struct netlink_request {
	union {
		struct nlmsghdr header;
		char bytes[512];
	};
};

struct netlink_link {
	int ifindex;
	unsigned flags; /* IFF_* */
	uint32_t mtu;
	char name[IFNAMSIZ];
	uint8_t mac[6];
};

/* Opens a socket in the network namespace of the caller. groups: RTMGRP_*
 * (linux/rtnetlink.h); 0 for a socket that only asks. */
void netlink_open(struct netlink *netlink, uint32_t groups);

/* The next message that is here already; NULL: none, poll the socket. It is
 * valid until the next call. */
const struct nlmsghdr *netlink_next(struct netlink *netlink);

/* As netlink_next(), but waits for one. */
const struct nlmsghdr *netlink_wait(struct netlink *netlink);

/* Begins a request with its fixed part. */
void netlink_begin(struct netlink_request *request, uint16_t type,
    uint16_t flags, const void *fixed, size_t n);
void netlink_put(struct netlink_request *request, uint16_t type,
    const void *data, size_t n);

/* Sends the request and waits for the kernel's answer: 0 or -errno. The
 * socket must be of no group. */
int netlink_call(struct netlink *netlink, struct netlink_request *request);

/* What an RTM_NEWLINK says; false for any other message. */
bool netlink_read_link(
    const struct nlmsghdr *header, struct netlink_link *ret);

/* Waits for a link that is neither the loopback nor in `known`, a bit for
 * each ifindex below 64 * n; puts it there. */
void netlink_wait_new(struct netlink *netlink, uint64_t *known, size_t n,
    struct netlink_link *ret);
