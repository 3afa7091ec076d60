/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/made-repair.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"
#include "providers/support/differences.h"
#include "providers/support/made-internal.h"
#include "providers/support/made-option.h"
#include "providers/support/repair.h"

/* What the kernel is told to put it right. */
struct telling {
	struct rtnl_request change, options;
};

struct made_repair {
	struct made_link *l;
	/* Until it is answered, else NULL: of thousands of links, few are being
	 * put right. */
	struct telling *telling;
	struct repair repair;
	struct rtnl_pause pause;
	/* The rows of the kind's table that differ, as last shown, and the
	 * first in words: NULL: none does, or there was no memory for it. */
	uint32_t options;
	char *text;
	bool is_shown;    /* the kernel has, since the last configuration */
	bool has_matched; /* it has been as it should be, since then */
	bool has_tried;   /* to make it so, since then */
	bool has_looked; /* at all events from before the pause's end */
};

/* ---- differences ---- */

/* What differs from what should be. */
struct deviation {
	struct rtnl_link_change change;
	uint8_t mac[TEXT_MAC_SIZE]; /* that it should have */
	uint32_t options;
	const struct made_port *port;
	struct differences words;
};

static void print_mac(const uint8_t *mac, char text[18])
{
	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
	    mac[2], mac[3], mac[4], mac[5]);
}

static void compare_mac(const struct made_link *l,
    const struct rtnl_link *link, struct deviation *d)
{
	char is[18], wanted[18];

	if (!made_message_mac(l, d->mac) ||
	    link->mac_length != sizeof(d->mac) ||
	    !memcmp(link->mac, d->mac, sizeof(d->mac)))
		return;
	d->change.mac = d->mac;
	d->change.mac_length = sizeof(d->mac);
	print_mac(link->mac, is);
	print_mac(d->mac, wanted);
	differences_add(&d->words, "mac is %s, not %s", is, wanted);
}

/* What it was told of itself; a link that is down, or has lost a port, is so by
 * others. */
static bool is_misconfigured(const struct deviation *d)
{
	return d->change.mtu || d->change.mac || d->options;
}

/* True when nothing does. */
static bool compare(const struct made_repair *r, struct deviation *d)
{
	const struct made_link *l = r->l;
	const struct rtnl_link *link = rtnl_find_link(l->rtnl, l->ifindex);
	uint32_t mtu = (uint32_t)config_integer(l->job->config, "mtu");
	char text[MADE_OPTION_TEXT_SIZE];

	memset(d, 0, sizeof(*d));
	if (!link)
		return true;
	d->change.set_up = !(link->flags & IFF_UP);
	d->change.up = true;
	if (d->change.set_up)
		differences_add(&d->words, "it is down");
	if (mtu && mtu != link->mtu) {
		d->change.mtu = mtu;
		differences_add(
		    &d->words, "mtu is %u, not %u", link->mtu, mtu);
	}
	compare_mac(l, link, d);
	d->options = r->options;
	if (d->options)
		differences_add(&d->words, "%s",
		    r->text ? r->text : "its options are others");
	d->port = l->ports ? made_ports_differing(l->ports, text) : NULL;
	if (d->port)
		differences_add(&d->words, "%s", text);
	return !d->words.n;
}

/* Most are as they should be, and there may be thousands: there is room for the
 * words only where one is not. */
static void compare_options(
    struct made_repair *r, const struct nlattr *data)
{
	const struct made_link *l = r->l;
	const struct made_of of = { l->kind->options, l->job,
		l->job->config };
	char text[MADE_OPTION_TEXT_SIZE];

	free(steal_ptr(r->text));
	r->options = made_options_compare(&of, data, text);
	if (r->options)
		r->text = strdup(text);
}

bool made_repair_message(
    struct made_repair *r, const struct nlmsghdr *message)
{
	const struct ifinfomsg *header = nlmsg_data(message);
	const struct made_link *l = r->l;
	bool was_shown = r->is_shown;
	uint32_t before = r->options;
	struct nlattr *info, *kind;

	if (header->ifi_family != AF_UNSPEC)
		return false;
	info = nlmsg_find_attr(
	    (struct nlmsghdr *)message, sizeof(*header), IFLA_LINKINFO);
	kind = info ? nla_find(nla_data(info), nla_len(info), IFLA_INFO_KIND)
		    : NULL;
	if (!kind || nla_strcmp(kind, made_message_kind(l)) != 0)
		return false;
	r->is_shown = true;
	if (l->kind->options)
		compare_options(r,
		    nla_find(nla_data(info), nla_len(info), IFLA_INFO_DATA));
	return r->options != before || !was_shown;
}

/* ---- putting right ---- */

/* Its answer comes as an event. */
static void read_back(struct made_repair *r)
{
	if (rtnl_refresh_link(r->l->rtnl, r->l->ifindex) < 0)
		r->is_shown = true; /* what is known will have to do */
	(void)made_repair_look(r);
}

static void refused(struct made_repair *r, int error, const char *message)
{
	struct deviation d;

	(void)compare(r, &d);
	if (!r->has_matched && is_misconfigured(&d))
		made_link_fail(r->l->job, true,
		    "the kernel has not made it as it should be, and refuses "
		    "to: %s: %s%s%s", d.words.text, strerror(-error),
		    *message ? ": " : "", message);
	else
		job_log(r->l->job, LOG_LEVEL_ERROR,
		    "the kernel refuses to have it put right: %s%s%s",
		    strerror(-error), *message ? ": " : "", message);
}

