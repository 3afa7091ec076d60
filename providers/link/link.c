/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/link-facts.h"
#include "providers/support/rtnl.h"
#include "resolver/resolver.h"

enum reported { REPORTED_NOTHING, REPORTED_UP, REPORTED_UNMET };

enum {
	/* A device that is being removed is set down first, and is gone some
	 * milliseconds later: not someone else's doing. */
	SET_DOWN_MS = 100,
};

static const char no_carrier[] = "no carrier";
static const char set_down[] = "set down by someone else";

/* A job, until its link is as it was before. Freed when no handle of the
 * loop is left. */
struct link_job {
	struct job *job; /* NULL: the job is over */
	struct rtnl *rtnl;
	uint32_t ifindex;
	struct rtnl_watch watch;
	struct rtnl_request request;
	uv_timer_t patience; /* until we say that something is missing */
	const char *awaited; /* that: no_carrier or set_down */
	bool has_looked;     /* at all events from before its end */

	bool ignores_carrier;
	uint64_t patience_ms;
	uint32_t mtu; /* to be set; 0: none */

	bool was_up;         /* before us */
	uint32_t former_mtu; /* before us */

	bool is_set;   /* the kernel has acknowledged the change */
	bool seen_up;  /* since we asked for it */
	bool was_port; /* when it was last seen up */
	enum reported reported;
	const char *missing; /* when unmet: no_carrier or set_down */
	struct link_facts told; /* when up */

	char failure[256]; /* why it fails, while it is undone */
	bool failure_is_permanent;
};

/* ---- the end of a job ---- */

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* Drops everything that could call us; after that the job may end. */
static struct job *detach(struct link_job *l)
{
	struct job *job = l->job;

	l->job = NULL;
	job->data = NULL;
	rtnl_cancel(&l->request);
	rtnl_watch_end(&l->watch);
	uv_close((uv_handle_t *)&l->patience, on_closed);
	return job;
}

static void end_failed(struct link_job *l)
{
	char failure[sizeof(l->failure)];
	bool is_permanent = l->failure_is_permanent;

	memcpy(failure, l->failure, sizeof(failure));
	job_failed(detach(l), is_permanent, "%s", failure);
}

/*
 * Asks for what differs from before us to be put back. False when there is
 * nothing to ask for: nothing differs, or the device is gone.
 */
static bool restore(
    struct link_job *l, void (*done)(struct rtnl_request *, int, const char *))
{
	struct rtnl_link_change change = {
		.set_up = !l->was_up,
		.mtu = l->mtu ? l->former_mtu : 0,
	};

	rtnl_cancel(&l->request);
	uv_timer_stop(&l->patience);
	rtnl_watch_end(&l->watch);
	if (!rtnl_find_link(l->rtnl, l->ifindex))
		return false;
	if (!change.set_up && !change.mtu)
		return false;
	l->request.done = done;
	rtnl_change_link(l->rtnl, &l->request, l->ifindex, &change);
	return true;
}

static void on_restored(
    struct rtnl_request *request, int error, const char *message)
{
	struct link_job *l = container_of(request, struct link_job, request);

	if (error && error != -ENODEV)
		job_log(l->job, LOG_LEVEL_WARNING,
		    "could not put the link back as it was: %s%s%s",
		    strerror(-error), *message ? ": " : "", message);
	if (*l->failure)
		end_failed(l);
	else
		job_down(detach(l));
}

/* ---- being up ---- */

static void tell_up(struct link_job *l, const struct rtnl_link *link)
{
	struct fact facts[LINK_FACTS_MAX];
	struct link_facts told;
	size_t n;

	link_facts_read(link, &told);
	if (l->reported == REPORTED_UP &&
	    !memcmp(&told, &l->told, sizeof(told)))
		return;
	l->told = told;
	n = link_facts_list(&l->told, facts);
	if (l->reported == REPORTED_UP) {
		job_facts(l->job, facts, n);
		return;
	}
	l->reported = REPORTED_UP;
	l->missing = NULL;
	job_up(l->job, facts, n);
}

static void tell_unmet(struct link_job *l, const char *missing)
{
	uv_timer_stop(&l->patience);
	if (l->reported == REPORTED_UNMET && l->missing == missing)
		return;
	l->reported = REPORTED_UNMET;
	l->missing = missing;
	job_unmet(l->job, "%s", missing);
}

/* Timers come before what is to be read: that is looked at first. */
static void on_impatient(uv_timer_t *timer)
{
	struct link_job *l = timer->data;

	if (l->has_looked) {
		tell_unmet(l, l->awaited);
		return;
	}
	l->has_looked = true;
	uv_timer_start(&l->patience, on_impatient, 1, 0);
}

/* Says so after a time, unless it is being waited for already. */
static void tell_unmet_later(
    struct link_job *l, const char *missing, uint64_t delay_ms)
{
	if (uv_is_active((uv_handle_t *)&l->patience) && l->awaited == missing)
		return;
	l->awaited = missing;
	l->has_looked = false;
	uv_timer_start(&l->patience, on_impatient, delay_ms, 0);
}

static void on_set(
    struct rtnl_request *request, int error, const char *message);

/* Of a bridge or a bond; a bond marks it before it takes it. */
static bool is_port(const struct rtnl_link *link)
{
	return link->master || link->flags & IFF_SLAVE;
}

