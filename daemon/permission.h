/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who a control client is, and what it may do. Root and the user netconfd
 * runs as may do all; everybody may read; up and down are for those whom
 * `allow` of every node named lists.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A client, as the kernel knows it at the time it connected. */
struct peer {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* supplementary ones; owned */
	size_t n_groups;
};

/* Asks the kernel about the other end of a socket. 0 or -errno. */
int peer_get(int fd, struct peer *ret);

/* Frees what it owns and makes it {0} again. */
void peer_clear(struct peer *peer);

/* True for root and for the user that netconfd runs as. */
bool peer_is_root(const struct peer *peer);

/*
 * True when one of the n entries (USER or group:GROUP) is this peer. Users
 * and groups are those of /etc/passwd and /etc/group: other name services
 * may need the very network that is being brought up.
 */
bool peer_is_listed(
    const struct peer *peer, const char *const *allow, size_t n);
