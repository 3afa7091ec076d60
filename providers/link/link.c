/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/link/ethtool.h"
#include "providers/link/link-repair.h"
#include "providers/link/settings.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/genl.h"
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

/* What is told of a link that is up; compared as a whole. */
struct told {
	struct link_facts link;
	char speed[12], duplex[8]; /* "" if not known */
};

/* What all jobs share. */
struct link_shared {
	struct genl *genl; /* ethtool's, or NULL: the kernel has none */
	struct link_events *events;
};

/* A job, until its link is as it was before. Freed when no handle of the
 * loop is left. */
struct link_job {
	struct job *job; /* NULL: the job is over */
	struct rtnl *rtnl;
	struct genl *genl; /* or NULL */
	uint32_t ifindex;
	struct settings *settings;
	struct link_repair repair;
	struct rtnl_watch watch;
	struct rtnl_request request;  /* to set it up again */
	struct genl_request question; /* how fast it is */
	uv_timer_t patience; /* until we say that something is missing */
	const char *awaited; /* that: no_carrier or set_down */
	bool has_looked;     /* at all events from before its end */

	bool ignores_carrier;
	uint64_t patience_ms;

	bool is_set;   /* as the profile says, and has been seen so */
	bool is_ending;
	bool seen_up;  /* since we asked for it */
	bool had_carrier, knows_speed; /* of the present carrier */
	char speed[12], duplex[8];
	enum reported reported;
	const char *missing; /* when unmet: no_carrier or set_down */
	struct told told;    /* when up */
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
	genl_cancel(&l->question);
	l->settings = settings_free(l->settings);
	rtnl_watch_end(&l->watch);
	link_repair_end(&l->repair);
	uv_close((uv_handle_t *)&l->patience, on_closed);
	return job;
}

/* Nothing more is told of it but its end. */
static void begin_end(struct link_job *l)
{
	l->is_ending = true;
	rtnl_cancel(&l->request);
	genl_cancel(&l->question);
	uv_timer_stop(&l->patience);
	link_repair_end(&l->repair);
	rtnl_watch_end(&l->watch);
}

/* ---- being up ---- */

static size_t list_facts(const struct told *told,
    struct link_fact_texts *texts, struct fact facts[LINK_FACTS_MAX + 2])
{
	size_t n = link_facts_list(&told->link, texts, facts);

	if (*told->speed)
		facts[n++] = (struct fact){ "speed", told->speed };
	if (*told->duplex)
		facts[n++] = (struct fact){ "duplex", told->duplex };
	return n;
}

