/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What outlives netconfd within a boot, goals, masks and latches: read from the
 * state directory at the start, written there when it changes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "base/text.h"
#include "daemon/state.h"

struct resolver;
struct saver;

/* Starts as {0}. */
struct keeper {
	const char *directory;
	struct resolver *resolver; /* that is being restored */
	struct saver *saver;
	struct text saved; /* what was given to the saver */
	uint64_t number; /* of that */
	char boot_id[STATE_BOOT_ID_SIZE];
	bool has_booted; /* a former netconfd has run in this boot */
};

/* 0 or -errno; to be closed and cleared in both cases. stored: see saver.h. */
int keeper_open(struct keeper *keeper, uv_loop_t *loop, const char *directory,
    void (*stored)(void *ctx, uint64_t number), void *ctx);

/* Before the resolver's first input. What cannot be restored is logged. */
void keeper_restore(struct keeper *keeper, struct resolver *resolver);

/* Writes what is to be kept, later and by a thread, if it has changed. Returns
 * the number that `stored` will be, or has been, told of it. */
uint64_t keeper_save(struct keeper *keeper, struct resolver *resolver);

/* What is being written is written to the end. */
void keeper_close(struct keeper *keeper);
/* When the loop has run out after that. */
void keeper_clear(struct keeper *keeper);
