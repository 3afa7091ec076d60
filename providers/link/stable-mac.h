/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that are made up: locally administered, of one device. */
#pragma once

#include <stdint.h>

#include "base/text.h"

/*
 * The same for the same node of the same machine, and without anything in
 * common with another's: SipHash-2-4 of the node's name, keyed by
 * /etc/machine-id, which nobody can work out from it. 0; -ENODATA: there is no
 * such file, or no number in it.
 */
int stable_mac(const char *node, uint8_t ret[TEXT_MAC_SIZE]);

/* Another each time. 0 or -errno. */
int random_mac(uint8_t ret[TEXT_MAC_SIZE]);
