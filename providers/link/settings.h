/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a link node sets on its device besides watching it: up, address, name,
 * MTU, queue length, sysctls, features. Each value that is changed is
 * remembered as it was before, and put back when it is not asked for any more.
 *
 * A change goes by steps, of which those that have nothing to do are left out:
 *
 *     sysctls   by a thread; before the link is up, as some of them count then
 *     link      one request of rtnetlink, before it another one that sets the
 *               link down, if the address or the name shall change
 *     features  what they are, what they shall be, what they are now
 *     wake      what wakes the machine; never put back, as it is for when
 *               nothing of ours runs any more
 */
#pragma once

#include <stdbool.h>

struct genl;
struct job;
struct rtnl_link;
struct settings;

struct settings_events {
	/* All is done; failure: NULL, or why not. Then what had been changed
	 * before has been put back. May be called from within a call. */
	void (*done)(void *ctx, const char *failure, bool is_permanent);
	/* What others have changed, in words; NULL: nothing. */
	void (*looked)(void *ctx, const char *found);
	void *ctx;
};

/* For the device that the job stands on, as it is now. genl: ethtool's, or
 * NULL: the kernel has none. NULL: out of memory. */
struct settings *settings_new(struct job *job, const struct rtnl_link *now,
    struct genl *genl, const struct settings_events *events);

/* Sets the link up and all to what job->config says. If a change is under way,
 * that one becomes this one. */
void settings_apply(struct settings *);
/* Nothing is under way. */
bool settings_are_idle(const struct settings *);
/* When idle, and applied: asks whether sysctls, features and what wakes the
 * machine are still as they were set, and says so by looked(); not if one of
 * the others is called meanwhile, or the link goes. */
void settings_look(struct settings *);
/* When idle: sets those again that are not. The former values stay those of
 * before the start. What is refused is logged. */
void settings_put_right(struct settings *);
/* All as it was before; the same. What cannot be put back is logged. */
void settings_restore(struct settings *);

/* True when the link looks as it was asked to. */
bool settings_are_shown(
    const struct settings *, const struct rtnl_link *link);

/* Cancels what is under way, without putting anything back. Accepts NULL and
 * returns it. */
struct settings *settings_free(struct settings *);
