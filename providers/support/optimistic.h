/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel lets an IPv6 address be used before it knows that no other host
 * has it (RFC 4429) only where sysctls of the device say so. They are set as
 * long as someone claims them, and then put back; but what is otherwise by
 * then stays.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

struct job;
struct optimistic_device;

/* Embedded by who claims; starts as {0}. */
struct optimistic {
	struct list link;
	const struct job *job;
	/* They are set (or cannot be, which has been logged). May end any. */
	void (*ready)(struct optimistic *);
	uint32_t ifindex; /* 0: it claims nothing */
	bool is_ready;
	struct optimistic_device *device; /* NULL: there was no memory */
};

/* Claims them of that device, instead of another: true when they are set
 * already, else ready() is called, in a later turn of the loop. */
bool optimistic_begin(struct optimistic *, uint32_t ifindex);
/* Legal at any time. */
void optimistic_end(struct optimistic *);

/* As rtnl is closed: nobody claims any; what is being put back goes on. */
struct rtnl;
void optimistic_clear(struct rtnl *);
