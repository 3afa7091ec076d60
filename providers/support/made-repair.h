/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is not of a link as the kernel was told: what the kernel has made of it
 * is read back, and what others change of it is put right after a moment, with
 * a line in the log; what is changed again and again, after 10 s.
 *
 * What differs from the beginning, or from when it was told another
 * configuration, is told once more, as others may have been quick. If it still
 * differs then, the node fails.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct made_link;
struct made_repair;
struct nlmsghdr;

/* NULL: out of memory. */
struct made_repair *made_repair_new(struct made_link *l);

/* The link is going to be made. */
void made_repair_begin(struct made_repair *repair);

/* The kernel has shown the link, or one of its name: RTM_NEWLINK. True: for
 * the first time, or other of its options differ now than before. */
bool made_repair_message(
    struct made_repair *repair, const struct nlmsghdr *message);

/* To be called when something of the link may have changed. False: it has not
 * yet been as the kernel was told. */
bool made_repair_look(struct made_repair *repair);

/* It is down, by what it was a port of, and is set up without a word. May end
 * the job. */
void made_repair_set_up(struct made_repair *repair);

/* The kernel has been told another configuration: it is read back. */
void made_repair_read_back(struct made_repair *repair);

/* It is being removed, or configured anew: no more looking until the next
 * change. */
void made_repair_stop(struct made_repair *repair);

/* NULL is allowed. Returns NULL. */
struct made_repair *made_repair_free(struct made_repair *repair);