/* A bond sets down what it releases. */
static bool set_up_again(struct link_job *l, const struct rtnl_link *link)
{
	struct rtnl_link_change change = { .set_up = true, .up = true };

	if (!l->was_port || is_port(link))
		return false;
	l->was_port = false;
	l->request.done = on_set;
	rtnl_change_link(l->rtnl, &l->request, l->ifindex, &change);
	return true;
}

/* Up again after it was down, if shortly: its routes went with that, so what
 * stands on it must know. But not of a port: it has none, and a bond sets it
 * down and up when it takes it. */
static void tell_short_down(struct link_job *l, const struct rtnl_link *link)
{
	if (!is_port(link) && uv_is_active((uv_handle_t *)&l->patience) &&
	    l->awaited == set_down && l->reported == REPORTED_UP)
		tell_unmet(l, set_down);
}

/* Compares the link with what is reported of it. */
static void evaluate(struct link_job *l, const struct rtnl_link *link)
{
	if (!(link->flags & IFF_UP)) {
		/* Not yet, as long as the kernel has not shown it up: its
		 * answer and its event come by different sockets. */
		if (l->is_set && l->seen_up && l->missing != set_down &&
		    !set_up_again(l, link))
			tell_unmet_later(l, set_down, SET_DOWN_MS);
		return;
	}
	l->seen_up = true;
	l->was_port = is_port(link);
	tell_short_down(l, link);
	/* The MTU may come with the same event or be refused. */
	if (!l->is_set && l->mtu && link->mtu != l->mtu)
		return;
	if (link->carrier || l->ignores_carrier) {
		uv_timer_stop(&l->patience);
		tell_up(l, link);
		return;
	}
	if (!l->is_set)
		return;
	if (l->reported != REPORTED_UP || !l->patience_ms) {
		tell_unmet(l, no_carrier);
		return;
	}
	tell_up(l, link);
	tell_unmet_later(l, no_carrier, l->patience_ms);
}

static void on_link(struct rtnl_watch *watch, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	struct link_job *l = container_of(watch, struct link_job, watch);

	/* before NULL: another device, which has got the number of ours. */
	if (link->ifindex == l->ifindex && before)
		evaluate(l, link);
}

/*
 * There is no on_link_gone: the resolver hears of it too, and stops the job.
 */

/* ---- start ---- */

/* An error that the same request will always get. */
static bool is_permanent(int error)
{
	return error == -EINVAL || error == -ERANGE || error == -EPERM ||
	    error == -EOPNOTSUPP;
}

static void on_set(
    struct rtnl_request *request, int error, const char *message)
{
	struct link_job *l = container_of(request, struct link_job, request);
	const struct rtnl_link *link = rtnl_find_link(l->rtnl, l->ifindex);

	if (!error) {
		l->is_set = true;
		if (link)
			evaluate(l, link);
		return;
	}
	if (error == -ENODEV)
		snprintf(l->failure, sizeof(l->failure), "device is gone");
	else
		snprintf(l->failure, sizeof(l->failure),
		    "the kernel refuses to set it up%s: %s%s%s",
		    l->mtu ? " with that mtu" : "", strerror(-error),
		    *message ? ": " : "", message);
	l->failure_is_permanent = is_permanent(error);
	/* Part of a change may have been made before the error. */
	if (error == -ENODEV || !restore(l, on_restored))
		end_failed(l);
}

static void read_config(struct link_job *l, const struct config *config)
{
	const char *carrier = config_text(config, "carrier");

	l->mtu = (uint32_t)config_integer(config, "mtu");
	l->ignores_carrier = !strcmp(carrier, "ignore");
	if (!l->ignores_carrier && strcmp(carrier, "follow") != 0)
		(void)text_parse_duration(carrier, &l->patience_ms);
}

static void link_start(struct job *job, void *shared)
{
	struct rtnl *rtnl = job->host->rtnl;
	const struct rtnl_link *link = rtnl_find_link(rtnl, job->ifindex);
	struct rtnl_link_change change = { .set_up = true, .up = true };
	struct link_job *l;

	(void)shared;
	if (!link) {
		job_failed(job, false, "device is gone");
		return;
	}
	l = calloc(1, sizeof(*l));
	if (!l) {
		job_failed(job, false, "out of memory");
		return;
	}
	job->data = l;
	l->job = job;
	l->rtnl = rtnl;
	l->ifindex = job->ifindex;
	uv_timer_init(job->host->loop, &l->patience);
	l->patience.data = l;
	read_config(l, job->config);
	l->was_up = link->flags & IFF_UP;
	l->former_mtu = link->mtu;
	if (l->mtu == link->mtu)
		l->mtu = 0;
	l->watch.ifindex = l->ifindex;
	l->watch.on_link = on_link;
	rtnl_watch_begin(rtnl, &l->watch);
	if (l->was_up && !l->mtu) {
		l->is_set = true;
		evaluate(l, link);
		return;
	}
	change.mtu = l->mtu;
	l->request.done = on_set;
	rtnl_change_link(rtnl, &l->request, l->ifindex, &change);
}

static void link_stop(struct job *job, void *shared)
{
	struct link_job *l = job->data;

	(void)shared;
	*l->failure = '\0';
	if (job->device_is_gone || !restore(l, on_restored))
		job_down(detach(l));
}

const struct provider provider_link = {
	.schema = &schema_link,
	.start = link_start,
	.stop = link_stop,
};
