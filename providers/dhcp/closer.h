/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Closes sockets elsewhere: the kernel makes the close() of a bound packet
 * socket wait until no processor uses it any more, 10 to 15 ms in which a
 * loop would not answer any other card.
 */
#pragma once

/* Starts the one thread, for the life of the process. 0 or -errno. */
int closer_start(void);

/* Has fd closed, which is -1 or the caller's; it must not be used again, and
 * be in no epoll set. Closes it itself should the thread not keep up. */
void closer_close(int fd);
