/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/repair.h"

enum { REPAIRS_MAX = 3 };

bool repair_again(struct repair *repair, uint64_t now_ms)
{
	if (now_ms - repair->since_ms > REPAIR_REST_MS)
		repair->n = 0;
	if (!repair->n++)
		repair->since_ms = now_ms;
	return repair->n <= REPAIRS_MAX;
}
