/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/made-link.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/support/made-internal.h"
#include "providers/support/made-repair.h"
#include "resolver/resolver.h"

enum {
	/* As of other links; one that is being removed is set down first. */
	SET_DOWN_MS = 100,
};

static const char set_down[] = "set down by someone else";

void *made_link_own(const struct job *job)
{
	return ((struct made_link *)job->data)->own;
}

uint32_t made_link_ifindex(const struct job *job)
{
	return ((struct made_link *)job->data)->ifindex;
}

/* ---- the end of a job ---- */

static struct job *detach(struct made_link *l)
{
	struct job *job = l->job;

	if (l->kind->release)
		l->kind->release(job);
	job->data = NULL;
	rtnl_cancel(&l->request);
	rtnl_watch_end(&l->watch);
	rtnl_pause_end(&l->down);
	made_ports_free(l->ports);
	made_repair_free(l->repair);
	failure_clear(&l->failure);
	free(l->missing);
	free(l->sent);
	free(l);
	return job;
}

static void end_failed(struct made_link *l)
{
	struct failure failure = l->failure;

	l->failure = (struct failure){ 0 };
	failure_tell(&failure, detach(l));
}

bool made_link_is_permanent(int error)
{
	return error == -EINVAL || error == -ERANGE || error == -EPERM ||
	    error == -EOPNOTSUPP || error == -EACCES;
}

/* ---- removing ---- */

static void make(struct made_link *l);

/* The link is gone: what is aimed at follows. */
static void removed(struct made_link *l)
{
	made_ports_clear(l->ports);
	switch (l->aim) {
	case AIM_REMADE:
		l->aim = AIM_UP;
		make(l);
		return;
	case AIM_DOWN:
		job_down(detach(l));
		return;
	case AIM_UP: /* never */
	case AIM_FAILED:
		end_failed(l);
		return;
	}
}

/* True when nothing is left of what the kind did besides. */
static bool end_rest(struct made_link *l)
{
	if (!l->has_begun)
		return true;
	if (l->is_ending)
		return false;
	l->is_ending = true;
	if (!l->kind->end(l->job))
		return false;
	l->is_ending = l->has_begun = false;
	return true;
}

static void on_removed(
    struct rtnl_request *request, int error, const char *message)
{
	struct made_link *l = container_of(request, struct made_link, request);

	l->is_asked = false;
	if (error && error != -ENODEV)
		job_log(l->job, LOG_LEVEL_WARNING,
		    "could not remove %s: %s%s%s", l->name,
		    strerror(-error), *message ? ": " : "", message);
	removed(l);
}

/* Not before it is known whether there is one of ours, and which. */
void made_link_remove(struct made_link *l)
{
	const struct rtnl_link *link;

	made_repair_stop(l->repair);
	if (l->is_asked || (l->is_made && !l->ifindex) || !end_rest(l))
		return;
	link = l->is_made ? rtnl_find_link(l->rtnl, l->ifindex) : NULL;
	if (!link) {
		removed(l);
		return;
	}
	l->is_asked = true;
	l->request.done = on_removed;
	rtnl_delete_link(l->rtnl, &l->request, l->ifindex);
}

/* ---- being up ---- */

void made_link_tell_unmet(struct made_link *l, const char *missing)
{
	if (l->reported == REPORTED_UNMET && l->missing &&
	    !strcmp(l->missing, missing))
		return;
	l->reported = REPORTED_UNMET;
	free(l->missing);
	l->missing = strdup(missing);
	job_unmet(l->job, "%s", missing);
}

static void tell_up(struct made_link *l, const struct rtnl_link *link)
{
	struct fact facts[LINK_FACTS_MAX + MADE_LINK_FACTS_MAX];
	struct link_fact_texts texts;
	struct link_facts told;
	size_t n;

	link_facts_read(link, &told);
	if (l->reported == REPORTED_UP && !l->must_tell &&
	    !memcmp(&told, &l->told, sizeof(told)))
		return;
	l->must_tell = false;
	l->told = told;
	n = link_facts_list(&l->told, &texts, facts);
	if (l->kind->facts)
		n += l->kind->facts(l->job, facts + n);
	if (l->reported == REPORTED_UP)
		job_facts(l->job, facts, n);
	else
		job_up(l->job, facts, n);
	l->reported = REPORTED_UP;
}

/* A bond or a VRF sets its ports down and up, as it takes them: for a moment
 * that is nothing to anybody. As it releases them, too, but a bond not up. May
 * end the job. */
