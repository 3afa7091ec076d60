/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/keeper.h"

#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "daemon/log.h"
#include "daemon/saver.h"
#include "resolver/resolver.h"

int keeper_open(struct keeper *keeper, uv_loop_t *loop, const char *directory,
    void (*stored)(void *ctx, uint64_t number), void *ctx)
{
	int r = state_boot_id(keeper->boot_id);

	keeper->directory = directory;
	if (r == 0)
		r = saver_new(loop, directory, stored, ctx, &keeper->saver);
	return r;
}

void keeper_close(struct keeper *keeper)
{
	saver_close(keeper->saver);
	keeper->saver = NULL;
}

void keeper_clear(struct keeper *keeper)
{
	text_clear(&keeper->saved);
}

/* ---- saving ---- */

static void add_kept(void *ctx, const struct kept *kept)
{
	state_add(ctx, kept);
}

uint64_t keeper_save(struct keeper *keeper, struct resolver *resolver)
{
	struct text text = { 0 };

	state_begin(&text, keeper->boot_id);
	resolver_each_kept(resolver, add_kept, &text);
	state_end(&text);
	/* Latches change without being told of. */
	if (text.data && keeper->saved.data &&
	    strcmp(text.data, keeper->saved.data) == 0) {
		text_clear(&text);
		return keeper->number;
	}
	text_clear(&keeper->saved);
	if (text.data)
		text_append_n(&keeper->saved, text.data, text.n);
	keeper->number = saver_save(keeper->saver, &text);
	return keeper->number;
}

/* ---- restoring ---- */

static const char *describe_kept(const struct kept *kept)
{
	switch (kept->type) {
	case KEPT_GOAL:
		return "a goal";
	case KEPT_MASK:
		return "masked";
	case KEPT_LATCH:
		return "in an interval";
	case KEPT_UP:
		return "up";
	case KEPT_PREFIX:
		break;
	}
	return "trying its members";
}

static void restore(void *ctx, const struct kept *kept)
{
	struct keeper *keeper = ctx;
	int r;

	/* That there is something of this boot comes before what it is. */
	if (!keeper->has_booted)
		resolver_restore_boot(keeper->resolver);
	keeper->has_booted = true;
	r = resolver_restore(keeper->resolver, kept);
	if (r < 0)
		log_write(LOG_LEVEL_WARNING, kept->name,
		    "it was %s before the restart, which is forgotten: %s",
		    describe_kept(kept),
		    r == -ENOENT ? "the profile has no such node any more" :
				   strerror(-r));
}

void keeper_restore(struct keeper *keeper, struct resolver *resolver)
{
	_cleanup_(text_clear) struct text said = { 0 };
	int r;

	keeper->resolver = resolver;
	r = state_load(keeper->directory, keeper->boot_id, restore, keeper,
	    &said);
	if (r > 0 && !keeper->has_booted)
		resolver_restore_boot(resolver);
	if (r < 0)
		log_write(LOG_LEVEL_ERROR, NULL,
		    "goals, masks and latches of before the restart are "
		    "forgotten: "
		    "%s/goals: %s",
		    keeper->directory, said.data ? said.data : strerror(-r));
}
