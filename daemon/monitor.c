/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/monitor.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/sys/tree.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/sysfs.h"
#include "daemon/udev.h"
#include "providers/support/rtnl.h"
#include "resolver/resolver.h"

/* For udev, to be done with a device; it gives its own rules longer. */
enum { UDEV_LIMIT_MS = 30000 };

/* A name, and more than once ".IFINDEX" after it; see find_key(). */
enum { KEY_SIZE = IFNAMSIZ + 4 * 11 };

struct entry {
	uint32_t ifindex;
	uint8_t mac_length;
	char name[IFNAMSIZ];
	const char *key, *kind;
	const char *maker; /* the node that made it, or NULL */
	char *mac;         /* has room for that length */
	const char *type; /* fixed text, or kind */
	struct sysfs_device *hardware; /* NULL: made by software */
	RB_ENTRY(entry) by_ifindex, by_key;
	char texts[]; /* all but name: as much as there is */
};

RB_HEAD(entry_by_ifindex, entry);
RB_HEAD(entry_by_key, entry);

static int compare_ifindexes(const struct entry *a, const struct entry *b)
{
	return a->ifindex < b->ifindex ? -1 : a->ifindex > b->ifindex;
}

static int compare_keys(const struct entry *a, const struct entry *b)
{
	return strcmp(a->key, b->key);
}

RB_PROTOTYPE(entry_by_ifindex, entry, by_ifindex, );
RB_PROTOTYPE(entry_by_key, entry, by_key, );
RB_GENERATE(entry_by_ifindex, entry, by_ifindex, compare_ifindexes)
RB_GENERATE(entry_by_key, entry, by_key, compare_keys)

struct monitor {
	struct rtnl *rtnl;
	struct udev *udev;
	struct monitor_events events;
	struct rtnl_watch watch;
	struct entry_by_ifindex entries;
	struct entry_by_key keys;
	size_t n;
};

static const char *known(const char *text)
{
	return *text ? text : NULL;
}

static void to_device(const struct entry *e, struct device *ret)
{
	const struct sysfs_device *hardware = e->hardware;

	*ret = (struct device){
		.key = e->key,
		.name = e->name,
		.ifindex = e->ifindex,
		.type = e->type,
		.mac = known(e->mac),
		.maker = e->maker,
	};
	if (!hardware)
		return;
	ret->driver = known(hardware->driver);
	ret->path = known(hardware->path);
	ret->vendor = known(hardware->vendor);
	ret->model = known(hardware->model);
	ret->vendor_name = known(hardware->vendor_name);
	ret->model_name = known(hardware->model_name);
}

static struct entry *find(struct monitor *monitor, uint32_t ifindex)
{
	struct entry probe = { .ifindex = ifindex };

	return RB_FIND(entry_by_ifindex, &monitor->entries, &probe);
}

static void entry_free(struct entry *e)
{
	free(e->hardware);
	free(e);
}

static void drop(struct monitor *monitor, struct entry *e)
{
	RB_REMOVE(entry_by_ifindex, &monitor->entries, e);
	RB_REMOVE(entry_by_key, &monitor->keys, e);
	monitor->n--;
	entry_free(e);
}

/* ---- a new device ---- */

/*
 * Another live device may have appeared with this name and been renamed
 * since: it keeps its key, as its instances keep theirs, and the new one
 * gets a key with its number appended, such as eth0.7 (again and again, as
 * a third one may really be named so).
 */
static int find_key(struct monitor *monitor,
    const struct rtnl_link *link, char key[KEY_SIZE])
{
	size_t n = (size_t)snprintf(key, KEY_SIZE, "%s", link->name);
	struct entry probe = { .key = key };

	for (;;) {
		if (!RB_FIND(entry_by_key, &monitor->keys, &probe))
			return 0;
		n += (size_t)snprintf(
		    key + n, KEY_SIZE - n, ".%" PRIu32, link->ifindex);
		if (n >= KEY_SIZE)
			return -EEXIST;
	}
}

