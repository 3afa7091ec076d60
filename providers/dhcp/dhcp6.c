/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "providers/dhcp/dhcp6.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/capability.h>

#include "base/macros.h"
#include "providers/dhcp/client-id.h"
#include "providers/dhcp/dhcp6-decline.h"
#include "providers/dhcp/dhcp6-file.h"
#include "providers/dhcp/info6.h"
#include "providers/provider.h"
#include "providers/support/child.h"
#include "providers/support/rtnl.h"

enum {
	/* How long giving the lease back may take. */
	RELEASE_MS = 1000,
	/* Until it is started again, doubled each time. */
	RETRY_MS = 1000,
	RETRY_MAX_MS = 64000,
	/* After so long a decline is the first again. */
	DECLINED_MS = 600000,
	/* Asked anew at most so often, whatever routers say. */
	AGAIN_MS = 10000,
};

enum phase {
	PHASE_RUNNING,	/* dhclient runs, or is about to again */
	PHASE_ENDING,	/* it is asked to end */
	PHASE_RELEASING, /* another one gives the lease back */
};

struct dhcp6 {
	struct dhcp6_options options;
	enum phase phase;
	struct child *child; /* NULL: none runs */
	bool is_wanted_anew; /* it is to end, and to be started again */
	bool is_declined;    /* the same, without its lease */
	struct dhcp6_decline *decline; /* the server is being told, or NULL */
	struct info6 info;
	struct dhcp6_file file;
	struct dhcp6_lease lease;
	uint64_t retry_ms; /* the next delay */
	uint64_t began_ms; /* the child */
	uint64_t declined_ms, decline_delay_ms; /* the last time, the next */
	uv_timer_t timer;  /* of another start, or of what ends */
	uv_fs_event_t watch;
	unsigned n_open; /* handles, when closing */
};

static uint64_t boottime_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- the lease ---- */

/* By the clock of the day, as dhclient writes it. That may have been set
 * since: no lifetime is longer than it was at first. */
