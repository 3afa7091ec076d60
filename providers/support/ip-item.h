/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One address, route or rule of a job, and those of other jobs that are the
 * same to the kernel, though they may say something else: of it there is one
 * alone. Internal to ip-objects.c.
 */
#pragma once

#include "providers/support/ip-objects.h"
#include "providers/support/rtnl-internal.h"

struct ip_item {
	struct list link;
	UT_hash_handle hh; /* by what tells it from others, in rtnl->items */
	struct ip_objects *of;
	struct rtnl_request request;
	struct ip_question *question; /* what is in its place, or NULL */
	bool is_there;   /* the kernel has said so */
	bool is_foreign; /* and that it was before us */
	bool must_leave; /* as soon as it is known whose it is */
	bool is_replaced; /* by someone else's, maybe */
	bool is_retried;  /* what was in its place has been removed */
	/* Last, as only what it takes of it is there: an address has a tenth
	 * of a route with all its hops, and there are thousands. */
	struct ip_object object;
};

/* How many bytes there are of it; two are equal when these are. */
size_t ip_object_size(const struct ip_object *);
bool ip_object_is_equal(const struct ip_object *, const struct ip_object *);

/* What differs between two that are the same to the kernel, by the name of
 * its key; NULL: nothing that matters. */
const char *ip_object_difference(
    const struct ip_object *a, const struct ip_object *b);

/* 0 or -ENOMEM. */
int ip_item_hold(struct ip_item *);
void ip_item_let_go(struct ip_item *);

/* Those held that are the same to the kernel, but not this one: the one after
 * that one; NULL: the first; NULL at the end. */
struct ip_item *ip_item_next_same(
    const struct ip_item *, const struct ip_item *after);

/* Another job has it as well: so it stays when this one's leaves. */
bool ip_item_has_heir(const struct ip_item *);
