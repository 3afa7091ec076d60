/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/link/settings-internal.h"

#include <stdio.h>

#include "base/macros.h"

/* ---- features ---- */

static void on_features_reply(
    struct genl_request *request, const struct nlmsghdr *header)
{
	struct settings *s = container_of(request, struct settings, ethtool);

	if (!ethtool_read_features(header, &s->features))
		s->features = (struct ethtool_features){ 0 };
}

static void ask_features(struct settings *s);

static void on_features_set(
    struct genl_request *request, int error, const char *message)
{
	struct settings *s = container_of(request, struct settings, ethtool);

	if (error) {
		settings_refused(s, "these offloads", error, message);
		return;
	}
	if (s->mode == MODE_RESTORE || !s->given) {
		settings_next(s);
		return;
	}
	s->features_are_set = true;
	ask_features(s);
}

static void set_features(struct settings *s, uint32_t mask, uint32_t on)
{
	s->ethtool.reply = NULL;
	s->ethtool.done = on_features_set;
	ethtool_set_features(s->genl, &s->ethtool, s->ifindex, mask, on);
}

/* Whether the card follows the key. Of features that are on, one of several
 * will do. */
static bool follows(const struct settings *s, const char *key)
{
	uint32_t bits = ethtool_features_of(key);

	return !(bits & s->given) ||
	    !!(bits & s->on) == !!(bits & s->features.active);
}

/* The first that it does not; NULL: it follows all. */
static const char *unfollowed(const struct settings *s)
{
	const char *key;

	for (size_t i = 0; (key = ethtool_feature_key(i)); i++)
		if (!follows(s, key))
			return key;
	return NULL;
}

static void look_at_features(struct settings *s)
{
	const char *key;

	for (size_t i = 0; (key = ethtool_feature_key(i)); i++) {
		bool on = s->on & ethtool_features_of(key);

		if (!follows(s, key))
			differences_add(&s->found,
			    "offload %s is %s, not %s", key, on ? "off" : "on",
			    on ? "on" : "off");
	}
	settings_next(s);
}

/* What they are is known, for the first time or after they were set. */
static void on_features(
    struct genl_request *request, int error, const char *message)
{
	struct settings *s = container_of(request, struct settings, ethtool);
	uint32_t fresh, want, mask;
	const char *key;

	if (error) {
		settings_refused(s, "to tell its offloads", error, message);
		return;
	}
	if (s->mode == MODE_LOOK) {
		look_at_features(s);
		return;
	}
	/* What others have changed is not what was before. */
	fresh = s->mode == MODE_REPAIR ? 0 : s->given & ~s->changed;
	s->former_on = (s->former_on & ~fresh) | (s->features.wanted & fresh);
	/* What is given, and what no longer is, as it was before. */
	want = (s->given & s->on) | (s->changed & ~s->given & s->former_on);
	mask = (s->given | s->changed) & s->features.can &
	    (s->features.wanted ^ want);
	if (mask && !s->features_are_set) {
		s->changed = (s->changed & s->given) | (mask & fresh);
		set_features(s, mask, want);
		return;
	}
	key = unfollowed(s);
	if (key)
		settings_fail(s, true, "the card cannot turn offload %s %s",
		    key, s->on & ethtool_features_of(key) ? "on" : "off");
	else
		settings_next(s);
}

static void ask_features(struct settings *s)
{
	s->ethtool.reply = on_features_reply;
	s->ethtool.done = on_features;
	ethtool_get_features(s->genl, &s->ethtool, s->ifindex);
}

void settings_do_features(struct settings *s)
{
	uint32_t changed = s->changed;

	s->features_are_set = false;
	if (!s->given && !changed) {
		settings_next(s);
	} else if (!s->genl) {
		settings_fail(s, true, "the kernel has no ethtool by netlink");
	} else if (s->mode == MODE_RESTORE) {
		s->changed = 0;
		set_features(s, changed, s->former_on);
	} else {
		ask_features(s);
	}
}

/* ---- what wakes the machine ---- */

static void on_wake_reply(
    struct genl_request *request, const struct nlmsghdr *header)
{
	struct settings *s = container_of(request, struct settings, ethtool);

	if (!ethtool_read_wake(header, &s->wake_shown))
		s->wake_shown = 0;
}

static void check_wake(struct settings *s)
{
	char is[ETHTOOL_WAKE_SIZE], want[ETHTOOL_WAKE_SIZE];
	char text[2 * ETHTOOL_WAKE_SIZE + 32];

	if (s->wake_shown == s->wake.want) {
		settings_next(s);
		return;
	}
	ethtool_print_wake(s->wake_shown, is);
	ethtool_print_wake(s->wake.want, want);
	snprintf(text, sizeof(text), "wake-on-lan is %s, not %s", is, want);
	settings_found(s, text);
}

static void on_wake(
    struct genl_request *request, int error, const char *message)
{
	struct settings *s = container_of(request, struct settings, ethtool);

	if (error)
		settings_refused(s, "to tell its wake-on-lan", error, message);
	else
		check_wake(s);
}

static void ask_wake(struct settings *s)
{
	s->ethtool.reply = on_wake_reply;
	s->ethtool.done = on_wake;
	ethtool_get_wake(s->genl, &s->ethtool, s->ifindex);
}

static void on_wake_set(
    struct genl_request *request, int error, const char *message)
{
	struct settings *s = container_of(request, struct settings, ethtool);

	if (error)
		settings_refused(s, "this wake-on-lan", error, message);
	else
		ask_wake(s);
}

/* Stays as it is when the rest is put back. */
static bool wake_is_due(const struct settings *s)
{
	if (s->mode == MODE_RESTORE || !s->wake.is_given)
		return false;
	return s->mode != MODE_APPLY || !s->wake.is_changed ||
	    s->wake.asked != s->wake.want;
}

void settings_do_wake(struct settings *s)
{
	if (!wake_is_due(s)) {
		settings_next(s);
	} else if (!s->genl) {
		settings_fail(s, true, "the kernel has no ethtool by netlink");
	} else if (s->mode == MODE_LOOK) {
		ask_wake(s);
	} else {
		s->wake.is_changed = true;
		s->wake.asked = s->wake.want;
		s->ethtool.reply = NULL;
		s->ethtool.done = on_wake_set;
		ethtool_set_wake(
		    s->genl, &s->ethtool, s->ifindex, s->wake.want);
	}
}
