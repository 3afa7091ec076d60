/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of numbers below n, a bit each, of which the first is found without a
 * look at the others: above the bits stand, level by level, those that say
 * which words of the level below are not empty. It lives in zeroed words of
 * the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many words it takes. */
size_t numset_words(uint32_t n);
/* The number is in it from now on, or is not. */
void numset_put(uint64_t *words, uint32_t n, uint32_t number, bool is_in);
/* The first in it; UINT32_MAX: there is none. */
uint32_t numset_first(const uint64_t *words, uint32_t n);
