/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of made-link.h: one struct, and what its files offer each other.
 *
 *     made-link.c     the life of a link: made, up, removed
 *     made-change.c   another configuration, another device below
 *     made-message.c  what the kernel is told of it
 *     made-option.c   the same of one kind, as a table; and reading it back
 *     made-repair.c   what is not as it was told
 *     made-ports.c    its ports
 */
#pragma once

#include <net/if.h>
#include <stddef.h>

#include "base/text.h"
#include "providers/provider.h"
#include "providers/support/failure.h"
#include "providers/support/link-facts.h"
#include "providers/support/made-link.h"
#include "providers/support/made-ports.h"
#include "providers/support/rtnl.h"

struct made_repair;

/* What is to become of the link. */
enum made_aim {
	AIM_UP,
	AIM_REMADE, /* removed, then made again, as it is to be now */
	AIM_DOWN,
	AIM_FAILED, /* removed, then said to have failed */
};

enum made_reported { REPORTED_NOTHING, REPORTED_UP, REPORTED_UNMET };

struct made_link {
	struct job *job;
	const struct made_link_kind *kind;
	struct rtnl *rtnl;
	struct rtnl_watch watch;
	struct rtnl_request request;
	struct made_ports *ports; /* NULL: its kind has none */
	struct made_repair *repair;
	enum made_aim aim;
	char name[IFNAMSIZ]; /* it is made with */
	uint32_t lower;      /* the device it is over; 0: none */
	uint32_t ifindex;    /* 0: not yet seen */
	bool is_made;        /* acknowledged: it is ours */
	bool is_asked;       /* a request is under way */
	bool has_begun;      /* what the kind has to do besides */
	bool is_ending;      /* that is being undone */
	bool has_info;       /* the kind's need not be in the message */
	bool seen_up;
	struct rtnl_pause down; /* not up, and not said so yet */
	enum made_reported reported;
	char *missing;       /* of unmet; NULL: there was no memory for it */
	bool must_tell;      /* the kind's facts have changed */
	struct link_facts told;
	void *sent; /* the message of the configuration that it has */
	struct failure failure; /* of FAILED */
	max_align_t own[]; /* the kind's */
};

/* ---- made-link.c; each but the first two may end the job ---- */

/* An error that the same request will always get. */
bool made_link_is_permanent(int error);
/* Sets the failure: the kernel refuses what it was asked for. */
void made_link_refused(struct made_link *l, const char *what, int error,
    const char *message);
void made_link_tell_unmet(struct made_link *l, const char *missing);
/* It is to be removed, for what is aimed at. */
void made_link_remove(struct made_link *l);
/* It is gone, and not by us. */
void made_link_lost(struct made_link *l);

/* ---- made-change.c ---- */

/* It has been made as it is configured. */
void made_change_begin(struct made_link *l);

/* ---- made-message.c ---- */

const char *made_message_kind(const struct made_link *l);
/* The address that the profile gives it; false: none. */
bool made_message_mac(const struct made_link *l, uint8_t ret[TEXT_MAC_SIZE]);
/* Makes the link, or, if it is made, gives it the present configuration; it is
 * named until it has been seen. once: see made_options_put(). NULL: out of
 * memory. */
struct nl_msg *made_message_new(const struct made_link *l, uint32_t once);
/* What is the kind's alone, of a link that is made. */
struct nl_msg *made_message_info(const struct made_link *l, uint32_t once);
