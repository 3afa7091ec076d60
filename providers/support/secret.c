/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "providers/support/secret.h"
#include "resolver/schema.h"

static int copy(const uint8_t *data, size_t n, struct secret_bytes *ret)
{
	uint8_t *bytes = malloc(n + 1);

	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, data, n);
	bytes[n] = '\0';
	*ret = (struct secret_bytes){ bytes, n };
	return 0;
}

/* Whose file is it, and who else can get at it? */
static int check_file(
    int fd, const char *path, char *error, size_t error_size)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		snprintf(error, error_size, "%s: %s", path, strerror(errno));
		return -errno;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(error, error_size,
		    "%s is not a regular file: a secret must be in one", path);
		return -EINVAL;
	}
	if (st.st_uid != 0 && st.st_uid != geteuid()) {
		snprintf(error, error_size,
		    "%s belongs to user %u: run chown root %s", path,
		    (unsigned)st.st_uid, path);
		return -EPERM;
	}
	if (st.st_mode & (S_IRWXG | S_IRWXO)) {
		snprintf(error, error_size,
		    "%s is open to others (mode %04o): run chmod 600 %s",
		    path, (unsigned)(st.st_mode & 07777), path);
		return -EPERM;
	}
	return 0;
}

static int open_file(const char *path, char *error, size_t error_size)
{
	/* Non-blocking: opening a FIFO must not hang. */
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	int r = -errno;

	if (fd >= 0)
		return fd;
	if (r == -ELOOP)
		snprintf(error, error_size,
		    "%s is a symbolic link: name the file itself", path);
	else
		snprintf(error, error_size, "cannot read %s: %s", path,
		    strerror(-r));
	return r;
}

static int read_file(const char *path, struct secret_bytes *ret, char *error,
    size_t error_size)
{
	_cleanup_(close_fd) int fd = open_file(path, error, error_size);
	uint8_t buffer[SECRET_MAX + 2]; /* a newline, and one too many */
	size_t n = 0;
	ssize_t got;
	int r;

	if (fd < 0)
		return fd;
	r = check_file(fd, path, error, error_size);
	if (r < 0)
		return r;
	while (n < sizeof(buffer) &&
	    (got = read(fd, buffer + n, sizeof(buffer) - n)) != 0) {
		if (got > 0) {
			n += (size_t)got;
		} else if (errno != EINTR) {
			r = -errno;
			snprintf(error, error_size, "cannot read %s: %s",
			    path, strerror(-r));
			break;
		}
	}
	if (n > 0 && buffer[n - 1] == '\n')
		n--;
	if (r == 0 && n > SECRET_MAX) {
		snprintf(error, error_size,
		    "%s is too long for a secret: at most %d bytes", path,
		    SECRET_MAX);
		r = -E2BIG;
	} else if (r == 0 && n == 0) {
		snprintf(error, error_size,
		    "%s is empty: put the secret into it", path);
		r = -ENODATA;
	}
	if (r == 0)
		r = copy(buffer, n, ret);
	explicit_bzero(buffer, sizeof(buffer));
	return r;
}

int secret_read(const struct secret *secret, struct secret_bytes *ret,
    char *error, size_t error_size)
{
	int r;

	*ret = (struct secret_bytes){ 0 };
	if (secret->file)
		r = read_file(secret->file, ret, error, error_size);
	else
		r = copy((const uint8_t *)secret->text, strlen(secret->text),
		    ret);
	if (r == -ENOMEM)
		snprintf(error, error_size, "out of memory");
	return r;
}

bool secret_error_is_permanent(int error)
{
	return error == -EPERM || error == -ELOOP || error == -EINVAL ||
	    error == -E2BIG || error == -ENODATA;
}

void secret_clear(struct secret_bytes *secret)
{
	if (secret->data)
		explicit_bzero(secret->data, secret->n);
	free(secret->data);
	*secret = (struct secret_bytes){ 0 };
}
