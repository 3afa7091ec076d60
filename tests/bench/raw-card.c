/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * raw-card ADDRESS: the least that it takes to give each card that appears in
 * this network namespace its address (IPv4, /24): one message sets it up, one
 * adds the address, and both leave together.
 */
#include "tests/bench/netlink.h"

#include <arpa/inet.h>
#include <err.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static size_t append(char *batch, size_t n, const struct netlink_request *r)
{
	memcpy(batch + n, r, r->header.nlmsg_len);
	return n + NLMSG_ALIGN(r->header.nlmsg_len);
}

static void give(struct netlink *netlink, int ifindex, in_addr_t address)
{
	const struct ifinfomsg up = { .ifi_index = ifindex,
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP };
	const struct ifaddrmsg info = { .ifa_family = AF_INET,
		.ifa_prefixlen = 24,
		.ifa_index = (uint32_t)ifindex };
	struct netlink_request request;
	char batch[2 * sizeof(request)] = { 0 };
	size_t n;
	int left = 2;

	netlink_begin(&request, RTM_NEWLINK, 0, &up, sizeof(up));
	n = append(batch, 0, &request);
	netlink_begin(&request, RTM_NEWADDR, NLM_F_CREATE, &info,
	    sizeof(info));
	netlink_put(&request, IFA_LOCAL, &address, sizeof(address));
	netlink_put(&request, IFA_ADDRESS, &address, sizeof(address));
	n = append(batch, n, &request);
	if (send(netlink->fd, batch, n, 0) < 0)
		err(1, "cannot ask rtnetlink");
	while (left)
		left -= netlink_wait(netlink)->nlmsg_type == NLMSG_ERROR;
}

int main(int argc, char **argv)
{
	static struct netlink events, requests;
	static uint64_t known[64];
	const int large = 8 << 20;
	struct netlink_link link;
	struct in_addr address;

	if (argc != 2 || inet_pton(AF_INET, argv[1], &address) != 1)
		errx(2, "usage: raw-card ADDRESS");
	netlink_open(&events, RTMGRP_LINK);
	(void)setsockopt(events.fd, SOL_SOCKET, SO_RCVBUFFORCE, &large,
	    sizeof(large));
	netlink_open(&requests, 0);
	puts("ready");
	fflush(stdout);
	for (;;) {
		netlink_wait_new(
		    &events, known, sizeof(known) / sizeof(*known), &link);
		give(&requests, link.ifindex, address.s_addr);
	}
}
