/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulated provider: carries the resolver's decisions out in simulated
 * time, with outcomes that a test or a scenario gives. It stands in for
 * netconfd and for every provider at once, so a profile can be run without
 * a kernel. (Hence it knows the resolver, unlike the other providers.)
 *
 * Outcomes are told to the resolver in the order of their time, those of one
 * instant in the order of their starts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "resolver/resolver.h"

struct fake;

/* How a node's starts end. Zeroed: up, at once. */
struct fake_outcome {
	uint64_t takes_ms;      /* from start to the outcome */
	uint64_t stop_takes_ms; /* from stop to down */
	uint64_t lost_after_ms; /* up, then failed after so long; 0: stays up */
	uint32_t fails;         /* that many first starts fail */
	bool permanent; /* they fail for good; with fails 0: every start does */
	bool unmet;     /* not up but unmet */
	bool never;     /* no outcome at all */
	const char *error;        /* reason of unmet and failed */
	const struct fact *facts; /* of up; live as long as the fake */
	size_t n_facts;
};

struct fake_options {
	/* The kind whose nodes cannot follow a rebind, or NULL. */
	const char *rigid_kind;
	/* Also told of every notice; must not call the fake. */
	void (*notice)(void *ctx, const struct notice *notice);
	void *ctx;
};

/* A resolver of the profile with simulated providers, at time 0, without
 * devices. options may be NULL. 0 or -ENOMEM. */
int fake_new(const struct profile *profile, const struct fake_options *options,
    struct fake **ret);
struct fake *fake_free(struct fake *fake);
struct resolver *fake_resolver(struct fake *fake);
uint64_t fake_now_ms(const struct fake *fake);

/* Sets the outcome of a node, a template (each of its instances) or one
 * instance (replaces the template's). 0 or -ENOMEM. */
int fake_set(struct fake *fake, const char *name,
    const struct fake_outcome *outcome);

/* Inputs; each is followed to its end at this instant. Return what the
 * resolver's function of that name returns. */
int fake_plug(struct fake *fake, const struct device *device);
int fake_unplug(struct fake *fake, const char *key);
int fake_up(struct fake *fake, const char *const *names, size_t n);
int fake_down(
    struct fake *fake, const char *const *names, size_t n, bool force);
/* A provider's report out of turn; -ENOENT: no such node. A failure that the
 * state does not allow is ignored. */
int fake_report(
    struct fake *fake, const char *name, const struct report *report);
/* The carrier of a device, which its link looks at; at first there is one. */
int fake_carrier(struct fake *fake, const char *key, bool carrier);

/* Lets time pass: everything due up to the new instant happens. */
void fake_advance(struct fake *fake, uint64_t ms);

/* Advances to the next instant at which something is due, but not beyond
 * limit_ms; false: nothing is due until then. */
bool fake_step(struct fake *fake, uint64_t limit_ms);

/* Actions since the last fake_clear_trace(), a line each: "start lan@eth0",
 * "stop ...", "rebind ...". */
const char *fake_trace(const struct fake *fake);
void fake_clear_trace(struct fake *fake);
/* What up and down said, likewise. */
const char *fake_said(const struct fake *fake);
void fake_clear_said(struct fake *fake);
