/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a scenario: what its parts share. */
#pragma once

#include "scenario/scenario.h"

struct run {
	const struct scenario_file *file;
	const struct scenario_watcher *watcher;
	struct fake *fake;
	struct diagnostics *diagnostics;
	const struct step *step;
	uint32_t number; /* of the step, from 1 */
	uint32_t n_failed;
	uint64_t max_outcomes;
};

/* Checks the expectation that the step is. 0 or -ENOMEM. */
int expect_check(struct run *run);
