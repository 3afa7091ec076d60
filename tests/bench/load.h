/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Large profiles for measuring, and what loading them takes. */
#pragma once

#include <stdint.h>

struct text;

enum load_shape {
	LOAD_MIXED,      /* cards, leases, conditions, pairs of them */
	LOAD_TEMPLATES,  /* a group of two over each of many templates */
	LOAD_WIDE,       /* one group of all, in order */
	LOAD_DEEP,       /* each requires the one before */
	LOAD_FALLBACKS,  /* a fallback to a fallback to ... */
	LOAD_SHARED,     /* many fallbacks to the top of one deep chain */
	LOAD_CONDITIONS, /* each with three others and two events */
	LOAD_SHAPES,
};

/* What a figure is labelled with: "mixed", "templates", ... */
extern const char *const load_names[LOAD_SHAPES];

/* Appends a profile of about n nodes. */
void load_write(struct text *text, enum load_shape shape, uint32_t n);

/*
 * Seconds that it takes libyaml alone to read the text, with nothing made of
 * its events; to load it with all its checks; to look for what is surely not
 * meant. Abort if the profile has an error, or memory is out.
 */
struct load_times {
	double scan_s, load_s, lint_s;
	uint32_t n_nodes;
};
void load_measure(const struct text *text, struct load_times *ret);
