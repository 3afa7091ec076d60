/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One running charon, as all tunnels that use its socket share it: the
 * connection on which its events come, the wait for it while it is absent,
 * and turns for what keeps one of its threads busy.
 *
 *     absent --(socket appears)--> coming --(events registered)--> ready
 *       ^                            |                               |
 *       `----------------------------+--------(connection ends)------'
 *
 * A charon that has come (again) knows nothing of what its predecessor was
 * told.
 */
#pragma once

#include <stdbool.h>

#include "base/list.h"
#include "providers/support/vici.h"

struct charon;
struct host;

/* Who uses it; embedded. All callbacks may detach the client itself, and no
 * other. */
struct charon_client {
	const char *name; /* of its connection: whose events it gets */
	void (*ready)(struct charon_client *client);
	/* It is not there, or no longer: why, in a few words. */
	void (*gone)(struct charon_client *client, const char *why);
	/*
	 * ike-updown, child-updown, ike-update, ike-rekey, child-rekey of the
	 * client's connection. sa: what charon tells of the IKE_SA; message:
	 * all of the event. (ike-update comes before the change: the SA has
	 * the old addresses, the message itself the new ones.)
	 */
	void (*event)(struct charon_client *client, const char *event,
	    bool up, struct vici_message message, struct vici_message sa);
	/* The turn that was asked for has come. Must not detach anyone. */
	void (*turn)(struct charon_client *client);

	/* charon.c's own */
	struct list link, waiting;
	bool has_turn, is_told;
};

/*
 * How many may wait for an answer of their gateway at a time. Each holds one
 * of charon's threads (16 by default, half of them taken by charon itself);
 * when none is left, charon answers nobody.
 */
enum { CHARON_TURNS = 4 };

/* The charon with that socket in the list (of struct charon.link), or a new
 * one, connecting. 0 or -errno. */
int charon_get(struct host *host, struct list *charons, const char *path,
    struct charon **ret);

/* Takes it out of its list and frees it; it must have no clients. */
void charon_close(struct charon *charon);

/* The first of the list, or NULL. */
struct charon *charon_first(struct list *charons);

bool charon_is_ready(const struct charon *charon);
const char *charon_path(const struct charon *charon);

/* Adds the client, and calls its ready() or gone() if it is known which. */
void charon_attach(struct charon *charon, struct charon_client *client);

/* Ends a turn, too. Of one that is not attached (zeroed): nothing. */
void charon_detach(struct charon *charon, struct charon_client *client);

/* Calls turn(), now or when others are done. All turns are void when charon
 * goes. */
void charon_ask_turn(struct charon *charon, struct charon_client *client);
/* Also of one that is still waiting, or has none. */
void charon_end_turn(struct charon *charon, struct charon_client *client);
