/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The least that it takes to change one link, and to keep links as they are:
 *
 *   raw-mtu set LINK MTU   one request, and its answer
 *   raw-mtu keep MTU       listens, and gives each link that gets another MTU
 *                          this one again; "ready" when it does
 */
#include "tests/bench/netlink.h"

#include <err.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct netlink requests, events;

/* link: its name; NULL: the one of this number */
static void set(const char *link, int ifindex, uint32_t mtu)
{
	const struct ifinfomsg info = { .ifi_index = ifindex };
	struct netlink_request request;
	int r;

	netlink_begin(&request, RTM_NEWLINK, 0, &info, sizeof(info));
	if (link)
		netlink_put(&request, IFLA_IFNAME, link, strlen(link) + 1);
	netlink_put(&request, IFLA_MTU, &mtu, sizeof(mtu));
	r = netlink_call(&requests, &request);
	if (r)
		errx(1, "cannot set the MTU: %s", strerror(-r));
}

static void keep(uint32_t mtu)
{
	struct netlink_link link;

	netlink_open(&events, RTMGRP_LINK);
	puts("ready");
	fflush(stdout);
	for (;;) {
		if (netlink_read_link(netlink_wait(&events), &link) &&
		    !(link.flags & IFF_LOOPBACK) && link.mtu != mtu)
			set(NULL, link.ifindex, mtu);
	}
}

int main(int argc, char **argv)
{
	netlink_open(&requests, 0);
	if (argc == 3 && !strcmp(argv[1], "keep"))
		keep((uint32_t)strtoul(argv[2], NULL, 10));
	if (argc != 4 || strcmp(argv[1], "set") != 0)
		errx(2, "usage: raw-mtu set LINK MTU | raw-mtu keep MTU");
	set(argv[2], 0, (uint32_t)strtoul(argv[3], NULL, 10));
	return 0;
}
