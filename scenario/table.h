/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a scenario does, for people: a line for each change, with its time,
 * node, states and cause one below the other.
 */
#pragma once

#include "base/text.h"
#include "scenario/scenario.h"

struct table {
	void (*print)(void *ctx, const char *line);
	void *ctx;
	bool failed;  /* out of memory: lines were left out */
	int width;    /* of the longest name */
	uint32_t n;   /* scenarios so far */
};

/* A watcher that writes the table, which must live as long. */
void table_init(struct table *table, struct scenario_watcher *ret_watcher);
