/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is not of a link as it was asked to be: MTU, queue length, link-layer
 * address, as rtnl tells; and, when link-events.h tells that they may have been
 * changed, sysctls, offloads and wake-on-lan, which are asked for then. As
 * made-repair.h does for links that nodes make: what others change
 * is put right after a moment, with a line in the log, or, when they change it
 * again and again, after 10 s; what the kernel makes otherwise from the
 * beginning is an error. Not while it is the port of a bond, which sets both
 * MTU and address of its ports.
 */
#pragma once

#include "providers/link/link-events.h"
#include "providers/support/repair.h"
#include "providers/support/rtnl.h"

struct job;
struct settings;

/* Embedded by the job. */
struct link_repair {
	struct job *job;
	struct settings *settings; /* as long as it looks */
	struct link_events *events;
	struct link_listener listener;
	uint32_t ifindex;
	struct rtnl_request request;
	struct rtnl_pause pause;
	struct repair repair;
	bool has_matched; /* since the present configuration */
	bool has_tried, has_looked;
	bool is_suspect; /* something that has to be asked for */
	bool was_up;
};

void link_repair_init(struct link_repair *repair, struct job *job,
    struct settings *settings, struct link_events *events,
    uint32_t ifindex);
/* The configuration, or another one, is going to be applied. */
void link_repair_begin(struct link_repair *repair);
/* To be called when something of the link may have changed. */
void link_repair_look(
    struct link_repair *repair, const struct rtnl_link *link);
/* To be called with what settings_look() has found; NULL: nothing. */
void link_repair_found(struct link_repair *repair, const char *found);
/* No more looking. */
void link_repair_end(struct link_repair *repair);
