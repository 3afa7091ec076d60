/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inputs of a simulation: devices, the admin, providers, netconfd. */
#include "providers/fake/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/fake/job.h"

/* ---- devices ---- */

static void copy_string(const char **field, char **at)
{
	if (!*field)
		return;
	strcpy(*at, *field);
	*field = *at;
	*at += strlen(*at) + 1;
}

static struct fake_device *copy_device(const struct device *device)
{
	const char *const strings[] = { device->key, device->name,
		device->type, device->mac, device->driver, device->path,
		device->vendor, device->model, device->vendor_name,
		device->model_name, device->maker };
	size_t n = sizeof(struct fake_device);
	struct fake_device *copy;
	char *at;

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		n += strings[i] ? strlen(strings[i]) + 1 : 0;
	copy = calloc(1, n);
	if (!copy)
		return NULL;
	at = (char *)(copy + 1);
	copy->device = *device;
	copy_string(&copy->device.key, &at);
	copy_string(&copy->device.name, &at);
	copy_string(&copy->device.type, &at);
	copy_string(&copy->device.mac, &at);
	copy_string(&copy->device.driver, &at);
	copy_string(&copy->device.path, &at);
	copy_string(&copy->device.vendor, &at);
	copy_string(&copy->device.model, &at);
	copy_string(&copy->device.vendor_name, &at);
	copy_string(&copy->device.model_name, &at);
	copy_string(&copy->device.maker, &at);
	return copy;
}

static void forget_device(struct fake *fake, const char *key)
{
	struct fake_device *device;

	HASH_FIND_STR(fake->devices, key, device);
	if (device) {
		HASH_DEL(fake->devices, device);
		free(device);
	}
}

/* In the place of what it knew of it. */
static int remember_device(struct fake *fake, const struct device *device)
{
	struct fake_device *copy = copy_device(device), *known;

	if (!copy)
		return -ENOMEM;
	HASH_FIND_STR(fake->devices, device->key, known);
	copy->number = known ? known->number : ++fake->n_devices;
	forget_device(fake, device->key);
	HASH_ADD_KEYPTR(hh, fake->devices, copy->device.key,
	    strlen(copy->device.key), copy);
	if (copy->hh.tbl)
		return 0;
	free(copy);
	return -ENOMEM;
}

void fake_free_devices(struct fake *fake)
{
	struct fake_device *device, *next_device;
	struct carrier *carrier, *next_carrier;

	HASH_ITER (hh, fake->devices, device, next_device) {
		HASH_DEL(fake->devices, device);
		free(device);
	}
	HASH_ITER (hh, fake->without_carrier, carrier, next_carrier) {
		HASH_DEL(fake->without_carrier, carrier);
		free(carrier->key);
		free(carrier);
	}
}

static int remember_devices(
    struct fake *fake, const struct device *devices, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		r = remember_device(fake, &devices[i]);
	return r;
}

int fake_begin(struct fake *fake, const struct device *devices, size_t n)
{
	int r = resolver_devices(fake->resolver, fake->now_ms, devices, n);

	if (!r)
		r = remember_devices(fake, devices, n);
	fake_follow(fake);
	return r;
}

int fake_plug_all(struct fake *fake, const struct device *devices, size_t n)
{
	int r = resolver_devices_added(
	    fake->resolver, fake->now_ms, devices, n);

	if (!r)
		r = remember_devices(fake, devices, n);
	fake_follow(fake);
	return r;
}

int fake_plug(struct fake *fake, const struct device *device)
{
	int r = resolver_device_added(fake->resolver, fake->now_ms, device);

	if (!r)
		r = remember_device(fake, device);
	fake_follow(fake);
	return r;
}

int fake_unplug(struct fake *fake, const char *key)
{
	int r = resolver_device_removed(fake->resolver, fake->now_ms, key);

	forget_device(fake, key);
	fake_follow(fake);
	return r;
}

int fake_change(struct fake *fake, const struct device *device)
{
	int r = resolver_device_changed(fake->resolver, fake->now_ms, device);

	if (!r)
		r = remember_device(fake, device);
	fake_follow(fake);
	return r;
}

int fake_set_carrier(struct fake *fake, const char *key, bool has)
{
	struct carrier *carrier;

	HASH_FIND_STR(fake->without_carrier, key, carrier);
	if (!carrier == has)
		return 0;
	if (carrier) {
		HASH_DEL(fake->without_carrier, carrier);
		free(carrier->key);
		free(carrier);
		return 0;
	}
	carrier = calloc(1, sizeof(*carrier));
	if (!carrier)
		return -ENOMEM;
	carrier->key = strdup(key);
	if (carrier->key)
		HASH_ADD_KEYPTR(hh, fake->without_carrier, carrier->key,
		    strlen(carrier->key), carrier);
	if (!carrier->key || !carrier->hh.tbl) {
		free(carrier->key);
		free(carrier);
		return -ENOMEM;
	}
	return 0;
}

int fake_carrier(struct fake *fake, const char *key, bool carrier)
{
	struct node *node = NULL;
	int r = fake_set_carrier(fake, key, carrier);

	while (!r && (node = resolver_each(fake->resolver, node))) {
		const struct device *device = node_device(node);
		struct job *job = node_user(node);

		if (!job || node_is_template(node) || !device ||
		    strcmp(device->key, key) != 0 ||
		    !job_follows_carrier(node))
			continue;
		/* It was started on another one, which is gone. */
		if (!job_has_its_device(job))
			break;
		/* A start that is under way looks when it is over. */
		if (node_state(node) == NODE_STARTING)
			break;
		if (!carrier)
			job_say(job, FAKE_UNMET, "no carrier");
		else if (!job->outcome->unmet)
			job_say(job, FAKE_UP, NULL);
		break;
	}
	fake_follow(fake);
	return fake->failed ? -ENOMEM : r;
}

