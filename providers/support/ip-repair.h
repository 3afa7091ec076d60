/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What others remove of a job's addresses, routes and rules, or replace by
 * their own, is put back after a moment, with a line in the log: as soon as an
 * event tells of it, or, where events were lost, when rtnl has looked. Again
 * and again, it is given up. What counts is only what was missing: the event
 * may be of another's, or of our own doing. So are the lifetimes of an address;
 * but one whose lifetime is over is left so.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "providers/support/ip-objects.h"
#include "providers/support/repair.h"
#include "providers/support/rtnl.h"

struct job;

/* Embedded by the job. */
struct ip_repair {
	struct job *job;
	struct ip_objects *objects;
	struct rtnl_watch device, all; /* rules are of no device */
	uint32_t ifindex;              /* 0: of no device alone */
	struct rtnl_pause pause;
	struct repair repair;
	bool is_repairing; /* what others have removed is asked for */
	bool lost_address; /* of the device: routes from it went as well */
	void (*given_up)(struct ip_repair *);
};

/* The objects are the job's. given_up: they are removed again and again, and
 * have been put back a last time; the last thing that is done in a callback. */
void ip_repair_init(struct ip_repair *repair, struct job *job,
    struct ip_objects *objects, void (*given_up)(struct ip_repair *));

/* Looks at what happens on that device; with_rest, or where there is no device,
 * at rules, too, and at what may have been missed when events were lost. Again:
 * of another one. */
void ip_repair_begin(
    struct ip_repair *repair, uint32_t ifindex, bool with_rest);
/* Looks no more, until it begins again. Legal at any time after init. */
void ip_repair_end(struct ip_repair *repair);

/* To be called first in done() of the objects: says what has been put back.
 * False: it was given up, and that has been told. */
bool ip_repair_done(struct ip_repair *repair);
