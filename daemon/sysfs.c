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

/* Cuts the last component off and appends its name; false when it was the
 * last one. */
static bool go_up(char *path, char *name, size_t size)
{
	char *slash = strrchr(path, '/');

	if (!slash)
		return false;
	snprintf(name, size, "%.*s", (int)size - 1, slash + 1);
	*slash = '\0';
	return true;
}

/* What a step of the path is called, "" if it has no part in it. */
static void name_step(
    const char *bus, const char *name, char *step, size_t size)
{
	const char *port = strchr(name, '-');

	*step = '\0';
	if (!strcmp(bus, "pci") || !strcmp(bus, "platform"))
		snprintf(step, size, "%s-%s", bus, name);
	/* BUS-PORT.PORT:CONFIGURATION.INTERFACE; buses are numbered as they
	 * are found, so that says nothing. */
	else if (!strcmp(bus, "usb") && port && strchr(port, ':'))
		snprintf(step, size, "usb-0:%s", port + 1);
}

/*
 * From the device up to its bus: of each kind of bus, the step nearest to the
 * device. The result is what udev calls ID_PATH.
 */
static void read_path(int folder, char *text, size_t size)
{
	char own[64], path[PATH_MAX], subsystem[PATH_MAX + 16];
	char name[64], bus[32], step[96], last[32] = "", all[160];

	*text = '\0';
	snprintf(own, sizeof(own), "/proc/self/fd/%d/device", folder);
	if (!realpath(own, path))
		return;
	do {
		snprintf(subsystem, sizeof(subsystem), "%s/subsystem", path);
		read_link(AT_FDCWD, subsystem, bus, sizeof(bus));
		if (!go_up(path, name, sizeof(name)))
			break;
		name_step(bus, name, step, sizeof(step));
		if (*step && strcmp(bus, last) != 0) {
			snprintf(all, sizeof(all), "%s%s%s", step,
			    *text ? "-" : "", text);
			snprintf(text, size, "%.*s", (int)size - 1, all);
			memcpy(last, bus, sizeof(last));
		}
	} while (*path);
}

static void read_usb(int folder, struct sysfs_device *ret)
{
	read_text(folder, "device/../idVendor", ret->vendor,
	    sizeof(ret->vendor), false);
	read_text(folder, "device/../idProduct", ret->model,
	    sizeof(ret->model), false);
	read_text(folder, "device/../manufacturer", ret->vendor_name,
	    sizeof(ret->vendor_name), false);
	read_text(folder, "device/../product", ret->model_name,
	    sizeof(ret->model_name), false);
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
	if (!*ret->vendor)
		read_usb(folder, ret);
	close(folder);
}
