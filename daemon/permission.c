/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/permission.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/account.h"
#include "base/macros.h"

int peer_get(int fd, struct peer *ret)
{
	struct ucred credentials;
	socklen_t length = sizeof(credentials);
	socklen_t groups_length = 0;
	gid_t *groups = NULL;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0)
		return -errno;
	/* With no room it says how much is needed: the list is fixed when
	 * the peer connects. */
	if (getsockopt(
		fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &groups_length) < 0 &&
	    errno != ERANGE && errno != ENODATA)
		return -errno;
	if (groups_length > 0) {
		groups = malloc(groups_length);
		if (!groups)
			return -ENOMEM;
		if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups,
			&groups_length) < 0) {
			int error = errno;

			free(groups);
			return -error;
		}
	}
	*ret = (struct peer){ .uid = credentials.uid, .gid = credentials.gid,
		.groups = groups, .n_groups = groups_length / sizeof(gid_t) };
	return 0;
}

void peer_clear(struct peer *peer)
{
	free(peer->groups);
	*peer = (struct peer){ 0 };
}

bool peer_is_root(const struct peer *peer)
{
	return peer->uid == 0 || peer->uid == geteuid();
}

static bool is_user(const struct peer *peer, const char *name)
{
	uid_t uid;

	return account_user(name, &uid) == 0 && uid == peer->uid;
}

static bool is_member(const struct peer *peer, gid_t gid)
{
	if (peer->gid == gid)
		return true;
	for (size_t i = 0; i < peer->n_groups; i++) {
		if (peer->groups[i] == gid)
			return true;
	}
	return false;
}

static bool is_in_group(const struct peer *peer, const char *name)
{
	gid_t gid;

	return account_group(name, &gid) == 0 && is_member(peer, gid);
}

bool peer_is_listed(const struct peer *peer, const char *const *allow, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strncmp(allow[i], "group:", 6) == 0 ?
			is_in_group(peer, allow[i] + 6) :
			is_user(peer, allow[i]))
			return true;
	}
	return false;
}
