/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings by which the kernel takes router advertisements on a link
 * (/proc/sys/net/ipv6/conf/DEVICE), and how they were before. Advertisements
 * change some of them, too: these are only put back.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { RA_SYSCTLS = 9, RA_SYSCTL_SIZE = 16 };

/* Starts as {0}. */
struct ra_sysctls {
	char before[RA_SYSCTLS][RA_SYSCTL_SIZE]; /* "": is not there */
};

struct ra_settings {
	uint32_t metric; /* of default routes */
	bool addresses;	 /* are made of prefixes */
	bool default_route; /* is taken */
	bool routes;	 /* those for other destinations, too (RFC 4191) */
	bool mtu;	 /* is taken */
};

/*
 * Has the kernel take advertisements on the device, also one that forwards.
 * 0; -EOPNOTSUPP: no IPv6 there, nothing has changed; another -errno: a
 * setting cannot be written, and the others are as before.
 */
int ra_sysctls_set(struct ra_sysctls *sysctls, const char *device,
    const struct ra_settings *settings);

/* Other settings, of those that were set. 0 or -errno. */
int ra_sysctls_write(const struct ra_sysctls *sysctls, const char *device,
    const struct ra_settings *settings);

/* No advertisement is taken any more. */
void ra_sysctls_close(const char *device);

/* Puts all back as it was. */
void ra_sysctls_restore(const struct ra_sysctls *sysctls, const char *device);
