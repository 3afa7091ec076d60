/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a scenario does, as JSON: an object a line, in ASCII. */
#pragma once

#include "base/text.h"
#include "scenario/scenario.h"

/* Appends s as a string in quotes. It must be UTF-8, as all YAML is. */
void json_append_string(struct text *text, const char *s);
/* Appends { "KEY": "VALUE", ... }. */
void json_append_facts(struct text *text, const struct fact *facts, size_t n);
/* Appends a step, or a part of one, as an object. */
void json_append_step(struct text *text, const struct step *step);

/* Appends the cause of the change, with the provider's reason if it has
 * one: as it is, for people. */
void append_cause(struct text *text, const struct notice *notice);

/*
 * Writes the trace of scenarios, as netconf-scenario(5) describes it. print
 * gets each line, with its line break. Lines for which there is no memory are
 * left out, and failed is set.
 */
struct json_trace {
	void (*print)(void *ctx, const char *line);
	void *ctx;
	bool failed;
};

/* A watcher that writes to the trace, which must live as long. */
void json_trace_init(
    struct json_trace *trace, struct scenario_watcher *ret_watcher);
