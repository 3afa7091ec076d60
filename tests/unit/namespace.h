/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel has in this network namespace, as text that can be
 * compared. */
#pragma once

/*
 * Links with their settings, addresses, routes of all tables, rules, permanent
 * neighbours, what bridges know for good of their ports, and the settings
 * below /proc/sys/net: a line each, to be freed. Without what the kernel does
 * by itself some time after another thing (carrier, timers, its own addresses
 * and the routes that follow from addresses), without what charon, a peer,
 * makes, and without what has our mark: nobody has to keep that.
 */
char *namespace_text(void);

/*
 * What is otherwise than in that text: a line each, "# - ..." for what is
 * gone, "# + ..." for what has come, to be freed; empty when all is as it was.
 * Nothing is said of a device that was pulled, and not that one was plugged
 * in again: that is for tests to do.
 */
char *namespace_difference(const char *before);

/* Until there is no difference; fails the test, and prints it, when there is
 * one for long. */
void namespace_expect(const char *before);
