/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/made-link.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/support/failure.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-message.h"
#include "providers/support/made-ports.h"
#include "providers/support/made-repair.h"
#include "providers/support/rtnl.h"
#include "resolver/resolver.h"

/* What is to become of the link. */
enum aim {
	AIM_UP,
	AIM_REMADE, /* removed, then made again, as it is to be now */
	AIM_DOWN,
	AIM_FAILED, /* removed, then said to have failed */
};

enum reported { REPORTED_NOTHING, REPORTED_UP, REPORTED_UNMET };

struct made_link {
	struct job *job;
	const struct made_link_kind *kind;
	struct rtnl *rtnl;
	struct rtnl_watch watch;
	struct rtnl_request request;
	struct made_ports ports;
	struct made_repair *repair;
	enum aim aim;
	char name[IFNAMSIZ]; /* it is made with */
	uint32_t lower;      /* the device it is over; 0: none */
	uint32_t ifindex;    /* 0: not yet seen */
	bool is_made;        /* acknowledged: it is ours */
	bool is_asked;       /* a request is under way */
	bool has_begun;      /* what the kind has to do besides */
	bool is_ending;      /* that is being undone */
	bool is_changing;    /* while such a message is written */
	bool has_info;       /* and the kind's info need not be in it */
	bool seen_up;
	enum reported reported;
	char *missing;       /* of unmet; NULL: there was no memory for it */
	bool must_tell;      /* the kind's facts have changed */
	struct link_facts told;
	void *sent; /* the message of the configuration that it has */
	struct failure failure; /* of FAILED */
	max_align_t own[]; /* the kind's */
};

void *made_link_own(const struct job *job)
{
	return ((struct made_link *)job->data)->own;
}

bool made_link_is_changing(const struct job *job)
{
	return ((struct made_link *)job->data)->is_changing;
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
	made_ports_clear(&l->ports);
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

/* An error that the same request will always get. */
static bool is_permanent(int error)
{
	return error == -EINVAL || error == -ERANGE || error == -EPERM ||
	    error == -EOPNOTSUPP || error == -EACCES;
}

/* ---- messages ---- */

static const char *kind_name(const struct made_link *l)
{
	return l->kind->name_of ? l->kind->name_of(l->job) : l->kind->name;
}

static int put_info(struct nl_msg *msg, const struct made_link *l)
{
	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO), *data;

	if (!info || nla_put_string(msg, IFLA_INFO_KIND, kind_name(l)) < 0)
		return -ENOMEM;
	if (l->kind->put_data) {
		data = nla_nest_start(msg, IFLA_INFO_DATA);
		if (!data || l->kind->put_data(msg, l->job) < 0)
			return -ENOMEM;
		nla_nest_end(msg, data);
	}
	nla_nest_end(msg, info);
	return 0;
}

static bool has_key(const struct config *config, const char *name)
{
	for (size_t i = 0; config->keys[i].name; i++)
		if (!strcmp(config->keys[i].name, name))
			return config_count(config, name);
	return false;
}

static int put_common(struct nl_msg *msg, const struct made_link *l)
{
	const struct config *config = l->job->config;
	uint32_t mtu = (uint32_t)config_integer(config, "mtu");

	if (mtu && nla_put_u32(msg, IFLA_MTU, mtu) < 0)
		return -ENOMEM;
	if (l->kind->lower == LOWER_LINK &&
	    nla_put_u32(msg, IFLA_LINK, l->lower) < 0)
		return -ENOMEM;
	/* What is not made by this message has nothing there, and tun is
	 * refused with so much as its name. */
	if (l->kind->create || (l->kind->creation_msg && l->is_made) ||
	    l->has_info)
		return 0;
	return put_info(msg, l);
}

static int put_creation(struct nl_msg *msg, const struct made_link *l)
{
	uint8_t mac[TEXT_MAC_SIZE];

	if (nla_put_string(msg, IFLA_IFNAME, l->name) < 0)
		return -ENOMEM;
	if (!has_key(l->job->config, "mac"))
		return 0;
	(void)text_parse_mac(config_text(l->job->config, "mac"), mac);
	return nla_put(msg, IFLA_ADDRESS, sizeof(mac), mac);
}

/* The message that makes the link, or, if it is made, gives it the present
 * configuration; it is named until it has been seen. NULL: out of memory. */
