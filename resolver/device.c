/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices, and whose they are. */
#include "resolver/card.h"
#include "resolver/device.h"
#include "resolver/reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int compare_devices(
    const struct device_record *a, const struct device_record *b)
{
	return strcmp(a->device.key, b->device.key);
}

/* Simulated devices may all have the same one. */
static int compare_ifindexes(
    const struct device_record *a, const struct device_record *b)
{
	if (a->device.ifindex != b->device.ifindex)
		return a->device.ifindex < b->device.ifindex ? -1 : 1;
	return compare_devices(a, b);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
RB_GENERATE(device_by_key, device_record, by_key, compare_devices)
RB_GENERATE(device_by_ifindex, device_record, by_ifindex, compare_ifindexes)
#pragma GCC diagnostic pop

bool globs_match(
    const struct match_globs *globs, const char *value, bool ignore_case)
{
	for (uint32_t i = 0; i < globs->n && value; i++)
		if (text_match_glob(globs->items[i], value, ignore_case))
			return true;
	return !globs->n;
}

static bool device_matches(
    const struct match *match, const struct device *device)
{
	return globs_match(&match->name, device->name, false) &&
	       globs_match(&match->mac, device->mac, true) &&
	       globs_match(&match->type, device->type, false) &&
	       globs_match(&match->driver, device->driver, false) &&
	       globs_match(&match->path, device->path, false) &&
	       (globs_match(&match->vendor, device->vendor, false) ||
		   globs_match(&match->vendor, device->vendor_name, false)) &&
	       (globs_match(&match->model, device->model, false) ||
		   globs_match(&match->model, device->model_name, false));
}

/* Is there, or comes with it? */
static bool device_comes(const struct resolver *resolver,
    const struct device *devices, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(devices[i].key, key))
			return true;
	return device_find((struct resolver *)resolver, key);
}

/*
 * The node bound to it by `device:`, or, while there is no such device, by the
 * name that it gives to it: it has done so before netconfd was started anew.
 * Else the first template to match. The n devices come at the same time.
 */
static struct decl *device_owner(struct resolver *resolver,
    const struct device *device, const struct device *devices, size_t n)
{
	const struct graph *graph = profile_graph(resolver->profile);
	struct decl *owner = graph_device_owner(resolver->profile, device->key);

	if (owner && resolver_top(resolver, owner)->device)
		return NULL; /* it has another one, of the name it gives */
	if (owner || device->maker)
		return owner;
	owner = graph_name_giver(resolver->profile, device->key);
	if (owner && !resolver_top(resolver, owner)->device &&
	    !device_comes(resolver, devices, n, owner->device))
		return owner;
	for (uint32_t i = 0; i < graph->n_roots; i++)
		if (device_matches(graph->roots[i]->match, device))
			return graph->roots[i];
	return NULL;
}

/* The strings of a device, for copying them one after the other. */
enum { N_STRINGS = 11 };

static void device_strings(
    struct device *device, const char **strings[N_STRINGS])
{
	const char **list[N_STRINGS] = { &device->key, &device->name,
		&device->type, &device->mac, &device->driver, &device->path,
		&device->vendor, &device->model, &device->vendor_name,
		&device->model_name, &device->maker };

	memcpy(strings, list, sizeof(list));
}

static struct device_record *record_new(const struct device *device)
{
	struct device copy = *device;
	const char **strings[N_STRINGS];
	size_t bytes = sizeof(struct device_record);

	device_strings(&copy, strings);
	for (int i = 0; i < N_STRINGS; i++)
		bytes += *strings[i] ? strlen(*strings[i]) + 1 : 0;
	struct device_record *record = calloc(1, bytes);
	if (!record)
		return NULL;
	char *at = (char *)(record + 1);

	for (int i = 0; i < N_STRINGS; i++) {
		if (!*strings[i])
			continue;
		char *next = stpcpy(at, *strings[i]) + 1;
		*strings[i] = at;
		at = next;
	}
	record->device = copy;
	record->bytes = bytes;
	snprintf(record->ifindex, sizeof(record->ifindex), "%u",
	    device->ifindex);
	return record;
}

