/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waits for a path to appear, by inotify: the directory it will be in, or
 * while that is missing too, the nearest one above it that exists.
 */
#pragma once

#include <uv.h>

struct path_watch;

/*
 * Calls changed(ctx) from the loop whenever the path may have come, changed
 * or gone; look yourself. Look once after this call, too: what happened
 * before is not told. 0, -ENOMEM, or another -errno (no inotify).
 */
int path_watch_open(uv_loop_t *loop, const char *path,
    void (*changed)(void *ctx), void *ctx, struct path_watch **ret);

/* Legal in changed() too. Accepts NULL. The loop must run once more. */
void path_watch_close(struct path_watch *watch);
