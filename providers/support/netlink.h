/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sockets to the kernel have in common, whichever its family. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct nlmsghdr;

/* Opens a socket of that protocol, with a port of its own, which tells what
 * the kernel says besides an error. 0 or -errno. */
int netlink_open(int protocol, int *ret_fd);

/* Hears from now on what the kernel tells that group. 0 or -errno. */
int netlink_join(int fd, uint32_t group);

/* Sends to the kernel. 0 or -errno; never waits. */
int netlink_send(int fd, const void *data, size_t size);

/*
 * Reads one datagram from the kernel. Returns its length (0: one to be
 * ignored, of another process), or -errno: -EAGAIN when there is none,
 * -ENOBUFS when some were lost or it did not fit.
 */
int netlink_receive(int fd, void *data, size_t size);

/* The kernel's words in an answer (NLMSG_ERROR), or "". */
void netlink_words(const struct nlmsghdr *, char *text, size_t size);
