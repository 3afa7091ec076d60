/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A timer that is set to a moment of CLOCK_BOOTTIME, which goes on while the
 * machine is suspended: libuv's own timers stand still then.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

struct alarm {
	int fd;
	uv_poll_t poll;
	bool has_handle;
	uint64_t at_ms; /* what it is set to */
	void (*rings)(struct alarm *alarm);
};

/* Not set. 0 or -errno; to be closed and freed in both cases. It does not keep
 * the loop alive. */
int alarm_open(struct alarm *alarm, uv_loop_t *loop,
    void (*rings)(struct alarm *alarm));

/* rings() is called once, at that moment or as soon as it has passed;
 * UINT64_MAX: never. What it was set to before is forgotten. */
void alarm_set(struct alarm *alarm, uint64_t at_ms);

/* It rings no more. */
void alarm_close(struct alarm *alarm);
/* When the loop has run out after that. */
void alarm_free(struct alarm *alarm);
