/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/sysctl.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sysctl_work {
	uv_work_t work;
	void (*done)(void *ctx, const struct sysctl *items, size_t n);
	void *ctx;
	size_t n;
	struct sysctl items[SYSCTLS_MAX];
};

/* 0 or -errno. */
static int read_value(int fd, char value[SYSCTL_SIZE])
{
	ssize_t n = pread(fd, value, SYSCTL_SIZE - 1, 0);

	if (n < 0)
		return -errno;
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return 0;
}

static bool is_to_write(const struct sysctl *item)
{
	return !item->only_reads && strcmp(item->now, item->value) != 0 &&
	    (!*item->only || !strcmp(item->now, item->only));
}

/* The same. */
static int write_one(int fd, struct sysctl *item)
{
	int r = read_value(fd, item->now);

	memcpy(item->former, item->now, sizeof(item->former));
	/* Twice, as others may have been quick. */
	for (int i = 0; r == 0 && i < 2 && is_to_write(item); i++) {
		if (pwrite(fd, item->value, strlen(item->value), 0) < 0)
			return -errno;
		item->is_written = true;
		r = read_value(fd, item->now);
	}
	return r;
}

/* In a thread. */
static void work_on(uv_work_t *work)
{
	struct sysctl_work *w = work->data;
	char path[sizeof(w->items[0].path) + 16];

	for (size_t i = 0; i < w->n; i++) {
		struct sysctl *item = &w->items[i];
		int fd;

		snprintf(path, sizeof(path), "/proc/sys/%s", item->path);
		fd = open(path,
		    (item->only_reads ? O_RDONLY : O_RDWR) | O_CLOEXEC);
		item->error = fd < 0 ? -errno : write_one(fd, item);
		if (fd >= 0)
			close(fd);
		/* Nothing is left to put back. */
		if (item->error == -ENOENT && *item->only)
			item->error = 0;
		if (item->error)
			return;
	}
}

static void on_done(uv_work_t *work, int status)
{
	struct sysctl_work *w = work->data;

	(void)status; /* nobody cancels it */
	if (w->done)
		w->done(w->ctx, w->items, w->n);
	free(w);
}

struct sysctl_work *sysctl_write(uv_loop_t *loop, const struct sysctl *items,
    size_t n, void (*done)(void *ctx, const struct sysctl *items, size_t n),
    void *ctx)
{
	struct sysctl_work *w = calloc(1, sizeof(*w));

	assert(n <= SYSCTLS_MAX);
	if (!w)
		return NULL;
	w->done = done;
	w->ctx = ctx;
	w->n = n;
	memcpy(w->items, items, n * sizeof(*items));
	w->work.data = w;
	(void)uv_queue_work(loop, &w->work, work_on, on_done);
	return w;
}

void sysctl_forget(struct sysctl_work *w)
{
	if (w)
		w->done = NULL;
}
