/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What others change of a link that netconf has made: set down, given another
 * MTU, its ports taken away. It is put right after a moment, with a line in
 * the log; who changes it again and again means it, and is left alone until
 * 10 s have passed and something changes once more.
 */
#pragma once

#include <stdint.h>

struct job;
struct made_ports;
struct made_repair;

/* Of the job's link; ports: its ports, or NULL. NULL: out of memory. */
struct made_repair *made_repair_new(struct job *job, struct made_ports *ports);

/* The link is there and as it should be, but for what has changed now: to be
 * called when something has. */
void made_repair_look(struct made_repair *repair, uint32_t ifindex);

/* It is being removed, or configured anew: no more looking until the next
 * change. */
void made_repair_stop(struct made_repair *repair);

/* NULL is allowed. Returns NULL. */
struct made_repair *made_repair_free(struct made_repair *repair);
