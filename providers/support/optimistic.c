/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/optimistic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/provider.h"
#include "providers/support/rtnl-internal.h"
#include "providers/support/sysctl.h"

/* The second alone has no effect; without it, the address is not preferred,
 * nor told of as long as it is looked for. */
static const char *const names[] = { "optimistic_dad", "use_optimistic" };

enum { N_NAMES = ARRAY_SIZE(names) };

struct optimistic_device {
	struct list link; /* in rtnl->optimistic */
	struct host *host;
	uint32_t ifindex;
	struct list claims;
	struct sysctl_work *work; /* under way, or NULL */
	bool is_set;              /* as far as that is possible */
	bool is_telling;
	bool is_changed[N_NAMES];
	char former[N_NAMES][SYSCTL_SIZE];
};

static void step(struct optimistic_device *device);

static void free_device(struct optimistic_device *device)
{
	list_remove(&device->link);
	free(device);
}

/* ---- the sysctls ---- */

static void prepare(const struct optimistic_device *device, const char *name,
    size_t i, struct sysctl *ret)
{
	*ret = (struct sysctl){ .value = "1" };
	snprintf(ret->path, sizeof(ret->path), "net/ipv6/conf/%s/%s", name,
	    names[i]);
	if (!device->is_set)
		return;
	memcpy(ret->only, ret->value, SYSCTL_SIZE);
	memcpy(ret->value, device->former[i], SYSCTL_SIZE);
}

static void on_put_back(void *ctx, const struct sysctl *items, size_t n)
{
	struct optimistic_device *device = ctx;

	(void)items, (void)n;
	device->work = NULL;
	device->is_set = false;
	memset(device->is_changed, 0, sizeof(device->is_changed));
	step(device);
}

static const struct job *first_job(const struct optimistic_device *device)
{
	return list_is_empty(&device->claims)
	    ? NULL
	    : list_entry(device->claims.next, struct optimistic, link)->job;
}

static void on_set(void *ctx, const struct sysctl *items, size_t n)
{
	struct optimistic_device *device = ctx;
	const struct job *job = first_job(device);

	device->work = NULL;
	device->is_set = true;
	for (size_t i = 0; i < n; i++) {
		if (items[i].error && job)
			job_log(job, LOG_LEVEL_WARNING,
			    "cannot set %s: %s; it waits until no other host "
			    "is found with its addresses",
			    items[i].path, strerror(-items[i].error));
		if (items[i].error)
			break;
		device->is_changed[i] = items[i].is_written;
		memcpy(device->former[i], items[i].former, SYSCTL_SIZE);
	}
	step(device);
}

/* False: there is nothing to write, or no memory to do it. */
static bool write_all(struct optimistic_device *device)
{
	const struct rtnl_link *link =
	    rtnl_find_link(device->host->rtnl, device->ifindex);
	struct sysctl items[N_NAMES];
	size_t n = 0;

	for (size_t i = 0; link && i < N_NAMES; i++)
		if (!device->is_set || device->is_changed[i])
			prepare(device, link->name, i, &items[n++]);
	if (n)
		device->work = sysctl_write(device->host->loop, items, n,
		    device->is_set ? on_put_back : on_set, device);
	return device->work;
}

/* ---- who claims them ---- */

static struct optimistic *find_waiting(struct optimistic_device *device)
{
	struct optimistic *claim;

	list_for_each(claim, &device->claims, struct optimistic, link)
		if (!claim->is_ready)
			return claim;
	return NULL;
}

/* Those told may end any claim. */
static void tell(struct optimistic_device *device)
{
	struct optimistic *claim;

	device->is_telling = true;
	while ((claim = find_waiting(device))) {
		claim->is_ready = true;
		claim->ready(claim);
	}
	device->is_telling = false;
}

/* Towards what there should be. */
static void step(struct optimistic_device *device)
{
	bool is_wanted = !list_is_empty(&device->claims);

	if (device->work || device->is_telling)
		return;
	if (is_wanted != device->is_set && write_all(device))
		return;
	device->is_set = is_wanted;
	tell(device);
	if (!is_wanted)
		free_device(device);
	else if (list_is_empty(&device->claims))
		step(device);
}

static struct optimistic_device *find_device(
    struct rtnl *rtnl, uint32_t ifindex)
{
	struct optimistic_device *device;

	list_for_each(device, &rtnl->optimistic, struct optimistic_device, link)
		if (device->ifindex == ifindex)
			return device;
	return NULL;
}

static struct optimistic_device *add_device(
    struct host *host, uint32_t ifindex)
{
	struct optimistic_device *device = calloc(1, sizeof(*device));

	if (!device)
		return NULL;
	device->host = host;
	device->ifindex = ifindex;
	list_init(&device->link);
	list_init(&device->claims);
	list_append(&host->rtnl->optimistic, &device->link);
	return device;
}

bool optimistic_begin(struct optimistic *claim, uint32_t ifindex)
{
	struct host *host = claim->job->host;
	struct optimistic_device *device;

	if (claim->ifindex == ifindex)
		return claim->is_ready;
	optimistic_end(claim);
	device = find_device(host->rtnl, ifindex);
	if (!device)
		device = add_device(host, ifindex);
	claim->ifindex = ifindex;
	claim->device = device;
	claim->is_ready = true;
	if (!device)
		return true;
	list_init(&claim->link);
	list_append(&device->claims, &claim->link);
	step(device);
	claim->is_ready = !device->work;
	return claim->is_ready;
}

void optimistic_end(struct optimistic *claim)
{
	struct optimistic_device *device = steal_ptr(claim->device);

	claim->ifindex = 0;
	claim->is_ready = false;
	if (!device)
		return;
	list_remove(&claim->link);
	if (list_is_empty(&device->claims))
		step(device);
}

void optimistic_clear(struct rtnl *rtnl)
{
	struct optimistic_device *device;

	while ((device = list_pop(
		    &rtnl->optimistic, struct optimistic_device, link))) {
		sysctl_forget(device->work);
		free(device);
	}
}
