/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulated provider: carries the resolver's decisions out in simulated
 * time, with outcomes that a test or a scenario gives. It stands in for
 * netconfd and for every provider at once, so a profile can be run without
 * a kernel. (Hence it knows the resolver, unlike the other providers.)
 *
 * At one instant, holds, retries and the limits of locations that are due
 * take effect first; then outcomes, in the order of their starts, a node's
 * timeout before its outcome. All that follows from one is done before the
 * next.
 *
 * A simulated link or wifi looks at its device's carrier when its start ends
 * well, and follows it from then on, unless it says `carrier: ignore`.
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
	bool is_rigid;  /* cannot follow a rebind */
	bool is_fixed;  /* cannot take an update */
	bool is_lost;   /* after lost_after_ms, also if that is 0 */
	const char *error;        /* reason of unmet and failed */
	const struct fact *facts; /* of up; live as long as the fake */
	size_t n_facts;
	/* Facts that come later_ms after up; live as long as the fake. */
	const struct fact *later_facts;
	size_t n_later;
	uint64_t later_ms;
};

struct fake_options {
	/* The kind whose nodes cannot follow a rebind, or NULL. */
	const char *rigid_kind;
	/* Also told of every notice and decision; must not call the fake. */
	void (*notice)(void *ctx, const struct notice *notice);
	void (*decision)(void *ctx, const struct decision *decision);
	void *ctx;
	/* Outcomes to carry out in all; then nothing happens any more, and
	 * fake_is_exhausted(). 0: no limit. */
	uint64_t max_outcomes;
};

/* A resolver of the profile with simulated providers, at time 0. options may
 * be NULL. Outcomes may be set, then fake_begin() is to be called. 0 or
 * -ENOMEM. */
int fake_prepare(const struct profile *profile,
    const struct fake_options *options, struct fake **ret);
/* The first input: the devices that are there. 0 or -ENOMEM. */
int fake_begin(struct fake *fake, const struct device *devices, size_t n);

/* Both, without devices. */
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
int fake_plug_all(struct fake *fake, const struct device *devices, size_t n);
int fake_unplug(struct fake *fake, const char *key);
/* Other attributes of a device; of its carrier, see fake_carrier(). */
int fake_change(struct fake *fake, const struct device *device);
int fake_up(struct fake *fake, const char *const *names, size_t n);
int fake_down(
    struct fake *fake, const char *const *names, size_t n, bool force);
int fake_reset(struct fake *fake, const char *const *names, size_t n);
int fake_restart(struct fake *fake, const char *const *names, size_t n);
void fake_emit(struct fake *fake, const char *event);
/* The profile must live as long as the fake. */
int fake_reload(struct fake *fake, const struct profile *profile);
/* One that a reload took out of the profile, and that is not down yet; it has
 * no name any more. NULL: there is none. */
const struct node *fake_leaving(const struct fake *fake);
/*
 * netconfd is killed and starts again at once: goals, masks, latches and what
 * is up stay, what is starting or stopping is lost. How often starts have
 * failed goes on being counted.
 */
int fake_crash(struct fake *fake);

/* A provider's report out of turn; -ENOENT: no such node. A failure that the
 * state does not allow is ignored. */
int fake_report(
    struct fake *fake, const char *name, const struct report *report);

/* The same in the words of scenarios: its reasons and facts are those of the
 * node's outcome, which it takes the place of. */
enum fake_word {
	FAKE_UP,        /* of what is starting or unmet */
	FAKE_UNMET,     /* of what is starting or up */
	FAKE_FAILED,    /* of what is starting */
	FAKE_PERMANENT, /* the same */
	FAKE_LOST,      /* of what is up */
};
/* Where the state does not allow it, nothing happens. 0 or -ENOMEM. */
int fake_say(struct fake *fake, const char *name, enum fake_word word);
/* Of what is up: other facts, all of them, which live as long as the fake;
 * those that are to come later still are. 0 or -ENOMEM. */
int fake_facts(struct fake *fake, const char *name, const struct fact *facts,
    size_t n);

/* The carrier of a device, which its link looks at; at first there is one. */
int fake_carrier(struct fake *fake, const char *key, bool carrier);
/* The same of a device that is not there yet: no input. */
int fake_set_carrier(struct fake *fake, const char *key, bool carrier);

/* Lets time pass: everything due up to the new instant happens. */
void fake_advance(struct fake *fake, uint64_t ms);

/* Advances to the next instant at which something is due, but not beyond
 * limit_ms; false: nothing is due until then. */
bool fake_step(struct fake *fake, uint64_t limit_ms);

/* True when the start of that node, which is starting, will have no end but
 * by the admin: no outcome and no timeout. */
bool fake_is_endless(const struct node *node);

/* Out of memory somewhere on the way; what came after is not to be trusted. */
bool fake_has_failed(const struct fake *fake);
bool fake_is_exhausted(const struct fake *fake);

/* Actions since the last fake_clear_trace(), a line each: "start lan@eth0",
 * "stop ...", "rebind ...", "update ...". */
const char *fake_trace(const struct fake *fake);
void fake_clear_trace(struct fake *fake);
/* What up and down said, likewise. */
const char *fake_said(const struct fake *fake);
void fake_clear_said(struct fake *fake);
