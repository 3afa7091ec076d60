/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/sysfs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads the file under folder into text, up to its first newline (or all of
 * it); "" when there is none. */
static void read_text(
    int folder, const char *file, char *text, size_t size, bool whole)
{
	int fd = openat(folder, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	*text = '\0';
	if (fd < 0)
		return;
	n = read(fd, text, size - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	if (!whole)
		text[strcspn(text, "\n")] = '\0';
}

/* The last part of where a symbolic link leads; "" when there is none. */
static void read_link(int folder, const char *file, char *text, size_t size)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(folder, file, target, sizeof(target) - 1);
	const char *slash;

	*text = '\0';
	if (n <= 0)
		return;
	target[n] = '\0';
	slash = strrchr(target, '/');
	snprintf(text, size, "%.*s", (int)size - 1,
	    slash ? slash + 1 : target);
}

static void read_devtype(int folder, char *text, size_t size)
{
	char uevent[1024];
	const char *line;

	*text = '\0';
	read_text(folder, "uevent", uevent, sizeof(uevent), true);
	line = strstr(uevent, "DEVTYPE=");
	if (!line || (line != uevent && line[-1] != '\n'))
		return;
	line += strlen("DEVTYPE=");
	snprintf(text, size, "%.*s", (int)strcspn(line, "\n"), line);
}

/*
 * The bus and the address on it. A virtio device's own name says nothing
 * about where it is: that is its parent's.
 */
static void read_path(int folder, char *text, size_t size)
{
	char bus[32], address[64], resolved[PATH_MAX], own[64];
	char *slash;

	*text = '\0';
	read_link(folder, "device/subsystem", bus, sizeof(bus));
	read_link(folder, "device", address, sizeof(address));
	if (!*bus || !*address)
		return;
	if (!strcmp(bus, "virtio")) {
		snprintf(own, sizeof(own), "/proc/self/fd/%d/device/..",
		    folder);
		read_link(folder, "device/../subsystem", bus, sizeof(bus));
		if (!*bus || !realpath(own, resolved))
			return;
		slash = strrchr(resolved, '/');
		snprintf(address, sizeof(address), "%.63s",
		    slash ? slash + 1 : resolved);
	}
	snprintf(text, size, "%s-%s", bus, address);
}

void sysfs_read_device(
    const char *name, uint32_t ifindex, struct sysfs_device *ret)
{
	char path[64], number[16];
	int folder;

	memset(ret, 0, sizeof(*ret));
	snprintf(path, sizeof(path), "/sys/class/net/%s", name);
	folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return;
	read_text(folder, "ifindex", number, sizeof(number), false);
	if (strtoul(number, NULL, 10) != ifindex) {
		close(folder);
		return;
	}
	read_devtype(folder, ret->devtype, sizeof(ret->devtype));
	ret->is_wireless = faccessat(folder, "phy80211", F_OK, 0) == 0 ||
	    faccessat(folder, "wireless", F_OK, 0) == 0;
	read_link(folder, "device/driver", ret->driver, sizeof(ret->driver));
	read_path(folder, ret->path, sizeof(ret->path));
	read_text(folder, "device/vendor", ret->vendor, sizeof(ret->vendor),
	    false);
	read_text(
	    folder, "device/device", ret->model, sizeof(ret->model), false);
	/* A USB network device is an interface of the device that has them. */
	if (!*ret->vendor) {
		read_text(folder, "device/../idVendor", ret->vendor,
		    sizeof(ret->vendor), false);
		read_text(folder, "device/../idProduct", ret->model,
		    sizeof(ret->model), false);
	}
	close(folder);
}
