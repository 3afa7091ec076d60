/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of the profile language that this version does not build yet: it
 * is said to be that, and not called unknown. A row goes when its feature
 * comes.
 */
#include "resolver/load.h"

#include <string.h>

#include "base/macros.h"

static const char *const profile_keys[] = {"fleet"};

static const char *const kinds[] = {
    "dot1x", "ifupdown-hooks", "killswitch", "openvpn",
    "probe", "remote", "service", "wifi"};

static bool has(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

bool later_has_profile_key(const char *key)
{
	return has(profile_keys, ARRAY_SIZE(profile_keys), key);
}

bool later_has_kind(const char *kind)
{
	return has(kinds, ARRAY_SIZE(kinds), kind);
}