static void record_insert(
    struct resolver *resolver, struct device_record *record)
{
	RB_INSERT(device_by_key, &resolver->devices, record);
	RB_INSERT(device_by_ifindex, &resolver->ifindexes, record);
	resolver->stats.bytes += record->bytes;
}

static void record_free(
    struct resolver *resolver, struct device_record *record)
{
	RB_REMOVE(device_by_key, &resolver->devices, record);
	RB_REMOVE(device_by_ifindex, &resolver->ifindexes, record);
	resolver->stats.bytes -= record->bytes;
	free(record);
}

struct device_record *device_find(
    struct resolver *resolver, const char *key)
{
	struct device_record probe = { .device.key = key };

	return RB_FIND(device_by_key, &resolver->devices, &probe);
}

struct device_record *device_find_ifindex(
    const struct resolver *resolver, const char *ifindex)
{
	struct device_record probe = { .device.key = "" }, *record;
	char *end;

	probe.device.ifindex = (uint32_t)strtoul(ifindex, &end, 10);
	if (end == ifindex || *end)
		return NULL;
	record = RB_NFIND(device_by_ifindex,
	    (struct device_by_ifindex *)&resolver->ifindexes, &probe);
	return record && record->device.ifindex == probe.device.ifindex
		   ? record
		   : NULL;
}

struct node *record_root(const struct device_record *record)
{
	if (record->card)
		return &record->card->nodes[record->card->root->slot];
	return record->node;
}

/* Something bound to the former device of that name may still be active: it
 * has to be at rest before it starts on this one. */
static void attach(struct device_record *record)
{
	struct card *card = record->card;
	struct node *root = record_root(record);

	if (!root)
		return;
	root->is_stale = node_is_active(root) && !root->is_adopted;
	if (card) {
		card->device = record;
		for (uint32_t i = 0; i < card->root->edges->n_slots; i++) {
			node_appear(&card->nodes[i]);
			node_touch(&card->nodes[i]);
		}
	} else {
		root->device = record;
		node_touch(root);
	}
}

/* Makes the device's record. Its owner does not know of it yet. */
static int record_make(struct resolver *resolver, const struct device *device,
    struct decl *owner)
{
	struct device_record *record;

	if (device_find(resolver, device->key))
		return -EEXIST;
	record = record_new(device);
	if (!record)
		return -ENOMEM;
	if (owner && owner->match) {
		record->card = card_get(resolver, owner, device->key);
		if (!record->card) {
			free(record);
			return -ENOMEM;
		}
	} else if (owner) {
		record->node = resolver_top(resolver, owner);
	}
	record_insert(resolver, record);
	return 0;
}

int device_insert(struct resolver *resolver, const struct device *device)
{
	return device_insert_for(resolver, device,
	    device_owner(resolver, device, NULL, 0));
}

int device_insert_for(struct resolver *resolver, const struct device *device,
    struct decl *owner)
{
	int r = record_make(resolver, device, owner);

	if (!r)
		attach(device_find(resolver, device->key));
	return r;
}

/* Marks what stands on the device; see node.h, anchor. */
static void mark_gone(void *ctx, const struct edge *edge, struct node *node)
{
	struct list *list = ctx;
	const struct node *below = edge_target(node, edge);

	if (edge->role != EDGE_OVER || node->anchor != below->anchor ||
	    node->is_absent)
		return;
	walk_add(list, node);
}

static void mark_gone_from(struct node *node)
{
	struct list list;

	walk_begin(node->resolver, &list);
	walk_add(&list, node);
	while ((node = walk_next(&list))) {
		node->is_gone = node_is_active(node);
		node_touch(node);
		node_each_up(node, mark_gone, &list);
	}
}

