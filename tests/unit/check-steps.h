/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Steps of one scenario, "it", and what is to come of them. The steps are
 * indented by six; `head` is what else the scenario has, indented by four, or
 * "".
 */
#pragma once

#include "tests/unit/playing.h"

/* A card, a node over it, and one that needs that: `b.yaml` of check_run. */
extern const char cards[];
/* x, of kind `fake`, which starts by itself. */
extern const char one[];

/* Forgets what it has played, and plays these. */
void play_steps(struct playing *playing, const char *profile,
    const char *head, const char *steps, enum playing_output output);

/* All that is expected in the steps comes true. */
void check_run(const char *profile, const char *head, const char *steps);
/* The trace is this, byte for byte. */
void check_json(const char *profile, const char *head, const char *steps,
    uint32_t n_failed, const char *want);
/* It is refused, or given up, with this message among others. */
void check_error(const char *profile, const char *head, const char *steps,
    const char *want);
