/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/udev.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include <linux/netlink.h>

#include "base/list.h"
#include "base/macros.h"
#include "daemon/log.h"
#include "providers/provider.h"

#define UDEV "/run/udev"
#define DATA UDEV "/data"

/* A file of udev's; of one that is longer, the beginning is read. */
enum { FILE_MAX = 16 * 1024 };

/* A device that is waited for. */
struct wait {
	uint32_t ifindex;
	bool is_late; /* past the limit */
	uint64_t until_ms;
	struct list link; /* by until_ms */
	UT_hash_handle hh;
};

struct udev {
	uv_loop_t *loop;
	uint64_t limit_ms;
	void (*again)(void *ctx, uint32_t ifindex);
	void *ctx;
	bool was_seen; /* that it runs in this network namespace */
	struct wait *waits;
	struct list in_order;
	uv_fs_event_t watch;
	uv_timer_t limit;
	int n_handles;
};

/* ---- whether it runs ---- */

/* Somebody here is subscribed to group 1 of the kernel's uevents. */
static bool uevents_are_heard(void)
{
	FILE *file = fopen("/proc/self/net/netlink", "re");
	unsigned protocol, groups;
	char line[256];
	bool heard = false;

	while (file && !heard && fgets(line, sizeof(line), file))
		heard = sscanf(line, "%*s %u %*u %x", &protocol, &groups) ==
			2 &&
		    protocol == NETLINK_KOBJECT_UEVENT && groups & 1;
	if (file)
		fclose(file);
	return heard;
}

/* Looked for until it has been seen once: it may be started after us. */
static bool runs(struct udev *udev)
{
	struct statvfs sys;

	if (access(UDEV "/control", F_OK) < 0)
		return false;
	if (!udev->was_seen)
		udev->was_seen = statvfs("/sys", &sys) == 0 &&
		    !(sys.f_flag & ST_RDONLY) && uevents_are_heard();
	return udev->was_seen;
}

/* ---- its files ---- */

/* The file of the device, to be freed; NULL when there is none. */
static char *read_file(uint32_t ifindex)
{
	char path[sizeof(DATA) + 16];
	char *text;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), DATA "/n%" PRIu32, ifindex);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	text = malloc(FILE_MAX);
	n = text ? read(fd, text, FILE_MAX - 1) : -1;
	close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

/* What the line that begins so says further on; NULL: there is none. */
static const char *line_of(const char *text, const char *begin)
{
	size_t n = strlen(begin);

	while (text && strncmp(text, begin, n) != 0) {
		text = strchr(text, '\n');
		text += text != NULL;
	}
	return text ? text + n : NULL;
}

/* The file is there, if empty, when it is done with the device; before that
 * only with such a mark, by which it says that it is not. */
static bool is_done(uint32_t ifindex)
{
	_cleanup_(free_ptr) char *text = read_file(ifindex);

	return text && !line_of(text, "E:ID_RENAMING=1") &&
	    !line_of(text, "E:ID_PROCESSING=1");
}

static void copy_property(
    const char *text, const char *begin, char *ret, size_t size)
{
	const char *value = line_of(text, begin);

	if (value)
		snprintf(ret, size, "%.*s", (int)strcspn(value, "\n"), value);
}

void udev_read_device(
    struct udev *udev, uint32_t ifindex, struct udev_device *ret)
{
	_cleanup_(free_ptr) char *text = runs(udev) ? read_file(ifindex)
						    : NULL;

	memset(ret, 0, sizeof(*ret));
	copy_property(text, "E:ID_PATH=", ret->path, sizeof(ret->path));
	copy_property(text, "E:ID_VENDOR_FROM_DATABASE=", ret->vendor_name,
	    sizeof(ret->vendor_name));
	copy_property(text, "E:ID_MODEL_FROM_DATABASE=", ret->model_name,
	    sizeof(ret->model_name));
}

/* ---- waiting ---- */

static struct wait *find(const struct udev *udev, uint32_t ifindex)
{
	struct wait *wait;

	HASH_FIND(hh, udev->waits, &ifindex, sizeof(ifindex), wait);
	return wait;
}

static void on_event(
    uv_fs_event_t *event, const char *name, int events, int status);

/* Its files; or that there will be some. Has no effect while it watches. */
static int watch(struct udev *udev)
{
	int r = uv_fs_event_start(&udev->watch, on_event, DATA, 0);

	if (r == UV_ENOENT)
		r = uv_fs_event_start(&udev->watch, on_event, UDEV, 0);
	return r == UV_EINVAL ? 0 : r;
}

static void drop(struct udev *udev, struct wait *wait)
{
	HASH_DEL(udev->waits, wait);
	list_remove(&wait->link);
	free(wait);
	if (udev->waits)
		return;
	/* Whatever else udev does shall not wake us. */
	uv_fs_event_stop(&udev->watch);
	uv_timer_stop(&udev->limit);
}

