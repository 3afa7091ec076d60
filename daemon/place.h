/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The places on disk that one daemon claims for itself: directories, locks,
 * the control socket. Every function says what is wrong in words, for the
 * person who started the daemon.
 */
#pragma once

#include <stdbool.h>

struct text;

/*
 * Makes the directory if it is missing (its parent must be there) and checks
 * that it is one, that root or this user owns it, and that no other may
 * write to it. A public one is for all to enter, and may be one like /tmp,
 * where all may write but not take away what is another's. 0, or -errno with
 * said.
 */
int place_make_directory(const char *path, bool is_public, struct text *said);

/* The same for the directory that the file is in. */
int place_make_parent(const char *file, struct text *said);

/*
 * Takes the lock file for as long as the descriptor is open. Returns it, or
 * -errno with said; -EWOULDBLOCK: another process has it.
 */
int place_lock(const char *path, struct text *said);

/*
 * A listening socket at path, which all may connect to; replaces a socket
 * that is there (whoever left it is gone: hold a lock). Returns it, or
 * -errno with said.
 */
int place_listen(const char *path, struct text *said);