static void tell_up(struct link_job *l, const struct rtnl_link *link)
{
	struct fact facts[LINK_FACTS_MAX + 2];
	struct link_fact_texts texts;
	struct told told = { 0 };
	size_t n;

	link_facts_read(link, &told.link);
	if (link->carrier) {
		memcpy(told.speed, l->speed, sizeof(told.speed));
		memcpy(told.duplex, l->duplex, sizeof(told.duplex));
	}
	if (l->reported == REPORTED_UP &&
	    !memcmp(&told, &l->told, sizeof(told)))
		return;
	l->told = told;
	n = list_facts(&l->told, &texts, facts);
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

static void on_set_again(
    struct rtnl_request *request, int error, const char *message)
{
	/* A device that is gone, or else it is unmet. */
	(void)request, (void)error, (void)message;
}

/* A bond sets down what it releases. */
static bool set_up_again(struct link_job *l)
{
	struct rtnl_link_change change = { .set_up = true, .up = true };

	if (!rtnl_is_released(l->rtnl, l->ifindex))
		return false;
	if (!rtnl_request_is_active(&l->request)) {
		l->request.done = on_set_again;
		rtnl_change_link(l->rtnl, &l->request, l->ifindex, &change);
	}
	return true;
}

/* Up again after it was down, if shortly: its routes went with that, so what
 * stands on it must know. But not of a port: it has none, and a bond sets it
 * down and up when it takes it. */
static void tell_short_down(struct link_job *l, const struct rtnl_link *link)
{
	if (!rtnl_is_port(link) && uv_is_active((uv_handle_t *)&l->patience) &&
	    l->awaited == set_down && l->reported == REPORTED_UP)
		tell_unmet(l, set_down);
}

static void evaluate(struct link_job *l, const struct rtnl_link *link);

static void on_speed_reply(
    struct genl_request *request, const struct nlmsghdr *header)
{
	struct link_job *l = container_of(request, struct link_job, question);
	struct ethtool_link mode;

	if (!ethtool_read_link(header, &mode))
		return;
	if (mode.speed)
		snprintf(l->speed, sizeof(l->speed), "%" PRIu32, mode.speed);
	if (mode.duplex)
		snprintf(l->duplex, sizeof(l->duplex), "%s", mode.duplex);
}

static void on_speed(
    struct genl_request *request, int error, const char *message)
{
	struct link_job *l = container_of(request, struct link_job, question);
	const struct rtnl_link *link = rtnl_find_link(l->rtnl, l->ifindex);

	(void)error, (void)message; /* then it is not known */
	l->knows_speed = true;
	if (link)
		evaluate(l, link);
}

/* Each time that the carrier comes, before it is told. True: not known yet. */
static bool asks_speed(struct link_job *l, const struct rtnl_link *link)
{
	if (link->carrier && !l->had_carrier) {
		l->knows_speed = !l->genl;
		memset(l->speed, 0, sizeof(l->speed));
		memset(l->duplex, 0, sizeof(l->duplex));
		l->question.reply = on_speed_reply;
		l->question.done = on_speed;
		if (l->genl)
			ethtool_get_link(l->genl, &l->question, l->ifindex);
	}
	l->had_carrier = link->carrier;
	return link->carrier && !l->knows_speed;
}

/* Compares the link with what is reported of it. */
static void evaluate(struct link_job *l, const struct rtnl_link *link)
{
	/* The kernel's answer and its event come by different sockets. */
	if (!l->is_set)
		return;
	link_repair_look(&l->repair, link);
	if (!(link->flags & IFF_UP)) {
		/* Not yet, as long as the kernel has not shown it up. */
		if (l->seen_up && l->missing != set_down && !set_up_again(l))
			tell_unmet_later(l, set_down, SET_DOWN_MS);
		return;
	}
	if (!l->seen_up && !settings_are_shown(l->settings, link))
		return;
	l->seen_up = true;
	tell_short_down(l, link);
	if (asks_speed(l, link))
		return;
	if (link->carrier || l->ignores_carrier) {
		uv_timer_stop(&l->patience);
		tell_up(l, link);
		return;
	}
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

/* There is no on_link_gone: the resolver hears of it too, and stops the job. */
static const struct rtnl_calls calls = {
	.on_link = on_link,
};

/* ---- start, update, stop ---- */

/* All is set, or put back. */
static void on_settled(void *ctx, const char *failure, bool is_permanent)
{
	struct link_job *l = ctx;
	const struct rtnl_link *link = rtnl_find_link(l->rtnl, l->ifindex);
	char text[256];

	if (failure) {
		snprintf(text, sizeof(text), "%s", failure);
		job_failed(detach(l), is_permanent, "%s", text);
	} else if (l->is_ending) {
		job_down(detach(l));
	} else {
		l->is_set = true;
		if (link)
			evaluate(l, link);
	}
}

static void on_looked(void *ctx, const char *found)
{
	struct link_job *l = ctx;

	link_repair_found(&l->repair, found);
}

static void read_carrier(struct link_job *l, const struct config *config)
{
	const char *carrier = config_text(config, "carrier");

	l->patience_ms = 0;
	l->ignores_carrier = !strcmp(carrier, "ignore");
	if (!l->ignores_carrier && strcmp(carrier, "follow") != 0)
		(void)text_parse_duration(carrier, &l->patience_ms);
}

static void link_start(struct job *job, void *shared)
{
	struct link_shared *s = shared;
	struct rtnl *rtnl = job->host->rtnl;
	const struct rtnl_link *link = rtnl_find_link(rtnl, job->ifindex);
	struct link_job *l;

	if (!link) {
		job_failed(job, false, "device is gone");
		return;
	}
	l = calloc(1, sizeof(*l));
	if (l)
		l->settings = settings_new(job, link, s->genl,
		    &(struct settings_events){ on_settled, on_looked, l });
	if (!l || !l->settings) {
		free(l);
		job_failed(job, false, "out of memory");
		return;
	}
	job->data = l;
	l->job = job;
	l->rtnl = rtnl;
	l->genl = s->genl;
	l->ifindex = job->ifindex;
	uv_timer_init(job->host->loop, &l->patience);
	l->patience.data = l;
	link_repair_init(
	    &l->repair, job, l->settings, s->events, l->ifindex);
	link_repair_begin(&l->repair);
	l->watch.ifindex = l->ifindex;
	l->watch.calls = &calls;
	rtnl_watch_begin(rtnl, &l->watch);
	read_carrier(l, job->config);
	settings_apply(l->settings);
}

static void link_update(struct job *job, void *shared)
{
	struct link_job *l = job->data;

	(void)shared;
	uv_timer_stop(&l->patience);
	link_repair_begin(&l->repair);
	read_carrier(l, job->config);
	settings_apply(l->settings);
}

static void link_stop(struct job *job, void *shared)
{
	struct link_job *l = job->data;

	(void)shared;
	begin_end(l);
	if (job->device_is_gone || !rtnl_find_link(l->rtnl, l->ifindex))
		job_down(detach(l));
	else
		settings_restore(l->settings);
}

/* Without ethtool, links go up all the same. */
static int link_open(struct host *host, void **shared)
{
	struct link_shared *s = calloc(1, sizeof(*s));
	int r;

	if (s)
		s->events = link_events_new(host->loop);
	if (!s || !s->events) {
		free(s);
		return -ENOMEM;
	}
	r = genl_open(host->loop, "ethtool", &s->genl);
	if (r < 0)
		host_log(host, LOG_LEVEL_WARNING,
		    "the kernel's ethtool cannot be asked: %s", strerror(-r));
	*shared = s;
	return 0;
}

static void link_close(struct host *host, void *shared)
{
	struct link_shared *s = shared;

	(void)host;
	link_events_free(s->events);
	genl_close(s->genl);
	free(s);
}

const struct provider provider_link = {
	.schema = &schema_link,
	.open = link_open,
	.close = link_close,
	.start = link_start,
	.stop = link_stop,
	/* What it is over cannot change: it is bound to a device. */
	.update = link_update,
};
