/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

int account_user(const char *name, uid_t *ret)
{
	_cleanup_(close_file) FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry;

	if (!file)
		return -errno;
	while ((entry = fgetpwent(file))) {
		if (strcmp(entry->pw_name, name) == 0) {
			*ret = entry->pw_uid;
			return 0;
		}
	}
	return -ENOENT;
}

int account_group(const char *name, gid_t *ret)
{
	_cleanup_(close_file) FILE *file = fopen("/etc/group", "re");
	const struct group *entry;

	if (!file)
		return -errno;
	while ((entry = fgetgrent(file))) {
		if (strcmp(entry->gr_name, name) == 0) {
			*ret = entry->gr_gid;
			return 0;
		}
	}
	return -ENOENT;
}
