/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks a host's name up, in a thread of libuv's: it asks the files and name
 * servers that the system is told to, which may take long. A lookup that is
 * given up goes on there, and its answer is dropped; the loop cannot end
 * before it.
 */
#pragma once

#include <uv.h>

#include "base/ip.h"

struct lookup;

/* Calls found() with 0 and the first address, which is the one to be
 * preferred (RFC 6724), or with libuv's error: from the loop, later, unless
 * it is cancelled first. 0, or libuv's error. */
int lookup_begin(uv_loop_t *loop, const char *host,
    void (*found)(void *ctx, int error, const struct ip *address), void *ctx,
    struct lookup **ret);
/* Legal until found() is called. Accepts NULL. */
void lookup_cancel(struct lookup *lookup);
