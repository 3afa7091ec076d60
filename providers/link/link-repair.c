/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/link/link-repair.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "providers/link/settings-internal.h"
#include "providers/provider.h"
#include "providers/support/differences.h"

/* What differs from what should be. */
struct deviation {
	struct rtnl_link_change change;
	bool of_settings; /* of others than the link shows */
	struct differences words;
};

static void compare_mac(const struct settings *s,
    const struct rtnl_link *link, struct deviation *d)
{
	const uint8_t *is = link->mac, *want = s->mac;

	if (!s->has_mac || !memcmp(is, want, sizeof(s->mac)))
		return;
	d->change.mac = want;
	d->change.mac_length = sizeof(s->mac);
	differences_add(&d->words,
	    "mac is %02x:%02x:%02x:%02x:%02x:%02x, "
	    "not %02x:%02x:%02x:%02x:%02x:%02x",
	    is[0], is[1], is[2], is[3], is[4], is[5], want[0], want[1],
	    want[2], want[3], want[4], want[5]);
}

/* True when nothing does. */
static bool compare(const struct settings *s, const struct rtnl_link *link,
    struct deviation *d)
{
	memset(d, 0, sizeof(*d));
	if (link->flags & IFF_SLAVE)
		return true;
	if (s->mtu.is_given && link->mtu != s->mtu.want) {
		d->change.mtu = s->mtu.want;
		differences_add(&d->words,
		    "mtu is %" PRIu32 ", not %" PRIu32, link->mtu,
		    s->mtu.want);
	}
	if (s->queue.is_given && link->tx_queue_length != s->queue.want) {
		d->change.set_tx_queue_length = true;
		d->change.tx_queue_length = s->queue.want;
		differences_add(&d->words,
		    "transmit-queue-length is %" PRIu32 ", not %" PRIu32,
		    link->tx_queue_length, s->queue.want);
	}
	compare_mac(s, link, d);
	return !d->words.n;
}

static void soon(struct link_repair *r)
{
	r->has_looked = false;
	rtnl_pause_begin(r->job->host->rtnl, &r->pause, REPAIR_DELAY_MS);
}

static void on_told(
    struct rtnl_request *request, int error, const char *message)
{
	struct link_repair *r =
	    container_of(request, struct link_repair, request);

	if (error && error != -ENODEV && r->has_matched) {
		job_log(r->job, LOG_LEVEL_ERROR,
		    "the kernel refuses to have it put right: %s%s%s",
		    strerror(-error), *message ? ": " : "", message);
		return;
	}
	/* Drivers may forget others for that. */
	r->is_suspect |= r->listener.sources;
	/* Its answer comes as an event. */
	(void)rtnl_refresh_link(r->job->host->rtnl, r->ifindex);
	soon(r);
}

static void tell(struct link_repair *r, const struct deviation *d)
{
	if (d->of_settings)
		settings_put_right(r->settings);
	if (!d->change.mtu && !d->change.set_tx_queue_length &&
	    !d->change.mac)
		return;
	r->request.done = on_told;
	rtnl_change_link(
	    r->job->host->rtnl, &r->request, r->ifindex, &d->change);
}

static void put_right(struct link_repair *r, const struct deviation *d)
{
	if (!r->has_matched && r->has_tried) {
		settings_refuse(r->settings, d->words.text);
		return;
	}
	if (!r->has_matched) {
		r->has_tried = true;
	} else if (repair_again(&r->repair, uv_now(r->job->host->loop))) {
		job_log(r->job, LOG_LEVEL_WARNING,
		    "changed by others, and put right: %s",
		    d->words.text);
	} else {
		job_log(r->job, LOG_LEVEL_ERROR,
		    "changed by others again and again, to be put right in "
		    "10 s: %s", d->words.text);
		r->has_looked = false;
		r->is_suspect |= d->of_settings;
		rtnl_pause_begin(
		    r->job->host->rtnl, &r->pause, REPAIR_REST_MS);
		return;
	}
	tell(r, d);
}

void link_repair_found(struct link_repair *r, const char *found)
{
	const struct rtnl_link *link =
	    rtnl_find_link(r->job->host->rtnl, r->ifindex);
	struct deviation d;

	if (!link)
		return;
	(void)compare(r->settings, link, &d);
	d.of_settings = found;
	if (found)
		differences_add(&d.words, "%s", found);
	if (d.words.n)
		put_right(r, &d);
}

/* A pause is over before what is to be read: that is looked at first. */
static void on_due(struct rtnl_pause *pause)
{
	struct link_repair *r = container_of(pause, struct link_repair, pause);

	if (!r->has_looked) {
		r->has_looked = true;
		rtnl_pause_begin(r->job->host->rtnl, &r->pause, 1);
	} else if (!r->is_suspect) {
		link_repair_found(r, NULL);
	} else if (settings_are_idle(r->settings)) {
		r->is_suspect = false;
		settings_look(r->settings);
	} else {
		soon(r);
	}
}

static void suspect(struct link_repair *r)
{
	r->is_suspect = true;
	if (!rtnl_pause_is_on(&r->pause))
		soon(r);
}

static void on_suspect(struct link_listener *listener)
{
	suspect(container_of(listener, struct link_repair, listener));
}

void link_repair_look(struct link_repair *r, const struct rtnl_link *link)
{
	bool is_up = link->flags & IFF_UP;
	struct deviation d;

	/* Some drivers forget what wakes the machine when it is set down. */
	if (is_up && !r->was_up && r->listener.sources)
		suspect(r);
	r->was_up = is_up;
	if (compare(r->settings, link, &d))
		r->has_matched = true;
	else if (!rtnl_pause_is_on(&r->pause) &&
	    !rtnl_request_is_active(&r->request))
		soon(r);
}

void link_repair_begin(struct link_repair *r)
{
	int error;

	rtnl_pause_end(&r->pause);
	r->has_matched = r->has_tried = r->is_suspect = false;
	r->was_up = true; /* or going to be */
	error = link_events_listen(r->events, &r->listener, r->job->config);
	if (error < 0)
		job_log(r->job, LOG_LEVEL_WARNING,
		    "changes that others make of it will not be noticed: "
		    "cannot listen to the kernel: %s", strerror(-error));
}

void link_repair_init(struct link_repair *r, struct job *job,
    struct settings *settings, struct link_events *events, uint32_t ifindex)
{
	*r = (struct link_repair){
		.job = job,
		.settings = settings,
		.events = events,
		.ifindex = ifindex,
		.listener = { .ifindex = ifindex, .suspect = on_suspect },
	};
	r->pause.over = on_due;
}

void link_repair_end(struct link_repair *r)
{
	rtnl_cancel(&r->request);
	rtnl_pause_end(&r->pause);
	link_events_leave(r->events, &r->listener);
}
