/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A job of kind wireguard, and what its files offer each other:
 *
 *     wireguard.c   the kernel's configuration, and what is said of the node
 *     hosts.c       where peers are: looking up the names of their endpoints
 *     handshakes.c  whether they answer
 *     there.c       whether the kernel still has what it was told
 *     ways.c        addresses, routes, rules
 *     wg.c, peers.c, lookup.c, words.c   know nothing of jobs
 *
 * The link itself is support/made-link.h's. Each event (a name is found, a
 * peer has answered, the keys have changed) changes what is known, and ends in
 * wireguard_sync(), which tells the kernel what is different.
 */
#pragma once

#include <uv.h>

#include "base/macros.h"
#include "providers/support/ip-objects.h"
#include "providers/support/ip-repair.h"
#include "providers/support/made-link.h"
#include "providers/support/repair.h"
#include "providers/support/rtnl.h"
#include "providers/wireguard/wg.h"
#include "providers/wireguard/peers.h"

/* With an age after which a peer that we keep alive does not answer any
 * more: for tests another one. */
struct wireguard_kind {
	struct made_link_kind link;
	unsigned stale_ms;
};

extern const struct wireguard_kind wireguard_kind;

enum {
	/* The kernel repeats a handshake that nobody answers after 5 s. Until
	 * then the node is starting, and not yet unmet. */
	WIREGUARD_PATIENCE_MS = 6000,
};

enum handshake { HANDSHAKE_NONE, HANDSHAKE_RECENT, HANDSHAKE_OLD };

/* Facts, as they were last told. Compared as a whole. */
struct wireguard_told {
	char public_key[WORDS_KEY_TEXT_SIZE], port[8];
	char endpoint[IP_TEXT_SIZE + 10]; /* "": not known */
	const char *handshake;            /* NULL: nobody looks */
};

struct wireguard {
	struct job *job;
	const struct wireguard_kind *kind;
	bool is_ending;
	uint8_t private_key[WORDS_KEY_SIZE]; /* wiped when the kernel has it */
	struct list peers;
	struct wg wg;
	bool has_told; /* the kernel, of all peers */
	uint16_t there_port;
	uint32_t there_mark;
	char missing[WORDS_HOST_SIZE + 96];
	struct wireguard_told told;
	int n_handles;

	/* hosts.c */
	uv_timer_t name_timer;
	uint64_t name_delay_ms;
	bool is_impatient; /* a name takes long */

	/* handshakes.c */
	uv_timer_t look_timer;
	uint64_t look_delay_ms, since_ms;
	enum handshake handshake;
	bool has_looked, has_answered;
	bool is_due; /* what is not new at this look, is old */

	/* there.c */
	uint8_t public_key[WORDS_KEY_SIZE]; /* as it became with our key */
	bool has_public_key;
	struct repair there_repair;

	/* ways.c */
	struct ip_objects objects;
	struct rtnl_watch watch;
	struct ip_repair repair;
};

/* The last thing in a callback, all of these but where it is said. */

/* Tells the kernel what is different now, and evaluates. */
void wireguard_sync(struct wireguard *w);
/* Tells it all anew, with the keys as they are now in their files. */
void wireguard_tell_anew(struct wireguard *w);
/* Something that is missing, or a fact, may be another. */
void wireguard_evaluate(struct wireguard *w);
/* Not the last thing: what the profile says. */
bool wireguard_waits_for_handshake(const struct wireguard *w);

/* Looks all names up that are not being looked up; again and again those not
 * found, and those of peers that do not answer. Not the last thing. */
void hosts_look_up(struct wireguard *w);
/* The same, of the latter alone, if it is not waiting to do so. */
void hosts_need_more(struct wireguard *w);
void hosts_end(struct wireguard *w);
/* A peer whose name has not been found; NULL: none. */
const struct peer *hosts_missing(const struct wireguard *w);

/* Begins to look whether peers answer, if that matters. Not the last thing;
 * again: when the peers have changed. */
void handshakes_begin(struct wireguard *w);
/* One more look. Not the last thing. */
void handshakes_look(struct wireguard *w);
/* The callbacks of struct wg. */
void handshakes_peer(struct wg *wg, const struct peer_seen *seen);
void handshakes_looked(struct wg *wg, int error);
/* Whether anybody looks at them. */
bool handshakes_are_watched(const struct wireguard *w);
/* The peer that is missed, for what is said; or NULL. */
const struct peer *handshakes_missing(const struct wireguard *w);

/* Before a look, and at its end, unless that has failed. True: the kernel did
 * not have all, and is told, or the job fails: then that was the last thing. */
void there_begin(struct wireguard *w);
bool there_end(struct wireguard *w);

void ways_init(struct wireguard *w);
void ways_begin(struct wireguard *w);
/* Asks for what there should be. Not the last thing. 0 or -ENOMEM. */
int ways_apply(struct wireguard *w);
/* Removes it. True: there is nothing to wait for; else made_link_ended(). */
bool ways_end(struct wireguard *w);
/* The firewall mark of WireGuard's own packets. */
uint32_t ways_mark(const struct wireguard *w);
