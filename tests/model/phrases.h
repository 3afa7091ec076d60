/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pieces of text that nodes of small profiles are made of: kinds with the
 * keys that they must have, and conditions. For enumerate.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { PHRASES_MAX = 2047 };

typedef char phrase_text[64];

struct phrase {
	phrase_text text, swapped; /* which means the same, or "" */
	uint8_t weight;
	uint8_t names; /* which nodes: bits */
	uint8_t cards; /* those of them that have to be templates */
	bool needs_over;
};

struct phrases {
	uint32_t n;
	struct phrase items[PHRASES_MAX];
};

/* What node i may be, and its condition; core: of requires, over, any and
 * `when not` alone. Only nodes before i are named. */
void phrases_kinds(struct phrases *to, uint32_t i, bool is_core);
void phrases_conditions(struct phrases *to, uint32_t i, bool is_core);

/* The number of the phrase with that text, or the same meaning; or
 * PHRASES_MAX. */
uint16_t phrases_find(const struct phrases *in, const char *text);
