/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests of address nodes share: a card c0, whose cable ends at r0. */
#pragma once

#include <stdbool.h>

struct job_host;
struct test_job;

/* As it is plugged in, and again. */
void address_plug_card(void);

/* Plugs it in; a host for the profile, and a job for the node of that name, on
 * the card. */
struct job_host *address_plug(
    const char *profile, const char *node, struct test_job **ret);

/* The node is brought up by a netconfd that is killed then: what it has made
 * is left. */
void address_leave(const char *profile, const char *node);

/* What `ip -o` prints with these words contains that. */
bool says(const char *words, const char *what);
