/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "providers/dhcp/dhcp6-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/account.h"
#include "base/macros.h"
#include "base/text.h"
#include "providers/dhcp/client-id.h"
#include "providers/dhcp/info6.h"

void dhcp6_file_remove(struct dhcp6_file *file)
{
	if (file->path[0])
		(void)unlink(file->path);
	if (file->configuration[0])
		(void)unlink(file->configuration);
	file->path[0] = file->configuration[0] = '\0';
}

/* Anew, in a directory that is root's alone. The descriptor or -errno. */
static int create(const char *path, uid_t user)
{
	int fd, r;

	(void)unlink(path); /* of a process long ago */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (!fchown(fd, user, (gid_t)-1))
		return fd;
	r = -errno;
	close(fd);
	(void)unlink(path);
	return r;
}

static int write_text(int fd, const char *text, size_t n)
{
	errno = ENOSPC; /* of a short write */
	return write(fd, text, n) == (ssize_t)n ? 0 : -errno;
}

static int write_duid(int fd, const uint8_t *duid)
{
	_cleanup_(text_clear) struct text text = { 0 };

	text_append(&text, "default-duid \"");
	for (size_t i = 0; i < DUID_SIZE; i++)
		text_printf(&text, "\\%03o", duid[i]);
	text_append(&text, "\";\n");
	return text.failed ? -ENOMEM : write_text(fd, text.data, text.n);
}

static int make_configuration(struct dhcp6_file *file, uid_t user)
{
	_cleanup_(close_fd) int fd = -1;

	snprintf(file->configuration, sizeof(file->configuration), "%s.conf",
	    file->path);
	fd = create(file->configuration, user);
	return fd < 0 ? fd
		      : write_text(fd, info6_configuration,
			    strlen(info6_configuration));
}

int dhcp6_file_make(
    struct dhcp6_file *file, uint32_t ifindex, const uint8_t *duid)
{
	_cleanup_(close_fd) int fd = -1;
	uid_t user;
	int r = account_user(DHCP_USER, &user);

	if (r < 0)
		return r;
	/* Not RUNSTATEDIR: AppArmor's profile for dhclient names this
	 * directory, and files of that beginning. */
	snprintf(file->path, sizeof(file->path),
	    "/run/dhclient-netconf-%d-%u.leases", (int)getpid(), ifindex);
	fd = create(file->path, user);
	r = fd < 0 ? fd : write_duid(fd, duid);
	if (r == 0)
		r = make_configuration(file, user);
	if (r < 0)
		dhcp6_file_remove(file);
	return r;
}

int dhcp6_file_empty(const struct dhcp6_file *file, const uint8_t *duid)
{
	_cleanup_(close_fd) int fd = open(
	    file->path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? -errno : write_duid(fd, duid);
}

int dhcp6_file_read(const struct dhcp6_file *file, struct lease6 *ret)
{
	_cleanup_(close_fd) int fd =
	    open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	_cleanup_(free_ptr) char *text = NULL;
	struct stat status;
	size_t n = 0;
	ssize_t more = 0;

	if (fd < 0 || fstat(fd, &status))
		return -errno;
	if (!S_ISREG(status.st_mode) || status.st_size > LEASE6_FILE_MAX)
		return -EFBIG;
	text = malloc((size_t)status.st_size + 1);
	if (!text)
		return -ENOMEM;
	while (n < (size_t)status.st_size &&
	    (more = read(fd, text + n, (size_t)status.st_size - n)) > 0)
		n += (size_t)more;
	return more < 0 ? -errno : lease6_parse(text, n, ret);
}
