/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdint.h>

/* Asks the routers on the link for an advertisement (RFC 4861 section 4.1),
 * which the kernel takes as if it had asked. 0 or -errno. */
int ra_solicit(uint32_t ifindex);
