/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/ip-job.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/support/failure.h"
#include "providers/support/ip-repair.h"
#include "providers/support/optimistic.h"
#include "providers/support/rtnl.h"
#include "resolver/resolver.h"

enum { FACTS_TEXT_SIZE = 4096 };

enum aim { AIM_UP, AIM_DOWN, AIM_FAILED };

struct ip_job {
	struct job *job;
	const struct ip_kind *kind;
	struct rtnl_watch watch; /* of the device, if that is of interest */
	struct ip_objects objects;
	struct ip_repair repair;
	struct rtnl_pause lifetime; /* until the next is over */
	struct optimistic optimistic;
	enum aim aim;
	bool is_up;     /* and said so */
	bool must_tell; /* its facts may have changed since */
	bool must_apply; /* what is under way may be gone, or refused for it */
	struct failure failure; /* of FAILED */
};

struct ip_object *ip_list_add(struct ip_list *list, enum ip_object_type type)
{
	struct ip_object *object;

	if (list->n == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 1;
		void *items = reallocarray(
		    list->items, capacity, sizeof(*list->items));

		if (!items)
			return NULL;
		list->items = items;
		list->capacity = capacity;
	}
	object = &list->items[list->n++];
	memset(object, 0, sizeof(*object));
	object->type = type;
	return object;
}

uint32_t ip_default_metric(const struct job *job)
{
	return config_count(job->config, "metric")
	    ? (uint32_t)config_integer(job->config, "metric")
	    : 1000 + job->preference;
}

/* ---- the end of a job ---- */

static struct job *detach(struct ip_job *j)
{
	struct job *job = j->job;

	job->data = NULL;
	rtnl_watch_end(&j->watch);
	rtnl_pause_end(&j->lifetime);
	optimistic_end(&j->optimistic);
	ip_repair_end(&j->repair);
	ip_objects_forget(&j->objects);
	free(j);
	return job;
}

/* All is undone. */
static void end(struct ip_job *j)
{
	struct failure failure = j->failure;

	if (j->aim == AIM_DOWN) {
		failure_clear(&failure);
		job_down(detach(j));
	} else {
		failure_tell(&failure, detach(j));
	}
}

static void undo(struct ip_job *j, enum aim aim)
{
	j->aim = aim;
	rtnl_pause_end(&j->lifetime);
	ip_repair_end(&j->repair);
	if (!ip_objects_set(&j->objects, NULL, 0))
		end(j);
}

