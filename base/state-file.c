/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/state-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/macros.h"

static int open_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int state_file_read(const char *directory, const char *name, char *data,
    size_t capacity, size_t *ret_n)
{
	_cleanup_(close_fd) int dir = open_directory(directory);
	_cleanup_(close_fd) int fd = -1;
	size_t n = 0;
	char beyond;

	if (dir < 0)
		return dir;
	/* Nobody else may have put anything but a file there: O_NONBLOCK is
	 * for a FIFO all the same. */
	fd = openat(dir, name,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t got = n < capacity ? read(fd, data + n, capacity - n)
					   : read(fd, &beyond, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got > 0 && n == capacity)
			return -EFBIG;
		if (!got)
			break;
		n += (size_t)got;
	}
	*ret_n = n;
	return 0;
}

static bool write_all(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t written = write(fd, data, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		data += written;
		n -= (size_t)written;
	}
	return true;
}

int state_file_write(
    const char *directory, const char *name, const char *data, size_t n)
{
	_cleanup_(close_fd) int dir = open_directory(directory);
	char fresh[64];
	bool good;
	int fd;

	if (dir < 0)
		return dir;
	snprintf(fresh, sizeof(fresh), "%s.new", name);
	if (unlinkat(dir, fresh, 0) && errno != ENOENT)
		return -errno;
	fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	errno = ENOSPC; /* of a short write */
	good = write_all(fd, data, n) && !fsync(fd);
	good = !close(fd) && good;
	if (!good || renameat(dir, fresh, dir, name) || fsync(dir)) {
		int r = -errno;

		unlinkat(dir, fresh, 0);
		return r;
	}
	return 0;
}
