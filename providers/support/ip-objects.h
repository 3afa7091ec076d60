/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a job has put into the kernel: addresses, routes, policy rules. The
 * job says what there should be; what differs from what it has put there is
 * removed and added, the rest is not touched. All requests leave at once, and
 * the kernel carries them out in order.
 *
 * An address that the kernel has already, from someone else, counts as being
 * there, and is not removed; so does an IPv6 route. One with our mark that was
 * left by a crash is ours. Where what is there says something else than what
 * there should be (IPv6 routes by the same way with another mtu; an address
 * with another scope), it is an error. Other routes to the same, with the same
 * table and metric, stand beside each other, whoever made them: none takes the
 * place of another. Of a job's own, the new one is there before the old one
 * goes; but where the kernel takes both for one (IPv6, by the same way), after
 * it.
 *
 * The lifetimes of an address count from when it was first asked for; where
 * nothing but these changes, the kernel changes them in place, and they count
 * anew. What of it is put there again has what is left of them.
 *
 * What several jobs have put there just the same is there once, and is
 * removed by the last of them; where the kernel takes it for the same, and it
 * is not, that is an error, too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "providers/support/rtnl.h"

enum ip_object_type { IP_ADDRESS, IP_ROUTE, IP_RULE };

/* Compared as bytes: to be zeroed as a whole before it is filled. */
struct ip_object {
	enum ip_object_type type;
	union {
		struct rtnl_address address;
		struct rtnl_route_change route;
		struct rtnl_rule rule;
	};
};

struct job;

struct ip_objects {
	const struct job *job;
	struct rtnl *rtnl;
	/*
	 * The kernel has answered all that was asked; the last thing that is
	 * done in a callback. error: 0, or the first refusal, with text
	 * saying of what and why. What cannot be removed was gone: that is no
	 * error.
	 */
	void (*done)(struct ip_objects *, int error, const char *text);
	struct list items;   /* struct ip_item, as they were added */
	struct list leaving; /* those being removed */
	unsigned n_pending;
	int error;
	char *text;     /* of that; NULL: there was no memory for it */
	char *restored; /* the first that was missing or changed, of those
			 * asked for again, as a line for the log; or NULL;
			 * the asker frees it */
};

void ip_objects_init(struct ip_objects *objects, const struct job *job,
    void (*done)(struct ip_objects *, int error, const char *text));

/*
 * There should be these n, in an order in which the kernel accepts them, and
 * no others of ours. (What they leave out is filled in as the kernel does.)
 * Legal at any time. Returns how many requests are under way (0: done will not
 * be called), or -ENOMEM: nothing has changed.
 */
int ip_objects_set(
    struct ip_objects *objects, struct ip_object *wanted, size_t n);

/* Asks for all of ours once more, since some may have been removed by others
 * or with a link that was down; of those noted as replaced, in the place of
 * what others have put there. As ip_objects_set(). */
int ip_objects_again(struct ip_objects *objects);

/* Walks those that there should be, in their order: the one after that one;
 * NULL: the first; NULL at the end. */
const struct ip_object *ip_objects_next(
    const struct ip_objects *objects, const struct ip_object *after);

/* True when it is among ours, or was there before. */
bool ip_objects_has_address(const struct ip_objects *objects,
    uint32_t ifindex, const struct ip_prefix *address);
/* It is ours, and others have changed its lifetimes, maybe. */
bool ip_objects_is_other_address(const struct ip_objects *objects,
    uint32_t ifindex, const struct ip_prefix *address);

/* One of the addresses, the lifetime of which is over, or will be within so
 * long; NULL: none. */
const struct ip_object *ip_objects_over(
    const struct ip_objects *objects, unsigned within_ms);
/* By uv_now(), when that, or the preference of an address, is over next, to be
 * looked at: then ip_objects_again() does what the kernel does not by itself.
 * UINT64_MAX: never. */
uint64_t ip_objects_deadline(const struct ip_objects *objects);

/* True when it is among ours; that it is replaced, is noted. */
bool ip_objects_note_removed(
    struct ip_objects *objects, const struct rtnl_removed *removed);

/* Forgets all without a word to the kernel, and what is under way: the job is
 * over, or the device gone. */
void ip_objects_forget(struct ip_objects *objects);
