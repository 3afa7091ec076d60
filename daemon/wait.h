/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that are answered by a stream of changes: for wait.c and stuck.c. */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include "daemon/service.h"
#include "daemon/way.h"

enum wait_type { WAIT_UP, WAIT_RESTART, WAIT_DOWN, WAIT_MONITOR };

struct wait {
	enum wait_type type;
	json_t *names;    /* array of strings; of Monitor NULL */
	struct way way;   /* whose changes it is told; of Monitor all */
	json_t *held;     /* changes that come before `said` is sent */
	bool *is_stuck;   /* by name: it was said */
	/* So many names from the next on, round and round, are to be looked
	 * at: whether they are stuck. */
	size_t n_open, next;
};

/* A restart, and what it stands under stops first: until then it is up as
 * before. */
bool wait_is_early(const struct session *session);

/* ---- stuck.c ---- */

/* Something may have changed since the last call. */
bool stuck_may_change(struct service *service);
/* Looks whether the names still to be looked at are stuck, and says so; of a
 * wait that goes on, if there is one. What takes too long now is done later:
 * by stuck_look_at_all(). */
void stuck_look(struct session *session);
/* The same of all sessions. */
void stuck_look_at_all(struct service *service);
