/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /etc/resolv.conf while it is ours. Our first line tells that it is; what was
 * there before is kept aside, and put back: a file with its owner and mode, a
 * symbolic link as that link, nothing as nothing. It is replaced in one step;
 * where something is mounted on it, or nothing can be made in /etc, it is
 * written in place.
 *
 * These functions wait for the disk.
 */
#pragma once

#include <stdbool.h>

struct dns_plan;
struct text;

#define RESOLV_CONF "/etc/resolv.conf"

/*
 * Writes the text, which begins with resolv_conf_first_line(). Where what is
 * there is somebody else's, it is kept as `saved` first. 0 or -errno: then
 * said is what went wrong, with the file's name.
 */
int resolv_conf_put(const char *saved, const char *text, struct text *said);

/*
 * Puts back what was there before. text: what was put last; NULL: it is not
 * known. 0; RESOLV_CONF_LEFT: somebody else has changed it since, and that
 * stays; or -errno, as above.
 */
enum { RESOLV_CONF_LEFT = 1 };
int resolv_conf_restore(
    const char *saved, const char *text, struct text *said);

/* That is what it says now. Does not wait. */
bool resolv_conf_is(const char *text);

/* What it should say for that plan, after first_line. Nothing for one whose
 * default source is missing. */
void resolv_conf_print(const struct dns_plan *plan, const char *first_line,
    struct text *text);

/* The line that marks it as ours. */
void resolv_conf_first_line(const char *node, struct text *text);

/* Who cares for it here. */
struct dns_backend;
const struct dns_backend *resolv_conf_backend(void);
