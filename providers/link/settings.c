/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/link/settings-internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/link/stable-mac.h"
#include "providers/provider.h"
#include "providers/support/differences.h"
#include "providers/support/genl.h"
#include "providers/support/rtnl.h"
#include "providers/support/sysctl.h"
#include "resolver/schema.h"

static void go_on(struct settings *s);
static void begin(struct settings *s);

/* ---- ends of steps ---- */

static const char *could_not(enum settings_mode mode)
{
	switch (mode) {
	case MODE_APPLY:
		break;
	case MODE_RESTORE:
		return "could not put the link back as it was";
	case MODE_LOOK:
		return "cannot see whether others have changed it";
	case MODE_REPAIR:
		return "what others have changed could not be put right";
	}
	return "";
}

void settings_next(struct settings *s)
{
	s->step++;
	go_on(s);
}

void settings_fail(
    struct settings *s, bool is_permanent, const char *format, ...)
{
	char text[sizeof(s->failure)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (s->mode == MODE_APPLY) {
		memcpy(s->failure, text, sizeof(text));
		s->failure_is_permanent = is_permanent;
		s->mode = MODE_RESTORE;
		begin(s);
		return;
	}
	job_log(s->job,
	    s->mode == MODE_REPAIR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING,
	    "%s: %s", could_not(s->mode), text);
	settings_next(s);
}

/* There is nothing to put back. */
static void fail_gone(struct settings *s)
{
	const char *failure = "device is gone";

	if (s->mode == MODE_APPLY)
		s->failure_is_permanent = false;
	if (s->mode == MODE_RESTORE)
		failure = *s->failure ? s->failure : NULL;
	s->step = STEP_DONE;
	if (s->mode == MODE_APPLY || s->mode == MODE_RESTORE)
		s->events.done(
		    s->events.ctx, failure, s->failure_is_permanent);
}

/* An error that the same request will always get. */
static bool is_permanent(int error)
{
	return error == -EINVAL || error == -ERANGE || error == -EPERM ||
	    error == -EOPNOTSUPP || error == -EROFS || error == -EACCES ||
	    error == -EADDRNOTAVAIL;
}

void settings_refused(
    struct settings *s, const char *what, int error, const char *message)
{
	if (error == -ENODEV)
		fail_gone(s);
	else
		settings_fail(s, is_permanent(error),
		    "the kernel refuses %s: %s%s%s", what, strerror(-error),
		    *message ? ": " : "", message);
}

static void fail_as_set(struct settings *s, const char *why)
{
	settings_fail(s, true,
	    "the kernel has not set it as it should be: %s", why);
}

void settings_refuse(struct settings *s, const char *why)
{
	s->mode = MODE_APPLY;
	fail_as_set(s, why);
}

void settings_found(struct settings *s, const char *what)
{
	if (s->mode == MODE_LOOK) {
		differences_add(&s->found, "%s", what);
		settings_next(s);
	} else {
		fail_as_set(s, what);
	}
}

/* ---- numbers ---- */

/* What is to be asked for, if anything: then *now becomes it. Once changed,
 * what counts is what was asked for: the table may not show it yet. */
static bool number_is_due(struct number *n, uint32_t *now)
{
	uint32_t want = n->is_given ? n->want : n->former;

	if (n->is_changed)
		*now = n->asked;
	else if (!n->is_given)
		return false;
	if (*now == want && (n->is_given || !n->is_changed))
		return false;
	if (!n->is_changed)
		n->former = *now;
	n->is_changed = n->is_given;
	*now = n->asked = want;
	return true;
}

/* ---- sysctls ---- */

/* Those that are set, or put back, are as the kernel was told. */
static void check_sysctls(
    struct settings *s, const struct sysctl *items, size_t n)
{
	struct differences differences = { 0 };

	link_sysctls_compare(&s->sysctls, items, n, &differences);
	if (differences.n)
		settings_found(s, differences.text);
	else
		settings_next(s);
}

static void on_sysctls(void *ctx, const struct sysctl *items, size_t n)
{
	struct settings *s = ctx;
	const struct sysctl *failed = link_sysctls_failed(items, n);

	s->work = NULL;
	if (s->work_mode == MODE_APPLY || s->work_mode == MODE_RESTORE)
		link_sysctls_done(&s->sysctls, items, n);
	if (s->begins_again) {
		begin(s);
		return;
	}
	if (failed) {
		if (!rtnl_find_link(s->rtnl, s->ifindex))
			fail_gone(s);
		else
			settings_fail(s, is_permanent(failed->error),
			    "cannot set /proc/sys/%s: %s", failed->path,
			    strerror(-failed->error));
		return;
	}
	check_sysctls(s, items, n);
}

static size_t sysctls_of(struct settings *s, const char *device,
    struct sysctl items[SYSCTLS_MAX])
{
	s->work_mode = s->mode;
	return s->mode == MODE_LOOK || s->mode == MODE_REPAIR
	    ? link_sysctls_given(
		  &s->sysctls, device, s->mode == MODE_LOOK, items)
	    : link_sysctls_due(&s->sysctls, device, items);
}

static void do_sysctls(struct settings *s)
{
	const struct rtnl_link *link = rtnl_find_link(s->rtnl, s->ifindex);
	struct sysctl items[SYSCTLS_MAX];
	size_t n = link ? sysctls_of(s, link->name, items) : 0;

	if (!n) {
		settings_next(s);
		return;
	}
	s->work =
	    sysctl_write(s->job->host->loop, items, n, on_sysctls, s);
	if (!s->work)
		settings_fail(s, false, "out of memory");
}

/* ---- the link ---- */

static void ignore(
    struct rtnl_request *request, int error, const char *message)
{
	(void)request, (void)error, (void)message;
}

static void on_link_set(
    struct rtnl_request *request, int error, const char *message)
{
	struct settings *s = container_of(request, struct settings, request);
	char what[96];

