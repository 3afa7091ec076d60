/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * on-card COMMAND [ARGUMENT...]
 *
 * Runs the command, with the card's name as its last argument, for each card
 * that appears in this network namespace: what a rule of udev would do for a
 * script, without what that costs. Waits for the command to end before it
 * looks at the next card.
 */
#include <err.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/netlink.h"

enum { N_ARGUMENTS_MAX = 16 };

int main(int argc, char **argv)
{
	static struct netlink netlink;
	static uint64_t known[64];
	char *arguments[N_ARGUMENTS_MAX + 2];
	struct netlink_link link;

	if (argc < 2 || argc - 1 > N_ARGUMENTS_MAX)
		errx(2, "usage: on-card COMMAND [ARGUMENT...]");
	memcpy(arguments, argv + 1, sizeof(*argv) * (size_t)(argc - 1));
	arguments[argc - 1] = link.name;
	arguments[argc] = NULL;
	netlink_open(&netlink, RTMGRP_LINK);
	puts("ready");
	fflush(stdout);
	for (;;) {
		pid_t child;
		int r;

		netlink_wait_new(
		    &netlink, known, sizeof(known) / sizeof(*known), &link);
		r = posix_spawnp(
		    &child, arguments[0], NULL, NULL, arguments, environ);
		if (r)
			errx(1, "%s: %s", arguments[0], strerror(r));
		while (waitpid(child, &r, 0) < 0)
			if (errno != EINTR)
				err(1, "waitpid");
	}
}
