/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks a host's name up: it asks the files and name servers that the system
 * is told to, which may take half a minute. So that is done by a thread of its
 * own, which nobody waits for: a lookup that is given up goes on there, its
 * answer is dropped, and neither the loop nor the process is held up by it.
 * (libuv's getaddrinfo is: loop and process end only when it does.)
 */
#pragma once

#include <uv.h>

#include "base/ip.h"

struct lookup;

/* So many at a time, those given up included. */
enum { LOOKUPS_MAX = 16 };

/* Calls found() with 0 and the first address, which is the one to be
 * preferred (RFC 6724), or with an error for gai_strerror(): from the loop,
 * later, unless it is cancelled first. 0, or such an error; EAI_AGAIN: there
 * are too many at a time. */
int lookup_begin(uv_loop_t *loop, const char *host,
    void (*found)(void *ctx, int error, const struct ip *address), void *ctx,
    struct lookup **ret);
/* Legal until found() is called. Accepts NULL. */
void lookup_cancel(struct lookup *lookup);