static void on_told(
    struct rtnl_request *request, int error, const char *message)
{
	struct made_repair *r = request->ctx;
	bool is_last = !rtnl_request_is_active(&r->telling->change) &&
	    !rtnl_request_is_active(&r->telling->options);

	if (is_last)
		free(steal_ptr(r->telling));
	if (error && error != -ENODEV)
		refused(r, error, message);
	else if (is_last)
		read_back(r);
}

/* The kernel says when it is done. */
static void call_put_right(struct made_repair *r)
{
	const struct made_link *l = r->l;
	const struct rtnl_link *link = rtnl_find_link(l->rtnl, l->ifindex);
	char said[MADE_LINK_SAID_SIZE];

	if (link && l->kind->put_right(l->job, link->name, said) < 0)
		job_log(l->job, LOG_LEVEL_ERROR, "cannot put it right: %s",
		    said);
}

static void tell_kernel(struct made_repair *r, const struct deviation *d)
{
	const bool by_message = d->options && !r->l->kind->put_right;
	struct made_link *l = r->l;
	struct telling *t = r->telling;

	if (!by_message && !d->change.set_up && !d->change.mtu &&
	    !d->change.mac)
		return;
	if (!t)
		t = r->telling = calloc(1, sizeof(*t));
	if (!t) {
		refused(r, -ENOMEM, "");
		return;
	}
	t->change.done = t->options.done = on_told;
	t->change.ctx = t->options.ctx = r;
	if (by_message)
		rtnl_send(l->rtnl, &t->options,
		    made_message_info(l, d->options));
	if (d->change.set_up || d->change.mtu || d->change.mac)
		rtnl_change_link(
		    l->rtnl, &t->change, l->ifindex, &d->change);
}

static void tell(struct made_repair *r, const struct deviation *d)
{
	if (d->port)
		made_ports_put_right(r->l->ports);
	if (d->options && r->l->kind->put_right)
		call_put_right(r);
	tell_kernel(r, d); /* may end the job */
}

/* It has never yet been as it should be. */
static void insist(struct made_repair *r, const struct deviation *d)
{
	if (!r->has_tried) {
		r->has_tried = true;
		tell(r, d);
		return;
	}
	made_link_fail(r->l->job, true,
	    "the kernel has not made it as it should be: %s", d->words.text);
}

static void put_right(struct made_repair *r)
{
	struct deviation d;

	if (compare(r, &d))
		return;
	if (!r->has_matched && is_misconfigured(&d)) {
		insist(r, &d);
		return;
	}
	if (!repair_again(&r->repair, uv_now(r->l->job->host->loop))) {
		job_log(r->l->job, LOG_LEVEL_ERROR,
		    "changed by others again and again, to be put right in "
		    "10 s: %s", d.words.text);
		r->has_looked = false;
		rtnl_pause_begin(r->l->rtnl, &r->pause, REPAIR_REST_MS);
		return;
	}
	job_log(r->l->job, LOG_LEVEL_WARNING,
	    "changed by others, and put right: %s", d.words.text);
	tell(r, &d);
}

/* A pause is over before what is to be read: that is looked at first. */
static void on_due(struct rtnl_pause *pause)
{
	struct made_repair *r = container_of(pause, struct made_repair, pause);

	if (r->has_looked) {
		put_right(r);
		return;
	}
	r->has_looked = true;
	/* What is hidden depends on others, whose changes do not show it. */
	if (r->options)
		(void)rtnl_refresh_link(r->l->rtnl, r->l->ifindex);
	rtnl_pause_begin(r->l->rtnl, &r->pause, 1);
}

bool made_repair_look(struct made_repair *r)
{
	struct deviation d;
	bool is_good = compare(r, &d);

	r->has_matched |= r->is_shown && !is_misconfigured(&d);
	if (!is_good && !rtnl_pause_is_on(&r->pause)) {
		r->has_looked = false;
		rtnl_pause_begin(r->l->rtnl, &r->pause, REPAIR_DELAY_MS);
	}
	return r->has_matched;
}

void made_repair_set_up(struct made_repair *r)
{
	struct deviation d = { .change = { .set_up = true, .up = true } };

	if (!r->telling)
		tell_kernel(r, &d);
}

void made_repair_begin(struct made_repair *r)
{
	r->is_shown = r->has_matched = r->has_tried = false;
	r->options = 0;
}

void made_repair_read_back(struct made_repair *r)
{
	made_repair_begin(r);
	read_back(r);
}

void made_repair_stop(struct made_repair *r)
{
	rtnl_pause_end(&r->pause);
}

struct made_repair *made_repair_new(struct made_link *l)
{
	struct made_repair *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->l = l;
	r->pause.over = on_due;
	return r;
}

struct made_repair *made_repair_free(struct made_repair *r)
{
	if (!r)
		return NULL;
	if (r->telling) {
		rtnl_cancel(&r->telling->change);
		rtnl_cancel(&r->telling->options);
	}
	free(r->telling);
	rtnl_pause_end(&r->pause);
	free(r->text);
	free(r);
	return NULL;
}
