/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the admin's `up` would do now, in order, doing nothing.
 *
 * No second opinion: a copy of the resolver is given the goals, and decides;
 * every start of its succeeds at once, every stop ends at once. What `up`
 * really does is the same as long as that is so. No time passes: a retry that
 * is not due stays so. What watches for something outside that is not there
 * (no carrier) goes on waiting, and facts that a start is to bring are still
 * to come: a location that asks for them is undecided, and a node with such a
 * ${FACT} waits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "resolver/resolver.h"

struct text;

/* Valid during the call only. */
struct plan_step {
	enum decision_type type;
	const char *node;
	bool is_under_way; /* START: it is starting already */
};

/* What becomes of a goal. */
struct plan_goal {
	const char *name;
	enum node_state now, then; /* now ABSENT: of no device that is there */
	/* Of one that is not up then: "wired: no device is there for it" */
	const char *missing;
};

struct plan_options {
	/* In the order in which they would be decided. */
	void (*on_step)(void *ctx, const struct plan_step *step);
	/* Then each of the names, in their order. */
	void (*on_goal)(void *ctx, const struct plan_goal *goal);
	void *ctx;
	size_t max_steps; /* of the copy, those under way left out */
};

/*
 * Plans `up` of these names, at least one. said: as resolver_up() would say.
 * The resolver, all of whose decisions have been taken, stays as it is; the
 * cost is that of making one, and of the steps. 0; -ENOENT (said tells which
 * name is unknown); -E2BIG: more than max_steps; -ENOMEM. on_step may have
 * been called then.
 */
int resolver_plan(const struct resolver *, uint64_t now_ms,
    const char *const *names, size_t n, const struct plan_options *options,
    struct text *said);
