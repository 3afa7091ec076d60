/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What wireguard does to the kernel, with a peer in another namespace. Needs
 * wg(8). */
#pragma once

#include <check.h>

void wireguard_tests(Suite *suite);
/* Whether it goes on being so. */
void wireguard_there_tests(Suite *suite);
