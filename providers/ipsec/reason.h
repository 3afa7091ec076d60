/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a tunnel could not be set up. charon's answer to `initiate` says only
 * that it failed; the reason is in what it logs meanwhile (control-log).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct reason {
	bool permanent; /* trying again is no use */
	char text[256]; /* for people; "": not known */
};

/*
 * Looks at one line of charon's log; if it tells a reason, that is the
 * reason from now on. remote: the gateway, for the text.
 */
void reason_from_log(
    struct reason *reason, const char *line, const char *remote);