/* ---- the admin, events ---- */

int fake_up(struct fake *fake, const char *const *names, size_t n)
{
	int r = resolver_up(
	    fake->resolver, fake->now_ms, names, n, &fake->said);

	fake_follow(fake);
	return r;
}

int fake_down(
    struct fake *fake, const char *const *names, size_t n, bool force)
{
	int r = resolver_down(
	    fake->resolver, fake->now_ms, names, n, force, &fake->said);

	fake_follow(fake);
	return r;
}

int fake_reset(struct fake *fake, const char *const *names, size_t n)
{
	int r = resolver_reset(
	    fake->resolver, fake->now_ms, names, n, &fake->said);

	fake_follow(fake);
	return r;
}

int fake_restart(struct fake *fake, const char *const *names, size_t n)
{
	int r = resolver_restart(
	    fake->resolver, fake->now_ms, names, n, &fake->said);

	fake_follow(fake);
	return r;
}

void fake_emit(struct fake *fake, const char *event)
{
	uint32_t n;

	/* Without values it cannot fail. */
	resolver_emit(fake->resolver, fake->now_ms, event, NULL, 0, &n);
	fake_follow(fake);
}

/* ---- providers ---- */

int fake_report(
    struct fake *fake, const char *name, const struct report *report)
{
	struct node *node = resolver_find(fake->resolver, name);
	int r;

	if (!node)
		return -ENOENT;
	r = resolver_report(fake->resolver, fake->now_ms, node,
	    node_run(node), report);
	fake_follow(fake);
	return r;
}

/* The job of that name, if there is one that has been started. */
static struct job *find_job(struct fake *fake, const char *name)
{
	struct node *node = resolver_find(fake->resolver, name);

	return node && !node_is_template(node) ? node_user(node) : NULL;
}

int fake_say(struct fake *fake, const char *name, enum fake_word word)
{
	struct job *job = find_job(fake, name);

	if (job)
		job_say(job, word, job->outcome->error);
	fake_follow(fake);
	return fake->failed ? -ENOMEM : 0;
}

int fake_facts(struct fake *fake, const char *name, const struct fact *facts,
    size_t n)
{
	struct job *job = find_job(fake, name);

	if (job)
		job_say_facts(job, facts, n);
	fake_follow(fake);
	return fake->failed ? -ENOMEM : 0;
}

/* ---- netconfd ---- */

int fake_reload(struct fake *fake, const struct profile *profile)
{
	struct job *next;
	int r;

	for (struct job *job = fake->jobs; job; job = job->next_job)
		job->is_moved = false;
	r = resolver_reload(fake->resolver, fake->now_ms, profile);
	if (!r) {
		fake->profile = profile;
		fake->has_reloaded = true;
	}
	for (struct job *job = fake->jobs; job && !r; job = next) {
		next = job->next_job;
		/* Its node was at rest and is gone. */
		if (!job->is_moved)
			job_free(job);
	}
	fake_follow(fake);
	return r;
}

const struct node *fake_leaving(const struct fake *fake)
{
	for (struct job *job = fake->jobs; job && fake->has_reloaded;
		job = job->next_job)
		if (job->node &&
		    resolver_find(fake->resolver, job->name) != job->node)
			return job->node;
	return NULL;
}

struct restoring {
	struct resolver *to;
	int r;
};

static void restore(void *ctx, const struct kept *kept)
{
	struct restoring *restoring = ctx;

	if (!restoring->r)
		restoring->r = resolver_restore(restoring->to, kept);
}

/* A new resolver that knows what the other kept, and its devices. */
static int adopt(struct fake *fake, struct resolver *to)
{
	struct restoring restoring = { .to = to };
	size_t n = HASH_COUNT(fake->devices), i = 0;
	_cleanup_(free_ptr) struct device *devices =
	    calloc(n + 1, sizeof(*devices));
	struct fake_device *device, *next;

	if (!devices)
		return -ENOMEM;
	HASH_ITER (hh, fake->devices, device, next)
		devices[i++] = device->device;
	/* First: it makes latches what they are before anything occurred. */
	resolver_restore_boot(to);
	resolver_each_kept(fake->resolver, restore, &restoring);
	if (restoring.r)
		return restoring.r;
	return resolver_devices(to, fake->now_ms, devices, n);
}

/* Jobs find their nodes again, but those of instances that are absent now. */
static void find_nodes(struct fake *fake)
{
	struct job *next;

	for (struct job *job = fake->jobs; job; job = next) {
		struct node *node = resolver_find(fake->resolver, job->name);

		next = job->next_job;
		if (!node) {
			job_free(job);
			continue;
		}
		node_set_user(node, job);
		job->node = node;
		job->run = node_run(node);
		job->outcome = outcome_find(fake, node);
	}
}

int fake_crash(struct fake *fake)
{
	struct resolver *to;
	struct job *next;
	int r = fake_make_resolver(fake, &to);

	if (r)
		return r;
	r = adopt(fake, to);
	if (r) {
		resolver_free(to);
		return r;
	}
	for (struct job *job = fake->jobs; job; job = next) {
		struct node *node =
		    resolver_find(fake->resolver, job->name);

		next = job->next_job;
		/* Of a profile before this one: nobody knows of it now. */
		if (job->node && node != job->node)
			job_free(job);
		else
			job_crash(job);
	}
	resolver_free(fake->resolver);
	fake->resolver = to;
	find_nodes(fake);
	fake_follow(fake);
	return 0;
}
