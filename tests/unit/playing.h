/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of scenarios: files as texts, run in memory. */
#pragma once

#include "base/text.h"
#include "scenario/scenario.h"

struct playing {
	/* Files that a scenario may name: a.yaml, b.yaml; NULL: not there. */
	const char *a, *b;
	uint64_t max_outcomes;
	/* What came of it. */
	int r;                /* of scenario_load() or scenario_run() */
	uint32_t n_failed;    /* expectations, of all scenarios */
	struct text out;      /* the JSON trace, or TAP */
	struct text errors;   /* the diagnostics, as they are printed */
	uint32_t n_errors;    /* of them: the rest are warnings */
};

enum playing_output { PLAYING_JSON, PLAYING_TAP, PLAYING_TABLE };

/* Loads and runs all scenarios of the n bytes, called s.yaml. */
void playing_run_n(struct playing *playing, const char *text, size_t n,
    enum playing_output output);
void playing_clear(struct playing *playing);