	if (!error) {
		settings_next(s);
		return;
	}
	snprintf(what, sizeof(what), "to set it up%s%s%s%s",
	    s->mtu.is_changed ? " with that mtu" : "",
	    s->mac_is_changed ? " with that mac" : "",
	    s->name_is_changed ? " as " : "",
	    s->name_is_changed ? s->name : "");
	settings_refused(
	    s, s->mode == MODE_RESTORE ? "it" : what, error, message);
}

static bool add_mac(struct settings *s, const struct rtnl_link *link,
    struct rtnl_link_change *change)
{
	if (s->mode == MODE_RESTORE) {
		if (!s->mac_is_changed)
			return false;
		change->mac = s->former_mac;
		change->mac_length = s->former_mac_length;
		s->mac_is_changed = false;
		return true;
	}
	if (!s->has_mac || s->mac_is_changed ||
	    !memcmp(s->mac, link->mac, sizeof(s->mac)))
		return false;
	memcpy(s->former_mac, link->mac, sizeof(s->former_mac));
	s->former_mac_length = link->mac_length;
	s->mac_is_changed = true;
	change->mac = s->mac;
	change->mac_length = sizeof(s->mac);
	return true;
}

static bool add_name(struct settings *s, const struct rtnl_link *link,
    struct rtnl_link_change *change)
{
	if (s->mode == MODE_RESTORE) {
		if (!s->name_is_changed)
			return false;
		change->name = s->former_name;
		s->name_is_changed = false;
		return true;
	}
	if (!*s->name || s->name_is_changed || !strcmp(s->name, link->name))
		return false;
	memcpy(s->former_name, link->name, sizeof(s->former_name));
	s->name_is_changed = true;
	change->name = s->name;
	return true;
}

static void do_link(struct settings *s)
{
	struct rtnl_link_change change = { .up = true };
	const struct rtnl_link_change down = { .set_up = true };
	const struct rtnl_link *link = rtnl_find_link(s->rtnl, s->ifindex);
	bool must_be_down, is_due;

	if (!link) {
		fail_gone(s);
		return;
	}
	must_be_down = add_mac(s, link, &change);
	must_be_down |= add_name(s, link, &change);
	change.mtu = link->mtu;
	change.tx_queue_length = link->tx_queue_length;
	is_due = number_is_due(&s->mtu, &change.mtu);
	if (!is_due)
		change.mtu = 0;
	change.set_tx_queue_length =
	    number_is_due(&s->queue, &change.tx_queue_length);
	if (s->mode == MODE_RESTORE)
		change.up = s->was_up;
	/* Not again, should someone else have set it down. */
	change.set_up = must_be_down ||
	    (s->mode == MODE_RESTORE ? !s->was_up
			     : !s->is_set_up && !(link->flags & IFF_UP));
	s->is_set_up = true;
	if (!is_due && !change.set_up && !change.set_tx_queue_length) {
		settings_next(s);
		return;
	}
	if (must_be_down && (s->mode == MODE_RESTORE || link->flags & IFF_UP)) {
		s->down.done = ignore;
		rtnl_change_link(s->rtnl, &s->down, s->ifindex, &down);
	}
	/* Drivers may forget it for that. */
	s->wake.is_changed = false;
	s->request.done = on_link_set;
	rtnl_change_link(s->rtnl, &s->request, s->ifindex, &change);
}

/* ---- the whole ---- */

static void tell(struct settings *s)
{
	switch (s->mode) {
	case MODE_APPLY:
	case MODE_RESTORE:
		s->events.done(s->events.ctx, *s->failure ? s->failure : NULL,
		    s->failure_is_permanent);
		return;
	case MODE_LOOK:
		s->events.looked(
		    s->events.ctx, s->found.n ? s->found.text : NULL);
		return;
	case MODE_REPAIR:
		return;
	}
}

static void go_on(struct settings *s)
{
	switch (s->step) {
	case STEP_SYSCTLS:
		do_sysctls(s);
		return;
	case STEP_LINK:
		/* Others look after that: see link-repair.h. */
		if (s->mode == MODE_LOOK || s->mode == MODE_REPAIR)
			settings_next(s);
		else
			do_link(s);
		return;
	case STEP_FEATURES:
		settings_do_features(s);
		return;
	case STEP_WAKE:
		settings_do_wake(s);
		return;
	case STEP_DONE:
		tell(s);
		return;
	}
}

/* A thread cannot be called back: what it has done is to be known first. */
static void begin(struct settings *s)
{
	rtnl_cancel(&s->down);
	rtnl_cancel(&s->request);
	genl_cancel(&s->ethtool);
	s->begins_again = s->work;
	if (s->work)
		return;
	if (s->mode == MODE_RESTORE) {
		s->mtu.is_given = s->queue.is_given = false;
		s->given = 0;
		link_sysctls_read(&s->sysctls, NULL);
	}
	s->step = STEP_SYSCTLS;
	go_on(s);
}

/* ---- the profile ---- */

static void read_number(struct number *n, const struct config *config,
    const char *key)
{
	n->is_given = config_count(config, key);
	n->want = (uint32_t)config_integer(config, key);
}

/* NULL, or what is wrong. Not again for an update: the address stays. */
static const char *read_mac(struct settings *s, const struct rtnl_link *link)
{
	const char *mac = config_text(s->job->config, "mac");
	int r;

	if (!mac || s->has_mac)
		return NULL;
	if (link->mac_length != sizeof(s->mac))
		return "it has no Ethernet address that could be another";
	if (!strcmp(mac, "stable"))
		r = stable_mac(s->job->name, s->mac);
	else if (!strcmp(mac, "random"))
		r = random_mac(s->mac);
	else
		r = text_parse_mac(mac, s->mac);
	s->has_mac = r == 0;
	if (r == -ENODATA)
		return "mac: stable needs a number in /etc/machine-id";
	return r < 0 ? "no random number for its address" : NULL;
}

static void read_offload(struct settings *s, const struct config *config)
{
	const struct config *offload = config_section(config, "offload");
	const char *key;

	s->given = s->on = 0;
	for (size_t i = 0; offload && (key = ethtool_feature_key(i)); i++) {
		if (!config_count(offload, key))
			continue;
		s->given |= ethtool_features_of(key);
		if (config_bool(offload, key))
			s->on |= ethtool_features_of(key);
	}
}

static uint32_t read_wake(const struct config *config)
{
	uint32_t modes = 0;

	for (uint32_t i = 0; i < config_count(config, "wake-on-lan"); i++)
		modes |= ethtool_wake_mode(
		    config_text_at(config, "wake-on-lan", i));
	return modes;
}

void settings_apply(struct settings *s)
{
	const struct config *config = s->job->config;
	const struct rtnl_link *link = rtnl_find_link(s->rtnl, s->ifindex);
	const char *name = config_text(config, "name"), *wrong;

	s->mode = MODE_APPLY;
	*s->failure = '\0';
	if (!link) {
		fail_gone(s);
		return;
	}
	read_number(&s->mtu, config, "mtu");
	read_number(&s->queue, config, "transmit-queue-length");
	snprintf(s->name, sizeof(s->name), "%s", name ? name : "");
	link_sysctls_read(&s->sysctls, config);
	read_offload(s, config);
	s->wake.is_given = config_count(config, "wake-on-lan");
	s->wake.want = read_wake(config);
	wrong = read_mac(s, link);
	if (wrong)
		settings_fail(s, true, "%s", wrong);
	else
		begin(s);
}

void settings_restore(struct settings *s)
{
	s->mode = MODE_RESTORE;
	*s->failure = '\0';
	begin(s);
}

bool settings_are_idle(const struct settings *s)
{
	return s->step == STEP_DONE && !s->work;
}

void settings_look(struct settings *s)
{
	s->mode = MODE_LOOK;
	s->found = (struct differences){ 0 };
	begin(s);
}

void settings_put_right(struct settings *s)
{
	s->mode = MODE_REPAIR;
	begin(s);
}

bool settings_are_shown(
    const struct settings *s, const struct rtnl_link *link)
{
	return (!s->mtu.is_given || link->mtu == s->mtu.want) &&
	    (!s->has_mac || !memcmp(link->mac, s->mac, sizeof(s->mac))) &&
	    (!*s->name || !strcmp(link->name, s->name));
}

struct settings *settings_new(struct job *job, const struct rtnl_link *now,
    struct genl *genl, const struct settings_events *events)
{
	struct settings *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->job = job;
	s->rtnl = job->host->rtnl;
	s->genl = genl;
	s->events = *events;
	s->ifindex = now->ifindex;
	s->was_up = now->flags & IFF_UP;
	return s;
}

struct settings *settings_free(struct settings *s)
{
	if (!s)
		return NULL;
	rtnl_cancel(&s->down);
	rtnl_cancel(&s->request);
	genl_cancel(&s->ethtool);
	sysctl_forget(s->work);
	free(s);
	return NULL;
}