static void tell_down(struct made_link *l)
{
	if (l->reported != REPORTED_UP) {
		made_link_tell_unmet(l, set_down);
		return;
	}
	if (!rtnl_pause_is_on(&l->down))
		rtnl_pause_begin(l->rtnl, &l->down, SET_DOWN_MS);
	if (rtnl_is_released(l->rtnl, l->ifindex))
		made_repair_set_up(l->repair);
}

static void on_down_for_long(struct rtnl_pause *pause)
{
	struct made_link *l = container_of(pause, struct made_link, down);
	const struct rtnl_link *link = rtnl_find_link(l->rtnl, l->ifindex);

	if (link && !(link->flags & IFF_UP) && l->aim == AIM_UP)
		made_link_tell_unmet(l, set_down);
}

/* Up again: its routes went with that, so what stands on it must know. But not
 * of a port: whose port it is would let it go; and not for what that does. */
static void tell_short_down(struct made_link *l, const struct rtnl_link *link)
{
	if (!rtnl_pause_is_on(&l->down))
		return;
	rtnl_pause_end(&l->down);
	if (!rtnl_is_port(link) && !rtnl_is_released(l->rtnl, l->ifindex))
		made_link_tell_unmet(l, set_down);
}

static void tell_no_carrier(struct made_link *l)
{
	char said[MADE_LINK_SAID_SIZE] = "no carrier";

	if (l->kind->no_carrier)
		l->kind->no_carrier(l->job, said);
	made_link_tell_unmet(l, said);
}

/* Compares the link with what is reported of it. */
static void evaluate(struct made_link *l)
{
	const struct rtnl_link *link = rtnl_find_link(l->rtnl, l->ifindex);
	bool is_good = l->reported == REPORTED_UP;
	const char *missing;

	if (!l->is_made || !link || l->aim != AIM_UP)
		return;
	if (link->flags & IFF_UP) {
		l->seen_up = true;
		tell_short_down(l, link);
	}
	if (l->seen_up && !l->is_asked)
		is_good = made_repair_look(l->repair);
	if (!(link->flags & IFF_UP)) {
		if (l->seen_up)
			tell_down(l);
	} else if (l->kind->follows_carrier && !link->carrier) {
		tell_no_carrier(l);
	} else {
		missing = l->kind->missing ? l->kind->missing(l->job) : NULL;
		if (!missing && (is_good || l->reported == REPORTED_UP))
			tell_up(l, link);
		else if (missing && *missing)
			made_link_tell_unmet(l, missing);
	}
}

static void on_port_lost(struct job *job)
{
	evaluate(job->data);
}

void made_link_evaluate(struct job *job, bool facts_have_changed)
{
	struct made_link *l = job->data;

	l->must_tell |= facts_have_changed;
	evaluate(l);
}

void made_link_fail(
    struct job *job, bool permanent, const char *format, ...)
{
	struct made_link *l = job->data;
	va_list args;

	if (l->aim == AIM_UP) {
		va_start(args, format);
		failure_vset(&l->failure, permanent, format, args);
		va_end(args);
		l->aim = AIM_FAILED;
	}
	made_link_remove(l);
}

void made_link_ended(struct job *job)
{
	struct made_link *l = job->data;

	l->is_ending = l->has_begun = false;
	made_link_remove(l);
}

void made_link_lost(struct made_link *l)
{
	if (l->aim == AIM_UP) {
		failure_set(&l->failure, false,
		    "%s was removed by someone else%s", l->name,
		    l->lower ? ", or with what it is over" : "");
		l->aim = AIM_FAILED;
	}
	made_link_remove(l);
}

/* The link is made and has been seen. */
static void made(struct made_link *l)
{
	if (!rtnl_find_link(l->rtnl, l->ifindex)) {
		made_link_lost(l);
		return;
	}
	if (l->aim != AIM_UP) {
		made_link_remove(l);
		return;
	}
	if (l->job->provider->update)
		made_change_begin(l);
	if (l->ports)
		made_ports_update(l->ports, l->ifindex);
	if (!l->kind->begin) {
		evaluate(l);
		return;
	}
	l->has_begun = true;
	l->kind->begin(l->job, l->ifindex);
}

/* By its number, once that is known; by its name until then. */
static void watch_link(struct made_link *l, uint32_t ifindex)
{
	rtnl_watch_end(&l->watch);
	l->watch.ifindex = ifindex;
	l->watch.name = l->name;
	rtnl_watch_begin(l->rtnl, &l->watch);
}

