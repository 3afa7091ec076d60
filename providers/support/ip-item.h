/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of ip-objects.h: one address, route or rule of a job, and what its
 * files offer each other.
 *
 *     ip-objects.c  what there should be, and what is to be done for it
 *     ip-object.c   what one says
 *     ip-item.c     one in the kernel: put there, answered, removed; and which
 *                   of other jobs are the same to the kernel, though they may
 *                   say something else: of them there is one alone
 *     ip-place.c    what the kernel has in its place already
 *     ip-lifetime.c how long an address is good yet
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
	bool must_renew; /* its lifetimes, as soon as it is there */
	bool is_renewed; /* that is under way */
	bool is_replaced; /* by someone else's, or its lifetimes, maybe */
	bool is_retried;  /* what was in its place has been removed */
	bool is_otherwise; /* than it was asked for */
	uint64_t since_ms; /* an address: its lifetimes count from then on */
	/* Last, as only what it takes of it is there: an address has a tenth
	 * of a route with all its hops, and there are thousands. */
	struct ip_object object;
};

/* ---- ip-object.c ---- */

/* How many bytes there are of it; two are equal when these are. */
size_t ip_object_size(const struct ip_object *);
bool ip_object_is_equal(const struct ip_object *, const struct ip_object *);

/* What differs between two that are the same to the kernel, by the name of
 * its key; NULL: nothing that matters. */
const char *ip_object_difference(
    const struct ip_object *a, const struct ip_object *b);

enum { IP_OBJECT_TEXT_SIZE = 96 };
void ip_object_describe(
    const struct ip_object *, char text[IP_OBJECT_TEXT_SIZE]);

/* As the kernel does with what is not said. */
void ip_object_complete(struct ip_object *);

/* It is what has been removed, or may be. */
bool ip_object_is_removed(
    const struct ip_object *, const struct rtnl_removed *);

/* ---- ip-item.c ---- */

/* 0 or -ENOMEM. */
int ip_item_hold(struct ip_item *);
void ip_item_let_go(struct ip_item *);

/* Those held that are the same to the kernel, but not this one: the one after
 * that one; NULL: the first; NULL at the end. */
struct ip_item *ip_item_next_same(
    const struct ip_item *, const struct ip_item *after);

/* Asks the kernel for it. */
void ip_item_add(struct ip_item *);
/* Once more, instead of an answer, as what was in its place is known. */
void ip_item_add_again(struct ip_item *, int flags);
/* The answer: it is there (error: 0), or is not and is freed. Nothing follows
 * it, as the job may be told. */
void ip_item_added(struct ip_item *, int error, const char *message);
/* With the lifetimes that it says now, in place, from now on. */
void ip_item_renew(struct ip_item *);
/* It has not been answered yet. */
bool ip_item_is_under_way(const struct ip_item *);

/* Takes it out of the kernel, as soon as it is known whose it is. */
void ip_item_leave(struct ip_item *);
/* Without a word to the kernel. */
void ip_item_free(struct ip_item *);

/* ---- ip-place.c ---- */

/* The kernel has one that is the same to it: finds out whose that is, and
 * answers. */
void ip_place_examine(struct ip_item *);
/* Wants no answer any more. */
void ip_place_forget(struct ip_item *);

/* ---- ip-lifetime.c; of addresses ---- */

/* Its lifetimes count from now on. */
void ip_lifetime_begin(struct ip_item *);
/* It as the kernel is to have it now: with what is left of its lifetimes. */
struct rtnl_address ip_lifetime_left(const struct ip_item *);
/* The kernel has it with other lifetimes, counted down or not. */
bool ip_lifetime_differs(const struct ip_item *);
/* The one that is there was given just these lifetimes, some time ago: they go
 * on counting. False: the kernel has to be told of them; they begin now, but
 * where that is about a preference which is over meanwhile. */
bool ip_lifetime_continues(struct ip_item *);
/* By uv_now(), when it is good no more; UINT64_MAX: never. */
uint64_t ip_lifetime_end(const struct ip_item *);
