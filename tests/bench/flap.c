/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flap LINK RATE SECONDS: sets the link down and up, RATE times a second (0:
 * as fast as the kernel does it), and leaves it up. Of a virtual cable that is
 * the carrier of its other end. Prints how many changes there were.
 */
#include "tests/bench/netlink.h"

#include <err.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct netlink netlink;

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void wait_s(double s)
{
	struct timespec t = { .tv_sec = (time_t)s };

	t.tv_nsec = (long)((s - (double)t.tv_sec) * 1e9);
	if (s > 0)
		(void)nanosleep(&t, NULL);
}

static void set(const char *link, bool up)
{
	const struct ifinfomsg info = { .ifi_family = AF_UNSPEC,
		.ifi_flags = up ? IFF_UP : 0,
		.ifi_change = IFF_UP };
	struct netlink_request request;
	int r;

	netlink_begin(&request, RTM_NEWLINK, 0, &info, sizeof(info));
	netlink_put(&request, IFLA_IFNAME, link, strlen(link) + 1);
	r = netlink_call(&netlink, &request);
	if (r)
		errx(1, "cannot set %s %s: %s", link, up ? "up" : "down",
		    strerror(-r));
}

int main(int argc, char **argv)
{
	double start, rate, seconds;
	unsigned n = 0;

	if (argc != 4)
		errx(2, "usage: flap LINK RATE SECONDS");
	rate = strtod(argv[2], NULL);
	seconds = strtod(argv[3], NULL);
	netlink_open(&netlink, 0);
	start = now_s();
	while (now_s() - start < seconds) {
		set(argv[1], n++ % 2);
		if (rate > 0)
			wait_s(start + n / rate - now_s());
	}
	set(argv[1], true);
	printf("%u\n", n);
	return 0;
}
