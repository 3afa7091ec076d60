/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What others remove of a node is put back: after a moment, as a device that
 * goes loses its addresses first; and three times within 10 s at most, so that
 * two do not fight all day.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	REPAIR_DELAY_MS = 100,
	/* Three times within that; where the node does not fail with a fourth,
	 * it is put right when that has passed. */
	REPAIR_REST_MS = 10000,
};

/* Of one job; zeroed at first. */
struct repair {
	unsigned n;         /* times, */
	uint64_t since_ms;  /* since then */
};

/* Counts one more; false: that is too many. The clock is any that only goes
 * forward. */
bool repair_again(struct repair *repair, uint64_t now_ms);
