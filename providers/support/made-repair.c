/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/made-repair.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/provider.h"
#include "providers/support/made-ports.h"
#include "providers/support/repair.h"
#include "providers/support/rtnl.h"

struct made_repair {
	struct job *job;
	struct rtnl *rtnl;
	struct made_ports *ports;
	struct rtnl_request request;
	struct repair repair;
	uv_timer_t timer;
	uint32_t ifindex;
	bool has_given_up;
	bool has_looked; /* at all events from before the timer's end */
};

/* What differs from what should be. */
struct difference {
	struct rtnl_link_change change;
	uint32_t mtu; /* that it has */
	const char *port;
};

static bool find_difference(
    const struct made_repair *r, struct difference *ret)
{
	const struct rtnl_link *link = rtnl_find_link(r->rtnl, r->ifindex);
	uint32_t mtu = (uint32_t)config_integer(r->job->config, "mtu");

	memset(ret, 0, sizeof(*ret));
	if (!link)
		return false;
	ret->change.set_up = !(link->flags & IFF_UP);
	ret->change.up = true;
	ret->mtu = link->mtu;
	if (mtu && mtu != link->mtu)
		ret->change.mtu = mtu;
	ret->port = r->ports ? made_ports_lost(r->ports) : NULL;
	return ret->change.set_up || ret->change.mtu || ret->port;
}

/* One line, of all that differs. */
static void describe(const struct difference *d, char *text, size_t size)
{
	int n = 0;

	*text = '\0';
	if (d->change.set_up)
		n += snprintf(text + n, size - (size_t)n, "it is down");
	if (d->change.mtu)
		n += snprintf(text + n, size - (size_t)n,
		    "%smtu is %u, not %u", n ? "; " : "", d->mtu,
		    d->change.mtu);
	if (d->port)
		(void)snprintf(text + n, size - (size_t)n,
		    "%s%s is not its port", n ? "; " : "", d->port);
}

static void on_changed(
    struct rtnl_request *request, int error, const char *message)
{
	struct made_repair *r =
	    container_of(request, struct made_repair, request);

	if (error && error != -ENODEV)
		job_log(r->job, LOG_LEVEL_ERROR,
		    "the kernel refuses to have it put right: %s%s%s",
		    strerror(-error), *message ? ": " : "", message);
}

static void put_right(struct made_repair *r)
{
	struct difference d;
	char text[128];

	if (!find_difference(r, &d))
		return;
	describe(&d, text, sizeof(text));
	if (!repair_again(&r->repair, uv_now(r->timer.loop))) {
		if (!r->has_given_up)
			job_log(r->job, LOG_LEVEL_ERROR,
			    "changed by others again and again, and left so: "
			    "%s",
			    text);
		r->has_given_up = true;
		return;
	}
	r->has_given_up = false;
	job_log(r->job, LOG_LEVEL_WARNING,
	    "changed by others, and put right: %s", text);
	if (d.change.set_up || d.change.mtu) {
		r->request.done = on_changed;
		rtnl_change_link(
		    r->rtnl, &r->request, r->ifindex, &d.change);
	}
	if (d.port)
		made_ports_retake(r->ports);
}

/* Timers come before what is to be read: that is looked at first. */
static void on_due(uv_timer_t *timer)
{
	struct made_repair *r = timer->data;

	if (r->has_looked) {
		put_right(r);
		return;
	}
	r->has_looked = true;
	uv_timer_start(&r->timer, on_due, 1, 0);
}

void made_repair_look(struct made_repair *r, uint32_t ifindex)
{
	struct difference d;

	r->ifindex = ifindex;
	if (uv_is_active((uv_handle_t *)&r->timer) || !find_difference(r, &d))
		return;
	r->has_looked = false;
	uv_timer_start(&r->timer, on_due, REPAIR_DELAY_MS, 0);
}

void made_repair_stop(struct made_repair *r)
{
	uv_timer_stop(&r->timer);
}

struct made_repair *made_repair_new(struct job *job, struct made_ports *ports)
{
	struct made_repair *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->job = job;
	r->rtnl = job->host->rtnl;
	r->ports = ports;
	uv_timer_init(job->host->loop, &r->timer);
	r->timer.data = r;
	return r;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

struct made_repair *made_repair_free(struct made_repair *r)
{
	if (!r)
		return NULL;
	rtnl_cancel(&r->request);
	uv_close((uv_handle_t *)&r->timer, on_closed);
	return NULL;
}
