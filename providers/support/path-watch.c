/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "providers/support/path-watch.h"

struct path_watch {
	uv_fs_event_t event;
	char *path;
	char *directory; /* watched now; "" if none */
	void (*changed)(void *ctx);
	void *ctx;
};

static void on_event(
    uv_fs_event_t *event, const char *name, int events, int status);

/* Cuts the last component off; false if there is none left. */
static bool go_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || (slash == path && path[1] == '\0'))
		return false;
	if (slash == path)
		slash++;
	*slash = '\0';
	return true;
}

/* Watches the nearest directory there is. */
static int watch_nearest(struct path_watch *watch)
{
	int r = -ENOENT;

	uv_fs_event_stop(&watch->event);
	memcpy(watch->directory, watch->path, strlen(watch->path) + 1);
	while (r < 0 && go_up(watch->directory))
		r = uv_fs_event_start(
		    &watch->event, on_event, watch->directory, 0);
	if (r < 0)
		watch->directory[0] = '\0';
	return r;
}

/* The directory below the watched one, on the way to the path, has come
 * meanwhile: it is the one to watch. */
static bool is_outdated(const struct path_watch *watch)
{
	size_t n = strlen(watch->directory);
	char *below = strdup(watch->path), *end;
	bool outdated = false;

	if (!below)
		return false;
	end = strchr(below + n + (below[n] == '/'), '/');
	if (end) {
		*end = '\0';
		outdated = access(below, F_OK) == 0;
	}
	free(below);
	return outdated;
}

static int arm(struct path_watch *watch)
{
	/* Each turn ends one directory further down, or is the last: who
	 * makes and removes directories as fast as this gets bored first. */
	for (int turns = 0; turns < 64; turns++) {
		int r = watch_nearest(watch);

		if (r < 0 || !is_outdated(watch))
			return r;
	}
	return 0;
}

static void on_event(
    uv_fs_event_t *event, const char *name, int events, int status)
{
	struct path_watch *watch = event->data;

	(void)name, (void)events, (void)status;
	/* Always anew: the directory may be another one of the same name. */
	arm(watch);
	watch->changed(watch->ctx);
}

static void on_closed(uv_handle_t *handle)
{
	struct path_watch *watch = handle->data;

	free(watch->path);
	free(watch->directory);
	free(watch);
}

int path_watch_open(uv_loop_t *loop, const char *path,
    void (*changed)(void *ctx), void *ctx, struct path_watch **ret)
{
	struct path_watch *watch = calloc(1, sizeof(*watch));
	int r;

	if (!watch)
		return -ENOMEM;
	watch->path = strdup(path);
	watch->directory = strdup(path);
	r = watch->path && watch->directory
	    ? uv_fs_event_init(loop, &watch->event)
	    : -ENOMEM;
	if (r < 0) {
		free(watch->path);
		free(watch->directory);
		free(watch);
		return r;
	}
	watch->event.data = watch;
	watch->changed = changed;
	watch->ctx = ctx;
	r = arm(watch);
	if (r < 0) {
		path_watch_close(watch);
		return r;
	}
	*ret = watch;
	return 0;
}

void path_watch_close(struct path_watch *watch)
{
	if (watch)
		uv_close((uv_handle_t *)&watch->event, on_closed);
}
