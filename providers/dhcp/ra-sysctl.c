/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/ra-sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"

/* In the order in which they are written; accept_ra opens the door. */
static const char *const names[RA_SYSCTLS] = { "accept_ra_defrtr",
	"accept_ra_pinfo", "autoconf", "accept_ra_rt_info_max_plen",
	"ra_defrtr_metric", "hop_limit", "mtu", "accept_ra_mtu", "accept_ra" };

enum { ACCEPT_RA_MTU = RA_SYSCTLS - 2, ACCEPT_RA };

/* These folders are no device's. */
static bool device_is_one(const char *device)
{
	return strcmp(device, "all") != 0 && strcmp(device, "default") != 0;
}

static int open_setting(const char *device, const char *name, int flags)
{
	char path[64 + IFNAMSIZ + 32];
	int fd;

	if (!device_is_one(device))
		return -ENOENT;
	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", device,
	    name);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_setting(
    const char *device, const char *name, char value[RA_SYSCTL_SIZE])
{
	_cleanup_(close_fd) int fd = open_setting(device, name, O_RDONLY);
	ssize_t n;

	value[0] = '\0';
	if (fd < 0)
		return fd;
	n = read(fd, value, RA_SYSCTL_SIZE - 1);
	if (n < 0)
		return -errno;
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return 0;
}

static int write_setting(
    const char *device, const char *name, const char *value)
{
	_cleanup_(close_fd) int fd = open_setting(device, name, O_WRONLY);
	size_t n = strlen(value);

	if (fd < 0)
		return fd;
	return write(fd, value, n) == (ssize_t)n ? 0 : -errno;
}

/* What it shall be; "": as it is. */
static void print_wanted(
    size_t i, const struct ra_settings *settings, char value[RA_SYSCTL_SIZE])
{
	const char *addresses = settings->addresses ? "1" : "0";
	const char *const wanted[RA_SYSCTLS] = {
		settings->default_route ? "1" : "0", addresses, addresses,
		settings->routes ? "128" : "0",
		[ACCEPT_RA_MTU] = settings->mtu ? "1" : "0",
		[ACCEPT_RA] = "2" };

	if (!strcmp(names[i], "ra_defrtr_metric"))
		snprintf(value, RA_SYSCTL_SIZE, "%" PRIu32, settings->metric);
	else
		snprintf(value, RA_SYSCTL_SIZE, "%s",
		    wanted[i] ? wanted[i] : "");
}

int ra_sysctls_write(const struct ra_sysctls *sysctls, const char *device,
    const struct ra_settings *settings)
{
	char wanted[RA_SYSCTL_SIZE], is[RA_SYSCTL_SIZE];

	for (size_t i = 0; i < RA_SYSCTLS; i++) {
		int r;

		print_wanted(i, settings, wanted);
		if (!*wanted || !*sysctls->before[i] ||
		    read_setting(device, names[i], is) ||
		    !strcmp(is, wanted))
			continue;
		r = write_setting(device, names[i], wanted);
		if (r)
			return r;
	}
	return 0;
}

int ra_sysctls_set(struct ra_sysctls *sysctls, const char *device,
    const struct ra_settings *settings)
{
	char value[RA_SYSCTL_SIZE];
	int r;

	if (read_setting(device, "disable_ipv6", value) || strcmp(value, "0"))
		return -EOPNOTSUPP;
	for (size_t i = 0; i < RA_SYSCTLS; i++)
		(void)read_setting(device, names[i], sysctls->before[i]);
	r = ra_sysctls_write(sysctls, device, settings);
	if (r)
		ra_sysctls_restore(sysctls, device);
	return r;
}

void ra_sysctls_close(const char *device)
{
	(void)write_setting(device, "accept_ra", "0");
}

void ra_sysctls_restore(const struct ra_sysctls *sysctls, const char *device)
{
	char value[RA_SYSCTL_SIZE];

	for (size_t i = 0; i < RA_SYSCTLS; i++)
		if (*sysctls->before[i] &&
		    !read_setting(device, names[i], value) &&
		    strcmp(value, sysctls->before[i]))
			(void)write_setting(
			    device, names[i], sysctls->before[i]);
}
