/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of the resolver that decides, and whose decisions are answered by
 * who made it: what would happen if. For plan.c and why-rehearse.c.
 *
 * The copy is what the live one is (see clone.c), which has to stay so
 * meanwhile. What is starting or stopping there is so here, too, and is to be
 * answered like the copy's own decisions. No time passes in it.
 */
#pragma once

#include "resolver/node.h"

struct copy {
	/* Set by the caller, the rest zeroed. */
	const struct resolver *live;
	uint64_t now_ms;
	size_t max_steps; /* decisions */
	/* Called for each decision; or NULL. */
	void (*on_decision)(void *ctx, const struct decision *decision);
	void *ctx;

	struct resolver *resolver;
	/* Starts and stops, those that were under way first, in the profile's
	 * order, then in that of the decisions; node NULL: answered. */
	struct decision *decisions;
	size_t n, capacity, n_steps;
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