static void detach(struct device_record *record)
{
	struct node *node = record_root(record);

	if (!node)
		return;
	if (record->card)
		record->card->device = NULL;
	else
		node->device = NULL;
	mark_gone_from(node);
}

/* All of them or, on an error, none. */
static int insert_all(
    struct resolver *resolver, const struct device *devices, size_t n)
{
	size_t n_made = 0;
	int r = 0;

	while (n_made < n && !r) {
		r = record_make(resolver, &devices[n_made],
		    device_owner(resolver, &devices[n_made], devices, n));
		n_made += !r;
	}
	for (size_t i = 0; i < n_made; i++) {
		struct device_record *record =
		    device_find(resolver, devices[i].key);

		if (r)
			record_free(resolver, record);
		else
			attach(record);
	}
	if (r)
		cards_sweep(resolver);
	return r;
}

/* Adopted nodes whose device did not come back. */
static void mark_orphans(struct resolver *resolver)
{
	const struct graph *graph = profile_graph(resolver->profile);
	struct card *card;

	for (uint32_t i = 0; i < graph->n_roots; i++)
		RB_FOREACH (card, card_by_key,
		    resolver_cards(resolver, graph->roots[i]))
			if (!card->device)
				mark_gone_from(
				    &card->nodes[graph->roots[i]->slot]);
	for (uint32_t i = 0; i < graph->n_owners; i++) {
		struct node *node = resolver_top(resolver, graph->owners[i]);

		if (!node->device)
			mark_gone_from(node);
	}
}

int resolver_devices(struct resolver *resolver, uint64_t now_ms,
    const struct device *devices, size_t n)
{
	int r;

	resolver_begin(resolver, now_ms);
	resolver_set_cause(resolver, "netconfd started");
	r = insert_all(resolver, devices, n);
	if (r)
		return r;
	mark_orphans(resolver);
	settle(resolver);
	resolver->has_begun = true;
	return 0;
}

int resolver_devices_added(struct resolver *resolver, uint64_t now_ms,
    const struct device *devices, size_t n)
{
	int r;

	resolver->now_ms = now_ms;
	r = insert_all(resolver, devices, n);
	if (r)
		return r;
	resolver_set_cause(resolver, "%s %s%s appeared",
	    n == 1 ? "device" : "devices", n ? devices[0].key : "",
	    n > 1 ? " and others" : "");
	settle(resolver);
	return 0;
}

int resolver_device_added(
    struct resolver *resolver, uint64_t now_ms, const struct device *device)
{
	return resolver_devices_added(resolver, now_ms, device, 1);
}

int resolver_device_changed(
    struct resolver *resolver, uint64_t now_ms, const struct device *device)
{
	struct device_record *old = device_find(resolver, device->key);
	struct device_record *record;

	if (!old)
		return -ENOENT;
	record = record_new(device);
	if (!record)
		return -ENOMEM;
	resolver->now_ms = now_ms;
	record->card = old->card;
	record->node = old->node;
	record_free(resolver, old);
	record_insert(resolver, record);
	if (record->card)
		record->card->device = record;
	if (record->node)
		record->node->device = record;
	resolver_set_cause(resolver, "device %s changed", device->key);
	if (record_root(record))
		node_tell(record_root(record), NULL);
	settle(resolver);
	return 0;
}

int resolver_device_removed(
    struct resolver *resolver, uint64_t now_ms, const char *key)
{
	struct device_record *record = device_find(resolver, key);

	if (!record)
		return -ENOENT;
	resolver->now_ms = now_ms;
	resolver_set_cause(resolver, "device %s is gone", record->device.key);
	detach(record);
	orphans_lose(resolver, record);
	resolver->removed = record;
	settle(resolver);
	resolver->removed = NULL;
	record_free(resolver, record);
	return 0;
}

void devices_free(struct resolver *resolver)
{
	struct device_record *record, *next;

	RB_FOREACH_SAFE (record, device_by_key, &resolver->devices, next)
		record_free(resolver, record);
}
