/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What settings.c applies, and link-repair.c looks after. */
#pragma once

#include <net/if.h>

#include "base/text.h"
#include "providers/link/ethtool.h"
#include "providers/link/link-sysctls.h"
#include "providers/link/settings.h"
#include "providers/support/differences.h"
#include "providers/support/genl.h"
#include "providers/support/rtnl.h"

enum settings_mode {
	MODE_APPLY,
	MODE_RESTORE,
	MODE_LOOK,
	MODE_REPAIR, /* what others have changed */
};

enum step { STEP_SYSCTLS, STEP_LINK, STEP_FEATURES, STEP_WAKE, STEP_DONE };

/* A number that is set on a link. */
struct number {
	bool is_given; /* by the profile */
	uint32_t want; /* if so */
	bool is_changed;
	uint32_t asked, former; /* if so: last asked for; before */
};

struct settings {
	struct job *job;
	struct rtnl *rtnl;
	struct genl *genl;
	struct settings_events events;
	uint32_t ifindex;

	enum step step;
	enum settings_mode mode;
	struct differences found; /* of a look */
	bool begins_again; /* when the thread is done */
	struct rtnl_request down, request;
	struct genl_request ethtool;
	struct sysctl_work *work;
	enum settings_mode work_mode;
	char failure[320];
	bool failure_is_permanent;

	bool was_up, is_set_up; /* before; by us */
	struct number mtu, queue;
	bool has_mac, mac_is_changed;
	uint8_t mac[TEXT_MAC_SIZE], former_mac[32], former_mac_length;
	char name[IFNAMSIZ], former_name[IFNAMSIZ]; /* "": no other */
	bool name_is_changed;
	struct link_sysctls sysctls;
	uint32_t given, on; /* features */
	uint32_t changed, former_on;
	struct ethtool_features features;
	bool features_are_set; /* and looked at for the second time */
	struct number wake;
	uint32_t wake_shown;
};

/* ---- settings.c: ends of a step; each the last thing in a callback ---- */

void settings_next(struct settings *s);
/* What has been changed is put back; while it is, this is only logged. */
void settings_fail(struct settings *s, bool is_permanent, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
/* The kernel's answer to that. */
void settings_refused(struct settings *s, const char *what, int error,
    const char *message);
/* It is not as it should be: found by a look, or else that fails. */
void settings_found(struct settings *s, const char *what);
/* When idle: the kernel has acknowledged it all, and done otherwise. All is put
 * back, and done() is told. */
void settings_refuse(struct settings *s, const char *why);

/* ---- settings-card.c: steps ---- */

void settings_do_features(struct settings *s);
void settings_do_wake(struct settings *s);
