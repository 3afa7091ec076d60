/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of users and groups, from /etc/passwd and /etc/group alone:
 * asking the system's name services may take as long as a network does.
 */
#pragma once

#include <sys/types.h>

/* 0; -ENOENT: there is none of that name; or -errno of the file. */
int account_user(const char *name, uid_t *ret);
int account_group(const char *name, gid_t *ret);