static void set_type(struct entry *e, const struct rtnl_link *link)
{
	const struct sysfs_device *hardware = e->hardware;

	if (!strcmp(link->kind, "veth") && link->has_link_netns)
		e->type = "ethernet"; /* seen from here it is a card */
	else if (*link->kind)
		e->type = e->kind;
	else if (link->arp_type == ARPHRD_LOOPBACK)
		e->type = "loopback";
	else if (hardware && (!strcmp(hardware->devtype, "wlan") ||
			      hardware->is_wireless))
		e->type = "wlan";
	else if (hardware && !strcmp(hardware->devtype, "wwan"))
		e->type = "wwan";
	else if (link->arp_type == ARPHRD_ETHER)
		e->type = "ethernet";
	else
		e->type = NULL; /* neither: no template shall take it for one */
}

/* The hardware, and what udev says of it where it runs. 0 or -ENOMEM. */
static int read_hardware(const struct monitor *monitor, struct entry *e)
{
	struct sysfs_device *hardware = calloc(1, sizeof(*hardware));
	struct udev_device udev;

	if (!hardware)
		return -ENOMEM;
	e->hardware = hardware;
	sysfs_read_device(e->name, e->ifindex, hardware);
	udev_read_device(monitor->udev, e->ifindex, &udev);
	if (*udev.path)
		memcpy(hardware->path, udev.path, sizeof(udev.path));
	if (*udev.vendor_name)
		memcpy(hardware->vendor_name, udev.vendor_name,
		    sizeof(udev.vendor_name));
	if (*udev.model_name)
		memcpy(hardware->model_name, udev.model_name,
		    sizeof(udev.model_name));
	return 0;
}

/* The node that has said it makes a device of that name; or NULL. */
static const char *maker_of(const struct monitor *monitor, const char *name)
{
	return monitor->events.maker
	    ? monitor->events.maker(monitor->events.ctx, name)
	    : NULL;
}

/* Takes over what may change; true when something did. */
static bool update(struct entry *e, const struct rtnl_link *link)
{
	char mac[sizeof(link->permanent_mac) * 3] = "";

	/* The length is that of its type, which never changes. */
	if (link->mac_length <= e->mac_length)
		text_print_mac(mac, link->permanent_mac, link->mac_length);
	if (!strcmp(e->name, link->name) && !strcmp(e->mac, mac))
		return false;
	memcpy(e->name, link->name, sizeof(e->name));
	memcpy(e->mac, mac, strlen(mac) + 1);
	return true;
}

/* Where the text is then; what follows goes behind it. */
static char *put(char **end, const char *text)
{
	char *at = *end;

	*end = stpcpy(at, text) + 1;
	return at;
}

/* NULL: out of memory. */
static struct entry *entry_new(
    const struct rtnl_link *link, const char *key, const char *maker)
{
	const char *texts[] = { key, link->kind, maker ? maker : "" };
	size_t size = 3 * (size_t)link->mac_length + 1;
	struct entry *e;
	char *end;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		size += strlen(texts[i]) + 1;
	e = calloc(1, sizeof(*e) + size);
	if (!e)
		return NULL;
	end = e->texts;
	e->ifindex = link->ifindex;
	e->key = put(&end, key);
	e->kind = put(&end, link->kind);
	e->maker = maker ? put(&end, maker) : NULL;
	e->mac = end;
	e->mac_length = link->mac_length;
	(void)update(e, link);
	return e;
}

static int add(struct monitor *monitor, const struct rtnl_link *link,
    struct entry **ret)
{
	char key[KEY_SIZE];
	struct entry *e;
	int r = find_key(monitor, link, key);

	if (r < 0)
		return r;
	/* The maker only now, by the name under which it appears. */
	e = entry_new(link, key, maker_of(monitor, link->name));
	if (!e)
		return -ENOMEM;
	/* What has a kind was made by software: nothing on a bus. */
	if (!*link->kind && link->arp_type != ARPHRD_LOOPBACK)
		r = read_hardware(monitor, e);
	if (r < 0) {
		entry_free(e);
		return r;
	}
	set_type(e, link);
	RB_INSERT(entry_by_ifindex, &monitor->entries, e);
	RB_INSERT(entry_by_key, &monitor->keys, e);
	monitor->n++;
	*ret = e;
	return 0;
}

