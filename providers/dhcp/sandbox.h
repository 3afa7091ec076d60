/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How netconf-dhcp4 gives away everything it does not need. */
#pragma once

/*
 * Becomes the user DHCP_USER (where it is root), without groups,
 * capabilities and the hope for new ones; cannot be traced any more. Call it
 * first, before there are threads (a capability belongs to a thread) and
 * before anything is read from outside. 0 or -errno, with *ret_what saying
 * which step failed.
 */
int sandbox_enter(const char **ret_what);

/*
 * The last step: no files written, no core dumps, no more processes or
 * threads, and only the system calls that running needs, for all threads;
 * any other kills the process. A build with sanitizers, whose run time needs
 * more, has no filter. As sandbox_enter().
 */
int sandbox_close(const char **ret_what);
