/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/ra-names.h"

#include <string.h>

static void remove_at(struct ra_names *names, unsigned i)
{
	names->n--;
	memmove(&names->items[i], &names->items[i + 1],
	    (names->n - i) * sizeof(names->items[0]));
}

static unsigned find_soonest(const struct ra_names *names)
{
	unsigned soonest = 0;

	for (unsigned i = 1; i < names->n; i++)
		if (names->items[i].until_ms < names->items[soonest].until_ms)
			soonest = i;
	return soonest;
}

/* Makes way for one that lasts until then. */
static bool make_room(struct ra_names *names, uint64_t until_ms)
{
	unsigned soonest;

	if (names->n < RA_NAMES_MAX)
		return true;
	soonest = find_soonest(names);
	if (names->items[soonest].until_ms >= until_ms)
		return false;
	remove_at(names, soonest);
	return true;
}

/* until_ms is now for what is not to be used any more. */
static bool add(struct ra_names *names, const char *text, uint64_t until_ms,
    uint64_t now_ms)
{
	unsigned i = 0;

	while (i < names->n && strcmp(names->items[i].text, text))
		i++;
	if (i < names->n && until_ms == now_ms) {
		remove_at(names, i);
		return true;
	}
	if (i < names->n) {
		names->items[i].until_ms = until_ms;
		return false;
	}
	if (until_ms == now_ms || !make_room(names, until_ms))
		return false;
	memcpy(names->items[names->n].text, text, strlen(text) + 1);
	names->items[names->n++].until_ms = until_ms;
	return true;
}

bool ra_names_add(struct ra_names *names, const struct nd_option *option,
    uint64_t now_ms)
{
	uint64_t until_ms = option->lifetime_s == ND_FOREVER
	    ? UINT64_MAX
	    : now_ms + (uint64_t)option->lifetime_s * 1000;
	bool changed = false;

	for (unsigned i = 0; i < option->n; i++)
		if (add(names, option->items[i], until_ms, now_ms))
			changed = true;
	return changed;
}

bool ra_names_expire(struct ra_names *names, uint64_t now_ms)
{
	unsigned before = names->n;

	for (unsigned i = names->n; i-- > 0;)
		if (names->items[i].until_ms <= now_ms)
			remove_at(names, i);
	return names->n != before;
}

uint64_t ra_names_next(const struct ra_names *names)
{
	return names->n ? names->items[find_soonest(names)].until_ms
			: UINT64_MAX;
}
