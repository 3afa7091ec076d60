/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of the resolver that decides, and whose decisions are answered by
 * who made it: what would happen if. For plan.c and why-rehearse.c.
 *
 * The copy is brought to the state of the live one: the same devices, goals,
 * masks, latches and failures, the same nodes up, or held, for as long; what
 * is starting there is to be started. What was stopping is down. No time passes
 * in it.
 */
#pragma once

#include "resolver/node.h"

struct copy {
	/* Set by the caller, the rest zeroed. */
	const struct resolver *live;
	uint64_t now_ms;
	size_t max_steps; /* decisions, those to bring it there included */
	/* Called for each decision that has none like it behind it in the
	 * live one; or NULL. */
	void (*on_decision)(void *ctx, const struct decision *decision);
	void *ctx;

	struct resolver *resolver;
	/* Its starts and stops, in their order; node NULL: answered. */
	struct decision *decisions;
	size_t n, capacity, n_steps;
	bool is_making; /* it is being brought to that state */
	int error;      /* the first: -ENOMEM, or -E2BIG: too many steps */
};

/* 0 or copy->error. To be cleared in any case. */
int copy_make(struct copy *copy);
void copy_clear(struct copy *copy);
/* After each input to copy->resolver: it decides. */
void copy_take_decisions(struct copy *copy);
/* Answers copy->decisions[i], which is not yet answered. */
void copy_report(struct copy *copy, size_t i, const struct report *report);
/* A start succeeds, its facts are to come later; a stop ends. */
void copy_report_success(struct copy *copy, size_t i);
/* The same node of the live one; if there is none, the node itself. */
const struct node *copy_live_node(
    const struct copy *copy, const struct node *node);
