/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/alarm.h"

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/macros.h"
#include "daemon/log.h"

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct alarm *alarm = container_of(poll, struct alarm, poll);
	uint64_t times;

	(void)status;
	(void)events;
	if (read(alarm->fd, &times, sizeof(times)) < 0)
		return; /* set anew meanwhile */
	alarm->at_ms = UINT64_MAX;
	alarm->rings(alarm);
}

int alarm_open(struct alarm *alarm, uv_loop_t *loop,
    void (*rings)(struct alarm *alarm))
{
	int r;

	*alarm = (struct alarm){ .at_ms = UINT64_MAX, .rings = rings };
	alarm->fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (alarm->fd < 0)
		return -errno;
	r = uv_poll_init(loop, &alarm->poll, alarm->fd);
	if (r < 0)
		return r;
	alarm->has_handle = true;
	r = uv_poll_start(&alarm->poll, UV_READABLE, on_readable);
	uv_unref((uv_handle_t *)&alarm->poll);
	return r;
}

void alarm_set(struct alarm *alarm, uint64_t at_ms)
{
	struct itimerspec when = { 0 };

	if (at_ms == alarm->at_ms)
		return;
	alarm->at_ms = at_ms;
	if (at_ms != UINT64_MAX) {
		when.it_value.tv_sec = (time_t)(at_ms / 1000);
		when.it_value.tv_nsec = (long)(at_ms % 1000) * 1000000;
		if (at_ms == 0)
			when.it_value.tv_nsec = 1; /* 0 would disarm it */
	}
	if (timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &when, NULL) < 0)
		log_write(LOG_LEVEL_ERROR, NULL,
		    "cannot set the timer of retries and timeouts: %s",
		    strerror(errno));
}

void alarm_close(struct alarm *alarm)
{
	if (alarm->has_handle)
		uv_close((uv_handle_t *)&alarm->poll, NULL);
	alarm->has_handle = false;
}

void alarm_free(struct alarm *alarm)
{
	if (alarm->fd >= 0)
		close(alarm->fd);
	alarm->fd = -1;
}