static void on_message(
    struct rtnl_watch *watch, const struct nlmsghdr *message)
{
	struct made_link *l = container_of(watch, struct made_link, watch);

	if (made_repair_message(l->repair, message) && l->ifindex)
		evaluate(l);
}

/* Its first event may come before the acknowledgement. */
static void on_link(struct rtnl_watch *watch, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	struct made_link *l = container_of(watch, struct made_link, watch);

	if (l->is_made && l->ifindex) {
		if (link->ifindex == l->ifindex)
			evaluate(l);
	} else if (!before && !strcmp(link->name, l->name) &&
	    !strcmp(link->kind, made_message_kind(l))) {
		l->ifindex = link->ifindex;
		watch_link(l, l->ifindex);
		if (l->is_made && !l->is_asked)
			made(l);
	}
}

static void on_link_gone(
    struct rtnl_watch *watch, const struct rtnl_link *link)
{
	struct made_link *l = container_of(watch, struct made_link, watch);

	/* Removed by us: the acknowledgement says so as well. */
	if (l->is_made && link->ifindex == l->ifindex && !l->is_asked)
		made_link_lost(l);
}

static const struct rtnl_calls calls = {
	.on_message = on_message,
	.on_link = on_link,
	.on_link_gone = on_link_gone,
};

/* ---- making ---- */

/* The kernel has asked for the module by itself, and in vain. */
static void fail_without_module(struct made_link *l)
{
	static const struct {
		const char *kind, *module, *option;
	} rows[] = {
		{ "bond", "bonding", "BONDING" },
		{ "bridge", "bridge", "BRIDGE" },
		{ "dummy", "dummy", "DUMMY" },
		{ "gre", "ip_gre", "NET_IPGRE" },
		{ "gretap", "ip_gre", "NET_IPGRE" },
		{ "ip6gre", "ip6_gre", "IPV6_GRE" },
		{ "ip6gretap", "ip6_gre", "IPV6_GRE" },
		{ "ipvlan", "ipvlan", "IPVLAN" },
		{ "macvlan", "macvlan", "MACVLAN" },
		{ "veth", "veth", "VETH" },
		{ "vlan", "8021q", "VLAN_8021Q" },
		{ "vrf", "vrf", "NET_VRF" },
		{ "vxlan", "vxlan", "VXLAN" },
		{ "wireguard", "wireguard", "WIREGUARD" },
	};
	const char *kind = made_message_kind(l);
	size_t i = 0;

	while (i < ARRAY_SIZE(rows) - 1 && strcmp(rows[i].kind, kind) != 0)
		i++;
	failure_set(&l->failure, true,
	    "the kernel has no links of kind %s: load its module (modprobe "
	    "%s), or take a kernel with CONFIG_%s",
	    kind, rows[i].module, rows[i].option);
}

/* The device below may get a larger one yet. */
static bool is_mtu_refused(struct made_link *l, int error)
{
	const struct rtnl_link *lower = l->kind->lower == LOWER_LINK
	    ? rtnl_find_link(l->rtnl, l->lower)
	    : NULL;
	uint32_t mtu = (uint32_t)config_integer(l->job->config, "mtu");

	if ((error != -EINVAL && error != -ERANGE) || !lower ||
	    mtu <= lower->mtu)
		return false;
	failure_set(&l->failure, false,
	    "the kernel refuses an 'mtu' of %u over %s, which has %u: %s", mtu,
	    lower->name, lower->mtu, strerror(-error));
	return true;
}

void made_link_refused(struct made_link *l, const char *what, int error,
    const char *message)
{
	const char *meant =
	    l->kind->refused ? l->kind->refused(l->job, error) : NULL;
	bool is_permanent = made_link_is_permanent(error);

	if (meant)
		failure_set(&l->failure, is_permanent, "%s", meant);
	else if (*message || !is_mtu_refused(l, error))
		failure_set(&l->failure, is_permanent,
		    "the kernel refuses %s: %s%s%s", what, strerror(-error),
		    *message ? ": " : "", message);
}

static void refused(struct made_link *l, int error, const char *message)
{
	if (error == -EEXIST && if_nametoindex(l->name))
		failure_set(&l->failure, false,
		    "there is a device %s that this netconfd has not made; "
		    "'ip link del %s' removes one that a killed netconfd has "
		    "left", l->name, l->name);
	else if (error == -EEXIST && l->kind->exists)
		failure_set(&l->failure, false, "%s", l->kind->exists);
	else if (error == -EOPNOTSUPP &&
	    !strcmp(message, "Unknown device type"))
		fail_without_module(l);
	else if (error == -ENODEV && l->lower)
		failure_set(
		    &l->failure, false, "the device it is over is gone");
	else
		made_link_refused(l, "to make it", error, message);
}

