/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other programs that a test needs, as tests/install has unpacked them. */
#pragma once

#include <stdbool.h>

/* Is that one there, named from /usr on, unpacked or installed? */
bool peers_have(const char *program);

/* Lays them over /usr, in a mount namespace of the test's own, which it
 * enters. Fails the test when that cannot be done. */
void peers_lay_over_usr(void);

/* For main(): says that the tests are skipped (in TAP, or by status 77), and
 * why. Returns the exit status. */
int peers_skip(const char *why);
