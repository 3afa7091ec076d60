/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Order, likeness and patterns of names. No locale: bytes are compared. */
#include "base/text.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The length of the run of digits, or of other bytes, that s starts with. */
static size_t run_length(const char *s)
{
	size_t n = 0;

	while (s[n] && is_digit(s[n]) == is_digit(s[0]))
		n++;
	return n;
}

static int compare_bytes(const char *a, size_t n, const char *b, size_t m)
{
	int order = memcmp(a, b, n < m ? n : m);

	return order ? order : (n > m) - (n < m);
}

/* Runs of digits of any length: leading zeroes off, the longer is more. */
static int compare_numbers(const char *a, size_t n, const char *b, size_t m)
{
	while (n && *a == '0')
		a++, n--;
	while (m && *b == '0')
		b++, m--;
	return n != m ? (n > m) - (n < m) : memcmp(a, b, n);
}

int text_compare_names(const char *a, const char *b)
{
	const char *p = a, *q = b;

	while (*p && *q) {
		size_t n = run_length(p), m = run_length(q);
		int order;

		if (is_digit(*p) != is_digit(*q))
			return is_digit(*p) ? -1 : 1;
		order = is_digit(*p) ? compare_numbers(p, n, q, m)
				     : compare_bytes(p, n, q, m);
		if (order)
			return order;
		p += n;
		q += m;
	}
	if (*p || *q)
		return *p ? 1 : -1;
	return strcmp(a, b);
}

enum { NEAREST_MAX = 64 }; /* no name of ours is longer */

static size_t min3(size_t a, size_t b, size_t c)
{
	a = a < b ? a : b;
	return a < c ? a : c;
}

/*
 * Edits (insert, delete, replace, swap of neighbours) that lead from a to b:
 * the optimal string alignment distance, in three rows of its matrix.
 */
static size_t edit_distance(const char *a, size_t n, const char *b, size_t m)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t j = 0; j <= m; j++)
		last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *oldest = before;

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			row[j] = min3(last[j] + 1, row[j - 1] + 1,
			    last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = last;
		last = row;
		row = oldest;
	}
	return last[m];
}

const char *text_nearest(
    const char *name, const char *const *candidates, size_t n)
{
	size_t length = strlen(name), most = length / 3;
	const char *nearest = NULL;

	if (length > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t other = strlen(candidates[i]), distance;
		size_t longer =
		    other > length ? other - length : length - other;

		if (other > NEAREST_MAX || longer > most)
			continue;
		distance = edit_distance(name, length, candidates[i], other);
		if (distance > most || (nearest && distance == most))
			continue;
		most = distance;
		nearest = candidates[i];
	}
	return nearest;
}

static char fold(char c, bool ignore_case)
{
	return ignore_case && c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/*
 * A bracket expression at *pattern, which stands after its '['. Leaves
 * *pattern after its ']'. 1, 0: c is in it, or not; -1: it has no end, and so
 * the '[' is an ordinary character.
 */
static int match_bracket(const char **pattern, char c, bool ignore_case)
{
	const char *p = *pattern;
	bool negated = *p == '!' || *p == '^', found = false;
	const char *first = p += negated;

	while (*p && (*p != ']' || p == first)) {
		unsigned char low, high;

		if (*p == '\\' && p[1])
			p++;
		low = high = (unsigned char)fold(*p++, ignore_case);
		if (*p == '-' && p[1] && p[1] != ']') {
			p++;
			if (*p == '\\' && p[1])
				p++;
			high = (unsigned char)fold(*p++, ignore_case);
		}
		if ((unsigned char)c >= low && (unsigned char)c <= high)
			found = true;
	}
	if (!*p)
		return -1;
	*pattern = p + 1;
	return found != negated;
}

/* Whether the one pattern element at *pattern, which is no '*', takes c. */
static bool match_one(const char **pattern, char c, bool ignore_case)
{
	const char *p = *pattern;
	int in_bracket = -1;

	c = fold(c, ignore_case);
	if (*p == '?') {
		*pattern = p + 1;
		return true;
	}
	if (*p == '[') {
		*pattern = p + 1;
		in_bracket = match_bracket(pattern, c, ignore_case);
		if (in_bracket >= 0)
			return in_bracket;
	}
	if (*p == '\\' && p[1])
		p++;
	*pattern = p + 1;
	return fold(*p, ignore_case) == c;
}

bool text_match_glob(const char *pattern, const char *s, bool ignore_case)
{
	/* Where to go on when the text after the latest '*' did not match:
	 * the '*' takes one more. Earlier ones need no second try. */
	const char *star = NULL, *retry = NULL;

	while (*s) {
		const char *p = pattern;

		if (*p == '*') {
			star = pattern = p + 1;
			retry = s;
		} else if (*p && match_one(&p, *s, ignore_case)) {
			pattern = p;
			s++;
		} else if (star) {
			pattern = star;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
