/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * until-mtu LINK MTU COMMAND...: runs the command in this network namespace
 * and waits until it has ended and the kernel has told that the link has got
 * this MTU. Prints milliseconds: from the command's start to that; from the
 * link having got another one, if that came before, or else 0; and the
 * processor time of the command, with what it has waited for.
 */
#include "tests/bench/netlink.h"

#include <err.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_S = 60 };

static struct netlink netlink;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static pid_t start(char **command)
{
	pid_t child = fork();

	if (child < 0)
		err(1, "fork");
	if (child == 0) {
		execvp(command[0], command);
		err(127, "cannot run %s", command[0]);
	}
	return child;
}

/* When it was told; *other: when it was told of another one before. */
static double follow(const char *name, uint32_t mtu, double *other)
{
	struct pollfd fd = { .fd = netlink.fd, .events = POLLIN };
	double limit = now_ms() + LIMIT_S * 1e3, now;
	const struct nlmsghdr *header;
	struct netlink_link link;

	for (;;) {
		if (poll(&fd, 1, 1000) <= 0 && now_ms() > limit)
			errx(1, "%s has not got MTU %u in %d s", name, mtu,
			    LIMIT_S);
		now = now_ms();
		while ((header = netlink_next(&netlink))) {
			if (!netlink_read_link(header, &link) ||
			    strcmp(link.name, name) != 0)
				continue;
			if (link.mtu == mtu)
				return now;
			*other = now;
		}
	}
}

static double ended_ms(pid_t child)
{
	struct rusage used;
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			err(1, "waitpid");
	if (status)
		errx(1, "the command has failed");
	getrusage(RUSAGE_CHILDREN, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

int main(int argc, char **argv)
{
	const int large = 8 << 20;
	double begin, there, other = 0;
	pid_t child;

	if (argc < 4)
		errx(2, "usage: until-mtu LINK MTU COMMAND...");
	netlink_open(&netlink, RTMGRP_LINK);
	(void)setsockopt(netlink.fd, SOL_SOCKET, SO_RCVBUFFORCE, &large,
	    sizeof(large));
	begin = now_ms();
	child = start(argv + 3);
	there = follow(argv[1], (uint32_t)strtoul(argv[2], NULL, 10), &other);
	printf("%.3f %.3f %.3f\n", there - begin, other ? there - other : 0,
	    ended_ms(child));
	return 0;
}