static void fail(struct ip_job *j, bool is_permanent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fail(struct ip_job *j, bool is_permanent, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	failure_vset(&j->failure, is_permanent, format, args);
	va_end(args);
	undo(j, AIM_FAILED);
}

/* ---- being up ---- */

static bool has(const struct ip_job *j, enum ip_object_type type)
{
	const struct ip_object *object = NULL;

	do
		object = ip_objects_next(&j->objects, object);
	while (object && object->type != type);
	return object;
}

/* Of rules, and routes that are not unicast, there is no table: what happened
 * to them while events were lost is found out by asking for them again. */
static bool has_untold(const struct ip_job *j)
{
	const struct ip_object *object = NULL;

	do
		object = ip_objects_next(&j->objects, object);
	while (object && object->type != IP_RULE &&
	    (object->type != IP_ROUTE || object->route.type <= RTN_UNICAST));
	return object;
}

static void tell_up(struct ip_job *j)
{
	struct fact facts[IP_FACTS_MAX];
	char text[FACTS_TEXT_SIZE];
	size_t n = 0;

	ip_repair_begin(&j->repair, j->job->ifindex, has_untold(j));
	if (j->kind->facts)
		n = j->kind->facts(j->job, facts, text, sizeof(text));
	if (j->is_up)
		job_facts(j->job, facts, n);
	else
		job_up(j->job, facts, n);
	j->is_up = true;
	j->must_tell = false;
}

enum found { FOUND_GOOD, FOUND_PENDING, FOUND_DUPLICATE };

/* What duplicate address detection has found so far (RFC 4862). */
static enum found look_at(
    const struct ip_job *j, const struct rtnl_address *address)
{
	uint32_t flags;

	if (!rtnl_find_address(j->job->host->rtnl, address->ifindex,
		&address->address, &flags))
		return FOUND_PENDING; /* its event is on the way */
	if (flags & IFA_F_DADFAILED)
		return FOUND_DUPLICATE;
	return flags & IFA_F_TENTATIVE && !(flags & IFA_F_OPTIMISTIC)
	    ? FOUND_PENDING
	    : FOUND_GOOD;
}

/* Everything has been acknowledged: is it good? */
static void evaluate(struct ip_job *j)
{
	const struct ip_object *object = NULL;
	char text[IP_PREFIX_TEXT_SIZE];

	if (j->aim != AIM_UP || j->objects.n_pending)
		return;
	while ((object = ip_objects_next(&j->objects, object))) {
		if (object->type != IP_ADDRESS)
			continue;
		switch (look_at(j, &object->address)) {
		case FOUND_PENDING:
			return;
		case FOUND_DUPLICATE:
			fail(j, false, "another host has %s, too",
			    ip_print_prefix(&object->address.address, text));
			return;
		case FOUND_GOOD:
			break;
		}
	}
	if (!j->is_up || j->must_tell)
		tell_up(j);
}

/* ---- lifetimes ---- */

static void wait_for_lifetimes(struct ip_job *j)
{
	struct host *host = j->job->host;
	uint64_t next = ip_objects_deadline(&j->objects);
	uint64_t now = uv_now(host->loop), left = next > now ? next - now : 0;

	rtnl_pause_end(&j->lifetime);
	if (next != UINT64_MAX)
		rtnl_pause_begin(host->rtnl, &j->lifetime,
		    left < INT32_MAX ? (unsigned)left : INT32_MAX);
}

/* The kernel may have removed it, or is about to. */
static void on_lifetime(struct rtnl_pause *pause)
{
	struct ip_job *j = container_of(pause, struct ip_job, lifetime);
	const struct ip_object *over = ip_objects_over(&j->objects, 0);
	_cleanup_(text_clear) struct text lifetime = { 0 };

	if (over) {
		text_append_duration(
		    &lifetime, 1000ULL * over->address.valid_s);
		fail(j, true,
		    "its valid-lifetime of %s is over; 'netconf restart %s' "
		    "gives it another",
		    lifetime.data ? lifetime.data : "", j->job->name);
		return;
	}
	(void)ip_objects_again(&j->objects);
	wait_for_lifetimes(j);
}

/* An error that the same request will always get. */
static bool is_permanent(int error)
{
	return error == -EINVAL || error == -EPERM || error == -EOPNOTSUPP ||
	    error == -RTNL_OTHERWISE;
}

/* Lifetimes may go on that another has begun. */
static void go_on(struct ip_job *j)
{
	wait_for_lifetimes(j);
	evaluate(j);
}

static void apply(struct ip_job *j);

static void on_done(struct ip_objects *objects, int error, const char *text)
{
	struct ip_job *j = container_of(objects, struct ip_job, objects);

	if (!ip_repair_done(&j->repair))
		return;
	if (j->aim != AIM_UP) {
		end(j);
	} else if (j->must_apply) {
		j->must_apply = false;
		apply(j);
	} else if (error) {
		fail(j, is_permanent(error), "the kernel refuses %s", text);
	} else {
		go_on(j);
	}
}

static void on_given_up(struct ip_repair *repair)
{
	fail(container_of(repair, struct ip_job, repair), false,
	    "what it has made is removed by others again and again");
}

/* ---- operations ---- */

static void on_address(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address, uint32_t flags)
{
	struct ip_job *j = container_of(watch, struct ip_job, watch);

	(void)flags;
	if (j->aim == AIM_UP &&
	    ip_objects_has_address(&j->objects, ifindex, address))
		evaluate(j);
}

/* The kernel sets a device down and up that becomes the port of a VRF, or is
 * it no more: that has cost routes, and IPv6 addresses, without which it takes
 * no route; and what is to be there may be another list now. */
static void on_link(struct rtnl_watch *watch, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	struct ip_job *j = container_of(watch, struct ip_job, watch);

	if (j->aim == AIM_UP && before && link->flags & IFF_UP &&
	    before->vrf_table != link->vrf_table) {
		/* What is under way may have been there before that. */
		j->must_apply = j->objects.n_pending;
		(void)ip_objects_again(&j->objects);
		apply(j);
	}
}

static const struct rtnl_calls calls = {
	.on_address = on_address,
	.on_link = on_link,
};

static void watch(struct ip_job *j)
{
	uint32_t ifindex = j->job->ifindex;

	if (!ifindex || ifindex == j->watch.ifindex ||
	    (!has(j, IP_ADDRESS) && !has(j, IP_ROUTE)))
		return;
	rtnl_watch_end(&j->watch);
	j->watch.ifindex = ifindex;
	rtnl_watch_begin(j->job->host->rtnl, &j->watch);
}

/* False: the device has to be prepared for them. */
static bool is_prepared(struct ip_job *j, const struct ip_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].type == IP_ADDRESS &&
		    list->items[i].address.flags & IFA_F_OPTIMISTIC)
			return optimistic_begin(
			    &j->optimistic, j->job->ifindex);
	optimistic_end(&j->optimistic);
	return true;
}