static struct nl_msg *link_msg(const struct made_link *l)
{
	struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)l->ifindex,
		.ifi_change = l->ifindex ? 0 : IFF_UP,
		.ifi_flags = l->ifindex ? 0 : IFF_UP,
	};
	struct nl_msg *msg = rtnl_new_msg(RTM_NEWLINK,
	    l->is_made ? 0 : NLM_F_CREATE | NLM_F_EXCL, &info, sizeof(info));

	if (msg && ((!l->ifindex && put_creation(msg, l) < 0) ||
		    put_common(msg, l) < 0)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* Without memory for it, it is asked for once more. */
static void remember(struct made_link *l, struct nl_msg *msg)
{
	free(l->sent);
	l->sent = made_message_copy(msg);
}

/* It has been made as it is configured. */
static void remember_made(struct made_link *l)
{
	struct nl_msg *msg = link_msg(l);

	remember(l, msg);
	nlmsg_free(msg);
}

/* ---- removing ---- */

static void make(struct made_link *l);

/* The link is gone: what is aimed at follows. */
static void removed(struct made_link *l)
{
	made_ports_clear(&l->ports);
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
static void remove_link(struct made_link *l)
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

static void tell_unmet(struct made_link *l, const char *missing)
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
	struct link_facts told;
	size_t n;

	link_facts_read(link, &told);
	if (l->reported == REPORTED_UP && !l->must_tell &&
	    !memcmp(&told, &l->told, sizeof(told)))
		return;
	l->must_tell = false;
	l->told = told;
	n = link_facts_list(&l->told, facts);
	if (l->kind->facts)
		n += l->kind->facts(l->job, facts + n);
	if (l->reported == REPORTED_UP)
		job_facts(l->job, facts, n);
	else
		job_up(l->job, facts, n);
	l->reported = REPORTED_UP;
}

/* Compares the link with what is reported of it. */
static void evaluate(struct made_link *l)
{
	const struct rtnl_link *link = rtnl_find_link(l->rtnl, l->ifindex);
	const char *missing;

	if (!l->is_made || !link || l->aim != AIM_UP)
		return;
	if (link->flags & IFF_UP)
		l->seen_up = true;
	if (l->seen_up && !l->is_asked)
		made_repair_look(l->repair, l->ifindex);
	if (!(link->flags & IFF_UP)) {
		if (l->seen_up)
			tell_unmet(l, "set down by someone else");
	} else if (l->kind->follows_carrier && !link->carrier) {
		tell_unmet(l, "no carrier");
	} else {
		missing = l->kind->missing ? l->kind->missing(l->job) : NULL;
		if (!missing)
			tell_up(l, link);
		else if (*missing)
			tell_unmet(l, missing);
	}
}

static void on_port_lost(struct made_ports *ports)
{
	evaluate(container_of(ports, struct made_link, ports));
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
	remove_link(l);
}

void made_link_ended(struct job *job)
{
	struct made_link *l = job->data;

	l->is_ending = l->has_begun = false;
	remove_link(l);
}

/* The link is gone, and not by us. */
static void lost(struct made_link *l)
{
	if (l->aim == AIM_UP) {
		failure_set(&l->failure, false,
		    "%s was removed by someone else%s", l->name,
		    l->lower ? ", or with what it is over" : "");
		l->aim = AIM_FAILED;
	}
	remove_link(l);
}

/* The link is made and has been seen. */
static void made(struct made_link *l)
{
	if (!rtnl_find_link(l->rtnl, l->ifindex)) {
		lost(l);
		return;
	}
	if (l->aim != AIM_UP) {
		remove_link(l);
		return;
	}
	if (l->job->provider->update)
		remember_made(l);
	if (l->kind->has_ports)
		made_ports_update(&l->ports, l->ifindex);
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

/* Its first event may come before the acknowledgement. */
static void on_link(struct rtnl_watch *watch, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	struct made_link *l = container_of(watch, struct made_link, watch);

	if (l->is_made && l->ifindex) {
		if (link->ifindex == l->ifindex)
			evaluate(l);
	} else if (!before && !strcmp(link->name, l->name) &&
	    !strcmp(link->kind, kind_name(l))) {
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
		lost(l);
}

/* ---- making ---- */

static void refused(struct made_link *l, int error, const char *message)
{
	if (error == -EEXIST && if_nametoindex(l->name))
		failure_set(&l->failure, false,
		    "there is a device %s that netconf has not made", l->name);
	else if (error == -EEXIST && l->kind->exists)
		failure_set(&l->failure, false, "%s", l->kind->exists);
	else if (error == -ENODEV && l->lower)
		failure_set(
		    &l->failure, false, "the device it is over is gone");
	else
		failure_set(&l->failure, is_permanent(error),
		    "the kernel refuses to make it: %s%s%s",
		    strerror(-error), *message ? ": " : "", message);
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
	remove_link(l);
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
	msg = link_msg(l);
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
		failure_set(&l->failure, is_permanent(r), "%s", said);
	return r == 0;
}

static void make(struct made_link *l)
{
	struct nl_msg *msg;
	bool is_apart;

	l->lower = l->kind->lower != LOWER_NONE ? l->job->ifindex : 0;
	l->ifindex = 0;
	l->is_made = l->seen_up = false;
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
	msg = is_apart ? l->kind->creation_msg(l->job, l->name) : link_msg(l);
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
	l->repair = made_repair_new(job, kind->has_ports ? &l->ports : NULL);
	r = l->repair ? job_makes(job, l->name) : -ENOMEM;
	if (r < 0) {
		made_repair_free(l->repair);
		free(l);
		job_failed(job, false, r == -EEXIST
			? "another node makes a device of that name"
			: "out of memory");
		return;
	}
	job->data = l;
	made_ports_init(&l->ports, job, l->rtnl, kind->takes_ports_down,
	    kind->option_msg);
	l->ports.lost = on_port_lost;
	l->watch.on_link = on_link;
	l->watch.on_link_gone = on_link_gone;
	make(l);
}

void made_link_stop(struct job *job, void *shared)
{
	struct made_link *l = job->data;

	(void)shared;
	l->aim = AIM_DOWN;
	remove_link(l);
}

/* ---- another configuration ---- */

static void make_anew(struct made_link *l, const char *why)
{
	tell_unmet(l, why);
	l->aim = AIM_REMADE;
	remove_link(l);
}

static void on_changed(
    struct rtnl_request *request, int error, const char *message)
{
	struct made_link *l = container_of(request, struct made_link, request);

	l->is_asked = false;
	if (error == -EOPNOTSUPP && l->aim == AIM_UP) {
		make_anew(l, "being made anew with another configuration");
		return;
	}
	if (error && error != -ENODEV && l->aim == AIM_UP) {
		failure_set(&l->failure, is_permanent(error),
		    "the kernel refuses the new configuration: %s%s%s",
		    strerror(-error), *message ? ": " : "", message);
		l->aim = AIM_FAILED;
	}
	/* Gone meanwhile: that was not looked at while we asked. */
	if (!rtnl_find_link(l->rtnl, l->ifindex))
		lost(l);
	else if (l->aim != AIM_UP)
		remove_link(l);
}

static void change(struct made_link *l)
{
	struct nl_msg *msg = link_msg(l);

	if (msg && made_message_is(l->sent, msg)) {
		nlmsg_free(msg);
		return;
	}
	if (msg && l->sent && !made_message_can_follow(l->sent, msg)) {
		nlmsg_free(msg);
		make_anew(l, "being made anew with another configuration");
		return;
	}
	/* Beside it, the kernel refuses to change the MTU of a VXLAN. */
	l->has_info = msg && made_message_has_info_of(l->sent, msg);
	remember(l, msg);
	nlmsg_free(msg);
	made_repair_stop(l->repair);
	l->is_changing = true;
	msg = link_msg(l);
	l->is_changing = l->has_info = false;
	l->is_asked = true;
	l->request.done = on_changed;
	rtnl_send(l->rtnl, &l->request, msg);
}

/* It may be over another device than it was made over, of which some links
 * can be told; true: this one is made anew. */
static bool move(struct made_link *l)
{
	if (l->kind->lower == LOWER_NONE || l->job->ifindex == l->lower)
		return false;
	if (l->kind->lower == LOWER_DATA && l->job->provider->update &&
	    l->aim == AIM_UP && l->is_made && l->ifindex) {
		l->lower = l->job->ifindex;
		change(l);
		return false;
	}
	make_anew(l, "being made anew over another device");
	return true;
}

void made_link_rebind(struct job *job, void *shared)
{
	struct made_link *l = job->data;

	(void)shared;
	if (!move(l) && l->has_begun && l->aim == AIM_UP)
		l->kind->change(job);
}

void made_link_update(struct job *job, void *shared)
{
	struct made_link *l = job->data;

	(void)shared;
	if (move(l) || l->aim != AIM_UP || !l->is_made || !l->ifindex)
		return;
	change(l);
	if (l->kind->has_ports)
		made_ports_update(&l->ports, l->ifindex);
	if (l->has_begun)
		l->kind->change(job);
}