static uint64_t end_of(
    const struct lease6_times *times, uint32_t lifetime_s, uint64_t now_ms)
{
	uint64_t now_s = (uint64_t)time(NULL), age_s = 0;

	if (lifetime_s == LEASE6_FOREVER)
		return UINT64_MAX;
	if (times->starts_s < now_s)
		age_s = now_s - times->starts_s;
	return age_s < lifetime_s ? now_ms + (lifetime_s - age_s) * 1000
				  : now_ms;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void on_time(uv_timer_t *timer);

static void arm_end(struct dhcp6 *d)
{
	const struct dhcp6_lease *l = &d->lease;
	uint64_t now_ms = boottime_ms(), next = UINT64_MAX;

	if (!d->child || d->phase != PHASE_RUNNING || d->is_wanted_anew)
		return; /* the timer is of another start */
	if (l->lease.has_address)
		next = sooner(next, l->address_until_ms);
	if (l->lease.has_prefix)
		next = sooner(next, l->prefix_until_ms);
	if (next == UINT64_MAX)
		uv_timer_stop(&d->timer);
	else
		uv_timer_start(&d->timer, on_time,
		    next > now_ms ? next - now_ms : 0, 0);
}

/* Drops what has ended. True: there was something. */
static bool expire(struct dhcp6 *d)
{
	struct lease6 *lease = &d->lease.lease;
	uint64_t now_ms = boottime_ms();
	bool had_address = lease->has_address, had_prefix = lease->has_prefix;

	if (d->lease.address_until_ms <= now_ms)
		lease->has_address = false;
	if (d->lease.prefix_until_ms <= now_ms)
		lease->has_prefix = false;
	return had_address != lease->has_address ||
	    had_prefix != lease->has_prefix;
}

static void look_at_file(struct dhcp6 *d)
{
	struct dhcp6_lease l = { .lease = { 0 } };
	uint64_t now_ms = boottime_ms();

	/* Half a lease is read again when the rest comes. */
	if (dhcp6_file_read(&d->file, &l.lease))
		return;
	l.address_until_ms = end_of(&l.lease.address_times,
	    l.lease.address_times.valid_s, now_ms);
	l.address_preferred_ms = end_of(&l.lease.address_times,
	    l.lease.address_times.preferred_s, now_ms);
	l.prefix_until_ms = end_of(&l.lease.prefix_times,
	    l.lease.prefix_times.valid_s, now_ms);
	if (!memcmp(&l.lease, &d->lease.lease, sizeof(l.lease)))
		return;
	d->lease = l;
	(void)expire(d);
	d->retry_ms = RETRY_MS;
	arm_end(d);
	d->options.changed(d->options.ctx);
}

static void on_file(
    uv_fs_event_t *watch, const char *name, int events, int status)
{
	struct dhcp6 *d = watch->data;

	(void)name, (void)events;
	if (status == 0 && d->phase == PHASE_RUNNING && !d->is_declined)
		look_at_file(d);
}

/* ---- the end ---- */

static void on_closed(uv_handle_t *handle)
{
	struct dhcp6 *d = handle->data;

	if (!--d->n_open)
		free(d);
}

static void dhcp6_close(struct dhcp6 *d)
{
	d->decline = dhcp6_decline_free(d->decline);
	dhcp6_file_remove(&d->file);
	d->n_open = 2;
	uv_close((uv_handle_t *)&d->timer, on_closed);
	uv_close((uv_handle_t *)&d->watch, on_closed);
}

static void stopped(struct dhcp6 *d)
{
	void (*tell)(void *) = d->options.stopped;
	void *ctx = d->options.ctx;

	dhcp6_close(d);
	tell(ctx);
}

void dhcp6_abandon(struct dhcp6 *d)
{
	if (!d)
		return;
	if (d->child)
		child_abandon(d->child);
	dhcp6_close(d);
}

/* ---- running it ---- */

static int run(struct dhcp6 *d, bool is_release);
static void start_again_later(struct dhcp6 *d);

static void release(struct dhcp6 *d)
{
	if (d->lease.lease.has_address || d->lease.lease.has_prefix) {
		d->phase = PHASE_RELEASING;
		if (!run(d, true))
			return;
	}
	stopped(d);
}

/* A reply with nothing but information. */
static void take_information(struct dhcp6 *d, const struct lease6 *information)
{
	d->retry_ms = RETRY_MS;
	if (!memcmp(information, &d->lease.lease, sizeof(*information)))
		return;
	d->lease.lease = *information;
	d->options.changed(d->options.ctx);
}

static void on_line(void *ctx, const char *line)
{
	struct dhcp6 *d = ctx;
	struct lease6 information;

	job_log(d->options.job, LOG_LEVEL_DEBUG, "dhclient: %s", line);
	if (d->options.is_information && d->phase == PHASE_RUNNING &&
	    info6_line(&d->info, line, &information))
		take_information(d, &information);
}

/* It would ask for the address of its file again. */
static void begin_without_lease(struct dhcp6 *d)
{
	int r = dhcp6_file_empty(&d->file, d->options.duid);

	if (r)
		job_log(d->options.job, LOG_LEVEL_WARNING,
		    "cannot write %s: %s; the address that another host has "
		    "is asked for again",
		    d->file.path, strerror(-r));
	d->is_declined = d->is_wanted_anew = false;
	uv_timer_start(&d->timer, on_time, d->decline_delay_ms, 0);
	d->decline_delay_ms = sooner(d->decline_delay_ms * 2, RETRY_MAX_MS);
}

static void on_ended(void *ctx, const struct child_end *end)
{
	struct dhcp6 *d = ctx;

	d->child = NULL;
	switch (d->phase) {
	case PHASE_ENDING:
		release(d);
		return;
	case PHASE_RELEASING:
		if (end->is_late)
			job_log(d->options.job, LOG_LEVEL_WARNING,
			    "the DHCPv6 lease may not be released: no server "
			    "answers");
		stopped(d);
		return;
	case PHASE_RUNNING:
		break;
	}
	if (d->is_declined) {
		begin_without_lease(d);
		return;
	}
	if (d->is_wanted_anew) {
		d->is_wanted_anew = false;
		uv_timer_start(&d->timer, on_time, 0, 0);
		return;
	}
	job_log(d->options.job, LOG_LEVEL_WARNING,
	    "no DHCPv6 for the moment: %s; it is started again in %d s",
	    end->text, (int)(d->retry_ms / 1000));
	start_again_later(d);
}

/*
 * --no-pid: we know the process. A script it has to have; /bin/true does
 * nothing.
 */
static int run(struct dhcp6 *d, bool is_release)
{
	const struct dhcp6_options *o = &d->options;
	const struct rtnl_link *link =
	    rtnl_find_link(o->job->host->rtnl, o->ifindex);
	char hint[12], device[IFNAMSIZ];
	char *argv[20], *environment[] = { NULL };
	const struct child_events events = { on_line, on_ended, d };
	const struct child_options options = {
		.user = DHCP_USER,
		.capabilities = (uint64_t)1 << CAP_NET_BIND_SERVICE |
		    (uint64_t)1 << CAP_NET_RAW,
		.argv = argv,
		.environment = environment,
		.limit_ms = is_release ? RELEASE_MS : 0,
	};
	size_t n = 0;

	if (!link)
		return -ENODEV;
	snprintf(device, sizeof(device), "%s", link->name);
	argv[n++] = (char *)"/sbin/dhclient";
	argv[n++] = (char *)"-6";
	argv[n++] = (char *)"-d";
	if (is_release)
		argv[n++] = (char *)"-r";
	if (o->is_information)
		argv[n++] = (char *)"-S";
	else if (!is_release || d->lease.lease.has_address)
		argv[n++] = (char *)"-N";
	if (is_release && d->lease.lease.has_prefix)
		argv[n++] = (char *)"-P";
	if (!is_release && o->prefix_length) {
		snprintf(hint, sizeof(hint), "%u", o->prefix_length);
		argv[n++] = (char *)"-P";
		argv[n++] = (char *)"--prefix-len-hint";
		argv[n++] = hint;
	}
	argv[n++] = (char *)"-sf";
	argv[n++] = (char *)"/bin/true";
	argv[n++] = (char *)"-cf";
	argv[n++] = d->file.configuration;
	argv[n++] = (char *)"--no-pid";
	argv[n++] = (char *)"-lf";
	argv[n++] = d->file.path;
	argv[n++] = device;
	argv[n] = NULL;
	d->began_ms = boottime_ms();
	memset(&d->info, 0, sizeof(d->info));
	return child_start(o->job->host, &options, &events, &d->child);
}

static void start_again_later(struct dhcp6 *d)
{
	uv_timer_start(&d->timer, on_time, d->retry_ms, 0);
	d->retry_ms = sooner(d->retry_ms * 2, RETRY_MAX_MS);
}

/* It is to be started, or to be ended for that, or something of the lease
 * has ended. */
static void on_time(uv_timer_t *timer)
{
	struct dhcp6 *d = timer->data;
	int r;

	if (d->phase != PHASE_RUNNING) {
		release(d);
		return;
	}
	if (d->child && d->is_wanted_anew) {
		child_terminate(d->child);
		return;
	}
	if (expire(d))
		d->options.changed(d->options.ctx);
	r = d->child ? 0 : run(d, false);
	if (r == 0) {
		arm_end(d);
		return;
	}
	job_log(d->options.job, LOG_LEVEL_WARNING,
	    "no DHCPv6 for the moment: dhclient cannot be started: %s; tried "
	    "again in %d s",
	    strerror(-r), (int)(d->retry_ms / 1000));
	start_again_later(d);
}

int dhcp6_start(const struct dhcp6_options *options, struct dhcp6 **ret)
{
	struct dhcp6 *d = calloc(1, sizeof(*d));
	uv_loop_t *loop = options->job->host->loop;
	int r;

	if (!d)
		return -ENOMEM;
	d->options = *options;
	d->retry_ms = RETRY_MS;
	d->decline_delay_ms = RETRY_MS;
	uv_timer_init(loop, &d->timer);
	d->timer.data = d->watch.data = d;
	r = uv_fs_event_init(loop, &d->watch);
	if (r == 0)
		r = dhcp6_file_make(
		    &d->file, options->ifindex, options->duid);
	if (r == 0)
		r = uv_fs_event_start(&d->watch, on_file, d->file.path, 0);
	if (r < 0) {
		dhcp6_close(d);
		return r;
	}
	/* A start that fails is tried again. */
	uv_timer_start(&d->timer, on_time, 0, 0);
	*ret = d;
	return 0;
}

/* With a lease in its file it begins by asking for that. */
void dhcp6_again(struct dhcp6 *d, bool at_once)
{
	uint64_t age_ms = boottime_ms() - d->began_ms;

	if (!d->child || d->phase != PHASE_RUNNING)
		return;
	if (d->is_wanted_anew && !at_once)
		return;
	d->is_wanted_anew = true;
	uv_timer_start(&d->timer, on_time,
	    at_once || age_ms > AGAIN_MS ? 0 : AGAIN_MS - age_ms, 0);
}

static void on_decline_ended(void *ctx, bool is_heard)
{
	struct dhcp6 *d = ctx;

	d->decline = NULL;
	if (is_heard)
		job_log(d->options.job, LOG_LEVEL_DEBUG,
		    "the DHCPv6 server has heard that another host uses its "
		    "address");
	else
		job_log(d->options.job, LOG_LEVEL_WARNING,
		    "no DHCPv6 server answers when told that another host "
		    "uses its address; it may give it again");
}

void dhcp6_decline(struct dhcp6 *d)
{
	struct lease6 *lease = &d->lease.lease;
	uint64_t now_ms = boottime_ms();
	char address[IP_TEXT_SIZE];
	int r;

	if (d->phase != PHASE_RUNNING || !lease->has_address)
		return;
	if (now_ms - d->declined_ms > DECLINED_MS)
		d->decline_delay_ms = RETRY_MS;
	d->declined_ms = now_ms;
	job_log(d->options.job, LOG_LEVEL_WARNING,
	    "another host uses %s too; the DHCPv6 server is told, and asked "
	    "for another address",
	    ip_print(&lease->address, address));
	d->decline = dhcp6_decline_free(d->decline);
	r = dhcp6_decline_begin(d->options.job->host->loop,
	    d->options.ifindex, d->options.duid, lease, on_decline_ended, d,
	    &d->decline);
	if (r)
		job_log(d->options.job, LOG_LEVEL_WARNING,
		    "the server cannot be told: %s", strerror(-r));
	lease->has_address = false;
	d->is_declined = true;
	if (d->child)
		child_terminate(d->child);
	else
		begin_without_lease(d);
	d->options.changed(d->options.ctx);
}

bool dhcp6_is_information(const struct dhcp6 *d)
{
	return d->options.is_information;
}

const struct dhcp6_lease *dhcp6_lease(const struct dhcp6 *d)
{
	return &d->lease;
}

void dhcp6_stop(struct dhcp6 *d)
{
	uv_fs_event_stop(&d->watch);
	uv_timer_stop(&d->timer);
	d->phase = PHASE_ENDING;
	if (d->child)
		child_terminate(d->child);
	else
		uv_timer_start(&d->timer, on_time, 0, 0);
}
