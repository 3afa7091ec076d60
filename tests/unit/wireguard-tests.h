/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What wireguard does to the kernel, with a peer in another namespace. Needs
 * wg(8). */
#pragma once

#include <check.h>

void wireguard_tests(Suite *suite);
