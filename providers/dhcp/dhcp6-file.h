/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file in which dhclient keeps the lease of one link, and the one that
 * configures it. */
#pragma once

#include <stdint.h>

#include "providers/dhcp/lease6.h"

/* Starts as {0}. */
struct dhcp6_file {
	char path[96]; /* "": there is none */
	char configuration[96 + 8]; /* a path, too */
};

/* Makes both, for the user DHCP_USER: the one with our DUID (DUID_SIZE bytes)
 * in it, and the other. 0 or -errno. */
int dhcp6_file_make(
    struct dhcp6_file *file, uint32_t ifindex, const uint8_t *duid);

/* Takes the leases out of it, while dhclient does not run. 0 or -errno. */
int dhcp6_file_empty(const struct dhcp6_file *file, const uint8_t *duid);

/* The last lease in it. 0; -ENOENT: there is none yet; another -errno. */
int dhcp6_file_read(const struct dhcp6_file *file, struct lease6 *ret);

void dhcp6_file_remove(struct dhcp6_file *file);
