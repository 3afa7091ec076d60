/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests of scenarios print: TAP, a test a scenario, with what was
 * expected, what came of it and why in comments below.
 */
#pragma once

#include "base/text.h"
#include "scenario/scenario.h"

struct tap {
	uint32_t number;       /* of the test */
	struct text comments;  /* of the scenario that runs */
};

/* A watcher that collects what fails in the comments. */
void tap_init(struct tap *tap, struct scenario_watcher *ret_watcher);

/* Appends the test: "ok 3 - a card at home" and its comments, which are
 * empty then. */
void tap_result(struct tap *tap, const struct scenario *scenario, bool is_ok,
    struct text *out);
/* Adds a diagnostic to the comments. */
void tap_comment(struct tap *tap, const struct diagnostic *diagnostic);
void tap_clear(struct tap *tap);
