/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that are present, for resolver/ only. */
#pragma once

#include "resolver/node.h"

/* A device that is present. */
struct device_record {
	struct device device; /* strings in the same block */
	char ifindex[11];     /* in decimal, as a fact */
	uint32_t bytes;
	struct card *card;    /* the instances on it, or NULL */
	struct node *node;    /* the single node bound to it, or NULL */
	struct device_record *copy; /* see clone.c */
	RB_ENTRY(device_record) by_key;
	RB_ENTRY(device_record) by_ifindex;
};

RB_PROTOTYPE(device_by_key, device_record, by_key, );
RB_PROTOTYPE(device_by_ifindex, device_record, by_ifindex, );

/* The node that is bound to the device, or NULL: nobody wants it. */
struct node *record_root(const struct device_record *record);
/* Any of the globs, or there are none. */
bool globs_match(
    const struct match_globs *globs, const char *value, bool ignore_case);
/* The present device of that key, or NULL. */
struct device_record *device_find(struct resolver *, const char *key);
/* The one whose number that is, in decimal; NULL: none, or no number. */
struct device_record *device_find_ifindex(
    const struct resolver *, const char *ifindex);
/* Makes the device's record and binds it to its owner, which is not settled.
 * -EEXIST, -ENOMEM. */
int device_insert(struct resolver *, const struct device *device);
/* The same, whatever it matches; owner NULL: nobody's. */
int device_insert_for(struct resolver *, const struct device *device,
    struct decl *owner);
void devices_free(struct resolver *resolver);
