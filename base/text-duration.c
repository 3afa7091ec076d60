/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/macros.h"

static const struct unit {
	const char *name;
	uint64_t ms;
} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}};

int text_parse_duration(const char *s, uint64_t *ret_ms)
{
	uint64_t value = 0;
	bool too_large = false;
	const char *p = s;

	for (; *p >= '0' && *p <= '9'; p++) {
		too_large |= __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (unsigned)(*p - '0'), &value);
	}
	if (p == s)
		return -EINVAL;
	/* Nothing is nothing in every unit. */
	if (!*p && !too_large && value == 0) {
		*ret_ms = 0;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(p, units[i].name) != 0)
			continue;
		/* It must also fit an int64_t, as values of a config do. */
		if (too_large || value > INT64_MAX / units[i].ms)
			return -ERANGE;
		*ret_ms = value * units[i].ms;
		return 0;
	}
	return -EINVAL;
}

void text_append_duration(struct text *text, uint64_t ms)
{
	unsigned fraction = ms % 1000, digits = 3;

	if (ms > 0 && ms < 1000) {
		text_printf(text, "%" PRIu64 "ms", ms);
		return;
	}
	for (size_t i = ARRAY_SIZE(units); i-- > 2;) {
		if (ms && ms % units[i].ms == 0) {
			text_printf(text, "%" PRIu64 "%s", ms / units[i].ms,
			    units[i].name);
			return;
		}
	}
	text_printf(text, "%" PRIu64, ms / 1000);
	if (fraction) {
		for (; fraction % 10 == 0; fraction /= 10)
			digits--;
		text_printf(text, ".%0*u", (int)digits, fraction);
	}
	text_append_char(text, 's');
}
