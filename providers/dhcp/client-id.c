/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/client-id.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"

enum {
	DUID_UUID = 4,	    /* RFC 6355 section 4 */
	TYPE_RFC4361 = 255, /* first byte of the client id */
	LINE_SIZE = 2 * DUID_SIZE + 1,
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* 0, -ENOENT, another -errno, or -EBADMSG: not what we wrote. */
static int duid_read(int dir, uint8_t ret[DUID_SIZE])
{
	_cleanup_(close_fd) int fd =
	    openat(dir, "duid", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char line[LINE_SIZE + 1];
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, line, sizeof(line));
	if (n < 0)
		return -errno;
	if (n != LINE_SIZE || line[LINE_SIZE - 1] != '\n')
		return -EBADMSG;
	for (size_t i = 0; i < DUID_SIZE; i++) {
		int high = hex_value(line[2 * i]);
		int low = hex_value(line[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EBADMSG;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return ret[0] == 0 && ret[1] == DUID_UUID ? 0 : -EBADMSG;
}

/* Whole or not at all: a new file takes the place of the old one. */
static int duid_write(int dir, const uint8_t duid[DUID_SIZE])
{
	static const char name[] = "duid.new";
	char line[LINE_SIZE + 1];
	bool good;
	int fd;

	for (size_t i = 0; i < DUID_SIZE; i++)
		snprintf(line + 2 * i, 3, "%02x", duid[i]);
	line[LINE_SIZE - 1] = '\n';
	if (unlinkat(dir, name, 0) && errno != ENOENT)
		return -errno;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	errno = ENOSPC; /* of a short write */
	good = write(fd, line, LINE_SIZE) == LINE_SIZE && !fsync(fd);
	good = !close(fd) && good;
	if (!good || renameat(dir, name, dir, "duid") || fsync(dir)) {
		int r = -errno;

		unlinkat(dir, name, 0);
		return r;
	}
	return 0;
}

int duid_open(
    const char *state_dir, uint8_t ret[DUID_SIZE], bool *ret_was_bad)
{
	_cleanup_(close_fd) int dir =
	    open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = dir < 0 ? -errno : duid_read(dir, ret);

	*ret_was_bad = r == -EBADMSG;
	if (!r)
		return 0;
	ret[0] = 0;
	ret[1] = DUID_UUID;
	if (getrandom(ret + 2, 16, 0) != 16)
		return -errno;
	/* Version 4, random: RFC 4122 section 4.4. */
	ret[2 + 6] = (uint8_t)((ret[2 + 6] & 0x0f) | 0x40);
	ret[2 + 8] = (uint8_t)((ret[2 + 8] & 0x3f) | 0x80);
	if (dir < 0 || (r != -ENOENT && r != -EBADMSG))
		return r;
	return duid_write(dir, ret);
}

/* FNV-1a: two cards of a machine hardly ever share their IAID. */
static uint32_t iaid_make(const uint8_t mac[6])
{
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < 6; i++)
		hash = (hash ^ mac[i]) * 16777619;
	return hash;
}

void identity_make(struct dhcp_identity *ret, const uint8_t duid[DUID_SIZE],
    const uint8_t mac[6], const uint8_t permanent_mac[6])
{
	uint32_t iaid = htonl(iaid_make(permanent_mac));

	*ret = (struct dhcp_identity){
		.n_client_id = 1 + sizeof(iaid) + DUID_SIZE};
	memcpy(ret->mac, mac, sizeof(ret->mac));
	ret->client_id[0] = TYPE_RFC4361;
	memcpy(ret->client_id + 1, &iaid, sizeof(iaid));
	memcpy(ret->client_id + 1 + sizeof(iaid), duid, DUID_SIZE);
}