/* ---- events ---- */

/* udev may still rename it. What a node makes has the name that it is to have,
 * and whoever stands on it waits for nothing but that. */
static bool is_early(
    const struct monitor *monitor, const struct rtnl_link *link)
{
	return !maker_of(monitor, link->name) &&
	    udev_has(monitor->udev, link->ifindex, link->name);
}

/* Without memory for it the device does not exist for us; it may at its next
 * event. */
static void appear(struct monitor *monitor, const struct rtnl_link *link)
{
	struct device device;
	struct entry *e;

	if (is_early(monitor, link) || add(monitor, link, &e) < 0)
		return;
	to_device(e, &device);
	monitor->events.added(monitor->events.ctx, &device);
}

static void on_link(struct rtnl_watch *watch, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	struct monitor *monitor = container_of(watch, struct monitor, watch);
	struct entry *e = find(monitor, link->ifindex);
	struct device device;

	if (e) {
		if (!update(e, link))
			return;
		to_device(e, &device);
		monitor->events.changed(monitor->events.ctx, &device);
		return;
	}
	/* A veth made with its other end elsewhere is announced before it is
	 * tied to that: what it is can be seen when the kernel is done. */
	if (!before && !strcmp(link->kind, "veth") && !link->has_link &&
	    rtnl_refresh_link(monitor->rtnl, link->ifindex) == 0)
		return;
	appear(monitor, link);
}

static void on_udev(void *ctx, uint32_t ifindex)
{
	struct monitor *monitor = ctx;
	const struct rtnl_link *link = rtnl_find_link(monitor->rtnl, ifindex);

	if (link)
		appear(monitor, link);
	else
		udev_forget(monitor->udev, ifindex);
}

static void on_link_gone(
    struct rtnl_watch *watch, const struct rtnl_link *link)
{
	struct monitor *monitor = container_of(watch, struct monitor, watch);
	struct entry *e = find(monitor, link->ifindex);
	char key[KEY_SIZE];

	udev_forget(monitor->udev, link->ifindex);
	if (!e)
		return;
	snprintf(key, sizeof(key), "%s", e->key);
	drop(monitor, e);
	monitor->events.removed(monitor->events.ctx, key);
}

static const struct rtnl_calls calls = {
	.on_link = on_link,
	.on_link_gone = on_link_gone,
};

/* ---- opening, closing ---- */

int monitor_open(uv_loop_t *loop, struct rtnl *rtnl,
    const struct monitor_events *events, struct monitor **ret)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));
	const struct rtnl_link *link;
	struct entry *e;
	int r;

	if (!monitor)
		return -ENOMEM;
	monitor->rtnl = rtnl;
	monitor->events = *events;
	r = udev_open(loop, UDEV_LIMIT_MS, on_udev, monitor, &monitor->udev);
	if (r < 0) {
		free(monitor);
		return r;
	}
	for (size_t i = 0; (link = rtnl_each_link(rtnl, &i));) {
		r = is_early(monitor, link) ? 0 : add(monitor, link, &e);
		if (r == -ENOMEM) {
			monitor_close(monitor);
			return r;
		}
	}
	monitor->watch.calls = &calls;
	rtnl_watch_begin(rtnl, &monitor->watch);
	*ret = monitor;
	return 0;
}

struct monitor *monitor_close(struct monitor *monitor)
{
	struct entry *e;

	if (!monitor)
		return NULL;
	rtnl_watch_end(&monitor->watch);
	udev_close(monitor->udev);
	while ((e = RB_ROOT(&monitor->entries)))
		drop(monitor, e);
	free(monitor);
	return NULL;
}

struct device *monitor_devices(struct monitor *monitor, size_t *ret_n)
{
	struct device *devices = calloc(monitor->n + 1, sizeof(*devices));
	struct entry *e;

	*ret_n = 0;
	if (!devices)
		return NULL;
	/* The same order every time, whatever the order of the dump was. */
	RB_FOREACH(e, entry_by_ifindex, &monitor->entries)
		to_device(e, &devices[(*ret_n)++]);
	return devices;
}
