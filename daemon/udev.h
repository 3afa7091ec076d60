/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waits for udev, where it runs: it may rename a device, load firmware for it
 * or give it another address, and knows more of it than sysfs does. udev runs
 * here when it listens (/run/udev/control), when /sys can be written to
 * (containers show another's udev without that), and when somebody in this
 * network namespace gets the kernel's uevents: those of a device go to the
 * namespace that it is in, so the udev of another one never hears of it.
 *
 * What udev has done with a device it writes to /run/udev/data/nIFINDEX: that
 * file is read and, while a device is waited for, watched. A device of which
 * udev says nothing for so long as the limit is not waited for any more.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

struct udev;

/* Calls again(ctx, ifindex) when it may be done with a device that was waited
 * for: ask udev_has() once more. 0 or -ENOMEM. */
int udev_open(uv_loop_t *loop, uint64_t limit_ms,
    void (*again)(void *ctx, uint32_t ifindex), void *ctx, struct udev **ret);
/* Frees it when the loop has closed its handles. Accepts NULL. */
void udev_close(struct udev *);

/*
 * True while udev runs and has the device, known to us by that name, still in
 * hand; it is waited for then, until udev_forget() or false. Without memory
 * for that, or without inotify, false.
 */
bool udev_has(struct udev *, uint32_t ifindex, const char *name);
/* The device is gone. */
void udev_forget(struct udev *, uint32_t ifindex);

/* What udev's rules have found out; "" where not known. */
struct udev_device {
	char path[128];                     /* ID_PATH */
	char vendor_name[64], model_name[64]; /* ID_*_FROM_DATABASE */
};

/* All empty where udev does not run. */
void udev_read_device(
    struct udev *, uint32_t ifindex, struct udev_device *ret);
