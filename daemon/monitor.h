/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device monitor: turns rtnetlink's links into the resolver's devices:
 * which type they are, their permanent address, driver, bus path, vendor and
 * model (sysfs).
 *
 * type is the kernel's link kind where there is one (vlan, bridge, tun, ...),
 * else ethernet, wlan, wwan or loopback; one exception: a veth whose other
 * end lies in another network namespace (IFLA_LINK_NETNSID) is ethernet. It
 * is decided once, when the device appears. Its key is the name it appeared
 * with and stays when it is renamed. Where udev runs, a device appears when
 * udev is done with it, under its final name (udev.h); what nodes make appears
 * at once.
 */
#pragma once

#include <stddef.h>

#include <uv.h>

struct device; /* resolver/resolver.h */
struct monitor;
struct rtnl;

struct monitor_events {
	void (*added)(void *ctx, const struct device *device);
	void (*changed)(void *ctx, const struct device *device); /* renamed */
	void (*removed)(void *ctx, const char *key);
	/* The node that makes a device of that name, or NULL. */
	const char *(*maker)(void *ctx, const char *name);
	void *ctx;
};

/*
 * Begins to watch. Devices already in rtnl's table are not announced: take
 * them with monitor_devices() (call it when rtnl is ready). 0 or -errno.
 */
int monitor_open(uv_loop_t *loop, struct rtnl *rtnl,
    const struct monitor_events *events, struct monitor **ret);
/* Returns NULL. The loop must run once more. */
struct monitor *monitor_close(struct monitor *monitor);

/* The devices present now, to be freed by the caller (the array only; the
 * strings are the monitor's, valid until the next event). */
struct device *monitor_devices(struct monitor *monitor, size_t *ret_n);
