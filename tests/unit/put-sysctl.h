/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings below /proc/sys/net, in the network namespace of who asks: files
 * such as ipv6/conf/c0/forwarding. */
#pragma once

#include <stdbool.h>

/* Fails the test if the kernel does not take it. */
void put_sysctl(const char *file, const char *value);

bool sysctl_is(const char *file, const char *value);
/* Fails the test if it is not. */
void check_sysctl(const char *file, const char *value);
