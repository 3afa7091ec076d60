/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices in a scenario: which are there at a step is known when reading. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "resolver/load.h"
#include "scenario/read.h"

static const char *const keys[] = {"device", "carrier", "name", "type", "mac",
    "driver", "path", "vendor", "model"};
enum { KEY_DEVICE, KEY_CARRIER };

static struct present **find_present(struct reader *reader, const char *key)
{
	struct present **at = &reader->present;

	while (*at && strcmp((*at)->device.device.key, key) != 0)
		at = &(*at)->next;
	return at;
}

static const char **attribute(struct device *device, int key)
{
	const char **const fields[] = {&device->key, NULL, &device->name,
	    &device->type, &device->mac, &device->driver, &device->path,
	    &device->vendor, &device->model};

	return fields[key];
}

static bool read_device_name(
    struct reader *reader, const struct item *item, const char **ret)
{
	if (!read_text(reader, item, "device", ret))
		return false;
	if (!device_name_check(*ret))
		return true;
	read_type_error(reader, item, "device", device_name_check(*ret));
	return false;
}

/* Reads the attributes over those in ret. False: an error was reported. */
static bool read_attributes(struct reader *reader, const struct item *item,
    struct step_device *ret)
{
	bool good = true;

	for (const struct item *at = item->first; at; at = at->next) {
		int key = read_key(
		    reader, at, "a device", keys, ARRAY_SIZE(keys));

		if (key < 0) {
			good = false;
		} else if (key == KEY_DEVICE) {
			continue;
		} else if (key == KEY_CARRIER) {
			good &= read_bool(reader, at, at->key, &ret->carrier);
			ret->has_carrier = true;
		} else {
			good &= read_text(
			    reader, at, at->key, attribute(&ret->device, key));
			ret->has_attributes = true;
		}
	}
	return good;
}

/* The mapping's `device`. */
static bool read_device_key(
    struct reader *reader, const struct item *item, const char **ret)
{
	const struct item *device;

	if (!read_mapping(reader, item, "device",
		"a mapping, such as { device: eth0, type: ethernet }"))
		return false;
	device = item_find(item, "device");
	if (!device) {
		read_error(reader, &item->mark, "'device' is missing");
		return false;
	}
	return read_device_name(reader, device, ret);
}

static int read_one(struct reader *reader, const struct item *item,
    struct step_device *ret, uint32_t *n)
{
	struct present *present;
	const char *key;

	*ret = (struct step_device){.carrier = true};
	if (!read_device_key(reader, item, &key))
		return 0;
	ret->device.key = ret->device.name = key;
	if (*find_present(reader, key)) {
		read_error(reader, &item->mark,
		    "device '%s' is there already", key);
		return 0;
	}
	/* It is there, for the steps that follow, also when that is wrong. */
	*n += read_attributes(reader, item, ret);
	/* As the kernel does: never the same again. */
	ret->device.ifindex = ++reader->n_plugged;
	present = arena_alloc(reader->file->arena, sizeof(*present));
	if (!present)
		return -ENOMEM;
	present->device = *ret;
	present->next = reader->present;
	reader->present = present;
	return 0;
}

int read_plug(struct reader *reader, const struct item *item,
    const struct step_device **ret, uint32_t *ret_n)
{
	uint32_t n_items, n = 0;
	struct step_device *devices;
	const struct item *at = read_items(item, &n_items);

	devices = arena_array(
	    reader->file->arena, (size_t)n_items + 1, sizeof(*devices));
	if (!devices)
		return -ENOMEM;
	for (; n_items; n_items--, at = at->next) {
		int r = read_one(reader, at, &devices[n], &n);

		if (r)
			return r;
	}
	*ret = devices;
	*ret_n = n;
	return 0;
}

static void report_absent(
    struct reader *reader, const struct mark *mark, const char *key)
{
	struct diagnostic *diagnostic =
	    read_error(reader, mark, "there is no device '%s'", key);
	const char *names[256];
	size_t n = 0;

	for (const struct present *at = reader->present;
		at && n < ARRAY_SIZE(names); at = at->next)
		names[n++] = at->device.device.key;
	read_suggest(reader, diagnostic, key, names, n);
}

int read_change(
    struct reader *reader, const struct item *item, struct step *step)
{
	struct step_device *device =
	    arena_alloc(reader->file->arena, sizeof(*device));
	struct present *present;
	const char *key;

	if (!device)
		return -ENOMEM;
	if (!read_device_key(reader, item, &key))
		return 0;
	present = *find_present(reader, key);
	if (!present) {
		report_absent(reader, &item_find(item, "device")->mark, key);
		return 0;
	}
	*device = present->device;
	device->has_carrier = device->has_attributes = false;
	if (!read_attributes(reader, item, device))
		return 0;
	present->device = *device;
	step->devices = device;
	step->n_devices = 1;
	return 0;
}

int read_unplug(
    struct reader *reader, const struct item *item, struct step *step)
{
	const char **names =
	    arena_array(reader->file->arena, 1, sizeof(*names));
	struct present **present;

	if (!names)
		return -ENOMEM;
	if (!read_text(reader, item, "unplug", names))
		return 0;
	present = find_present(reader, names[0]);
	if (!*present) {
		report_absent(reader, &item->mark, names[0]);
		return 0;
	}
	*present = (*present)->next;
	step->names = names;
	step->n_names = 1;
	return 0;
}
