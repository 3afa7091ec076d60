/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the lifetimes of addresses are written: 1h, or forever. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* The kernel's seconds; UINT32_MAX: for ever. False: it is none. */
static inline bool lifetime_parse(const char *text, uint32_t *ret_s)
{
	uint64_t ms;

	*ret_s = UINT32_MAX;
	if (!strcmp(text, "forever"))
		return true;
	if (text_parse_duration(text, &ms) || ms % 1000 ||
	    ms / 1000 >= UINT32_MAX)
		return false;
	*ret_s = (uint32_t)(ms / 1000);
	return true;
}