/* Asks for what there should be now. */
static void apply(struct ip_job *j)
{
	char said[IP_SAID_SIZE] = "";
	struct ip_list list = { 0 };
	int r = j->kind->list(j->job, &list, said);

	if (r == 0 && !is_prepared(j, &list)) {
		free(list.items);
		return;
	}
	if (r == 0)
		r = ip_objects_set(&j->objects, list.items, list.n);
	free(list.items);
	if (r < 0) {
		fail(j, r != -ENOMEM && r != -EAGAIN, "%s",
		    *said ? said : strerror(-r));
		return;
	}
	watch(j);
	j->must_tell = true;
	if (!ip_objects_again(&j->objects))
		go_on(j);
}

static void on_prepared(struct optimistic *optimistic)
{
	struct ip_job *j =
	    container_of(optimistic, struct ip_job, optimistic);

	if (j->aim == AIM_UP)
		apply(j);
}

void ip_job_start(struct job *job, void *shared)
{
	struct ip_job *j = calloc(1, sizeof(*j));

	(void)shared;
	if (!j) {
		job_failed(job, false, "out of memory");
		return;
	}
	job->data = j;
	j->job = job;
	j->kind = job->provider->own;
	ip_objects_init(&j->objects, job, on_done);
	ip_repair_init(&j->repair, job, &j->objects, on_given_up);
	j->watch.calls = &calls;
	j->lifetime.over = on_lifetime;
	j->optimistic.job = job;
	j->optimistic.ready = on_prepared;
	apply(j);
}

void ip_job_stop(struct job *job, void *shared)
{
	struct ip_job *j = job->data;

	(void)shared;
	/* Also when the device is gone: rules and routes need not have gone
	 * with it, and asking costs little. */
	undo(j, AIM_DOWN);
}

/* Set down for a moment, as to be renamed: what the kernel would refuse then is
 * asked for when we are told that it is back. */
static bool is_down(const struct ip_job *j)
{
	const struct rtnl_link *link =
	    rtnl_find_link(j->job->host->rtnl, j->job->ifindex);

	return j->job->ifindex && link && !(link->flags & IFF_UP);
}

void ip_job_rebind(struct job *job, void *shared)
{
	struct ip_job *j = job->data;

	(void)shared;
	if (j->aim == AIM_UP && !is_down(j))
		apply(j);
}
