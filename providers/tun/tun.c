/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>

#include "base/account.h"
#include "base/macros.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"
#include "providers/support/made-option.h"

#define DEVICE "/dev/net/tun"

/* Whom the kernel lets open it besides root; -1: that does not matter. */
struct tun {
	int64_t owner, group;
};

/* The number of the name; -1 when it is NULL; -ENOENT with said. (uid_t and
 * gid_t are one type.) */
static int64_t look_up(const char *name, const char *path,
    int (*find)(const char *, uid_t *), char said[MADE_LINK_SAID_SIZE])
{
	int64_t number;
	uid_t id;
	char *end;

	if (!name)
		return -1;
	number = strtol(name, &end, 10);
	/* The kernel takes the last number for none. */
	if (!*end && number >= 0 && number < UINT32_MAX)
		return number;
	if (find(name, &id) == 0)
		return id;
	snprintf(said, MADE_LINK_SAID_SIZE, "there is no %s in %s", name, path);
	return -ENOENT;
}

/* ---- making it ---- */

static int prepare(struct job *job, char said[MADE_LINK_SAID_SIZE])
{
	const struct config *config = job->config;
	struct tun *tun = made_link_own(job);

	tun->owner = look_up(config_text(config, "owner"), "/etc/passwd",
	    account_user, said);
	if (tun->owner < -1)
		return (int)tun->owner;
	tun->group = look_up(config_text(config, "group"), "/etc/group",
	    account_group, said);
	if (tun->group < -1)
		return (int)tun->group;
	/* The kernel lets everybody open one that is nobody's. */
	if (tun->owner < 0 && tun->group < 0)
		tun->owner = 0;
	return 0;
}

static int open_device(char said[MADE_LINK_SAID_SIZE])
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	int r = -errno;

	if (fd >= 0)
		return fd;
	snprintf(said, MADE_LINK_SAID_SIZE, "cannot open " DEVICE ": %s%s",
	    strerror(-r), r == -ENOENT || r == -ENODEV
		? "; does the kernel have TUN (modprobe tun)?" : "");
	return r == -EPERM ? -EACCES : r; /* others may change that */
}

/* 0 or -errno: -EBUSY: the device is there, and is to be new, or has been
 * opened already. */
static int attach(const struct job *job, int fd, const char *name, bool is_new)
{
	bool is_tap = !strcmp(config_text(job->config, "mode"), "tap");
	bool is_multi = config_bool(job->config, "multi-queue");
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	request.ifr_flags = (short)((is_tap ? IFF_TAP : IFF_TUN) | IFF_NO_PI |
	    (is_new ? IFF_TUN_EXCL : 0) | (is_multi ? IFF_MULTI_QUEUE : 0));
	return ioctl(fd, TUNSETIFF, &request) < 0 ? -errno : 0;
}

/* The same. */
static int set_owners(const struct job *job, int fd)
{
	const struct tun *tun = made_link_own(job);

	if (tun->owner >= 0 && ioctl(fd, TUNSETOWNER, tun->owner) < 0)
		return -errno;
	if (tun->group >= 0 && ioctl(fd, TUNSETGROUP, tun->group) < 0)
		return -errno;
	return 0;
}

static int create(
    struct job *job, const char *name, char said[MADE_LINK_SAID_SIZE])
{
	_cleanup_(close_fd) int fd = open_device(said);
	int r;

	if (fd < 0)
		return fd;
	/* When the last one closes a device that is not persistent, it goes:
	 * so it does if any of this fails. */
	r = attach(job, fd, name, true);
	if (r == 0)
		r = set_owners(job, fd);
	if (r == 0 && ioctl(fd, TUNSETPERSIST, 1) < 0)
		r = -errno;
	if (r < 0)
		snprintf(said, MADE_LINK_SAID_SIZE,
		    "the kernel refuses to make it: %s", strerror(-r));
	return r == -EBUSY ? -EEXIST : r;
}

/* Only whoever has opened it can. Should it be gone, one that this makes goes
 * as well. */
static int put_right(
    struct job *job, const char *name, char said[MADE_LINK_SAID_SIZE])
{
	_cleanup_(close_fd) int fd = open_device(said);
	int r;

	if (fd < 0)
		return fd;
	r = attach(job, fd, name, false);
	if (r == 0)
		r = set_owners(job, fd);
	if (r < 0)
		snprintf(said, MADE_LINK_SAID_SIZE, "%s", r == -EBUSY
			? "its program has it open"
			: strerror(-r));
	return r;
}

static bool owner(const struct job *job, struct made_value *ret)
{
	const struct tun *tun = made_link_own(job);

	ret->number = (uint32_t)tun->owner;
	return tun->owner >= 0;
}

static bool group(const struct job *job, struct made_value *ret)
{
	const struct tun *tun = made_link_own(job);

	ret->number = (uint32_t)tun->group;
	return tun->group >= 0;
}

static const uint32_t modes[] = { IFF_TUN, IFF_TAP };

static const struct made_option options[] = {
	{ IFLA_TUN_TYPE, .type = MADE_U8, .key = "mode", .numbers = modes,
	    .flags = MADE_ONLY_SHOWN },
	{ IFLA_TUN_OWNER, .type = MADE_U32, .key = "owner",
	    .flags = MADE_ONLY_SHOWN, .value = owner },
	{ IFLA_TUN_GROUP, .type = MADE_U32, .key = "group",
	    .flags = MADE_ONLY_SHOWN, .value = group },
	{ IFLA_TUN_MULTI_QUEUE, .type = MADE_U8, .key = "multi-queue",
	    .flags = MADE_ONLY_SHOWN },
	{ 0 },
};

static const struct made_link_kind tun = {
	.name = "tun", /* also that of tap devices */
	.own_size = sizeof(struct tun),
	.prepare = prepare,
	.create = create,
	.put_right = put_right,
	.options = options,
};

const struct provider provider_tun = {
	.schema = &schema_tun,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &tun,
};