static void on_made(
    struct rtnl_request *request, int error, const char *message)
{
	struct made_link *l = container_of(request, struct made_link, request);

	l->is_asked = false;
	if (!error) {
		l->is_made = true;
		if (l->ifindex)
			made(l);
		return;
	}
	if (l->aim == AIM_UP) {
		refused(l, error, message);
		l->aim = AIM_FAILED;
	}
	made_link_remove(l);
}

/* Made by a message of its own, it is to be configured; by its name, whether
 * it has been seen or not: it is not set up yet. */
static void on_created(
    struct rtnl_request *request, int error, const char *message)
{
	struct made_link *l = container_of(request, struct made_link, request);
	uint32_t ifindex = l->ifindex;
	struct nl_msg *msg;

	if (error || l->aim != AIM_UP) {
		on_made(request, error, message);
		return;
	}
	l->is_made = true;
	l->ifindex = 0;
	msg = made_message_new(l, 0);
	l->ifindex = ifindex;
	l->request.done = on_made;
	rtnl_send(l->rtnl, &l->request, msg);
}

/* What the kind does before the message: true, or it has failed. */
static bool prepare(struct made_link *l)
{
	const struct made_link_kind *kind = l->kind;
	char said[MADE_LINK_SAID_SIZE] = "";
	int r = kind->prepare ? kind->prepare(l->job, said) : 0;

	if (r == 0 && kind->create) {
		r = kind->create(l->job, l->name, said);
		l->is_made = r == 0;
	}
	if (r == -EEXIST)
		refused(l, r, said);
	else if (r < 0)
		failure_set(&l->failure, made_link_is_permanent(r), "%s", said);
	return r == 0;
}

static void make(struct made_link *l)
{
	struct nl_msg *msg;
	bool is_apart;

	l->lower = l->kind->lower != LOWER_NONE ? l->job->ifindex : 0;
	l->ifindex = 0;
	l->is_made = l->seen_up = false;
	rtnl_pause_end(&l->down);
	made_repair_begin(l->repair);
	watch_link(l, 0);
	if (l->kind->lower == LOWER_LINK && !l->lower) {
		failure_set(
		    &l->failure, false, "what it is over has no device");
		end_failed(l);
		return;
	}
	if (!prepare(l)) {
		end_failed(l);
		return;
	}
	is_apart =
	    l->kind->is_created_apart && l->kind->is_created_apart(l->job);
	msg = is_apart && l->kind->creation_msg
	    ? l->kind->creation_msg(l->job, l->name)
	    : made_message_new(l, UINT32_MAX);
	l->is_asked = true;
	l->request.done = is_apart ? on_created : on_made;
	rtnl_send(l->rtnl, &l->request, msg);
}

void made_link_start(struct job *job, void *shared)
{
	const struct made_link_kind *kind = job->provider->own;
	const char *name = config_text(job->config, "name");
	struct made_link *l = calloc(1, sizeof(*l) + kind->own_size);
	int r;

	(void)shared;
	if (!l) {
		job_failed(job, false, "out of memory");
		return;
	}
	l->job = job;
	l->kind = kind;
	l->rtnl = job->host->rtnl;
	snprintf(l->name, sizeof(l->name), "%s", name ? name : job->name);
	l->repair = made_repair_new(l);
	if (kind->has_ports)
		l->ports = made_ports_new(
		    job, kind->takes_ports_down, kind->port, on_port_lost);
	if (l->ports)
		l->ports->tells_carriers = kind->no_carrier;
	r = l->repair && (l->ports || !kind->has_ports)
	    ? job_makes(job, l->name) : -ENOMEM;
	if (r < 0) {
		made_ports_free(l->ports);
		made_repair_free(l->repair);
		free(l);
		job_failed(job, false, r == -EEXIST
			? "another node makes a device of that name"
			: "out of memory");
		return;
	}
	job->data = l;
	l->down.over = on_down_for_long;
	l->watch.calls = &calls;
	make(l);
}

void made_link_stop(struct job *job, void *shared)
{
	struct made_link *l = job->data;

	(void)shared;
	l->aim = AIM_DOWN;
	made_link_remove(l);
}
