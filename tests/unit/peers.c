/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/peers.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include <check.h>

static void peers_path(char *path, size_t size)
{
	const char *given = getenv("NETCONF_PEERS");
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (given)
		snprintf(path, size, "%s", given);
	else if (cache)
		snprintf(path, size, "%s/netconf/peers", cache);
	else
		snprintf(path, size, "%s/.cache/netconf/peers",
		    home ? home : "/root");
}

bool peers_have(const char *program)
{
	char path[512], unpacked[600], installed[600];

	peers_path(path, sizeof(path));
	snprintf(unpacked, sizeof(unpacked), "%s/usr/%s", path, program);
	snprintf(installed, sizeof(installed), "/usr/%s", program);
	return !access(unpacked, X_OK) || !access(installed, X_OK);
}

void peers_lay_over_usr(void)
{
	char path[512], options[600];

	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	peers_path(path, sizeof(path));
	snprintf(options, sizeof(options), "lowerdir=%s/usr:/usr", path);
	if (!access(path, F_OK))
		ck_assert_int_eq(
		    mount("overlay", "/usr", "overlay", 0, options), 0);
}

int peers_skip(const char *why)
{
	if (!getenv("CK_TAP_LOG_FILE_NAME")) {
		fprintf(stderr, "skipped: %s\n", why);
		return 77;
	}
	printf("1..0 # SKIP %s\n", why);
	return 0;
}
