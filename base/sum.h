/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sum of 64 bits that tells whether bytes are as they were (FNV-1a): against
 * mishaps, not against who wants to mislead.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SUM_INIT UINT64_C(0xcbf29ce484222325)

/* Of what the sum is of so far, and these. */
static inline uint64_t sum_add(uint64_t sum, const void *data, size_t n)
{
	const unsigned char *byte = data;

	while (n-- > 0)
		sum = (sum ^ *byte++) * UINT64_C(0x100000001b3);
	return sum;
}
