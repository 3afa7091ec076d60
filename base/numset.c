/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/numset.h"

enum { WORD_BITS = 64 };

/* The words of one level, which are the bits of the one above it. */
static uint32_t level_words(uint32_t n)
{
	return n / WORD_BITS + (n % WORD_BITS != 0);
}

size_t numset_words(uint32_t n)
{
	size_t words = 0;

	do {
		n = level_words(n);
		words += n;
	} while (n > 1);
	return words;
}

void numset_put(uint64_t *words, uint32_t n, uint32_t number, bool is_in)
{
	for (;;) {
		uint64_t *word = &words[number / WORD_BITS];
		uint64_t bit = UINT64_C(1) << number % WORD_BITS;
		bool was_empty = !*word;

		*word = is_in ? *word | bit : *word & ~bit;
		n = level_words(n);
		if (n <= 1 || was_empty == !*word)
			return;
		words += n;
		number /= WORD_BITS;
	}
}

/* The recursion is as deep as there are levels: six at most. */
uint32_t numset_first(const uint64_t *words, uint32_t n)
{
	uint32_t n_words = level_words(n), at = 0;

	if (n_words > 1)
		at = numset_first(words + n_words, n_words);
	if (at == UINT32_MAX || !words[at])
		return UINT32_MAX;
	return at * WORD_BITS + (uint32_t)__builtin_ctzll(words[at]);
}
