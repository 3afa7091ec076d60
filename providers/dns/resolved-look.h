/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether systemd-resolved has what it was told: after each time that it was
 * told something, and when it says that its servers are others (resolvectl; of
 * domains alone it says nothing). It may not have heard of a device yet that
 * has just been made, and then answers that there is none.
 */
#pragma once

#include "providers/dns/dns.h"
#include "providers/support/bus.h"
#include "providers/support/repair.h"
#include "providers/support/rtnl.h"

#define RESOLVED_NAME "org.freedesktop.resolve1"

/* Embedded by who owns both; dns and bus are set, the rest is zeroed. */
struct resolved_look {
	struct dns *dns;
	struct bus *bus;
	sd_bus_slot *match;    /* of what it says */
	sd_bus_slot *calls[2]; /* questions that are not answered */
	struct rtnl_pause pause;
	struct repair repair;
};

/* It is there, maybe another one: listens to it. */
void resolved_look_begin(struct resolved_look *look);
/* In a moment. */
void resolved_look_soon(struct resolved_look *look);
/* It is gone, or all is over. Also of one that never began. */
void resolved_look_end(struct resolved_look *look);
