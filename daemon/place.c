/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"

static int check_directory(
    const char *path, const struct stat *st, bool is_public, struct text *said)
{
	bool is_open = st->st_mode & 022;

	if (!S_ISDIR(st->st_mode)) {
		text_printf(said, "%s is not a directory", path);
		return -ENOTDIR;
	}
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		text_printf(said, "%s belongs to user %lu, not to root", path,
		    (unsigned long)st->st_uid);
		return -EPERM;
	}
	if (is_open && !(is_public && st->st_mode & S_ISVTX)) {
		text_printf(said, "%s is writable by others; chmod go-w %s",
		    path, path);
		return -EPERM;
	}
	return 0;
}

int place_make_directory(const char *path, bool is_public, struct text *said)
{
	struct stat st;
	int error;

	if (mkdir(path, is_public ? 0755 : 0700) < 0 && errno != EEXIST) {
		error = errno;
		text_printf(said, "cannot make the directory %s: %s", path,
		    strerror(error));
		return -error;
	}
	if (stat(path, &st) < 0) {
		error = errno;
		text_printf(said, "%s: %s", path, strerror(error));
		return -error;
	}
	return check_directory(path, &st, is_public, said);
}

int place_make_parent(const char *file, struct text *said)
{
	const char *slash = strrchr(file, '/');
	_cleanup_(free_ptr) char *parent = NULL;

	if (!slash)
		parent = strdup(".");
	else if (slash == file)
		parent = strdup("/");
	else
		parent = strndup(file, (size_t)(slash - file));
	if (!parent) {
		text_append(said, "out of memory");
		return -ENOMEM;
	}
	return place_make_directory(parent, true, said);
}

int place_lock(const char *path, struct text *said)
{
	int error;
	int fd = open(
	    path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);

	if (fd < 0) {
		error = errno;
		text_printf(said, "cannot open the lock %s: %s", path,
		    strerror(error));
		return -error;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		error = errno;
		if (error == EWOULDBLOCK)
			text_printf(said, "another netconfd holds %s", path);
		else
			text_printf(said, "cannot lock %s: %s", path,
			    strerror(error));
		close(fd);
		return -error;
	}
	return fd;
}

static int remove_stale(const char *path, struct text *said)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode)) {
		text_printf(said, "%s is in the way: it is not a socket; "
				  "remove it or give another --socket",
		    path);
		return -EEXIST;
	}
	return unlink(path) < 0 ? -errno : 0;
}

int place_listen(const char *path, struct text *said)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, r;

	if (strlen(path) >= sizeof(address.sun_path)) {
		text_printf(said, "%s: a socket's path has at most %zu bytes",
		    path, sizeof(address.sun_path) - 1);
		return -ENAMETOOLONG;
	}
	memcpy(address.sun_path, path, strlen(path));
	r = remove_stale(path, said);
	if (r < 0)
		goto out;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		r = -errno;
		goto out;
	}
	/* All may ask; what they may do is decided call by call. */
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(path, 0666) < 0 || listen(fd, SOMAXCONN) < 0) {
		r = -errno;
		close(fd);
		goto out;
	}
	return fd;
out:
	if (said->n == 0)
		text_printf(said, "cannot listen at %s: %s", path,
		    strerror(-r));
	return r;
}