/* Only the one that the file is of; all, when it may be any. */
static void on_event(
    uv_fs_event_t *event, const char *name, int events, int status)
{
	struct udev *udev = event->data;
	struct wait *wait, *next;
	unsigned ifindex;

	(void)events, (void)status;
	if (name && sscanf(name, "n%u", &ifindex) == 1) {
		if (find(udev, ifindex))
			udev->again(udev->ctx, ifindex);
		return;
	}
	/* The directory has come, or is gone. */
	if (access(DATA, F_OK) == 0 && name && strcmp(name, "data") != 0)
		return;
	uv_fs_event_stop(event);
	(void)watch(udev);
	HASH_ITER(hh, udev->waits, wait, next)
		udev->again(udev->ctx, wait->ifindex);
}

static void on_limit(uv_timer_t *timer);

static void set_limit(struct udev *udev)
{
	const struct wait *first;
	uint64_t now = uv_now(udev->loop);

	if (list_is_empty(&udev->in_order))
		return;
	first = list_entry(udev->in_order.next, struct wait, link);
	uv_timer_start(&udev->limit, on_limit,
	    first->until_ms > now ? first->until_ms - now : 0, 0);
}

static void on_limit(uv_timer_t *timer)
{
	struct udev *udev = timer->data;
	struct wait *wait =
	    list_pop(&udev->in_order, struct wait, link);
	char name[IF_NAMESIZE] = "";

	if (!wait)
		return;
	wait->is_late = true;
	if_indextoname(wait->ifindex, name);
	log_write(LOG_LEVEL_WARNING, NULL,
	    "udev is not done with %s after %" PRIu64
	    " s; it is taken as it is",
	    name, udev->limit_ms / 1000);
	set_limit(udev);
	udev->again(udev->ctx, wait->ifindex);
}

/* The kernel's present name: when it is not the one that is known to us, the
 * event that tells of it is on its way. */
static bool is_settled(uint32_t ifindex, const char *name)
{
	char now[IF_NAMESIZE];

	return is_done(ifindex) && if_indextoname(ifindex, now) &&
	    !strcmp(now, name);
}

static struct wait *add(struct udev *udev, uint32_t ifindex)
{
	struct wait *wait = calloc(1, sizeof(*wait));

	if (!wait)
		return NULL;
	wait->ifindex = ifindex;
	wait->until_ms = uv_now(udev->loop) + udev->limit_ms;
	list_init(&wait->link);
	HASH_ADD(hh, udev->waits, ifindex, sizeof(ifindex), wait);
	if (!wait->hh.tbl) {
		free(wait);
		return NULL;
	}
	list_append(&udev->in_order, &wait->link);
	if (watch(udev) < 0) {
		drop(udev, wait);
		return NULL;
	}
	if (!uv_is_active((uv_handle_t *)&udev->limit))
		set_limit(udev);
	return wait;
}

bool udev_has(struct udev *udev, uint32_t ifindex, const char *name)
{
	struct wait *wait = find(udev, ifindex);

	if (!runs(udev) || is_settled(ifindex, name)) {
		udev_forget(udev, ifindex);
		return false;
	}
	if (wait && wait->is_late) {
		drop(udev, wait);
		return false;
	}
	if (wait)
		return true;
	wait = add(udev, ifindex);
	/* Once more: it may have ended before the watch began. */
	if (!wait || !is_settled(ifindex, name))
		return wait;
	drop(udev, wait);
	return false;
}

void udev_forget(struct udev *udev, uint32_t ifindex)
{
	struct wait *wait = find(udev, ifindex);

	if (wait)
		drop(udev, wait);
}

/* ---- opening, closing ---- */

int udev_open(uv_loop_t *loop, uint64_t limit_ms,
    void (*again)(void *ctx, uint32_t ifindex), void *ctx, struct udev **ret)
{
	struct udev *udev = calloc(1, sizeof(*udev));

	if (!udev)
		return -ENOMEM;
	udev->loop = loop;
	udev->limit_ms = limit_ms;
	udev->again = again;
	udev->ctx = ctx;
	list_init(&udev->in_order);
	uv_fs_event_init(loop, &udev->watch);
	uv_timer_init(loop, &udev->limit);
	udev->watch.data = udev->limit.data = udev;
	udev->n_handles = 2;
	*ret = udev;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct udev *udev = handle->data;

	if (--udev->n_handles == 0)
		free(udev);
}

void udev_close(struct udev *udev)
{
	struct wait *wait, *next;

	if (!udev)
		return;
	HASH_ITER(hh, udev->waits, wait, next)
		drop(udev, wait);
	uv_close((uv_handle_t *)&udev->watch, on_closed);
	uv_close((uv_handle_t *)&udev->limit, on_closed);
}
